#!/usr/bin/python3
"""Consent receipts in somebody's hand: their schemas, by a validator of others; their proof,
offline; what a token alone can do; what an erasure leaves of it.

    receipt_test.py BIN_DIR
"""

import base64
import hashlib
import json
import shutil
import subprocess
import sys
import unittest

import gateway_process as flow
import residue

try:
    import jsonschema
except ImportError:
    sys.exit("python3-jsonschema is missing: run scripts/setup.sh")

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
SCHEMAS = flow.ROOT / "config" / "schemas"
FORMATS = {"iso27560": "receipt.jsonld", "kantara": "receipt.json"}
CONSENT = "subjects/person-a/consents/c1"


def validator(name: str) -> jsonschema.Draft202012Validator:
    evidence = json.loads((SCHEMAS / "consent_receipt_evidence.schema.json").read_text())
    schema = json.loads((SCHEMAS / f"consent_receipt_{name}.schema.json").read_text())
    for each in (evidence, schema):
        jsonschema.Draft202012Validator.check_schema(each)
    resolver = jsonschema.RefResolver.from_schema(schema, store={evidence["$id"]: evidence})
    return jsonschema.Draft202012Validator(schema, resolver=resolver)


class Receipts(flow.Story):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.gateway = flow.Gateway(BIN)
        cls.gateway.__enter__()
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.client = flow.Client(cls.protos, cls.gateway)
        cls.notice = cls.client.register_lobby()

    def setUp(self):
        self.folder = self.gateway.folder
        self.files = [self.folder / name for name in FORMATS.values()]

    def cli(self, role, *arguments, expect=0):
        done = self.gateway.cli(role, *arguments)
        self.assertEqual(done.returncode, expect, done.stdout + done.stderr)
        return done.stdout

    def grant(self, subject: str) -> str:
        """Asks and grants by CLI; gives the token."""
        self.cli("enroller", "subject", "create", f"subjects/{subject}", "--age", "35")
        terms = [f"subjects/{subject}", "--id", "c1", "--site", "sites/lobby", "--purpose",
                 "purposes/building_access", "--scope", "VERIFY", "--notice-sha256", self.notice,
                 "--alternative", "CARD", "--channel", "DESK", "--token-file", "token"]
        self.cli("enroller", "consent", "request", *terms)
        self.cli("enroller", "consent", "grant", *terms, "--days", "20")
        return (self.folder / "token").read_text().strip()

    def verify(self, name: str, expect=0) -> str:
        return self.cli("auditor", "receipt", "verify", "--log-key", "log.vkeys", name,
                        expect=expect)

    def test_1_validate_prove_and_are_refused_once_changed(self):
        self.grant("person-a")
        self.cli("auditor", "audit", "keys", "--out", "log.vkeys")
        for kind, name in FORMATS.items():
            self.cli("enroller", "receipt", "get", CONSENT, "--format", kind, "--out", name)
            receipt = json.loads((self.folder / name).read_text())
            validator(kind).validate(receipt)
            without = json.loads(json.dumps(receipt))
            del without["facegate"]["events"]
            self.assertFalse(validator(kind).is_valid(without))
            self.assertRegex(self.verify(name),
                             r"proved: a consent that is GRANTED, by record \d+ "
                             r"\(consent.requested, .*\) record \d+ \(consent.granted")
            for member, lie in (("notice_sha256", "0" * 64), ("status", "WITHDRAWN")):
                changed = json.loads(json.dumps(receipt))
                changed["facegate"][member] = lie
                (self.folder / "lie.json").write_text(json.dumps(changed))
                self.assertIn("BAD: ", self.verify("lie.json", expect=1))
                self.assertIn("SIGNATURE_BAD", self.verify("lie.json", expect=1))

    def test_2_verify_with_openssl_alone_as_the_document_says(self):
        receipt = json.loads((self.folder / FORMATS["iso27560"]).read_text())
        line = receipt["facegate"].pop("signature")
        canonical = json.dumps(receipt, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        text = ("facegate.consent-receipt/v1\nsha256 "
                + hashlib.sha256(canonical.encode()).hexdigest() + "\n")
        vkey = (self.folder / "log.vkeys").read_text().split()[1]
        public = base64.b64decode(vkey.split("+", 2)[2])[1:]
        der = bytes.fromhex("302a300506032b6570032100") + public
        (self.folder / "record.der").write_bytes(der)
        (self.folder / "text").write_text(text)
        (self.folder / "signature").write_bytes(base64.b64decode(line.split(" ")[2])[4:])
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-keyform", "DER", "-inkey",
                   "record.der", "-rawin", "-in", "text", "-sigfile", "signature"]
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertIn("Signature Verified Successfully", done.stdout + done.stderr)
        (self.folder / "text").write_text(text.replace("sha256 ", "sha256  "))
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertNotEqual(done.returncode, 0)

    def test_3_are_pages_in_both_languages(self):
        forms = ["--forms", str(flow.ROOT / "config" / "documents")]
        for language, words in (("en", "Receipt of your consent"), ("zh", "同意回执")):
            for name in ("page.html", "page.pdf", "page.txt"):
                self.cli("enroller", "receipt", "get", CONSENT, "--lang", language, "--out", name,
                         "--token-file", "token", *forms)
            self.assertIn(words, (self.folder / "page.html").read_text())
            self.assertTrue((self.folder / "page.pdf").read_bytes().startswith(b"%PDF"))
            self.assertIn("CONSENT" if language == "en" else "同意",
                          (self.folder / "page.txt").read_text().upper())

    def test_4_let_their_holder_withdraw_without_an_account(self):
        # A camera's certificate may ask nothing about people; the token may.
        self.cli("camera", "consent", "list", "subjects/person-a", expect=2)
        self.assertIn("GRANTED", self.cli("camera", "receipt", "show", "--token-file", "token"))
        said = self.cli("camera", "receipt", "withdraw", "--token-file", "token", "--receipt",
                        "withdrawn.json")
        self.assertIn("WITHDRAWN", said)
        self.assertIn("consent.withdrawn", self.verify("withdrawn.json"))
        records = json.loads(self.cli("auditor", "--json", "audit", "list", "--type",
                                      "consent.withdrawn"))
        self.assertEqual(records[0]["actor"], {"role": "SELF", "fingerprint": "receipt-token"})
        self.cli("enroller", "receipt", "get", CONSENT, "--out", "receipt.jsonld")
        self.assertIn("a consent that is WITHDRAWN", self.verify("receipt.jsonld"))
        (self.folder / "bad").write_text("0" * 48)
        self.assertIn("RECEIPT_TOKEN_UNKNOWN", self.gateway.cli(
            "camera", "receipt", "withdraw", "--token-file", "bad").stderr)

    def test_5_leave_no_token_after_an_erasure(self):
        token = self.grant("person-b")
        self.assertEqual(len(token), 48)
        database = self.folder / "data" / "facegate.db"
        kept = residue.values(database, "person-b")
        self.assertEqual(len(kept), 2)  # secret and token hash; no templates were made
        self.assertEqual(residue.found(self.folder / "data", kept), 2)
        self.cli("enroller", "subject", "erase", "subjects/person-b")
        self.assertEqual(residue.found(self.folder / "data", kept), 0)
        self.assertIn("RECEIPT_TOKEN_UNKNOWN", self.gateway.cli(
            "camera", "receipt", "show", "--token-file", "token").stderr)

    def test_6_never_reach_the_process_log(self):
        token = self.grant("person-c")
        self.cli("camera", "receipt", "withdraw", "--token-file", "token")
        self.assertNotIn(token, self.gateway.log_text())


if __name__ == "__main__":
    flow.need_models()
    shutil.which("openssl") or sys.exit("openssl is missing: run scripts/setup.sh")
    unittest.main(verbosity=2)
