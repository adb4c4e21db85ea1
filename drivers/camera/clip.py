"""Recordings as cameras: `file:clip.mp4?speed=real|max&loop=1` and `images:folder?fps=1`; the end is a normal end."""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, aclosing, asynccontextmanager
from pathlib import Path

import cv2
import numpy as np

from drivers.base import Clock, Device, DriverMisconfigured, DriverUnavailable
from drivers.camera.ffmpeg import TRUNCATED, Decoded, Pictures, decoding
from drivers.stream import Latest, beside
from observations import Frame, Plane

_SUFFIXES = {".jpg", ".jpeg", ".png", ".bmp", ".webp", ".tif", ".tiff"}


class ClipDriver:
    """A clip or a folder of pictures, played from the moment of opening.

    A frame's `at` is that moment on the clock plus its time in the clip. With `speed=real` (the default) it comes
    when it is due and a slow reader gets the newest frame, as from a camera; with `speed=max` every frame comes as
    fast as it is read. `loop=1` plays for ever; `fps` is for folders of pictures only.
    """

    def __init__(self, device: Device, *, name: str, clock: Clock) -> None:
        self._source = Path(device.target)
        self._images = device.scheme == "images"
        self._name = name
        self._clock = clock
        self._speed = device.options.get("speed", "real")
        self._loop = device.options.get("loop", "0") in ("1", "true", "yes")
        if self._speed not in ("real", "max"):
            raise DriverMisconfigured("bad_option", "speed is real or max")
        self._period = _period(device.options.get("fps", "1"))

    def open(self) -> AbstractAsyncContextManager[AsyncIterator[Frame]]:
        """Start playing. Raises DriverMisconfigured when the recording is missing or is none."""
        if self._images and not self._source.is_dir():
            raise DriverMisconfigured("missing", "the folder of pictures does not exist")
        if not self._images and not self._source.is_file():
            raise DriverMisconfigured("missing", "the video file does not exist")
        return aclosing(self._frames()) if self._speed == "max" else self._live()

    @asynccontextmanager
    async def _live(self) -> AsyncIterator[AsyncIterator[Frame]]:
        """Frames when they are due, through a mailbox, so that a slow reader skips instead of lagging."""
        latest: Latest[Frame] = Latest()
        async with beside(self._play(latest), f"camera-{self._name}-player"):
            yield latest

    async def _play(self, latest: Latest[Frame]) -> None:
        try:
            async with aclosing(self._frames()) as frames:
                async for frame in frames:
                    await self._clock.sleep_until(frame.at)
                    latest.put(frame)
                    del frame
        except (DriverUnavailable, DriverMisconfigured) as error:
            latest.close(error)
        else:
            latest.close()

    async def _frames(self) -> AsyncGenerator[Frame, None]:
        start = self._clock.now()
        sequence = 0
        while True:
            at = start
            gap = self._period
            async with aclosing(self._pictures() if self._images else self._decoded()) as pictures:
                async for seconds, y, u, v in pictures:
                    gap = start + seconds - at or gap
                    at = start + seconds
                    yield Frame(at, self._name, sequence, y, u, v)
                    sequence += 1
                    await asyncio.sleep(0)  # a pipe that is always full would otherwise starve the loop
            if not self._loop:
                return
            start = at + gap

    async def _decoded(self) -> AsyncGenerator[Decoded, None]:
        async with decoding(["-i", f"file:{self._source}"]) as decoder, aclosing(decoder.pictures()) as pictures:
            first: float | None = None
            async for picture in pictures:
                first = picture.seconds if first is None else first
                yield picture._replace(seconds=picture.seconds - first)
                del picture
            await decoder.whole()
        if await asyncio.to_thread(_cut_gif, self._source):  # older decoders end such a file without a word
            raise DriverMisconfigured("truncated", TRUNCATED)

    async def _pictures(self) -> AsyncGenerator[Decoded, None]:
        files = sorted(file for file in self._source.iterdir() if file.suffix.lower() in _SUFFIXES)
        if not files:
            raise DriverMisconfigured("not_a_video", "the folder holds no pictures")
        for number, file in enumerate(files):
            yield await asyncio.to_thread(_picture, file, number * self._period)


def _cut_gif(file: Path) -> bool:
    """A GIF whose last byte is not its trailer (GIF89a, 27)."""
    with file.open("rb") as content:
        if content.read(3) != b"GIF":
            return False
        content.seek(-1, os.SEEK_END)
        return content.read(1) != b";"


def _period(fps: str) -> float:
    try:
        return 1 / float(fps)
    except (ValueError, ZeroDivisionError):
        raise DriverMisconfigured("bad_option", "fps is a number above 0") from None


def _picture(file: Path, seconds: float) -> Decoded:
    image = cv2.imread(str(file), cv2.IMREAD_COLOR)
    if image is None:
        raise DriverMisconfigured("not_a_video", "a file of the folder is no picture that can be decoded")
    return Decoded(seconds, *as_planes(np.asarray(image, np.uint8)))


def as_planes(image: Plane) -> tuple[Plane, Plane, Plane]:
    """A (height, width, 3) BGR picture as the planes of a Frame, less an odd last row and column."""
    height, width = image.shape[0] & ~1, image.shape[1] & ~1
    pictures = Pictures(width, height)
    buffer = pictures.free()
    buffer[:] = cv2.cvtColor(np.ascontiguousarray(image[:height, :width]), cv2.COLOR_BGR2YUV_I420).reshape(-1)
    return pictures.planes(buffer)
