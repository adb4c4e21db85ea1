"""From a tag's EPC to its trade item (GTIN-14), by the GS1 Tag Data Standard; serials are not looked at.

Knows SGTIN-96 (header 30), SGTIN-198 (36), SGTIN+ (F7) and DSGTIN+ (FB). Anything else is None: it is no goods of ours.
"""

_PARTITIONS = (
    (40, 12, 4, 1),
    (37, 11, 7, 2),
    (34, 10, 10, 3),
    (30, 9, 14, 4),
    (27, 8, 17, 5),
    (24, 7, 20, 6),
    (20, 6, 24, 7),
)
"""Bits and digits of the company prefix, bits and digits of the item reference with its indicator."""

_SHORTEST = {0x30: 12, 0x36: 25, 0xF7: 9, 0xFB: 11}


def gtin(epc: bytes) -> str | None:
    """The 14 digits of the trade item, or None when the EPC names none or breaks the standard."""
    if not epc or len(epc) < _SHORTEST.get(epc[0], 1 << 16):
        return None
    if epc[0] == 0xF7:
        return _checked(int.from_bytes(epc[:9], "big") >> 4)
    if epc[0] == 0xFB:
        return _checked(int.from_bytes(epc[:11], "big"))
    return _partitioned(int.from_bytes(epc[1:8], "big"))


def check_digit(digits: str) -> str:
    """The last digit of a GTIN, from the thirteen before it."""
    return str(-sum(int(digit) * (1 if place % 2 else 3) for place, digit in enumerate(digits)) % 10)


def _checked(value: int) -> str | None:
    digits = f"{value & (1 << 56) - 1:014x}"
    return digits if digits.isdecimal() and check_digit(digits[:13]) == digits[13] else None


def _partitioned(value: int) -> str | None:
    """`filter(3) partition(3) prefix item serial(6..)` in 56 bits."""
    partition = value >> 50 & 7
    if partition >= len(_PARTITIONS):
        return None
    prefix_bits, prefix_digits, item_bits, item_digits = _PARTITIONS[partition]
    prefix = value >> 50 - prefix_bits & (1 << prefix_bits) - 1
    item = value >> 6 & (1 << item_bits) - 1
    if prefix >= 10**prefix_digits or item >= 10**item_digits:
        return None
    reference = f"{item:0{item_digits}}"
    digits = f"{reference[0]}{prefix:0{prefix_digits}}{reference[1:]}"
    return digits + check_digit(digits)
