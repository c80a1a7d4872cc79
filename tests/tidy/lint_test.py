#!/usr/bin/env python3
"""Plants findings in a small tree that is otherwise clean; scripts/lint.sh must report them. With
--build DIR, it must also have nothing to say of a sample of the real sources."""

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# A module's worth, which takes seconds; scripts/lint.sh by itself takes all.
SAMPLE = ["src/core/status.cc", "src/crypto/secret.cc", "src/tlog/merkle.cc"]
BUILD = None

CLEAN = "int* Clean() {\n  int* nothing = nullptr;\n  return nothing;\n}\n"
PLANTED = "int* Planted() {\n  int* nothing = 0;\n  return nothing;\n}\n"


class LintTest(unittest.TestCase):

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="lint-")).resolve()
        self.addCleanup(shutil.rmtree, self.root)
        self.write("scripts/lint.sh", (ROOT / "scripts/lint.sh").read_text(encoding="utf-8"))
        self.write(".clang-tidy", (ROOT / ".clang-tidy").read_text(encoding="utf-8"))
        for name in ("a", "b"):
            self.write(f"src/{name}.cc", CLEAN.replace("Clean", f"Clean_{name}"))
        self.compile_with("-Wall")

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def compile_with(self, flags):
        self.write("compiled/compile_commands.json", json.dumps([
            {"directory": str(self.root), "file": f"src/{name}.cc",
             "command": f"g++ -std=c++20 -Iinclude -Isrc {flags} -c src/{name}.cc"}
            for name in ("a", "b")]))

    def lint(self, *arguments):
        run = subprocess.run(["bash", str(self.root / "scripts/lint.sh"), "--build",
                              str(self.root / "compiled"), *arguments],
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stdout.splitlines(), run.stderr

    def commit(self):
        git = ["git", "-C", str(self.root), "-c", "user.name=x", "-c", "user.email=x@example.com"]
        for command in (["init", "-q"], ["add", "-A"], ["commit", "-q", "-m", "x"]):
            subprocess.run(git + command, check=True)

    def test_has_nothing_to_say_of_a_clean_tree(self):
        self.assertEqual(self.lint()[:2], (0, []))

    def test_names_a_planted_finding(self):
        self.write("src/b.cc", PLANTED)
        code, findings, _ = self.lint()
        self.assertEqual(code, 1)
        self.assertEqual(len(findings), 1, findings)
        self.assertRegex(findings[0], r"^src/b\.cc:2:\d+: error: .*modernize-use-nullptr")

    def test_names_a_finding_in_a_header_once(self):
        self.write("include/facegate/core/x.h", "#pragma once\ninline " + PLANTED)
        for name in ("a", "b"):
            self.write(f"src/{name}.cc", '#include "facegate/core/x.h"\n')
        code, findings, _ = self.lint()
        self.assertEqual(code, 1)
        self.assertEqual(len(findings), 1, findings)
        self.assertIn("include/facegate/core/x.h:3:", findings[0])

    def test_a_source_that_does_not_compile_is_a_finding(self):
        self.write("src/a.cc", "#include <nonesuch>\n")
        code, findings, _ = self.lint()
        self.assertEqual(code, 1)
        self.assertIn("clang-diagnostic-error", findings[0])

    def test_flags_that_only_gcc_knows_are_no_findings(self):
        self.compile_with("-Werror -Wlogical-op -fno-ipa-icf -fno-var-tracking -fconcepts")
        self.assertEqual(self.lint()[:2], (0, []))

    def test_since_looks_only_at_what_changed(self):
        self.write("src/a.cc", PLANTED)
        self.commit()
        self.assertEqual(self.lint("--since", "HEAD")[:2], (0, []))
        self.write("src/b.cc", PLANTED)
        code, findings, _ = self.lint("--since", "HEAD")
        self.assertEqual(code, 1)
        self.assertEqual([f.split(":")[0] for f in findings], ["src/b.cc"])

    def test_since_looks_at_the_sources_of_a_changed_header(self):
        self.write("src/core/x.h", "#pragma once\n")
        self.write("src/a.cc", '#include "core/x.h"\n')
        self.commit()
        self.write("src/core/x.h", "#pragma once\ninline " + PLANTED)
        code, findings, _ = self.lint("--since", "HEAD")
        self.assertEqual(code, 1)
        self.assertEqual([f.split(":")[0] for f in findings], ["src/core/x.h"])

    def test_says_that_it_could_not_run(self):
        for arguments in (["--since", "nonesuch"], ["--nonesuch"], ["nonesuch.cc"]):
            code, findings, errors = self.lint(*arguments)
            self.assertEqual((code, findings), (2, []), arguments)
            self.assertIn("nonesuch", errors)

    def test_has_nothing_to_say_of_a_sample_of_the_sources(self):
        self.assertIsNotNone(BUILD, "run with --build DIR")
        run = subprocess.run([str(ROOT / "scripts/lint.sh"), "--build", BUILD,
                              *[str(ROOT / source) for source in SAMPLE]],
                             capture_output=True, text=True, check=False)
        self.assertEqual((run.returncode, run.stdout), (0, ""), run.stderr)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", help="a build's folder, with its compile_commands.json")
    known, rest = parser.parse_known_args()
    BUILD = known.build
    unittest.main(argv=[sys.argv[0], *rest])
