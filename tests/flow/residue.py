#!/usr/bin/python3
"""Looks for a person's destroyable bytes in a server's files.

    residue.py remember DB SUBJECT > FILE    their templates, kept images and keys of both, else
                                             their secret and token hashes; with --secret, all;
                                             with --images, kept images and their keys alone
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
IMAGES = {
    "sealed image": "SELECT v.data FROM images i JOIN vault v ON v.slot = i.sealed"
                    " WHERE i.subject = ?",
    "image key": "SELECT v.data FROM images i JOIN vault v ON v.slot = i.wrapped_key"
                 " WHERE i.subject = ?",
}
# Once there is neither: what an erasure destroys besides.
PERSON = {
    "secret": "SELECT v.data FROM subjects s JOIN vault v ON v.slot = s.secret WHERE s.id = ?",
    "token hash": "SELECT v.data FROM consents c JOIN vault v ON v.slot = c.token"
                  " WHERE c.subject = ?",
}


def value_of(slot: bytes) -> bytes:
    """A slot is four bytes of length, the value, zeros. Of a long one, such as a sealed image, a
    piece: the whole is spread over pages of the database."""
    value = slot[4:4 + int.from_bytes(slot[:4], "big")]
    return value if len(value) < 512 else value[64:192]


def values(database: Path, subject: str, whole: bool = False, images: bool = False) -> list:
    """Reads a copy, so that no read transaction of ours is in the server's way. Templates and
    images with their keys; once there are none, or for the whole, the secret and the hashes of
    receipts' tokens. Or images and their keys alone."""
    with tempfile.TemporaryDirectory() as folder:
        for part in database.parent.glob(database.name + "*"):
            shutil.copy(part, folder)
        connection = sqlite3.connect(Path(folder) / database.name)
        found = []
        for queries in (IMAGES,) if images else (QUERIES | IMAGES, PERSON):
            if found and not whole:
                break
            found += [value_of(row[0]) for query in queries.values()
                      for row in connection.execute(query, (subject,))]
        connection.close()
    return found


def found(folder: Path, wanted: list) -> int:
    """How many of them occur in any file below the folder."""
    files = [path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()]
    return sum(any(value in content for content in files) for value in wanted)


def remember(database: Path, subject: str, whole: bool, images: bool) -> None:
    for value in values(database, subject, whole, images):
        print(value.hex())


def count(folder: Path) -> None:
    wanted = [bytes.fromhex(line) for line in sys.stdin.read().split()]
    print(f"{found(folder, wanted)} of {len(wanted)}")


if __name__ == "__main__":
    if sys.argv[1] == "remember":
        remember(Path(sys.argv[2]), sys.argv[3], "--secret" in sys.argv, "--images" in sys.argv)
    else:
        count(Path(sys.argv[2]))
