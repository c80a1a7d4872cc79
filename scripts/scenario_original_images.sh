# Sourced by scenario.sh: an operator would keep the pictures that people are enrolled from.
# facegate keeps none; what is shown is whom it refuses to enrol for such a purpose, under which
# reading.
# shellcheck shell=bash disable=SC2154
left=0.15,0.25,0.35,0.5  # where faces are in desk.jpg
right=0.7,0.1,0.95,0.4

# agrees WHO CONSENT SCOPES [VERSION]: consents to what the newest notice says.
agrees() {
  as desk 0 "facegate consent grant subjects/$1 --id $2 --site $site --form SEPARATE \\
    --purpose-version ${4:-1} $3 --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
}
plain="--scope VERIFY"
with_picture="--scope VERIFY --scope ORIGINAL_IMAGE_RETENTION"

say "Read strictly, a smaller copy is a picture too: whoever did not agree to it is not enrolled."
as desk 0 "facegate subject create subjects/person-a --age 35"
agrees person-a c1 "$plain"
as desk 1 "facegate enroll --subject subjects/person-a --region $right desk.jpg"
saying "rule core.image-own-scope (core 22)"
saying "rule cn23.a17.no-originals (17(1))"
saying "nothing was decoded"
as operator 0 "facegate audit list --rule core.image-own-scope"
saying "ENROLL"
refusal=$(awk '{print $1}' <<< "$printed")
say "Whoever agrees to just that, by its own scope, is."
as desk 0 "facegate consent withdraw subjects/person-a/consents/c1"
agrees person-a c2 "$with_picture"
as desk 0 "facegate enroll --subject subjects/person-a --region $right desk.jpg"
saying "ALLOW ENROLLED"
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"
note "facegate keeps no picture all the same: there is none in its files."
python3 - <<'PYTHON'
import pathlib
picture = pathlib.Path("desk.jpg").read_bytes()
for file in pathlib.Path("data").rglob("*"):
    content = file.read_bytes() if file.is_file() else b""
    for at in range(0, len(picture) - 64, 64):
        assert picture[at:at + 64] not in content, file
PYTHON

say "The other reading, of reports of the draft, lets a smaller copy pass."
stage_close
sed -i 's/profile: strict/profile: seed_literal/' facegate.yaml
stage_start
as desk 0 "facegate subject create subjects/person-b --age 35"
agrees person-b c1 "$plain"
as desk 0 "facegate enroll --subject subjects/person-b --region $left desk.jpg"
saying "ALLOW ENROLLED"
note "What was refused under the strict reading is explained under it."
as operator 1 "facegate policy explain --policies $root/config/policies \\
    --calendar $root/config/calendars/cn.yaml --record $refusal | grep -A 9 image-own-scope"
saying "it is not met"

say "The original is another matter, under either reading: assessed anew, and told anew."
changed 's/image_retention: REDUCED/image_retention: ORIGINAL/
         s/\( *\)- id: v1/\1- id: v2\n\1  purpose_version: 2/'
read_notice
as desk 0 "facegate subject create subjects/person-c --age 35"
agrees person-c c1 "$plain" 2
as desk 1 "facegate enroll --subject subjects/person-c --region $left desk.jpg"
saying "rule core.image-own-scope (core 22)"
as desk 0 "facegate consent withdraw subjects/person-c/consents/c1"
agrees person-c c2 "$with_picture" 2
as desk 0 "facegate enroll --subject subjects/person-c --region $left desk.jpg"
saying "ALLOW ENROLLED"
