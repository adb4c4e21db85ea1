"""Attacks on the tokens of Bluetooth and of tags, which no subscriber sees: the attacker is given all of them."""

from collections import defaultdict
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise

from bench import _senses
from drivers.ble.observer import Observer
from drivers.ble.payload import parse as payload
from drivers.ble.roster import matches
from drivers.rfid.epc import gtin
from observations import Inventory, TagRead
from privacy.tokens import Tokeniser
from simulation.adverts import Advert
from simulation.reader.field import gtin14, sgtin96
from simulation.store import Store

FOREIGN = 200
"""Tags in customers' clothes and bags."""

OfAdvert = Callable[[Advert], int | None]
OfTags = Callable[[list[bytes]], list[int]]


def ours() -> tuple[OfAdvert, OfTags]:
    """The product's tokens of adverts and of tags, in one run of a box."""
    tokeniser = Tokeniser(skus=_senses.planogram().skus)
    observer = Observer(_senses.RADIO, matches([("ibeacon", _senses.BADGE, "staff")]), -100)

    def advert(one: Advert) -> int | None:
        seen = observer.observe(one.at, one.address, True, -50, payload(one.data))
        sighting = None if seen is None else tokeniser.tokenise(seen)
        return None if sighting is None else sighting.token

    def tags(epcs: list[bytes]) -> list[int]:
        reads = tuple(TagRead(epc, gtin(epc) or "") for epc in epcs)
        return [read.item for read in tokeniser.tokenise(Inventory(0.0, 1.0, _senses.READER, 1, reads)).goods]

    return advert, tags


def leak() -> tuple[OfAdvert, OfTags]:
    """The leak that the attacks must see: hashes without a key, of adverts by what does not change with the address."""

    def advert(one: Advert) -> int:
        return _hash(one.data[-8:] if one.badge else one.data[:10])

    return advert, lambda epcs: [_hash(epc) for epc in epcs]


def attacked(begin: Callable[[], tuple[OfAdvert, OfTags]], store: Store) -> dict[str, float]:
    """Every attack on one kind of tokens; `begin` starts a box."""
    (advert, tags), (advert_again, tags_again) = begin(), begin()
    shelf = sorted(_senses.tags(store))
    foreign = [sgtin96(gtin14(900_000 + number), number) for number in range(FOREIGN)]
    phones, badges = _addresses(store)
    changes = [(advert(before), advert(after)) for owned in phones for before, after in pairwise(owned)]
    starts = [(advert(one), advert_again(one)) for owned in (*phones, *badges) for one in owned[:1]]
    return {
        "adverts_linked_over_a_change": _same(changes),
        "adverts_linked_between_starts": _same(starts),
        "tags_linked_between_starts": _same(list(zip(tags(shelf), tags_again(shelf), strict=True))),
        "foreign_tags_numbered": round(len(tags(foreign)) / FOREIGN, 5),
    }


def _addresses(store: Store) -> tuple[list[list[Advert]], list[list[Advert]]]:
    """The first advert of each address, by owner: of phones and of badges."""
    owned: dict[int, dict[bytes, Advert]] = defaultdict(dict)
    for one in _senses.adverts(store):
        owned[one.owner.number].setdefault(one.address, one)
    found = [list(one.values()) for one in owned.values()]
    return [one for one in found if not one[0].badge], [one for one in found if one[0].badge]


def _same(pairs: list[tuple[int | None, int | None]]) -> float:
    return round(sum(one is not None and one == other for one, other in pairs) / max(len(pairs), 1), 5)


def _hash(identifier: bytes) -> int:
    return int.from_bytes(sha256(identifier).digest()[:8], "big")
