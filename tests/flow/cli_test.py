#!/usr/bin/python3
"""The command line without a server: help, exit codes, and what works offline.

    cli_test.py BIN_DIR
"""

import json
import os
import re
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gateway_process as flow

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
POLICIES = ROOT / "config" / "policies"


def facegate(*arguments, cwd=ROOT):
    environment = {name: value for name, value in os.environ.items()
                   if not name.startswith("FACEGATE_")}
    return subprocess.run([BIN / "facegate", *map(str, arguments)], cwd=cwd, env=environment,
                          capture_output=True, text=True, check=False)


def subcommands(help_text):
    _, _, listed = help_text.partition("Subcommands:")
    return re.findall(r"^  ([a-z][a-z-]*)\b", listed, flags=re.M)


class Help(unittest.TestCase):

    def test_every_command_shows_an_example(self):
        leaves = []
        pending = [()]
        while pending:
            command = pending.pop()
            run = facegate(*command, "--help")
            self.assertEqual(run.returncode, 0, command)
            below = subcommands(run.stdout)
            pending += [command + (name,) for name in below]
            if not below:
                leaves.append(command)
                self.assertRegex(run.stdout, r"Example:\n  facegate .*" + command[-1], command)
        self.assertGreater(len(leaves), 40)


class ExitCodes(unittest.TestCase):

    def test_a_wrong_flag_is_an_error(self):
        self.assertEqual(facegate("status", "--wrong").returncode, 2)

    def test_no_command_is_an_error(self):
        self.assertEqual(facegate().returncode, 2)

    def test_missing_credentials_are_an_error_that_says_what_to_give(self):
        run = facegate("status")
        self.assertEqual(run.returncode, 2)
        self.assertIn("CREDENTIALS_MISSING", run.stderr)
        self.assertIn("--tls-cert", run.stderr)

    def test_an_absent_server_is_an_error(self):
        run = facegate("--insecure-development", "--address", "127.0.0.1:1", "--timeout-ms", 800,
                       "status")
        self.assertEqual(run.returncode, 2)
        self.assertIn("UNREACHABLE", run.stderr)

    def test_a_part_of_a_day_is_no_number_of_days(self):
        for days in ("30.5", "1e12", "many", ""):
            run = facegate("--insecure-development", "purpose", "create",
                           "operators/a/purposes/p", "--retention-days", days)
            self.assertEqual(run.returncode, 2)
            self.assertIn("BAD_FLAG: --retention-days is a whole number", run.stderr)

    def test_an_absent_picture_is_an_error_before_any_connection(self):
        run = facegate("--insecure-development", "--operator", "acme", "authorize", "--camera", "c",
                       "--purpose", "p", "--subject", "s", "absent.jpg")
        self.assertEqual(run.returncode, 2)
        self.assertIn("FILE_UNREADABLE", run.stderr)


