#!/usr/bin/python3
"""An exemption from a law takes the word of two: over mutual TLS, a principal is its certificate.

    attestation_test.py BIN_DIR
"""

import json
import subprocess
import sys
import time
import unittest

import gateway_process as flow
import grpc

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
EXEMPTION = flow.OPERATOR + "/exemptions/search"
CLOSED = ("VERDICT_USE_ALTERNATIVE", "REASON_POLICY_DENIED")
OPEN = ("VERDICT_ALLOW", "REASON_MATCHED")

# Nobody is looked at but where a court has a missing person searched for.
PACK = """\
id: house
version: 1.0.0
kind: operator
jurisdiction: ANY
status: in_force
rules:
  - id: house.search-only
    article: house 1
    title: Only to find who is missing
    statement: The door looks at nobody but where a law exempts the search for a missing person.
    phase: [request]
    when: request.operation == 'verify_1to1'
    check: exemption.kind == 'crime_victim_or_missing_person_search'
    effect: {on_fail: deny, obligation: have the exemption attested}
"""


class Attestation(flow.Story):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        self.second_operator()
        pack = self.gateway.folder / "house.yaml"
        pack.write_text(PACK)
        self.gateway.add_pack(pack)
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)
        self.client.grant("person-a", self.client.register_lobby())
        self.client.enroll("person-a")

    def second_operator(self):
        """Another certificate of the same role, from the same authority: operator2."""
        certs = self.gateway.folder / "certs"
        for kind in ("crt", "key"):
            (certs / f"operator.{kind}").rename(certs / f"operator2.{kind}")
        subprocess.run([flow.ROOT / "scripts" / "dev_certs.sh", "certs", flow.OPERATOR],
                       cwd=self.gateway.folder, check=True, stdout=subprocess.DEVNULL)

    def register(self):
        r, m = self.protos.registry, self.protos.resources
        exemption = m.Exemption(kind=m.EXEMPTION_KIND_CRIME_VICTIM_OR_MISSING_PERSON_SEARCH,
                                site=flow.SITE, legal_ref="Order 7/2026 of the district court")
        exemption.expire_time.FromSeconds(int(time.time()) + 86400)
        self.client.registry.CreateExemption(r.CreateExemptionRequest(
            parent=flow.OPERATOR, exemption_id="search", exemption=exemption))

    def attest(self, role):
        stub = self.protos.registry_grpc.RegistryServiceStub(self.gateway.channel(role))
        return stub.AttestExemption(
            self.protos.registry.AttestExemptionRequest(name=EXEMPTION))

    def refusal(self, role):
        with self.assertRaises(grpc.RpcError) as raised:
            self.attest(role)
        return raised.exception.code(), raised.exception.details()

    def decide(self):
        return self.client.authorize("person-a")

    def records(self, kind):
        answer = self.gateway.cli("operator", "--json", "audit", "list", "--type", kind)
        self.assertEqual(answer.returncode, 0, answer.stderr)
        return json.loads(answer.stdout)

    def test_two_certificates_lift_a_rule_and_one_lifts_nothing(self):
        self.assertEqual(self.decide(), CLOSED)
        self.register()
        self.assertEqual(self.decide(), CLOSED, "nobody attested it")
        self.assertEqual(len(self.attest("operator").attestations), 1)
        self.assertEqual(self.decide(), CLOSED, "one attested it")

        code, words = self.refusal("operator")
        self.assertEqual(code, grpc.StatusCode.FAILED_PRECONDITION)
        self.assertIn("another principal must attest", words)
        self.assertEqual(self.decide(), CLOSED, "the same one tried again")
        for role in ("enroller", "controller", "camera", "auditor"):
            self.assertEqual(self.refusal(role)[0], grpc.StatusCode.PERMISSION_DENIED, role)
        self.assertEqual(self.decide(), CLOSED, "others have no say in it")

        attested = self.attest("operator2")
        self.assertEqual(len({a.principal for a in attested.attestations}), 2)
        self.assertEqual(self.decide(), OPEN)
        self.assertEqual(self.refusal("operator2")[0], grpc.StatusCode.FAILED_PRECONDITION)

    def test_both_are_on_record_and_each_use_is(self):
        self.register()
        self.attest("operator")
        self.attest("operator2")
        self.assertEqual(self.decide(), OPEN)
        attestations = [record["actor"]["fingerprint"]
                        for record in self.records("registry.exemption")
                        if record["action"] == "ATTESTED"]
        self.assertEqual(len(attestations), 2)
        self.assertNotEqual(*attestations)
        self.assertEqual([record.get("exemption") for record in self.records("decision")],
                         ["search"])

    def test_a_withdrawn_one_lifts_nothing_again(self):
        self.register()
        self.attest("operator")
        self.attest("operator2")
        self.assertEqual(self.decide(), OPEN)
        answer = self.gateway.cli("operator", "exemption", "update", "exemptions/search",
                                  "--withdrawn")
        self.assertEqual(answer.returncode, 0, answer.stderr)
        self.assertEqual(self.decide(), CLOSED)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
