#!/usr/bin/env bash
# Tells how a place works under the rules of its country, with real photographs against a real
# server: what is allowed there, and what each missing piece leads to.
#
#   scripts/scenario.sh supermarket     paying with the face at a till
#   scripts/scenario.sh boarding_gate   boarding by face or by document
#   scripts/scenario.sh compound_door   a residents' door
#   scripts/scenario.sh hotel           check-in, and a guest room that is refused
#   scripts/scenario.sh museum          an entrance, and a child
#   scripts/scenario.sh ten_thousand_people   an operator that grows until it must file
#   scripts/scenario.sh original_images       a purpose that would keep pictures
#   scripts/scenario.sh ethnic_profiling      labels that no purpose may carry
#   scripts/scenario.sh NAME --bin DIR  with programs built before, and models fetched before
#   scripts/scenario.sh NAME --keep     leaves the server's folder behind and says where
#
# The places are described in config/examples. The story goes to stdout, all else to stderr. Exit
# code 0: every answer was as it should be. None of it is legal advice.
set -euo pipefail
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"
stage_arguments "$@"
name=${left[0]:-}
example=$root/config/examples/$name.yaml
if [ "${#left[@]}" -ne 1 ] || [ ! -f "$example" ]; then
  known=$(cd "$root/config/examples" && ls | sed 's/[.]yaml$//' | tr '\n' ' ')
  echo "scenario.sh: name one of: $known" >&2
  exit 2
fi
packs=(core cn25 cnpipl cnspc cnnds cnminor)
targets=()
case "$name" in
  ten_thousand_people)
    # Thirty working days pass, and 10,000 people come: programs of the tests help with both.
    packs+=(cn23)
    targets=(stage_server stage_people)
    server_command=(stage_server --days-file days)
    ;;
  original_images)
    packs+=(cn23)
    profile=strict
    keep_images=true
    ;;
esac
stage_set "${targets[@]}"
later=$(date -u -d '+3 years +2 days' +%F)
sed "s/@TODAY@/$(date -u +%F)/; s/@NOW@/$(date -u +%FT%TZ)/; s/@LATER@/$later/" \
  "$example" > place.yaml
stage_open "${packs[@]}"
site=sites/$(sed -n '/^  sites:/,$s/^    - id: //p' place.yaml | head -n 1)
export FACEGATE_PURPOSE=purposes/entry FACEGATE_SITE=$site
hash() { sha256sum "$1" | cut -c-64; }

# changed SED: the place described otherwise; applies it as the operator.
changed() {
  sed "$1" place.yaml > changed.yaml
  as operator 0 "facegate registry apply changed.yaml"
}
restored() { as operator 0 "facegate registry apply place.yaml"; }

# A grown-up who consents and is enrolled at the desk.
welcome() {
  as desk 0 "facegate subject create subjects/person-a --age 35"
  as desk 0 "facegate consent grant subjects/person-a --id c1 --site $site --form SEPARATE \\
    --scope VERIFY --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
  as desk 0 "facegate enroll --subject subjects/person-a --region 0.7,0.1,0.95,0.4 desk.jpg"
}
echo "signed" > form.txt

say "The place is registered from one file."
as operator 0 "facegate registry apply place.yaml"
as operator 0 "facegate registry apply place.yaml"
saying "nothing to do"
# What people are shown, by its hash: a consent names it.
read_notice() {
  facegate --json notice list purposes/entry | python3 -c '
import json, sys
notices = json.load(sys.stdin)
print(max(notices, key=lambda n: n["purposeVersion"])["textSha256"])' > notice.sha256
}
read_notice

# Stories that are told in a file of their own.
if [ -f "$root/scripts/scenario_$name.sh" ]; then
  # shellcheck source=/dev/null
  source "$root/scripts/scenario_$name.sh"
  exit 0
fi

say "Whoever has not consented goes another way, and no picture is opened."
as door 1 "facegate authorize --subject subjects/person-a door.jpg"
saying "USE_ALTERNATIVE CONSENT_MISSING"
saying "nothing was decoded"

if [ "$name" != museum ]; then
  say "A person consents to this and nothing else, is enrolled, and comes by."
  welcome
  as door 0 "facegate authorize --subject subjects/person-a door.jpg"
  saying "ALLOW MATCHED"
fi

