"""USB cameras: `v4l2:/dev/video0?size=1280x720&format=mjpeg`, read by a child; and what a device says it can do.

Without options the driver takes the size nearest to 1280x720 that comes at the wanted rate, uncompressed if it can.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing
from pathlib import Path

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.ffmpeg import decoding
from drivers.camera.live import OPENING_S, Taken, live, stall_seconds, taken
from drivers.camera.size import size_of
from drivers.camera.v4l2_modes import FORMATS, Mode, capabilities
from observations import Frame

_WISH = 1280 * 720
_ANY = (0, 0)


class V4l2Driver:
    """A USB camera that gives at most `fps` pictures a second."""

    def __init__(self, device: Device, *, name: str, clock: Clock, fps: float) -> None:
        self._path = Path(device.target)
        if not device.target.startswith("/dev/"):
            raise DriverMisconfigured("bad_device", "write v4l2:/dev/videoN; `passerby camera list` shows them")
        self._size = size_of(device, _ANY)
        self._format = device.options.get("format")
        if self._format not in (None, *FORMATS.values()):
            raise DriverMisconfigured(
                "bad_option", f"format={self._format}: it is one of {', '.join(FORMATS.values())}"
            )
        self._name, self._clock, self._fps = name, clock, fps

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Start streaming. Raises DriverUnavailable."""
        return live(self._name, self._pictures())

    async def _pictures(self) -> AsyncGenerator[Taken, None]:
        try:
            modes = (await asyncio.to_thread(capabilities, self._path)).modes
        except OSError as error:
            raise DriverUnavailable(*blame(error)) from None
        mode = choose([mode for mode in modes if self._fits(mode)], self._fps)
        if mode is None:
            raise DriverMisconfigured("bad_option", "the camera has no such mode: passerby camera list")
        source = ["-fflags", "nobuffer", "-flags", "low_delay", "-threads", "1", "-f", "v4l2"]
        source += ["-input_format", mode.format, "-video_size", f"{mode.width}x{mode.height}"]
        if mode.fps:
            source += ["-framerate", f"{mode.fps:g}"]
        source += ["-i", str(self._path)]
        decoder = decoding(source, fps=self._fps, opening=OPENING_S, stall=stall_seconds(self._fps))
        async with aclosing(taken(decoder, self._clock)) as pictures:
            async for picture in pictures:
                yield picture
                del picture

    def _fits(self, mode: Mode) -> bool:
        return self._size in (_ANY, (mode.width, mode.height)) and self._format in (None, mode.format)


def choose(modes: list[Mode], fps: float) -> Mode | None:
    """The mode to stream in: fast enough, then nearest to 1280x720, then uncompressed, then no faster than needed."""

    def cost(mode: Mode) -> tuple[float, int, bool, float]:
        return max(0.0, fps - mode.fps), abs(mode.width * mode.height - _WISH), mode.format != "yuyv422", mode.fps

    return min(modes, key=cost, default=None)


def blame(error: OSError) -> tuple[str, str]:
    """The word and the sentence for a device that cannot be opened or asked."""
    if isinstance(error, FileNotFoundError):
        return "absent", "there is no such device"
    if isinstance(error, PermissionError):
        return "no_permission", "this user may not open the device: add it to group video"
    return "gone", "the device does not answer as a camera"
