#!/usr/bin/env python3
"""Every test that docs/INVARIANTS.md names exists, and each invariant has one that asserts it over
the walks of tests/invariants."""

import re
import unittest
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAME = re.compile(r"`(compile_fail\.[a-z_]+|[A-Z][A-Za-z0-9]*\.[A-Z][A-Za-z0-9]*)`")
TEST = re.compile(r"^\s*TEST(?:_F|_P)?\((\w+),\s*(\w+)\)", re.MULTILINE)


def existing_tests():
    tests = set()
    for path in (ROOT / "tests").rglob("*.cc"):
        if path.parent.name == "compile_fail":
            tests.add(f"compile_fail.{path.stem}")
        for suite, name in TEST.findall(path.read_text(encoding="utf-8")):
            tests.add(f"{suite}.{name}")
    return tests


class NamedTests(unittest.TestCase):
    def test_exist(self):
        rows = [line for line in (ROOT / "docs" / "INVARIANTS.md").read_text("utf-8").splitlines()
                if re.match(r"\| I\d+ \|", line)]
        self.assertEqual(len(rows), 10)
        existing = existing_tests()
        for row in rows:
            named = NAME.findall(row)
            self.assertTrue(named, f"no test holds: {row[:60]}")
            for name in named:
                self.assertIn(name, existing)
            number = re.match(r"\| (I\d+) \|", row).group(1)
            self.assertTrue(any(re.match(rf"Invariant\.{number}[A-Z]", name) for name in named),
                            f"no walk asserts {number}")

    def test_of_the_walks_are_all_named(self):
        text = (ROOT / "docs" / "INVARIANTS.md").read_text("utf-8")
        for name in existing_tests():
            if re.match(r"Invariant\.I\d", name):
                self.assertIn(f"`{name}`", text)


if __name__ == "__main__":
    unittest.main()
