"""What an eavesdropper has of a simulated month, every byte that was published, and what he can try on it."""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from hashlib import blake2b, md5, sha1, sha256
from zlib import crc32

from bench import _senses
from bench._box import CONFIG, StoreBox
from config import parse
from events import Event
from mqtt.codec import Envelope, document
from observations import Tally
from privacy.gate import Gate
from privacy.policy import POLICY
from simulation.air import Air
from simulation.store import Store

DAY = 86_400.0
NOON = 12
MAKERS = 1 << 22
LARGE = 1 << 24
"""Numbers from which on one could be an identifier's; smaller ones are counts."""

DIGESTS = (sha256, sha1, md5, blake2b)
CUTS = (4, 5, 6, 8)


class Careless(Gate):
    """The leak that singling-out must see: a gate that knows no floor."""

    def release(self, tally: Tally, **moment: int) -> Event | None:
        kept = dict(POLICY)
        try:
            POLICY.update({kind: replace(row, floor=0) for kind, row in kept.items()})
            return super().release(tally, **moment)
        finally:
            POLICY.update(kept)


@dataclass
class Month:
    """Days of one shop: what was published, and every identifier that its sensors could have heard or read.

    `told_of_few` are figures that policy floors and that were told of fewer persons or devices than five.
    """

    seed: int
    days: int = 30
    hours: float = 1.0
    hour: float = NOON
    careless: bool = False
    said: list[Event] = field(default_factory=list)
    addresses: set[bytes] = field(default_factory=set)
    adverts: set[bytes] = field(default_factory=set)
    tags: set[bytes] = field(default_factory=set)
    told_of_few: int = 0

    def __post_init__(self) -> None:
        box = StoreBox(config=parse(CONFIG + _senses.CONFIG), plan=_senses.planogram(), said=self.said)
        gate = Careless() if self.careless else Gate()
        release = gate.release

        def watched(tally: Tally, **moment: int) -> Event | None:
            event = release(tally, **moment)
            if event is not None:
                self.told_of_few += of_few(tally, event)
            return event

        gate.release = watched  # type: ignore[method-assign]
        box.box.reporter._gate = gate
        for number in range(self.days):
            origin = number * DAY + self.hour * 3600.0
            store = Store(seed=self.seed * 1000 + number, origin=origin, hour=self.hour, hours=self.hours)
            box.live(store)
            self.addresses |= {call.address for call in Air(store).calls()}
            self.adverts |= {advert.address for advert in _senses.adverts(store)}
            self.tags |= _senses.tags(store)

    def text(self) -> str:
        """Every document, as published."""
        return "\n".join(json.dumps(document(Envelope(event))) for event in self.said)


def identified(published: str, candidates: Iterable[bytes]) -> int:
    """How many of the addresses can be told from what was published: as they are, or by any hash without a key."""
    numbers = {int(one) for one in re.findall(r"\d{8,}", published) if int(one) >= LARGE}
    words = set(re.findall(r"[0-9a-fA-F]{8,}", published.lower()))
    return sum(any(n in numbers for n in _numbers(one)) or not words.isdisjoint(_words(one)) for one in candidates)


def _numbers(address: bytes) -> Iterator[int]:
    yield int.from_bytes(address, "big")
    yield int.from_bytes(address, "little")
    yield crc32(address)
    for digest in _digests(address):
        for cut in CUTS:
            yield int.from_bytes(digest[:cut], "big")
            yield int.from_bytes(digest[:cut], "little")


def _words(address: bytes) -> Iterator[str]:
    yield address.hex()
    for digest in _digests(address):
        text = digest.hex()
        yield from (text, text[:32], text[:16], text[:12], text[:8])


def _digests(address: bytes) -> Iterator[bytes]:
    for digest in DIGESTS:
        yield digest(address).digest()
        yield digest(address.hex(":").encode()).digest()


def swept(published: str, addresses: Iterable[bytes], makers: int) -> int:
    """The whole list of makers before the end of each recent address, by SHA-256: how many fit something published.

    2**22 prefixes are possible; `makers` of them are tried, those round the address's own first.
    """
    words = set(re.findall(r"[0-9a-f]{16,}", published.lower()))
    numbers = {int(one) for one in re.findall(r"\d{17,}", published)}
    hits = 0
    for address in addresses:
        own = _maker(address)
        for step in range(makers):
            digest = sha256(_prefix((own + step - makers // 2) % MAKERS) + address[3:]).digest()[:8]
            hits += int.from_bytes(digest, "big") in numbers or digest.hex() in words
    return hits


def _prefix(maker: int) -> bytes:
    """The n-th prefix of an address that is neither local nor for groups."""
    return ((maker >> 16) << 18 | maker & 0xFFFF).to_bytes(3, "big")


def _maker(address: bytes) -> int:
    number = int.from_bytes(address[:3], "big")
    return (number >> 18) << 16 | number & 0xFFFF


def of_few(tally: Tally, event: Event, floor: int = 5) -> int:
    """Figures of one row that policy floors and that are told of fewer persons or devices than that."""
    row = POLICY[tally.kind]
    if not row.floor or tally.support >= min(row.floor, floor):
        return 0
    names = row.floored or (tuple(tally.values) if row.whole else ())
    return sum(getattr(event, name) is not None for name in names)
