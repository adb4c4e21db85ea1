"""What a token gives away: nothing, and for how long: one epoch."""

import random
from hashlib import blake2b

import pytest

from observations import DeviceSighting, Inventory, ProbeRequest, TagRead
from privacy.returning import Week
from privacy.tokens import KEY_BYTES, MOST_CLASSES, Preset, Tokeniser

PHONE = bytes.fromhex("a4b805112233")


def probe(at: float, address: bytes = PHONE, rssi_dbm: int | None = -50, abilities: bytes = b"\1\1\2") -> ProbeRequest:
    return ProbeRequest(at, "door", address, 7, rssi_dbm, 2437, abilities)


def seen(tokeniser: Tokeniser, request: ProbeRequest) -> DeviceSighting:
    sighting = tokeniser.tokenise(request)
    assert sighting is not None
    return sighting


def test_tags_of_the_shelf_plan_are_numbers_and_all_others_are_only_counted() -> None:
    reads = tuple(TagRead(bytes((number,)) * 12, gtin) for number, gtin in enumerate(("tea", "coat", "tea", "bag")))
    first, second = (
        Tokeniser(skus={"tea": "assam"}).tokenise(Inventory(0.0, 0.5, "shelf", 1, reads)) for _ in range(2)
    )
    assert ([read.sku for read in first.goods], first.foreign) == (["assam", "assam"], 2)
    items = [read.item for read in (*first.goods, *second.goods)]
    assert len(set(items)) == 4
    assert not {int.from_bytes(read.epc, order) for read in reads for order in ("big", "little")} & set(items)


def test_one_device_is_one_token_for_one_epoch() -> None:
    tokeniser = Tokeniser(Preset.STRICT)
    first, last, next_epoch = (seen(tokeniser, probe(at)) for at in (10.0, 309.9, 310.0))
    assert (first.token, first.device_class, first.epoch) == (last.token, last.device_class, last.epoch)
    assert next_epoch.epoch == first.epoch + 1


def test_epochs_end_when_they_are_told_to() -> None:
    tokeniser = Tokeniser(Preset.EXTENDED)
    before = seen(tokeniser, probe(0.0))
    tokeniser.rotate(60.0)
    after = seen(tokeniser, probe(61.0))
    assert before.token != after.token
    assert after.epoch == before.epoch + 1


def test_extended_epochs_end_after_a_day_at_the_latest() -> None:
    tokeniser = Tokeniser(Preset.EXTENDED)
    assert seen(tokeniser, probe(0.0)).token != seen(tokeniser, probe(86_400.0)).token


def test_what_is_too_weak_is_dropped_before_it_is_hashed() -> None:
    tokeniser = Tokeniser(gate_dbm={"door": -75})
    assert tokeniser.tokenise(probe(0.0, rssi_dbm=-76)) is None
    assert tokeniser.tokenise(probe(0.0, rssi_dbm=None)) is None
    assert tokeniser.tokenise(probe(0.0, rssi_dbm=-75)) is not None
    assert tokeniser.dropped == 2


def test_two_restarts_are_unlinkable() -> None:
    """Of 500 phones heard before and after a restart, no more tokens agree than chance lets agree."""
    addresses = [random.Random(n).randbytes(6) for n in range(500)]
    before, after = Tokeniser(Preset.EXTENDED), Tokeniser(Preset.EXTENDED)
    assert not {before.token(a) for a in addresses} & {after.token(a) for a in addresses}
    strict = [Tokeniser(), Tokeniser()]
    same = sum(strict[0].token(a) == strict[1].token(a) for a in addresses)
    assert same <= 4  # expected 500 / 4096; five or more is one run in 10**6


@pytest.mark.parametrize("preset", list(Preset))
def test_brute_force_of_a_vendor_finds_nobody(preset: Preset) -> None:
    """An attacker who has a token and half the addresses of a vendor finds the owner no better than by guessing.

    2**16 addresses stand for the 2**24 of a vendor. Unkeyed, wrongly keyed and truncated hashes are all tried.
    """
    tokeniser = Tokeniser(preset)
    token = seen(tokeniser, probe(0.0)).token
    bits = 12 if preset is Preset.STRICT else 64
    guesses = [PHONE[:3] + (0x110000 + n).to_bytes(3, "big") for n in range(1 << 16)]
    for key in (b"", bytes(KEY_BYTES), b"passerby"):
        hits = [
            guess
            for guess in guesses
            if int.from_bytes(blake2b(guess, key=key, digest_size=8, person=b"token").digest(), "big") % (1 << bits)
            == token
        ]
        expected = len(guesses) / (1 << bits)
        assert len(hits) <= expected + 6 * expected**0.5 + 1
        assert len(hits) != 1 or hits[0] != PHONE


def test_even_with_the_key_a_strict_token_is_a_crowd() -> None:
    """High collision on purpose: of one vendor's addresses thousands share the token, so none can be named."""
    tokeniser = Tokeniser(Preset.STRICT)
    token = tokeniser.token(PHONE)
    crowd = sum(tokeniser.token(PHONE[:3] + n.to_bytes(3, "big")) == token for n in range(1 << 16))
    assert crowd >= 4


def test_classes_are_sixteen_keyed_bits_and_bounded() -> None:
    one, other = Tokeniser(), Tokeniser()
    classes = [seen(one, probe(0.0, abilities=n.to_bytes(3, "big"))).device_class for n in range(MOST_CLASSES + 50)]
    again = [seen(one, probe(0.0, abilities=n.to_bytes(3, "big"))).device_class for n in range(MOST_CLASSES + 50)]
    assert classes == again
    assert all(0 < number < 1 << 16 for number in classes)
    strangers = [seen(other, probe(0.0, abilities=n.to_bytes(3, "big"))).device_class for n in range(100)]
    assert sum(a == b for a, b in zip(classes, strangers, strict=False)) <= 2


def test_a_sighting_shows_and_keeps_no_address() -> None:
    sighting = seen(Tokeniser(Preset.EXTENDED), probe(0.0))
    assert repr(sighting) == "<DeviceSighting>"
    kept = [getattr(sighting, name) for name in DeviceSighting.__slots__]
    assert PHONE not in kept
    assert int.from_bytes(PHONE, "big") not in kept


def test_returning_is_off_unless_asked_for_and_sees_fixed_addresses_only() -> None:
    assert Tokeniser().returning is None
    week = Week()
    tokeniser = Tokeniser(returning=week)
    for day in range(2):
        for number in range(20):
            seen(tokeniser, probe(day * 1000.0, bytes((0x00, 1, 2, 3, 4, number))))
            seen(tokeniser, probe(day * 1000.0, bytes((0x02, 1, 2, day, 4, number))))
        told = week.returning()
        week.end_day()
    assert told.share == pytest.approx(1.0, abs=0.01)
