#!/usr/bin/env bash
# Builds the consumer, and with it the core and all that it stands on, against a sysroot that holds
# no standard library at all: only core, alloc and what these two need. Then shows that a use of the
# standard library would have been noticed.
set -euo pipefail
cd "$(dirname "$0")"
host=$(rustc -vV | sed -n 's/^host: //p')
real=$(rustc --print sysroot)/lib/rustlib/$host/lib
target=$(realpath -m "${CARGO_TARGET_DIR:-../../target}")/no_std
bare=$target/sysroot/lib/rustlib/$host/lib

rm -rf "$target/sysroot"
mkdir -p "$bare"
for crate in core alloc compiler_builtins rustc_std_workspace_core rustc_std_workspace_alloc; do
  # Both forms: newer compilers keep the metadata beside the library.
  find "$real" -name "lib$crate-*" -exec ln -s {} "$bare/" \;
done

# Host and target are named apart, so that build scripts and macros keep the whole sysroot.
build() {
  CARGO_TARGET_DIR=$target RUSTFLAGS="--sysroot $target/sysroot" \
    cargo build --quiet --lib --target "$host" "$@"
}

build
if build --features leak 2>"$target/leak.txt"; then
  echo "a leaked std was not noticed: the check checks nothing" >&2
  exit 1
fi
grep -q "can't find crate for .std" "$target/leak.txt"
echo "no_std: the core needs core and alloc alone; a leaked std fails the build"
