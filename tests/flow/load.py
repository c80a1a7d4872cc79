"""Load on a gateway's door that remembers what was acknowledged; whether a log still holds it."""

import threading
import time

import grpc

import gateway_process as flow

LOAD_THREADS = 4


class Load:
    """Threads that ask a door about people, and keep what was answered, and what was not.

    `subjects` are asked about in turn; a picture goes along if there is one.
    """

    def __init__(self, client, protos, subjects=(), image=b"not looked at"):
        self.client, self.protos = client, protos
        self.subjects = subjects or [f"visitor-{number}" for number in range(LOAD_THREADS)]
        self.image = image
        self.acknowledged = {}  # index -> leaf hash
        self.answers = []  # (when it was asked, when it was answered, verdict)
        self.failures = []  # (when it was noticed, error); a thread ends with its first
        self.stopped = threading.Event()
        self.lock = threading.Lock()
        self.threads = [threading.Thread(target=self.run, args=(i,)) for i in range(LOAD_THREADS)]

    def run(self, number):
        while not self.stopped.is_set():
            subject = self.subjects[number % len(self.subjects)]
            number += 1
            asked = time.monotonic()
            try:
                answer = self.client.door.Authorize(self.protos.gateway.AuthorizeRequest(
                    camera=flow.DOOR, purpose=flow.PURPOSE, image=self.image,
                    subject=f"{flow.OPERATOR}/subjects/{subject}"), timeout=60).answer
            except grpc.RpcError as error:
                with self.lock:
                    self.failures.append((time.monotonic(), error))
                return
            receipt = answer.receipt
            with self.lock:
                assert receipt.index not in self.acknowledged, "an index was given twice"
                self.acknowledged[receipt.index] = receipt.leaf_hash
                self.answers.append((asked, time.monotonic(), answer.verdict))

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()


def verified_copy(gateway, acknowledged) -> str:
    """Exports the log, verifies the copy as a whole, and finds each acknowledged record at its
    index; gives what the verification said."""
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
