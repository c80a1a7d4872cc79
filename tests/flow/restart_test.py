#!/usr/bin/python3
"""Restarts and restored backups: what was enrolled is there, what was withdrawn never comes back.

    restart_test.py BIN_DIR
"""

import shutil
import sys
import unittest

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
ALLOW = ("VERDICT_ALLOW", "REASON_MATCHED")
REFUSED = ("VERDICT_USE_ALTERNATIVE", "REASON_CONSENT_MISSING")


class Restart(flow.Story):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        client = self.client()
        client.grant("person-a", client.register_lobby())
        client.enroll("person-a")
        self.assertEqual(client.authorize("person-a"), ALLOW)

    def client(self):
        return flow.Client(self.protos, self.gateway)

    def withdraw(self):
        self.client().consents.WithdrawConsent(self.protos.consent.WithdrawConsentRequest(
            name=f"{flow.OPERATOR}/subjects/person-a/consents/c1"))

    def test_drains_on_sigterm_and_finds_its_templates_again(self):
        self.assertEqual(self.gateway.stop(), 0)
        self.gateway.start()
        self.assertEqual(self.client().authorize("person-a"), ALLOW)

    def test_a_withdrawal_survives_kill_9(self):
        self.withdraw()
        self.gateway.kill()
        self.gateway.start()
        self.assertEqual(self.client().authorize("person-a"), REFUSED)

    def test_a_database_older_than_its_log_s_head_is_refused(self):
        self.gateway.stop()
        data, backup = self.gateway.folder / "data", self.gateway.folder / "backup"
        backup.mkdir()
        for part in data.glob("facegate.db*"):
            shutil.copy(part, backup)
        self.gateway.start()
        self.withdraw()
        self.gateway.stop()
        for part in data.glob("facegate.db*"):
            part.unlink()
        for part in backup.iterdir():
            shutil.copy(part, data)
        with self.assertRaisesRegex(RuntimeError, "LOG_ROLLED_BACK"):
            self.gateway.start()


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
