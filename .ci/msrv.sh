#!/usr/bin/env bash
# Checks a crate with the oldest compiler that it promises to work with. Takes that compiler from
# rustup if it can, else from Debian's archive, unpacked beside the system and not installed.
# Usage: .ci/msrv.sh VERSION CRATE...
set -euo pipefail
version=$1
shift
packages=(--locked)
for crate in "$@"; do packages+=(-p "$crate"); done
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/msrv

if command -v rustup >/dev/null && { rustup toolchain list | grep -q "^$version" ||
  rustup toolchain install "$version" --profile minimal >/dev/null 2>&1; }; then
  exec cargo "+$version" check "${packages[@]}"
fi

tools=${TOOLS:-$HOME/.cache/webmessaging-ci}/rustc-$version
if [ ! -x "$tools/usr/bin/rustc" ]; then
  [ -n "$(apt-cache madison rustc-web)" ] || apt-get update -qq
  debian=$(apt-cache madison rustc-web | awk -v v="$version" 'index($3, v) == 1 { print $3; exit }')
  [ -n "$debian" ] || { echo "no rustc $version: neither rustup nor Debian has it" >&2; exit 1; }
  download=$(mktemp -d)
  trap 'rm -rf "$download"' EXIT
  (cd "$download" && apt-get download -qq "rustc-web=$debian" "libstd-rust-web-dev=$debian" \
    "libstd-rust-web-${version%.*}=$debian" libllvm19)
  mkdir -p "$tools"
  for package in "$download"/*.deb; do dpkg -x "$package" "$tools"; done
fi
cat > "$tools/rustc" <<EOF
#!/bin/sh
LD_LIBRARY_PATH="$tools/usr/lib/x86_64-linux-gnu" exec "$tools/usr/bin/rustc" "\$@"
EOF
chmod +x "$tools/rustc"
"$tools/rustc" --version
RUSTC=$tools/rustc cargo check "${packages[@]}"