class Offline(unittest.TestCase):

    def test_keys_are_made_once_and_never_overwritten(self):
        with tempfile.TemporaryDirectory() as folder:
            self.assertEqual(facegate("keys", "init", "keys", cwd=folder).returncode, 0)
            public = ("--operator", "acme", "keys", "public", "keys", "--gateway", "gate.example")
            before = facegate(*public, cwd=folder).stdout
            self.assertRegex(before, r"^gate\.example/acme\+.*\ngate\.example/acme/records\+.*\n$")
            again = facegate("keys", "init", "keys", cwd=folder)
            self.assertEqual(again.returncode, 2)
            self.assertIn("KEYS_EXIST", again.stderr)
            self.assertEqual(facegate(*public, cwd=folder).stdout, before)

    def test_a_copy_that_is_not_there_is_an_error(self):
        run = facegate("audit", "verify", "--log-key", "absent.vkeys", "absent")
        self.assertEqual(run.returncode, 2)

    def test_packs_are_checked(self):
        self.assertEqual(facegate("policy", "check", POLICIES / "core.yaml").returncode, 0)
        with tempfile.TemporaryDirectory() as folder:
            bad = Path(folder) / "bad.yaml"
            bad.write_text("id: bad\nrules: []\nsurprise: 1\n")
            run = facegate("policy", "check", bad)
            self.assertEqual(run.returncode, 1)
            self.assertRegex(run.stdout, r"bad\.yaml:\d+:\d+: ")

    def test_vectors_of_the_packs_we_ship_hold(self):
        for vectors in sorted(POLICIES.glob("*.test.yaml")):
            run = facegate("policy", "test", vectors)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_a_scenario_is_judged(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = Path(folder) / "toilet.json"
            scenario.write_text('{"request.operation": "verify_1to1", "venue.kind": "toilet"}')
            run = facegate("policy", "evaluate", "--packs", "core", "--phase", "request", "--input",
                           scenario, "--json")
            self.assertEqual(run.returncode, 1, run.stderr)
            answer = json.loads(run.stdout)
            self.assertEqual(set(answer), {"applies", "unmet", "decision", "obligations",
                                           "left_out", "provisional"})
            self.assertEqual(answer["decision"], "deny")
            for rule in answer["unmet"]:
                self.assertEqual(set(rule), {"id", "effect", "article", "missing", "blocks"})
            self.assertIn("core.intimate-spaces", [rule["id"] for rule in answer["unmet"]])
            self.assertIn("remove the camera", answer["obligations"])

    def test_a_scenario_is_explained(self):
        with tempfile.TemporaryDirectory() as folder:
            scenario = Path(folder) / "toilet.json"
            scenario.write_text('{"request.operation": "verify_1to1", "venue.kind": "toilet"}')
            explain = ("policy", "explain", "--packs", "core", "--input", scenario)
            run = facegate(*explain)
            self.assertEqual(run.returncode, 1, run.stderr)
            self.assertIn("unmet  core.intimate-spaces (core 1), deny", run.stdout)
            self.assertIn('venue.kind = "toilet"', run.stdout)
            rules = json.loads(facegate(*explain, "--json").stdout)["rules"]
            self.assertEqual(rules[0]["inputs"]["venue.kind"], "toilet")
            self.assertEqual(rules[0]["wordings"][0]["check"]["truth"], "false")
            self.assertEqual(facegate(*explain, "--profiles", "lax").returncode, 2)

    def test_two_versions_of_a_pack_are_compared(self):
        with tempfile.TemporaryDirectory() as folder:
            core = (POLICIES / "core.yaml").read_text()
            stricter = Path(folder) / "stricter.yaml"
            stricter.write_text(core.replace(
                "check: consent.status == 'granted' or exemption.kind != 'none'",
                "check: consent.status == 'granted'"))
            scenarios = Path(folder) / "scenarios"
            scenarios.mkdir()
            (scenarios / "exempt.json").write_text(json.dumps({
                "request.operation": "verify_1to1", "exemption.kind": "public_safety",
                "exemption.legal_ref": "Art. 1", "exemption.attested_by": 2,
                "exemption.expires_at": "2027-01-01", "now": "2026-03-02T08:00:00Z",
                "consent.status": "absent"}))
            (scenarios / "consented.json").write_text(json.dumps({
                "request.operation": "verify_1to1", "exemption.kind": "none",
                "consent.status": "granted"}))
            run = facegate("policy", "diff", POLICIES / "core.yaml", stricter, "--input",
                           scenarios, "--json")
            self.assertEqual(run.returncode, 1, run.stderr)
            answer = json.loads(run.stdout)
            self.assertEqual(answer["changed"], 1)
            changed = [one for one in answer["scenarios"] if one["rules"]]
            self.assertEqual((changed[0]["before"], changed[0]["after"]), ("permit", "deny"))
            self.assertEqual(changed[0]["rules"], [
                {"id": "core.consent-before-template", "before": "met", "after": "unmet"}])
            same = facegate("policy", "diff", POLICIES / "core.yaml", POLICIES / "core.yaml",
                            "--input", scenarios)
            self.assertEqual(same.returncode, 0, same.stderr)

    def test_pages_are_generated(self):
        with tempfile.TemporaryDirectory() as folder:
            for page in ("inputs", "compliance"):
                out = Path(folder) / page
                run = facegate("policy", "doc", page, "--out", out)
                self.assertEqual(run.returncode, 0, run.stderr)
                committed = ROOT / "docs" / (page.upper() + ".md")
                self.assertEqual(out.read_text(), committed.read_text(),
                                 f"run: facegate policy doc {page} --out docs/{committed.name}")


class Documents(unittest.TestCase):

    def test_every_example_becomes_a_page_a_pdf_and_a_text(self):
        kinds = subcommands(facegate("docs", "--help").stdout)
        kinds = [kind for kind in kinds if kind not in ("lint", "fields")]
        self.assertEqual(len(kinds), 12)
        with tempfile.TemporaryDirectory() as folder:
            for kind in kinds:
                model = Path(folder) / "model.json"
                model.write_text(facegate("docs", kind, "--example", "--lang", "zh").stdout)
                starts = {"html": b"<!DOCTYPE html>", "pdf": b"%PDF-", "txt": b""}
                for suffix, start in starts.items():
                    out = Path(folder) / f"{kind}.{suffix}"
                    run = facegate("docs", kind, "--input", model, "--lang", "zh", "--out", out)
                    self.assertEqual(run.returncode, 0, run.stderr)
                    self.assertTrue(out.read_bytes().startswith(start))
                    self.assertGreater(out.stat().st_size, 400)

    def test_a_model_that_is_wrong_writes_nothing(self):
        with tempfile.TemporaryDirectory() as folder:
            model = Path(folder) / "model.json"
            model.write_text('{"dated": "1 July"}')
            out = Path(folder) / "sign.pdf"
            run = facegate("docs", "sign", "--input", model, "--out", out)
            self.assertEqual(run.returncode, 2)
            self.assertIn("BAD_DOCUMENT_MODEL: dated: expected a day", run.stderr)
            self.assertFalse(out.exists())

    def test_pressing_words_are_found_where_they_stand(self):
        with tempfile.TemporaryDirectory() as folder:
            notice = Path(folder) / "notice.txt"
            notice.write_text("Welcome.\nScan your face, otherwise no service. "
                              "请配合刷脸，否则不予办理。\n")
            run = facegate("docs", "lint", notice)
            self.assertEqual(run.returncode, 1)
            self.assertRegex(run.stdout, r"notice\.txt:2:17: pressure en\.pressure\.no-service: ")
            self.assertIn("zh.pressure.otherwise", run.stdout)
            english = facegate("docs", "lint", "--lang", "en", "--json", notice)
            self.assertEqual([finding["id"] for finding in json.loads(english.stdout)],
                             ["en.pressure.no-service"])
            notice.write_text("You may use your card.\n")
            self.assertEqual(facegate("docs", "lint", notice).returncode, 0)


class Server(unittest.TestCase):

    def facegated(self, *arguments):
        return subprocess.run([BIN / "facegated", *map(str, arguments)], capture_output=True,
                              text=True, check=False)

    def test_an_absent_configuration_stops_the_start(self):
        run = self.facegated("--config", "absent.yaml")
        self.assertEqual(run.returncode, 1)
        self.assertIn("absent.yaml", run.stderr)

    def test_no_credentials_stop_the_start_unless_spelled_out(self):
        with tempfile.TemporaryDirectory() as folder:
            config = Path(folder) / "facegate.yaml"
            config.write_text("gateway_name: gate\n")
            run = self.facegated("--config", config)
            self.assertEqual(run.returncode, 1)
            self.assertIn("TLS_MISSING", run.stderr)

    def test_a_server_in_development_listens_on_loopback_alone_and_believes_the_role(self):
        flow.need_models()
        with flow.Gateway(BIN, "--insecure-development") as gateway:
            def ask(role, *command):
                return facegate("--insecure-development", "--role", role, "--address",
                                f"127.0.0.1:{gateway.port}", "--operator", "acme", *command)
            create = ("operator", "create", "operators/acme", "--display-name", "Acme")
            denied = ask("CAMERA", *create)
            self.assertEqual(denied.returncode, 2)
            self.assertIn("PERMISSION_DENIED", denied.stderr)
            self.assertEqual(ask("OPERATOR", *create).returncode, 0)
            self.assertIn("INSECURE", ask("AUDITOR", "status").stdout)
            config = gateway.folder / "facegate.yaml"
            config.write_text(config.read_text().replace("127.0.0.1:0", "0.0.0.0:0"))
            gateway.stop()
            with self.assertRaisesRegex(RuntimeError, "INSECURE_NOT_LOOPBACK"):
                gateway.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
