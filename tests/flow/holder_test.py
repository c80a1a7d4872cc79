#!/usr/bin/python3
"""Templates in their people's own hands: enrolled as a token, shown at a door, lost, withdrawn.

    holder_test.py BIN_DIR
"""

import base64
import os
import shutil
import sqlite3
import subprocess
import sys
import unittest
from pathlib import Path

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
DOOR = ("--camera", "sites/lobby/cameras/door", "--purpose", "purposes/building_access")
DESK = ("--camera", "sites/lobby/cameras/desk", "--purpose", "purposes/building_access")
SEALED_TEMPLATE = slice(-172, -16)  # of a token's bytes


def sealed_in(token: str) -> bytes:
    return base64.b64decode(token.removeprefix("FGH1:"))[SEALED_TEMPLATE]


class Holder(flow.Story):
    """One story, told in the order of its numbers."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.gateway.__enter__()
        cls.client = flow.Client(cls.protos, cls.gateway)
        cls.notice = cls.client.register_lobby()
        cls.hold_templates()
        cls.consents = {subject: cls.grant(subject) for subject in ("person-a", "person-b")}
        cls.tokens = {subject: cls.enroll(subject) for subject in cls.consents}

    @classmethod
    def hold_templates(cls):
        """People hold the templates from here on: the purpose's second version."""
        r, m = cls.protos.registry, cls.protos.resources
        registry = cls.client.registry
        purpose = registry.GetPurpose(r.GetPurposeRequest(name=flow.PURPOSE))
        purpose.custody = m.TEMPLATE_CUSTODY_HOLDER
        updated = registry.UpdatePurpose(r.UpdatePurposeRequest(purpose=purpose))
        assert updated.version == 2, updated
        cls.notice = registry.CreateNotice(r.CreateNoticeRequest(
            parent=flow.PURPOSE, notice_id="en-2",
            notice=m.Notice(language="en", purpose_version=2, text=flow.NOTICE_TEXT))).text_sha256

    @classmethod
    def grant(cls, subject: str) -> str:
        created = cls.gateway.cli("enroller", "subject", "create", f"subjects/{subject}",
                                  "--age", "35")
        assert created.returncode == 0, created.stderr
        return cls.consent(subject, "c1")

    @classmethod
    def consent(cls, subject: str, name: str) -> str:
        run = cls.gateway.cli(
            "enroller", "consent", "grant", f"subjects/{subject}", "--id", name, "--site",
            "sites/lobby", "--purpose", "purposes/building_access", "--purpose-version", "2",
            "--form", "WRITTEN", "--scope",
            "VERIFY", "--scope", "IDENTIFY", "--days", "20", "--notice-sha256", cls.notice)
        assert run.returncode == 0, run.stderr
        return f"subjects/{subject}/consents/{name}"

    @classmethod
    def enroll(cls, subject: str) -> str:
        """At the desk; gives the token, whose text and code are in files of the person's name."""
        run = cls.gateway.cli(
            "enroller", "enroll", *DESK, "--subject", f"subjects/{subject}", "--region",
            ",".join(map(str, flow.MARKS[subject])), "--token-out", f"{subject}.token",
            "--token-svg", f"{subject}.svg", str(flow.models_dir() / "sample1.jpg"))
        assert run.returncode == 0 and "ALLOW ISSUED_TO_HOLDER" in run.stdout, run
        return (cls.gateway.folder / f"{subject}.token").read_text().strip()

    def show(self, token_of: str = "", subject: str = "", role: str = "controller"):
        """The middle person of sample3.jpg, who is A, stands at the door."""
        shown = ("--token-file", f"{token_of}.token") if token_of else ()
        named = ("--subject", f"subjects/{subject}") if subject else ()
        run = self.gateway.cli(role, "authorize", *DOOR, *shown, *named,
                               str(flow.models_dir() / "sample3.jpg"))
        self.assertNotEqual(run.returncode, 2, run.stderr)
        return tuple(run.stdout.splitlines()[0].split())

    def reasons(self):
        """What the log says of the last decision: the fine reason."""
        run = self.gateway.cli("auditor", "audit", "list", "--type", "decision")
        self.assertEqual(run.returncode, 0, run.stderr)
        return [line.split()[-1] for line in run.stdout.splitlines()]

    # ---- Nothing is kept ----

    def test_1_nothing_of_a_template_is_stored(self):
        files = [path for path in (self.gateway.folder / "data").rglob("*") if path.is_file()]
        self.assertTrue(any(path.suffix == ".db" for path in files))
        for token in self.tokens.values():
            self.assertEqual(len(sealed_in(token)), 156)
            for path in files + [self.gateway.folder / "server.log"]:
                content = path.read_bytes()
                self.assertNotIn(sealed_in(token), content, path)
                self.assertNotIn(token.encode(), content, path)
                self.assertNotIn(token.encode()[5:45], content, path)
        with sqlite3.connect(f"file:{self.gateway.folder}/data/facegate.db?mode=ro",
                             uri=True) as db:
            for table in ("templates", "template_keys"):
                self.assertEqual(db.execute(f"SELECT count(*) FROM {table}").fetchone(), (0,))
        records = self.gateway.cli("auditor", "audit", "list", "--type",
                                   "template.issued_to_holder")
        self.assertEqual(len(records.stdout.splitlines()), 2, records.stdout + records.stderr)

    # ---- At the door ----

    def test_2_a_token_and_its_face_open(self):
        self.assertEqual(self.show("person-a"), ("ALLOW", "MATCHED"))
        self.assertEqual(self.show("person-a", "person-a"), ("ALLOW", "MATCHED"))

    def test_2_without_a_token_nobody_is_looked_at(self):
        frames = self.client.counters()["facegate_frames_decoded_total"]
        for subject in ("person-a", "nobody"):
            self.assertEqual(self.show(subject=subject),
                             ("USE_ALTERNATIVE", "HOLDER_TOKEN_MISSING"))
        lane = self.gateway.cli("controller", "identify", "--camera", "sites/lobby/cameras/lane",
                                "--purpose", "purposes/building_access",
                                str(flow.models_dir() / "sample3.jpg"))
        self.assertTrue(lane.stdout.startswith("USE_ALTERNATIVE HOLDER_TOKEN_MISSING"), lane.stdout)
        self.assertEqual(self.client.counters()["facegate_frames_decoded_total"], frames)

    def test_2_another_persons_token_does_not_open(self):
        self.assertEqual(self.show("person-b"), ("USE_ALTERNATIVE", "NO_MATCH"))
        self.assertEqual(self.show("person-b", "person-a"), ("USE_ALTERNATIVE", "CONSENT_MISSING"))
        self.assertEqual(self.reasons()[-2:], ["NO_MATCH", "HOLDER_TOKEN_OTHER"])

    def test_2_a_changed_token_does_not_open(self):
        token = self.tokens["person-a"]
        for at in (8, 60, 150, len(token) - 5):
            changed = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1:]
            (self.gateway.folder / "changed.token").write_text(changed)
            self.assertEqual(self.show("changed"), ("USE_ALTERNATIVE", "HOLDER_TOKEN_BAD"), at)

    def test_2_a_restart_forgets_no_token(self):
        self.gateway.stop()
        self.gateway.start()
        type(self).client = flow.Client(self.protos, self.gateway)
        self.assertEqual(self.show("person-a"), ("ALLOW", "MATCHED"))

    # ---- A camera that reads codes ----

    def camera(self, *sources: str, name: str) -> list:
        """facegate_camera at the door over pictures, one of them for each (photo, code)."""
        folder = self.gateway.folder / name
        folder.mkdir()
        for number, code in enumerate(sources):
            out = folder / f"{number}.jpg"
            photo = flow.models_dir() / "sample3.jpg"
            if not code:
                shutil.copy(photo, out)
                continue
            subprocess.run([self.gateway.bin / "stage_code", "--photo", photo, "--svg",
                            self.gateway.folder / f"{code}.svg", "--x", "20", "--y", "840", "--out",
                            out], check=True)
        env = {k: v for k, v in os.environ.items() if not k.startswith("FACEGATE_")}
        env["ASAN_OPTIONS"] = "detect_leaks=0"  # plugins of OpenCV's video backends leak
        run = subprocess.run(
            [self.gateway.bin / "facegate_camera", "--door", "--address",
             f"127.0.0.1:{self.gateway.port}", "--tls-ca", "certs/ca.crt", "--tls-cert",
             "certs/controller.crt", "--tls-key", "certs/controller.key", "--camera", flow.DOOR,
             "--purpose", flow.PURPOSE, "--fps", "20", "--same-token-ms", "60000",
             "--timeout-ms", "120000", str(folder)],  # patience for slow builds
            cwd=self.gateway.folder, env=env, capture_output=True, text=True, timeout=300,
            check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return [tuple(line.split()[1:3]) for line in run.stdout.splitlines()]

    def test_3_a_camera_sends_the_code_that_somebody_shows(self):
        before = len(self.reasons())
        said = self.camera("", "person-b", "person-a", "person-a", "", name="frames")
        self.assertEqual(said, [("USE_ALTERNATIVE", "NO_MATCH"), ("ALLOW", "MATCHED")])
        self.assertEqual(len(self.reasons()), before + 2, "no frame without a code was sent")

    def test_3_a_camera_sends_no_frame_with_a_code_of_something_else(self):
        issued = self.gateway.cli("enroller", "pass", "issue", "--site", "sites/lobby", "--svg",
                                  "pass.svg")
        self.assertEqual(issued.returncode, 0, issued.stderr)
        self.assertEqual(self.camera("pass", name="others"), [])

    # ---- A key, a loss, a withdrawal ----

    def test_4_a_new_key_leaves_the_old_tokens_their_grace(self):
        rotated = self.gateway.cli("operator", "token", "rotate-key")
        self.assertEqual(rotated.returncode, 0, rotated.stderr)
        self.assertTrue(rotated.stdout.startswith("key 2, record "), rotated.stdout)
        self.assertEqual(self.show("person-a"), ("ALLOW", "MATCHED"))
        self.assertEqual(self.gateway.cli("enroller", "token", "rotate-key").returncode, 2)

    def test_5_a_lost_token_is_revoked(self):
        listed = self.gateway.cli("enroller", "token", "list", "--subject", "subjects/person-a")
        self.assertEqual(listed.returncode, 0, listed.stderr)
        (line,) = listed.stdout.splitlines()
        name = line.split()[0]
        revoked = self.gateway.cli("enroller", "token", "revoke", name)
        self.assertEqual(revoked.returncode, 0, revoked.stderr)
        self.assertTrue(revoked.stdout.startswith("revoked, record "), revoked.stdout)
        self.assertEqual(self.show("person-a"), ("USE_ALTERNATIVE", "HOLDER_TOKEN_REVOKED"))
        self.assertEqual(self.reasons()[-1], "HOLDER_TOKEN_REVOKED")
        again = self.gateway.cli("operator", "token", "revoke", "--token-file", "person-a.token")
        self.assertTrue(again.stdout.startswith("was revoked"), again.stdout + again.stderr)
        listed = self.gateway.cli("enroller", "token", "list", "--subject", "subjects/person-a")
        self.assertTrue(listed.stdout.strip().endswith("revoked"), listed.stdout)

    def test_6_a_new_token_opens_until_the_person_withdraws(self):
        token = self.enroll("person-a")
        self.assertNotEqual(token, self.tokens["person-a"])
        self.assertEqual(self.show("person-a"), ("ALLOW", "MATCHED"))
        withdrawn = self.gateway.cli("enroller", "consent", "withdraw", self.consents["person-a"])
        self.assertEqual(withdrawn.returncode, 0, withdrawn.stderr)
        self.assertEqual(self.show("person-a"), ("USE_ALTERNATIVE", "CONSENT_MISSING"))
        self.assertEqual(self.reasons()[-1], "CONSENT_WITHDRAWN")
        # A new consent does not bring the token back.
        self.consent("person-a", "c2")
        self.assertEqual(self.show("person-a"), ("USE_ALTERNATIVE", "CONSENT_MISSING"))
        self.assertEqual(self.reasons()[-1], "HOLDER_TOKEN_OTHER")

    def test_7_an_erased_persons_token_is_nobodys(self):
        erased = self.gateway.cli("enroller", "subject", "erase", "subjects/person-b")
        self.assertEqual(erased.returncode, 0, erased.stderr)
        self.assertEqual(self.show("person-b"), ("USE_ALTERNATIVE", "CONSENT_MISSING"))

    def test_8_the_log_verifies_and_holds_no_token(self):
        exported = self.gateway.cli("auditor", "audit", "export", "copy")
        self.assertEqual(exported.returncode, 0, exported.stderr)
        self.gateway.cli("auditor", "audit", "keys", "--out", "log.vkeys")
        verified = self.gateway.cli("auditor", "audit", "verify", "copy", "--log-key",
                                    "log.vkeys")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        for path in (self.gateway.folder / "copy").rglob("*"):
            if path.is_file():
                for token in self.tokens.values():
                    self.assertNotIn(token.encode()[5:45], path.read_bytes(), path)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
