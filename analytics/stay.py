"""Who is in an area and since when; a step outside is no departure, nor is a moment unseen.

Between two pictures a person walks straight and evenly, so the moment at which the area's edge was passed is known
better than by pictures: a walk of 0.8 s through a zone lasts 0.8 s at any rate of pictures. Who stands on the edge
comes and goes with every breath of his box: he stays until he is clearly outside, and left when he passed the edge.

A customer at a shelf is hidden by whoever steps before him, for longer than any tracker waits. Nobody who stands there
vanishes and nobody appears: who is found where somebody stood who was lost may have been there all the time. Who was
walking when he was lost has gone, behind a door or out of the picture.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from analytics.crossing import Reference, reference
from analytics.geometry import Point, Polygon, Polyline, scaled
from analytics.steady import inside_picture, moved
from observations import Box, Percept, Track

STEP_OUT = 1.0
"""Seconds outside after which a person has left: shorter ones belong to the stay."""

BESIDE = 0.08
"""Box heights beside the edge within which who was inside has not left yet: there a trembling box goes in and out."""

FOUND_WITHIN = 0.5
"""Box heights within which he is found."""

STANDS, STOOD = 0.2, 1.0
"""Box heights within which somebody stands, and seconds for which he must have stood."""


@dataclass(slots=True)
class Stay:
    """From stepping in to stepping out, or to being seen last; `inside` is False for who may come back at once.
    `lost` is the length that it had when its person was lost (at `box`), None if he never was; `stood` since when he
    has stood at `place`."""

    since: float
    last: float
    seen: float
    inside: bool = True
    lost: float | None = None
    box: Box | None = None
    place: Box | None = None
    stood: float = 0.0

    @property
    def seconds(self) -> float:
        return self.last - self.since

    def stand(self, at: float, box: Box, aspect: float) -> None:
        """Seen here, in the same place as before or in another."""
        self.box = box
        if self.place is None or moved(self.place, box, aspect) > STANDS:
            self.place, self.stood = box, at


class Stays:
    """The stays in one area (corners in relative picture coordinates), from the steady percepts of its camera."""

    def __init__(self, corners: tuple[Point, ...], which: Reference = Reference.FOOT, found_after: float = 0.0) -> None:
        """Who is found within `found_after` seconds where somebody was lost goes on with his stay."""
        self._area = Polygon(corners)
        self._edge, self._aspect = Polyline((*corners, corners[0])), 1.0
        self._reference, self._found_after = which, found_after
        self.here: dict[int, Stay] = {}
        """The open stays by the person's number."""
        self._were: dict[int, tuple[float, Point]] = {}
        """When and where everybody in the picture was seen last."""
        self._lost: list[Stay] = []
        self.seconds = 0.0
        """Person-seconds since ever. The time from one picture to the next belongs to where the person was before it,
        so that areas without gaps share out exactly the time for which somebody was in view."""

    @property
    def occupancy(self) -> int:
        """Persons inside now."""
        return sum(stay.inside for stay in self.here.values())

    def feed(self, at: float, seen: Percept) -> list[tuple[int, Stay]]:
        """The stays that are over with this picture."""
        over = []
        if seen.aspect != self._aspect:
            self._aspect = seen.aspect
            self._edge = Polyline(scaled((*self._area.corners, self._area.corners[0]), seen.aspect))
        for track in seen.tracks:
            point = reference(track.box, self._reference)
            inside = self._area.contains(point)
            before = self._were.get(track.number) or self._first(at, track, point)
            stay = self.here.get(track.number) or self._begun(at, track, before, point, seen.aspect)
            if stay is not None:
                if stay.inside:
                    self.seconds += at - stay.seen
                if inside:
                    stay.last = at
                elif stay.inside:
                    stay.last = self._left(before, at, point)
                elif at - stay.last >= STEP_OUT and self._beyond(track, point):
                    over.append((track.number, self.here.pop(track.number)))
                stay.seen, stay.inside = at, inside
                if self._found_after:
                    stay.stand(at, track.box, seen.aspect)
            self._were[track.number] = at, point
        return over + list(self._ended(at, seen))

    def _ended(self, at: float, seen: Percept) -> Iterator[tuple[int, Stay]]:
        """The stays of those who are gone; they may go on when somebody is found where they were lost."""
        self._lost = [stay for stay in self._lost if at - stay.seen <= self._found_after]
        for number in seen.ended:
            self._were.pop(number, None)
            stay = self.here.pop(number, None)
            if stay is None:
                continue
            if stay.box is not None and stay.inside and stay.seen - stay.stood >= STOOD and inside_picture(stay.box):
                stay.lost = stay.seconds
                self._lost.append(stay)
            yield number, stay

    def _first(self, at: float, track: Track, point: Point) -> tuple[float, Point]:
        """When and where the tracker first saw the person, a few pictures before it believed in him."""
        return (at, point) if track.origin is None else (track.since, reference(track.origin, self._reference))

    def _begun(self, at: float, track: Track, before: tuple[float, Point], point: Point, aspect: float) -> Stay | None:
        """The stay of who was not here before, since he passed the edge, or was first seen if that was here."""
        since, place = before
        if self._area.contains(place):
            stay = self._found(at, track, aspect) or Stay(since, since, since)
        elif self._area.contains(point):
            passed = at - self._area.exit(point, place) * (at - since)
            stay = Stay(passed, passed, at)
        else:
            return None
        self.here[track.number] = stay
        return stay

    def _found(self, at: float, track: Track, aspect: float) -> Stay | None:
        """The stay of the nearest of those lost, for who appeared within the picture."""
        box = track.origin or track.box
        if track.number in self._were or not inside_picture(box):
            return None
        near = [
            (far, index)
            for index, stay in enumerate(self._lost)
            if at - stay.seen <= self._found_after
            and stay.box is not None
            and (far := moved(stay.box, box, aspect)) <= FOUND_WITHIN
        ]
        return self._lost.pop(min(near)[1]) if near else None

    def _beyond(self, track: Track, point: Point) -> bool:
        """Whether who is outside is farther from the edge than a box trembles."""
        return self._edge.distance((point[0] * self._aspect, point[1])) > BESIDE * track.box.height

    def _left(self, before: tuple[float, Point], at: float, point: Point) -> float:
        """When the edge was passed on the way out."""
        since, place = before
        return since + self._area.exit(place, point) * (at - since)
