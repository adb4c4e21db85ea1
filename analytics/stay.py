"""Who is in an area and since when; a step outside is no departure, nor is a moment unseen."""

from dataclasses import dataclass

from analytics.crossing import Reference, reference
from analytics.geometry import Point, Polygon
from observations import Percept, Track

STEP_OUT = 1.0
"""Seconds outside after which a person has left: shorter ones belong to the stay."""


@dataclass(slots=True)
class Stay:
    """From first being seen inside to first being seen outside; `inside` is False for who may come back at once."""

    since: float
    last: float
    inside: bool = True

    @property
    def seconds(self) -> float:
        return self.last - self.since


class Stays:
    """The stays in one area (corners in relative picture coordinates), from the steady percepts of its camera."""

    def __init__(self, corners: tuple[Point, ...], which: Reference = Reference.FOOT) -> None:
        self._area = Polygon(corners)
        self._reference = which
        self.here: dict[int, Stay] = {}
        """The open stays by the person's number."""
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
        for track in seen.tracks:
            inside = self._area.contains(reference(track.box, self._reference))
            stay = self.here.get(track.number) or self._begun(at, track, inside)
            if stay is None:
                continue
            if stay.inside:
                self.seconds += at - stay.last
            if stay.inside or inside:
                stay.last, stay.inside = at, inside
            elif at - stay.last >= STEP_OUT:
                over.append((track.number, self.here.pop(track.number)))
        return over + [(number, self.here.pop(number)) for number in seen.ended if number in self.here]

    def _begun(self, at: float, track: Track, inside: bool) -> Stay | None:
        """The stay of who was not here before: since the person was first seen, if that was here."""
        if track.origin is not None and self._area.contains(reference(track.origin, self._reference)):
            at = track.since
        elif not inside:
            return None
        self.here[track.number] = Stay(at, at)
        return self.here[track.number]
