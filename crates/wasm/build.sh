#!/usr/bin/env bash
# Builds the WebAssembly and its glue into the package's js/dist, and tells how large they are.
# What it needs to build, .ci/wasm.sh installs.
# Usage: crates/wasm/build.sh
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
if [ -z "${WASM_READY:-}" ]; then
  WASM_READY=1 exec "$root/.ci/wasm.sh" "$here/build.sh" "$@"
fi

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$root/target}/wasm
target=wasm32-unknown-unknown
sysroot=$(rustc --print sysroot)
# No path of the machine is left in it, and no place of a panic, which nobody would read. Small
# functions are merged as in a build for speed, which is smaller here, too. The switches for these are
# nightly's, and the stable compiler has them, too.
RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
RUSTFLAGS+=" --remap-path-prefix=$sysroot=/rustc -Zlocation-detail=none -Zinline-mir=yes"
export RUSTFLAGS RUSTC_BOOTSTRAP=1
# The standard library is built anew, for size, where its source is, and .ci/wasm.sh has not built it:
# a panic ends the program without a word, and so nothing that would make up the words is left.
library=()
abort='-Zunstable-options -Cpanic=immediate-abort'
# shellcheck disable=SC2086
if [[ $RUSTFLAGS != *--sysroot=* ]] && [ -d "$sysroot/lib/rustlib/src/rust/library" ] &&
  rustc $abort --target $target --print cfg >/dev/null 2>&1; then
  library=(-Zbuild-std=core,alloc,std,panic_abort -Zbuild-std-features=optimize_for_size)
  RUSTFLAGS+=" $abort"
fi
# With names, for the report; wasm-opt takes them out. Of the two kinds of library that the crate is, only
# the one for the page; what is merged into its callers there is what makes them shorter, and no more.
cargo rustc --quiet --locked --manifest-path "$root/Cargo.toml" -p webmessaging-wasm --lib --crate-type cdylib \
  --profile wasm --config 'profile.wasm.strip="none"' --target $target "${library[@]}" -- -Cllvm-args=-inline-threshold=5

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wasm-bindgen --target web --out-name webmessaging --out-dir "$scratch" \
  "$CARGO_TARGET_DIR/$target/wasm/webmessaging_wasm.wasm"
features=(bulk-memory bulk-memory-opt multivalue mutable-globals nontrapping-float-to-int reference-types sign-ext)
# The control flow is taken apart and put together anew in between. A function that is called once is
# moved into its caller only if it is tiny, and functions of like names stand side by side: neither is
# shorter, but both pack better. Nothing lies in the first kilobyte: it is the end of the stack.
wasm-opt --low-memory-unused -Oz --flatten --rereloop -Oz -Oz \
  --always-inline-max-function-size=6 --one-caller-inline-max-function-size=15 --reorder-functions-by-name \
  "${features[@]/#/--enable-}" --debuginfo -o "$scratch/long.wasm" "$scratch/webmessaging_bg.wasm"
wasm-opt --minify-imports-and-exports-and-modules "${features[@]/#/--enable-}" --debuginfo \
  -o "$scratch/named.wasm" "$scratch/long.wasm" | node "$here/short-names.mjs" "$scratch/webmessaging.js"
wasm-opt --strip-debug "${features[@]/#/--enable-}" -o "$scratch/webmessaging_bg.wasm" "$scratch/named.wasm"
esbuild --minify --format=esm --log-level=error --allow-overwrite \
  --outfile="$scratch/webmessaging.js" "$scratch/webmessaging.js"

mkdir -p "$here/js/dist"
cp "$scratch"/webmessaging{.js,.d.ts,_bg.wasm} "$here/js/dist"
node "$root/.ci/wasm-report.mjs" "$here/js/dist" "$scratch/named.wasm" ${library:+--small-library}
