#!/usr/bin/python3
"""A file system call of the log's commit path fails, at each place where one can: what was
acknowledged is there after the restart and proves, and what is there after it is a log.

    log_fault_test.py BIN_DIR [STRIDE]

Runs log_writer with io_fault.so before libc: once to count the calls that change its files, from
the first start on, and then with each of them (or each STRIDE-th) ending in each fault. SQLite may
live through some of them: the property is durability, not failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FAULTS = ("EIO", "ENOSPC", "SHORT", "KILL", "KILL_AFTER")
RECORDS = 7
KILLED = -9


def run(bin_dir: Path, mode: str, folder: Path, *more: str, fault: dict | None = None):
    env = dict(os.environ)
    if fault is not None:
        env.update(fault, LD_PRELOAD=str(bin_dir / "io_fault.so"), FAULT_DIR=str(folder))
    return subprocess.run([bin_dir / "log_writer", mode, folder, *more], env=env, timeout=60,
                          capture_output=True, text=True, check=False)


def said(output: str, what: str) -> dict[int, str]:
    lines = [line.split() for line in output.splitlines()]
    return {int(line[1]): line[2] for line in lines if len(line) == 3 and line[0] == what}


def one(bin_dir: Path, keys: Path, fault: str, at: int) -> tuple[bool, int]:
    """Whether the fault stopped the writer, and how many records it acknowledged."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(keys, folder / "keys")
        place = f"{fault} at call {at}"
        written = run(bin_dir, "write", folder, str(RECORDS),
                      fault={"FAULT": fault, "FAULT_AT": str(at)})
        acknowledged = said(written.stdout, "ack")
        if fault.startswith("KILL"):
            assert written.returncode == KILLED, f"{place}: {written}"
        elif written.returncode != 0:
            assert written.returncode == 3, f"{place}: not a named error: {written}"
            assert "failed " in written.stdout and "failed \n" not in written.stdout, place
        checked = run(bin_dir, "check", folder)
        assert checked.returncode == 0, f"{place}: the start after it: {checked}"
        there = said(checked.stdout, "record")
        lost = {i: h for i, h in acknowledged.items() if there.get(i) != h}
        assert not lost, f"{place}: acknowledged and lost: {sorted(lost)}"
        # It goes on, after one start more, as if nothing had been.
        again = run(bin_dir, "write", folder, "1")
        assert again.returncode == 0, f"{place}: does not go on: {again}"
        assert list(said(again.stdout, "ack")) == [len(there)], place
        return written.returncode != 0, len(acknowledged)


def main() -> int:
    bin_dir = Path(sys.argv[1])
    stride = int(sys.argv[2]) if len(sys.argv) > 2 else 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        assert run(bin_dir, "keys", folder).returncode == 0
        count = folder / "count"
        whole = run(bin_dir, "write", folder, str(RECORDS), fault={"FAULT_COUNT": str(count)})
        assert whole.returncode == 0, whole
        calls = int(count.read_text())
        assert len(said(whole.stdout, "ack")) > RECORDS
        assert calls > 50, f"only {calls} calls were seen: the library does not stand before libc"
        try_all(bin_dir, folder / "keys", calls, stride)
    return 0


def try_all(bin_dir: Path, keys: Path, calls: int, stride: int) -> None:
    for fault in FAULTS:
        stopped = 0
        acknowledged = set()
        for at in range(1, calls + 1, stride):
            did_stop, number = one(bin_dir, keys, fault, at)
            stopped += did_stop
            acknowledged.add(number)
        print(f"{fault}: {len(range(1, calls + 1, stride))} of {calls} calls, "
              f"{stopped} stopped the writer, none lost a record", flush=True)
        # A short write is gone on with; all others end some run early.
        assert (stopped == 0) == (fault == "SHORT"), f"{fault} stopped {stopped}"
        assert fault == "SHORT" or len(acknowledged) > 1, f"{fault} never came between records"


if __name__ == "__main__":
    sys.exit(main())
