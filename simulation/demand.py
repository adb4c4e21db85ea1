"""How many come at which hour, and how they are: all chance of the simulated store; it refuses an unseeded draw."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from random import Random

from simulation.people import Look, Role

_SKIN = ((140, 172, 224), (110, 145, 205), (80, 110, 165), (60, 82, 120))
_HAIR = ((28, 28, 30), (40, 60, 92), (70, 110, 160), (150, 150, 152), (36, 40, 70))
_UNIFORM = (52, 132, 38)


@dataclass(frozen=True, slots=True)
class Demand:
    """Visiting groups and passing groups an hour, for each hour of the day, and how groups behave.

    The shares are probabilities: to look at the window first, to turn round before or behind the door line, to linger
    on the way, to buy, and of who comes with somebody to be a child.
    """

    visits: tuple[float, ...] = (0,) * 9 + (30, 45, 55, 80, 65, 50, 50, 65, 80, 85, 55, 30) + (0,) * 3
    passers: tuple[float, ...] = (10,) * 7 + (
        80,
        150,
        160,
        170,
        200,
        260,
        220,
        180,
        180,
        220,
        260,
        260,
        180,
        120,
        60,
        40,
        20,
    )
    sizes: tuple[float, ...] = (0.68, 0.23, 0.06, 0.03)
    window: float = 0.18
    u_turn: float = 0.05
    passer_window: float = 0.08
    buys: float = 0.55
    children: float = 0.3
    open_hours: tuple[int, int] = (9, 21)


@dataclass
class Chance:
    """Every draw for one group, from one seed, so that a group is the same whatever happened before it."""

    seed: str
    random: Random = field(init=False)

    def __post_init__(self) -> None:
        self.random = Random(self.seed)

    def size(self, demand: Demand) -> int:
        return self.random.choices(range(1, len(demand.sizes) + 1), demand.sizes)[0]

    def stay(self, median: float, sigma: float, least: float, most: float) -> float:
        """A length of stay, log-normal round `median` seconds."""
        return min(max(median * self.random.lognormvariate(0.0, sigma), least), most)

    def lag(self, place: int) -> float:
        """Seconds by which the member `place` of a group walks behind the first; pairs are never quite in step."""
        return 0.9 * (place // 2) + (self.random.uniform(0.15, 0.5) if place % 2 else 0.0)

    def berth(self) -> float:
        """Metres by which somebody keeps farther from a corner than he must. A draw of its own."""
        return Random(f"{self.seed}/berth").uniform(0.0, 0.4)

    def pace(self, role: Role) -> float:
        """Metres a second."""
        middle = 1.3 if role is Role.PASSER else 0.95
        return min(max(self.random.gauss(middle, 0.15), 0.6), 1.9)

    def look(self, role: Role) -> Look:
        """Clothes in any colour, but staff wear the uniform."""
        draw = self.random
        cloth = [tuple(draw.randrange(15, 235) for _ in range(3)) for _ in range(2)]
        top = _UNIFORM if role is Role.STAFF else (cloth[0][0], cloth[0][1], cloth[0][2])
        legs = (cloth[1][0] // 2, cloth[1][1] // 2, cloth[1][2] // 2)
        return Look(min(max(draw.gauss(1.7, 0.09), 1.45), 1.95), draw.choice(_HAIR), draw.choice(_SKIN), top, legs)

    def child(self, demand: Demand, place: int) -> float | None:
        """The height of the member `place` of a group if a child, metres; the first is none. A draw of its own."""
        draw = Random(f"{self.seed}/child/{place}")
        return draw.uniform(0.95, 1.25) if place and draw.random() < demand.children else None


def arrivals(rates: tuple[float, ...], hour: float, seconds: float, seed: str) -> Iterator[float]:
    """Poisson arrivals, seconds from the start at clock `hour`, at `rates` an hour for each hour of the day."""
    draw, most = Random(seed), max(rates) / 3600
    at = draw.expovariate(most) if most else seconds
    while at < seconds:
        if draw.random() * most * 3600 < rates[int(hour + at / 3600) % 24]:
            yield at
        at += draw.expovariate(most)
