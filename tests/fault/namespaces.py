"""Namespaces of Linux for a test: a mount or a network of its own, where that is permitted."""

import os
import subprocess
import sys

SKIPPED = 77  # what CTest shows as skipped
_INSIDE = "FACEGATE_TEST_INSIDE"


def unshare(kind: str, probe: str) -> list:
    """How to start a program with a `kind` of its own ("-m", "-n"). Ends this one, loudly, where
    `probe` fails in it: we are neither root nor may be root of a user namespace."""
    why = ""
    for command in (["unshare", kind], ["unshare", "-r", kind]):
        try:
            attempt = subprocess.run([*command, "sh", "-c", probe], capture_output=True, text=True,
                                     check=False)
        except OSError as error:
            why = str(error)
            continue
        if attempt.returncode == 0:
            return command
        why = attempt.stderr.strip()
    print(f"SKIPPED: this needs a namespace (unshare {kind}), which is not permitted here: {why}",
          flush=True)
    sys.exit(SKIPPED)


def enter_with_own_mounts() -> None:
    """Goes on as the same program whose mounts nobody else sees, and which end with it."""
    if os.environ.pop(_INSIDE, None):
        return
    command = unshare("-m", "mount -t tmpfs -o size=64k probe /mnt")
    os.environ[_INSIDE] = "1"
    os.execvp(command[0], [*command, sys.executable, *sys.argv])
