"""A USB camera that is a program: the kernel's USB/IP host controller asks it as it would a cable, uvcvideo drives it.

Bytes of the USB/IP protocol are big-endian; each request and reply begins with 48 bytes.
"""

import select
import socket
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from struct import pack, unpack

import cv2
import numpy as np

from tests.rig.devices._kernel import command, eventually, load
from tests.rig.devices.usb_descriptors import DEVICE, SIZES, agreed, configuration, string, transfers

CONTROLLER = Path("/sys/devices/platform/vhci_hcd.0")
PORT, DEVICE_ID, HIGH_SPEED = 0, 0x10002, 3
PERIOD = 0.1

_SUBMIT, _UNLINK, _SUBMITTED, _UNLINKED = 1, 2, 3, 4
_STALL, _CANCELLED = -32, -104


class Firmware:
    """The camera's side of one plugged cable; it runs in a thread until the cable is pulled."""

    def __init__(self, cable: socket.socket) -> None:
        self.frozen = False
        """Nothing comes although the cable is there, as of a camera whose firmware hangs."""
        self._cable = cable
        self._waiting: deque[int] = deque()
        self._sending: deque[bytes] = deque()
        self._chosen = agreed(b"")
        self._pictures = {size: [_picture(size, n) for n in range(10)] for size in SIZES}
        self._count = 0
        self._thread = threading.Thread(target=self._run, name="usb-camera", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until the kernel has let go of the cable."""
        self._thread.join(10)

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            try:
                if select.select([self._cable], [], [], max(0.0, due - time.monotonic()))[0] and not self._heard():
                    return
                if time.monotonic() >= due:
                    due = max(due + PERIOD, time.monotonic() - PERIOD)
                    self._show()
                while self._waiting and self._sending:
                    self._reply(self._waiting.popleft(), 0, self._sending.popleft())
            except OSError:
                return  # the cable was pulled

    def _show(self) -> None:
        """Have the next picture ready, if somebody waits for it and the last one has gone."""
        if self._waiting and not self._sending and not self.frozen:
            size = SIZES[self._chosen[3] - 1]
            self._sending.extend(transfers(self._pictures[size][self._count % 10], self._count % 2 == 1))
            self._count += 1

    def _heard(self) -> bool:
        """Answer one request; False when there will be no more."""
        head = self._cable.recv(48, socket.MSG_WAITALL)
        if len(head) < 48:
            return False
        kind, number, _, inwards, endpoint = unpack(">5I", head[:20])
        if kind == _UNLINK:
            return self._unlinked(number, unpack(">I", head[20:24])[0])
        (length,) = unpack(">i", head[24:28])
        said = b"" if inwards or not length else self._cable.recv(length, socket.MSG_WAITALL)
        if endpoint:
            self._waiting.append(number)
        else:
            answer = self._asked(head[40:48], said)
            sent = b"" if answer is None else answer[:length]
            self._reply(number, _STALL if answer is None else 0, sent if inwards else b"", len(said))
        return True

    def _unlinked(self, number: int, which: int) -> bool:
        cancelled = which in self._waiting
        if cancelled:
            self._waiting.remove(which)
        self._cable.sendall(pack(">5Ii24x", _UNLINKED, number, 0, 0, 0, _CANCELLED if cancelled else 0))
        return True

    def _reply(self, number: int, status: int, data: bytes, taken: int = 0) -> None:
        self._cable.sendall(pack(">5I5i8x", _SUBMITTED, number, 0, 0, 0, status, len(data) or taken, 0, 0, 0) + data)

    def _asked(self, setup: bytes, said: bytes) -> bytes | None:
        """The answer to a control request, None to refuse it."""
        kind, request, value, _, _ = unpack("<BBHHH", setup)
        if (kind, request) == (0x80, 6):
            known = {1: DEVICE, 2: configuration(), 3: string(value & 0xFF)}
            return known.get(value >> 8)
        if kind in (0x00, 0x01, 0x02):
            return b""
        if kind in (0x21, 0xA1) and value >> 8 in (1, 2):
            if request == 0x01:
                self._chosen = agreed(said)
                return b""
            return {0x85: b"\x1a\x00", 0x86: b"\x03"}.get(request, self._chosen)
        return pack("<H", 0) if kind & 0x80 and request == 0 else None


def _picture(size: tuple[int, int], number: int) -> bytes:
    """A JPEG of a room in which something light goes from left to right."""
    width, height = size
    shades = np.linspace(40, 200, width, dtype=np.uint8)
    image = np.repeat(np.repeat(shades[None, :, None], height, axis=0), 3, axis=2)
    left = number * width // 10
    image[height // 4 : 3 * height // 4, left : left + width // 10] = (30, 220, 240)
    return bytes(cv2.imencode(".jpg", image)[1])


class UsbCamera:
    """`path` is its video device while it is plugged in; motion JPEG at 640x480 and 1280x720, ten pictures a second."""

    def __init__(self) -> None:
        self.path = ""
        self._firmware: Firmware | None = None
        self._ours: socket.socket | None = None

    @property
    def device(self) -> str:
        """As the configuration names it."""
        return f"v4l2:{self.path}"

    def plug(self) -> None:
        """Plug the cable in and wait for the device."""
        before = set(_nodes())
        self._ours, theirs = socket.socketpair()
        self._firmware = Firmware(self._ours)
        with theirs:
            (CONTROLLER / "attach").write_text(f"{PORT} {theirs.fileno()} {DEVICE_ID} {HIGH_SPEED}", encoding="ascii")
        eventually("the USB camera", lambda: bool(set(_nodes()) - before), seconds=60)
        command("udevadm", "settle")
        (self.path,) = set(_nodes()) - before

    def unplug(self) -> None:
        """Pull the cable: the device and its node are gone."""
        if self._firmware is None or self._ours is None:
            return
        (CONTROLLER / "detach").write_text(str(PORT), encoding="ascii")
        self._firmware.join()
        self._ours.close()
        self._firmware = None

    def freeze(self) -> None:
        """Send no more pictures, though the cable stays."""
        if self._firmware is not None:
            self._firmware.frozen = True


def _nodes() -> list[str]:
    """The video nodes that give pictures, not what goes with them."""
    found = Path("/sys/class/video4linux").glob("video*")
    return [f"/dev/{node.name}" for node in found if (node / "index").read_text(encoding="ascii").strip() == "0"]


@contextmanager
def usb_camera() -> Iterator[UsbCamera]:
    """One plugged-in camera for one test."""
    load("vhci_hcd")
    camera = UsbCamera()
    camera.plug()
    try:
        yield camera
    finally:
        camera.unplug()
