"""What our USB camera says of itself (USB Video Class 1.0): motion JPEG in two sizes over a bulk endpoint."""

from itertools import pairwise
from struct import pack

SIZES = ((640, 480), (1280, 720))
INTERVAL = 1_000_000
"""100 ns between pictures: ten a second."""

PAYLOAD = 16_384
"""Bytes of one transfer, header included; the kernel's buffers hold no more."""

LARGEST = 1 << 20
"""Bytes that one picture may have."""

STREAM = 0x81
"""The endpoint of the pictures."""

NAME = "Passerby rig camera"

DEVICE = pack("<BBHBBBBHHHBBBB", 18, 1, 0x0200, 0xEF, 2, 1, 64, 0x1209, 0x0001, 0x0100, 1, 2, 0, 1)


def configuration() -> bytes:
    """The configuration descriptor: a control interface (a lens and a plug) and a streaming interface."""
    lens = pack("<BBBBHBBHHHB3s", 18, 0x24, 2, 1, 0x0201, 0, 0, 0, 0, 0, 3, bytes(3))
    plug = pack("<BBBBHBBB", 9, 0x24, 3, 2, 0x0101, 0, 1, 0)
    head = pack("<BBBHHIBB", 13, 0x24, 1, 0x0100, 13 + len(lens) + len(plug), 6_000_000, 1, 1)
    control = pack("<9B", 9, 4, 0, 0, 0, 0x0E, 1, 0, 0) + head + lens + plug
    frames = b"".join(_frame(number, *size) for number, size in enumerate(SIZES, 1))
    motion_jpeg = pack("<11B", 11, 0x24, 6, 1, len(SIZES), 1, 1, 0, 0, 0, 0)
    length = 14 + len(motion_jpeg) + len(frames)
    inputs = pack("<BBBBHBBBBBBBB", 14, 0x24, 1, 1, length, STREAM, 0, 2, 0, 0, 0, 1, 0)
    streaming = pack("<9B", 9, 4, 1, 0, 1, 0x0E, 2, 0, 0) + inputs + motion_jpeg + frames
    streaming += pack("<BBBBHB", 7, 5, STREAM, 2, 512, 0)
    both = pack("<8B", 8, 0x0B, 0, 2, 0x0E, 3, 0, 0) + control + streaming
    return pack("<BBHBBBBB", 9, 2, 9 + len(both), 2, 1, 0, 0x80, 50) + both


def _frame(number: int, width: int, height: int) -> bytes:
    rate = LARGEST * 8
    return pack("<BBBBBHHIIIIBI", 30, 0x24, 7, number, 0, width, height, rate, rate, LARGEST, INTERVAL, 1, INTERVAL)


def string(number: int) -> bytes:
    """A string descriptor: the languages, or one of our two names."""
    said = {0: b"\x09\x04", 1: "Passerby".encode("utf-16-le"), 2: NAME.encode("utf-16-le")}.get(number, b"")
    return bytes((2 + len(said), 3)) + said


def agreed(asked: bytes) -> bytes:
    """What the camera agrees to, given what the host asked for (the probe and commit controls, 26 bytes)."""
    size = asked[3] if len(asked) > 3 and 1 <= asked[3] <= len(SIZES) else 1
    return pack("<HBBIHHHHHII", 1, 1, size, INTERVAL, 0, 0, 0, 0, 0, LARGEST, PAYLOAD)


def transfers(picture: bytes, odd: bool) -> list[bytes]:
    """One picture cut into transfers, each with its header: which of two pictures it is of, and whether it ends it."""
    edges = [*range(0, len(picture), PAYLOAD - 2), len(picture)]
    last = len(edges) - 2
    return [
        bytes((2, 0x80 | odd | 2 * (n == last))) + picture[start:end] for n, (start, end) in enumerate(pairwise(edges))
    ]
