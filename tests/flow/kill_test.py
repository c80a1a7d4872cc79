#!/usr/bin/python3
"""Kill -9 under load: every acknowledged record is there after the restart, and proves.

    kill_test.py BIN_DIR [ROUNDS]
"""

import sys
import tempfile
import threading
import time
from pathlib import Path

import grpc

import gateway_process as flow

LOAD_THREADS = 4
LOAD_SECONDS = 1.5


class Load:
    """Threads that ask a door about people nobody knows, and keep what was acknowledged."""

    def __init__(self, client, protos):
        self.client, self.protos = client, protos
        self.acknowledged = {}  # index -> leaf hash
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(LOAD_THREADS)]

    def run(self, number):
        request = self.protos.gateway.AuthorizeRequest(
            camera=flow.DOOR, purpose=flow.PURPOSE,
            subject=f"{flow.OPERATOR}/subjects/visitor-{number}", image=b"not looked at")
        while not self.stopped.is_set():
            try:
                receipt = self.client.door.Authorize(request, timeout=10).answer.receipt
            except grpc.RpcError:
                return  # the server was killed
            with self.lock:
                assert receipt.index not in self.acknowledged, "an index was given twice"
                self.acknowledged[receipt.index] = receipt.leaf_hash

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        self.stopped.set()
        for thread in self.threads:
            thread.join()


def check(gateway, acknowledged):
    """The copy verifies as a whole, and holds each acknowledged record at its index."""
    keys = gateway.cli("auditor", "audit", "keys", "--out", "log.vkeys")
    assert keys.returncode == 0, keys.stderr
    export = gateway.cli("auditor", "audit", "export", "copy")
    assert export.returncode == 0, export.stderr
    verify = gateway.cli("auditor", "audit", "verify", "--log-key", "log.vkeys", "copy")
    assert verify.returncode == 0, verify.stdout + verify.stderr
    tiles = {}
    for index, leaf in acknowledged.items():
        number, at = divmod(index, 256)
        if number not in tiles:
            folder = gateway.folder / "copy" / "tile" / "0"
            whole = folder / f"{number:03d}"
            parts = sorted(folder.glob(f"{number:03d}.p/*"), key=lambda path: int(path.name))
            tiles[number] = (whole if whole.exists() else parts[-1]).read_bytes()
        assert tiles[number][32 * at:32 * at + 32] == leaf, f"record {index} is another one"
    return verify.stdout.strip()


def main() -> int:
    flow.need_models()
    bin_dir = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    acknowledged = {}
    with tempfile.TemporaryDirectory() as generated, flow.Gateway(bin_dir) as gateway:
        protos = flow.generated_protos(Path(generated))
        flow.Client(protos, gateway).register_lobby()
        for number in range(1, rounds + 1):
            load = Load(flow.Client(protos, gateway), protos)
            load.start()
            time.sleep(LOAD_SECONDS)
            gateway.kill()
            load.join()
            assert load.acknowledged, "nothing was acknowledged: the test shows nothing"
            assert not set(load.acknowledged) & set(acknowledged), "an index was given twice"
            acknowledged.update(load.acknowledged)
            gateway.start()
            verified = check(gateway, acknowledged)
            print(f"round {number}: {len(acknowledged)} acknowledged; {verified}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
