"""Attacks on a simulated month, each with its bound and beside a leak planted on purpose to show that it sees one.

The attacker is stronger than any subscriber: of tokens, which never leave the box, he is given all.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import pairwise
from math import log2
from pathlib import Path
from random import Random

from bench import _singling, _tokens
from bench._machine import show
from bench._published import MAKERS, Month, identified, swept
from observations import ProbeRequest
from privacy.returning import KEY_BYTES, SKETCH_BITS, SiteKey, Sketch
from privacy.tokens import Preset, Tokeniser
from simulation.air import Air
from simulation.store import Store

DAYS = 30
OPENS, HOURS = 9.0, 12.0
DAY = 86_400.0
BEGIN, END = "<!-- attacks: written by `python -m bench attacks --write docs/privacy.md` -->", "<!-- end of attacks -->"

Token = Callable[[bytes, int], int]
"""The token of an address on a day."""


@dataclass(frozen=True)
class Attack:
    """What is tried, and what it may find: at most `bound`, or at least where `least`."""

    name: str
    text: str
    bound: float
    least: bool = False

    def holds(self, found: float) -> bool:
        """Whether a result keeps to the bound."""
        return found >= self.bound if self.least else found <= self.bound

    @property
    def limit(self) -> str:
        """The bound, for people."""
        return f"{'at least' if self.least else 'at most'} {self.bound:g}"


ATTACKS = (
    Attack("linked_day_to_day", "link a phone's token of one day to the next, share of phones", 0.01),
    Attack("found_again_after_a_month", "find a phone of the first day on the last, share of phones", 0.07),
    Attack("linked_between_boxes", "link a phone's tokens of two boxes on one day, share of phones", 0.01),
    Attack("addresses_that_fit_log2", "addresses that fit one token, for who even has the key, log2", 34.5, least=True),
    Attack("adverts_linked_over_a_change", "link a phone's Bluetooth token over a change of its address, share", 0.01),
    Attack("adverts_linked_between_starts", "link a phone's or badge's Bluetooth token over a restart, share", 0.01),
    Attack("tags_linked_between_starts", "link a tag's number over a restart or between boxes, share", 0.01),
    Attack("foreign_tags_numbered", "follow tags that are not the shop's (clothes, bags): share that get a number", 0),
    Attack(
        "identified_in_published",
        "recognise addresses of the month in what was published, share beyond invented ones",
        0.005,
    ),
    Attack("adverts_in_published", "the same for addresses of Bluetooth, badges' too", 0.005),
    Attack("tags_in_published", "the same for the serials of the shelf's tags", 0.005),
    Attack("makers_swept", "recognise recent addresses by every maker's prefix before their ends, fits", 0),
    Attack("told_of_fewer_than_five", "single out: figures under a floor that were told of fewer than five", 0),
    Attack(
        "stays_certain",
        "single out: how long somebody stood, for who saw him leave: share of stays that are sure",
        0.08,
    ),
    Attack("stays_guessed", "the same, guessing: share of stays beyond those that the shop's whole day tells", 0.15),
    Attack("sketch_membership", "tell members of an exchanged sketch from others, advantage over guessing", 0.05),
)


def addresses(seed: int, hours: float = 1.0) -> list[bytes]:
    """Those of some simulated hours' phones that keep theirs: the only ones that could be followed at all."""
    calls = Air(Store(seed=seed, hours=max(hours, 1.0), hour=12)).calls()
    return sorted({call.address for call in calls if call.phone.model.fixed})


def ours() -> Token:
    """The product's tokens, strict preset, one tokeniser for the whole month."""
    tokeniser = Tokeniser(Preset.STRICT)

    def token(address: bytes, day: int) -> int:
        seen = tokeniser.tokenise(ProbeRequest(day * DAY, "radio", address, 0, -50, 2412, b""))
        assert seen is not None
        return seen.token

    return token


def leak(address: bytes, day: int) -> int:
    """The leak that the attacks must see: a hash without a key, cut short, as products have published it."""
    return int.from_bytes(sha256(address).digest()[:8], "big")


def linked(month: list[list[int]]) -> float:
    """Share of phones whose token of one day is their token of the next."""
    pairs = [one == other for day, after in pairwise(month) for one, other in zip(day, after, strict=True)]
    return sum(pairs) / len(pairs)


def returned(month: list[list[int]]) -> float:
    """Share of phones that an attacker who was there on the first day finds again on the last, by token alone."""
    first = {token: phone for phone, token in enumerate(month[0])}
    return sum(first.get(token) == phone for phone, token in enumerate(month[-1])) / len(month[0])


def fitting_bits(token: Token, wanted: set[int], tries: int, seed: int) -> float:
    """log2 of how many of the 2**48 addresses fit one token, for an attacker who even has the key, by sampling."""
    draw = Random(seed)
    hits = sum(token(draw.randbytes(6), DAYS - 1) in wanted for _ in range(tries))
    return 48 + log2(max(hits, 1) / tries / len(wanted))


def attacked(token: Token, known: list[bytes], tries: int, seed: int, other: Token | None = None) -> dict[str, float]:
    """Every attack on one kind of token; `other` is that of a second box. Days are asked for in their order."""
    second = other or token
    month, theirs = ([[box(address, day) for address in known] for day in range(DAYS)] for box in (token, second))
    boxes = [[one for day in box for one in day] for box in (month, theirs)]
    return {
        "linked_day_to_day": round(linked(month), 5),
        "found_again_after_a_month": round(returned(month), 5),
        "linked_between_boxes": round(linked(boxes), 5),
        "addresses_that_fit_log2": round(fitting_bits(token, set(month[-1]), tries, seed), 1),
    }


