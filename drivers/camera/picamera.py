"""Cameras on the CSI connector: `picamera:0?size=640x480`, through the distribution's picamera2 in a child process.

libcamera can hang in a call for ever and keeps memory of each configuration; a child that is killed takes both along.
"""

import asyncio
import struct
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.child import Child, running
from drivers.camera.ffmpeg import Pictures
from drivers.camera.live import OPENING_S, Taken, live, stall_seconds
from drivers.camera.size import size_of
from observations import Frame

HEADER = struct.Struct("=QHHH")
"""Before each picture: the sensor's time (nanoseconds of CLOCK_BOOTTIME), width, height, bytes from row to row."""

CHILD = "drivers.camera.picamera_child"
ABSENT, NO_LIBRARY, BUSY = 3, 4, 5
_ENDS = {
    ABSENT: DriverUnavailable("absent", "no such camera: look at its ribbon cable, then rpicam-hello --list-cameras"),
    BUSY: DriverUnavailable("busy", "another program has the camera"),
}


class PicameraDriver:
    """A CSI camera: luma and chroma come from the image processor at `size` (width, height), `fps` times a second."""

    def __init__(self, device: Device, *, name: str, clock: Clock, fps: float, size: tuple[int, int]) -> None:
        if not device.target.isdigit():
            raise DriverMisconfigured("bad_device", "write picamera:0, the number of `rpicam-hello --list-cameras`")
        width, height = size_of(device, size)
        self._command = [sys.executable, "-m", CHILD, device.target, str(width), str(height), f"{fps:g}"]
        self._name, self._clock, self._fps = name, clock, fps

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Start the camera. Raises DriverUnavailable, or DriverMisconfigured where there is no picamera2."""
        return live(self._name, self._pictures())

    async def _pictures(self) -> AsyncGenerator[Taken, None]:
        limit = OPENING_S
        pool: Pictures | None = None
        header = bytearray(HEADER.size)
        boot = self._clock.now() - time.clock_gettime(time.CLOCK_BOOTTIME)
        async with running(self._command) as child:
            while True:
                try:
                    async with asyncio.timeout(limit):
                        if not await child.fill(memoryview(header)):
                            raise await _end(child)
                        sensor_ns, width, height, stride = HEADER.unpack(header)
                        pool = pool or Pictures(width, height, stride)
                        buffer = pool.free()
                        if not await child.fill(buffer.data):
                            raise await _end(child)
                except TimeoutError:
                    raise DriverUnavailable("stalled", f"no picture for {limit:.0f} s") from None
                limit = stall_seconds(self._fps)
                picture = Taken(boot + sensor_ns / 1e9, *pool.planes(buffer))
                del buffer
                yield picture
                del picture


async def _end(child: Child) -> Exception:
    code = await child.code()
    if code == NO_LIBRARY:
        return DriverMisconfigured(
            "no_picamera2", "no picamera2: sudo apt install python3-picamera2, and a venv with system site packages"
        )
    known = _ENDS.get(code)
    return DriverUnavailable(known.code, known.reason) if known else DriverUnavailable("gone", "the camera went away")
