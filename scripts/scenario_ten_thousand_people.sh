# Sourced by scenario.sh: an operator grows past 10,000 people. The crowd is registered, consents
# and is enrolled by stage_people through facegate's own services, with made-up faces; whoever
# crosses a number comes to the desk, and real faces are enrolled over gRPC. The clock is moved by
# a file.
# shellcheck shell=bash disable=SC2154
reached="facegate audit list --type threshold.reached"
left=0.15,0.25,0.35,0.5   # where faces are in desk.jpg
right=0.7,0.1,0.95,0.4

# arrives WHO REGION [CODE]: registered, consents and is enrolled, which ends with that exit code.
arrives() {
  as desk 0 "facegate subject create subjects/$1 --age 35"
  as desk 0 "facegate consent grant subjects/$1 --id c1 --site $site --form SEPARATE \\
    --scope VERIFY --days 300 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
  as desk "${3:-0}" "facegate enroll --subject subjects/$1 --region $2 desk.jpg"
}

# grow_to NUMBER: brings the people who are enrolled to that number, with the server away meanwhile.
grow_to() {
  stage_close
  printf 'operator$ stage_people --until %s\n' "$1"
  stage_people --config facegate.yaml --site "${site#sites/}" --until "$1"
  stage_start
}

# days_later NUMBER: the clock is that many days ahead from now on.
days_later() {
  echo "$1" > days
  printf 'days later: %s\n' "$1"
}

# swept TEXT: waits until the operator's duties, looked at again and again, are on record as TEXT.
swept() {
  local _
  for _ in $(seq 150); do
    if as operator 0 "$reached" > /dev/null && [[ "$printed" == *"$1"* ]]; then break; fi
    sleep 0.2
  done
  as operator 0 "$reached"
  saying "$1"
}

say "7,999 people are enrolled. Nothing is on record yet."
grow_to 7999
as operator 0 "$reached"
saying_nothing
say "The 8,000th comes to the desk: an early warning is on record."
arrives person-a "$right"
saying "ALLOW ENROLLED"
swept "EARLY_WARNING at 8000"

say "The 9,500th: the second warning."
grow_to 9499
arrives person-b "$left"
saying "ALLOW ENROLLED"
swept "EARLY_WARNING at 9500"

say "10,000 people are not more than 10,000. The 10,001st is: a filing is due in 30 working days."
grow_to 9999
arrives person-c "$right"
saying "ALLOW ENROLLED"
arrives person-d "$left"
saying "ALLOW ENROLLED"
swept "FILING at 10001"
[[ "$printed" != *"at 10000"* ]]
as operator 0 "$reached --json > reached.json"
due=$(python3 - <<'PYTHON'
import json
records = json.load(open("reached.json"))
filing = next(r for r in records if r["kind"] == "FILING")
assert filing["persons"] == 10001 and filing["stored"] == 10001, filing
assert {r["persons"] for r in records} == {8000, 9500, 10001}, records
print(filing["due_on"])
PYTHON
)
note "It is due on $due, by the calendar of working days."

say "The packet for the authority is made from what is on record."
facegate docs filing --forms "$root/config/documents" --example | python3 -c '
import json, sys
model = json.load(sys.stdin)
model.update(trigger="More than 10,000 people are stored", trigger_on=sys.argv[1],
             dated=sys.argv[1], counted_on=sys.argv[1], due_on=sys.argv[2], stored_people=10001)
print(json.dumps(model))' "$(date -u +%F)" "$due" > filing.json
as operator 0 "facegate docs filing --forms $root/config/documents \\
    --input filing.json --out filing.pdf"
saying "wrote filing.pdf"
as operator 0 "facegate docs filing --forms $root/config/documents \\
    --input filing.json --out filing.txt"
as operator 0 "grep -e '^Because:' -e '^Since:' -e '^Last day' -e 10001 filing.txt"
saying "Last day to file: $due"
saying "10001"

days=$((($(date -u -d "$due" +%s) - $(date -u -d "$(date -u +%F)" +%s)) / 86400))
say "On the last day people still come in and are enrolled."
days_later "$days"
arrives person-e "$right"
saying "ALLOW ENROLLED"
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"

say "After it nobody new is enrolled, and nobody's picture is opened for it."
days_later $((days + 10))  # no run of holidays is longer
arrives person-f "$left" 1
saying "rule cn23.a16.file-10k (16)"
saying "nothing was decoded"
as operator 0 "facegate audit list --rule cn23.a16.file-10k"
saying "ENROLL"
note "Whoever is enrolled still comes in."
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"

say "A draft in a drawer is no filing."
as operator 0 "facegate filing create filings/more-than-10000 --status DRAFT \\
    --authority 'Cyberspace office of the prefecture'"
as desk 1 "facegate enroll --subject subjects/person-f --region $left desk.jpg"
saying "rule cn23.a16.file-10k"

say "It is filed, and the authority takes it: the desk is open again."
filed=$(printf -- '--docs %s ' HANDLER_BASICS PI_OFFICER NECESSITY_STATEMENT PURPOSE_AND_METHOD \
  STORED_COUNT_AND_SECURITY RULES_AND_PROCEDURES PIA_REPORT)
as operator 0 "facegate filing update filings/more-than-10000 --status SUBMITTED \\
    --submitted-on $(date -u -d "+$days days" +%F) $filed"
as operator 0 "facegate filing update filings/more-than-10000 --status ACCEPTED \\
    --accepted-on $(date -u -d "+$((days + 5)) days" +%F)"
as desk 0 "facegate enroll --subject subjects/person-f --region $left desk.jpg"
saying "ALLOW ENROLLED"
