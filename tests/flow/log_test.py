#!/usr/bin/python3
"""The log as its readers see it: counted, streamed, and with what the gateway says of itself.

    log_test.py BIN_DIR
"""

import csv
import io
import json
import os
import re
import subprocess
import sys
import unittest
import urllib.request

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"


class Log(flow.Story):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        self.client = flow.Client(self.protos, self.gateway)
        self.client.register_lobby()

    def cli(self, *arguments):
        run = self.gateway.cli("auditor", *arguments)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def listed(self, kind):
        return json.loads(self.cli("--json", "audit", "list", "--type", kind))

    def restarted(self, end):
        end()
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)

    def test_counts_by_what_a_report_asks(self):
        for subject in ("nobody", "nobody-else", "nobody"):
            self.client.authorize(subject)
        counted = json.loads(self.cli("--json", "audit", "count", "--by", "reason",
                                      "--access-point", "sites/lobby/accessPoints/main"))["counts"]
        self.assertEqual([(count["value"], int(count["records"])) for count in counted],
                         [("CONSENT_MISSING", 3)])
        histogram = self.cli("audit", "count", "--by", "type")
        self.assertRegex(histogram, r"(?m)^decision +3  #+$")
        self.assertRegex(histogram, r"(?m)^registry\.camera +3  #+$")
        days = self.cli("audit", "count", "--by", "day", "--verdict", "USE_ALTERNATIVE")
        self.assertRegex(days, r"^\d{4}-\d\d-\d\d +3  #{40}\n$")

    def test_streams_json_lines_and_csv(self):
        self.client.authorize("nobody")
        size = int(self.client.audit.GetCheckpoint(
            self.protos.audit.GetCheckpointRequest(parent=flow.OPERATOR)).size)
        lines = [json.loads(line) for line in self.cli("audit", "stream").splitlines()]
        self.assertEqual([line["index"] for line in lines], list(range(size)))
        self.assertEqual(lines, json.loads(self.cli("--json", "audit", "list")))
        rows = list(csv.DictReader(io.StringIO(
            self.cli("audit", "stream", "--format", "csv", "--type", "decision"))))
        self.assertEqual(len(rows), 1)
        self.assertEqual(rows[0]["reason"], "CONSENT_MISSING")
        self.assertEqual(rows[0]["camera"], "door")
        self.assertEqual(int(rows[0]["index"]), size - 1)
        last = self.cli("audit", "stream", "--first", str(size - 1)).splitlines()
        self.assertEqual([json.loads(line) for line in last], [lines[-1]])

    def test_follows_the_log(self):
        environment = dict(os.environ, FACEGATE_ADDRESS=f"127.0.0.1:{self.gateway.port}",
                           FACEGATE_OPERATOR="acme", FACEGATE_TLS_CA="certs/ca.crt",
                           FACEGATE_TLS_CERT="certs/auditor.crt",
                           FACEGATE_TLS_KEY="certs/auditor.key")
        follower = subprocess.Popen(
            [self.gateway.bin / "facegate", "audit", "stream", "--follow", "--type", "decision"],
            cwd=self.gateway.folder, env=environment, stdout=subprocess.PIPE, text=True)
        self.addCleanup(follower.stdout.close)
        self.addCleanup(follower.wait)
        self.addCleanup(follower.kill)
        for subject in ("nobody", "nobody-else"):
            self.client.authorize(subject)
            line = json.loads(follower.stdout.readline())
            self.assertEqual(line["reason"], "CONSENT_MISSING")
        # It finds the gateway again where it went, and goes on where it was.
        port = self.gateway.port
        self.gateway.stop()
        self.gateway.start(port)
        self.client = flow.Client(self.protos, self.gateway)
        self.client.authorize("a-third")
        third = json.loads(follower.stdout.readline())
        self.assertGreater(third["index"], line["index"])

    def verified(self, folder):
        return self.cli("audit", "verify", "--log-key", "log.vkeys", folder)

    def test_exports_go_on_where_they_were(self):
        self.cli("audit", "keys", "--out", "log.vkeys")
        for number in range(270):
            self.client.authorize(f"visitor-{number}")
        self.assertNotIn("from record", self.cli("audit", "export", "copy"))
        self.verified("copy")
        for number in range(270):
            self.client.authorize(f"visitor-{number}")
        first = self.gateway.folder / "copy" / "tile" / "entries" / "000"
        before = first.stat().st_mtime_ns
        self.assertIn("from record 256 on", self.cli("audit", "export", "copy"))
        self.assertEqual(first.stat().st_mtime_ns, before)
        self.assertIn("verified", self.verified("copy"))
        # One that broke off before its tiles came.
        copy = self.gateway.folder / "copy"
        (copy / "checkpoint").unlink()
        (copy / "tile" / "0" / "000").unlink()
        self.assertNotIn("from record", self.cli("audit", "export", "copy"))
        self.assertIn("verified", self.verified("copy"))
        # One of another log.
        text = (copy / "checkpoint").read_text()
        (copy / "checkpoint").write_text(text.replace("gate.example", "other.example"))
        refused = self.gateway.cli("auditor", "audit", "export", "copy")
        self.assertEqual(refused.returncode, 2)
        self.assertIn("COPY_OF_ANOTHER_LOG", refused.stderr)

    def test_is_mirrored_over_http(self):
        self.cli("audit", "keys", "--out", "log.vkeys")
        config = self.gateway.folder / "facegate.yaml"
        config.write_text(config.read_text().replace('http: ""', 'http: "", log: "127.0.0.1:0"'))
        self.restarted(self.gateway.stop)
        port = re.search(r"log_pages_ready.*port=(\d+)", self.gateway.log_text()).group(1)
        mirror = self.gateway.folder / "mirror"

        def fetch(path):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/acme/{path}") as answer:
                (mirror / path).parent.mkdir(parents=True, exist_ok=True)
                (mirror / path).write_bytes(answer.read())

        fetch("checkpoint")
        size = int((mirror / "checkpoint").read_text().splitlines()[1])
        for path in ("tile/entries/000", "tile/0/000"):
            fetch(f"{path}.p/{size}")
        self.assertIn(f"verified {size} records", self.verified("mirror"))

    def test_says_how_each_run_ended(self):
        self.assertEqual(self.listed("gateway.started"), [])  # the operator came later
        self.restarted(self.gateway.stop)
        self.restarted(self.gateway.kill)
        self.restarted(self.gateway.stop)
        started = self.listed("gateway.started")
        self.assertEqual([record["after"] for record in started], ["STOP", "CRASH", "STOP"])
        self.assertEqual({record["heartbeat_s"] for record in started}, {3600})
        stopped = self.listed("gateway.stopped")
        self.assertEqual(len(stopped), 2)
        self.assertEqual(stopped[1]["boot"], started[1]["boot"])
        self.cli("audit", "keys", "--out", "log.vkeys")
        self.cli("audit", "export", "copy")
        self.assertIn("verified", self.cli("audit", "verify", "--log-key", "log.vkeys", "copy"))


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
