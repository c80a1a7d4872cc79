# Sourced by demo.sh and scenario.sh: a server with keys and certificates of its own in a temporary
# folder, and how a story on it is told. The story goes to stdout, all else to stderr.
#
#   stage_arguments "$@"      sets bin, models, keep; what is left is in `left`
#   stage_set [TARGET...]     builds what is missing, those targets too; makes folder, photographs,
#                             keys and certificates
#   stage_open PACK...        writes the configuration with those packs, starts the server
#   stage_close, stage_start  stops it; starts it again as it was
#
# `server_command` is what is started, facegated if it is not set; `profile` how the rules are read;
# `keep_images` whether the gateway keeps images where it may.
# shellcheck shell=bash
program=$(basename "$0")
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
models=${FACEGATE_MODELS_DIR:-$root/build/models}
bin=
keep=false
server=
server_command=(facegated)
profile=none
keep_images=false
left=()

stage_arguments() {
  while [ $# -gt 0 ]; do
    case "$1" in
      --bin) bin=$(cd "${2:?--bin needs a folder}" && pwd); shift 2 ;;
      --keep) keep=true; shift ;;
      -h | --help) sed -n '2,/^[^#]/{s/^# \{0,1\}//p}' "$0"; exit 0 ;;
      -*) echo "$program: unknown argument '$1' (see --help)" >&2; exit 2 ;;
      *) left+=("$1"); shift ;;
    esac
  done
}

stage_finish() {
  local code=$?
  if [ -n "$server" ]; then
    kill "$server" 2>/dev/null || true
    wait "$server" 2>/dev/null || true
  fi
  if [ "$code" -ne 0 ] && [ -f "$work/server.log" ]; then
    echo "$program: failed; the end of the server's log:" >&2
    tail -n 20 "$work/server.log" >&2
  fi
  if "$keep"; then echo "$program: kept $work" >&2; else rm -rf "$work"; fi
}

stage_set() {
  if [ -z "$bin" ]; then
    "$root/scripts/setup.sh" >&2
    (cd "$root" && cmake --preset release && cmake --build --preset release -j "${JOBS:-2}" \
      --target facegated facegate "$@") >&2
    bin=$root/build/release/bin
  fi
  export PATH=$bin:$PATH
  work=$(mktemp -d)
  trap stage_finish EXIT
  cd "$work"
  cp "$models/sample1.jpg" desk.jpg  # A on the right, B on the left, another between them
  cp "$models/sample3.jpg" door.jpg  # A in the middle, a stranger on each side
  "$root/scripts/dev_certs.sh" certs operators/acme >&2
  facegate keys init keys >&2
}

stage_open() {
  local pack packs=
  for pack in "$@"; do packs+="${packs:+, }$root/config/policies/$pack.yaml"; done
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
  packs: [$packs]
  vocabulary: $root/config/policies/vocabulary.yaml
  calendar: $root/config/calendars/cn.yaml
  wording: $root/config/documents/wording.yaml
  profile: $profile
image: {keep_images: $keep_images}
permit: {permit_ms_max: 60000}  # patience for slow builds, such as sanitizers
YAML
  stage_start
}

stage_start() {
  : > server.log  # there before the server is, for what looks into it
  "${server_command[@]}" --config facegate.yaml 2> server.log &
  server=$!
  local port=
  for _ in $(seq 1200); do
    port=$(sed -n 's/.*gateway_ready.*port=\([0-9]*\).*/\1/p' server.log)
    if [ -n "$port" ] || ! kill -0 "$server" 2>/dev/null; then break; fi
    sleep 0.1
  done
  [ -n "$port" ] || { echo "$program: the server did not start" >&2; exit 1; }
  export FACEGATE_ADDRESS=127.0.0.1:$port FACEGATE_OPERATOR=acme FACEGATE_TLS_CA=certs/ca.crt
  export FACEGATE_LOG_KEYS=log.vkeys FACEGATE_TIMEOUT_MS=60000
}

stage_close() {
  kill "$server"
  wait "$server"
  server=
}

# second_operator: another certificate of the role operator, for WHO operator2.
second_operator() {
  mkdir -p certs/second
  cp certs/ca.crt certs/ca.key certs/second/
  "$root/scripts/dev_certs.sh" certs/second operators/acme >&2
  cp certs/second/operator.crt certs/operator2.crt
  cp certs/second/operator.key certs/operator2.key
}

say() { printf '\n# %s\n' "$*"; }
note() { printf '# %s\n' "$*"; }

# as WHO CODE COMMAND: shows the command, runs it with WHO's certificate, insists on its exit code.
# What it printed is in `printed`. `site` names the site whose cameras door, lane and desk are.
site=sites/lobby
printed=
as() {
  local who=$1 expected=$2 command=$3 role code=0
  case "$who" in
    door) role=controller; export FACEGATE_CAMERA=$site/cameras/door ;;
    lane) role=camera; export FACEGATE_CAMERA=$site/cameras/lane ;;
    desk) role=enroller; export FACEGATE_CAMERA=$site/cameras/desk ;;
    *) role=$who ;;
  esac
  export FACEGATE_TLS_CERT=certs/$role.crt FACEGATE_TLS_KEY=certs/$role.key
  printf '%s$ %s\n' "$who" "$command"
  printed=$(eval "$command" 2>&1) || code=$?
  [ -z "$printed" ] || printf '%s\n' "$printed"
  if [ "$code" -ne "$expected" ]; then
    echo "$program: expected exit code $expected, got $code: $command" >&2
    exit 1
  fi
}

# saying TEXT: insists that the last command printed it.
saying() {
  case "$printed" in
    *"$1"*) ;;
    *) echo "$program: expected the answer to say: $1" >&2; exit 1 ;;
  esac
}

# saying_nothing: insists that it printed nothing.
saying_nothing() {
  [ -z "$printed" ] || { echo "$program: expected no answer" >&2; exit 1; }
}