def eavesdropped(month: Month, published: str, makers: int) -> dict[str, float]:
    """Every attack on what was published in a month."""
    heard = month.addresses
    recent = sorted(address for address in heard if not address[0] & 2)[-1:]
    return {
        "identified_in_published": beyond_chance(published, heard, month.seed),
        "adverts_in_published": beyond_chance(published, month.adverts, month.seed),
        "tags_in_published": beyond_chance(published, month.tags, month.seed),
        "makers_swept": swept(published, recent, makers),
        "told_of_fewer_than_five": month.told_of_few,
    }


def beyond_chance(published: str, sensed: set[bytes], seed: int) -> float:
    """The share of identifiers that can be told from what was published, less that of as many invented ones."""
    dice = Random(seed)
    invented = [dice.randbytes(len(one)) for one in sorted(sensed)]
    return round((identified(published, sensed) - identified(published, invented)) / len(sensed), 5)


def leaky(month: Month, makers: int) -> str:
    """What a careless product would have published beside it: hashes of addresses and serials without a key."""
    heard = [address for address in month.addresses if not address[0] & 2]
    sensed = sorted([*heard, *month.adverts, *month.tags])
    return f"{month.text()}\n" + "\n".join(f'{{"device": {leak(one, 0)}}}' for one in sensed)


def membership(key: bytes, guess: bytes, seed: int, members: int = 40, tries: int = 400) -> float:
    """By how much an attacker who holds `guess` for the site's key tells members of a sketch from others."""
    draw = Random(seed)
    inside = [draw.randbytes(6) for _ in range(members)]
    sketch, theirs = Sketch(SiteKey(key)), Sketch(SiteKey(guess))
    for address in inside:
        sketch.see(address)
    exported = int.from_bytes(sketch.export(), "big")

    def says(address: bytes) -> bool:
        probe = Sketch(SiteKey(guess))
        probe._bits = bytearray(len(theirs._bits))
        probe.see(address)
        return bool(int.from_bytes(probe._bits, "big") & exported)

    hits = sum(says(address) for address in inside) / members
    return round(abs(hits - sum(says(draw.randbytes(6)) for _ in range(tries)) / tries), 4)


def measured(
    seed: int, days: int, hours: float, tries: int, makers: int, hour: float = OPENS
) -> dict[str, dict[str, float]]:
    """Every attack on ours and on the planted leaks."""
    known, draw = addresses(seed, min(hours, 4.0)), Random(seed)
    key = draw.randbytes(KEY_BYTES)
    month, careless = Month(seed, days, hours, hour), Month(seed, min(days, 2), min(hours, 1.0), careless=True)
    store = Store(seed=seed, hour=12, hours=min(max(hours, 1.0), 2.0))
    stays = _singling.attacked(Store(seed=seed, hour=hour, hours=max(hours, 3.0)))
    return {
        "ours": attacked(ours(), known, tries, seed, ours())
        | _tokens.attacked(_tokens.ours, store)
        | eavesdropped(month, month.text(), makers)
        | stays["ours"]
        | {"sketch_membership": membership(key, draw.randbytes(KEY_BYTES), seed)},
        "planted leak": attacked(leak, known, tries, seed)
        | _tokens.attacked(_tokens.leak, store)
        | eavesdropped(careless, leaky(careless, makers), makers)
        | stays["planted leak"]
        | {"sketch_membership": membership(key, key, seed)},
    }


def table(found: dict[str, dict[str, float]]) -> Iterator[str]:
    """The attacks as docs/privacy.md has them."""
    yield "| attack | found | bound | found in the planted leak |"
    yield "|---|---|---|---|"
    for attack in ATTACKS:
        one, other = found["ours"][attack.name], found["planted leak"][attack.name]
        yield f"| {attack.text} | {one:g} | {attack.limit} | {other:g} |"


def written(page: str, rows: list[str]) -> str:
    """The page with its table replaced."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return "\n".join([before + BEGIN, "", *rows, "", END + after])


def main(argv: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="bench attacks", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--days", type=int, default=DAYS, help="days of the month that is eavesdropped on")
    parser.add_argument("--hours", type=float, default=HOURS, help="of each of them")
    parser.add_argument("--hour", type=float, default=OPENS, help="local hour at which each begins")
    parser.add_argument("--tries", type=int, default=100_000)
    parser.add_argument("--makers", type=int, default=MAKERS, help="prefixes of makers that are swept")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="write the table into docs/privacy.md")
    given = parser.parse_args(argv)
    found = measured(given.seed, given.days, given.hours, given.tries, given.makers, given.hour)
    broken = [attack.name for attack in ATTACKS if not attack.holds(found["ours"][attack.name])]
    if given.write:
        given.write.write_text(written(given.write.read_text(encoding="utf-8"), list(table(found))), encoding="utf-8")
    bounds = {attack.name: attack.limit for attack in ATTACKS}
    run = {
        "days": given.days,
        "hours": given.hours,
        "from_hour": given.hour,
        "makers": given.makers,
        "sketch_bits": SKETCH_BITS,
    }
    show({**run, "broken": broken, "bounds": bounds, **found}, given.json)
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main([]))
