#!/usr/bin/env bash
# Brings a Debian 12 machine to where facegate builds: packages from Debian, then the model files.
#
#   scripts/setup.sh            install what is missing, fetch and verify the models
#
# Idempotent; the second run takes a moment and touches nothing. Progress goes to stdout. What could
# not be had, and from where, is one line on stderr, and exit code 1.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packages=(
  build-essential g++ cmake ninja-build ccache pkg-config
  libopencv-dev libdlib-dev libdlib-data libopenblas-dev
  libgrpc++-dev libprotobuf-dev protobuf-compiler protobuf-compiler-grpc
  libsqlite3-dev libsqlitecpp-dev libexpected-dev libspdlog-dev libyaml-cpp-dev
  libcli11-dev nlohmann-json3-dev libssl-dev openssl libcpp-httplib-dev prometheus-cpp-dev
  libpango1.0-dev libcairo2-dev libharfbuzz-dev libfontconfig-dev libqrencode-dev libzbar-dev
  fonts-noto-core fonts-noto-cjk
  libgtest-dev libgmock-dev libbenchmark-dev poppler-utils zbar-tools
  golang-go golang-golang-x-mod-dev
  clang clang-format clang-tidy
  python3 python3-yaml python3-grpcio python3-protobuf python3-jsonschema
  ca-certificates curl git
)

log=$(mktemp)
trap 'rm -f "$log"' EXIT

say() { printf 'setup: %s\n' "$*"; }
fail() {
  printf 'setup: %s\n' "$*" >&2
  exit 1
}

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
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

apt() { as_root env DEBIAN_FRONTEND=noninteractive LC_ALL=C apt-get "$@"; }

# Reads apt's status lines, "dlstatus:1:12.5:what" and "pmstatus:PACKAGE:12.5:what": a line that
# rewrites itself on a terminal, a line for every tenth elsewhere.
show_progress() {
  local kind percent phase shown=
  while IFS=: read -r kind _ percent _; do
    case $kind in
      dlstatus) phase=downloading ;;
      pmstatus) phase=installing ;;
      *) continue ;;
    esac
    percent=${percent%%.*}
    if [ -t 1 ]; then
      printf '\rsetup: %s %3d%% ' "$phase" "$percent"
    elif [ "$shown" != "$phase $((percent / 10))" ]; then
      shown="$phase $((percent / 10))"
      say "$phase $percent%"
    fi
  done
  if [ -t 1 ]; then printf '\r\033[K'; fi
}

install_missing() {
  local missing
  mapfile -t missing < <(list_missing)
  if [ "${#missing[@]}" -eq 0 ]; then
    say "all Debian packages are installed"
    return 0
  fi
  if [ "$(id -u)" -ne 0 ] && ! has_program sudo; then
    fail "run as root, or install sudo: these Debian packages are missing: ${missing[*]}"
  fi
  say "installing ${#missing[@]} Debian packages: ${missing[*]}"
  # Where the lists cannot be refreshed, those at hand may do. What is wrong then shows below.
  apt update -qq >/dev/null 2>"$log" || true
  # The status has a descriptor of its own: apt closes it for what it runs, and an installation
  # script that cannot write to its output fails.
  if ! apt install -y -qq --no-install-recommends -o APT::Status-Fd=3 -o Dpkg::Use-Pty=0 \
      "${missing[@]}" 3>&1 >>"$log" 2>&1 | show_progress; then
    fail "could not install from Debian (is there a network?): ${missing[*]}:" \
      "$(grep -m1 '^E: ' "$log" || tail -n1 "$log")"
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
