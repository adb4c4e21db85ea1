"""Passers whom no picture shows, from a radio that a camera has taught how many addresses a passer leaves.

A window's weak addresses (loudest under the inside threshold) are a mix: those who pass in the picture, those inside
whose phones sound weak, and those who pass outside the picture. The first two are counted by the camera, so what is
left over is the third. How many addresses one of each leaves is learnt from the *differences* of windows that follow
one another: the rhythm of the day, which all three share, is gone from them, and only chance is left, which they do not
share. Bias: who passes further away is heard less, so it is a lower bound; a phone that stays out there is a passer.
"""

from collections import deque
from dataclasses import dataclass
from itertools import pairwise
from math import sqrt

import numpy as np

from analytics.radio.forest import Matrix
from analytics.radio.site import Estimate
from observations import DeviceSighting, Tally, Value

MOST_WINDOWS = 2016
"""Taught windows that are remembered: a week of them."""

MOST_ADDRESSES = 20_000
"""Addresses of one window that are told apart, so that a flood of invented ones costs bounded memory."""

FEWEST_PAIRS = 72
SURE = 10.0
"""Standard errors by which the addresses a passer must differ from none before anything is told."""

SPREADS = 1.9
"""Standard deviations to either side within which nine windows in ten were, on simulated days."""


@dataclass(frozen=True, slots=True)
class Window:
    """One window: weak addresses, passers in the picture, mean persons inside. `whole`: both were seen throughout."""

    weak: int
    seen: int
    inside: float
    whole: bool


@dataclass(frozen=True, slots=True)
class Fit:
    """Addresses that one passer and one person inside leave in a window, their variances, and the excess noise."""

    a_passer: float
    a_person: float
    passer_variance: float
    person_variance: float
    dispersion: float


class Street:
    """One radio beside a camera that sees part of what it hears."""

    def __init__(self, name: str, *, inside_dbm: int = -75) -> None:
        self.name, self._inside_dbm = name, inside_dbm
        self._windows: deque[Window] = deque(maxlen=MOST_WINDOWS)
        self._loudest: dict[int, int] = {}
        self._fit: Fit | None = None
        self.window: Window | None = None

    def feed(self, at: float, seen: DeviceSighting) -> None:
        """One probe request that passed the gate."""
        if seen.randomised and (seen.token in self._loudest or len(self._loudest) < MOST_ADDRESSES):
            self._loudest[seen.token] = max(self._loudest.get(seen.token, -128), seen.rssi_dbm)

    @property
    def strong(self) -> int:
        """Addresses of the window that were as loud as those inside: a count that grows as the crowd there does."""
        return sum(loudest >= self._inside_dbm for loudest in self._loudest.values())

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Nothing by itself: what the camera saw is needed, see `told`."""
        return []

    def told(self, start: float, end: float, seen: int | None, inside: float | None) -> list[Tally]:
        """The `passers` row of the window, given what the camera counted in it (None: it did not see).

        Where it did not see, everybody was outside its picture, and those inside cannot be told from them.
        """
        weak = len(self._loudest) - self.strong
        self.window = Window(weak, seen or 0, inside or 0.0, seen is not None and inside is not None)
        found = self._outside(self.window)
        values: dict[str, Value] = {
            "name": self.name,
            "seen": seen,
            "outside": found.persons if found else None,
            "outside_low": found.low if found else None,
            "outside_high": found.high if found else None,
        }
        return [Tally("passers", start, end, values, reason=None if found else "not_calibrated")]

    def restart(self, at: float) -> None:
        """Begin the next window; the one that ended teaches if all of it was seen."""
        if self.window is not None:
            self._windows.append(self.window)
            self._fit = fitted(list(self._windows))
        self.window = None
        self._loudest.clear()

    def _outside(self, window: Window) -> Estimate | None:
        fit = self._fit
        if fit is None:
            return None
        left = window.weak - fit.a_passer * window.seen - fit.a_person * window.inside
        persons = left / fit.a_passer
        variance = fit.dispersion * max(window.weak, 1)
        variance += (persons + window.seen) ** 2 * fit.passer_variance + window.inside**2 * fit.person_variance
        reach = SPREADS * sqrt(variance) / fit.a_passer
        return Estimate(max(0.0, persons), max(0.0, persons - reach), max(0.0, persons + reach))


def fitted(windows: list[Window]) -> Fit | None:
    """Least squares on the differences of neighbouring whole windows; None while a passer's share is not sure."""
    pairs = [(a, b) for a, b in pairwise(windows) if a.whole and b.whole]
    if len(pairs) < FEWEST_PAIRS:
        return None
    moved = np.array([(b.seen - a.seen, b.inside - a.inside) for a, b in pairs], float)
    told = np.array([b.weak - a.weak for a, b in pairs], float)
    columns = moved if _solved(moved, told)[-1] > 0 else moved[:, :1]
    shares = _solved(columns, told)
    rest = told - columns @ shares
    variances = np.diag(np.linalg.pinv(columns.T @ columns)) * rest.var()
    if shares[0] < SURE * sqrt(variances[0]) or shares[0] <= 0:
        return None
    weak = sum(a.weak + b.weak for a, b in pairs) / len(pairs)
    both = len(shares) == 2
    return Fit(
        a_passer=float(shares[0]),
        a_person=float(shares[1]) if both else 0.0,
        passer_variance=float(variances[0]),
        person_variance=float(variances[1]) if both else 0.0,
        dispersion=float(np.mean(rest**2) / max(weak, 1.0)),
    )


def _solved(columns: Matrix, told: Matrix) -> Matrix:
    return np.asarray(np.linalg.lstsq(columns, told, rcond=None)[0])
