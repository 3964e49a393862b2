#!/usr/bin/env bash
# Proves that the core crate needs no standard library: builds a consumer against a sysroot that
# holds only core, alloc and compiler_builtins. Then shows that a leaked std is found, in the
# consumer and in a copy of the core. Needs nothing but a stable toolchain of rustup.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

target=$(rustc -vV | sed -n 's/^host: //p')
real=$(rustc --print sysroot)
bare=$work/sysroot/lib/rustlib/$target/lib
mkdir -p "$bare"
for crate in core alloc compiler_builtins rustc_std_workspace_core rustc_std_workspace_alloc; do
    for file in "$real/lib/rustlib/$target/lib/lib$crate"-*.rlib "$real/lib/rustlib/$target/lib/lib$crate"-*.rmeta; do
        if [ -e "$file" ]; then ln -s "$file" "$bare/"; fi
    done
done
ls "$bare"/libcore-* "$bare"/liballoc-* >/dev/null
if ls "$bare"/libstd-* >/dev/null 2>&1; then
    echo "no_std: the bare sysroot holds std" >&2
    exit 1
fi

# Build scripts and derive macros run on this machine and need its std; with --target, RUSTFLAGS
# concern only what is built for the target.
build() {
    local manifest=$1
    shift
    RUSTFLAGS="--sysroot $work/sysroot" CARGO_TARGET_DIR="$work/target" \
        cargo build --quiet --lib --no-default-features --target "$target" \
        --manifest-path "$manifest" "$@"
}

# A copy of the consumer, so that its lock file stays out of the repository.
cp -r "$here" "$work/consumer"
cp "$root/Cargo.lock" "$work/consumer/"
sed -i "s|path = \"../..\"|path = \"$root\"|" "$work/consumer/Cargo.toml"
build "$work/consumer/Cargo.toml"
build "$work/consumer/Cargo.toml" --features whole-frames
echo "no_std: the core and its consumer build without std"

fails_for_std() {
    local what=$1
    shift
    if build "$@" >"$work/leak.log" 2>&1; then
        echo "no_std: a leak of std in $what was not found" >&2
        exit 1
    fi
    if ! grep -q "can't find crate for .std." "$work/leak.log"; then
        echo "no_std: $what failed for another reason:" >&2
        cat "$work/leak.log" >&2
        exit 1
    fi
    echo "no_std: a leak of std in $what is found"
}
fails_for_std "the consumer" "$work/consumer/Cargo.toml" --features leak

# The core alone, with one line that should not be there.
mkdir -p "$work/leaky"
cp -r "$root/src" "$work/leaky/src"
cp "$root/README.md" "$root/Cargo.lock" "$work/leaky/"
sed -i "s|^extern crate alloc;|extern crate alloc; extern crate std;|" "$work/leaky/src/lib.rs"
sed -e '/^\[workspace\]/,/^$/{/^members\|^default-members/d}' \
    -e '/^\[dev-dependencies\]/,/^$/d' -e '/^\[\[test\]\]/,/^$/d' -e '/^\[\[bench\]\]/,/^$/d' \
    "$root/Cargo.toml" >"$work/leaky/Cargo.toml"
fails_for_std "the core" "$work/leaky/Cargo.toml"
