#!/usr/bin/python3
"""facegate's logs and those of Go's sumdb packages, each examined by the other.

    interop_test.py INTEROP_LOG WORK_DIR

c2sp.go is the other implementation: golang.org/x/mod/sumdb/note signs and verifies, sumdb/tlog
makes hashes, tiles and proofs; nothing of it is ours but the names of files. What the two write
must be equal to the byte, for logs of 0, 1, 2, 255, 256, 257, 65,536 and 70,000 records.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

HERE = Path(__file__).resolve().parent
GOLDEN = HERE.parent / "golden" / "data"
INTEROP_LOG = Path(sys.argv.pop(1)) if len(sys.argv) > 2 else Path("build/release/bin/interop_log")
WORK = Path(sys.argv.pop(1)) if len(sys.argv) > 1 else Path("build/release/go")
SIZES = ["0", "1", "2", "255", "256", "257", "65536", "70000"]


def run(*command, **options):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True,
                          check=False, **options)
    if done.returncode:
        raise AssertionError(f"{' '.join(map(str, command))}: {done.stdout}{done.stderr}")
    return done.stdout


def build_go():
    """The other side's program. Only Debian's packages are looked at, never the network."""
    if not shutil.which("go"):
        raise AssertionError("Go is missing: scripts/setup.sh installs golang-go")
    WORK.mkdir(parents=True, exist_ok=True)
    env = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
           "GOCACHE": str(WORK.resolve() / "cache"), "CGO_ENABLED": "0"}
    program = WORK.resolve() / "c2sp"
    run("go", "vet", HERE / "c2sp.go", env=env)
    run("go", "build", "-o", program, HERE / "c2sp.go", env=env)
    return program


def files_of(directory: Path):
    return {path.relative_to(directory): path.read_bytes()
            for path in sorted(directory.rglob("*")) if path.is_file()}


class Interop(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.go = build_go()
        cls.directory = tempfile.TemporaryDirectory(prefix="facegate-interop-")
        cls.logs = Path(cls.directory.name) / "ours"
        run(INTEROP_LOG, "write", cls.logs)

    @classmethod
    def tearDownClass(cls):
        cls.directory.cleanup()

    def test_go_finds_our_logs_true_and_equal_to_its_own(self):
        said = run(self.go, "verify", self.logs)
        self.assertEqual([line.split()[0] for line in said.splitlines()], SIZES[::-1], said)

    def test_go_finds_each_change_of_one_of_our_files(self):
        """A test of the test: whatever file is damaged, Go says so."""
        log = Path(self.directory.name) / "damaged"
        shutil.copytree(self.logs / "257", log / "257")
        shutil.copy(self.logs / "vkeys", log / "vkeys")
        run(self.go, "verify", log)
        for path, content in files_of(log / "257").items():
            if not content:  # an empty consistency proof
                continue
            damaged = bytearray(content)
            damaged[len(damaged) // 3] ^= 1
            (log / "257" / path).write_bytes(damaged)
            with self.assertRaises(AssertionError, msg=str(path)):
                run(self.go, "verify", log)
            (log / "257" / path).write_bytes(content)

    def test_we_find_a_log_that_go_signed_true(self):
        for size in ["1", "256", "300"]:
            log = Path(self.directory.name) / f"go-{size}"
            run(self.go, "write", log, size)
            said = run(INTEROP_LOG, "verify", log)
            self.assertTrue(said.startswith(f"{size} records"), said)

    def test_we_find_a_damaged_log_of_go_bad(self):
        log = Path(self.directory.name) / "go-damaged"
        run(self.go, "write", log, "5")
        for path, content in files_of(log).items():
            if not content:
                continue
            damaged = bytearray(content)
            damaged[len(damaged) // 3] ^= 1
            (log / path).write_bytes(damaged)
            with self.assertRaises(AssertionError, msg=str(path)):
                run(INTEROP_LOG, "verify", log)
            (log / path).write_bytes(content)

    def test_go_still_writes_the_golden_bytes(self):
        out = Path(self.directory.name) / "golden"
        run(self.go, "golden", out)
        written = files_of(out)
        self.assertTrue(written)
        for path, content in written.items():
            self.assertEqual((GOLDEN / path).read_bytes(), content, path)
        self.assertEqual({path.name for path in GOLDEN.glob("go.*")},
                         {path.name for path in written})


if __name__ == "__main__":
    unittest.main()
