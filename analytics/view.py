"""What is drawn into one camera's picture, and the metrics that are made of it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar, cast

from analytics.metric import Metric
from analytics.offers import offers
from observations import Percept

Drawing = TypeVar("Drawing")
Made = TypeVar("Made", bound=Metric[Percept])


@dataclass(frozen=True, slots=True)
class InView(Generic[Made]):
    """Marks the function of a module that makes its metrics of one view."""

    make: "Callable[[View], Iterable[Made]]"


@dataclass
class View:
    """One camera and what is drawn into its picture.

    `carry` is the number of persons below which a histogram waits for the next window. `closed` knows the opening hours
    at a clock second, None where there are none; `hour` tells the local hour, None while the clock is not set.
    """

    camera: str
    drawn: Sequence[object]
    carry: int
    closed: Callable[[float], bool] | None = None
    hour: Callable[[float], int | None] = lambda at: None
    _made: dict[InView[Any], list[Any]] = field(default_factory=dict, init=False)

    def drawings(self, kind: type[Drawing]) -> list[Drawing]:
        """Those of one kind, in the order of the configuration."""
        return [one for one in self.drawn if isinstance(one, kind)]

    def made(self, offer: InView[Made]) -> list[Made]:
        """The metrics of one offer, made once. Who asks for another's metrics is fed after them."""
        if offer not in self._made:
            self._made[offer] = list(offer.make(self))
        return cast(list[Made], self._made[offer])

    def metrics(self) -> list[Metric[Percept]]:
        """All that is counted here, in the order in which it must be fed."""
        for offer in offers(InView):
            self.made(offer)
        return [metric for made in self._made.values() for metric in made]
