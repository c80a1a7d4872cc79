#!/usr/bin/python3
"""The disk fills up under load: no answer without its record, no grant, and nothing is lost.

    full_disk_test.py BIN_DIR

The data folder is a small tmpfs in a mount namespace of its own, which ends with this program.
Where that is not permitted the test says so and exits with 77, which CTest shows as skipped.
"""

import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

import grpc

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "flow"))
import gateway_process as flow  # noqa: E402
import namespaces  # noqa: E402
from load import Load, verified_copy  # noqa: E402

DISK = "6m"
ALLOW = ("VERDICT_ALLOW", "REASON_MATCHED")


def fill(folder: Path) -> Path:
    """Takes every byte that is left."""
    path = folder / "filler"
    with open(path, "wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass
    return path


def reason_of(error: grpc.RpcError) -> str:
    return dict(error.trailing_metadata() or ()).get("facegate-reason", "")


class FullDisk(unittest.TestCase):

    def setUp(self):
        generated = tempfile.TemporaryDirectory()
        self.addCleanup(generated.cleanup)
        self.protos = flow.generated_protos(Path(generated.name))
        self.gateway = flow.Gateway(BIN)
        self.data = self.gateway.folder / "data"
        self.data.mkdir(mode=0o700)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=700", "facegate-test",
                        self.data], check=True)
        self.addCleanup(self.leave)
        self.gateway.start()
        client = flow.Client(self.protos, self.gateway)
        client.grant("person-a", client.register_lobby())
        client.enroll("person-a")
        self.assertEqual(client.authorize("person-a"), ALLOW)

    def leave(self):
        self.gateway.stop()
        subprocess.run(["umount", self.data], check=True)
        self.gateway.__exit__(None, None, None)

    def fill_under_load(self) -> Load:
        """Half of the questions are about somebody who would be let in."""
        load = Load(flow.Client(self.protos, self.gateway), self.protos,
                    ["person-a", "visitor"], (flow.models_dir() / "sample3.jpg").read_bytes())
        load.start()
        deadline = time.monotonic() + 60
        while len(load.acknowledged) < 4 and time.monotonic() < deadline:
            time.sleep(0.05)
        self.filler = fill(self.data)
        load.join()  # each thread ends with its first failure
        self.assertGreaterEqual(len(load.acknowledged), 4)
        return load

    def test_nothing_is_answered_without_its_record_and_nothing_is_lost(self):
        load = self.fill_under_load()

        # Every failure is one that says there is no answer, and none was overtaken by an answer. A
        # call under way when the server stops may also be cancelled.
        reasons = [reason_of(error) for _, error in load.failures]
        self.assertIn("NOT_RECORDED", reasons)
        for _, error in load.failures:
            self.assertIn(error.code(),
                          {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.CANCELLED}, error)
        full_since = min(when for when, error in load.failures
                         if reason_of(error) == "NOT_RECORDED")
        late = [verdict for asked, _, verdict in load.answers if asked > full_since]
        self.assertEqual(late, [], "an answer although nothing could be recorded")

        # The server says why, and stops.
        self.assertEqual(self.gateway.process.wait(timeout=60), 1)
        log = (self.gateway.folder / "server.log").read_text()
        self.assertRegex(log, r"ledger_stopped.*reason=STORE_FULL")
        self.assertRegex(log, r"facegated: UNAVAILABLE STORE_FULL")

        self.check_that_a_restart_on_a_full_disk_answers_nothing()

        # With room again: all that was acknowledged is there, the log verifies, and doors open.
        self.filler.unlink()
        self.gateway.start()
        print(f"{len(load.acknowledged)} acknowledged;",
              verified_copy(self.gateway, load.acknowledged), flush=True)
        self.assertEqual(flow.Client(self.protos, self.gateway).authorize("person-a"), ALLOW)

    def check_that_a_restart_on_a_full_disk_answers_nothing(self):
        try:
            self.gateway.start()
        except RuntimeError as error:
            self.assertRegex(str(error), r"facegated: UNAVAILABLE \w+")
            return
        with self.assertRaises(grpc.RpcError) as refused:
            flow.Client(self.protos, self.gateway).authorize("person-a")
        self.assertEqual(reason_of(refused.exception), "NOT_RECORDED", refused.exception)
        self.assertEqual(self.gateway.process.wait(timeout=60), 1)


if __name__ == "__main__":
    flow.need_models()
    namespaces.enter_with_own_mounts()
    BIN = sys.argv.pop(1)
    unittest.main(verbosity=2)
