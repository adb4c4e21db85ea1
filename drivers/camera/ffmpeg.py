"""Decoding in a child process: any clip or stream to YUV420 pictures with their exact times; keeps no picture itself.

The child holds the codecs' memory and can be killed. Times come from its `showinfo` filter as integers of the stream's
own time base, so variable rates and GIF delays are exact. Its remarks are matched, never passed on: they may hold a
password.
"""

import asyncio
import re
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from fractions import Fraction
from typing import NamedTuple

import numpy as np

from drivers.base import DriverMisconfigured, DriverUnavailable
from drivers.camera.child import Child, running
from observations import Plane

STALL_SECONDS = 20.0
TRUNCATED = "the video ends before its time: the file is truncated or damaged"
_MAX_PIXELS = 4096 * 4096
_FILTER = "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,scale=out_range=tv,format=yuv420p,showinfo=checksum=0"
_TIME_BASE = re.compile(rb"config in time_base: (\d+)/(\d+)")
_PICTURE = re.compile(rb"\] n: *\d+ pts: *(-?\d+|NOPTS) .* s:(\d+)x(\d+) ")
_BROKEN = re.compile(rb"partial file|ended prematurely|decode failed", re.IGNORECASE)

BLAME: dict[str, tuple[re.Pattern[bytes], str]] = {
    "unauthorized": (re.compile(rb"401 Unauthorized|403 Forbidden"), "the camera refuses this user and password"),
    "no_stream": (re.compile(rb"404 Not Found|454 Session"), "the camera has no stream under this path"),
    "busy": (re.compile(rb"Device or resource busy|453 Not Enough"), "the camera serves somebody else"),
    "no_permission": (re.compile(rb"Permission denied"), "this user may not open the device: add it to group video"),
    "unreachable": (
        re.compile(rb"refused|No route to host|unreachable|timed out|resolve hostname|not known", re.IGNORECASE),
        "the camera does not answer on the network",
    ),
    "absent": (re.compile(rb"No such file or directory"), "there is no such device"),
}
"""What a live source's end is put down to: the word, the remark that says so, and the sentence for people."""


class Decoded(NamedTuple):
    """One picture as the decoder gave it: seconds on the stream's own timeline, and the planes of a Frame."""

    seconds: float
    y: Plane
    u: Plane
    v: Plane


