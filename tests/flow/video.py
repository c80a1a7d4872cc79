"""A film and a network camera made of JPEG pictures, without a video library."""

import http.server
import struct
import threading
from pathlib import Path
from typing import List


def jpeg_size(jpeg: bytes):
    """Width and height, from the frame header."""
    at = 2
    while at < len(jpeg):
        marker, length = struct.unpack(">xBH", jpeg[at:at + 4])
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack(">HH", jpeg[at + 5:at + 9])
            return width, height
        at += 2 + length
    raise ValueError("no frame header")


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + b"\0" * (len(content) % 2)


def write_avi(path: Path, jpegs: List[bytes], fps: int) -> None:
    """Motion JPEG in AVI: the pictures as they are, one after the other, with an index."""
    width, height = jpeg_size(jpegs[0])
    largest = max(map(len, jpegs))
    main = struct.pack("<14I", 1_000_000 // fps, largest * fps, 0, 0x10, len(jpegs), 0, 1, largest,
                       width, height, 0, 0, 0, 0)
    stream = struct.pack("<4s4sIHHIIIIIIIIhhhh", b"vids", b"MJPG", 0, 0, 0, 0, 1, fps, 0,
                         len(jpegs), largest, 0xFFFFFFFF, 0, 0, 0, width, height)
    bitmap = struct.pack("<IiiHH4sIiiII", 40, width, height, 1, 24, b"MJPG", width * height * 3,
                         0, 0, 0, 0)
    header = _chunk(b"LIST", b"hdrl" + _chunk(b"avih", main) + _chunk(
        b"LIST", b"strl" + _chunk(b"strh", stream) + _chunk(b"strf", bitmap)))
    frames, index = b"movi", b""
    for jpeg in jpegs:
        index += struct.pack("<4sIII", b"00dc", 0x10, len(frames), len(jpeg))
        frames += _chunk(b"00dc", jpeg)
    whole = b"AVI " + header + _chunk(b"LIST", frames) + _chunk(b"idx1", index)
    path.write_bytes(_chunk(b"RIFF", whole))


class NetworkCamera:
    """A motion JPEG stream over HTTP on loopback, until the `with` ends."""

    def __init__(self, jpeg: bytes, fps: float):
        self.jpeg, self.fps = jpeg, fps
        self.connections = 0
        self.broken_off = 0  # that many connections have ended
        self.ended = threading.Event()
        camera = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                camera.serve(self)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/stream.mjpg"

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.server.shutdown()
        self.server.server_close()

    def break_off(self) -> None:
        """Ends the connections there are; new ones are welcome."""
        self.broken_off = self.connections

    def serve(self, request: http.server.BaseHTTPRequestHandler) -> None:
        self.connections += 1
        number = self.connections
        request.send_response(200)
        request.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        request.end_headers()
        try:
            while number > self.broken_off and not self.ended.wait(1 / self.fps):
                request.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d"
                                    b"\r\n\r\n%s\r\n" % (len(self.jpeg), self.jpeg))
        except OSError:
            pass  # whoever watched has gone
