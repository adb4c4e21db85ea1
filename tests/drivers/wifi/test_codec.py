"""The parser against built frames, against scapy, and against noise."""

import random
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import CodecError
from drivers.wifi.codec import bare_probe_request, probe_request
from observations import ProbeRequest
from tests.drivers.wifi import frames

ABILITIES = frames.RATES + frames.MORE_RATES + frames.HT + frames.EXTENDED
LAYOUTS = {
    "signal alone": frames.radiotap([(5, "b", 1, -61)]),
    "common": frames.common(-61),
    "timed": frames.radiotap([(0, "Q", 8, 99), (1, "B", 1, 0), (3, "I", 2, 2437), (5, "b", 1, -61)]),
    "aligned": frames.radiotap([(1, "B", 1, 0), (3, "I", 2, 2437), (4, "H", 2, 7), (5, "b", 1, -61), (14, "H", 2, 0)]),
    "antennas": frames.radiotap(
        [(0, "Q", 8, 99), (1, "B", 1, 0), (3, "I", 2, 2437), (5, "b", 1, -61)],
        more_words=[1 << 5 | 1 << 11],
    ),
}


def parse(frame: bytes) -> ProbeRequest | None:
    return probe_request(frame, 7.0, "door")


@pytest.mark.parametrize("name", LAYOUTS)
def test_reads_every_layout(name: str) -> None:
    heard = parse(LAYOUTS[name] + frames.probe(sequence=4095))
    assert heard is not None
    assert (heard.at, heard.sensor, heard.address, heard.sequence) == (7.0, "door", frames.PHONE, 4095)
    assert heard.rssi_dbm == -61
    assert heard.abilities == ABILITIES
    assert heard.frequency_mhz in (2437, None)


def test_signal_in_the_second_namespace_counts_when_the_first_has_none() -> None:
    head = frames.radiotap([(1, "B", 1, 0), (29, "0s", 1, b""), (5, "b", 1, -70)])  # type: ignore[list-item]
    flags_only, second = 1 << 1 | 1 << 29 | 1 << 31, 1 << 5
    head = b"\0\0\x0e\0" + flags_only.to_bytes(4, "little") + second.to_bytes(4, "little") + b"\0" + b"\xba"
    heard = parse(head + frames.probe())
    assert heard is not None
    assert heard.rssi_dbm == -70


def test_a_radio_that_does_not_say_its_signal_gives_none() -> None:
    heard = parse(frames.radiotap([(1, "B", 1, 0)]) + frames.probe())
    assert heard is not None
    assert heard.rssi_dbm is None
    bare = bare_probe_request(frames.probe(), 1.0, "door")
    assert bare is not None
    assert bare.abilities == ABILITIES


def test_a_checksum_at_the_end_is_no_element() -> None:
    torn = frames.probe(elements=(frames.RATES,)) + b"\x7f\x02\x01\x02"
    with_fcs, without = parse(frames.common(-50, flags=0x10) + torn), parse(frames.common(-50) + torn)
    assert with_fcs is not None
    assert without is not None
    assert with_fcs.abilities == frames.RATES
    assert without.abilities != frames.RATES


def test_other_frames_and_bad_checksums_are_nothing() -> None:
    assert parse(frames.common(-50) + frames.beacon()) is None
    assert parse(frames.common(-50, flags=0x40) + frames.probe()) is None


def test_the_name_that_a_phone_calls_is_not_kept() -> None:
    heard = parse(frames.common(-50) + frames.probe(name=b"Home of Ann", elements=(frames.RATES, frames.VENDOR)))
    assert heard is not None
    kept = [getattr(heard, name) for name in ProbeRequest.__slots__]
    assert b"Ann" not in repr(kept).encode()
    assert heard.abilities == frames.RATES


@pytest.mark.parametrize("length", range(40))
def test_a_frame_cut_short_is_a_codec_error(length: int) -> None:
    frame = frames.common(-50) + frames.probe()
    with suppress(CodecError):
        assert parse(frame[:length]) is None


@given(st.binary(max_size=400))
def test_noise_is_a_value_or_a_codec_error(noise: bytes) -> None:
    with suppress(CodecError):
        parse(noise)
    with suppress(CodecError):
        bare_probe_request(noise, 0.0, "door")


def test_twenty_thousand_broken_frames() -> None:
    dice = random.Random(8)
    pool = [head + frames.probe(name=b"cafe") + frames.FCS for head in LAYOUTS.values()]
    for _ in range(20_000):
        frame = bytearray(dice.choice(pool))
        for _ in range(dice.randrange(1, 6)):
            frame[dice.randrange(len(frame))] = dice.randrange(256)
        with suppress(CodecError):
            heard = parse(bytes(frame[: dice.randrange(len(frame) + 1)]))
            assert heard is None or len(heard.address) == 6


def test_scapy_reads_the_same() -> None:
    dot11 = pytest.importorskip("scapy.layers.dot11")
    dice = random.Random(5)
    for _ in range(60):
        head = dot11.RadioTap(
            present="Flags+Channel+dBm_AntSignal", Flags=0, ChannelFrequency=2412, dBm_AntSignal=-dice.randrange(20, 95)
        )
        address = ":".join(f"{dice.randrange(256):02x}" for _ in range(6))
        sequence = dice.randrange(4096)
        frame = bytes(
            head
            / dot11.Dot11(
                type=0, subtype=4, addr1="ff:ff:ff:ff:ff:ff", addr2=address, addr3="ff:ff:ff:ff:ff:ff", SC=sequence << 4
            )
            / dot11.Dot11ProbeReq()
            / dot11.Dot11Elt(ID="SSID", info=b"x" * dice.randrange(10))
            / dot11.Dot11Elt(ID="Rates", info=b"\x02\x04\x0b")
        )
        told, heard = dot11.RadioTap(frame), parse(frame)
        assert heard is not None
        assert heard.rssi_dbm == told.dBm_AntSignal
        assert heard.frequency_mhz == told.ChannelFrequency
        assert heard.address.hex(":") == told.addr2
        assert heard.sequence == told.SC >> 4
