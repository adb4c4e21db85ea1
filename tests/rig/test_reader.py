"""The virtual USB reader, through the system calls of every serial library: a line, a pulled cable, a replug."""

import os
import select
import tty
from pathlib import Path

import pytest

from tests.rig.devices import Reader

pytestmark = pytest.mark.rig


def opened(path: str) -> int:
    line = os.open(path, os.O_RDWR | os.O_NOCTTY)
    tty.setraw(line)
    return line


def received(line: int, count: int, seconds: float = 10.0) -> bytes:
    data = b""
    while len(data) < count and select.select([line], [], [], seconds)[0]:
        data += os.read(line, 4096)
    return data


def test_bytes_arrive_at_both_ends_unchanged(reader: Reader) -> None:
    line = opened(reader.path)
    everything = bytes(range(256)) * 4
    reader.write(everything)
    assert received(line, len(everything)) == everything

    os.write(line, b"\xbb\x00\x22\x00\x00\x22\x7e")
    assert reader.read() == b"\xbb\x00\x22\x00\x00\x22\x7e"
    os.close(line)


def test_a_pulled_cable_ends_the_line_and_the_same_name_comes_back(reader: Reader) -> None:
    before = reader.path
    assert before.startswith("/dev/serial/by-id/")
    line = opened(before)
    reader.write(b"one")
    assert received(line, 3) == b"one"

    reader.unplug()
    with pytest.raises(OSError, match="Input/output error"):
        _ = [os.write(line, b"anyone there?") for _ in range(2)]
    assert not Path(before).exists()
    os.close(line)

    reader.replug()
    assert reader.path == before
    line = opened(before)
    reader.write(b"two")
    assert received(line, 3) == b"two"
    os.close(line)
