#!/usr/bin/python3
"""A gateway that keeps its log for ten days: what goes, what stays while something rests on it, and
what an auditor can still show of it.

    prune_test.py BIN_DIR
"""

import json
import shutil
import subprocess
import sys
import time
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ALLOW = ("VERDICT_ALLOW", "REASON_MATCHED")
CONSENT = f"{flow.OPERATOR}/subjects/person-a/consents/c1"
WAIT_SECONDS_MAX = 120  # patience for slow builds, such as sanitizers
SETTINGS = """
audit: {prune: true, retained_days: 10}
backup: {dir: backups, backup_days_max: 7}
"""


class Prune(flow.Story):
    """One gateway over eleven days; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN, audit=SETTINGS,
                                   program=("stage_server", "--days-file", "days"))
        cls.folder = cls.gateway.folder
        cls.gateway.__enter__()
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.client = flow.Client(cls.protos, cls.gateway)
        notice = cls.client.register_lobby()
        cls.visitors(270)
        cls.client.grant("person-a", notice)
        cls.client.enroll("person-a")
        cls.visitors(260)
        cls.facegate("auditor", "audit", "keys", "--out", "log.vkeys")
        cls.facegate("auditor", "audit", "export", "kept-up")
        cls.size_then = cls.size()
        # Eleven days pass, and the sweep of that day comes.
        (cls.folder / "days").write_text("11")
        deadline = time.monotonic() + WAIT_SECONDS_MAX
        while cls.minimum_index() == 0:
            if time.monotonic() > deadline:
                raise TimeoutError("nothing was pruned")
            time.sleep(0.1)
        cls.verdict = cls.client.authorize("person-a")
        cls.decision = str(cls.size() - 1)

    @classmethod
    def visitors(cls, count):
        for number in range(count):
            cls.client.authorize(f"visitor-{number}")

    @classmethod
    def size(cls):
        return int(cls.client.audit.GetCheckpoint(
            cls.protos.audit.GetCheckpointRequest(parent=flow.OPERATOR)).size)

    @classmethod
    def minimum_index(cls):
        return int(cls.client.audit.ListRecords(
            cls.protos.audit.ListRecordsRequest(parent=flow.OPERATOR, page_size=1)).minimum_index)

    @classmethod
    def facegate(cls, role, *arguments):
        done = cls.gateway.cli(role, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def refused(self, role, *arguments):
        done = self.gateway.cli(role, *arguments)
        self.assertNotEqual(done.returncode, 0, done.stdout)
        return done.stderr

    def kit(self, command, *arguments, expect=0):
        done = subprocess.run(
            [self.gateway.bin / "facegate-audit", command, "--log-key", "log.vkeys", *arguments],
            cwd=self.folder, env={}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def verified(self, copy):
        found = json.loads(self.kit("verify", "--json", copy))
        self.assertTrue(found["ok"])
        same = json.loads(self.facegate("auditor", "--json", "audit", "verify", "--log-key",
                                        "log.vkeys", copy))
        self.assertEqual(same["minimumIndex"], found["minimumIndex"])
        return found

    def test_1_prunes_daily_but_not_what_a_consent_rests_on(self):
        self.assertEqual(self.minimum_index(), 256)  # the consent is behind it
        said = json.loads(self.facegate("auditor", "--json", "audit", "list", "--type",
                                        "log.pruned"))
        self.assertEqual([(line["minimum_index"], line["retained_days"]) for line in said],
                         [(256, 10)])
        self.assertEqual(said[0]["actor"]["fingerprint"], "gateway")
        would = self.facegate("operator", "audit", "prune", "--dry-run")
        self.assertIn("0 records would go", would)
        self.assertIn("a consent that stands", would)
        self.assertEqual(self.verdict, ALLOW)

    def test_2_lists_what_is_kept_and_says_what_is_gone(self):
        lines = json.loads(self.facegate("auditor", "--json", "audit", "list"))
        self.assertEqual([line["index"] for line in lines], list(range(256, self.size())))
        self.assertIn("RECORD_PRUNED", self.refused("auditor", "audit", "get", "255"))
        self.assertEqual(
            json.loads(self.facegate("auditor", "audit", "get", "256"))["index"], 256)
        counted = json.loads(self.facegate("auditor", "--json", "audit", "count", "--by", "type"))
        self.assertEqual(sum(int(count["records"]) for count in counted["counts"]), len(lines))

    def test_3_proves_a_record_that_an_auditor_kept(self):
        self.kit("prove", "--record-out", "3.record", "--out", "then.proof", "kept-up", "3")
        self.facegate("auditor", "audit", "prove", "3", "--out", "now.proof")
        self.assertIn("proved: record 3",
                      self.kit("check-proof", "--record", "3.record", "now.proof"))
        (self.folder / "4.record").write_bytes((self.folder / "3.record").read_bytes() + b" ")
        self.kit("check-proof", "--record", "4.record", "now.proof", expect=1)

    def test_4_exports_what_is_left_with_a_signed_statement(self):
        self.facegate("auditor", "audit", "export", "fresh")
        self.assertFalse((self.folder / "fresh/tile/entries/000").exists())
        self.assertTrue((self.folder / "fresh/tile/0/000").exists())
        fresh = self.verified("fresh")
        self.assertEqual(fresh["minimumIndex"], 256)
        self.assertEqual(fresh["recordsChecked"], fresh["size"] - 256)
        self.assertIn("PRUNED", [one["reason"] for one in fresh["unproved"]])

    def test_5_leaves_a_copy_what_it_has(self):
        self.assertIn("from record 512 on", self.facegate("auditor", "audit", "export", "kept-up"))
        self.assertFalse((self.folder / "kept-up/minimum-index").exists())
        whole = self.verified("kept-up")
        self.assertEqual((whole["minimumIndex"], whole["recordsChecked"]), (0, whole["size"]))
        self.kit("compare", "fresh", "kept-up")

    def test_6_explains_a_decision_that_rests_on_what_is_gone(self):
        story = json.loads(self.kit("explain", "--json", "fresh", self.decision))
        self.assertTrue(story["ok"])
        self.assertEqual({linked.get("whyNot") for linked in story["restsOn"]}, {"RECORD_PRUNED"})
        explained = self.gateway.cli(
            "auditor", "policy", "explain", "--record", self.decision, "--phase", "request",
            "--policies", str(flow.ROOT / "config/policies"),
            "--calendar", str(flow.ROOT / "config/calendars/cn.yaml"))
        self.assertIn(explained.returncode, (0, 1), explained.stderr)
        self.assertIn("core.", explained.stdout)

    def test_7_prunes_more_once_the_consent_has_ended(self):
        self.client.consents.WithdrawConsent(
            self.protos.consent.WithdrawConsentRequest(name=CONSENT))
        self.assertIn("ROLE_NOT_ALLOWED", self.refused("auditor", "audit", "prune", "--now"))
        would = json.loads(self.facegate("operator", "--json", "audit", "prune", "--dry-run"))
        self.assertEqual((would["minimumIndex"], would["prunedRecords"]), (512, 256))
        self.assertEqual(self.minimum_index(), 256)
        went = json.loads(self.facegate("operator", "--json", "audit", "prune", "--now"))
        self.assertEqual(went["prunedRecords"], 256)
        self.assertEqual(self.minimum_index(), 512)
        self.assertIn("0 records went", self.facegate("operator", "audit", "prune", "--now"))
        self.facegate("auditor", "audit", "export", "last")
        self.assertEqual(self.verified("last")["minimumIndex"], 512)
        # The copy from between keeps what it has, by the statement that it has.
        self.facegate("auditor", "audit", "export", "fresh")
        self.assertEqual(self.verified("fresh")["minimumIndex"], 256)

    def test_8_starts_again_and_finds_nothing_wrong(self):
        self.gateway.stop()
        looked = subprocess.run(
            [self.gateway.bin / "facegate", "audit", "fsck", "--config", "facegate.yaml"],
            cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(looked.returncode, 0, looked.stdout + looked.stderr)
        self.assertIn("those below 512 pruned, nothing is wrong", looked.stdout)
        self.gateway.start()
        type(self).client = flow.Client(self.protos, self.gateway)
        self.assertEqual(self.minimum_index(), 512)
        self.visitors(1)


class TooShort(unittest.TestCase):

    def test_does_not_start_where_a_loaded_pack_asks_for_more(self):
        gateway = flow.Gateway(BIN, audit=SETTINGS)
        self.addCleanup(shutil.rmtree, gateway.folder)
        gateway.add_pack(flow.ROOT / "config/policies/aiact.yaml")
        with self.assertRaisesRegex(RuntimeError, "RETENTION_TOO_SHORT.*aiact.a26-logs"):
            gateway.start()


if __name__ == "__main__":
    flow.need_models()
    unittest.main()
