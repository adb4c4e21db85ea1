"""EPC to GTIN against published vectors and an independent implementation."""

import random

import pytest
from epcpy.epc_schemes.sgtin import SGTIN, SGTINFilterValue

from drivers.rfid.epc import check_digit, gtin


@pytest.mark.parametrize(
    ("epc", "digits"),
    [
        ("30204ED9496334000000006E", "00846632286210"),
        ("3034257BF7194E4000003039", "80614141123458"),
        ("3074257BF7194E4000001A85", "80614141123458"),
        ("3614257BF7194E6A4CDB32F7B6E5CC5D9800000000000000000000", "80614141123458"),
    ],
)
def test_published_vectors(epc: str, digits: str) -> None:
    assert gtin(bytes.fromhex(epc)) == digits


def test_sgtin_as_an_independent_implementation_reads_it() -> None:
    rng = random.Random(1)
    for _ in range(400):
        prefix_digits = rng.randint(6, 12)
        prefix = "".join(rng.choices("0123456789", k=prefix_digits))
        item = "".join(rng.choices("0123456789", k=13 - prefix_digits))
        scheme = SGTIN(f"urn:epc:id:sgtin:{prefix}.{item}.{rng.randrange(1 << 38)}")
        size = rng.choice((SGTIN.BinaryCodingScheme.SGTIN_96, SGTIN.BinaryCodingScheme.SGTIN_198))
        bits = scheme.binary(size, SGTINFilterValue.POS_ITEM)
        epc = int(bits.ljust(-(-len(bits) // 16) * 16, "0"), 2).to_bytes(-(-len(bits) // 16) * 2, "big")
        assert gtin(epc) == scheme.gtin()


def plus(header: int, digits: str, date: int | None = None) -> bytes:
    """An SGTIN+ or DSGTIN+ with serial 7 as an integer, written from the standard's table of fields."""
    bits = f"{header:08b}" + "0" + "001"
    if date is not None:
        bits += "0100" + f"{date:016b}"
    bits += "".join(f"{int(digit):04b}" for digit in digits) + "000" + "00001" + "0111"
    bits = bits.ljust(-(-len(bits) // 16) * 16, "0")
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def test_plus_schemes_carry_their_digits_plainly() -> None:
    assert gtin(plus(0xF7, "80614141123458")) == "80614141123458"
    assert gtin(plus(0xFB, "80614141123458", date=0b0011010_1011_11111)) == "80614141123458"


def test_a_wrong_check_digit_is_no_trade_item() -> None:
    assert gtin(plus(0xF7, "80614141123459")) is None


@pytest.mark.parametrize(
    "epc",
    [
        "",
        "30",
        "E2801160600002084F9A0C1B",  # a bare TID-like number
        "3174257BF4499602D2000000",  # SSCC-96
        "303C257BF7194E4000001A85",  # partition 7 is reserved
        "3030257BF7194E40000030",  # cut short
        "F7",
        "FD18061414112345800000",  # SGTIN++ is not ours yet
    ],
)
def test_what_names_no_trade_item_is_none(epc: str) -> None:
    assert gtin(bytes.fromhex(epc)) is None


def test_any_bytes_give_digits_with_a_right_check_digit_or_none() -> None:
    rng = random.Random(2)
    for _ in range(20_000):
        epc = bytes((rng.choice((0x30, 0x36, 0xF7, 0xFB, rng.randrange(256))),)) + rng.randbytes(rng.randrange(32))
        digits = gtin(epc)
        assert digits is None or (len(digits) == 14 and check_digit(digits[:13]) == digits[13])
