#!/usr/bin/python3
"""facegate_camera streams folders, films and network cameras, and goes on after an interruption.

    camera_test.py BIN_DIR
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from pathlib import Path

import gateway_process as flow
import video

BIN = sys.argv.pop(1) if len(sys.argv) > 1 else "build/release/bin"
FRAMES = 3
PATIENCE_SECONDS = 120


class Camera:
    """facegate_camera at the lane, with what it has said so far."""

    def __init__(self, gateway: flow.Gateway, source, *flags: str, fps: float = 20,
                 lease_ms: int = 10_000):
        env = {k: v for k, v in os.environ.items() if not k.startswith("FACEGATE_")}
        # Plugins of OpenCV's video backends leak, and are unloaded before anybody could name them.
        env["ASAN_OPTIONS"] = "detect_leaks=0"
        self.process = subprocess.Popen(
            [gateway.bin / "facegate_camera", "--address", f"127.0.0.1:{gateway.port}",
             "--tls-ca", "certs/ca.crt", "--tls-cert", "certs/camera.crt",
             "--tls-key", "certs/camera.key", "--camera", flow.LANE, "--purpose", flow.PURPOSE,
             "--fps", str(fps), "--lease-ms", str(lease_ms), *flags, str(source)],
            cwd=gateway.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=env)
        self.said = {"out": "", "err": ""}
        self.threads = [threading.Thread(target=self._listen, args=pipe, daemon=True)
                        for pipe in (("out", self.process.stdout), ("err", self.process.stderr))]
        for thread in self.threads:
            thread.start()

    def _listen(self, name, pipe):
        for line in pipe:
            self.said[name] += line

    @property
    def out(self) -> str:
        return self.said["out"]

    @property
    def err(self) -> str:
        return self.said["err"]

    def end(self) -> int:
        code = self.process.wait(timeout=PATIENCE_SECONDS)
        for thread in self.threads:
            thread.join()
        self.process.stdout.close()
        self.process.stderr.close()
        return code

    def wait_until(self, what, happened) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not happened():
            if time.monotonic() > deadline or self.process.poll() is not None:
                raise AssertionError(f"not so: {what}\n{self.out}\n{self.err}")
            time.sleep(0.05)

    def sent(self) -> int:
        match = re.search(r"sent (\d+) frames$", self.err.strip())
        if not match:
            raise AssertionError(self.err)
        return int(match.group(1))

    def kill(self) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.end()


class Lane(unittest.TestCase):
    """A lobby with a lane, which the tests of a class share."""

    @classmethod
    def setUpClass(cls):
        temporary = tempfile.TemporaryDirectory()
        cls.addClassCleanup(temporary.cleanup)
        cls.folder = Path(temporary.name)
        cls.photo = (flow.models_dir() / "sample3.jpg").read_bytes()
        cls.gateway = flow.Gateway(BIN)
        cls.addClassCleanup(lambda: cls.gateway.__exit__(None, None, None))
        cls.gateway.__enter__()
        cls.client = flow.Client(PROTOS, cls.gateway)
        cls.notice = cls.client.register_lobby()

    def camera(self, source, *flags, **named) -> Camera:
        camera = Camera(self.gateway, source, *flags, **named)
        self.addCleanup(camera.kill)
        return camera

    def frames(self) -> Path:
        path = self.folder / "frames"
        path.mkdir()
        for number in range(FRAMES):
            shutil.copy(flow.models_dir() / "sample3.jpg", path / f"{number}.jpg")
        return path

    def film(self, frames: int, fps: int) -> Path:
        path = self.folder / f"{self.id()}.avi"
        video.write_avi(path, [self.photo] * frames, fps)
        return path


class NobodyConsented(Lane):

    def tearDown(self):
        decoded = self.client.counters().get("facegate_frames_decoded_total", 0)
        self.assertEqual(decoded, 0)

    def test_a_folder_is_refused(self):
        camera = self.camera(self.frames())
        self.assertEqual(camera.end(), 0, camera.err)
        self.assertIn("decisions USE_ALTERNATIVE", camera.out)
        self.assertEqual(camera.sent(), FRAMES)

    def test_a_film_is_sent_at_no_more_than_the_wanted_frames_a_second(self):
        film = self.film(frames=20, fps=20)
        for fps, sent in ((5, 5), (60, 20)):
            camera = self.camera(film, fps=fps)
            start = time.monotonic()
            self.assertEqual(camera.end(), 0, camera.err)
            self.assertEqual(camera.sent(), sent, f"at {fps} a second")
            # A second of film takes about one. Machines are slow, so that more is not looked at.
            self.assertGreater(time.monotonic() - start, 0.7)

    def test_a_film_that_is_not_there_is_said_so(self):
        camera = self.camera(self.folder / "nothing.avi")
        self.assertEqual(camera.end(), 2)
        self.assertIn("NOT_FOUND SOURCE_LOST: the source cannot be opened", camera.err)

    def test_a_film_goes_on_where_it_was_when_the_gateway_is_back(self):
        frames = 60
        camera = self.camera(self.film(frames, fps=20), lease_ms=100)
        camera.wait_until("a decision", lambda: "record" in camera.out)
        self.gateway.kill()
        camera.wait_until("a second pause, longer than the first",
                          lambda: "again in 1000 ms" in camera.err)
        self.assertRegex(camera.err, r"UNAVAILABLE SERVER_UNREACHABLE: .*; again in 500 ms")
        said = camera.out.count("record")
        self.gateway.start(port=self.gateway.port)
        camera.wait_until("a decision of the new gateway",
                          lambda: camera.out.count("record") > said)
        self.assertEqual(camera.end(), 0, camera.err)
        self.assertEqual(camera.sent(), frames, "every frame is answered once")


class PersonAConsented(Lane):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.client.grant("person-a", cls.notice)
        verdict = PROTOS.resources.Verdict.Name(cls.client.enroll("person-a").verdict)
        assert verdict == "VERDICT_ALLOW", verdict

    def counter(self, name: str) -> int:
        return self.client.counters().get(f"facegate_{name}_total", 0)

    def test_is_found_in_a_folder_and_everybody_is_embedded_once(self):
        before = self.counter("faces_embedded")
        camera = self.camera(self.frames())
        self.assertEqual(camera.end(), 0, camera.err)
        self.assertEqual(camera.out.count("decisions ALLOW MATCHED"), 1, camera.out)
        # One lease, or a few where a slow build takes longer over the frames than one may live.
        self.assertIn(camera.out.count("closedLeases"), range(1, FRAMES + 1), camera.out)
        # Three people, three frames, one embedding each.
        self.assertEqual(self.counter("faces_embedded") - before, 3)

    def test_is_found_in_a_film(self):
        before = self.counter("frames_decoded")
        camera = self.camera(self.film(frames=4, fps=10))
        self.assertEqual(camera.end(), 0, camera.err)
        self.assertEqual(camera.sent(), 4)
        self.assertEqual(self.counter("frames_decoded") - before, 4)
        self.assertEqual(camera.out.count("decisions ALLOW MATCHED"), 1, camera.out)

    def test_closes_its_lease_when_it_is_told_to_stop(self):
        with video.NetworkCamera(self.photo, fps=10) as source:
            camera = self.camera(source.url, fps=5)
            camera.wait_until("a match", lambda: "decisions ALLOW MATCHED" in camera.out)
            camera.process.send_signal(signal.SIGTERM)
            self.assertEqual(camera.end(), 0, camera.err)
        self.assertIn("closedLeases", camera.out)
        self.assertGreater(camera.sent(), 0)

    def test_notices_a_gateway_that_says_nothing_any_more(self):
        with video.NetworkCamera(self.photo, fps=10) as source:
            camera = self.camera(source.url, fps=5)
            camera.wait_until("a match", lambda: "decisions ALLOW MATCHED" in camera.out)
            self.gateway.process.send_signal(signal.SIGSTOP)
            try:
                camera.wait_until("a pause", lambda: "again in 500 ms" in camera.err)
            finally:
                self.gateway.process.send_signal(signal.SIGCONT)
            camera.wait_until("a match on the next stream", lambda: camera.out.count(
                "decisions ALLOW MATCHED") == 2)
        self.assertRegex(camera.err, r"UNAVAILABLE SERVER_UNREACHABLE: .*; again in 500 ms")

    def test_is_found_again_when_a_network_camera_is_back(self):
        with video.NetworkCamera(self.photo, fps=10) as source:
            camera = self.camera(source.url, fps=5)
            for connections in (1, 2):
                camera.wait_until(f"a match on connection {connections}", lambda: camera.out.count(
                    "decisions ALLOW MATCHED") == connections)
                self.assertEqual(source.connections, connections)
                source.break_off()
                # The lease ends with the source, not when somebody notices.
                camera.wait_until("its lease is recorded", lambda: camera.out.count(
                    "closedLeases") >= connections)
        self.assertIn("UNAVAILABLE SOURCE_LOST: the source gave no frame; again in 500 ms",
                      camera.err)


if __name__ == "__main__":
    flow.need_models()
    with tempfile.TemporaryDirectory() as generated:
        PROTOS = flow.generated_protos(Path(generated))
        unittest.main(verbosity=2)
