#!/usr/bin/env bash
# Runs a command where WebAssembly can be built and bound: with the standard library for it,
# wasm-bindgen of the version in Cargo.lock, wasm-opt and esbuild. What is not there goes into $TOOLS.
# The library comes from rustup if it can; else it is built from Debian's source by Debian's
# compiler, which then builds the WebAssembly, too. WASM_COMPILER=debian asks for the latter.
# Usage: .ci/wasm.sh COMMAND [ARGUMENT...]
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
tools=${TOOLS:-$HOME/.cache/webmessaging-ci}
target=wasm32-unknown-unknown
binaryen=132.0.0
esbuild=0.28.2
mkdir -p "$tools"

has_library() {
  compgen -G "$(rustc --print sysroot)/lib/rustlib/$target/lib/libstd-*.rlib" >/dev/null
}

# wasm-bindgen first: it is built by the user's own compiler.
locked=$(sed -n '/^name = "wasm-bindgen"$/{n;s/^version = "\(.*\)"$/\1/p}' "$root/Cargo.lock")
if [ "$("$tools/bin/wasm-bindgen" --version 2>/dev/null)" != "wasm-bindgen $locked" ]; then
  # It runs for a second: built fast is better than running fast.
  CARGO_PROFILE_RELEASE_OPT_LEVEL=1 cargo install --quiet --locked --force --no-default-features --root "$tools" \
    --version "$locked" wasm-bindgen-cli
fi
if [ "$("$tools/binaryen/node_modules/.bin/wasm-opt" --version 2>/dev/null)" != \
  "wasm-opt version ${binaryen%%.*} (version_${binaryen%%.*})" ]; then
  npm install --silent --no-audit --no-fund --prefix "$tools/binaryen" "binaryen@$binaryen"
fi
if [ "$("$tools/esbuild/node_modules/.bin/esbuild" --version 2>/dev/null)" != "$esbuild" ]; then
  npm install --silent --no-audit --no-fund --prefix "$tools/esbuild" "esbuild@$esbuild"
fi
export PATH=$tools/bin:$tools/binaryen/node_modules/.bin:$tools/esbuild/node_modules/.bin:$PATH
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER=$tools/bin/wasm-bindgen-test-runner

# Its source, for a build of it that is smaller; without it, the package is larger.
if [ "${WASM_COMPILER:-}" != debian ] && [ ! -d "$(rustc --print sysroot)/lib/rustlib/src/rust/library" ] &&
  command -v rustup >/dev/null; then
  rustup component add rust-src >/dev/null 2>&1 || echo "no source of the standard library: a larger package" >&2
fi
if [ "${WASM_COMPILER:-}" != debian ] && { has_library || {
  command -v rustup >/dev/null && rustup target add "$target" >/dev/null 2>&1 && has_library; }; }; then
  exec "$@"
fi

command -v apt-get >/dev/null || {
  echo "no standard library for $target: install it, with rustup target add $target" >&2
  exit 1
}
"$root/.ci/debian.sh" rustc-web cargo-web rust-web-src
# The linker of the user's own compiler, or else Debian's of the same LLVM.
linker=$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin/rust-lld
if [ ! -x "$linker" ]; then
  llvm=$(/usr/bin/rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
  "$root/.ci/debian.sh" "lld-$llvm"
  linker=/usr/bin/wasm-ld-$llvm
fi
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=$linker PATH=/usr/bin:$PATH
unset RUSTC RUSTC_WRAPPER

# Updates of Debian's move the compiler, and a library fits the compiler that built it.
sysroot=$tools/wasm-sysroot
version="$(rustc -V), $(cksum <"$root/.ci/wasm.sh")"
if [ "$(cat "$sysroot/version" 2>/dev/null)" != "$version" ]; then
  scratch=$(mktemp -d)
  trap 'rm -rf "$scratch"' EXIT
  mkdir "$scratch/src"
  echo '#![no_std]' >"$scratch/src/lib.rs"
  cat >"$scratch/Cargo.toml" <<'MANIFEST'
[package]
name = "library"
edition = "2024"
[profile.release]
opt-level = "s"
[workspace]
MANIFEST
  # Without the paths of this machine, and with bitcode: the user's crates are linked with it in one.
  flags="-Cembed-bitcode=yes -Zlocation-detail=none --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
  flags+=" --remap-path-prefix=$(rustc --print sysroot)/lib/rustlib/src/rust=/rustc"
  (cd "$scratch" && RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=$scratch/target RUSTFLAGS=$flags \
    cargo build --quiet --release --target "$target" \
    -Zbuild-std=std,panic_abort,panic_unwind,test -Zbuild-std-features=optimize_for_size)
  rm -rf "$sysroot"
  mkdir -p "$sysroot/lib/rustlib/$target/lib"
  mv "$scratch/target/$target"/release/deps/*.rlib "$sysroot/lib/rustlib/$target/lib/"
  rm "$sysroot/lib/rustlib/$target/lib"/liblibrary-*.rlib
  echo "$version" >"$sysroot/version"
  rm -rf "$scratch"
  trap - EXIT
fi
export RUSTFLAGS="--sysroot=$sysroot${RUSTFLAGS:+ $RUSTFLAGS}"
exec "$@"
