"""Persons per device, learnt where a camera sees the same room; and the alarm when the factor has moved.

Unit: persons per device, between 0.05 and 20. Bias: it assumes that those who are seen and those who carry phones
that probe are the same crowd. The interval is of roots, whose spread is the same for few persons and for many
(Anscombe, "The transformation of Poisson, binomial and negative-binomial data", Biometrika 35, 1948).
"""

from collections import deque
from math import log, sqrt
from statistics import fmean, pstdev

from analytics.radio.site import Estimate

FEWEST_PAIRS = 12
FEWEST_HOURS = 2
MOST_PAIRS = 288
RECENT_PAIRS = 12
SMALLEST_SPREAD = 0.05
ALARM_SPREADS = 3.0
SMALLEST, LARGEST = 0.05, 20.0
PRIOR_SPREAD, PRIOR_WINDOWS = 0.6, 6.0
"""Of the root of persons around that of what was expected, and how many windows that guess is worth: a bare count of
persons spreads by 0.5 (decision 163)."""
ALIKE = 3.0
"""Windows in a row that teach no more than one does: who is there now was there ten minutes ago."""
NORMAL = 1.959964
"""Standard deviations to either side that hold nineteen in twenty."""


class Kappa:
    """The ratio of sums over the last day of taught windows; those without persons or devices teach nothing."""

    def __init__(self) -> None:
        self._pairs: deque[tuple[int, float]] = deque(maxlen=MOST_PAIRS)
        self._today = 0

    def teach(self, devices: int, persons: float) -> None:
        """One window of both."""
        if devices > 0 and persons > 0:
            self._pairs.append((devices, persons))
            self._today = min(self._today + 1, MOST_PAIRS)

    def settle(self, left_over: int) -> None:
        """The shop is empty and so many were still counted: they crept in over the day, which teaches again without."""
        for window in range(1, self._today + 1):
            devices, persons = self._pairs[window - self._today - 1]
            drifted = left_over * window / self._today
            self._pairs[window - self._today - 1] = devices, max(0.0, persons - drifted)
        self._today = 0

    @property
    def factor(self) -> float | None:
        """Persons per device, None until FEWEST_PAIRS windows were taught."""
        return _ratio(list(self._pairs)) if len(self._pairs) >= FEWEST_PAIRS else None

    def persons(self, devices: int) -> Estimate | None:
        """Persons for so many devices, with the interval of nineteen windows in twenty; None while nothing was taught.

        The spread is the prior's until windows have taught another, and how surely the factor is known widens it.
        """
        factor = self.factor
        if factor is None:
            return None
        persons, windows = devices * factor, len(self._pairs) / ALIKE
        errors = [(sqrt(seen) - sqrt(heard * factor)) ** 2 for heard, seen in self._pairs]
        variance = PRIOR_WINDOWS * PRIOR_SPREAD**2 + windows * fmean(errors)
        variance /= PRIOR_WINDOWS + windows
        unsure = ALIKE * persons / (factor * sum(heard for heard, _ in self._pairs))
        reach = _student(PRIOR_WINDOWS + windows) * sqrt(variance * (1 + unsure))
        return Estimate(persons, max(0.0, sqrt(persons) - reach) ** 2, (sqrt(persons) + reach) ** 2)

    @property
    def drifted(self) -> bool:
        """Whether the last hour's factor is further from those of the hours before it than they are from each other.

        Hours, because windows that follow one another are alike: by their spread every lunch break is a fault.
        """
        pairs = list(self._pairs)
        before, recent = pairs[:-RECENT_PAIRS], pairs[-RECENT_PAIRS:]
        begins = range(len(before) % RECENT_PAIRS, len(before), RECENT_PAIRS)
        hours = [log(_ratio(before[begin : begin + RECENT_PAIRS])) for begin in begins]
        if len(hours) < FEWEST_HOURS:
            return False
        spread = max(SMALLEST_SPREAD, pstdev(hours)) * (1 + FEWEST_HOURS / len(hours))
        return abs(log(_ratio(recent)) - fmean(hours)) > ALARM_SPREADS * spread


def _ratio(pairs: list[tuple[int, float]]) -> float:
    ratio = sum(persons for _, persons in pairs) / sum(devices for devices, _ in pairs)
    return min(LARGEST, max(SMALLEST, ratio))


def _student(freedom: float) -> float:
    """What NORMAL is for Student's t (Abramowitz, Stegun, "Handbook of mathematical functions", 26.7.5)."""
    z = NORMAL
    first, second = (z**3 + z) / 4, (5 * z**5 + 16 * z**3 + 3 * z) / 96
    third = (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384
    return z + first / freedom + second / freedom**2 + third / freedom**3
