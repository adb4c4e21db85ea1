"""What lies behind counting lines, and the metrics that are made of their crossings."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from analytics.crossing import Crossing
from analytics.line import LineCounter
from analytics.metric import Metric
from analytics.offers import offers

Fed = TypeVar("Fed", bound=Metric[Crossing])


def fed(metric: Fed, lines: Iterable[LineCounter]) -> Fed:
    """The metric, which is fed with every crossing of these lines from now on."""
    for line in lines:
        line.heard.append(lambda seen: metric.feed(seen.at, seen))
    return metric


@dataclass(frozen=True, slots=True)
class BehindLines:
    """Marks the function of a module that makes its metrics of one area, and has them told of crossings."""

    make: "Callable[[Area], Iterable[Metric[Any]]]"


@dataclass(frozen=True, slots=True)
class Area:
    """One area: all lines over which one comes in or goes out, and those of them over which only buyers leave.

    `carry` is the number of persons below which a histogram waits for the next window; `closed` knows the opening hours
    at a clock second.
    """

    name: str
    lines: Sequence[LineCounter]
    bought: Sequence[LineCounter]
    carry: int
    closed: Callable[[float], bool]

    def metrics(self) -> list[Metric[Any]]:
        """All that is counted behind these lines."""
        return [metric for offer in offers(BehindLines) for metric in offer.make(self)]
