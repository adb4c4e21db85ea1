"""What becomes of adverts: phones are numbers, badges are roles, everything else is nothing."""

import pytest

from observations import AddressKind, Advertisement, Badge, BadgeSighting, Carrier, DeviceSighting
from privacy.tokens import Tokeniser

RANDOM = bytes.fromhex("4a0000000001")


def advert(
    at: float = 0.0,
    address: bytes = RANDOM,
    kind: AddressKind = AddressKind.RESOLVABLE,
    carrier: Carrier = Carrier.PHONE,
    rssi_dbm: int = -60,
    badge: Badge | None = None,
) -> Advertisement:
    return Advertisement(at, "door", address, kind, rssi_dbm, carrier, badge)


@pytest.mark.parametrize(
    ("kind", "carrier", "counts"),
    [
        (AddressKind.RESOLVABLE, Carrier.PHONE, True),
        (AddressKind.RESOLVABLE, Carrier.UNKNOWN, True),
        (AddressKind.NON_RESOLVABLE, Carrier.PHONE, True),
        (AddressKind.NON_RESOLVABLE, Carrier.UNKNOWN, False),
        (AddressKind.RESOLVABLE, Carrier.ACCESSORY, False),
        (AddressKind.RESOLVABLE, Carrier.COMPUTER, False),
        (AddressKind.PUBLIC, Carrier.PHONE, False),
        (AddressKind.STATIC, Carrier.UNKNOWN, False),
        (AddressKind.STATIC, Carrier.BEACON, False),
    ],
)
def test_phone_like_devices_are_sighted_and_nothing_else(kind: AddressKind, carrier: Carrier, counts: bool) -> None:
    sighting = Tokeniser().tokenise(advert(kind=kind, carrier=carrier))
    assert isinstance(sighting, DeviceSighting) is counts


def test_one_address_is_one_token_until_the_next_start_and_another_after_it() -> None:
    tokeniser = Tokeniser()
    tokens = {
        s.token for at in (0.0, 301.0, 90_000.0) if isinstance(s := tokeniser.tokenise(advert(at)), DeviceSighting)
    }
    assert len(tokens) == 1
    again = Tokeniser().tokenise(advert())
    assert isinstance(again, DeviceSighting)
    assert again.token not in tokens


def test_weak_phones_are_dropped_unhashed_and_badges_are_not() -> None:
    tokeniser = Tokeniser(gate_dbm={"door": -75})
    assert tokeniser.tokenise(advert(rssi_dbm=-76)) is None
    assert tokeniser.dropped == 1
    assert isinstance(tokeniser.tokenise(advert(rssi_dbm=-90, badge=Badge(0, "sales"))), BadgeSighting)


def test_a_badge_is_a_role_and_a_number_of_this_run() -> None:
    first, second = Tokeniser(), Tokeniser()
    badges = [t.tokenise(advert(badge=Badge(7 << 48 | 0xFFFF, "sales"))) for t in (first, first, second)]
    tokens = [badge.token for badge in badges if isinstance(badge, BadgeSighting)]
    assert tokens[0] == tokens[1] != tokens[2]
    assert 7 << 48 | 0xFFFF not in tokens
