#!/usr/bin/python3
"""`facegate registry apply` against a real server: what it prints, twice, and what then stands.

    apply_test.py BIN_DIR
"""

import json
import sys
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"

DESCRIPTION = """\
operator:
  id: acme
  display_name: Acme AG
  kind: PRIVATE
  staff_training: {on: 2026-03-01, by: human resources}
  sites:
    - id: lobby
      display_name: Lobby
      venue_kind: OFFICE
      country: CH
      access_points:
        - id: main
          display_name: Main door
          face_wait_s: 4
          service_refused_on_refusal: false
          alternatives:
            - {kind: CARD, display_name: badge reader, wait_s: 5}
      cameras:
        - id: door
          display_name: Door camera
          use: DOOR
          access_point: main
          displays_prompt: true
          device_assessments:
            - {id: y2026, assessed_on: 2026-02-01, assessed_by: test laboratory}
      signage:
        - id: spring
          photo_sha256: %s
          attested_by: facility desk
          verify_time: 2026-03-01T08:00:00Z
          present: true
  purposes:
    - id: entry
      display_name: Entry
      category: ACCESS_CONTROL
      necessity_statement: Cards are passed on.
      alternatives_assessed: true
      notices:
        - {language: en, text_file: notice.txt, plain_language: true}
      assessments:
        - {id: v1, sections: [PURPOSE_NECESSITY]}
  filings:
    - {id: f, authority: Office, status: ACCEPTED,
       submitted_on: 2026-01-10, accepted_on: 2026-01-20}
""" % ("a" * 64)


class Apply(unittest.TestCase):

    def apply(self, gateway, text, *flags):
        (gateway.folder / "site.yaml").write_text(text)
        return gateway.cli("operator", "registry", "apply", "site.yaml", *flags)

    def test_makes_the_register_say_what_a_file_describes(self):
        with flow.Gateway(BIN) as gateway:
            (gateway.folder / "notice.txt").write_text("We compare your face.\n")

            dry = self.apply(gateway, DESCRIPTION, "--dry-run")
            self.assertEqual(dry.returncode, 0, dry.stderr)
            self.assertIn("+ sites/lobby/cameras/door\n", dry.stdout)
            self.assertEqual(gateway.cli("operator", "site", "get", "sites/lobby").returncode, 2)

            first = self.apply(gateway, DESCRIPTION)
            self.assertEqual(first.returncode, 0, first.stderr)
            self.assertEqual(first.stdout.splitlines()[-1], "12 changes made")

            second = self.apply(gateway, DESCRIPTION, "--prune")
            self.assertEqual(second.returncode, 0, second.stderr)
            self.assertEqual(second.stdout.splitlines()[-1], "nothing to do", second.stdout)

            filing = json.loads(gateway.cli("operator", "filing", "get", "filings/f").stdout)
            self.assertEqual(filing["status"], "FILING_STATUS_ACCEPTED")

            changed = DESCRIPTION.replace("face_wait_s: 4", "face_wait_s: 3")
            third = self.apply(gateway, changed)
            self.assertIn("~ sites/lobby/accessPoints/main\n    face_wait_s: 4 -> 3\n",
                          third.stdout)

            shorter = changed.replace("  filings:", "  exemptions: []\n  filings:").split(
                "    - {id: f,")[0].replace("  filings:", "  filings: []")
            fourth = self.apply(gateway, shorter)
            self.assertEqual(fourth.stdout.splitlines()[-1], "nothing to do", fourth.stdout)
            pruned = self.apply(gateway, shorter, "--prune")
            self.assertIn("- filings/f\n", pruned.stdout)
            self.assertEqual(gateway.cli("operator", "filing", "get", "filings/f").returncode, 2)

            wrong = self.apply(gateway, DESCRIPTION.replace("venue_kind", "venue_knd"))
            self.assertEqual(wrong.returncode, 2)
            self.assertIn('site.yaml:9:7: unknown key "venue_knd" (did you mean "venue_kind"?)',
                          wrong.stderr)

    def test_every_kind_has_commands_that_work(self):
        with flow.Gateway(BIN) as gateway:
            self.assertEqual(self.apply(gateway, DESCRIPTION.replace(
                "text_file: notice.txt", "text: We compare your face.")).returncode, 0)
            kinds = {
                "exemption": ("exemptions/e", ["--kind", "PUBLIC_SAFETY", "--legal-ref", "Act 1",
                                               "--expire-time", "{soon}"]),
                "complaint": ("complaints/c", ["--kind", "PRESSURE",
                                               "--received-on", "2026-03-01"]),
                "rights-request": ("rightsRequests/r", ["--kind", "ACCESS", "--received-on",
                                                        "2026-03-01"]),
                "incident": ("incidents/i", ["--kind", "LEAK", "--drill", "--detect-time",
                                             "2026-03-01T08:00:00Z"]),
                "disclosure": ("disclosures/d", ["--recipient", "City", "--basis", "WARRANT",
                                                 "--disclosed-on", "2026-03-01"]),
                "threshold-review": ("thresholdReviews/t", ["--reviewed-on", "2026-03-01",
                                                            "--model-id", "m", "--decision",
                                                            "KEPT"]),
                "assessment": ("purposes/entry/assessments/a",
                               ["--sections", "PURPOSE_NECESSITY",
                                "--sections", "LEAK_RISK_AND_HARM"]),
            }
            import datetime
            soon = (datetime.datetime.utcnow() + datetime.timedelta(days=30)).strftime(
                "%Y-%m-%dT%H:%M:%SZ")
            for command, (name, flags) in kinds.items():
                flags = [flag.replace("{soon}", soon) for flag in flags]
                made = gateway.cli("operator", command, "create", name, *flags)
                self.assertEqual(made.returncode, 0, made.stderr)
                got = gateway.cli("operator", command, "get", name)
                self.assertIn(name, got.stdout)
            attested = gateway.cli("operator", "exemption", "attest", "exemptions/e")
            self.assertEqual(attested.returncode, 0, attested.stderr)
            again = gateway.cli("operator", "exemption", "attest", "exemptions/e")
            self.assertEqual(again.returncode, 2)
            self.assertIn("SAME_ATTESTOR", again.stderr)
            trained = gateway.cli("operator", "operator", "update", "operators/acme",
                                  "--incident-plan", "2026-03-01,security")
            self.assertEqual(trained.returncode, 0, trained.stderr)


if __name__ == "__main__":
    flow.need_models()
    unittest.main()
