#!/usr/bin/python3
"""After an erasure nothing of the person is left, neither in the process's memory nor in any file,
also while somebody is slowly reading the log.

    residue_test.py BIN_DIR
"""

import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import gateway_process as flow

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
CHUNK = 1 << 24
# Regions of the kernel's, which cannot be read.
KERNELS = ("[vvar]", "[vsyscall]", "[vvar_vclock]")
# What stands in a running gateway's memory; the others are opened for moments only.
KEPT_IN_MEMORY = "template"


def secrets_of(gateway: flow.Gateway, subject: str) -> dict:
    """Kind -> bytes of all that an erasure must destroy, in clear and sealed."""
    with tempfile.TemporaryDirectory() as copy:
        for part in (gateway.folder / "data").glob("facegate.db*"):
            shutil.copy(part, copy)
        printed = subprocess.run(
            [gateway.bin / "stage_secrets", "--db", f"{copy}/facegate.db",
             "--keys", gateway.folder / "keys", "--subject", subject],
            capture_output=True, text=True, check=True).stdout
    return {kind: bytes.fromhex(value) for kind, value in map(str.split, printed.splitlines())}


def found_in_memory(pid: int, values: dict) -> set:
    """The kinds that occur anywhere in the memory of a process: what a core dump would hold."""
    overlap = max(map(len, values.values()))
    found = set()
    read = 0
    with open(f"/proc/{pid}/maps") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            region = re.match(r"([0-9a-f]+)-([0-9a-f]+) r\S+ \S+ \S+ \S+\s*(.*)", line)
            if not region or region[3] in KERNELS:
                continue
            at, end = int(region[1], 16), int(region[2], 16)
            while at < end:
                try:
                    memory.seek(at)
                    part = memory.read(min(CHUNK + overlap, end - at))
                except OSError:  # a file behind the mapping is shorter
                    break
                read += len(part)
                found |= {kind for kind, value in values.items() if value in part}
                at += CHUNK
    assert read > 10 << 20, "the memory was not read"
    return found


def found_in_files(folder: Path, values: dict) -> set:
    contents = [path.read_bytes() for path in folder.rglob("*") if path.is_file()]
    return {kind for kind, value in values.items() if any(value in c for c in contents)}


class Erasure(unittest.TestCase):

    def setUp(self):
        self.gateway = flow.Gateway(BIN)
        self.addCleanup(lambda: self.gateway.__exit__(None, None, None))
        self.gateway.__enter__()
        self.client = flow.Client(PROTOS, self.gateway)
        notice = self.client.register_lobby()
        for person in ("person-a", "person-b"):
            self.client.grant(person, notice)
            self.client.enroll(person)
        self.assertEqual(self.client.authorize("person-a")[0], "VERDICT_ALLOW")
        self.of_a = secrets_of(self.gateway, "person-a")
        self.of_b = secrets_of(self.gateway, "person-b")
        self.assertEqual(len(self.of_a), 6)

    def memory(self, values):
        if any(name in (self.gateway.bin / "facegated").read_bytes()
               for name in (b"__asan_init", b"__tsan_init")):
            self.skipTest("a sanitizer's heap keeps what was freed: no use to look there")
        return found_in_memory(self.gateway.process.pid, values)

    def files(self, values):
        return found_in_files(self.gateway.folder / "data", values)

    def erase(self, subject):
        self.client.consents.EraseSubject(PROTOS.consent.EraseSubjectRequest(
            name=f"{flow.OPERATOR}/subjects/{subject}"))

    def expect_nothing_of_a(self):
        self.assertEqual(self.memory(self.of_a), set())
        self.assertEqual(self.files(self.of_a), set())
        # Who was not erased is still there, in both: the search finds what there is.
        self.assertIn(KEPT_IN_MEMORY, self.memory(self.of_b))
        self.assertLessEqual({"wrapped-secret", "wrapped-template-key", "sealed-template"},
                             self.files(self.of_b))
        self.assertNotIn("person-a", self.gateway.log_text())

    def test_leaves_nothing_in_memory_or_files(self):
        self.assertIn(KEPT_IN_MEMORY, self.memory(self.of_a))
        self.assertIn("sealed-template", self.files(self.of_a))
        self.assertFalse({"secret", "template-key", "template"} & self.files(self.of_a),
                         "something is stored in clear")
        self.erase("person-a")
        self.expect_nothing_of_a()
        self.assertEqual(self.client.authorize("person-b")[1], "REASON_NO_MATCH")
        self.expect_nothing_of_a()

    def test_leaves_nothing_while_the_log_is_read_slowly(self):
        for _ in range(40):
            self.client.authorize("nobody")
        reader = self.client.audit.ExportEntries(
            PROTOS.audit.ExportEntriesRequest(parent=flow.OPERATOR))
        next(reader)
        self.erase("person-a")
        self.expect_nothing_of_a()
        self.assertGreater(len(list(reader)), 0)

    def test_leaves_nothing_after_a_crash_and_a_restart(self):
        self.erase("person-a")
        self.gateway.kill()
        self.assertEqual(self.files(self.of_a), set())
        self.gateway.start(port=self.gateway.port)
        self.expect_nothing_of_a()


if __name__ == "__main__":
    flow.need_models()
    with tempfile.TemporaryDirectory() as generated:
        PROTOS = flow.generated_protos(Path(generated))
        unittest.main(verbosity=2)
