#!/usr/bin/env bash
# Builds every fuzz target and runs each from the committed seeds: the same inputs, and as many, in
# every run. Inputs that are kept are in memory, so the repository stays as it is; what fails is
# written to fuzz/artifacts. fuzz/README.md tells how to run for hours.
# Usage: .ci/fuzz.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."
TOOLS=${TOOLS:-$HOME/.cache/webmessaging-ci}
cargo_fuzz=0.13.2
triple=$(rustc -vV | sed -n 's/^host: //p')

# How many inputs take about 20 s, and the longest of them.
declare -A runs=([decode]=600000 [roundtrip]=50000 [session]=5000 [model]=2000 [snapshot]=10000
  [emulator]=25000)
declare -A longest=([decode]=2048 [roundtrip]=1024 [session]=512 [model]=512 [snapshot]=512
  [emulator]=1024)
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(decode roundtrip session model snapshot emulator)

if [ "$("$TOOLS/bin/cargo-fuzz" --version 2>/dev/null)" != "cargo-fuzz $cargo_fuzz" ]; then
  cargo install --quiet --locked --root "$TOOLS" --version "$cargo_fuzz" cargo-fuzz
fi
# The switches that a fuzzer needs are nightly's; the stable compiler has them, too. There is no
# unsafe code to be sanitized, and without a sanitizer a run is twice as fast.
export RUSTC_BOOTSTRAP=1 CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/fuzz/target}
(cd fuzz && "$TOOLS/bin/cargo-fuzz" build --sanitizer none --target "$triple")

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p fuzz/artifacts
for target in "${targets[@]}"; do
  seeds=(fuzz/seeds/"$target"/*)
  options=()
  case $target in
    decode) seeds+=(tests/frames/*.json); options=(-dict=fuzz/json.dict) ;;
    emulator) options=(-dict=fuzz/json.dict) ;;
  esac
  # In this order, whatever the file system's is.
  (IFS=,; printf %s "${seeds[*]}") >"$scratch/seeds"
  start=$SECONDS
  if ! "$CARGO_TARGET_DIR/$triple/release/$target" -seed=1 -reload=0 -runs="${runs[$target]}" \
    -max_len="${longest[$target]}" -rss_limit_mb=2048 -timeout=10 -print_final_stats=1 \
    -artifact_prefix="fuzz/artifacts/$target-" -seed_inputs="@$scratch/seeds" "${options[@]}" \
    >"$scratch/log" 2>&1; then
    grep -v -E '^#|NEW_FUNC|^ +#' "$scratch/log" | tail -60
    echo "fuzz $target: a finding; the input is in fuzz/artifacts"
    exit 1
  fi
  executions=$(sed -n 's/^stat::number_of_executed_units: //p' "$scratch/log")
  coverage=$(grep -E '^#[0-9]+.DONE' "$scratch/log" | grep -oE 'cov: [0-9]+ ft: [0-9]+')
  echo "fuzz $target: $executions executions from ${#seeds[@]} seeds, $coverage, $((SECONDS - start)) s"
done
