"""Singling out with background knowledge: somebody saw when another one left a shelf and asks how long he stood there.

True stays go through the product's own histograms, which tell nothing of fewer than five. The attacker knows when every
stay ended and looks at the histogram that it is in. The leak that this must see tells each stay alone, as trajectories
are published.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.durations import CARRY, Durations
from analytics.zone import DWELL_BOUNDS, VIEW
from simulation.plan import FloorZone
from simulation.store import Store

WINDOW_S = 300.0


@dataclass(frozen=True, slots=True)
class Told:
    """A histogram that was told of a zone's stays, and the bins of those which it is of."""

    bins: Sequence[int]
    stays: tuple[int, ...]

    @property
    def certain(self) -> int:
        """The stays of which it leaves no doubt."""
        told = [place for place, many in enumerate(self.bins) if many]
        return self.stays.count(told[0]) if len(told) == 1 else 0

    def guessed(self, bins: Sequence[int]) -> int:
        """The stays that are in the fullest of some bins, which may be those of the whole day."""
        return self.stays.count(int(np.argmax(bins)))


def attacked(store: Store) -> dict[str, dict[str, float]]:
    """The attack on ours and on the leak: stays that are certain, and the advantage over knowing the shop's day."""
    zones = [list(_ended(store, zone)) for zone in store.plan.zones]
    alone = [[Told(_alone(seconds).bins, (_place(seconds),)) for _, seconds in ended] for ended in zones]
    return {"ours": _found([list(_told(ended)) for ended in zones]), "planted leak": _found(alone)}


def _found(told: Sequence[Sequence[Told]]) -> dict[str, float]:
    histograms = [(one, np.sum([each.bins for each in zone], axis=0).tolist()) for zone in told for one in zone]
    asked = max(1, sum(len(one.stays) for one, _ in histograms))
    advantage = sum(one.guessed(one.bins) - one.guessed(everybody) for one, everybody in histograms)
    certain = sum(one.certain for one, _ in histograms)
    return {"stays_certain": round(certain / asked, 4), "stays_guessed": round(advantage / asked, 4)}


def _told(ended: Sequence[tuple[float, float]]) -> Iterator[Told]:
    """What the windows of a day tell of a zone."""
    durations, stays, window = Durations(DWELL_BOUNDS), list[int](), 0
    for at, seconds in ended:
        if int(at // WINDOW_S) > window:
            window = int(at // WINDOW_S)
            if len(durations) >= CARRY:
                yield Told(durations.bins, tuple(stays))
                stays = []
            durations.restart()
        durations.add(seconds)
        stays.append(_place(seconds))


def _ended(store: Store, zone: FloorZone) -> Iterator[tuple[float, float]]:
    """When each stay in a zone ended, and how long it was."""
    spans = (span for person in store.people for span in person.walk.inside(zone.floor))
    yield from sorted((leave, leave - enter) for enter, leave in spans if leave - enter >= VIEW)


def _alone(seconds: float) -> Durations:
    durations = Durations(DWELL_BOUNDS)
    durations.add(seconds)
    return durations


def _place(seconds: float) -> int:
    return _alone(seconds).bins.index(1)
