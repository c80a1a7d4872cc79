#!/usr/bin/python3
"""The auditor's kit beside a real gateway: its exports verified, compared, explained and reconciled
with a door's own log, by a program that has never spoken to the server.

    auditor_kit_test.py BIN_DIR
"""

import json
import shutil
import subprocess
import sys
import time
import unittest
import uuid

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"


class AuditorKit(flow.Story):
    """One gateway, two exports; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.gateway.__enter__()
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.folder = cls.gateway.folder
        cls.client = flow.Client(cls.protos, cls.gateway)
        notice = cls.client.register_lobby()
        cls.client.grant("person-a", notice)
        cls.client.enroll("person-a")
        cls.door_log = [cls.at_door(counter) for counter in (1, 2, 3)]
        cls.facegate("auditor", "audit", "keys", "--out", "log.vkeys")
        cls.facegate("auditor", "audit", "export", "earlier")
        cls.facegate("enroller", "receipt", "get", "subjects/person-a/consents/c1", "--out",
                     "receipt.jsonld")
        cls.door_log.append(cls.at_door(4))
        cls.client.consents.WithdrawConsent(cls.protos.consent.WithdrawConsentRequest(
            name=f"{flow.OPERATOR}/subjects/person-a/consents/c1"))
        cls.door_log.append(cls.at_door(5))
        cls.facegate("auditor", "audit", "export", "later")

    @classmethod
    def facegate(cls, role, *arguments):
        done = cls.gateway.cli(role, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    @classmethod
    def at_door(cls, counter):
        """Person A at the door; gives what the door writes down."""
        g, m = cls.protos.gateway, cls.protos.resources
        request = g.AuthorizeRequest(
            camera=flow.DOOR, purpose=flow.PURPOSE, subject=f"{flow.OPERATOR}/subjects/person-a",
            image=(flow.models_dir() / "sample3.jpg").read_bytes(), request_id=str(uuid.uuid4()),
            client_counter=counter)
        answer = cls.client.door.Authorize(request).answer
        return {"client_counter": counter, "request_id": request.request_id,
                "outcome": m.Verdict.Name(answer.verdict), "index": answer.receipt.index}

    def kit(self, command, *arguments, expect=0):
        done = subprocess.run(
            [self.gateway.bin / "facegate-audit", command, "--log-key", "log.vkeys", *arguments],
            cwd=self.folder, env={}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def answer(self, command, *arguments, expect=0):
        return json.loads(self.kit(command, "--json", *arguments, expect=expect))

    def test_1_verifies_an_export_also_against_what_somebody_kept(self):
        self.assertIn("not shown: NO_OLDER_CHECKPOINT", self.kit("verify", "later"))
        whole = self.answer("verify", "--older", "receipt.jsonld", "later")
        self.assertTrue(whole["ok"])
        self.assertEqual(whole["recordsChecked"], whole["size"])
        self.assertNotIn("NO_OLDER_CHECKPOINT", [one["reason"] for one in whole["unproved"]])
        self.assertEqual(self.answer("verify", "--quick", "later")["root"], whole["root"])
        self.assertIn("ROLLBACK", self.kit("verify", "--older", "later/checkpoint", "earlier",
                                           expect=1))
        # The other program has the same command.
        same = json.loads(self.facegate("auditor", "--json", "audit", "verify", "--log-key",
                                        "log.vkeys", "later"))
        self.assertEqual((same["ok"], same["size"]), (True, whole["size"]))

    def test_2_compares_two_exports(self):
        self.assertIn("EXTENDS: proved", self.kit("compare", "earlier", "later"))
        self.assertIn("SAME", self.kit("compare", "later", "later"))
        self.assertIn("ROLLBACK", self.kit("compare", "later", "earlier", expect=1))

    def test_3_tells_damage_from_what_is_missing(self):
        copy = self.folder / "damaged"
        shutil.copytree(self.folder / "later", copy)
        bundle = next((copy / "tile" / "entries").rglob("*.p/*"))
        content = bytearray(bundle.read_bytes())
        content[len(content) // 2] ^= 1
        bundle.write_bytes(content)
        damaged = self.answer("verify", "damaged", expect=1)["fault"]
        self.assertEqual(damaged["kind"], "DAMAGE")
        self.assertIn("record", damaged)
        self.assertEqual(self.answer("compare", "earlier", "damaged", expect=1)["relation"],
                         "DAMAGE")
        bundle.unlink()
        self.assertEqual(self.answer("compare", "earlier", "damaged", expect=1)["relation"],
                         "MISSING")
        for command in ("report", "gaps"):
            self.assertIn("MISSING", self.kit(command, "damaged", expect=1))
        self.kit("list", "damaged", expect=1)

    def test_4_lists_and_counts(self):
        lines = [json.loads(line) for line in self.kit(
            "list", "--json", "--type", "decision", "--camera", "door", "later").splitlines()]
        self.assertEqual([line["client_counter"] for line in lines], [1, 2, 3, 4, 5])
        self.assertEqual([line["index"] for line in lines],
                         [entry["index"] for entry in self.door_log])
        after = self.kit("list", "--first", str(lines[3]["index"]), "--camera", "door", "later")
        self.assertEqual(len(after.splitlines()), 2)
        totals = self.answer("report", "later")["totals"]
        self.assertEqual(totals["outcomes"]["ALLOW"], 5)  # the enrolment among them
        self.assertEqual(totals["cameras"]["lobby/door"], 5)
        self.assertIn("CONSENT_WITHDRAWN", totals["reasons"])
        self.assertIn("4  ALLOW", self.kit("report", "--camera", "door", "later"))

    def test_5_proves_a_record_to_somebody_else(self):
        index = str(self.door_log[0]["index"])
        self.kit("prove", "--out", "a.proof", "--record-out", "a.record", "later", index)
        self.assertIn("proved: record " + index,
                      self.kit("check-proof", "--record", "a.record", "a.proof"))
        self.kit("check-proof", "--copy", "earlier", "a.proof")
        (self.folder / "b.record").write_bytes((self.folder / "a.record").read_bytes() + b" ")
        self.assertIn("PROOF_BAD",
                      self.kit("check-proof", "--record", "b.record", "a.proof", expect=1))
        # The server's own proof is checked the same way.
        self.facegate("auditor", "audit", "prove", index, "--out", "c.proof")
        self.kit("check-proof", "--record", "a.record", "c.proof")

    def test_6_explains_a_decision_back_to_its_consent(self):
        allowed, refused = self.door_log[3]["index"], self.door_log[4]["index"]
        story = self.answer("explain", "--receipt", "receipt.jsonld", "later", str(allowed))
        self.assertTrue(story["ok"])
        self.assertTrue(story["restsOn"])
        self.assertTrue(all(linked["proved"] for linked in story["restsOn"]))
        self.assertTrue(any("sites/lobby" in linked["summary"] for linked in story["restsOn"]))
        self.assertEqual(story["consentEvents"][-1]["summary"].split()[0], "consent.granted")
        # One day, one pseudonym; unless midnight passed in between.
        self.assertIn(story["consent"], ("SAME_PERSON", "FITS"))
        self.assertTrue(story["packs"][0].startswith("core "))
        words = self.kit("explain", "later", str(refused))
        self.assertIn("because CONSENT_WITHDRAWN", words)
        self.assertIn("RECORD_BEYOND", self.kit_error("explain", "earlier", str(refused)))

    def kit_error(self, command, *arguments):
        done = subprocess.run(
            [self.gateway.bin / "facegate-audit", command, "--log-key", "log.vkeys", *arguments],
            cwd=self.folder, env={}, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        return done.stderr

    def test_7_reconciles_a_doors_own_log(self):
        door = ["reconcile", "--site", "lobby", "--camera", "door", "later"]
        lines = "".join(json.dumps(entry) + "\n" for entry in self.door_log)
        (self.folder / "door.jsonl").write_text(lines)
        self.assertEqual(self.answer(*door, "door.jsonl")["reconciliation"]["inBoth"], 5)
        unseen = dict(self.door_log[0], request_id=str(uuid.uuid4()), client_counter=6)
        (self.folder / "door.jsonl").write_text(lines + json.dumps(unseen) + "\n")
        found = self.answer(*door, "door.jsonl", expect=1)["reconciliation"]
        self.assertEqual([entry["clientCounter"] for entry in found["onlyAtDoor"]], [6])
        (self.folder / "door.csv").write_text(
            "client_counter,outcome\n1,ALLOW\n2,ALLOW\n3,ALLOW\n4,DENY\n")
        found = self.answer(*door, "door.csv", expect=1)["reconciliation"]
        self.assertEqual(found["onlyInLog"], [self.door_log[4]["index"]])
        self.assertEqual([one["record"] for one in found["differing"]],
                         [self.door_log[3]["index"]])
        self.assertIn("CALLER_MISSING", self.kit_error("reconcile", "later", "door.csv"))

    def test_8_finds_a_count_without_record(self):
        self.assertNotIn("COUNTERS_MISSING", self.kit("gaps", "later"))
        self.at_door(8)
        time.sleep(0.1)
        self.facegate("auditor", "audit", "export", "gapped")
        missing = self.answer("gaps", "gapped", expect=1)["gaps"]
        self.assertEqual([(gap["kind"], gap["first"], gap["last"]) for gap in missing["found"]
                          if "first" in gap], [("COUNTERS_MISSING", 6, 7)])

    def test_9_says_what_it_was_not_given(self):
        self.assertIn("FILE_UNREADABLE", self.kit_error("verify", "--older", "none", "later"))
        self.assertIn("COPY_NOT_FOUND", self.kit_error("verify", "none"))
        (self.folder / "bad.csv").write_text("client_counter\nmany\n")
        self.assertIn("bad.csv:2", self.kit_error("reconcile", "--camera", "door", "later",
                                                  "bad.csv"))


if __name__ == "__main__":
    flow.need_models()
    unittest.main()
