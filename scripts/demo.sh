#!/usr/bin/env bash
# Tells facegate's story with real photographs against a real server: consent before recognition,
# withdrawal, erasure, and a log that an auditor checks alone. What it prints stands in README.md.
#
#   scripts/demo.sh              sets up, builds what is missing, tells the story
#   scripts/demo.sh --bin DIR    with programs built before, and models fetched before
#   scripts/demo.sh --keep       leaves the server's folder behind and says where
#
# The story goes to stdout, all else to stderr. Exit code 0: every answer was as it should be.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=
models=${FACEGATE_MODELS_DIR:-$root/build/models}
keep=false
while [ $# -gt 0 ]; do
  case "$1" in
    --bin) bin=$(cd "${2:?--bin needs a folder}" && pwd); shift 2 ;;
    --keep) keep=true; shift ;;
    -h | --help) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; exit 0 ;;
    *) echo "demo.sh: unknown argument '$1' (see --help)" >&2; exit 2 ;;
  esac
done

if [ -z "$bin" ]; then
  "$root/scripts/setup.sh" >&2
  (cd "$root" && cmake --preset release && cmake --build --preset release -j "${JOBS:-2}" \
    --target facegated facegate) >&2
  bin=$root/build/release/bin
fi
export PATH=$bin:$PATH

work=$(mktemp -d)
server=
finish() {
  local code=$?
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [ "$code" -ne 0 ] && [ -f "$work/server.log" ]; then
    echo "demo.sh: failed; the end of the server's log:" >&2
    tail -n 20 "$work/server.log" >&2
  fi
  if "$keep"; then echo "demo.sh: kept $work" >&2; else rm -rf "$work"; fi
}
trap finish EXIT

# ---- The stage: photographs, keys, certificates of each role, a server --------------------------
cd "$work"
cp "$models/sample1.jpg" desk.jpg  # A on the right, B on the left, another between them
cp "$models/sample3.jpg" door.jpg  # A in the middle, a stranger on each side
cat > notice.txt <<'TEXT'
Acme AG compares your face at the main door of the lobby to let you in. It keeps an encrypted
template, no picture, for at most 30 days. You may refuse or withdraw at any time, at the desk: the
badge reader and the staffed desk stay open to you.
TEXT
"$root/scripts/dev_certs.sh" certs operators/acme >&2
facegate keys init keys >&2
cat > facegate.yaml <<YAML
gateway_name: gate.example
listen: {grpc: "127.0.0.1:0", http: ""}
tls: {cert: certs/server.crt, key: certs/server.key, client_ca: certs/ca.crt}
keys_dir: keys
data_dir: data
store: {driver: sqlite, path: data/facegate.db}
models:
  dir: $models
  manifest: $root/models/manifest.yaml
  decision_tables: $root/models/decision_tables.yaml
policy:
  packs: [$root/config/policies/core.yaml]
  vocabulary: $root/config/policies/vocabulary.yaml
  calendar: $root/config/calendars/cn.yaml
permit: {permit_ms_max: 60000}  # patience for slow builds, such as sanitizers
YAML
facegated --config facegate.yaml 2> server.log &
server=$!
port=
for _ in $(seq 1200); do
  port=$(sed -n 's/.*gateway_ready.*port=\([0-9]*\).*/\1/p' server.log)
  if [ -n "$port" ] || ! kill -0 "$server" 2>/dev/null; then break; fi
  sleep 0.1
done
[ -n "$port" ] || { echo "demo.sh: the server did not start" >&2; exit 1; }
export FACEGATE_ADDRESS=127.0.0.1:$port FACEGATE_OPERATOR=acme FACEGATE_TLS_CA=certs/ca.crt
export FACEGATE_PURPOSE=purposes/building_access FACEGATE_LOG_KEYS=log.vkeys
export FACEGATE_TIMEOUT_MS=60000

# ---- How the story is told -----------------------------------------------------------------------
say() { printf '\n# %s\n' "$*"; }
note() { printf '# %s\n' "$*"; }

# as WHO CODE COMMAND: shows the command, runs it with WHO's certificate, insists on its exit code.
as() {
  local who=$1 expected=$2 command=$3 role code=0
  case "$who" in
    door) role=controller; export FACEGATE_CAMERA=sites/lobby/cameras/door ;;
    lane) role=camera; export FACEGATE_CAMERA=sites/lobby/cameras/lane ;;
    desk) role=enroller; export FACEGATE_CAMERA=sites/lobby/cameras/desk ;;
    *) role=$who ;;
  esac
  export FACEGATE_TLS_CERT=certs/$role.crt FACEGATE_TLS_KEY=certs/$role.key
  printf '%s$ %s\n' "$who" "$command"
  eval "$command" 2>&1 || code=$?
  if [ "$code" -ne "$expected" ]; then
    echo "demo.sh: expected exit code $expected, got $code: $command" >&2
    exit 1
  fi
}

