#!/usr/bin/python3
"""Kill -9 under load: every acknowledged record is there after the restart, and proves.

    kill_test.py BIN_DIR [ROUNDS]
"""

import sys
import tempfile
import time
from pathlib import Path

import gateway_process as flow
from load import Load, verified_copy

LOAD_SECONDS = 1.5


def main() -> int:
    flow.need_models()
    bin_dir = sys.argv[1]
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    acknowledged = {}
    with tempfile.TemporaryDirectory() as generated, flow.Gateway(bin_dir) as gateway:
        protos = flow.generated_protos(Path(generated))
        flow.Client(protos, gateway).register_lobby()
        for number in range(1, rounds + 1):
            load = Load(flow.Client(protos, gateway), protos)
            load.start()
            time.sleep(LOAD_SECONDS)
            gateway.kill()
            load.join()
            assert load.acknowledged, "nothing was acknowledged: the test shows nothing"
            assert not set(load.acknowledged) & set(acknowledged), "an index was given twice"
            acknowledged.update(load.acknowledged)
            gateway.start()
            verified = verified_copy(gateway, acknowledged)
            print(f"round {number}: {len(acknowledged)} acknowledged; {verified}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
