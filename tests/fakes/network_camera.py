"""A network camera for a test: a real RTSP server in a process of its own that can be killed and frozen."""

import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PYTHON = "/usr/bin/python3"
PACKAGES = (
    "gir1.2-gst-rtsp-server-1.0 python3-gi gstreamer1.0-plugins-base gstreamer1.0-plugins-good "
    "gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly"
)
_NEEDED = (
    "import gi; gi.require_version('GstRtspServer', '1.0'); from gi.repository import Gst, GstRtspServer as _; "
    "Gst.init(None); e = 'x264enc x265enc videotestsrc rtph265pay breakmydata'.split(); "
    "raise SystemExit(not all(map(Gst.ElementFactory.find, e)))"
)


def missing() -> str:
    """Why there can be no such camera here, with the remedy; empty when there can."""
    try:
        there = subprocess.run([PYTHON, "-c", _NEEDED], capture_output=True, check=False).returncode == 0
    except OSError:
        there = False
    return "" if there else f"no RTSP server: sudo apt-get install --no-install-recommends {PACKAGES}"


class NetworkCamera:
    """A camera on 127.0.0.1; `address` is its URL without credentials.

    Its port is held while it is away, by a socket that listens to nobody: otherwise any other program may get it for a
    connection of its own, and the camera could not come back.
    """

    def __init__(self, codec: str, size: str, fps: int, secret: str) -> None:
        self._settings = [codec, size, str(fps)]
        self._secret = secret
        self._held = socket.socket()
        self._held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._held.bind(("127.0.0.1", 0))
        self.port: int = self._held.getsockname()[1]
        self.start()

    @property
    def address(self) -> str:
        return f"rtsp://127.0.0.1:{self.port}/cam"

    def start(self) -> None:
        """Switch it on, under the address that it had before. Raises RuntimeError when it cannot have it."""
        command = [PYTHON, str(Path(__file__).with_name("rtsp_server.py")), str(self.port), *self._settings]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        self.tell(self._secret)
        if (said := self._process.stdout.readline().strip()) != str(self.port):
            raise RuntimeError(f"the camera serves on port {said or 'none'} instead of {self.port}")

    def tell(self, order: str) -> None:
        """`size WIDTHxHEIGHT` or `corrupt PROBABILITY`, while somebody watches; first of all, its secret."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{order}\n")
        self._process.stdin.flush()

    def freeze(self) -> None:
        """The connection stays, nothing comes."""
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Go on."""
        self._process.send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """Pull its plug."""
        self._process.kill()
        self._process.communicate()

    def close(self) -> None:
        """Throw it away."""
        self.kill()
        self._held.close()


@contextmanager
def network_camera(
    codec: str = "h264", size: str = "320x240", fps: int = 10, secret: str = ""
) -> Iterator[NetworkCamera]:
    """One camera for one test."""
    camera = NetworkCamera(codec, size, fps, secret)
    try:
        yield camera
    finally:
        camera.close()
