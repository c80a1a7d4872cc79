# Sourced by scenario.sh: an operator keeps an image of each face that it enrols, on a gateway that
# is set to. What is shown is of whom it keeps one, by which reading, who looks at it, and its end.
# shellcheck shell=bash disable=SC2154
left=0.15,0.25,0.35,0.5  # where faces are in desk.jpg
right=0.7,0.1,0.95,0.4

# agrees WHO CODE CONSENT SCOPES [VERSION]: consents to what the newest notice says.
agrees() {
  as desk "$2" "facegate consent grant subjects/$1 --id $3 --site $site --form SEPARATE \\
    --purpose-version ${5:-1} $4 --days 30 \\
    --notice-sha256 \$(cat notice.sha256) --evidence-sha256 \$(hash form.txt)"
}
# images_of WHO remembers the sealed images of WHO and their keys; images_left says how many of
# those are in the data folder.
residue() { /usr/bin/python3 "$root/tests/flow/residue.py" "$@"; }
images_of() { residue remember data/facegate.db "$1" --images > images.hex; }
images_left() { residue count data < images.hex; }
reread_as() {
  stage_close
  sed -i "s/profile: .*/profile: $1/" facegate.yaml
  stage_start
}
plain="--scope VERIFY"
with_image="--scope VERIFY --scope ORIGINAL_IMAGE_RETENTION"

say "Read strictly, a smaller copy is a picture too. A consent that leaves it out is not recorded."
as desk 0 "facegate subject create subjects/person-a --age 35"
agrees person-a 2 c0 "$plain"
saying "core.image-own-scope (core 22)"
saying "cn23.a17.no-originals (17(1))"
as desk 1 "facegate enroll --subject subjects/person-a --region $right desk.jpg"
saying "rule core.image-own-scope (core 22)"
saying "nothing was decoded"
say "Whoever agrees to just that, by its own scope, is enrolled, and an image is kept."
agrees person-a 0 c1 "$with_image"
as desk 0 "facegate enroll --subject subjects/person-a --region $right desk.jpg"
saying "ALLOW ENROLLED"
saying "image kept, REDUCED"
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"
as desk 0 "facegate image list subjects/person-a"
image=${printed%%,*}
say "Nobody looks at it but by a role of its own, with a reason, on record."
as operator 2 "facegate image view $image --reason INCIDENT --out face.jpg"
saying "ROLE_NOT_ALLOWED"
as viewer 0 "facegate image view $image --reason INCIDENT --out face.jpg"
as operator 0 "facegate audit list --type image.viewed"
saying "image.viewed"
note "It is small, grey, and in no file but sealed."
python3 - <<'PYTHON'
import pathlib
pictures = [pathlib.Path(name).read_bytes() for name in ("desk.jpg", "face.jpg")]
face = pictures[1]
frame = face.index(b"\xff\xc0")  # height, width and components follow the length and a byte
height, width = (int.from_bytes(face[frame + at:frame + at + 2], "big") for at in (5, 7))
assert max(width, height) <= 112 and face[frame + 9] == 1, (width, height)
for file in pathlib.Path("data").rglob("*"):
    content = file.read_bytes() if file.is_file() else b""
    for picture in pictures:
        for at in range(len(picture) // 2, len(picture) - 64, 64):
            assert picture[at:at + 64] not in content, file
PYTHON
images_of person-a
note "Sealed image and key in the data folder: $(images_left)"
[ "$(images_left)" = "2 of 2" ]

say "The person takes that back, alone: the image is gone, the face still opens the gate."
as desk 0 "facegate consent withdraw --images-only subjects/person-a/consents/c1"
note "Sealed image and key in the data folder: $(images_left)"
[ "$(images_left)" = "0 of 2" ]
as viewer 2 "facegate image view $image --reason INCIDENT --out face.jpg"
saying "IMAGE_NOT_FOUND"
as door 0 "facegate authorize --subject subjects/person-a door.jpg"
saying "ALLOW MATCHED"
as desk 1 "facegate enroll --subject subjects/person-a --region $right desk.jpg"
saying "rule core.image-own-scope (core 22)"
as operator 0 "facegate audit list --type decision --rule core.image-own-scope"
refusal=$(tail -n 1 <<< "$printed" | awk '{print $1}')

say "The other reading, of reports of the draft, lets a smaller copy pass."
reread_as seed_literal
as desk 0 "facegate subject create subjects/person-b --age 35"
agrees person-b 0 c1 "$plain"
as desk 0 "facegate enroll --subject subjects/person-b --region $left desk.jpg"
saying "ALLOW ENROLLED"
saying "image kept, REDUCED"
note "What was refused under the strict reading is explained under it."
as operator 1 "facegate policy explain --policies $root/config/policies \\
    --calendar $root/config/calendars/cn.yaml --record $refusal | grep -A 9 image-own-scope"
saying "it is not met"
note "And read strictly again, the same person is not enrolled again."
reread_as strict
as desk 1 "facegate enroll --subject subjects/person-b --region $left desk.jpg"
saying "rule core.image-own-scope (core 22)"
saying "nothing was decoded"
images_of person-b
as desk 0 "facegate consent withdraw subjects/person-b/consents/c1"
note "Sealed image and key in the data folder: $(images_left)"
[ "$(images_left)" = "0 of 2" ]

say "The face as it was taken is another matter, by either reading: assessed and told anew."
reread_as seed_literal
changed 's/image_retention: REDUCED/image_retention: ORIGINAL/
         s/\( *\)- id: v1/\1- id: v2\n\1  purpose_version: 2/'
read_notice
as desk 0 "facegate subject create subjects/person-c --age 35"
agrees person-c 2 c0 "$plain" 2
saying "core.image-own-scope (core 22)"
agrees person-c 0 c1 "$with_image" 2
as desk 0 "facegate enroll --subject subjects/person-c --region $left desk.jpg"
saying "ALLOW ENROLLED"
saying "image kept, ORIGINAL"
say "An erasure takes it along."
images_of person-c
[ "$(images_left)" = "2 of 2" ]
as desk 0 "facegate subject erase subjects/person-c"
saying "1 templates and 1 image destroyed"
note "Sealed image and key in the data folder: $(images_left)"
[ "$(images_left)" = "0 of 2" ]
