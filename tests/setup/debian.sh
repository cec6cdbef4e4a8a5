# Sourced: installs Debian packages that are missing, and says plainly which.
# need PURPOSE PACKAGE...   installs what is missing; returns 1 if it could not, leaving the caller to decide.
need() {
    purpose=$1
    shift
    missing=
    for package in "$@"; do
        dpkg-query -W -f='${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing="$missing $package"
    done
    [ -z "$missing" ] && return 0
    if ! command -v apt-get >/dev/null 2>&1; then
        echo "setup: $purpose needs$missing (Debian's names); there is no apt-get here, so install their like yourself" >&2
        return 1
    fi
    root=
    if [ "$(id -u)" != 0 ]; then
        command -v sudo >/dev/null 2>&1 || { echo "setup: $purpose needs$missing; run as root: apt-get install$missing" >&2; return 1; }
        root=sudo
    fi
    echo "setup: installing for $purpose:$missing"
    # shellcheck disable=SC2086
    if ! quiet_apt $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing; then
        quiet_apt $root apt-get -o DPkg::Lock::Timeout=300 update || true
        # shellcheck disable=SC2086
        quiet_apt $root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300 install -y --no-install-recommends $missing || {
            echo "setup: apt-get could not install$missing:" >&2
            tail -n 5 "${TMPDIR:-/tmp}/microsip-apt.log" >&2
            return 1
        }
    fi
}

quiet_apt() { "$@" >"${TMPDIR:-/tmp}/microsip-apt.log" 2>&1 </dev/null; }
