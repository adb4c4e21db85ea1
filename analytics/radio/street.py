"""Passers whom no picture shows, from a radio that a camera has taught how many addresses a passer leaves.

A window's weak addresses (loudest under the inside threshold) are a mix: those of passers in the picture, those of
passers outside it, and some of people inside. A passer's are learnt second by second (echo.py); what people inside
leave goes with the strong addresses, which are theirs too. What is left over are passers outside the picture. Bias:
who passes further away is heard less, who walks beside one in the picture counts with him, and a phone that stays out
there is a passer.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from analytics.crossing import Crossing
from analytics.radio.echo import Echo, Share
from analytics.radio.site import Estimate
from observations import DeviceSighting, Tally, Value

MOST_WINDOWS = 2016
"""Taught windows that are remembered: a week of them."""

MOST_ADDRESSES = 20_000
"""Addresses of one window that are told apart, so that a flood of invented ones costs bounded memory."""

FEWEST_PAIRS = 24
SURE = 8.0
"""Standard errors by which the addresses a passer must differ from none before anything is told."""

UNLIKE = 0.1
"""How much passers in the picture and passers outside it may differ in the addresses that they leave."""

SPREADS = 1.959964
"""Standard deviations to either side that hold nineteen in twenty."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window: weak and strong addresses, passers in the picture. `whole`: they were seen throughout."""

    weak: int
    strong: int
    seen: int
    whole: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Addresses that one passer leaves, weak ones for a strong one, their variances, and the excess noise."""

    passer: Share
    indoors: Share
    dispersion: float


class Street:
    """One radio beside a camera that sees part of what it hears."""

    def __init__(self, name: str, *, inside_dbm: int = -75) -> None:
        self.name, self._inside_dbm = name, inside_dbm
        self._windows: deque[Window] = deque(maxlen=MOST_WINDOWS)
        self._loudest: dict[int, int] = {}
        self._first: dict[int, float] = {}
        self._passed: list[float] = []
        self._echo = Echo()
        self._fit: Fit | None = None
        self.window: Window | None = None
        self._span = 0.0, 0.0

    def feed(self, at: float, seen: DeviceSighting) -> None:
        """One probe request that passed the gate."""
        if seen.randomised and (seen.token in self._loudest or len(self._loudest) < MOST_ADDRESSES):
            self._loudest[seen.token] = max(self._loudest.get(seen.token, -128), seen.rssi_dbm)
            self._first.setdefault(seen.token, at)

    def passed(self, crossing: Crossing) -> None:
        """Somebody passed in the picture."""
        self._passed.append(crossing.at)

    @property
    def strong(self) -> int:
        """Addresses of the window that were as loud as those inside: a count that grows as the crowd there does."""
        return sum(loudest >= self._inside_dbm for loudest in self._loudest.values())

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Nothing by itself: what the camera saw is needed, see `told`."""
        return []

    def told(self, start: float, end: float, seen: int | None, heard: bool = True) -> list[Tally]:
        """The `passers` row of the window, given how many the camera counted in it (None: it did not see).

        Where it did not see, everybody was outside its picture; where the radio did not hear, nothing is told.
        """
        strong = self.strong
        self.window = Window(len(self._loudest) - strong, strong, seen or 0, heard and seen is not None)
        self._span = start, end
        found = self._outside(self.window) if heard else None
        values: dict[str, Value] = {
            "name": self.name,
            "seen": seen,
            "outside": found.persons if found else None,
            "outside_low": found.low if found else None,
            "outside_high": found.high if found else None,
        }
        reason = None if found else "not_calibrated" if heard else "not_seen"
        return [Tally("passers", start, end, values, reason=reason)]

    def restart(self, at: float) -> None:
        """Begin the next window; the one that ended teaches if all of it was seen."""
        if self.window is not None:
            self._windows.append(self.window)
            if self.window.whole:
                weak = [self._first[token] for token, dbm in self._loudest.items() if dbm < self._inside_dbm]
                self._echo.teach(*self._span, self._passed, weak)
            self._fit = fitted(list(self._windows), self._echo.share())
        self.window = None
        self._loudest.clear()
        self._first.clear()
        self._passed = [late for late in self._passed if late >= at]

    def _outside(self, window: Window) -> Estimate | None:
        fit = self._fit
        if fit is None:
            return None
        one = fit.passer.addresses
        passed = max(0.0, window.weak - fit.indoors.addresses * window.strong) / one
        variance = fit.dispersion * max(window.weak, 1) + window.strong**2 * fit.indoors.variance
        variance = (variance + passed**2 * fit.passer.variance) / one**2 + (UNLIKE * passed) ** 2
        # The interval is of roots, whose spread is the same for few and for many; see kappa.py.
        reach = SPREADS * sqrt(variance) / (2 * sqrt(max(passed, sqrt(variance) / 2)))
        low, high = max(0.0, sqrt(passed) - reach) ** 2, (sqrt(passed) + reach) ** 2
        return Estimate(*(max(0.0, persons - window.seen) for persons in (passed, low, high)))


def fitted(windows: list[Window], passer: Share | None) -> Fit | None:
    """The rest from the differences of neighbouring whole windows; None while a passer's share is not sure."""
    pairs = [(a, b) for a, b in pairwise(windows) if a.whole and b.whole]
    if len(pairs) < FEWEST_PAIRS or passer is None or passer.addresses <= SURE * sqrt(passer.variance):
        return None
    left = np.array([b.weak - a.weak - passer.addresses * (b.seen - a.seen) for a, b in pairs])
    strong = np.array([b.strong - a.strong for a, b in pairs], float)
    moved = max(float(strong @ strong), 1.0)
    indoors = max(0.0, float(strong @ left) / moved)
    rest = left - indoors * strong
    weak = sum(a.weak + b.weak for a, b in pairs) / len(pairs)
    return Fit(passer, Share(indoors, float(rest.var()) / moved), float(np.mean(rest**2)) / max(weak, 1.0))
