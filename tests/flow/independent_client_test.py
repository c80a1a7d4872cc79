#!/usr/bin/python3
"""Steps 2 to 5 of the story, by a client made from the proto files alone.

    independent_client_test.py BIN_DIR

Also measures, on the real server, that nothing is decoded, embedded or compared for a person
without consent (invariant I1), and checks each receipt with this file's own RFC 6962.
"""

import base64
import hashlib
import sys
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
WORK = ("facegate_frames_decoded_total", "facegate_faces_seen_total",
        "facegate_faces_embedded_total", "facegate_comparisons_total")


def root_of(leaf: bytes, index: int, size: int, path) -> bytes:
    """RFC 9162, 2.1.3.2: the root that an inclusion proof leads to."""
    fn, sn, root = index, size - 1, leaf
    for node in path:
        if fn & 1 or fn == sn:
            root = hashlib.sha256(b"\x01" + node + root).digest()
            while not fn & 1 and fn:
                fn, sn = fn >> 1, sn >> 1
        else:
            root = hashlib.sha256(b"\x01" + root + node).digest()
        fn, sn = fn >> 1, sn >> 1
    assert sn == 0, "the proof is too short"
    return root


class Story(flow.Story):
    """One server; the tests run in the order of their names."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.gateway.__enter__()
        cls.client = flow.Client(cls.protos, cls.gateway)
        cls.notice = cls.client.register_lobby()
        cls.door_photo = (flow.models_dir() / "sample3.jpg").read_bytes()

    @classmethod
    def tearDownClass(cls):
        cls.gateway.__exit__(None, None, None)

    def authorize(self, subject):
        g = self.protos.gateway
        return self.client.door.Authorize(g.AuthorizeRequest(
            camera=flow.DOOR, purpose=flow.PURPOSE, subject=f"{flow.OPERATOR}/subjects/{subject}",
            image=self.door_photo)).answer

    def assert_answer(self, answer, verdict, reason):
        m = self.protos.resources
        self.assertEqual((m.Verdict.Name(answer.verdict), m.Reason.Name(answer.reason)),
                         ("VERDICT_" + verdict, "REASON_" + reason))
        self.assert_proved(answer.receipt)
        self.assertEqual(answer.pad, m.Pad.Value("PAD_NOT_PERFORMED"))

    def assert_proved(self, receipt):
        origin, size, root = receipt.checkpoint.split("\n")[:3]
        self.assertEqual(origin, receipt.log_origin)
        self.assertEqual(root_of(receipt.leaf_hash, receipt.index, int(size),
                                 receipt.inclusion_proof), base64.b64decode(root))
        if receipt.entry:
            self.assertEqual(hashlib.sha256(b"\x00" + receipt.entry).digest(), receipt.leaf_hash)

    def assert_no_work(self, ask):
        before = self.client.counters()
        answer = ask()
        after = self.client.counters()
        for name in WORK:
            self.assertEqual(after.get(name, 0), before.get(name, 0), name)
        return answer

    def test_2_without_consent_nothing_is_decoded(self):
        answer = self.assert_no_work(lambda: self.authorize("person-a"))
        self.assert_answer(answer, "USE_ALTERNATIVE", "CONSENT_MISSING")
        self.assertEqual([a.display_name for a in answer.alternatives], ["badge reader", "desk"])
        self.assertEqual(answer.receipt.entry, b"")  # a door is not told the finer reason
        for name in WORK:
            self.assertEqual(self.client.counters().get(name, 0), 0, name)

    def test_3_after_consent_and_enrolment_the_door_opens(self):
        for subject in flow.MARKS:
            self.client.grant(subject, self.notice)
            answer = self.client.enroll(subject)
            self.assert_answer(answer, "ALLOW", "ENROLLED")
            self.assertEqual(answer.counts.faces_embedded, 1)
        self.assert_answer(self.authorize("person-a"), "ALLOW", "MATCHED")
        self.assert_answer(self.authorize("person-b"), "USE_ALTERNATIVE", "NO_MATCH")

    def test_4_in_the_lane_strangers_stay_unknown(self):
        answer = self.client.lane.Identify(self.protos.gateway.IdentifyRequest(
            camera=flow.LANE, purpose=flow.PURPOSE, image=self.door_photo)).answer
        self.assert_answer(answer, "ALLOW", "MATCHED")
        self.assertEqual(sorted(i.subject for i in answer.identifications),
                         ["", "", f"{flow.OPERATOR}/subjects/person-a"])
        self.assertEqual(answer.counts.faces_embedded, 3)
        self.assertEqual(answer.counts.unknown, 2)

    def test_5_after_withdrawal_nothing_is_decoded_again(self):
        c = self.protos.consent
        withdrawn = self.client.consents.WithdrawConsent(c.WithdrawConsentRequest(
            name=f"{flow.OPERATOR}/subjects/person-a/consents/c1"))
        self.assert_proved(withdrawn.receipt)
        answer = self.assert_no_work(lambda: self.authorize("person-a"))
        self.assert_answer(answer, "USE_ALTERNATIVE", "CONSENT_MISSING")
        record = self.client.audit.GetRecord(self.protos.audit.GetRecordRequest(
            name=f"{flow.OPERATOR}/records/{answer.receipt.index}"))
        self.assertIn(b"CONSENT_WITHDRAWN", record.entry)

    def test_6_the_door_answers_an_unknown_person_alike(self):
        withdrawn, unknown = self.authorize("person-a"), self.authorize("nobody")
        for answer in (withdrawn, unknown):
            answer.ClearField("receipt")
            answer.ClearField("request_id")
        self.assertEqual(withdrawn, unknown)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
