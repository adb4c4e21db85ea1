"""From which zone to which, and along which routes: only as often as hides who walked; no path of anybody is kept."""

from collections import Counter
from collections.abc import Iterator

from analytics.durations import CARRY
from analytics.view import InView, View
from analytics.zone import Viewed, zones
from observations import Percept, Tally

LONGEST = 6
"""Zones of a route at most; a longer walk is told by its first ones."""

MOST = 500
"""Different routes counted at most; further ones are not begun."""

TOP = 10
"""Routes told in one window at most, the most frequent first."""


class Flow:
    """The `flows` and `routes` of a report: the zones of one camera, told of each view by `ZoneCounter.heard`.

    Feed it after its zones. A pair of zones or a route walked by fewer than `carry` persons is kept to itself and
    waits for the next window; it is told once so many have walked it.
    """

    def __init__(self, carry: int = CARRY) -> None:
        self._carry = carry
        self._walks: dict[int, list[str]] = {}
        self._pairs: Counter[tuple[str, str]] = Counter()
        self._routes: Counter[tuple[str, ...]] = Counter()

    def begin_day(self, at: float) -> None:
        """Forget what too few have walked on the day before."""
        self._pairs.clear()
        self._routes.clear()

    def viewed(self, seen: Viewed) -> None:
        """Somebody has been in a zone."""
        walk = self._walks.setdefault(seen.number, [])
        if walk and walk[-1] != seen.zone:
            self._pairs[walk[-1], seen.zone] += 1
        if not walk or walk[-1] != seen.zone:
            walk.append(seen.zone)
            del walk[LONGEST:-1]

    def feed(self, at: float, seen: Percept) -> None:
        """Whose walk is over."""
        for number in seen.ended:
            route = tuple(self._walks.pop(number, ()))[:LONGEST]
            if len(route) > 1 and (route in self._routes or len(self._routes) < MOST):
                self._routes[route] += 1

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The pairs and routes that enough have walked."""
        pairs = [
            Tally("flows", start, end, {"from_zone": a, "to_zone": b, "persons": persons}, support=persons)
            for (a, b), persons in sorted(self._pairs.items())
            if persons >= self._carry
        ]
        routes = [
            Tally("routes", start, end, {"zones": route, "persons": persons}, support=persons)
            for route, persons in self._routes.most_common(TOP)
            if persons >= self._carry
        ]
        return pairs + routes

    def restart(self, at: float) -> None:
        """Begin the next window; what was told starts again at nobody."""
        told = {route for route, persons in self._routes.most_common(TOP) if persons >= self._carry}
        self._pairs = Counter({pair: n for pair, n in self._pairs.items() if n < self._carry})
        self._routes = Counter({route: n for route, n in self._routes.items() if route not in told})


@InView
def flows(view: View) -> Iterator[Flow]:
    """Where there is more than one zone."""
    counters = view.made(zones)
    if len(counters) > 1:
        flow = Flow(view.carry)
        for counter in counters:
            counter.heard.append(flow.viewed)
        yield flow
