"""Captures of every form that tools write, and torn ones."""

import gzip
import struct
from pathlib import Path

import pytest

from drivers.base import CodecError
from drivers.wifi.pcap import records
from tests.drivers.wifi import frames

FRAMES = [(100.25, frames.common(-40) + frames.probe()), (101.5, frames.common(-50) + frames.beacon())]


def block(kind: int, body: bytes) -> bytes:
    body += b"\0" * (-len(body) % 4)
    return struct.pack("<II", kind, len(body) + 12) + body + struct.pack("<I", len(body) + 12)


def next_generation(resolution: int = 9) -> bytes:
    section = block(0x0A0D0D0A, struct.pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(1, struct.pack("<HHI", 127, 0, 0) + struct.pack("<HHB3x", 9, 1, resolution) + bytes(4))
    out = section + interface
    for at, frame in FRAMES:
        ticks = round(at * 10**resolution)
        out += block(6, struct.pack("<IIIII", 0, ticks >> 32, ticks & 0xFFFFFFFF, len(frame), len(frame)) + frame)
        out += block(4, b"a name resolution block, skipped")
    return out


def nanoseconds() -> bytes:
    body = struct.pack(">IHHiIII", 0xA1B23C4D, 2, 4, 0, 0, 65535, 127)
    for at, frame in FRAMES:
        body += struct.pack(">IIII", int(at), round(at % 1 * 1e9), len(frame), len(frame)) + frame
    return body


@pytest.mark.parametrize(
    "body",
    [
        frames.capture(FRAMES),
        nanoseconds(),
        next_generation(),
        next_generation(6),
        gzip.compress(frames.capture(FRAMES)),
        gzip.compress(next_generation()),
    ],
    ids=["micro", "nano, big-endian", "pcapng nano", "pcapng micro", "gzip", "pcapng gzip"],
)
def test_every_form_gives_the_same_records(body: bytes, tmp_path: Path) -> None:
    path = tmp_path / "day"
    path.write_bytes(body)
    read = list(records(path))
    assert [(round(r.at, 6), r.frame) for r in read] == FRAMES
    assert {r.link for r in read} == {127}


@pytest.mark.parametrize("whole", [frames.capture(FRAMES), next_generation()], ids=["pcap", "pcapng"])
def test_a_torn_file_ends_where_it_is_torn(whole: bytes, tmp_path: Path) -> None:
    path = tmp_path / "torn"
    for length in range(28, len(whole), 3):
        path.write_bytes(whole[:length])
        assert len(list(records(path))) <= 2
    packed = gzip.compress(whole)
    path.write_bytes(packed[: len(packed) - 9])
    assert len(list(records(path))) <= 2


def test_what_is_no_wifi_capture_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other"
    for body in (b"hello, world", b"", frames.capture(FRAMES, link=1)):
        path.write_bytes(body)
        with pytest.raises(CodecError):
            list(records(path))


def test_a_length_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = tmp_path / "liar"
    path.write_bytes(frames.capture([])[:24] + struct.pack("<IIII", 1, 0, 0xFFFFFFF0, 0xFFFFFFF0) + b"x" * 100)
    assert list(records(path)) == []
