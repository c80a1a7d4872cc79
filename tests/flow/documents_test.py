#!/usr/bin/python3
"""Documents from a running gateway: reports from its log, drafts from its registers, notices that
are read when they are registered, and a drill.

    documents_test.py BIN_DIR
"""

import datetime
import json
import pathlib
import subprocess
import sys
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ROOT = pathlib.Path(__file__).resolve().parents[2]
FORMS = ("--forms", str(ROOT / "config/documents"))

PLACE = """\
operator:
  id: acme
  display_name: Acme AG
  complaint_channel: privacy desk, hall 1
  sites:
    - id: hall
      display_name: Hall
      venue_kind: MUSEUM
      country: CN
      access_points:
        - id: main
          display_name: Main door
          service_refused_on_refusal: false
          penalty_or_price_on_refusal: false
          alternatives: [{kind: CARD, display_name: badge reader}]
      cameras:
        - {id: door, display_name: Door, use: DOOR, access_point: main}
    - id: lobby
      display_name: Lobby
      venue_kind: OFFICE
      country: DE
  purposes:
    - id: entry
      display_name: Entry
      category: ACCESS_CONTROL
      necessity_statement: Cards are passed on.
      alternatives_assessed: true
      notices: [{id: en, language: en, text: "%s", bundled_with_other_terms: false,
                 misleading: false}]
"""
FAIR = "We compare your face, if you want it. The badge reader works as well."
PRESSING = "Agree to face recognition, or you will be refused entry."
NO_PRESSURE = "cn25.a12.no-pressure"


