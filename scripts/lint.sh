#!/usr/bin/env bash
# Runs clang-tidy with .clang-tidy over the sources, as the preset release compiles them.
#
#   scripts/lint.sh                     every src/**/*.cc, and the headers that they include
#   scripts/lint.sh --since REV         only what differs from the revision REV; for a header, the
#                                       sources that include it
#   scripts/lint.sh FILE...             only these
#   scripts/lint.sh --build DIR         as the build in DIR compiles them, which is left as it is
#   JOBS=8 scripts/lint.sh              more files at a time (default 2)
#
# Without --build it configures the preset and builds the protos' code where it is missing. Findings
# go to stdout, progress to stderr. Exit code: 0 for no finding, 1 for any, 2 if it could not run.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)

since=
build=
files=()
while [ $# -gt 0 ]; do
  case "$1" in
    --since) since=${2:?--since needs a revision}; shift 2 ;;
    --build) build=$(realpath "${2:?--build needs a folder}"); shift 2 ;;
    -h | --help) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    -*) echo "lint.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
    *) files+=("$(realpath -e "$1")") || exit 2; shift ;;
  esac
done
cd "$root"

# Changed and new files under src and include; a header stands for the sources that include it.
changed_sources() {
  local path spelling
  { git diff --name-only --diff-filter=d "$since" -- src include
    git ls-files --others --exclude-standard -- src include
  } | while read -r path; do
    case "$path" in
      src/*.cc) echo "$path" ;;
      *.h)
        spelling=${path#src/}
        spelling=${spelling#include/}
        grep -rlF --include='*.cc' "\"$spelling\"" src || true ;;
    esac
  done | sort -u
}

if [ -n "$since" ]; then
  git rev-parse --verify --quiet "$since^{commit}" >/dev/null ||
    { echo "lint.sh: no revision '$since'" >&2; exit 2; }
  mapfile -t files < <(changed_sources)
elif [ "${#files[@]}" -eq 0 ]; then
  mapfile -t files < <(find src -name '*.cc' | sort)
fi

if [ -z "$build" ]; then
  build=$root/build/release
  { [ -f "$build/compile_commands.json" ] || cmake --preset release
    cmake --build --preset release -j "${JOBS:-2}" --target facegate_proto
  } >&2 || exit 2
fi
[ -f "$build/compile_commands.json" ] ||
  { echo "lint.sh: no compile_commands.json in $build" >&2; exit 2; }

out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
export out

# The compilers' flags, without those that only g++ knows: they are no fault of the code.
cp "$build/compile_commands.json" "$out"
while read -r flag; do
  clang -x c++ -fsyntax-only "$flag" /dev/null 2>/dev/null ||
    sed -i "s| $flag\([ \"]\)|\1|g" "$out/compile_commands.json"
done < <(grep -oE ' -[fm][^ "]+' "$out/compile_commands.json" | sort -u)

# Each file has a log of its own, so that files at work together do not interleave.
lint_one() {
  local log=$out/${1//\//+}
  echo "lint.sh: $1" >&2
  clang-tidy --quiet -p "$out" --config-file=.clang-tidy \
    --extra-arg=-Wno-unknown-warning-option --extra-arg=-Wno-ignored-optimization-argument \
    "$1" > "$log.log" 2> "$log.errors" || echo "$1" > "$log.failed"
}
export -f lint_one
if [ "${#files[@]}" -gt 0 ]; then
  # shellcheck disable=SC2016  # the inner shell expands it
  printf '%s\0' "${files[@]}" | xargs -0 -n 1 -P "${JOBS:-2}" bash -c 'lint_one "$0"'
fi

# A header's finding appears with every source that includes it; once is enough.
find "$out" -name '*.log' -exec cat {} + |
  grep -E '^[^ ]+:[0-9]+:[0-9]+: (warning|error): ' | sed "s|^$root/||" |
  sort -u > "$out/findings" || true
cat "$out/findings"
count=$(wc -l < "$out/findings")
echo "lint: $count findings in ${#files[@]} files" >&2
if [ "$count" -gt 0 ]; then exit 1; fi
if compgen -G "$out/*.failed" >/dev/null; then
  echo "lint.sh: clang-tidy failed without a finding:" >&2
  cat "$out"/*.log "$out"/*.errors >&2
  exit 2
fi
