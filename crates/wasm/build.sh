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
# No path of the machine is left in it, and no place of a panic, which nobody would read: the switch
# for the latter is nightly's, and the stable compiler has it, too.
RUSTFLAGS="${RUSTFLAGS:-} --remap-path-prefix=$root=. --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
RUSTFLAGS+=" --remap-path-prefix=$(rustc --print sysroot)=/rustc -Zlocation-detail=none"
export RUSTFLAGS RUSTC_BOOTSTRAP=1
# With names, for the report; wasm-opt takes them out.
cargo build --quiet --locked --manifest-path "$root/Cargo.toml" -p webmessaging-wasm --lib \
  --profile wasm --config 'profile.wasm.strip="none"' --target $target

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
wasm-bindgen --target web --out-name webmessaging --out-dir "$scratch" \
  "$CARGO_TARGET_DIR/$target/wasm/webmessaging_wasm.wasm"
features=(bulk-memory bulk-memory-opt multivalue mutable-globals nontrapping-float-to-int reference-types sign-ext)
# A function that is called once is not moved into its caller: that is shorter, but packs worse.
optimize=(wasm-opt -Oz --one-caller-inline-max-function-size=1 "${features[@]/#/--enable-}" "$scratch/webmessaging_bg.wasm")
"${optimize[@]}" --debuginfo -o "$scratch/named.wasm"
"${optimize[@]}" -o "$scratch/webmessaging_bg.wasm"

mkdir -p "$here/js/dist"
cp "$scratch"/webmessaging{.js,.d.ts,_bg.wasm} "$here/js/dist"
node "$root/.ci/wasm-report.mjs" "$here/js/dist" "$scratch/named.wasm"
