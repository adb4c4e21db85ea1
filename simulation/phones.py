"""The phones that people carry and when they call out; it refuses to send a byte itself.

How phones probe (frames in a burst, time between bursts, the share of bursts that follow one another closely) is
summed up from published measurements of single phones in three states: locked, awake, in use.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random

from simulation.people import Person, Role

LOCKED, AWAKE, USED = range(3)


@dataclass(frozen=True, slots=True)
class Model:
    """A kind of phone. `bursts` are weights of 1, 2, ... frames; `pauses` are, for each state, the median seconds
    between bursts; `close` is the share of pauses that are a fraction of a second; `fixed` keeps one address."""

    name: str
    share: float
    bursts: tuple[float, ...]
    pauses: tuple[float, float, float]
    close: float
    spread: float
    fixed: bool
    capabilities: bytes


MODELS = (
    Model("a", 0.30, (0.5, 0.5), (31.0, 6.0, 5.0), 0.55, 1.0, False, bytes.fromhex("2d1a2d40170000")),
    Model("b", 0.14, (0.1, 0.3, 0.15, 0.45), (24.0, 5.0, 4.6), 0.15, 0.8, False, bytes.fromhex("2d1a21401700")),
    Model("c", 0.20, (0.0, 0.0, 0.05, 0.05, 0.7, 0.2), (20.0, 3.0, 9.9), 0.1, 0.9, False, bytes.fromhex("2d1aad0113")),
    Model("d", 0.14, (0.05, 0.95), (36.0, 2.6, 7.5), 0.0, 0.8, False, bytes.fromhex("2d1aef0117ff")),
    Model("e", 0.12, (0.18, 0.1, 0.1, 0.32, 0.3), (16.0, 15.0, 12.0), 0.0, 0.6, False, bytes.fromhex("2d1a2d0103ff")),
    Model("f", 0.10, (1.0,), (19.0, 3.2, 8.0), 0.1, 0.9, True, bytes.fromhex("2d1a6e0113")),
)
OWNED = 0.82
"""The share of people with a phone whose WiFi is on."""
_FRAME_GAP = 0.02


@dataclass(frozen=True, slots=True)
class Call:
    """One frame that a phone sends at `at`: from `address`, with its sequence number, on `frequency_mhz`."""

    at: float
    phone: "Phone"
    address: bytes
    sequence: int
    frequency_mhz: int


@dataclass(frozen=True, slots=True)
class Phone:
    """What one person carries, drawn from the store's seed. `make` is what it was made from: who comes again on another
    day has the same phone, with other calls."""

    owner: Person
    model: Model
    state: int
    seed: str
    make: str

    def calls(self) -> Iterator[Call]:
        """Every frame while its owner is on the plan, in order of time. Each burst has an address of its own, except
        on phones that keep theirs."""
        draw = Random(self.seed)
        fixed = _address(draw, local=False)
        if self.make != self.seed:
            fixed = _address(Random(self.make), local=False)
        at = self.owner.walk.start + self._pause(draw) * draw.random()
        sequence = draw.randrange(4096)
        while at < self.owner.walk.end:
            address = fixed if self.model.fixed else _address(draw, local=True)
            for _ in range(draw.choices(range(1, len(self.model.bursts) + 1), self.model.bursts)[0]):
                sequence = (sequence + 1) % 4096
                yield Call(at, self, address, sequence, draw.choice((2412, 2437, 2462)))
                at += _FRAME_GAP
            at += self._pause(draw)

    def _pause(self, draw: Random) -> float:
        if draw.random() < self.model.close:
            return draw.uniform(0.07, 0.6)
        return min(self.model.pauses[self.state] * draw.lognormvariate(0.0, self.model.spread), 120.0)


def phones(people: tuple[Person, ...], seed: int, first: Mapping[int, int] | None = None) -> Iterator[Phone]:
    """Everybody's phone: most have one, most of these are locked; staff keep theirs locked. `first` tells by which
    number somebody who comes again was known the first time."""
    for person in people:
        number = (first or {}).get(person.number, person.number)
        draw = Random(f"{seed}/phone/{number}")
        if draw.random() > OWNED:
            continue
        model = draw.choices(MODELS, [one.share for one in MODELS])[0]
        state = draw.choices((LOCKED, AWAKE, USED), (0.7, 0.2, 0.1))[0]
        if person.role is Role.STAFF:
            state = LOCKED
        yield Phone(person, model, state, f"{seed}/calls/{person.number}", f"{seed}/calls/{number}")


def _address(draw: Random, *, local: bool) -> bytes:
    """A random address with the locally-administered bit as told, never a group's."""
    first = draw.randrange(256) & 0xFC | (0x02 if local else 0)
    return bytes([first, *(draw.randrange(256) for _ in range(5))])
