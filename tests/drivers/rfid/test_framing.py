"""What holds for every family: frames survive any chunking, noise costs no more than what it hit, memory is bounded."""

import random
from typing import Any

import pytest

from drivers.rfid.codec.framing import CodecError, Deframer
from tests.drivers.rfid.families import FAMILIES, Family

LONGEST = 520


@pytest.fixture(params=FAMILIES, ids=lambda family: family.name)
def family(request: pytest.FixtureRequest) -> Family:
    assert isinstance(request.param, Family)
    return request.param


def in_chunks(family: Family, stream: bytes, rng: random.Random, most: int) -> list[Any]:
    deframer: Deframer[Any] = Deframer(family.framing)
    frames, at = [], 0
    while at < len(stream):
        size = rng.randint(1, most)
        frames += deframer.feed(stream[at : at + size])
        assert len(deframer) < LONGEST
        at += size
    return frames + deframer.flush()


def test_every_frame_comes_back_however_the_stream_is_cut(family: Family) -> None:
    rng = random.Random(1)
    frames = [family.random_frame(rng) for _ in range(300)]
    stream = b"".join(map(family.encode, frames))
    for most in (1, 7, 4096):
        assert in_chunks(family, stream, rng, most) == frames


def test_noise_is_cut_the_same_way_however_it_arrives(family: Family) -> None:
    rng = random.Random(2)
    stream = b"".join(rng.randbytes(rng.randrange(30)) + family.encode(family.random_frame(rng)) for _ in range(300))
    assert in_chunks(family, stream, rng, 1) == in_chunks(family, stream, rng, 4096)


def test_frames_between_garbage_are_found(family: Family) -> None:
    rng = random.Random(3)
    found = 0
    for _ in range(300):
        frame = family.random_frame(rng)
        deframer: Deframer[Any] = Deframer(family.framing)
        frames = deframer.feed(rng.randbytes(rng.randrange(1, 30)) + family.encode(frame)) + deframer.flush()
        found += frame in frames
    assert found >= 297  # an 8-bit sum lets one garbage frame in 256 candidates swallow a real one


def test_a_flipped_bit_loses_one_frame_and_not_its_neighbours(family: Family) -> None:
    rng = random.Random(4)
    lost = 0
    for _ in range(200):
        frames = [family.random_frame(rng) for _ in range(5)]
        wires = [bytearray(family.encode(frame)) for frame in frames]
        wires[2][rng.randrange(len(wires[2]))] ^= 1 << rng.randrange(8)
        found = in_chunks(family, b"".join(map(bytes, wires)), rng, 4096)
        lost += sum(frame not in found for index, frame in enumerate(frames) if index != 2)
    assert lost <= 4


def test_half_a_frame_does_not_hold_the_next_one_for_ever(family: Family) -> None:
    rng = random.Random(5)
    whole = family.random_frame(rng)
    wire = family.encode(whole)
    deframer: Deframer[Any] = Deframer(family.framing)
    assert deframer.feed(wire[:-3] + wire)[-1:] in ([whole], [])
    assert whole in deframer.feed(wire * 300)
    deframer.feed(wire[:-2])
    deframer.flush()
    assert len(deframer) == 0


def fuzz(family: Family, frames: int, seed: int) -> int:
    """Feed mutated frames and interpret whatever comes out; returns how many came out."""
    rng = random.Random(seed)
    deframer: Deframer[Any] = Deframer(family.framing)
    out = 0
    for _ in range(frames):
        wire = bytearray(family.encode(family.random_frame(rng)))
        for _ in range(rng.randrange(3)):
            wire[rng.randrange(len(wire))] = rng.randrange(256)
        if not rng.randrange(5):
            del wire[rng.randrange(len(wire)) :]
        for frame in deframer.feed(bytes(wire)):
            out += 1
            for interpret in family.interpret:
                try:
                    interpret(frame)
                except CodecError:
                    continue
        assert len(deframer) < LONGEST
    return out


def test_fuzzed_frames_raise_nothing_but_codec_errors(family: Family) -> None:
    assert fuzz(family, 5_000, seed=6) > 500


@pytest.mark.faults
@pytest.mark.timeout(1800)
def test_a_million_fuzzed_frames_raise_nothing_but_codec_errors(family: Family) -> None:
    assert fuzz(family, 1_000_000, seed=7) > 100_000
