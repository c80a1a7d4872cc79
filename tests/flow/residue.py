#!/usr/bin/python3
"""Looks for a person's destroyable bytes in a server's files.

    residue.py remember DB SUBJECT > FILE    their templates and template keys, else their secret;
                                             with --secret, all three
    residue.py count DIR < FILE              "1 of 2": how many of those occur in any file below DIR
"""

import shutil
import sqlite3
import sys
import tempfile
from pathlib import Path

QUERIES = {
    "sealed template": "SELECT v.data FROM templates t JOIN vault v ON v.slot = t.sealed"
                       " WHERE t.subject = ?",
    "template key": "SELECT v.data FROM template_keys k JOIN vault v ON v.slot = k.wrapped_key"
                    " WHERE k.subject = ?",
}
SECRET = "SELECT v.data FROM subjects s JOIN vault v ON v.slot = s.secret WHERE s.id = ?"


def value_of(slot: bytes) -> bytes:
    """A slot is four bytes of length, the value, zeros."""
    return slot[4:4 + int.from_bytes(slot[:4], "big")]


def remember(database: Path, subject: str, with_secret: bool) -> None:
    """Reads a copy, so that no read transaction of ours is in the server's way. Templates and their
    keys; once there are none, the secret."""
    with tempfile.TemporaryDirectory() as folder:
        for part in database.parent.glob(database.name + "*"):
            shutil.copy(part, folder)
        connection = sqlite3.connect(Path(folder) / database.name)
        values = [value_of(row[0]) for query in QUERIES.values()
                  for row in connection.execute(query, (subject,))]
        if not values or with_secret:
            values += [value_of(row[0]) for row in connection.execute(SECRET, (subject,))]
        connection.close()
    for value in values:
        print(value.hex())


def count(folder: Path) -> None:
    values = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    found = sum(any(value in content for content in files) for value in values)
    print(f"{found} of {len(values)}")


if __name__ == "__main__":
    if sys.argv[1] == "remember":
        remember(Path(sys.argv[2]), sys.argv[3], "--secret" in sys.argv)
    else:
        count(Path(sys.argv[2]))
