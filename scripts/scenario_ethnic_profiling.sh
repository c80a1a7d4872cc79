# Sourced by scenario.sh: an operator asks for more than who somebody is. Each attempt is refused
# for what facegate cannot do, and is on record; no exemption and no consent changes that.
# shellcheck shell=bash disable=SC2154
say "Who somebody is may be asked: a person consents, is enrolled, and comes in."
welcome
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"
as operator 0 "facegate status --counter frames_decoded --counter faces_embedded"
looked_at=$printed

# refused COMMAND: a registration that no rule may let pass.
refused() {
  as operator 2 "$1"
  saying "SENSITIVE_LABEL"
}
visitors="facegate purpose create purposes/visitors \\
    --display-name 'Visitors by ethnicity' --category CUSTOMER_SERVICE \\
    --necessity 'To know who comes' --alternatives-assessed"
say "Whatever would carry a label is refused: a purpose, its grounds, a camera, a way in."
refused "$visitors"
refused "facegate purpose create purposes/visitors --display-name Visitors \\
    --category CUSTOMER_SERVICE --necessity 'To count visitors by religion'"
refused "facegate purpose create purposes/health-check --display-name Visitors \\
    --category CUSTOMER_SERVICE --necessity 'To know who comes'"
refused "facegate camera create $site/cameras/second --display-name '民族识别' \\
    --use DOOR --access-point $site/accessPoints/entrance"
refused "facegate access-point create $site/accessPoints/second --display-name 'Second' \\
    --alternative 'STAFF_DESK:desk for the disabled'"
say "A person has no such field either."
as desk 2 "facegate subject create subjects/person-b --age 35 --ethnicity any"
saying "--ethnicity"

say "Each attempt is on record, by kind and rule, without the words that were tried."
as operator 0 "facegate --json audit list --type registry.refused > refused.json"
as operator 0 "facegate audit keys --out log.vkeys > keys.json"
as operator 0 "facegate audit export copy"
python3 - <<'PYTHON'
import collections, json, pathlib
records = json.load(open("refused.json"))
kinds = collections.Counter(record["kind"] for record in records)
assert kinds == {"purpose": 3, "camera": 1, "accessPoint": 1}, kinds
for record in records:
    assert record["rule"] == "core.no-attribute-analysis", record
    assert record["actor"]["role"] == "OPERATOR" and len(record["actor"]["fingerprint"]) == 64
log = b"".join(f.read_bytes() for f in pathlib.Path("copy").rglob("*") if f.is_file())
for word in ("ethnic", "religion", "health", "民族", "disabled"):
    assert word.encode() not in log, word
for record in records:
    print("  ", record["type"], record["kind"], record["reason"], record["rule"])
PYTHON

say "No exemption lifts it, though two attest it and a court stands behind it."
as operator 0 "facegate exemption create exemptions/search --kind SERIOUS_CRIME_SUSPECT \\
    --legal-ref 'Order 7 of the district court' --judicial-authorisation \\
    --expire-time $(date -u -d '+1 day' +%FT%TZ)"
as operator 0 "facegate exemption attest exemptions/search"
second_operator
as operator2 0 "facegate exemption attest exemptions/search"
refused "$visitors"
cat > wish.json <<JSON
{"request.operation": "analyze_attributes", "request.attributes": ["identity", "ethnicity"],
 "exemption.kind": "serious_crime_suspect", "exemption.attested_by": 2,
 "exemption.legal_ref": "Order 7", "exemption.expires_at": "$(date -u -d '+1 day' +%FT%TZ)",
 "now": "$(date -u +%FT%TZ)"}
JSON
as operator 1 "facegate policy evaluate --policies $root/config/policies \\
    --calendar $root/config/calendars/cn.yaml \\
    --packs core --input wish.json"
saying "core.no-attribute-analysis"

say "Nor does a person who agrees to it: there is nothing that they could be enrolled for."
as desk 0 "facegate subject create subjects/person-b --age 35"
as desk 0 "facegate consent grant subjects/person-b --id c1 --site $site --form SEPARATE \\
    --scope ATTRIBUTE_ANALYSIS --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
as desk 1 "facegate enroll --subject subjects/person-b --region 0.15,0.25,0.35,0.5 desk.jpg"
saying "rule core.consent-scope"

say "Whoever asks for it all the same has no picture opened, and is on record."
as door 1 "facegate authorize --purpose purposes/visitors --subject subjects/person-a door.jpg"
saying "nothing was decoded"
as lane 1 "facegate identify --camera $site/cameras/door --purpose purposes/visitors door.jpg"
saying "nothing was decoded"
as operator 0 "facegate audit list --reason UNKNOWN_RESOURCE"
saying "VERIFY_1TO1"
saying "IDENTIFY_1TON"
as operator 0 "facegate status --counter frames_decoded --counter faces_embedded"
saying "$looked_at"
