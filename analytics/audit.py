"""The box checks itself: ways in against ways out at closing, and its sensors against each other, hour by hour.

A check never says what the truth is. It says that two counts of the same crowd no longer fit, by how much, and, where
three sensors are compared, which of them is alone.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations
from math import sqrt

SPANS = (12, 36)
"""Windows that are held against those before them: an hour of them for what is gross, three for what is not."""

FEWEST = 96
MOST = 2016
SURE, LIKELY = 4.0, 2.0
"""Spreads by which two counts must differ to be apart; and to be so beside another pair that is."""

LARGE = 0.25
"""Departure under which nothing is said, however sure it is."""

UNBALANCED = 0.05
FEWEST_UNBALANCED = 4


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong with one sensor's counts: `trust` is the share (0..1) that is confirmed, `reason` which check."""

    trust: float
    reason: str


class Agreement:
    """Two counts of one crowd: their ratio over the windows so far, and how far that of the last hours is from it.

    While they disagree these hours teach nothing, so that a fault does not become the rule.
    """

    def __init__(self) -> None:
        self._before: deque[tuple[float, float]] = deque(maxlen=MOST)
        self._recent: deque[tuple[float, float]] = deque(maxlen=max(SPANS))

    def feed(self, one: float, other: float) -> None:
        """A window's counts."""
        if len(self._recent) == max(SPANS) and self.confirmed(SURE) is None:
            self._before.append(self._recent[0])
        self._recent.append((one, other))

    def confirmed(self, spreads: float) -> float | None:
        """The share (0..1) of the larger count that the smaller one confirms; None while they agree as usual."""
        usual = sum(other for _, other in self._before)
        if len(self._before) < FEWEST or usual <= 0:
            return None
        ratio = sum(one for one, _ in self._before) / usual
        noise = sum((one - ratio * other) ** 2 for one, other in self._before) / usual
        shares = [self._share(span, ratio, noise, spreads) for span in SPANS if len(self._recent) >= span]
        return min((share for share in shares if share is not None), default=None)

    def _share(self, span: int, ratio: float, noise: float, spreads: float) -> float | None:
        recent = list(self._recent)[-span:]
        told, expected = sum(one for one, _ in recent), ratio * sum(other for _, other in recent)
        most = max(told, expected)
        off = abs(told - expected)
        if ratio <= 0 or off <= spreads * sqrt(noise * most / ratio) or off <= LARGE * most:
            return None
        return min(told, expected) / most


class Witnesses:
    """Up to three sensors that count the same crowd, each in its own unit; keys name them."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self._pairs = {pair: Agreement() for pair in combinations(names, 2)}

    def feed(self, counts: Mapping[str, float]) -> None:
        """A window's counts of those that saw all of it."""
        for (one, other), agreement in self._pairs.items():
            if one in counts and other in counts:
                agreement.feed(counts[one], counts[other])

    def findings(self) -> dict[str, Finding]:
        """Who is apart from both others (`contradicted`), or is one of two of whom one is wrong (`disputed`)."""
        if all(agreement.confirmed(SURE) is None for agreement in self._pairs.values()):
            return {}
        likely = {pair: agreement.confirmed(LIKELY) for pair, agreement in self._pairs.items()}
        apart = sorted((share, pair) for pair, share in likely.items() if share is not None)
        if len(apart) == 1:
            return {name: Finding(apart[0][0], "disputed") for name in apart[0][1]}
        (least, one), (_, other) = apart[:2]
        (alone,) = set(one) & set(other)
        return {alone: Finding(least, "contradicted")}


class Balance:
    """Whoever came in has gone out by closing: judged once a day, and held until the next closing."""

    def __init__(self) -> None:
        self._in = self._out = 0
        self.finding: Finding | None = None

    def feed(self, inwards: int, outwards: int) -> None:
        """A window's crossings of all lines of an area."""
        self._in += inwards
        self._out += outwards

    def close(self) -> None:
        """The shop has closed."""
        off, most = abs(self._in - self._out), max(self._in, self._out)
        wrong = off >= FEWEST_UNBALANCED and off > UNBALANCED * most
        if most:
            self.finding = Finding(1 - off / most, "unbalanced") if wrong else None
        self._in = self._out = 0
