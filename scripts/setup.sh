#!/usr/bin/env bash
# Brings a Debian 12 machine to where facegate builds: packages from Debian, then the model files.
#
#   scripts/setup.sh            install what is missing, fetch and verify the models
#
# Idempotent; the second run takes a moment and touches nothing. Without a network it says in one
# line what could not be had, and from where.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  build-essential g++ cmake ninja-build ccache pkg-config
  libopencv-dev libdlib-dev libdlib-data libopenblas-dev
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libsqlite3-dev libsqlitecpp-dev libexpected-dev libspdlog-dev libyaml-cpp-dev
  libcli11-dev nlohmann-json3-dev libssl-dev openssl libcpp-httplib-dev prometheus-cpp-dev
  libpango1.0-dev libcairo2-dev libharfbuzz-dev libfontconfig-dev libqrencode-dev
  fonts-noto-core fonts-noto-cjk
  libgtest-dev libgmock-dev libbenchmark-dev poppler-utils zbar-tools
  clang clang-format clang-tidy
  python3 python3-yaml python3-grpcio python3-protobuf
  ca-certificates curl
)

say() { printf 'setup: %s\n' "$*" >&2; }

installed() {
  [ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A program may come from elsewhere than Debian's package, which would then only get in its way.
has_program() { command -v "$1" >/dev/null 2>&1; }

list_missing() {
  local package
  for package in "${packages[@]}"; do
    installed "$package" || echo "$package"
  done
  has_program node || echo nodejs
  has_program npm || echo npm
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif has_program sudo; then
    sudo "$@"
  else
    say "run as root, or install sudo: cannot run '$*'"
    return 1
  fi
}

install_missing() {
  local missing
  mapfile -t missing < <(list_missing)
  if [ "${#missing[@]}" -eq 0 ]; then
    say "all Debian packages are installed"
    return 0
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  if ! as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq; then
    say "the package lists could not be refreshed; trying with those at hand"
  fi
  if ! as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null; then
    say "could not install from Debian (is there a network?): ${missing[*]}"
    return 1
  fi
}

if ! has_program dpkg-query; then
  say "this is no Debian machine; install the equivalents of: ${packages[*]} nodejs npm"
else
  install_missing
fi

if [ -x scripts/fetch_models.sh ]; then
  scripts/fetch_models.sh
fi
say "ready"
