import base64
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.base import DriverMisconfigured
from drivers.ble.beacons import Beacon, Format, advertising_data
from drivers.ble.irk import Resolver, aes, parse_irk
from drivers.ble.payload import Payload, parse
from drivers.ble.roster import IRK_PROOF_S, Match, Roster, matches
from observations import AddressKind, Badge

KEY = "ec0234a357c8ad05341010a60a397d9b"
UUID = "e2c56db5-dffb-48d2-b060-d0f5a71096e0"
NOBODY = bytes.fromhex("c00000000001")
EMPTY = Payload()


def rotated(key: bytes, prand: int) -> bytes:
    """An address as a phone with `key` makes it."""
    head = (prand & 0x3FFFFF | 0x400000).to_bytes(3, "big")
    return head + aes(key)(bytes(13) + head)[13:]


def ibeacon(major: int, minor: int) -> Payload:
    identity = bytes.fromhex(UUID.replace("-", "")) + major.to_bytes(2, "big") + minor.to_bytes(2, "big")
    return parse(advertising_data(Beacon(Format.IBEACON, identity, -59)))


def test_sample_data_of_the_core_specification() -> None:
    # Vol 3 Part H Appendix D.7: ah(k, prand) with prand 0x708194 is 0x0dfbaa.
    resolver = Resolver([bytes(16), parse_irk(KEY)])
    assert resolver.resolve(bytes.fromhex("7081940dfbaa")) == 1
    assert resolver.resolve(bytes.fromhex("7081940dfbab")) is None


def test_keys_are_read_in_both_orders_and_never_repeated_in_an_error() -> None:
    reversed_key = base64.b64encode(bytes.fromhex(KEY)[::-1]).decode()
    assert parse_irk(f"apple:{reversed_key}") == parse_irk(KEY)
    for bad in (KEY[:-1], KEY + "00", "apple:???"):
        with pytest.raises(ValueError, match="identity resolving key") as raised:
            parse_irk(bad)
        assert bad not in str(raised.value)


def test_ibeacons_match_by_shop_group_and_slot() -> None:
    roster = Roster([Match.parse(f"ibeacon:{UUID}/1/2", "manager"), Match.parse(f"ibeacon:{UUID}/1", "sales")])
    first = roster.recognise(0, NOBODY, AddressKind.STATIC, ibeacon(1, 2))
    second = roster.recognise(0, NOBODY, AddressKind.STATIC, ibeacon(1, 3))
    third = roster.recognise(0, NOBODY, AddressKind.STATIC, ibeacon(1, 4))
    assert first is not None
    assert second is not None
    assert third is not None
    assert (first.role, second.role, third.role) == ("manager", "sales", "sales")
    assert len({first.number, second.number, third.number}) == 3
    assert roster.recognise(0, NOBODY, AddressKind.STATIC, ibeacon(2, 2)) is None


def test_eddystone_altbeacon_and_bracelets_match() -> None:
    roster = Roster(
        [
            Match.parse("eddystone:00010203040506070809/0a0b0c0d0e0f", "sales"),
            Match.parse("altbeacon:00112233445566778899aabbccddeeff", "stock"),
            Match.parse("address:D0:11:22:33:44:55", "guard"),
        ]
    )
    uid = Beacon(Format.EDDYSTONE, bytes.fromhex("000102030405060708090a0b0c0d0e0f"), -60)
    alt = Beacon(Format.ALTBEACON, bytes.fromhex("00112233445566778899aabbccddeeff00000001"), -60)
    roles = [
        roster.recognise(0, NOBODY, AddressKind.STATIC, parse(advertising_data(uid))),
        roster.recognise(0, NOBODY, AddressKind.STATIC, parse(advertising_data(alt))),
        roster.recognise(0, bytes.fromhex("d01122334455"), AddressKind.STATIC, EMPTY),
        roster.recognise(0, NOBODY, AddressKind.STATIC, EMPTY),
    ]
    assert [badge.role if badge else None for badge in roles] == ["sales", "stock", "guard", None]


def test_a_rotating_badge_needs_two_addresses_of_one_key() -> None:
    key = parse_irk(KEY)
    roster = Roster([Match.parse(f"irk:{KEY}", "sales")])

    def hears(at: float, prand: int) -> Badge | None:
        return roster.recognise(at, rotated(key, prand), AddressKind.RESOLVABLE, EMPTY)

    assert hears(0, 1) is None
    assert hears(60, 1) is None  # the same address again proves nothing: a stranger would hit again too
    assert hears(900, 2) == Badge(0, "sales")
    assert hears(1800, 3) == Badge(0, "sales")
    assert hears(1801 + IRK_PROOF_S, 3) is None  # a shift later the proof is stale


def test_addresses_of_other_kinds_are_not_resolved() -> None:
    key = parse_irk(KEY)
    roster = Roster([Match.parse(f"irk:{KEY}", "sales")])
    for prand in (1, 2, 3):
        assert roster.recognise(0, rotated(key, prand), AddressKind.PUBLIC, EMPTY) is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nfc:1",
        "ibeacon:xyz",
        f"ibeacon:{UUID}/1/2/3",
        f"ibeacon:{UUID}/65536",
        "address:AA:BB",
        "eddystone:",
        "irk:",
    ],
)
def test_a_badge_that_cannot_be_read_says_what_was_expected(text: str) -> None:
    with pytest.raises(ValueError, match=r"badge|identity resolving key"):
        Match.parse(text, "sales")


def test_a_match_does_not_show_its_key() -> None:
    assert KEY not in repr(Match.parse(f"irk:{KEY}", "sales"))


@given(st.binary(min_size=6, max_size=6), st.binary(max_size=40), st.sampled_from(AddressKind))
def test_strangers_are_nobody(address: bytes, data: bytes, kind: AddressKind) -> None:
    roster = Roster([Match.parse(f"ibeacon:{UUID}", "sales"), Match.parse(f"irk:{KEY}", "sales")])
    assert roster.recognise(0, address, kind, parse(data)) is None


def test_keys_come_from_a_file_that_only_its_owner_reads(tmp_path: Path) -> None:
    file = tmp_path / "irks"
    file.write_text(f"# staff phones\nsales {KEY}\n\nstock {KEY[::-1]} # new\n")
    file.chmod(0o640)
    with pytest.raises(DriverMisconfigured, match="600"):
        matches([], file)
    file.chmod(0o600)
    assert [(m.how, m.role) for m in matches([("ibeacon", UUID, "sales")], file)] == [
        ("ibeacon", "sales"),
        ("irk", "sales"),
        ("irk", "stock"),
    ]
    file.write_text("sales nonsense\n")
    with pytest.raises(DriverMisconfigured, match="line 1") as raised:
        matches([], file)
    assert "nonsense" not in raised.value.reason
    with pytest.raises(DriverMisconfigured, match="cannot be read"):
        matches([], tmp_path / "absent")
    with pytest.raises(DriverMisconfigured, match="badge"):
        matches([("address", "AA:BB", "sales")])
