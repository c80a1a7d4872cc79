#!/usr/bin/env bash
# Builds and runs the tests.
#
#   scripts/test.sh                              everything, Release
#   scripts/test.sh --preset asan                debug | release | asan | tsan | clang
#   scripts/test.sh --label unit                 only tests whose label matches: unit conformance
#                                                invariant flow fault golden fuzz compile_fail
#                                                tidy bench
#   JOBS=8 scripts/test.sh                       more compilers and tests at a time (default 2)
#
# Sets the machine up first. Ends with ctest's own summary; the exit code is ctest's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

preset=release
label=
while [ $# -gt 0 ]; do
  case "$1" in
    --preset) preset=${2:?--preset needs a name}; shift 2 ;;
    --label) label=${2:?--label needs a name}; shift 2 ;;
    -h | --help) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "test.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
done
case "$preset" in
  release | debug | asan | tsan | clang) ;;
  *) echo "test.sh: unknown preset '$preset': release debug asan tsan clang" >&2; exit 2 ;;
esac
jobs=${JOBS:-2}

scripts/setup.sh
cmake --preset "$preset"
cmake --build --preset "$preset" -j "$jobs"
ctest --preset "$preset" -j "$jobs" --no-tests=error ${label:+-L "$label"}
