#!/usr/bin/python3
"""Two witnesses and a gateway: copies carry both cosignatures, a lost quorum shows or stops, and a
gateway that was set back is noticed by witnesses though nothing on its own machine can tell.

    witness_test.py BIN_DIR
"""

import re
import shutil
import subprocess
import sys
import time
import unittest
from pathlib import Path

import grpc

import gateway_process as flow

BIN = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
REFUSED = ("VERDICT_USE_ALTERNATIVE", "REASON_CONSENT_MISSING")
WAIT_SECONDS_MAX = 120  # patience for slow builds, such as sanitizers


class Witness:
    """`facegate witness run`, on a port that it keeps when it comes back."""

    def __init__(self, folder: Path, name: str, log_keys: Path):
        self.folder, self.name, self.log_keys = folder, name, log_keys
        self.folder.mkdir()
        self.port, self.process = 0, None
        self.vkey = self.facegate("witness", "key", "witness.key", "--name", name)

    def facegate(self, *arguments: str) -> str:
        run = subprocess.run([BIN / "facegate", *arguments], cwd=self.folder, check=True,
                             capture_output=True, text=True)
        return run.stdout.strip()

    def start(self):
        log = self.folder / "witness.log"
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                [BIN / "facegate", "witness", "run", "witness.key", "--name", self.name,
                 "--state", "state", "--port", str(self.port), "--log", self.log_keys],
                cwd=self.folder, stderr=out)
        wait_until(lambda: "witness_ready" in log.read_text() or self.process.poll() is not None)
        self.port = int(re.search(r"witness_ready.*port=(\d+)", log.read_text()).group(1))

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(timeout=60)


def wait_until(happened):
    deadline = time.monotonic() + WAIT_SECONDS_MAX
    while not happened():
        if time.monotonic() > deadline:
            raise TimeoutError("it did not happen")
        time.sleep(0.1)


