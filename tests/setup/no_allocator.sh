#!/bin/sh
# no_allocator.sh LIBRARY.a: fails if anything in the archive defines or wants a heap.
set -eu
[ -f "$1" ] || { echo "$1 is not there"; exit 1; }
reader=nm
for name in arm-none-eabi-nm llvm-nm llvm-nm-14; do command -v "$name" >/dev/null 2>&1 && { reader=$name; break; }; done
symbols=$("$reader" "$1" 2>/dev/null) || true
# An empty listing would pass for the wrong reason.
echo "$symbols" | grep -q ' T microsip_' || { echo "no exported microsip_ function found in $1 with $reader"; exit 1; }
if echo "$symbols" | grep -E '_(_rust_alloc|_rust_realloc|_rust_dealloc|_rdl_alloc|_rg_alloc)$| (malloc|calloc|realloc|free|posix_memalign|aligned_alloc)$|5alloc5alloc'; then
    echo "$1 wants a heap: see the symbols above"
    exit 1
fi
echo "no allocator among $(echo "$symbols" | grep -c .) symbols of $1"
