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
source "$(dirname "${BASH_SOURCE[0]}")/stage.sh"
stage_arguments "$@"
stage_set
cat > notice.txt <<'TEXT'
Acme AG compares your face at the main door of the lobby to let you in. It keeps an encrypted
template, no picture, for at most 30 days. You may refuse or withdraw at any time, at the desk: the
badge reader and the staffed desk stay open to you.
TEXT
stage_open core
export FACEGATE_PURPOSE=purposes/building_access

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
note "A's secret and the hash of A's token in the data folder: $left"
[ "$left" = "0 of 2" ]
as desk 2 "facegate subject create subjects/person-a"

say "7. The auditor copies the log and checks it alone; A's receipt still proves the withdrawal."
as auditor 0 "facegate audit list --type decision"
as auditor 0 "facegate audit keys --out log.vkeys > /dev/null"
as auditor 0 "facegate audit export copy"
stage_close
note "The server is stopped: nothing below asks it."
as auditor 0 "facegate audit verify copy"
as auditor 0 "facegate receipt verify withdrawn.json"
note "One byte of the copy is changed."
as auditor 0 "sed -i s/NO_MATCH/NO_MATCX/ copy/tile/entries/000.p/*"
as auditor 1 "facegate audit verify copy"
