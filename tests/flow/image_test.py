#!/usr/bin/python3
"""Images that are kept of faces: of nobody by default, sealed, looked at on record, and gone when
they end.

    image_test.py BIN_DIR
"""

import base64
import json
import subprocess
import sys
import unittest

import jsonschema

import gateway_process as flow
import residue

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
PERSON = f"{flow.OPERATOR}/subjects/person-a"
SCHEMA = json.loads((flow.ROOT / "config/schemas/subject_export.schema.json").read_text())


class Image(flow.Story):

    def start(self, keep_images):
        self.gateway = flow.Gateway(BIN)
        config = self.gateway.folder / "facegate.yaml"
        more = "backup: {dir: backups, backup_days_max: 7}\n"
        if keep_images:
            more += "image: {keep_images: true}\n"
        config.write_text(config.read_text() + more)
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        client = flow.Client(self.protos, self.gateway)
        m = self.protos.resources
        notice = client.register_lobby(image_retention=m.IMAGE_RETENTION_ORIGINAL,
                                       image_retention_days=10)
        client.grant("person-a", notice, m.CONSENT_SCOPE_ORIGINAL_IMAGE_RETENTION)
        self.assertEqual(client.enroll("person-a").reason, m.REASON_ENROLLED)

    def cli(self, role, *arguments):
        done = self.gateway.cli(role, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def kept(self):
        return [line.split(",")[0] for line in self.cli("enroller", "image", "list", PERSON)
                .splitlines()]

    def view(self, image):
        self.cli("viewer", "image", "view", image, "--reason", "DISPUTED_MATCH",
                 "--out", "face.jpg")
        return (self.gateway.folder / "face.jpg").read_bytes()

    def sealed(self):
        """The sealed images and their keys."""
        return residue.values(self.gateway.folder / "data/facegate.db", "person-a", images=True)

    def left(self, wanted):
        return residue.found(self.gateway.folder / "data", wanted)

    def types(self):
        return [line.split()[2] for line in self.cli("auditor", "audit", "list").splitlines()]

    def test_keeps_nothing_by_default(self):
        self.start(keep_images=False)
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.sealed(), [])

    def test_is_in_no_file_but_sealed_and_looked_at_on_record(self):
        self.start(keep_images=True)
        [image] = self.kept()
        face = self.view(image)
        self.assertTrue(face.startswith(b"\xff\xd8"))
        self.assertEqual(self.types().count("image.viewed"), 1)
        self.assertEqual((self.gateway.folder / "face.jpg").stat().st_mode & 0o77, 0)
        parts = [face[at:at + 64] for at in range(len(face) // 2, len(face) - 64, 64)]
        self.assertGreater(len(parts), 5)
        self.assertEqual(self.left(parts), 0)
        self.assertEqual(self.left(self.sealed()), 2)
        for role in ("operator", "auditor", "enroller"):
            refused = self.gateway.cli(role, "image", "view", image, "--reason", "INCIDENT",
                                       "--out", "other.jpg")
            self.assertIn("ROLE_NOT_ALLOWED", refused.stderr)
        self.assertNotIn("person-a", self.gateway.log_text())

    def test_is_the_persons_to_have(self):
        self.start(keep_images=True)
        face = self.view(self.kept()[0])
        self.cli("enroller", "subject", "export", PERSON, "--out", "out", "--lang", "en", "--forms",
                 str(flow.ROOT / "config/documents"))
        document = json.loads((self.gateway.folder / "out/subject.json").read_text())
        jsonschema.validate(document, SCHEMA)
        [image] = document["images"]
        self.assertEqual(base64.b64decode(image["jpeg_base64"]), face)
        [viewed] = [r for r in document["records"] if r["type"] == "image.viewed"]
        self.assertEqual((viewed["why"], viewed["actor"]["role"]), ("DISPUTED_MATCH", "VIEWER"))
        page = (self.gateway.folder / "out/subject.en.html").read_text()
        self.assertIn("an image was looked at or deleted", page)

    def ends_by(self, *arguments):
        self.start(keep_images=True)
        sealed = self.sealed()
        self.assertEqual((len(sealed), self.left(sealed)), (2, 2))
        arguments = [self.kept()[0] if argument == "IMAGE" else argument for argument in arguments]
        self.cli("enroller", *arguments)
        self.assertEqual(self.left(sealed), 0)
        self.gateway.kill()
        self.assertEqual(self.left(sealed), 0)
        self.gateway.start()

    def test_ends_when_it_is_deleted(self):
        self.ends_by("image", "delete", "IMAGE")
        self.assertEqual(self.kept(), [])

    def test_ends_when_that_alone_is_taken_back(self):
        self.ends_by("consent", "withdraw", "--images-only", PERSON + "/consents/c1")
        self.assertEqual(self.kept(), [])
        client = flow.Client(self.protos, self.gateway)
        self.assertEqual(client.authorize("person-a")[0], "VERDICT_ALLOW")
        self.cli("enroller", "receipt", "get", PERSON + "/consents/c1", "--out", "receipt.json")
        self.cli("auditor", "audit", "keys", "--out", "log.vkeys")
        proved = subprocess.run(
            [self.gateway.bin / "facegate", "receipt", "verify", "receipt.json",
             "--log-key", "log.vkeys"], cwd=self.gateway.folder, capture_output=True, text=True,
            check=False)
        self.assertEqual(proved.returncode, 0, proved.stderr + proved.stdout)
        self.assertIn("consent.narrowed", proved.stdout)

    def test_ends_with_the_consent(self):
        self.ends_by("consent", "withdraw", PERSON + "/consents/c1")
        self.assertEqual(self.kept(), [])

    def test_ends_with_the_person(self):
        self.ends_by("subject", "erase", PERSON)

    def test_is_revived_by_no_restored_backup(self):
        self.start(keep_images=True)
        sealed = self.sealed()
        backup = "backups/" + self.cli("operator", "backup", "create").split(",")[0]
        self.cli("enroller", "consent", "withdraw", "--images-only", PERSON + "/consents/c1")
        self.assertEqual(residue.found(self.gateway.folder / "backups", sealed), 2)
        self.gateway.stop()
        done = subprocess.run([self.gateway.bin / "facegate", "backup", "restore", backup,
                               "--config", "facegate.yaml"], cwd=self.gateway.folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.gateway.start()
        self.assertEqual(self.kept(), [])
        self.assertEqual(self.left(sealed), 0)
        refused = flow.Client(self.protos, self.gateway).enroll("person-a")
        self.assertEqual(refused.reason, self.protos.resources.REASON_CONSENT_MISSING)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