case "$name" in
  supermarket)
    say "The sign at the entrance is gone: nobody's face is looked at."
    changed 's/present: true/present: false/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "USE_ALTERNATIVE POLICY_DENIED"
    as operator 0 "facegate audit list --rule cn25.a13.public-place"
    restored
    say "Card terminal and staffed till are out of order: the face lane closes too."
    changed 's/\(name: \(staffed till\|card terminal\), operational:\) true/\1 false/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "DENY"
    restored
    as door 0 "facegate authorize --subject subjects/person-a door.jpg"
    say "The person withdraws."
    as desk 0 "facegate consent withdraw subjects/person-a/consents/c1"
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "USE_ALTERNATIVE CONSENT_MISSING"
    ;;
  boarding_gate)
    say "The document lane has no staff left: the face lane does not stay open alone."
    changed 's/\(name: document lane, operational:\|name: gate staff, operational:\) true/\1 false/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "DENY"
    restored
    say "Boarding would be refused to whoever refuses: that is pressure."
    changed 's/service_refused_on_refusal: false/service_refused_on_refusal: true/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "USE_ALTERNATIVE POLICY_DENIED"
    as operator 0 "facegate audit list --rule cn25.a12.no-pressure"
    ;;
  compound_door)
    say "A resident who refuses comes in by card, by code or past the guard."
    as desk 0 "facegate subject create subjects/person-b --age 70"
    as door 1 "facegate authorize --subject subjects/person-b door.jpg"
    saying "instead: card reader (CARD)"
    saying "instead: key pad (PIN)"
    saying "instead: guard (STAFF_DESK)"
    say "Card reader, key pad and guard fail: a face lane is never the only way."
    changed 's/\(name: \(card reader\|key pad\|guard\), operational:\) true/\1 false/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "DENY"
    restored
    ;;
  hotel)
    say "Whoever prefers a document would not get a key: that is forcing, whatever it is called."
    changed 's/service_refused_on_refusal: false/service_refused_on_refusal: true/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "USE_ALTERNATIVE POLICY_DENIED"
    restored
    say "A guest room is no place for a camera, for any purpose and under any exemption."
    as operator 2 "facegate site create sites/room-12 --display-name 'Room 12' \\
    --venue HOTEL_ROOM --country CN"
    saying "core.intimate-spaces"
    ;;
  museum)
    say "A child of twelve consents for itself: that is no consent, and no template is made."
    as desk 0 "facegate subject create subjects/person-a --age 12"
    as desk 2 "facegate consent grant subjects/person-a --id c1 --site $site --form SEPARATE \\
    --scope VERIFY --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
    saying "cn25.a07.minors"
    as desk 1 "facegate enroll --subject subjects/person-a --region 0.7,0.1,0.95,0.4 desk.jpg"
    saying "CONSENT_MISSING"
    say "A visitor says no. Asking again would be pressing, and is refused and on record."
    as desk 0 "facegate subject create subjects/person-b --age 40"
    as desk 0 "facegate consent request subjects/person-b --id ask-1 --site $site --scope VERIFY \\
    --notice-sha256 \$(cat notice.sha256) --alternative STAFF_DESK --channel DESK"
    as desk 0 "facegate consent refuse subjects/person-b/consents/ask-1"
    saying "REFUSED"
    as desk 2 "facegate consent request subjects/person-b --site $site --scope VERIFY \\
    --notice-sha256 \$(cat notice.sha256)"
    saying "cnnds.a22"
    as operator 0 "facegate audit list --rule cnnds.a22"
    say "A parent consents, and the desk has seen that they are one."
    as desk 0 "facegate consent grant subjects/person-a --id c2 --site $site --form SEPARATE \\
    --scope VERIFY --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt) \\
    --given-by PARENT --guardian-evidence-sha256 \$(hash form.txt) \\
    --guardian-verified-by desk-1"
    as desk 0 "facegate enroll --subject subjects/person-a --region 0.7,0.1,0.95,0.4 desk.jpg"
    as door 0 "facegate authorize --subject subjects/person-a door.jpg"
    saying "ALLOW MATCHED"
    say "Refusing would cost more at the ticket desk: nobody's face is looked at."
    changed 's/\(name: ticket desk, .*extra_cost:\) false/\1 true/'
    as door 1 "facegate authorize --subject subjects/person-a door.jpg"
    saying "USE_ALTERNATIVE POLICY_DENIED"
    as operator 0 "facegate audit list --rule cn25.a10.not-sole"
    ;;
esac
