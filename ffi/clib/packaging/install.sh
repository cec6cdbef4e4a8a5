#!/bin/sh
# install.sh: builds the library and the command, and puts them where others find them. `make install` calls it; by environment:
#   PREFIX    where they will be (/usr/local)       LIBDIR    the library's folder (PREFIX/lib)
#   DESTDIR   a folder to be put before all of that, for packages
#   PROFILE   cargo's profile (release)             FEATURES  the library's features (host,device,pulseaudio)
set -eu
cd "$(dirname "$0")/../../.."
PREFIX=${PREFIX:-/usr/local} DESTDIR=${DESTDIR:-} PROFILE=${PROFILE:-release} FEATURES=${FEATURES:-host,device,pulseaudio} CARGO=${CARGO:-cargo}
LIBDIR=${LIBDIR:-$PREFIX/lib} INCLUDEDIR=$PREFIX/include
case $PREFIX in /*) ;; *) echo "install: PREFIX is no absolute path: $PREFIX" >&2; exit 1 ;; esac
case $LIBDIR in "$PREFIX"/*) ;; *) echo "install: LIBDIR is not below PREFIX: $LIBDIR" >&2; exit 1 ;; esac
case $(uname -s) in
Linux | *BSD | DragonFly) ;;
*) echo "install: is for ELF systems; elsewhere build microsip-c and copy the library and include/ (README, Linking)" >&2; exit 1 ;;
esac
built=${CARGO_TARGET_DIR:-target}/$PROFILE
version=$(sed -n '/^\[workspace.package\]/,/^\[/s/^version = "\(.*\)"/\1/p' Cargo.toml)
abi=${version%%.*}
soname=libmicrosip.so.$abi
shared=libmicrosip.so.$version

command_features=documents,trace
case ,$FEATURES, in *,device,*) command_features=$command_features,device ;; esac
case ,$FEATURES, in *,pulseaudio,*) command_features=$command_features,pulseaudio ;; esac
# The name by which programs find it again is the installed library's: the file of that name in target/ is for what is linked there.
echo "install: builds the library and the command; this takes minutes"
$CARGO rustc --locked --quiet --profile "$PROFILE" -p microsip-c --no-default-features --features "$FEATURES" -- -C "link-arg=-Wl,-soname,$soname"
ln -sf libmicrosip.so "$built/$soname"
case ,$FEATURES, in
*,host,* | *,device,* | *,pulseaudio,*)
    $CARGO build --locked --quiet --profile "$PROFILE" -p microsip-cli --no-default-features --features "$command_features"
    command=$built/microsip
    ;;
*) command= ;; # an engine alone has no command
esac

bin=$DESTDIR$PREFIX/bin lib=$DESTDIR$LIBDIR include=$DESTDIR$INCLUDEDIR share=$DESTDIR$PREFIX/share
install -d "$lib/pkgconfig" "$lib/cmake/microsip" "$include" "$share/doc/microsip"
install -m 755 "$built/libmicrosip.so" "$lib/$shared"
strip --strip-unneeded "$lib/$shared"
ln -sf "$shared" "$lib/$soname"
ln -sf "$soname" "$lib/libmicrosip.so"
install -m 644 "$built/libmicrosip.a" "$lib/libmicrosip.a"
strip --strip-debug "$lib/libmicrosip.a"
install -m 644 include/microsip.h include/microsip.hpp "$include"
install -m 644 LICENSE-MIT LICENSE-APACHE README.md CHANGELOG.md "$share/doc/microsip"

# What a static library needs beside itself.
libs="-lpthread -ldl -lm" cmake_libs="pthread;dl;m" requires=
case ,$FEATURES, in *,device,* | *,pulseaudio,*) requires=alsa cmake_libs="asound;$cmake_libs" ;; esac
up=$(echo "${LIBDIR#"$PREFIX"/}" | sed 's#[^/][^/]*#..#g')
fill() {
    sed -e "s|@PREFIX@|$PREFIX|g; s|@LIBDIR@|$LIBDIR|g; s|@INCLUDEDIR@|$INCLUDEDIR|g; s|@VERSION@|$version|g; s|@REQUIRES@|$requires|g" \
        -e "s|@LIBS@|$libs|g; s|@CMAKE_LIBS@|$cmake_libs|g; s|@SHARED@|$shared|g; s|@SONAME@|$soname|g; s|@INCLUDE_FROM_LIB@|$up/include|g" \
        "ffi/clib/packaging/$1.in" >"$2/$1"
    chmod 644 "$2/$1"
}
fill microsip.pc "$lib/pkgconfig"
fill microsip-config.cmake "$lib/cmake/microsip"
fill microsip-config-version.cmake "$lib/cmake/microsip"

if [ -n "$command" ]; then
    install -d "$bin" "$share/man/man1" "$share/bash-completion/completions" "$share/zsh/site-functions" "$share/fish/vendor_completions.d"
    install -m 755 "$command" "$bin/microsip"
    strip "$bin/microsip"
    "$command" man --out "$share/man/man1"
    "$command" completions bash >"$share/bash-completion/completions/microsip"
    "$command" completions zsh >"$share/zsh/site-functions/_microsip"
    "$command" completions fish >"$share/fish/vendor_completions.d/microsip.fish"
fi
echo "installed: microsip $version in $DESTDIR$PREFIX"
