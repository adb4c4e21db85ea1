"""Decoding in a child process: any clip or stream to YUV420 pictures with their exact times; keeps no picture itself.

The child can be killed, cannot take the daemon down and holds the codecs' memory. Times come from its `showinfo`
filter as integers of the stream's own time base, so variable rates and GIF delays are exact.
"""

import asyncio
import fcntl
import os
import re
import shutil
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Sequence
from contextlib import asynccontextmanager, suppress
from fractions import Fraction
from typing import NamedTuple, TypeVar

import numpy as np

from drivers.base import DriverMisconfigured, DriverUnavailable
from observations import Plane

Result = TypeVar("Result")

STALL_SECONDS = 20.0
TRUNCATED = "the video ends before its time: the file is truncated or damaged"
_PIPE_BYTES = 1 << 20
_MAX_PIXELS = 4096 * 4096
_FILTER = "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,scale=out_range=tv,format=yuv420p,showinfo=checksum=0"
_TIME_BASE = re.compile(rb"config in time_base: (\d+)/(\d+)")
_PICTURE = re.compile(rb"\] n: *\d+ pts: *(-?\d+) .* s:(\d+)x(\d+) ")
_BROKEN = re.compile(rb"partial file|ended prematurely|decode failed", re.IGNORECASE)


class Decoded(NamedTuple):
    """One picture as the decoder gave it: seconds on the stream's own timeline, and the planes of a Frame."""

    seconds: float
    y: Plane
    u: Plane
    v: Plane


class Pictures:
    """Buffers for pictures of one size: a buffer is used again only when nobody holds a view of it any more."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._buffers: list[Plane] = []

    def free(self) -> Plane:
        """A flat uint8 buffer of width * height * 3 / 2 bytes that no living Frame looks into."""
        for index in range(len(self._buffers)):
            if sys.getrefcount(self._buffers[index]) <= 2:  # the list's own reference and the question's
                return self._buffers[index]
        self._buffers.append(np.empty(self.width * self.height * 3 // 2, np.uint8))
        return self._buffers[-1]

    def planes(self, buffer: Plane) -> tuple[Plane, Plane, Plane]:
        """The y, u and v views of a buffer."""
        luma = self.width * self.height
        half = (self.height // 2, self.width // 2)
        y = buffer[:luma].reshape(self.height, self.width)
        return y, buffer[luma : luma * 5 // 4].reshape(half), buffer[luma * 5 // 4 :].reshape(half)


class _Header(NamedTuple):
    seconds: float
    width: int
    height: int


class Decoder:
    """One running ffmpeg: its pictures arrive on a pipe, their times on its standard error."""

    def __init__(self, process: asyncio.subprocess.Process, pipe: int) -> None:
        self._process = process
        self._pipe = pipe
        self._time_base = Fraction(1)
        self._broken = False

    async def pictures(self) -> AsyncGenerator[Decoded, None]:
        """Decode to the end. Raises DriverMisconfigured when this is no whole video, DriverUnavailable on a stall."""
        pool: Pictures | None = None
        while (header := await self._header()) is not None:
            if pool is None:
                pool = Pictures(header.width, header.height)
            buffer = pool.free()
            if not await self._fill(buffer.data):
                break
            picture = Decoded(header.seconds, *pool.planes(buffer))
            del buffer
            yield picture
            del picture
        code = await self._process.wait()
        if code != 0 or pool is None:
            raise DriverMisconfigured("not_a_video", "the source holds no video that ffmpeg can decode")
        if self._broken:
            raise DriverMisconfigured("truncated", TRUNCATED)

    async def _header(self) -> _Header | None:
        """Read the child's remarks up to the next picture's; None at its end."""
        assert self._process.stderr is not None
        while line := await _in_time(self._process.stderr.readline()):
            if found := _PICTURE.search(line):
                pts, width, height = map(int, found.groups())
                if width * height > _MAX_PIXELS:
                    raise DriverMisconfigured("too_large", f"{width} x {height} pixels are more than this box handles")
                return _Header(float(pts * self._time_base), width, height)
            if found := _TIME_BASE.search(line):
                self._time_base = Fraction(int(found[1]), int(found[2]) or 1)
            self._broken = self._broken or _BROKEN.search(line) is not None
        return None

    async def _fill(self, view: memoryview) -> bool:
        """Read one picture straight into its buffer; False when the child ended first."""
        while view:
            try:
                count = os.readv(self._pipe, [view])
            except BlockingIOError:
                await _in_time(_readable(self._pipe))
                continue
            if count == 0:
                return False
            view = view[count:]
        return True


async def _in_time(step: Awaitable[Result]) -> Result:
    try:
        async with asyncio.timeout(STALL_SECONDS):
            return await step
    except TimeoutError:
        raise DriverUnavailable("stalled", f"no picture for {STALL_SECONDS:.0f} s") from None


async def _readable(pipe: int) -> None:
    loop = asyncio.get_running_loop()
    ready = asyncio.Event()
    loop.add_reader(pipe, ready.set)
    try:
        await ready.wait()
    finally:
        loop.remove_reader(pipe)


@asynccontextmanager
async def decoding(source: Sequence[str]) -> AsyncIterator[Decoder]:
    """Run ffmpeg on `source` (its input arguments, as in ["-i", path]); it is killed and reaped on leaving."""
    command = [ffmpeg_binary(), "-hide_banner", "-nostdin", "-nostats", "-loglevel", "info", *source]
    command += ["-map", "0:v:0", "-vf", _FILTER, "-fps_mode", "passthrough", "-f", "rawvideo", "pipe:1"]
    reading, writing = os.pipe()
    try:
        with suppress(OSError):  # a small pipe is only slower
            fcntl.fcntl(reading, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        os.set_blocking(reading, False)
        try:
            process = await asyncio.create_subprocess_exec(
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=asyncio.subprocess.PIPE,
                limit=_PIPE_BYTES,
            )
        finally:
            os.close(writing)
        try:
            yield Decoder(process, reading)
        finally:
            await _reap(process)
    finally:
        os.close(reading)


async def _reap(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.kill()
    await asyncio.shield(process.wait())


def ffmpeg_binary() -> str:
    """The decoder on PATH, else the one that the `trial` extra brings. Raises DriverMisconfigured with the remedy."""
    if found := shutil.which("ffmpeg"):
        return found
    try:
        import imageio_ffmpeg

        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        raise DriverMisconfigured("no_decoder", "no ffmpeg on this machine: sudo apt install ffmpeg") from None
