"""What a V4L2 device says of itself: its name and its capture modes (linux/videodev2.h); it starts nothing.

All sizes are those of 64-bit kernels, the only ones that the box has.
"""

import errno
import fcntl
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

FORMATS = {b"YUYV": "yuyv422", b"MJPG": "mjpeg"}
"""The pixel formats that are served: V4L2's four characters and ffmpeg's word."""

_CAPTURE = 1  # V4L2_BUF_TYPE_VIDEO_CAPTURE
_CAP_VIDEO_CAPTURE = 0x1
_CAP_DEVICE_CAPS = 0x8000_0000
_DISCRETE = 1
_MOST = 256

_QUERYCAP = struct.Struct("16s32s32sIII12x")
_FMTDESC = struct.Struct("III32s4s16x")
_FRMSIZE = struct.Struct("I4sI6I8x")
_FRMIVAL = struct.Struct("I4sIII6I8x")


def _ioctl(number: int, layout: struct.Struct, *, write: bool) -> int:
    return (3 if write else 2) << 30 | layout.size << 16 | ord("V") << 8 | number


VIDIOC_QUERYCAP = _ioctl(0, _QUERYCAP, write=False)
VIDIOC_ENUM_FMT = _ioctl(2, _FMTDESC, write=True)
VIDIOC_ENUM_FRAMESIZES = _ioctl(74, _FRMSIZE, write=True)
VIDIOC_ENUM_FRAMEINTERVALS = _ioctl(75, _FRMIVAL, write=True)


class Mode(NamedTuple):
    """One way to stream: ffmpeg's word for the format, pixels, and the highest rate in pictures a second."""

    format: str
    width: int
    height: int
    fps: float


class Capabilities(NamedTuple):
    """A device: what it calls itself, and its modes in the formats that are served; none if it is no camera."""

    card: str
    modes: list[Mode]


def devices() -> list[Path]:
    """Every video node there is, in the order of their numbers."""
    return sorted(Path("/dev").glob("video[0-9]*"), key=lambda path: int(path.name.removeprefix("video")))


def capabilities(path: Path) -> Capabilities:
    """Ask `path`. Raises OSError."""
    node = os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        answer = _ask(node, VIDIOC_QUERYCAP, _QUERYCAP.pack(b"", b"", b"", 0, 0, 0))
        if answer is None:
            raise OSError(errno.ENOTTY, "not a V4L2 device")
        _, card, _, _, everything, own = _QUERYCAP.unpack(answer)
        can = own if everything & _CAP_DEVICE_CAPS else everything
        modes = list(_modes(node)) if can & _CAP_VIDEO_CAPTURE else []
        return Capabilities(card.partition(b"\0")[0].decode("utf-8", "replace"), modes)
    finally:
        os.close(node)


def _modes(node: int) -> Iterator[Mode]:
    for index in range(_MOST):
        answer = _ask(node, VIDIOC_ENUM_FMT, _FMTDESC.pack(index, _CAPTURE, 0, b"", b""))
        if answer is None:
            return
        pixels = _FMTDESC.unpack(answer)[4]
        if pixels in FORMATS:
            for width, height in _sizes(node, pixels):
                yield Mode(FORMATS[pixels], width, height, _fastest(node, pixels, width, height))


def _sizes(node: int, pixels: bytes) -> Iterator[tuple[int, int]]:
    """Discrete sizes; of a range (min, max, step each way) its ends and the common ones between them."""
    for index in range(_MOST):
        answer = _ask(node, VIDIOC_ENUM_FRAMESIZES, _FRMSIZE.pack(index, pixels, 0, *[0] * 6))
        if answer is None:
            return
        _, _, kind, *numbers = _FRMSIZE.unpack(answer)
        if kind == _DISCRETE:
            yield numbers[0], numbers[1]
            continue
        least_w, most_w, step_w, least_h, most_h, step_h = numbers
        for width, height in ((320, 240), (640, 480), (1280, 720), (1920, 1080)):
            fits = least_w <= width <= most_w and least_h <= height <= most_h
            if fits and not (width - least_w) % max(1, step_w) and not (height - least_h) % max(1, step_h):
                yield width, height
        return


def _fastest(node: int, pixels: bytes, width: int, height: int) -> float:
    """The highest rate of a size; 0 where the device does not say."""
    fastest = 0.0
    for index in range(_MOST):
        answer = _ask(node, VIDIOC_ENUM_FRAMEINTERVALS, _FRMIVAL.pack(index, pixels, width, height, 0, *[0] * 6))
        if answer is None:
            break
        numerator, denominator = _FRMIVAL.unpack(answer)[5:7]  # the only interval, or the shortest of a range
        fastest = max(fastest, denominator / numerator if numerator else 0.0)
    return fastest


def _ask(node: int, request: int, question: bytes) -> bytes | None:
    """The answer, or None when there are no more of these (EINVAL) or none at all (ENOTTY)."""
    try:
        return fcntl.ioctl(node, request, question)
    except OSError as error:
        if error.errno in (errno.EINVAL, errno.ENOTTY):
            return None
        raise