residue() { /usr/bin/python3 "$root/tests/flow/residue.py" "$@"; }

note "1. Acme registers its lobby: a door with two other ways in, three cameras, one purpose."
as operator 0 "facegate operator create operators/acme --display-name 'Acme AG'"
as operator 0 "facegate site create sites/lobby --display-name 'Office lobby' \\
    --venue OFFICE --country CH"
as operator 0 "facegate access-point create sites/lobby/accessPoints/main \\
    --display-name 'Main door' --alternative 'CARD:badge reader' \\
    --alternative 'STAFF_DESK:staffed desk'"
as operator 0 "facegate purpose create purposes/building_access \\
    --display-name 'Building access' --category ACCESS_CONTROL --retention-days 30 \\
    --necessity 'Hands-free entry' --alternatives-assessed"
as operator 0 "facegate notice create purposes/building_access/notices/en \\
    --language en --text-file notice.txt"
as operator 0 "facegate camera create sites/lobby/cameras/desk \\
    --display-name Desk --use ENROLLMENT_DESK"
as operator 0 "facegate camera create sites/lobby/cameras/door --display-name Door \\
    --use DOOR --access-point sites/lobby/accessPoints/main --region 0.333,0,0.667,1"
as operator 0 "facegate camera create sites/lobby/cameras/lane --display-name Lane \\
    --use MARKED_LANE --access-point sites/lobby/accessPoints/main"

say "2. Person A comes to the door before consenting. The picture is not even decoded."
as door 1 "facegate authorize --subject subjects/person-a door.jpg --receipt refused.json"
as operator 0 "facegate status --counter frames_decoded --counter faces_embedded"

say "3. At the desk A and B read the notice, consent, and are enrolled from one photograph."
for person in person-a person-b; do
  as desk 0 "facegate subject create subjects/$person --age 35"
  as desk 0 "facegate consent grant subjects/$person --id c1 --site sites/lobby \\
    --form WRITTEN --scope VERIFY --scope IDENTIFY --days 30 \\
    --notice-sha256 \$(sha256sum notice.txt | cut -c-64)"
done
as desk 0 "facegate enroll --subject subjects/person-a --region 0.7,0.1,0.95,0.4 desk.jpg"
as desk 0 "facegate enroll --subject subjects/person-b --region 0.15,0.25,0.35,0.5 desk.jpg"
note "A stands at the door with a stranger on each side; then somebody says that this is B."
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
as door 1 "facegate authorize --subject subjects/person-b door.jpg"

say "4. The same three step into the marked lane: A is found, the strangers are only counted."
as lane 0 "facegate identify door.jpg"

say "5. A withdraws. The template and its key are gone before the call returns."
residue remember data/facegate.db person-a > residue.hex
note "A's sealed template and key in the data folder: $(residue count data < residue.hex)"
as desk 0 "facegate consent withdraw subjects/person-a/consents/c1 --receipt withdrawn.json"
left=$(residue count data < residue.hex)
note "A's sealed template and key in the data folder: $left"
[ "$left" = "0 of 2" ]
as door 1 "facegate authorize --subject subjects/person-a door.jpg"
note "The door cannot tell a withdrawal from a stranger; the operator, who answers for it, can."
as operator 0 "facegate audit list --reason CONSENT_WITHDRAWN"

say "6. A asks to be erased. The secret behind A's pseudonyms goes too; the id is fenced for ever."
residue remember data/facegate.db person-a > residue.hex
as desk 0 "facegate subject erase subjects/person-a --receipt erased.json"
left=$(residue count data < residue.hex)
note "A's secret in the data folder: $left"
[ "$left" = "0 of 1" ]
as desk 2 "facegate subject create subjects/person-a"

say "7. The auditor copies the log and checks it alone; A's receipt still proves the withdrawal."
as auditor 0 "facegate audit list --type decision"
as auditor 0 "facegate audit keys --out log.vkeys > /dev/null"
as auditor 0 "facegate audit export copy"
kill "$server"
wait "$server"
server=
note "The server is stopped: nothing below asks it."
as auditor 0 "facegate audit verify copy"
as auditor 0 "facegate receipt verify withdrawn.json"
note "One byte of the copy is changed."
as auditor 0 "sed -i s/NO_MATCH/NO_MATCX/ copy/tile/entries/000.p/*"
as auditor 1 "facegate audit verify copy"
