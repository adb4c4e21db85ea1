"""How well a line counted, held against a person who stood beside it and tapped; nothing but times and ways.

Taps and counts are paired in time, one to one and way by way, after taking out the one lag by which the person tapped
late. What stays unpaired was missed (a tap) or is false (a count). How sure the result makes us is the exact binomial
bound (Clopper and Pearson, one-sided): `upper(errors, of)`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from analytics.crossing import Way

TOLERANCE_S = 2.0
"""How far apart a tap and its count may be once the lag is taken out."""
LAG_S = 3.0
"""The lag is looked for among so many seconds late and early."""
STEP_S = 0.1
BIN_S = 60.0
"""Within a bin of so many seconds the absolute error lets a miss and a false count cancel."""
CONFIDENCE = 0.95


@dataclass(frozen=True, slots=True, order=True)
class Passage:
    """One person over the line, as it was tapped or as it was counted; seconds of one clock."""

    at: float
    way: Way


@dataclass(frozen=True, slots=True, kw_only=True)
class Accuracy:
    """What an audit found. `missed` are taps, `false` are counts; both on the clock of the counts."""

    tapped: dict[Way, int]
    counted: dict[Way, int]
    missed: tuple[Passage, ...]
    false: tuple[Passage, ...]
    lag: float
    absolute: int

    @property
    def true(self) -> int:
        """Persons who went over the line."""
        return sum(self.tapped.values())

    @property
    def told(self) -> int:
        """Persons who were counted."""
        return sum(self.counted.values())

    @property
    def errors(self) -> int:
        """Each missed person and each false count."""
        return len(self.missed) + len(self.false)

    @property
    def net_error(self) -> float | None:
        """(counted - true) / true: misses and false counts cancel. None where nobody went."""
        return (self.told - self.true) / self.true if self.true else None

    @property
    def absolute_error(self) -> float | None:
        """The sum over minutes and ways of |counted - true|, over true. None where nobody went."""
        return self.absolute / self.true if self.true else None

    @property
    def precision(self) -> float | None:
        """The share of the counts that were persons. None where nothing was counted."""
        return 1 - len(self.false) / self.told if self.told else None

    @property
    def recall(self) -> float | None:
        """The share of the persons who were counted. None where nobody went."""
        return 1 - len(self.missed) / self.true if self.true else None

    @property
    def bound(self) -> float:
        """The share of errors that is not exceeded with 95 % confidence."""
        return upper(self.errors, self.true)

    def more(self, claim: float) -> int:
        """How many more persons must be counted without an error until `bound` is at most `claim`."""
        return max(0, needed(self.errors, claim) - self.true)


def judge(taps: Sequence[Passage], counts: Sequence[Passage], start: float) -> Accuracy:
    """Hold the counts of an audit that began at `start` against its taps."""
    lag = _lag(taps, counts)
    shifted = sorted(Passage(tap.at - lag, tap.way) for tap in taps)
    pairs = [pair for way in Way for pair in paired(_of(shifted, way), _of(counts, way))]
    missed = _without(shifted, [tap for tap, _ in pairs])
    false = _without(sorted(counts), [count for _, count in pairs])
    return Accuracy(
        tapped={way: len(_of(taps, way)) for way in Way},
        counted={way: len(_of(counts, way)) for way in Way},
        missed=tuple(missed),
        false=tuple(false),
        lag=lag,
        absolute=_absolute(missed, false, start),
    )


def paired(
    taps: Sequence[Passage], counts: Sequence[Passage], tolerance: float = TOLERANCE_S
) -> list[tuple[Passage, Passage]]:
    """As many pairs not more than `tolerance` apart as there can be, in order; both sequences sorted, of one way."""
    pairs, tap, count = [], 0, 0
    while tap < len(taps) and count < len(counts):
        apart = counts[count].at - taps[tap].at
        if abs(apart) <= tolerance:
            pairs.append((taps[tap], counts[count]))
        tap += apart >= -tolerance
        count += apart <= tolerance
    return pairs


def upper(errors: int, of: int, confidence: float = CONFIDENCE) -> float:
    """The largest error share p with which `errors` or fewer `of` so many still have a chance of 1 - confidence."""
    if errors >= of:
        return 1.0
    low, high = errors / of, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if _at_most(errors, of, middle) > 1 - confidence else (low, middle)
    return high


def needed(errors: int, claim: float) -> int:
    """The fewest persons of whom `errors` errors still prove an error share of at most `claim` (0 < claim < 1)."""
    low, high = errors, errors + 1
    while upper(errors, high) > claim:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if upper(errors, middle) <= claim else (middle, high)
    return high


def _at_most(errors: int, of: int, share: float) -> float:
    """The chance of `errors` or fewer `of` so many, where each comes with probability `share` (0 < share < 1)."""
    yes, no, whole = math.log(share), math.log1p(-share), math.lgamma(of + 1)
    terms = (whole - math.lgamma(k + 1) - math.lgamma(of - k + 1) + k * yes + (of - k) * no for k in range(errors + 1))
    return math.fsum(map(math.exp, terms))


def _lag(taps: Sequence[Passage], counts: Sequence[Passage]) -> float:
    """By how much all taps came late: the lag with the most pairs, of these the one that leaves them closest."""
    steps = round(LAG_S / STEP_S)
    return max((step * STEP_S for step in range(-steps, steps + 1)), key=lambda lag: _fit(taps, counts, lag))


def _fit(taps: Sequence[Passage], counts: Sequence[Passage], lag: float) -> tuple[int, float, float]:
    shifted = [Passage(tap.at - lag, tap.way) for tap in taps]
    pairs = [pair for way in Way for pair in paired(_of(shifted, way), _of(counts, way))]
    return len(pairs), -round(sum(abs(tap.at - count.at) for tap, count in pairs), 6), -abs(lag)


def _of(passages: Sequence[Passage], way: Way) -> list[Passage]:
    return sorted(passage for passage in passages if passage.way is way)


def _without(passages: Sequence[Passage], taken: Sequence[Passage]) -> list[Passage]:
    left = list(passages)
    for passage in taken:
        left.remove(passage)
    return left


def _absolute(missed: Sequence[Passage], false: Sequence[Passage], start: float) -> int:
    """Pairs cancel in whichever bin they are; so only what is unpaired counts."""
    bins: dict[tuple[int, Way], int] = {}
    for passages, sign in ((missed, -1), (false, 1)):
        for passage in passages:
            place = int((passage.at - start) // BIN_S), passage.way
            bins[place] = bins.get(place, 0) + sign
    return sum(map(abs, bins.values()))
