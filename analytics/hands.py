"""Hands at a shelf: who reached in, and what came of it; of a person only wrists are looked at, and nothing is kept."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from analytics.crossing import Reference
from analytics.geometry import Point, Polygon
from analytics.reach import Deed, Reach
from analytics.stay import Stays
from analytics.view import InView, View
from analytics.zone import VIEW
from observations import Percept, Tally, Track, Value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """A shelf in a picture, in relative coordinates.

    `corners` is where one stands who could reach into it, `plane` where a hand is seen only when it is in the shelf:
    its front and what is behind it, from a camera that looks along the shelf or down on it.
    """

    name: str
    corners: tuple[Point, ...]
    plane: tuple[Point, ...]
    reference: Reference = Reference.FOOT

    def __post_init__(self) -> None:
        Polygon(self.corners)
        Polygon(self.plane)


class HandCounter:
    """The `hands` of a report: one shelf, fed with the steady percepts of its camera.

    A reach counts when it is judged: a few seconds after the hand came out, or when the person goes.
    """

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf
        self._stays = Stays(shelf.corners, shelf.reference)
        self._plane = Polygon(shelf.plane)
        self._passed: set[int] = set()
        self._reached: set[int] = set()
        self._hands: dict[int, Reach] = {}
        self._zero()

    def _zero(self) -> None:
        self._passers = 0
        self._reachers = 0
        self._deeds: Counter[Deed] = Counter()

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the shelf's camera."""
        for number, _stay in self._stays.feed(at, seen):
            self._passed.discard(number)
        for number in seen.ended:
            if number in self._hands:
                self._count(number, self._hands.pop(number).end(at))
            self._reached.discard(number)
        for number, stay in self._stays.here.items():
            if number not in self._hands:
                self._hands[number] = Reach()
            if stay.inside and stay.seconds >= VIEW and number not in self._passed:
                self._passed.add(number)
                self._passers += 1
        for track in seen.tracks:
            if track.number in self._hands:
                self._look(at, track)
        for number in [n for n, hands in self._hands.items() if n not in self._stays.here and not hands.busy]:
            del self._hands[number]

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The shelf's figures since the last restart."""
        values: dict[str, Value] = {
            "shelf": self.shelf.name,
            "passers": self._passers,
            "reached": self._reachers,
            "touched": self._deeds.total(),
            "picked": self._deeds[Deed.PICKED],
            "put_back": self._deeds[Deed.PUT_BACK],
            "unclear": self._deeds[Deed.UNCLEAR],
        }
        return [Tally("hands", start, end, values, support=self._passers)]

    def restart(self, at: float) -> None:
        """Begin the next window; who has a hand in the shelf goes on."""
        self._zero()

    def _look(self, at: float, track: Track) -> None:
        reach, hands = self._hands[track.number], track.hands
        if hands is None or (not hands.wrists and hands.lift is None):
            self._count(track.number, reach.wait(at))
            return
        stay = self._stays.here.get(track.number)
        inside = stay is not None and stay.inside and any(map(self._plane.contains, hands.wrists))
        self._count(track.number, reach.see(at, inside, hands.lift))

    def _count(self, number: int, deeds: Iterable[Deed]) -> None:
        for deed in deeds:
            self._deeds[deed] += 1
            if number not in self._reached:
                self._reached.add(number)
                self._reachers += 1


@InView
def hands(view: View) -> Iterator[HandCounter]:
    """Every shelf's."""
    return map(HandCounter, view.drawings(Shelf))
