#!/usr/bin/env bash
# Measures which lines of the core the tests reach, and fails below a floor.
# The reports are read by the LLVM of the compiler's own version, from Debian if it is not there.
# Usage: .ci/coverage.sh PERCENT
set -euo pipefail
floor=$1
tools=${TOOLS:-$HOME/.cache/webmessaging-ci}
version=0.9.1
if [ "$("$tools/bin/cargo-llvm-cov" llvm-cov --version 2>/dev/null)" != "cargo-llvm-cov $version" ]; then
  cargo install --quiet --locked --root "$tools" --version "$version" cargo-llvm-cov
fi
major=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
if [ ! -x "/usr/lib/llvm-$major/bin/llvm-cov" ]; then
  install=(env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "llvm-$major")
  "${install[@]}" >/dev/null 2>&1 || { apt-get update -qq && "${install[@]}" >/dev/null; }
fi
export LLVM_COV=/usr/lib/llvm-$major/bin/llvm-cov LLVM_PROFDATA=/usr/lib/llvm-$major/bin/llvm-profdata
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/coverage
"$tools/bin/cargo-llvm-cov" llvm-cov -p webmessaging-proto --lib --test suite --locked \
  --fail-under-lines "$floor" | grep -E '^(Filename|[a-z_/]+\.rs|TOTAL)|panicked|test result'
