"""Whether a camera sees somebody in the zone before a shelf; it counts nothing and remembers two moments."""

import math

from analytics.crossing import Reference, reference
from analytics.geometry import Polygon
from analytics.zone import Zone
from observations import Percept, Tally

LOOKED_S = 3.0
"""A camera that has shown no picture for so long says nothing."""

LEFT_S = 3.0
"""Seconds after the last person in the zone from which nobody is there: a detector overlooks one now and then."""


class Attendance:
    """Fed with the percepts of the zone's camera, as a metric that has no tallies."""

    def __init__(self, zone: Zone) -> None:
        self._area = Polygon(zone.corners)
        self._reference: Reference = zone.reference
        self._looked_at = self._there_at = self._began = -math.inf

    def feed(self, at: float, seen: Percept) -> None:
        """One picture; one that is not fit to count by is none."""
        if seen.view:
            return
        if at - self._looked_at > LOOKED_S:
            self._began = at
        self._looked_at = at
        if any(self._area.contains(reference(track.box, self._reference)) for track in seen.tracks):
            self._there_at = at

    def attended(self, at: float) -> bool:
        """Whether the camera looks and somebody is there, or was a moment ago."""
        return at - self._looked_at <= LOOKED_S and at - self._there_at <= LEFT_S

    def deserted(self, at: float) -> bool:
        """Whether the camera has looked all the while and seen nobody there for some seconds."""
        return at - self._looked_at <= LOOKED_S and at - max(self._there_at, self._began) > LEFT_S

    def tallies(self, start: float, end: float) -> list[Tally]:
        """None."""
        return []

    def restart(self, at: float) -> None:
        """Nothing begins."""
