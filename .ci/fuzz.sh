#!/usr/bin/env bash
# Runs the body of every fuzz target on inputs that are made of the committed seeds by number: the
# same inputs, and as many, in every run, on every machine, with every compiler. A fuzzer that is
# guided by coverage finds more, but where it goes depends on the build; fuzz/README.md tells how.
# What fails is written to fuzz/artifacts.
# Usage: .ci/fuzz.sh [TARGET...]
set -euo pipefail
cd "$(dirname "$0")/.."

# How many inputs take about 20 s of a processor.
declare -A runs=([decode]=6000000 [roundtrip]=200000 [session]=70000 [model]=25000 [snapshot]=200000
  [emulator]=600000)
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(decode roundtrip session model snapshot emulator)

# The targets themselves must stand, too; nothing is linked, so libFuzzer need not be built.
CUSTOM_LIBFUZZER_PATH=/libfuzzer.a CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$PWD/target}/fuzz \
  cargo check --quiet --locked --manifest-path fuzz/Cargo.toml --bins

suite=(cargo test --quiet --profile checked --locked -p webmessaging-testkit --test suite)
"${suite[@]}" --no-run
for target in "${targets[@]}"; do
  start=$SECONDS
  FUZZ_RUNS=${runs[$target]} "${suite[@]}" -- --exact "fuzz_bodies::$target" --nocapture |
    grep -vE '^$|^running|^test result'
  echo "fuzz $target: $((SECONDS - start)) s"
done
