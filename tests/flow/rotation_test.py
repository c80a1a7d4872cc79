#!/usr/bin/python3
"""A gateway whose log keys are rotated: its logs move to the new ones on record, and whoever holds
the old or the new verifier keys follows.

    rotation_test.py BIN_DIR
"""

import json
import stat
import subprocess
import sys
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"


class Rotation(flow.Story):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        self.folder = self.gateway.folder
        self.client = flow.Client(self.protos, self.gateway)
        self.notice = self.client.register_lobby()
        (self.folder / "old.vkeys").write_text(self.public_keys())

    def cli(self, role, *arguments, expect=0):
        done = self.gateway.cli(role, *arguments)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def offline(self, *arguments, expect=0):
        done = subprocess.run([self.gateway.bin / "facegate", *arguments], cwd=self.folder,
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def public_keys(self, *flags):
        return self.offline(*flags, "--operator", "acme", "keys", "public", "keys", "--gateway",
                            "gate.example")

    def restart(self):
        self.gateway.stop()
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)

    def listed(self, kind):
        return json.loads(self.cli("auditor", "--json", "audit", "list", "--type", kind))

    def verify(self, keys, copy="copy", expect=0):
        return self.offline("audit", "verify", "--log-key", keys, copy, expect=expect)

    def verify_receipt(self, keys, receipt, expect=0):
        return self.offline("receipt", "verify", "--log-key", keys, receipt, expect=expect)

    def rotate(self):
        """Adds a generation, and keeps the verifier keys of all and of the newest alone."""
        self.offline("keys", "rotate-log", "keys")
        keys = self.public_keys()
        (self.folder / "all.vkeys").write_text(keys)
        (self.folder / "new.vkeys").write_text("\n".join(keys.splitlines()[-2:]) + "\n")

    def test_log_moves_on_and_both_sides_follow(self):
        self.client.authorize("nobody")
        self.client.grant("person-a", self.notice)
        self.cli("enroller", "receipt", "get", "subjects/person-a/consents/c1", "--out",
                 "before.jsonld")
        self.cli("enroller", "subject", "restrict", "subjects/person-a", "--receipt",
                 "before.json")
        self.rotate()
        self.client.authorize("nobody")  # the running gateway goes on with its own
        self.cli("auditor", "audit", "export", "older")
        self.restart()
        self.client.authorize("nobody")
        self.cli("enroller", "subject", "release", "subjects/person-a", "--receipt", "after.json")
        self.cli("enroller", "receipt", "get", "subjects/person-a/consents/c1", "--out",
                 "after.jsonld")

        [rotated] = self.listed("key.rotated")
        [started] = self.listed("gateway.started")
        [stopped] = self.listed("gateway.stopped")
        self.assertEqual((rotated["kind"], rotated["index"]), ("LOG", stopped["index"] + 1))
        self.assertGreater(started["index"], rotated["index"])
        lines = (self.folder / "all.vkeys").read_text().splitlines()
        self.assertEqual([rotated[key] for key in (
            "previous_checkpoint_vkey", "previous_record_vkey", "checkpoint_vkey",
            "record_vkey")], lines)

        self.cli("auditor", "audit", "export", "copy")
        for keys in ("old.vkeys", "new.vkeys", "all.vkeys"):
            self.assertIn("verified", self.verify(keys))
        told = json.loads(self.offline("--json", "audit", "verify", "--log-key", "old.vkeys",
                                       "copy"))
        self.assertEqual(told["rotations"], [rotated["index"]])
        # What was copied before is the old keys', and a part of what came after.
        for keys in ("old.vkeys", "all.vkeys"):
            self.verify(keys, "older")
        self.verify("new.vkeys", "older", expect=1)
        self.offline("audit", "compare", "--log-key", "all.vkeys", "older", "copy")

        for receipt in ("before.json", "before.jsonld"):
            self.verify_receipt("old.vkeys", receipt)
            self.verify_receipt("all.vkeys", receipt)
        for receipt in ("after.json", "after.jsonld"):
            self.verify_receipt("all.vkeys", receipt)
            self.verify_receipt("old.vkeys", receipt, expect=1)

        self.gateway.stop()
        self.offline("audit", "fsck", "--config", "facegate.yaml")
        self.gateway.start()

    def test_keys_are_given_in_all_generations(self):
        made = self.offline("keys", "rotate-log", "keys")
        self.assertIn("wrote log.2.key to keys", made)
        self.assertIn("next start", made)
        mode = (self.folder / "keys" / "log.2.key").stat().st_mode
        self.assertEqual(stat.S_IMODE(mode), 0o600)
        again = json.loads(self.offline("--json", "keys", "rotate-log", "keys"))
        self.assertEqual((again["generation"], again["file"]), (3, "log.3.key"))

        old = (self.folder / "old.vkeys").read_text()
        lines = self.public_keys().splitlines()
        self.assertEqual(len(set(lines)), 6)
        self.assertEqual(lines[:2], old.splitlines())
        told = json.loads(self.public_keys("--json"))
        self.assertEqual([one["generation"] for one in told["generations"]], [1, 2, 3])
        self.assertEqual((told["checkpointVkey"], told["recordVkey"]), tuple(lines[4:]))

        # A gateway tells of those that its logs were signed with.
        self.assertEqual(self.cli("auditor", "audit", "keys"), old)
        self.restart()
        self.assertEqual(self.cli("auditor", "audit", "keys", "--out", "log.vkeys").splitlines(),
                         lines)
        self.assertEqual((self.folder / "log.vkeys").read_text().splitlines(), lines)
        served = self.client.audit.GetLogKeys(
            self.protos.audit.GetLogKeysRequest(parent=flow.OPERATOR))
        self.assertEqual((served.checkpoint_vkey, served.record_vkey), tuple(lines[4:]))
        rotations = [record["index"] for record in self.listed("key.rotated")]
        self.assertEqual([one.first_index for one in served.generations],
                         [0] + [index + 1 for index in rotations])
        self.cli("auditor", "audit", "export", "copy")
        for first in (0, 2, 4):
            (self.folder / "one.vkeys").write_text("\n".join(lines[first:first + 2]))
            self.verify("one.vkeys")

    def test_gateway_does_not_go_back_to_the_old_keys(self):
        self.rotate()
        self.restart()
        self.gateway.stop()
        newest = self.folder / "keys" / "log.2.key"
        newest.rename(self.folder / "away")
        with self.assertRaises(RuntimeError) as refused:
            self.gateway.start()
        self.assertIn("WRONG_KEYS", str(refused.exception))
        fsck = self.offline("audit", "fsck", "--config", "facegate.yaml", expect=1)
        self.assertIn("WRONG_KEYS", fsck)
        # A gap is no smaller ring.
        (self.folder / "away").rename(self.folder / "keys" / "log.3.key")
        with self.assertRaises(RuntimeError) as refused:
            self.gateway.start()
        self.assertIn("KEYS_MISSING", str(refused.exception))
        (self.folder / "keys" / "log.3.key").rename(newest)
        self.gateway.start()
        self.assertEqual(len(self.listed("key.rotated")), 1)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
