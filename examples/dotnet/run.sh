#!/usr/bin/env bash
# Compiles the C# example with mono's compiler, compares its structs with the header's, and runs a call. 77: cannot be checked here.
set -euo pipefail
cd "$(dirname "$0")"
top=$(cd ../.. && pwd)
for tool in mcs mono cc cargo; do
    command -v "$tool" >/dev/null || { echo "NOT CHECKED: C#: $tool is not installed (Debian: mono-mcs mono-runtime libmono-system-core4.0-cil)"; exit 77; }
done
target=${CARGO_TARGET_DIR:-$top/target}
LIBRARY=${LIBRARY:-}
if [ -z "$LIBRARY" ]; then
    LIBRARY=$target/release
    cargo build --locked --release --quiet --manifest-path "$top/Cargo.toml" -p microsip-c
fi
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
mcs -langversion:7 -warnaserror -out:"$out/Program.exe" Program.cs Microsip.cs
cc -std=c99 -Wall -Wextra -Werror -I"$top/include" -o "$out/sizes" sizes.c
export LD_LIBRARY_PATH="$LIBRARY${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"
"$out/sizes" >"$out/header.txt"
mono "$out/Program.exe" --layout >"$out/csharp.txt"
diff -u "$out/header.txt" "$out/csharp.txt" || { echo "Microsip.cs is not laid out as the header is"; exit 1; }
echo "layout: $(wc -l <"$out/header.txt") structs agree with the header"
# every constant of the host family, by the same name: MICROSIP_EV_CALL is EvCall
sed -nE 's/^#define MICROSIP_([A-Z0-9_]+) (-?[0-9]+|UINT32_MAX)$/\1 \2/p' "$top/include/microsip.h" | grep -vE '^(ASK_|OUT_|FLOW_|HOST )' | sed 's/UINT32_MAX/4294967295/' |
    awk '{ n = split(tolower($1), word, "_"); name = ""; for (i = 1; i <= n; i++) name = name toupper(substr(word[i], 1, 1)) substr(word[i], 2); print name, $2 }' | LC_ALL=C sort >"$out/header.txt"
mono "$out/Program.exe" --constants | LC_ALL=C sort >"$out/csharp.txt"
diff -u "$out/header.txt" "$out/csharp.txt" || { echo "Microsip.cs has other constants than the header"; exit 1; }
echo "constants: $(wc -l <"$out/header.txt") agree with the header"
functions=$(grep -oE '^[a-z].*\bmicrosip_[a-z_]+\(' "$top/include/microsip.h" | grep -oE 'microsip_[a-z_]+\(' | tr -d '(' | grep -vE '^microsip_(engine_|panic_hook)' | sort -u)
for function in $functions; do
    grep -q "extern [a-zA-Z]* $function(" Microsip.cs || { echo "Microsip.cs lacks $function"; exit 1; }
done
echo "functions: $(echo "$functions" | wc -l) of the host family are declared"
timeout 60 mono "$out/Program.exe"
echo "C#: ok"
