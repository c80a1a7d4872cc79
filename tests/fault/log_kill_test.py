#!/usr/bin/python3
"""Kill -9 at any moment, again and again, of a process that writes a log: what was acknowledged is
there and proves, and the next one goes on.

    log_kill_test.py BIN_DIR [CYCLES]
"""

import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path

AT_ONCE = "100000000"  # more records than anybody waits for


def started(bin_dir: Path, folder: Path) -> subprocess.Popen:
    return subprocess.Popen([bin_dir / "log_writer", "write", folder, AT_ONCE],
                            stdout=subprocess.PIPE, text=True)


def check(bin_dir: Path, folder: Path, first: int) -> dict[int, str]:
    """The records from `first` on, by index."""
    run = subprocess.run([bin_dir / "log_writer", "check", folder, str(first)], timeout=600,
                         capture_output=True, text=True, check=False)
    assert run.returncode == 0 and run.stdout.endswith("whole\n"), run.stdout[-300:] + run.stderr
    lines = [line.split() for line in run.stdout.splitlines() if line.startswith("record ")]
    return {int(line[1]): line[2] for line in lines}


def main() -> int:
    bin_dir = Path(sys.argv[1])
    cycles = int(sys.argv[2]) if len(sys.argv) > 2 else 20
    seed = time.time_ns()
    print(f"seed {seed}", flush=True)
    chance = random.Random(seed)
    acknowledged: dict[int, str] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([bin_dir / "log_writer", "keys", folder], check=True,
                       stdout=subprocess.DEVNULL)
        for cycle in range(cycles):
            known = len(acknowledged)
            writer = started(bin_dir, folder)
            time.sleep(chance.uniform(0, 0.3))
            writer.kill()
            output = writer.communicate()[0]
            # The last line may be half a line: it was not said.
            for line in output.splitlines(keepends=True):
                words = line.split()
                if line.endswith("\n") and len(words) == 3 and words[0] == "ack":
                    assert int(words[1]) not in acknowledged, f"cycle {cycle}: given twice: {line}"
                    acknowledged[int(words[1])] = words[2]
            first = min([i for i in acknowledged if i >= known] or [known])
            there = check(bin_dir, folder, max(first - 1, 0))
            lost = [i for i, leaf in acknowledged.items() if i >= first and there.get(i) != leaf]
            assert not lost, f"cycle {cycle}: acknowledged and lost: {lost[:10]}"
        there = check(bin_dir, folder, 0)
        lost = [i for i, leaf in acknowledged.items() if there.get(i) != leaf]
        assert not lost, f"acknowledged and lost in the end: {lost[:10]}"
        assert sorted(there) == list(range(len(there))), "a gap"
        assert len(acknowledged) >= cycles, f"only {len(acknowledged)} records: it shows nothing"
    print(f"{cycles} kills, {len(acknowledged)} acknowledged records, none lost")
    return 0


if __name__ == "__main__":
    sys.exit(main())
