"""Each family of readers with a framing, frames that are right and random frames, for tests that hold for all."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from drivers.rfid.codec import a0, chafon, thingmagic, yrm100
from drivers.rfid.codec.framing import Framing


@dataclass(frozen=True)
class Family:
    """`random_frame` is what a reader could say, `encode` its bytes, `interpret` all that the driver reads in it."""

    name: str
    framing: Framing[Any]
    encode: Callable[[Any], bytes]
    random_frame: Callable[[random.Random], Any]
    interpret: tuple[Callable[[Any], object], ...]


def _yrm100(rng: random.Random) -> yrm100.Frame:
    return yrm100.Frame(
        rng.randrange(3), rng.randrange(256), rng.randbytes(rng.randrange(40)), rng.choice((0xAA, 0xBB))
    )


def _chafon(rng: random.Random) -> chafon.Reply:
    return chafon.Reply(
        rng.choice((1, 0x21, rng.randrange(256))),
        rng.randrange(5),
        rng.randbytes(rng.randrange(60)),
        rng.randrange(256),
    )


def _a0(rng: random.Random) -> a0.Frame:
    return a0.Frame(rng.choice((0x8B, rng.randrange(256))), rng.randbytes(rng.randrange(60)), rng.randrange(256))


def _thingmagic(rng: random.Random) -> thingmagic.Reply:
    return thingmagic.Reply(
        rng.choice((0x22, rng.randrange(256))), rng.choice((0, 0x400)), rng.randbytes(rng.randrange(80))
    )


FAMILIES = (
    Family("yrm100", yrm100.Framing(), yrm100.encode, _yrm100, (yrm100.tag,)),
    Family(
        "chafon",
        chafon.Framing(),
        chafon.encode,
        _chafon,
        (
            chafon.info,
            lambda reply: list(chafon.tags(reply, with_rssi=True)),
            lambda reply: list(chafon.tags(reply, with_rssi=False)),
        ),
    ),
    Family("a0", a0.Framing(), a0.encode, _a0, (a0.row,)),
    Family("thingmagic", thingmagic.Framing(), thingmagic.encode, _thingmagic, (thingmagic.tag,)),
)
