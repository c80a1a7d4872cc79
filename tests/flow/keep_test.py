#!/usr/bin/python3
"""What is kept, and what is not: restriction, export, backup and restore, retention.

    keep_test.py BIN_DIR
"""

import json
import re
import subprocess
import sys
import tempfile
import threading
import unittest
from pathlib import Path

import grpc
import jsonschema

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ALLOW = ("VERDICT_ALLOW", "REASON_MATCHED")
REFUSED = ("VERDICT_USE_ALTERNATIVE", "REASON_CONSENT_MISSING")
PERSON = f"{flow.OPERATOR}/subjects/person-a"
SCHEMA = json.loads((flow.ROOT / "config/schemas/subject_export.schema.json").read_text())


class Keep(flow.Story):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        config = self.gateway.folder / "facegate.yaml"
        config.write_text(config.read_text() + "backup: {dir: backups, backup_days_max: 7}\n")
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        client = self.client()
        self.notice = client.register_lobby()
        client.grant("person-a", self.notice)
        client.enroll("person-a")
        self.assertEqual(client.authorize("person-a"), ALLOW)

    def client(self):
        return flow.Client(self.protos, self.gateway)

    def cli(self, role, *arguments):
        done = self.gateway.cli(role, *arguments)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def offline(self, *arguments):
        return subprocess.run([self.gateway.bin / "facegate", *arguments], cwd=self.gateway.folder,
                              capture_output=True, text=True, check=False)

    def residue(self, command, *arguments, stdin=""):
        return subprocess.run([sys.executable, flow.ROOT / "tests/flow/residue.py", command,
                               *map(str, arguments)], input=stdin, capture_output=True, text=True,
                              check=True).stdout

    def remember(self):
        """The sealed template, its key and the secret of person A, as hex lines."""
        database = self.gateway.folder / "data/facegate.db"
        return self.residue("remember", database, "person-a", "--secret")

    def records(self):
        folder = tempfile.mkdtemp(dir=self.gateway.folder)
        self.cli("auditor", "audit", "export", folder)
        keys = self.cli("auditor", "audit", "keys")
        Path(folder, "keys").write_text(keys)
        verified = self.offline("audit", "verify", folder, "--log-key", f"{folder}/keys")
        self.assertEqual(verified.returncode, 0, verified.stderr + verified.stdout)
        found = []
        for bundle in sorted(Path(folder, "tile/entries").rglob("*")):
            if bundle.is_file():
                data = bundle.read_bytes()
                while data:
                    size = int.from_bytes(data[:2], "big")
                    found.append(json.loads(data[2:2 + size].split(b"\n")[0]))
                    data = data[2 + size:]
        return found

    def types(self):
        """What happened, but for the gateway's own comings and goings."""
        return [record["type"] for record in self.records()
                if not record["type"].startswith("gateway.")]

    def backup(self):
        out = self.cli("operator", "backup", "create")
        return "backups/" + out.split(",")[0]

    def restore(self, backup, *flags):
        self.gateway.stop()
        done = self.offline("backup", "restore", backup, "--config", "facegate.yaml", *flags)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.gateway.start()
        return done.stdout

    # ---- Restriction ----

    def test_a_restricted_person_is_nobody_until_released(self):
        client = self.client()
        self.cli("enroller", "subject", "restrict", PERSON)
        self.assertEqual(client.authorize("person-a"), REFUSED)
        self.assertEqual(client.authorize("person-z"), REFUSED)
        answer = client.enroll("person-a")
        self.assertEqual(answer.reason, self.protos.resources.REASON_SUBJECT_RESTRICTED)
        self.gateway.stop()
        self.gateway.start()
        self.assertRegex(self.gateway.log_text(), r"gateway_ready.*templates=0")
        self.assertEqual(self.client().authorize("person-a"), REFUSED)
        self.cli("enroller", "subject", "release", PERSON)
        self.assertEqual(self.client().authorize("person-a"), ALLOW)
        self.assertEqual([kind for kind in self.types() if kind.startswith("subject.")],
                         ["subject.created", "subject.restricted", "subject.released"])

    def test_a_restricted_person_still_withdraws_and_is_erased(self):
        self.cli("enroller", "subject", "restrict", PERSON)
        self.cli("enroller", "consent", "withdraw", PERSON + "/consents/c1")
        self.cli("enroller", "subject", "erase", PERSON)

    # ---- Export ----

    def export(self, out="out"):
        self.cli("enroller", "subject", "export", PERSON, "--out", out)
        return json.loads((self.gateway.folder / out / "subject.json").read_text())

    def test_an_export_has_all_and_follows_its_schema(self):
        self.client().authorize("person-a")
        document = self.export()
        jsonschema.validate(document, SCHEMA)
        self.assertEqual(document["subject"]["name"], PERSON)
        self.assertEqual([c["status"] for c in document["consents"]], ["GRANTED"])
        self.assertEqual(len(document["templates"]), 1)
        kinds = [record["type"] for record in document["records"]]
        self.assertEqual(kinds, ["subject.created", "consent.granted", "template.enrolled",
                                 "decision", "decision", "subject.exported"])
        self.assertEqual([r["outcome"] for r in document["records"] if r["type"] == "decision"],
                         ["ALLOW", "ALLOW"])
        text = (self.gateway.folder / "out/subject.json").read_text()
        for value in self.remember().split():
            self.assertNotIn(value, text)

    def test_an_export_can_be_printed_in_both_languages(self):
        out = self.cli("enroller", "subject", "export", PERSON, "--out", "out", "--lang", "en",
                       "--lang", "zh", "--forms", str(flow.ROOT / "config/documents"))
        self.assertIn("wrote out/subject.zh.html and .pdf", out)
        folder = self.gateway.folder / "out"
        english = (folder / "subject.en.html").read_text()
        for said in ("What is held about you", PERSON, "Building access", "a template was made",
                     "let through", "Acme AG"):
            self.assertIn(said, english)
        self.assertIn("关于您保存的信息", (folder / "subject.zh.html").read_text())
        for language in ("en", "zh"):
            self.assertTrue((folder / f"subject.{language}.pdf").read_bytes().startswith(b"%PDF"))

    def test_an_erasure_gives_a_paper_and_a_receipt(self):
        forms = ["--forms", str(flow.ROOT / "config/documents")]
        out = self.cli("operator", "subject", "erase", PERSON, "--receipt", "erased.json",
                       "--out", "paper", "--lang", "en", "--lang", "zh", *forms)
        self.assertIn("wrote paper/erased.zh.html and .pdf", out)
        folder = self.gateway.folder
        english = (folder / "paper/erased.en.html").read_text()
        for said in ("You have been erased", PERSON, "Acme AG", "gate.example/acme"):
            self.assertIn(said, english)
        self.assertRegex(english, r"destroyed</dt>\s*<dd>1<")
        self.assertIn("您的信息已删除", (folder / "paper/erased.zh.html").read_text())
        self.assertTrue((folder / "paper/erased.en.pdf").read_bytes().startswith(b"%PDF"))
        self.assertTrue((folder / "erased.json").is_file())

    def test_nobody_is_erased_where_the_paper_could_not_be_made(self):
        for wrong in (["--lang", "en"], ["--lang", "en", "--out", "paper", "--forms", "nowhere"]):
            run = self.gateway.cli("enroller", "subject", "erase", PERSON, *wrong)
            self.assertEqual(run.returncode, 2, run.stdout)
        self.assertEqual(self.client().authorize("person-a"), ALLOW)

    def test_an_erasure_waits_for_no_export_and_ends_it(self):
        remembered = self.remember()
        c = self.protos.consent
        stop, failures = threading.Event(), []

        def export_on_and_on():
            while not stop.is_set():
                try:
                    for _ in self.client().consents.ExportSubject(
                            c.ExportSubjectRequest(name=PERSON)):
                        pass
                except grpc.RpcError as error:
                    if "SUBJECT_ERASED" not in error.details():
                        failures.append(error.details())
                    return

        exporters = [threading.Thread(target=export_on_and_on) for _ in range(4)]
        for exporter in exporters:
            exporter.start()
        self.client().consents.EraseSubject(c.EraseSubjectRequest(name=PERSON))
        counted = self.residue("count", self.gateway.folder / "data", stdin=remembered)
        stop.set()
        for exporter in exporters:
            exporter.join()
        self.assertEqual(failures, [])
        self.assertEqual(counted.strip(), "0 of 4")

    def test_an_erasure_says_what_it_cannot_promise(self):
        out = self.cli("enroller", "subject", "erase", PERSON, "--receipt", "erased.json")
        day = re.search(r"sealed, until (\d{4}-\d{2}-\d{2})", out)
        self.assertIsNotNone(day, out)
        self.assertTrue((self.gateway.folder / "erased.json").exists())

    # ---- Backup and restore ----

    def test_a_restored_backup_opens_the_door_again_with_the_whole_log(self):
        backup = self.backup()
        self.client().authorize("person-a")
        size = len(self.types())
        self.restore(backup)
        self.assertEqual(self.client().authorize("person-a"), ALLOW)
        kinds = self.types()
        self.assertEqual(kinds[size:], ["backup.restored", "decision"])
        self.assertIn("backup.created", kinds)

    def test_a_restored_backup_revives_no_withdrawn_consent(self):
        backup = self.backup()
        self.cli("enroller", "consent", "withdraw", PERSON + "/consents/c1")
        self.restore(backup)
        self.assertEqual(self.client().authorize("person-a"), REFUSED)
        self.assertIn("WITHDRAWN", self.cli("enroller", "consent", "list", PERSON))
        self.assertEqual(self.types()[-3:], ["suppression.applied", "backup.restored", "decision"])

    def test_a_restored_backup_revives_nobody_erased_and_leaves_no_residue(self):
        remembered = self.remember()
        backup = self.backup()
        self.cli("enroller", "subject", "erase", PERSON)
        kept = self.residue("count", self.gateway.folder / "backups", stdin=remembered)
        self.assertEqual(kept.strip(), "4 of 4", "a restore has something to erase")
        self.restore(backup)
        self.assertEqual(self.client().authorize("person-a"), REFUSED)
        counted = self.residue("count", self.gateway.folder / "data", stdin=remembered)
        self.assertEqual(counted.strip(), "0 of 4")
        later = self.backup()
        (self.gateway.folder / backup).unlink()
        counted = self.residue("count", self.gateway.folder / "backups", stdin=remembered)
        self.assertEqual(counted.strip(), "0 of 4", later)

    def test_a_backup_needs_the_tail_of_the_log(self):
        backup = self.backup()
        self.client().authorize("person-a")
        self.cli("auditor", "audit", "export", "copy")
        self.gateway.kill()  # a stop would put one more record into the log
        for part in (self.gateway.folder / "data").glob("facegate.db*"):
            part.unlink()
        restore = ("backup", "restore", backup, "--config", "facegate.yaml")
        refused = self.offline(*restore)
        self.assertEqual(refused.returncode, 2)
        self.assertIn("LOG_TAIL_MISSING", refused.stderr)
        done = self.offline(*restore, "--log-copy", "copy")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.gateway.start()
        self.assertEqual(self.client().authorize("person-a"), ALLOW)

    def test_a_log_whose_tail_is_lost_is_closed_and_another_succeeds_it(self):
        backup = self.backup()
        self.cli("auditor", "audit", "keys", "--out", "old.vkeys")
        self.cli("enroller", "consent", "withdraw", PERSON + "/consents/c1")
        self.cli("auditor", "audit", "export", "old")
        self.gateway.kill()
        for part in (self.gateway.folder / "data").glob("facegate.db*"):
            part.unlink()
        restore = ("backup", "restore", backup, "--config", "facegate.yaml")
        self.assertIn("LOG_TAIL_MISSING", self.offline(*restore).stderr)
        done = self.offline(*restore, "--without-tail")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("log gate.example/acme is closed", done.stdout)
        self.assertIn("gate.example/acme~2 succeeds it", done.stdout)
        looked = self.offline("audit", "fsck", "--config", "facegate.yaml")
        self.assertEqual(looked.returncode, 0, looked.stdout + looked.stderr)
        self.gateway.start()
        # Who withdrew has withdrawn, though the record of it is lost.
        self.assertEqual(self.client().authorize("person-a"), REFUSED)
        kinds = self.types()  # exported and verified with the keys of both
        at = kinds.index("log.succeeded")
        self.assertEqual(kinds[at:], ["log.succeeded", "suppression.applied", "backup.restored",
                                      "decision"])

        # An auditor who holds the old keys, and the old copy.
        def kit(*arguments):
            return subprocess.run([self.gateway.bin / "facegate-audit", *arguments], env={},
                                  cwd=self.gateway.folder, capture_output=True, text=True,
                                  check=False)
        self.assertIn("COPY_OF_ANOTHER_LOG",
                      self.gateway.cli("auditor", "audit", "export", "old").stderr)
        self.cli("auditor", "audit", "export", "new")
        verified = kit("verify", "--json", "--log-key", "old.vkeys", "new")
        self.assertEqual(verified.returncode, 0, verified.stdout + verified.stderr)
        said = json.loads(verified.stdout)
        self.assertEqual(said["origin"], "gate.example/acme~2")
        self.assertIn("RECORDS_LOST", [one["reason"] for one in said["unproved"]])
        (self.gateway.folder / "new.vkeys").write_text(
            self.offline("--operator", "acme", "keys", "public", "keys", "--gateway",
                         "gate.example", "--successor", "2").stdout)
        self.assertEqual(kit("verify", "--log-key", "new.vkeys", "old").returncode, 0)
        compared = kit("compare", "--log-key", "new.vkeys", "old", "new")
        self.assertIn("SUCCEEDS", compared.stdout, compared.stderr)

    def test_a_backup_is_refused_under_a_running_gateway_and_when_it_is_too_old(self):
        backup = self.backup()
        restore = ("backup", "restore", backup, "--config", "facegate.yaml")
        self.assertIn("STORE_IN_USE", self.offline(*restore).stderr)
        listed = json.loads(self.offline("--json", "backup", "list", "backups").stdout)
        self.assertEqual([one["expired"] for one in listed], [False])
        self.assertEqual(self.offline("backup", "prune", "backups").stdout,
                         "deleted 0 expired backups\n")
        # The manifest is signed: its dates cannot be moved.
        manifest = self.gateway.folder / (backup + ".manifest")
        original = manifest.read_text()
        manifest.write_text(original.replace('"expires_at":"20', '"expires_at":"21'))
        self.gateway.stop()
        self.assertIn("MANIFEST_FORGED", self.offline(*restore).stderr)
        manifest.write_text(re.sub('"expires_at":"20', '"expires_at":"19', original))
        self.assertEqual(self.offline("backup", "prune", "backups").stdout,
                         "deleted 1 expired backups\n")
        self.assertEqual(list((self.gateway.folder / "backups").iterdir()), [])
        self.gateway.start()


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
