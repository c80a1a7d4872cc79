#!/usr/bin/python3
"""A person's records in a log that names nobody: found by the role that may, which is on record
first; by the person with the token of their receipt; and by nobody once the person was erased.

    resolve_test.py BIN_DIR
"""

import hashlib
import json
import ssl
import subprocess
import sys
import unittest

import grpc

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ANN, BOB = "subjects/person-a", "subjects/person-b"

HOUSE = """\
id: house
version: 1.0.0
name: House rules
kind: operator
jurisdiction: ANY
status: in_force
rules:
  - id: house.staff
    article: house 1
    title: Staff at the door
    statement: A staffed desk stands at every door.
    phase: [request]
    when: not camera.enrollment_desk
    check: "'staff_desk' in alternatives.kinds"
    effect: {on_fail: deny, obligation: staff the desk}
"""


class Resolving(flow.Story):
    """One gateway; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.gateway.__enter__()
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.folder = cls.gateway.folder
        cls.client = flow.Client(cls.protos, cls.gateway)
        notice = cls.client.register_lobby()
        for subject in ("person-a", "person-b"):
            cls.client.grant(subject, notice)
            cls.client.enroll(subject)
            (cls.folder / f"{subject}.token").write_text(cls.client.tokens[subject] + "\n")
        assert cls.client.authorize("person-a")[0] == "VERDICT_ALLOW"
        cls.decision = cls.last_decision()

    @classmethod
    def last_decision(cls):
        done = cls.gateway.cli("auditor", "--json", "audit", "list", "--type", "decision")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)[-1]["index"]

    def cli(self, role, *arguments, expect=0):
        done = self.gateway.cli(role, *arguments)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout if expect < 2 else done.stderr

    def resolve(self, subject, *arguments):
        return json.loads(self.cli("resolver", "--json", "audit", "resolve", "--subject", subject,
                                   "--reason", "RIGHTS_REQUEST", *arguments))

    def queried(self):
        return json.loads(self.cli("auditor", "--json", "audit", "list", "--type",
                                   "audit.queried"))

    def test_1_finds_what_is_about_the_person_and_says_who_looked(self):
        found = self.resolve(ANN)
        self.assertEqual([record["type"] for record in found],
                         ["subject.created", "consent.granted", "template.enrolled", "decision"])
        self.assertEqual(found[-1]["index"], self.decision)
        [queried] = self.queried()
        pem = (self.folder / "certs" / "resolver.crt").read_text()
        self.assertEqual(queried["actor"], {
            "role": "RESOLVER",
            "fingerprint": hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()})
        self.assertEqual((queried["query"], queried["why"], queried["found"]),
                         ("SUBJECT", "RIGHTS_REQUEST", 4))
        self.assertEqual(len(queried["subjects"]), 1)
        self.assertNotIn("person-a", json.dumps(queried))
        only = self.resolve(ANN, "--site", "sites/lobby", "--purpose", "purposes/building_access",
                            "--from", found[-1]["time"])
        self.assertEqual([record["index"] for record in only], [self.decision])
        self.assertEqual(self.queried()[-1]["filter"], {
            "site": "lobby", "purpose": "building_access", "from": found[-1]["time"]})
        self.cli("resolver", "audit", "resolve", "--subject", ANN, "--reason", "CURIOSITY",
                 expect=2)
        self.cli("resolver", "audit", "resolve", "--subject", ANN, "--reason", "COMPLAINT", "--to",
                 "2020-01-01T00:00:00Z", expect=1)

    def test_2_is_for_that_role_alone_which_may_do_nothing_else(self):
        before = len(self.queried())
        for role in ("auditor", "operator", "enroller", "controller", "camera", "viewer"):
            for question in (("resolve", "--subject", ANN), ("whose", str(self.decision))):
                said = self.cli(role, "audit", *question, "--reason", "INCIDENT", expect=2)
                self.assertIn("ROLE_NOT_ALLOWED", said)
        self.assertEqual(len(self.queried()), before)
        for command in (("audit", "list"), ("subject", "list"), ("audit", "export", "unused")):
            self.assertIn("ROLE_NOT_ALLOWED", self.cli("resolver", *command, expect=2))

    def test_3_tells_whose_a_record_is(self):
        whose = ("audit", "whose", str(self.decision), "--reason", "COMPLAINT")
        self.assertEqual(self.cli("resolver", *whose).strip(), ANN)
        self.assertEqual((self.queried()[-1]["query"], self.queried()[-1]["why"]),
                         ("RECORD", "COMPLAINT"))
        self.assertIn("nobody", self.cli("resolver", "audit", "whose", "0", "--reason",
                                         "COMPLAINT", expect=1))
        self.assertIn("RECORD_NOT_FOUND", self.cli(
            "resolver", "audit", "whose", "999999", "--reason", "COMPLAINT", expect=2))

    def test_4_gives_pages_of_the_log_as_it_was_at_the_first(self):
        size = len(self.resolve(ANN)) + 1  # that it was asked is about the person as well
        request = self.protos.audit.ResolveSubjectRequest(
            name=f"{flow.OPERATOR}/{ANN}", page_size=1,
            reason=self.protos.resources.RESOLUTION_REASON_INCIDENT)
        indices = []
        while True:
            page = self.client.resolver.ResolveSubject(request)
            indices += [record.index for record in page.records]
            if not page.next_page_token:
                break
            request.page_token = page.next_page_token
            self.client.authorize("person-a")
        self.assertEqual(len(indices), size)
        self.assertEqual(indices, sorted(set(indices)))
        request.reason = self.protos.resources.RESOLUTION_REASON_COMPLAINT
        with self.assertRaises(grpc.RpcError) as refused:
            self.client.resolver.ResolveSubject(request)
        self.assertIn("BAD_PAGE_TOKEN", refused.exception.details())

    def test_5_shows_the_person_their_own_by_their_receipt(self):
        # Whatever the certificate: a kiosk's, or that of an auditor to whom the receipt is shown.
        for role in ("camera", "auditor"):
            lines = self.cli(role, "receipt", "records", "--token-file", "person-a.token")
            self.assertRegex(lines, rf"(?m)^ *{self.decision}  .*decision ALLOW MATCHED at "
                                    r"sites/lobby, rests on this consent$")
            self.assertIn("audit.queried RIGHTS_REQUEST", lines)
            self.assertNotIn("subject.created", lines)
        index = ("--index", str(self.decision))
        self.assertIn("rests on the consent of this receipt", self.cli(
            "auditor", "receipt", "records", "--token-file", "person-a.token", *index))
        self.assertIn("does not rest", self.cli(
            "auditor", "receipt", "records", "--token-file", "person-b.token", *index, expect=1))
        others = json.loads(self.cli("camera", "--json", "receipt", "records", "--token-file",
                                     "person-b.token"))
        self.assertEqual([record["type"] for record in others],
                         ["consent.granted", "template.enrolled"])

    def test_6_is_in_what_the_person_gets_of_themselves(self):
        self.cli("enroller", "subject", "export", ANN, "--out", "ann")
        document = json.loads((self.folder / "ann" / "subject.json").read_text())
        queries = [one for one in document["records"] if one["type"] == "audit.queried"]
        self.assertEqual(queries[0]["why"], "RIGHTS_REQUEST")
        self.assertEqual(queries[0]["found"], 4)
        self.assertEqual(queries[0]["actor"]["role"], "RESOLVER")

    def explained(self, index):
        self.cli("auditor", "audit", "keys", "--out", "log.vkeys")
        self.cli("auditor", "audit", "export", "copy")
        done = subprocess.run(
            [self.gateway.bin / "facegate-audit", "explain", "--json", "--log-key", "log.vkeys",
             "copy", str(index)], cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return json.loads(done.stdout)

    def loaded(self):
        return json.loads(self.cli("auditor", "--json", "audit", "list", "--type",
                                   "policy.loaded"))

    def restart(self):
        self.gateway.stop()
        self.gateway.start()
        type(self).client = flow.Client(self.protos, self.gateway)

    def test_7_explains_when_the_rules_of_a_decision_came_into_force(self):
        [first] = self.loaded()
        self.assertEqual(first["index"], 1)  # right behind the operator's registration
        story = self.explained(self.decision)
        self.assertEqual((story["policyLoaded"]["record"], story["policyLoaded"]["proved"]),
                         (1, True))
        self.assertNotIn("POLICY_NOT_LOADED", [one["reason"] for one in story["unproved"]])
        self.restart()
        self.assertEqual(self.loaded(), [first], "the same rules are not told again")
        (self.folder / "house.yaml").write_text(HOUSE)
        self.gateway.add_pack(self.folder / "house.yaml")
        self.restart()
        second = self.loaded()[-1]
        self.assertEqual([pack["id"] for pack in second["packs"]], ["core", "house"])
        started = json.loads(self.cli("auditor", "--json", "audit", "list", "--type",
                                      "gateway.started"))
        self.assertEqual(second["index"], started[-1]["index"] + 1)
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_ALLOW")
        story = self.explained(self.last_decision())
        self.assertEqual(story["policyLoaded"]["record"], second["index"])

    def test_8_finds_nobody_who_was_erased(self):
        self.cli("enroller", "subject", "erase", ANN)
        why = ("--reason", "LEGAL_ORDER")
        erased = self.cli("resolver", "audit", "resolve", "--subject", ANN, *why, expect=2)
        self.assertIn("SUBJECT_NOT_FOUND", erased)
        self.assertEqual(erased, self.cli("resolver", "audit", "resolve", "--subject",
                                          "subjects/who", *why, expect=2))
        for queried in self.queried()[-2:]:
            self.assertNotIn("subjects", queried)
            self.assertEqual(queried["found"], 0)
        self.cli("resolver", "audit", "whose", str(self.decision), *why, expect=1)
        self.assertIn("RECEIPT_TOKEN_UNKNOWN", self.cli(
            "camera", "receipt", "records", "--token-file", "person-a.token", expect=2))
        self.cli("camera", "receipt", "records", "--token-file", "person-b.token")


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
