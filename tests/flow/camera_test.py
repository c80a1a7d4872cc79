#!/usr/bin/python3
"""facegate_camera streams a folder of pictures: one record a lease, one a decision.

    camera_test.py BIN_DIR
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import gateway_process as flow

FRAMES = 3


def stream(gateway, frames: Path, *extra: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [gateway.bin / "facegate_camera", "--address", f"127.0.0.1:{gateway.port}",
         "--tls-ca", "certs/ca.crt", "--tls-cert", "certs/camera.crt",
         "--tls-key", "certs/camera.key", "--camera", flow.LANE, "--purpose", flow.PURPOSE,
         "--fps", "20", "--lease-ms", "10000", *extra, str(frames)],
        cwd=gateway.folder, capture_output=True, text=True, check=False, timeout=120,
        env={k: v for k, v in os.environ.items() if not k.startswith("FACEGATE_")})


def main() -> int:
    flow.need_models()
    with tempfile.TemporaryDirectory() as folder, flow.Gateway(sys.argv[1]) as gateway:
        generated, frames = Path(folder) / "protos", Path(folder) / "frames"
        generated.mkdir()
        frames.mkdir()
        for number in range(FRAMES):
            shutil.copy(flow.models_dir() / "sample3.jpg", frames / f"{number}.jpg")
        client = flow.Client(flow.generated_protos(generated), gateway)
        notice = client.register_lobby()

        # Nobody consented: the lease is refused, and no frame is decoded.
        run = stream(gateway, frames)
        assert run.returncode == 0, run.stderr
        assert "decisions USE_ALTERNATIVE" in run.stdout, run.stdout
        assert client.counters().get("facegate_frames_decoded_total", 0) == 0, client.counters()

        client.grant("person-a", notice)
        verdict = client.protos.resources.Verdict.Name(client.enroll("person-a").verdict)
        assert verdict == "VERDICT_ALLOW", verdict
        before = client.counters()
        run = stream(gateway, frames)
        assert run.returncode == 0, run.stderr
        assert run.stdout.count("decisions ALLOW MATCHED") == 1, run.stdout
        # One lease, or a few where a slow build takes longer over the frames than one may live.
        assert 1 <= run.stdout.count("closedLeases") <= FRAMES, run.stdout
        after = client.counters()
        embedded = (after["facegate_faces_embedded_total"]
                    - before.get("facegate_faces_embedded_total", 0))
        # Three people, three frames, one embedding each: a tracked face is embedded once.
        assert embedded == 3, embedded
        print(run.stdout, end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
