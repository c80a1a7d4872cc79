#!/usr/bin/python3
"""Rules in a running gateway: reloaded whole or not at all, explained from the log, tried in
another version on what was decided.

    policy_test.py BIN_DIR
"""

import json
import pathlib
import signal
import sys
import time
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ROOT = pathlib.Path(__file__).resolve().parents[2]

HOUSE = """\
id: house
version: %s
name: House rules
kind: operator
jurisdiction: ANY
status: in_force
population: {filing_at: 2, warn_at: [1]}
rules:
  - id: house.staff
    article: house 1
    title: Staff at the door
    statement: A staffed desk stands at every door.
    phase: [request]
    when: not camera.enrollment_desk
    check: "%s in alternatives.kinds"
    effect: {on_fail: deny, obligation: staff the desk}
"""

PLACE = """\
operator:
  id: acme
  display_name: Acme AG
  sites:
    - id: lobby
      display_name: Lobby
      venue_kind: OFFICE
      country: CH
      access_points:
        - id: main
          display_name: Main door
          alternatives: [{kind: CARD, display_name: badge reader}]
      cameras:
        - {id: door, display_name: Door, use: DOOR, access_point: main}
        - {id: desk, display_name: Desk, use: ENROLLMENT_DESK}
  purposes:
    - id: entry
      display_name: Entry
      category: ACCESS_CONTROL
      necessity_statement: Cards are passed on.
      alternatives_assessed: true
      notices: [{id: en, language: en, text: We compare your face.}]
"""


def packs_of(gateway):
    status = json.loads(gateway.cli("operator", "--json", "status").stdout)
    return [(pack["id"], pack["version"], pack["sha256"]) for pack in status["packs"]]


class Policy(unittest.TestCase):

    def wait_for(self, gateway, event, count=1):
        for _ in range(600):
            if gateway.log_text().count(event) >= count:
                return
            time.sleep(0.1)
        self.fail("the server's log has no %s:\n%s" % (event, gateway.log_text()[-2000:]))

    def decide(self, gateway):
        result = gateway.cli(
            "controller", "--json", "authorize", "--camera", "sites/lobby/cameras/door",
            "--purpose", "purposes/entry", "--subject", "subjects/nobody",
            str(flow.models_dir() / "sample3.jpg"))
        return json.loads(result.stdout)

    def test_rules_are_reloaded_whole_and_judged_again(self):
        with flow.Gateway(BIN) as gateway:
            house = gateway.folder / "house.yaml"
            (gateway.folder / "site.yaml").write_text(PLACE)
            self.assertEqual(
                gateway.cli("operator", "registry", "apply", "site.yaml").returncode, 0)
            record = int(self.decide(gateway)["answer"]["receipt"]["index"])

            house.write_text(HOUSE % ("1.0.0", "'staff_desk'"))
            gateway.add_pack(house)
            gateway.signal(signal.SIGHUP)
            self.wait_for(gateway, "policy_reloaded")
            loaded = gateway.cli("operator", "audit", "list", "--type", "policy.loaded")
            self.assertIn("policy.loaded", loaded.stdout)
            refused = gateway.cli("operator", "audit", "list", "--rule", "house.staff")
            self.assertNotIn("decision", refused.stdout)
            self.decide(gateway)
            refused = gateway.cli("operator", "audit", "list", "--rule", "house.staff")
            self.assertIn("decision", refused.stdout)

            in_force = packs_of(gateway)
            house.write_text(HOUSE % ("1.1.0", "'no_such_kind'"))
            gateway.signal(signal.SIGHUP)
            self.wait_for(gateway, "policy_not_reloaded")
            self.assertIn("house.yaml:", gateway.log_text())
            self.assertEqual(packs_of(gateway), in_force)
            # Also while it reloads, a signal is never its end.
            for _ in range(20):
                gateway.signal(signal.SIGHUP)
            self.assertEqual(packs_of(gateway), in_force)

            rules = ["--policies", str(ROOT / "config/policies"),
                     "--calendar", str(ROOT / "config/calendars/cn.yaml")]
            explained = gateway.cli("auditor", "policy", "explain", "--record", str(record),
                                    "--phase", "request", *rules)
            self.assertEqual(explained.returncode, 1, explained.stderr)
            self.assertIn("core.consent-before-template", explained.stdout)
            self.assertIn("absent", explained.stdout)

            (gateway.folder / "old.yaml").write_text(HOUSE % ("1.0.0", "'staff_desk'"))
            (gateway.folder / "new.yaml").write_text(HOUSE % ("2.0.0", "'card'"))
            diff = gateway.cli("auditor", "policy", "diff", "old.yaml", "new.yaml", "--recorded",
                               *rules)
            self.assertEqual(diff.returncode, 1, diff.stderr)
            self.assertIn("2 of 2 decisions differ", diff.stdout)

            review = gateway.cli("operator", "policy", "review", "--camera",
                                 "sites/lobby/cameras/door", "--purpose", "purposes/entry")
            self.assertEqual(review.returncode, 1, review.stderr)
            self.assertIn("house.staff", review.stdout)


if __name__ == "__main__":
    unittest.main()
