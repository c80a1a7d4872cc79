#!/usr/bin/python3
"""A log's files that are old, swapped, cut or damaged: a start says what it found, by a name that
stays, and no record is ever read that is not the one that was written.

    log_damage_test.py BIN_DIR
"""

import shutil
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path

BIN = Path(sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin").resolve()
RECORDS = 40
# Of a start that found bytes changed. A record's own signature is checked when it is read.
DAMAGE = {"STORE_DAMAGED", "STORE_FAULT", "STORE_TOO_NEW", "LOG_DAMAGED", "LOG_FORKED",
          "LOG_ROLLED_BACK", "WRONG_KEYS", "BAD_NOTE", "BAD_JSON", "SIGNATURE_BAD",
          "SIGNATURE_MISSING", "ROOT_DIFFERS", "BAD_CHECKPOINT", "BAD_TIMESTAMP"}


def writer(mode, folder, *more):
    return subprocess.run([BIN / "log_writer", mode, folder, *more], timeout=60,
                          capture_output=True, text=True, check=False)


def records(output):
    return [line for line in output.splitlines() if line.startswith("record ")]


class Damage(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.whole = Path(folder.name) / "whole"
        cls.whole.mkdir()
        assert writer("keys", cls.whole).returncode == 0
        assert writer("write", cls.whole, str(RECORDS // 2)).returncode == 0
        cls.older = Path(folder.name) / "older"
        shutil.copytree(cls.whole, cls.older)
        assert writer("write", cls.whole, str(RECORDS // 2)).returncode == 0
        checked = writer("check", cls.whole)
        assert checked.returncode == 0, checked
        cls.written = records(checked.stdout)
        assert len(cls.written) > RECORDS

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name) / "log"
        shutil.copytree(self.whole, self.folder)
        self.database = self.folder / "facegate.db"
        self.head = self.folder / "heads" / "acme.head"

    def expect(self, reason):
        checked = writer("check", self.folder)
        self.assertEqual(checked.returncode, 3, checked)
        self.assertEqual(checked.stdout.splitlines()[-1], f"failed {reason}")

    def put(self, path, content):
        """In the file as it is: a copy would be another one to who locked it."""
        with open(path, "r+b") as file:
            file.write(content)
            file.truncate()

    def test_an_older_copy_is_a_rollback(self):
        shutil.copy(self.older / "facegate.db", self.database)
        self.expect("LOG_ROLLED_BACK")

    def test_a_log_that_went_another_way_is_a_fork(self):
        shutil.rmtree(self.folder)
        shutil.copytree(self.older, self.folder)
        self.assertEqual(writer("write", self.folder, str(RECORDS)).returncode, 0)
        shutil.copy(self.whole / "heads" / "acme.head", self.head)
        self.expect("LOG_FORKED")

    def test_other_keys_are_named(self):
        shutil.rmtree(self.folder / "keys")
        self.assertEqual(writer("keys", self.folder).returncode, 0)
        self.expect("WRONG_KEYS")

    def test_a_swapped_log_key_is_named(self):
        other = self.folder / "other"
        other.mkdir()
        self.assertEqual(writer("keys", other).returncode, 0)
        shutil.copy(other / "keys" / "log.key", self.folder / "keys" / "log.key")
        self.expect("WRONG_KEYS")

    def test_a_checkpoint_of_another_log_is_named(self):
        other = self.folder / "other"
        other.mkdir()
        self.assertEqual(writer("keys", other).returncode, 0)
        self.assertEqual(writer("write", other, str(RECORDS)).returncode, 0)
        shutil.copy(other / "heads" / "acme.head", self.head)
        self.expect("WRONG_KEYS")

    def test_a_database_of_another_log_is_named(self):
        other = self.folder / "other"
        other.mkdir()
        self.assertEqual(writer("keys", other).returncode, 0)
        self.assertEqual(writer("write", other, str(RECORDS)).returncode, 0)
        shutil.copy(other / "facegate.db", self.database)
        self.expect("WRONG_KEYS")

    def test_a_truncated_database_is_damaged(self):
        content = self.database.read_bytes()
        for keep in (50, len(content) // 2, len(content) - 4096):
            self.put(self.database, content[:keep])
            self.expect("STORE_DAMAGED")

    def test_a_truncated_head_file_is_damaged(self):
        self.put(self.head, self.head.read_bytes()[:10])
        self.expect("LOG_DAMAGED")

    def test_a_second_process_on_the_same_files_is_refused(self):
        first = subprocess.Popen([BIN / "log_writer", "write", self.folder, "100000"],
                                 stdout=subprocess.PIPE, text=True)
        self.addCleanup(first.stdout.close)
        self.addCleanup(first.wait)
        self.addCleanup(first.kill)
        self.assertIn("ack", first.stdout.readline())
        self.expect("STORE_IN_USE")

    def test_a_flipped_bit_anywhere_is_found_or_does_not_matter(self):
        found = 0
        tried = 0
        began = time.monotonic()
        for path, step in ((self.database, 509), (self.head, 61)):
            content = path.read_bytes()
            for at in range(0, len(content), max(step, len(content) // 250)):
                flipped = bytearray(content)
                flipped[at] ^= 1 << (at % 8)
                self.put(path, bytes(flipped))
                checked = writer("check", self.folder)
                place = f"bit {at % 8} of byte {at} of {path.name}"
                tried += 1
                if checked.returncode == 0:
                    self.assertEqual(records(checked.stdout), self.written, place)
                else:
                    found += 1
                    self.assertEqual(checked.returncode, 3, f"{place}: {checked}")
                    self.assertIn(checked.stdout.split()[-1], DAMAGE, place)
                    read = records(checked.stdout)
                    self.assertEqual(read, self.written[:len(read)], place)
                # A start may have written: begin again from what was there.
                for part in self.folder.glob("facegate.db*"):
                    part.unlink()
                shutil.copy(self.whole / "facegate.db", self.database)
                shutil.copy(self.whole / "heads" / "acme.head", self.head)
        self.assertGreater(found, 10, "hardly anything was found: it shows nothing")
        print(f"{found} of {tried} flipped bits were named, the others changed no record "
              f"({time.monotonic() - began:.0f} s)")


if __name__ == "__main__":
    unittest.main(verbosity=2)