class Witnesses(flow.Story):

    def start(self, on_missing_quorum: str, settings: str = "",
              program: tuple[str, ...] = ("facegated",)):
        """A gateway that asks two witnesses each second; both must cosign. `settings` are more of
        the audit section, `program` is the server with arguments of its own."""
        self.gateway = flow.Gateway(
            BIN, audit=f"audit: {{witness_policy: witnesses.policy, publish_interval_s: 1, "
                       f"published_age_s_max: 5, on_missing_quorum: {on_missing_quorum}"
                       f"{settings}}}",
            program=program)
        self.folder = self.gateway.folder
        keys = self.write_log_keys()
        self.witnesses = [Witness(self.folder / f"w{i}", f"witness.example/w{i}",
                                  self.folder / "log.vkeys") for i in (1, 2)]
        for witness in self.witnesses:
            witness.start()
            self.addCleanup(witness.stop)
        (self.folder / "witnesses.policy").write_text(
            f"# both, or nothing is published\nlog {keys.splitlines()[0]}\n" +
            "".join(f"witness W{i} {w.vkey} http://127.0.0.1:{w.port}\n"
                    for i, w in enumerate(self.witnesses, 1)) +
            "group both all W1 W2\nquorum both\n")
        self.gateway.__enter__()
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        self.client = flow.Client(self.protos, self.gateway)
        self.client.register_lobby()

    def facegate(self, *arguments: str) -> str:
        return subprocess.run([BIN / "facegate", *arguments], cwd=self.folder, check=True,
                              capture_output=True, text=True).stdout

    def write_log_keys(self) -> str:
        keys = self.facegate("--operator", "acme", "keys", "public", "keys", "--gateway",
                             "gate.example")
        (self.folder / "log.vkeys").write_text(keys)
        return keys

    def checkpoint(self):
        return self.client.audit.GetCheckpoint(
            self.protos.audit.GetCheckpointRequest(parent=flow.OPERATOR))

    def published_size(self) -> int:
        note = self.checkpoint().published_note
        return int(note.splitlines()[1]) if note else 0

    def wait_until_published(self):
        size = self.checkpoint().size
        wait_until(lambda: self.published_size() >= size)

    def grow(self):
        """A new site: a record."""
        m = self.protos.resources
        site_id = f"s{self.checkpoint().size}"
        self.client.registry.CreateSite(self.protos.registry.CreateSiteRequest(
            parent=flow.OPERATOR, site_id=site_id, site=m.Site(
                display_name=site_id, venue_kind=m.VENUE_KIND_OFFICE, country="CH")))

    def export(self, name: str, *flags: str):
        run = self.gateway.cli("auditor", "audit", "export", name, *flags)
        self.assertEqual(run.returncode, 0, run.stderr)
        return (self.folder / name / "checkpoint").read_text()

    def verify(self, name: str, *flags: str):
        return self.gateway.cli("auditor", "audit", "verify", "--log-key", "log.vkeys", *flags,
                                name)

    def records(self, **wanted):
        """The first records that are kept and fit."""
        return self.client.audit.ListRecords(self.protos.audit.ListRecordsRequest(
            parent=flow.OPERATOR, page_size=10, **wanted)).records

    def refusal(self):
        """The reason why the door gets no answer; nothing if it gets one."""
        try:
            self.client.authorize("nobody")
            return None
        except grpc.RpcError as error:
            self.assertEqual(error.code(), grpc.StatusCode.UNAVAILABLE, error.details())
            return error.details().partition(":")[0]

    def test_a_copy_carries_both_cosignatures_and_verifies(self):
        self.start("continue")
        self.wait_until_published()
        note = self.export("copy")
        self.assertEqual(re.findall(r"^— (\S+) ", note, flags=re.M),
                         ["gate.example/acme", "witness.example/w1", "witness.example/w2"])
        self.assertEqual(self.verify("copy").returncode, 0)
        checked = self.verify("copy", "--policy", "witnesses.policy")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn("cosigned by W1 W2", checked.stdout)

        # One cosignature taken away: still the log's, no longer the quorum's.
        cut = note[:note.rindex("— witness.example/w2")]
        (self.folder / "copy" / "checkpoint").write_text(cut)
        self.assertEqual(self.verify("copy").returncode, 0)
        checked = self.verify("copy", "--policy", "witnesses.policy")
        self.assertEqual(checked.returncode, 1, checked.stdout)
        self.assertIn("QUORUM_MISSING: cosigned by W1", checked.stdout)

    def test_with_continue_the_last_published_checkpoint_stays(self):
        self.start("continue")
        self.wait_until_published()
        self.witnesses[1].kill()
        self.grow()
        size = self.checkpoint().size
        wait_until(lambda: "quorum_missing" in self.gateway.log_text())
        self.assertIn("WITNESS_UNREACHABLE", self.gateway.log_text())
        self.assertGreater(self.client.counters()["facegate_witness_failures_total"], 0)
        self.assertLess(self.published_size(), size)
        self.assertEqual(self.client.authorize("nobody"), REFUSED)
        note = self.export("older")
        self.assertEqual(int(note.splitlines()[1]), self.published_size())
        self.assertEqual(self.verify("older", "--policy", "witnesses.policy").returncode, 0)
        newest = self.export("newest", "--newest")
        self.assertGreaterEqual(int(newest.splitlines()[1]), size)
        self.assertEqual(self.verify("newest").returncode, 0)

        # It comes back, and so does what was published, over a restart of the gateway too.
        self.witnesses[1].start()
        self.wait_until_published()
        published = self.published_size()
        for witness in self.witnesses:
            witness.kill()
        self.gateway.stop()
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)
        self.assertGreaterEqual(self.published_size(), published)

    def test_with_stop_no_decision_is_answered_without_a_quorum(self):
        self.start("stop")
        wait_until(lambda: self.refusal() is None)
        self.witnesses[0].kill()
        wait_until(lambda: self.refusal() is not None)
        self.assertEqual(self.refusal(), "QUORUM_MISSING")
        size = self.checkpoint().size
        self.assertEqual(self.refusal(), "QUORUM_MISSING")
        self.assertEqual(self.checkpoint().size, size, "nothing was looked at, nothing recorded")
        self.grow()  # whatever is no decision goes on
        self.witnesses[0].start()
        wait_until(lambda: self.refusal() is None)

    def test_a_gateway_that_was_set_back_is_noticed_by_its_witnesses(self):
        self.start("stop")
        self.wait_until_published()
        self.gateway.stop()
        data, older = self.folder / "data", self.folder / "older-data"
        shutil.copytree(data, older)  # the database, and all that would tell on it
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)
        for _ in range(5):
            self.grow()
        self.wait_until_published()
        self.gateway.stop()
        shutil.rmtree(data)
        shutil.copytree(older, data)
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)
        wait_until(lambda: self.refusal() == "WITNESS_DISAGREES")
        self.assertRegex(self.gateway.log_text(),
                         r"witness_disagrees.*(LOG_ROLLED_BACK|LOG_FORKED)")
        self.assertGreater(self.client.counters()["facegate_witness_disagreements_total"], 0)

    def test_witnesses_follow_a_log_that_moves_to_new_keys(self):
        self.start("continue")
        self.wait_until_published()
        self.facegate("keys", "rotate-log", "keys")
        self.write_log_keys()
        given, forgotten = self.witnesses
        given.kill()
        given.start()
        self.gateway.stop()
        self.gateway.start()
        self.client = flow.Client(self.protos, self.gateway)
        # Who was not given the new keys cosigns no further than where both signed.
        wait_until(lambda: "quorum_missing" in self.gateway.log_text())
        self.assertRegex(self.gateway.log_text(), r"witness_failed.*witness=W2.*WITNESS_REFUSED")
        self.assertNotRegex(self.gateway.log_text(), r"witness_failed.*witness=W1")
        size = self.checkpoint().size
        self.assertLess(self.published_size(), size)
        forgotten.kill()
        forgotten.start()
        self.wait_until_published()
        note = self.export("copy")
        self.assertGreaterEqual(int(note.splitlines()[1]), size)
        checked = self.verify("copy", "--policy", "witnesses.policy")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn("cosigned by W1 W2", checked.stdout)

    def test_nothing_is_pruned_before_both_saw_the_record_that_says_so(self):
        self.start("continue", ", prune: true, retained_days: 40",
                   ("stage_server", "--days-file", "days"))
        for number in range(270):
            self.client.authorize(f"visitor-{number}")
        self.wait_until_published()
        self.witnesses[1].kill()
        (self.folder / "days").write_text("41")
        wait_until(lambda: self.records(type="log.pruned"))
        (said,) = self.records(type="log.pruned")
        wait_until(lambda: "quorum_missing" in self.gateway.log_text())
        time.sleep(3)  # sweeps that must not
        self.assertEqual(self.records()[0].index, 0)
        self.assertLessEqual(self.published_size(), said.index)

        self.witnesses[1].start()
        wait_until(lambda: self.records()[0].index == 256)
        self.assertGreater(self.published_size(), said.index)
        self.wait_until_published()
        self.export("copy")
        checked = self.verify("copy", "--policy", "witnesses.policy")
        self.assertEqual(checked.returncode, 0, checked.stdout + checked.stderr)
        self.assertIn("cosigned by W1 W2", checked.stdout)
        self.assertTrue((self.folder / "copy/minimum-index").exists())
        self.assertEqual(len(self.records(type="log.pruned")), 1)

    def test_a_witness_ends_when_it_is_told_to_and_keeps_its_folder_to_itself(self):
        self.start("continue")
        witness = self.witnesses[0]
        second = subprocess.run(
            [BIN / "facegate", "witness", "run", "witness.key", "--name", witness.name, "--state",
             "state", "--port", "0", "--log", witness.log_keys], cwd=witness.folder,
            capture_output=True, text=True, check=False)
        self.assertEqual(second.returncode, 2)
        self.assertIn("STORE_IN_USE", second.stderr)
        self.assertEqual(witness.stop(), 0)
        self.assertEqual(witness.facegate("witness", "public", "witness.key", "--name",
                                          witness.name), witness.vkey)


if __name__ == "__main__":
    flow.need_models()
    unittest.main(verbosity=2)
