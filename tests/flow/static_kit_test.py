#!/usr/bin/python3
"""The auditor's kit needs nothing of the machine it runs on: one file, no library, no environment.

    static_kit_test.py FACEGATE_AUDIT
"""

import base64
import hashlib
import os
import pathlib
import shutil
import struct
import subprocess
import sys
import tempfile
import unittest

KIT = pathlib.Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin/facegate-audit")
PT_DYNAMIC, PT_INTERP = 2, 3
ORIGIN = "gate.example/acme"


class Key:
    """An Ed25519 key of OpenSSL's, as C2SP signed notes use one."""

    def __init__(self, folder, name):
        self.name, self.file = name, folder / "key.pem"
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.file],
                       check=True)
        self.pem = self.file.read_bytes()
        der = subprocess.run(["openssl", "pkey", "-in", self.file, "-pubout", "-outform", "DER"],
                             capture_output=True, check=True).stdout
        self.public = b"\x01" + der[-32:]
        self.id = hashlib.sha256(name.encode() + b"\n" + self.public).digest()[:4]

    def vkey(self):
        return f"{self.name}+{self.id.hex()}+{base64.b64encode(self.public).decode()}"

    def sign(self, text):
        """The note of a text that ends with a newline."""
        self.file.write_bytes(self.pem)
        message = self.file.with_name("message")
        message.write_text(text)
        signature = subprocess.run(
            ["openssl", "pkeyutl", "-sign", "-inkey", self.file, "-rawin", "-in", message],
            capture_output=True, check=True).stdout
        line = base64.b64encode(self.id + signature).decode()
        return f"{text}\n\u2014 {self.name} {line}\n".encode()


def write_log(folder):
    """A log of one record, made without facegate: keys and copy."""
    checkpoint_key, record_key = Key(folder, ORIGIN), Key(folder, ORIGIN + "/records")
    entry = record_key.sign('{"v":1,"type":"subject.created","index":0,'
                            '"time":"2026-03-02T08:00:00.000Z"}\n')
    leaf = hashlib.sha256(b"\0" + entry).digest()
    copy = folder / "copy"
    for path, content in {
            "checkpoint": checkpoint_key.sign(
                f"{ORIGIN}\n1\n{base64.b64encode(leaf).decode()}\n"),
            "tile/0/000.p/1": leaf,
            "tile/entries/000.p/1": struct.pack(">H", len(entry)) + entry}.items():
        (copy / path).parent.mkdir(parents=True, exist_ok=True)
        (copy / path).write_bytes(content)
    (folder / "log.vkeys").write_text(checkpoint_key.vkey() + "\n" + record_key.vkey() + "\n")


def segments(program):
    """The types of an ELF file's program headers."""
    header = struct.unpack_from("<16sHHIQQQIHHHHHH", program)
    assert header[0][:5] == b"\x7fELF\x02", "no 64-bit ELF file"
    offset, size, count = header[5], header[9], header[10]
    return {struct.unpack_from("<I", program, offset + i * size)[0] for i in range(count)}


class StaticKit(unittest.TestCase):

    def test_asks_for_no_loader_and_no_library(self):
        kinds = segments(KIT.read_bytes())
        self.assertNotIn(PT_INTERP, kinds)
        self.assertNotIn(PT_DYNAMIC, kinds)
        # What this test looks at does tell one that does ask.
        linked = pathlib.Path(os.path.realpath(sys.executable))
        self.assertIn(PT_INTERP, segments(linked.read_bytes()))

    def test_holds_nothing_of_the_server(self):
        symbols = subprocess.run(["nm", "-C", KIT], capture_output=True, text=True, check=True)
        for name in ("cv::", "grpc::", "google::protobuf", "dlib::", "sqlite3_", "spdlog::"):
            self.assertNotIn(name, symbols.stdout)
        self.assertIn("facegate::report::VerifyLogCopy", symbols.stdout)

    def test_runs_in_an_empty_root_without_environment(self):
        with tempfile.TemporaryDirectory() as root:
            folder = pathlib.Path(root)
            shutil.copy(KIT, folder)
            write_log(folder)
            enter = ["chroot"] if os.geteuid() == 0 else [
                "unshare", "--user", "--map-root-user", "chroot"]
            command = [shutil.which(enter[0], path="/usr/sbin:/usr/bin:/sbin:/bin"), *enter[1:],
                       root, "/" + KIT.name]
            probe = subprocess.run([*command, "--version"], env={}, capture_output=True, text=True,
                                   check=False)
            if "unshare" in probe.stderr:
                self.skipTest("neither root nor user namespaces: " + probe.stderr)
            self.assertEqual(probe.returncode, 0, probe.stderr)
            verify = [*command, "verify", "--log-key", "/log.vkeys", "/copy"]
            done = subprocess.run(verify, env={}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("verified 1 records of " + ORIGIN, done.stdout)
            tile = folder / "copy" / "tile" / "0" / "000.p" / "1"
            tile.write_bytes(bytes(32))
            done = subprocess.run(verify, env={}, capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
            self.assertIn("TILE_DIFFERS", done.stdout)


if __name__ == "__main__":
    unittest.main()