class Documents(unittest.TestCase):

    def gateway(self, notice=FAIR):
        gateway = flow.Gateway(BIN)
        for pack in ("gdpr", "cn25"):
            gateway.add_pack(ROOT / "config/policies" / (pack + ".yaml"))
        gateway.start()
        self.addCleanup(gateway.__exit__, None, None, None)
        (gateway.folder / "place.yaml").write_text(PLACE % notice)
        self.run_cli(gateway, "operator", "registry", "apply", "place.yaml")
        return gateway

    def run_cli(self, gateway, role, *arguments, code=0):
        run = gateway.cli(role, *arguments)
        self.assertEqual(run.returncode, code, run.stdout + run.stderr)
        return run

    def refuse(self, gateway):
        """Nobody consented: the door says no. Gives the record's index."""
        run = gateway.cli("controller", "--json", "authorize", "--camera",
                          "sites/hall/cameras/door", "--purpose", "purposes/entry", "--subject",
                          "subjects/nobody", str(flow.models_dir() / "sample3.jpg"))
        return int(json.loads(run.stdout)["answer"]["receipt"]["index"])

    def period(self):
        today = datetime.datetime.now(datetime.timezone.utc).date()
        return ("--from", str(today - datetime.timedelta(1)), "--to",
                str(today + datetime.timedelta(1)))

    def compliance(self, gateway):
        run = self.run_cli(gateway, "auditor", "--json", "docs", "compliance", "--site",
                           "sites/hall", *self.period())
        return {rule["id"]: rule for rule in json.loads(run.stdout)["rules"]}

    def test_the_log_is_the_evidence_of_a_compliance_report(self):
        gateway = self.gateway()
        record = self.refuse(gateway)
        rules = self.compliance(gateway)
        self.assertIn(record, rules["core.consent-before-template"]["records"])
        self.assertEqual(rules[NO_PRESSURE]["state"], "met")
        self.assertIn("notice in record", rules[NO_PRESSURE]["evidence"])
        self.assertTrue(rules[NO_PRESSURE]["records"])
        unmet = [rule for rule in rules.values() if rule["state"] == "unmet"]
        self.assertTrue(unmet)
        self.assertTrue(all(rule["duty"] for rule in unmet))

        asked = ("docs", "compliance", "--site", "sites/hall", *self.period(), *FORMS)
        self.run_cli(gateway, "operator", *asked, "--lang", "zh", "--out", "report.pdf")
        self.assertTrue((gateway.folder / "report.pdf").read_bytes().startswith(b"%PDF"))
        self.assertIn("登记信息", self.run_cli(gateway, "auditor", *asked, "--lang", "zh").stdout)
        refused = self.run_cli(gateway, "camera", *asked, code=2)
        self.assertIn("ROLE_NOT_ALLOWED", refused.stderr)

    def test_a_notice_that_presses_is_refused_by_the_rule_against_it(self):
        gateway = self.gateway(PRESSING)
        notice = json.loads(self.run_cli(gateway, "auditor", "notice", "get",
                                         "purposes/entry/notices/en").stdout)
        self.assertTrue(notice["wordingMisleading"])
        self.assertFalse(notice["wordingBundled"])
        self.assertTrue(notice["wordingFindings"])
        record = self.refuse(gateway)
        listed = json.loads(self.run_cli(gateway, "auditor", "--json", "audit", "list", "--rule",
                                         NO_PRESSURE).stdout)
        self.assertIn(str(record), json.dumps(listed))
        rule = self.compliance(gateway)[NO_PRESSURE]
        self.assertEqual(rule["state"], "unmet")
        self.assertIn(record, rule["records"])
        # The same file again has nothing to say against what was found.
        again = self.run_cli(gateway, "operator", "registry", "apply", "place.yaml")
        self.assertIn("nothing to do", again.stdout)

    def test_a_draft_is_completed_by_a_person(self):
        gateway = self.gateway()
        asked = ("docs", "sign", "--site", "sites/hall", "--purpose", "purposes/entry", *FORMS)
        incomplete = self.run_cli(gateway, "operator", *asked, "--out", "sign.pdf", code=2)
        self.assertIn("DOCUMENT_INCOMPLETE", incomplete.stderr)
        self.assertIn("still missing: rights, notice_url", incomplete.stderr)
        written = self.run_cli(gateway, "operator", *asked, "--out", "sign.json")
        self.assertIn("still missing: rights, notice_url", written.stdout)
        path = gateway.folder / "sign.json"
        model = json.loads(path.read_text())
        self.assertEqual(model["alternatives"], ["badge reader"])
        model.update(rights=["withdraw at any time"], notice_url="https://example.org/notice")
        path.write_text(json.dumps(model))
        self.run_cli(gateway, "operator", "docs", "sign", *FORMS, "--input", "sign.json", "--out",
                     "sign.pdf")
        self.assertTrue((gateway.folder / "sign.pdf").read_bytes().startswith(b"%PDF"))

    def test_a_drill_leaves_records_and_is_no_incident(self):
        gateway = self.gateway()
        started = self.run_cli(gateway, "operator", "drill", "start", "spring", "--kind", "leak")
        self.assertRegex(started.stdout, r"authority by \S+: gdpr\.a33-34 .*, open")
        draft = self.run_cli(gateway, "operator", "docs", "notification", "--incident",
                             "incidents/spring", "--whom", "authority", *FORMS)
        self.assertIn("A DRILL", draft.stdout)
        told = self.run_cli(gateway, "operator", "drill", "tell", "spring", "--whom", "authority")
        self.assertRegex(told.stdout, r"gdpr\.a33-34 .*, done")
        closed = self.run_cli(gateway, "operator", "drill", "close", "spring")
        self.assertRegex(closed.stdout, r"authority told after \d+ s; closed after \d+ s")
        listed = self.run_cli(gateway, "auditor", "audit", "list", "--type", "registry.incident")
        self.assertEqual(listed.stdout.count("registry.incident"), 3)
        report = json.loads(self.run_cli(gateway, "auditor", "--json", "docs", "transparency",
                                         *self.period()).stdout)
        self.assertEqual(report["figures"]["incidents"], 0)
        self.assertEqual(report["figures"]["drills"], 1)

        real = ("incident", "create", "incidents/real", "--kind", "LOSS", "--detect-time",
                datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"))
        self.run_cli(gateway, "operator", *real)
        spared = self.run_cli(gateway, "operator", "drill", "close", "real", code=2)
        self.assertIn("NOT_A_DRILL", spared.stderr)

    def test_duties_say_no_cost_that_nobody_stated(self):
        gateway = self.gateway()
        summary = json.loads(
            self.run_cli(gateway, "auditor", "--json", "docs", "duties").stdout)
        self.assertGreater(summary["total"], 0)
        self.assertNotIn("cost_left", summary)
        self.assertNotIn("hours_left", summary)
        text = self.run_cli(gateway, "auditor", "docs", "duties", *FORMS).stdout
        self.assertIn("Hours left: not stated", text)

    def test_the_server_does_not_load_what_draws_documents(self):
        needed = subprocess.run(["readelf", "-d", pathlib.Path(BIN) / "facegated"],
                                capture_output=True, text=True, check=True).stdout
        self.assertIn("NEEDED", needed)
        self.assertNotIn("pango", needed)
        self.assertNotIn("cairo", needed)


if __name__ == "__main__":
    unittest.main()
