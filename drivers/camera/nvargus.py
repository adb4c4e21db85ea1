"""Cameras on a Jetson's CSI connector: `nvargus:0?size=1280x720`, a GStreamer pipeline in a child process."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.child import running
from drivers.camera.ffmpeg import Pictures
from drivers.camera.live import OPENING_S, Taken, live, stall_seconds
from drivers.camera.size import size_of
from observations import Frame

_SIZE = (1280, 720)


class NvargusDriver:
    """A camera behind nvarguscamerasrc, scaled by the image processor to `size`, `fps` pictures a second."""

    def __init__(self, device: Device, *, name: str, clock: Clock, fps: float) -> None:
        if not device.target.isdigit():
            raise DriverMisconfigured("bad_device", "write nvargus:0, the number of the sensor")
        self._size = size_of(device, _SIZE)
        if self._size[0] % 8:
            raise DriverMisconfigured("bad_option", "size: a width that is a multiple of 8, or rows would be padded")
        self._command = ["gst-launch-1.0", "--quiet", *pipeline(int(device.target), self._size, fps).split()]
        self._name, self._clock, self._fps = name, clock, fps

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Start the pipeline. Raises DriverUnavailable, or DriverMisconfigured where there is no GStreamer."""
        return live(self._name, self._pictures())

    async def _pictures(self) -> AsyncGenerator[Taken, None]:
        pool = Pictures(*self._size)
        limit = OPENING_S
        async with running(self._command) as child:
            while True:
                buffer = pool.free()
                try:
                    async with asyncio.timeout(limit):
                        whole = await child.fill(buffer.data)
                except TimeoutError:
                    raise DriverUnavailable("stalled", f"no picture for {limit:.0f} s") from None
                if not whole:
                    raise DriverUnavailable("gone", "the camera's pipeline ended")
                limit = stall_seconds(self._fps)
                picture = Taken(self._clock.now(), *pool.planes(buffer))
                del buffer
                yield picture
                del picture


def pipeline(sensor: int, size: tuple[int, int], fps: float) -> str:
    """What gst-launch-1.0 is told: the newest picture only, as packed YUV420 (BT.601) on standard output."""
    rate = f"{round(fps * 1000)}/1000"
    return (
        f"nvarguscamerasrc sensor-id={sensor} ! video/x-raw(memory:NVMM),format=NV12"
        f" ! videorate drop-only=true ! video/x-raw(memory:NVMM),framerate={rate}"
        f" ! nvvidconv ! video/x-raw,format=I420,width={size[0]},height={size[1]}"
        " ! queue leaky=downstream max-size-buffers=1 max-size-bytes=0 max-size-time=0 ! fdsink fd=1 sync=false"
    )
