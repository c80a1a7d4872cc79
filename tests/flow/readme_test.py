#!/usr/bin/python3
"""The README's transcript is what scripts/demo.sh prints, but for times, hashes and ids.

    readme_test.py BIN_DIR           compares
    readme_test.py BIN_DIR --write   puts the new transcript into README.md
"""

import difflib
import re
import subprocess
import sys

import gateway_process as flow

README = flow.ROOT / "README.md"
BEGIN, END = "<!-- scripts/demo.sh prints this -->\n```console\n", "```\n"
VARYING = [
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z"), "<time>"),
    (re.compile(r"\d{4}-\d\d-\d\d"), "<day>"),
    (re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"), "<uuid>"),
    (re.compile(r"\b[0-9a-f]{16,64}\b"), "<hash>"),
]


def normalised(text: str) -> list:
    for pattern, word in VARYING:
        text = pattern.sub(word, text)
    return text.splitlines()


def split_readme() -> tuple:
    text = README.read_text(encoding="utf-8")
    start = text.index(BEGIN) + len(BEGIN)
    end = text.index(END, start)
    return text[:start], text[start:end], text[end:]


def main() -> int:
    flow.need_models()
    demo = subprocess.run([flow.ROOT / "scripts" / "demo.sh", "--bin", sys.argv[1]],
                          stdout=subprocess.PIPE, text=True, check=False)
    if demo.returncode != 0:
        print(demo.stdout)
        print("scripts/demo.sh failed")
        return 1
    before, shown, after = split_readme()
    if "--write" in sys.argv:
        README.write_text(before + demo.stdout + after, encoding="utf-8")
        return 0
    difference = list(difflib.unified_diff(normalised(shown), normalised(demo.stdout), "README.md",
                                           "scripts/demo.sh", lineterm=""))
    print("\n".join(difference) or "README.md shows what scripts/demo.sh prints")
    return 1 if difference else 0


if __name__ == "__main__":
    sys.exit(main())
