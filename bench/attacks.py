"""Attacks on the tokens of radios over a simulated month, each beside its bound and beside a leak planted on purpose.

The attacker is stronger than any subscriber: tokens never leave the box, and here he is given all of them.
"""

import argparse
from collections.abc import Callable
from hashlib import sha256
from itertools import pairwise
from math import log2
from random import Random

from bench._machine import show
from observations import ProbeRequest
from privacy.tokens import EPOCHS, Preset, Tokeniser
from simulation.air import Air
from simulation.store import Store

DAYS = 30
DAY = 86_400.0

Token = Callable[[bytes, int], int]
"""The token of an address on a day."""


def addresses(seed: int) -> list[bytes]:
    """Those of a simulated hour's phones that keep theirs: the only ones that could be followed at all."""
    calls = Air(Store(seed=seed, hours=1.0, hour=12)).calls()
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


def attacked(token: Token, known: list[bytes], tries: int, seed: int) -> dict[str, float]:
    """Every attack on one kind of token. Days are asked for in their order: an epoch that is over does not return."""
    month = [[token(address, day) for address in known] for day in range(DAYS)]
    return {
        "linked_day_to_day": round(linked(month), 5),
        "found_again_after_a_month": round(returned(month), 5),
        "addresses_that_fit_log2": round(fitting_bits(token, set(month[-1]), tries, seed), 1),
    }


def main(argv: list[str]) -> None:
    parser = argparse.ArgumentParser(prog="bench attacks", description=__doc__)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--tries", type=int, default=100_000)
    given = parser.parse_args(argv)
    known = addresses(given.seed)
    chance = 2.0 ** -EPOCHS[Preset.STRICT].token_bits
    figures: dict[str, object] = {
        "phones_with_a_fixed_address": len(known),
        "days": DAYS,
        "ours": attacked(ours(), known, given.tries, given.seed),
        "chance": round(chance, 5),
        "planted leak": attacked(leak, known, given.tries, given.seed),
    }
    show(figures, given.json)


if __name__ == "__main__":
    main([])