class Pictures:
    """Buffers for pictures of one size, rows `stride` bytes apart (chroma rows half as much).

    A buffer is used again only when nobody holds a view of it any more.
    """

    def __init__(self, width: int, height: int, stride: int | None = None) -> None:
        self.width = width
        self.height = height
        self._stride = width if stride is None else stride
        self._buffers: list[Plane] = []

    def free(self) -> Plane:
        """A flat uint8 buffer of stride * height * 3 / 2 bytes that no living Frame looks into."""
        for index in range(len(self._buffers)):
            if sys.getrefcount(self._buffers[index]) <= 2:  # the list's own reference and the question's
                return self._buffers[index]
        self._buffers.append(np.empty(self._stride * self.height * 3 // 2, np.uint8))
        return self._buffers[-1]

    def planes(self, buffer: Plane) -> tuple[Plane, Plane, Plane]:
        """The y, u and v views of a buffer."""
        luma, stride = self._stride * self.height, self._stride
        half = (self.height // 2, stride // 2)
        y = buffer[:luma].reshape(self.height, stride)[:, : self.width]
        u = buffer[luma : luma * 5 // 4].reshape(half)[:, : self.width // 2]
        return y, u, buffer[luma * 5 // 4 :].reshape(half)[:, : self.width // 2]


class _Header(NamedTuple):
    seconds: float
    width: int
    height: int


class Decoder:
    """One running ffmpeg: its pictures arrive on a pipe, their times on its standard error.

    The first picture may take `opening` seconds, every other one `stall`.
    """

    def __init__(self, child: Child, opening: float, stall: float) -> None:
        self._child = child
        self._opening = opening
        self._stall = stall
        self._time_base = Fraction(1)
        self._seconds = 0.0
        self._given = False
        self._broken = False
        self._blamed: str | None = None

    async def pictures(self) -> AsyncGenerator[Decoded, None]:
        """Decode to the end; their size may change on the way. Raises DriverUnavailable on a stall."""
        pool: Pictures | None = None
        limit = self._opening
        while True:
            try:
                async with asyncio.timeout(limit):
                    if (header := await self._header()) is None:
                        return
                    if pool is None or (pool.width, pool.height) != header[1:]:
                        pool = Pictures(header.width, header.height)
                    buffer = pool.free()
                    if not await self._child.fill(buffer.data):
                        return
            except TimeoutError:
                raise DriverUnavailable("stalled", f"no picture for {limit:.0f} s") from None
            self._given, limit = True, self._stall
            picture = Decoded(header.seconds, *pool.planes(buffer))
            del buffer
            yield picture
            del picture

    async def whole(self) -> None:
        """After the end of a recording. Raises DriverMisconfigured when it was no whole video."""
        if await self._child.code() != 0 or not self._given:
            raise DriverMisconfigured("not_a_video", "the source holds no video that ffmpeg can decode")
        if self._broken:
            raise DriverMisconfigured("truncated", TRUNCATED)

    def lost(self) -> DriverUnavailable:
        """After the end of a live source: why it ended, as far as its remarks tell."""
        if self._given or self._blamed is None:
            return DriverUnavailable("gone", "the camera ended its pictures")
        patience = LOCKOUT_SECONDS if self._blamed == "unauthorized" else 0.0
        return DriverUnavailable(self._blamed, BLAME[self._blamed][1], patience)

    async def _header(self) -> _Header | None:
        """Read the child's remarks up to the next picture's; None at its end."""
        while line := await self._child.remark():
            if found := _PICTURE.search(line):
                width, height = int(found[2]), int(found[3])
                if width * height > _MAX_PIXELS and self._given:
                    raise DriverUnavailable("gone", "the stream is damaged")
                if width * height > _MAX_PIXELS:
                    raise DriverMisconfigured("too_large", f"{width} x {height} pixels are more than this box handles")
                if found[1] != b"NOPTS":
                    self._seconds = float(int(found[1]) * self._time_base)
                return _Header(self._seconds, width, height)
            if found := _TIME_BASE.search(line):
                self._time_base = Fraction(int(found[1]), int(found[2]) or 1)
            elif not self._given:
                self._blamed = next((word for word, (said, _) in BLAME.items() if said.search(line)), self._blamed)
            self._broken = self._broken or _BROKEN.search(line) is not None
        return None


LOCKOUT_SECONDS = 60.0
"""Between two tries of a password that was refused: cameras lock out whoever is wrong too often."""


@asynccontextmanager
async def decoding(
    source: Sequence[str],
    *,
    told: bytes = b"",
    fps: float | None = None,
    opening: float = STALL_SECONDS,
    stall: float = STALL_SECONDS,
) -> AsyncIterator[Decoder]:
    """Run ffmpeg on `source` (its input arguments, as in ["-i", path]) with `told` as its input until leaving.

    With `fps` only so many pictures a second leave the child; what comes between is decoded and no more.
    """
    command = [ffmpeg_binary(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", *source]
    command += ["-map", "0:v:0", "-vf", _chosen(fps) + _FILTER, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    async with running(command, told, remarks=True) as child:
        yield Decoder(child, opening, stall)


def _chosen(fps: float | None) -> str:
    """The filter that lets a picture through when 0.8 of a period has passed, or when the stream's time jumps back."""
    if fps is None:
        return ""
    gap = f"t-prev_selected_t\\,{0.8 / fps:.4f}"
    return f"select=isnan(t)+isnan(prev_selected_t)+gte({gap})+lt(t\\,prev_selected_t),"


def ffmpeg_binary() -> str:
    """The decoder on PATH, else the one that the `camera` extra brings. Raises DriverMisconfigured with the remedy."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise DriverMisconfigured("no_decoder", "no ffmpeg on this machine: sudo apt install ffmpeg") from None
