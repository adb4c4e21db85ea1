"""Recordings of monitor interfaces, record by record: pcap and pcapng, plain or gzipped; a torn end is the end.

Source: draft-ietf-opsawg-pcap and draft-ietf-opsawg-pcapng. Link types other than the two of WiFi are refused.
"""

import gzip
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from drivers.base import CodecError

LINK_80211, LINK_RADIOTAP = 105, 127
LONGEST_RECORD = 1 << 18
"""Bytes; what claims to be longer is a broken file, and is not read into memory."""

_MAGIC = {
    b"\xd4\xc3\xb2\xa1": ("<", 1e-6),
    b"\xa1\xb2\xc3\xd4": (">", 1e-6),
    b"\x4d\x3c\xb2\xa1": ("<", 1e-9),
    b"\xa1\xb2\x3c\x4d": (">", 1e-9),
}
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6


@dataclass(frozen=True, slots=True)
class Record:
    """One captured frame: `at` is epoch seconds as recorded, `link` the link type of its interface."""

    at: float
    link: int
    frame: bytes


def records(path: Path) -> Iterator[Record]:
    """Every record of a capture file. Raises OSError as open() does and CodecError if it is no WiFi capture."""
    with path.open("rb") as raw:
        gzipped = raw.read(2) == b"\x1f\x8b"
        raw.seek(0)
        file = cast(BinaryIO, gzip.GzipFile(fileobj=raw)) if gzipped else raw
        try:
            magic = file.read(4)
            if magic in _MAGIC:
                yield from _classic(file, *_MAGIC[magic])
            elif magic == b"\x0a\x0d\x0d\x0a":
                yield from _next_generation(file)
            else:
                raise CodecError("neither pcap nor pcapng")
        except (EOFError, gzip.BadGzipFile, zlib.error):
            return


def _classic(file: BinaryIO, endian: str, tick: float) -> Iterator[Record]:
    header = file.read(20)
    if len(header) < 20:
        raise CodecError("a pcap file without a whole header")
    link = struct.unpack(endian + "I", header[16:])[0] & 0x0FFFFFFF
    _refuse(link)
    head = struct.Struct(endian + "IIII")
    while len(fields := file.read(head.size)) == head.size:
        seconds, fraction, length, _ = head.unpack(fields)
        frame = _exactly(file, length)
        if frame is None:
            return
        yield Record(seconds + fraction * tick, link, frame)


def _next_generation(file: BinaryIO) -> Iterator[Record]:
    endian = _section(file)
    interfaces: list[tuple[int, float]] = []
    while len(head := file.read(8)) == 8:
        kind, length = struct.unpack(endian + "II", head)
        if kind == _SECTION:
            endian, interfaces = _section(file, head[4:]), []
            continue
        body = _exactly(file, length - 8)
        if body is None:
            return
        if kind == _INTERFACE and len(body) >= 12:
            interfaces.append(_interface(body, endian))
        elif (record := _packet(kind, body, endian, interfaces)) is not None:
            yield record


def _section(file: BinaryIO, length: bytes | None = None) -> str:
    """Read the rest of a section header block; answer the section's byte order."""
    length = file.read(4) if length is None else length
    order = file.read(4)
    endian = {b"\x4d\x3c\x2b\x1a": "<", b"\x1a\x2b\x3c\x4d": ">"}.get(order)
    if endian is None or len(length) < 4:
        raise CodecError("a pcapng section without byte order")
    _exactly(file, struct.unpack(endian + "I", length)[0] - 12)
    return endian


def _interface(body: bytes, endian: str) -> tuple[int, float]:
    """(link type, seconds per tick) of an interface description block."""
    link, tick, here = struct.unpack_from(endian + "H", body)[0], 1e-6, 8
    _refuse(link)
    while here + 4 <= len(body):
        code, size = struct.unpack_from(endian + "HH", body, here)
        if code == 0:
            break
        if code == 9 and size and here + 4 < len(body):
            power = body[here + 4]
            tick = 2.0 ** -(power & 0x7F) if power & 0x80 else 10.0**-power
        here += 4 + -(-size // 4) * 4
    return link, tick


def _packet(kind: int, body: bytes, endian: str, interfaces: list[tuple[int, float]]) -> Record | None:
    """The record of a packet block, None for every other block. A simple packet has no time: it is 0."""
    if kind == _SIMPLE and len(body) >= 8 and interfaces:
        length = min(struct.unpack_from(endian + "I", body)[0], len(body) - 8)
        return Record(0.0, interfaces[0][0], body[4 : 4 + length])
    if kind != _ENHANCED or len(body) < 24:
        return None
    number, high, low, length = struct.unpack_from(endian + "IIII", body)
    if number >= len(interfaces):
        return None
    link, tick = interfaces[number]
    return Record((high << 32 | low) * tick, link, body[20 : 20 + length])


def _exactly(file: BinaryIO, length: int) -> bytes | None:
    """`length` bytes, or None where the file is torn or claims nonsense."""
    if not 0 <= length <= LONGEST_RECORD:
        return None
    body = file.read(length)
    return body if len(body) == length else None


def _refuse(link: int) -> None:
    if link not in (LINK_80211, LINK_RADIOTAP):
        raise CodecError(f"link type {link} is not WiFi in monitor mode: record with type 127 (radiotap)")
