"""One number for each person in view, whatever happened to pictures and tracks: late, twice, missing, reused, broken.

What comes out are percepts again, so every metric of a camera may believe what it is fed: time only goes forward, a
number belongs to one person and never to another, a box is where the person is, and `ended` means gone.
"""

from dataclasses import dataclass, replace
from math import inf

from analytics.geometry import distance
from observations import Box, Percept, Track

PATIENCE = 1.5
"""Seconds for which a person whose track broke inside the picture may be continued by another track."""

REACH = 0.5
"""Box heights within which the other track must begin."""

EDGE = 0.02
"""A box this near to the picture's edge (relative) has left the picture: nobody continues it elsewhere."""

AHEAD = 0.5
"""Seconds of going on as before that take a person to the edge: he has left, too."""

WHOLE = 0.75
"""Of a box at the left or right edge, the share of the person's height below which most of the person is outside."""

HIDDEN = 5.0
"""Seconds for which who vanished behind somebody who is still there may come out from behind him."""

COVERED = 0.3
"""The share of a person's box that somebody else covered when he vanished."""

GROWN = 1.5
"""Factor of height within which who comes out is the one who vanished."""

SILENCE = 30.0
"""Seconds after which a track that neither ended nor was seen is over: memory is bounded even if an end was lost."""


@dataclass(slots=True, eq=False)
class _Person:
    number: int
    since: float
    track: int
    begun: float
    seen: float
    box: Box
    tall: float
    right: float = 0.0
    down: float = 0.0
    origin: Box | None = None
    """Where he was at `since`, until it has been told."""
    behind: "_Person | None" = None
    """Who covered him when he was not seen any more."""

    @property
    def within(self) -> bool:
        """Whether the person was last seen in the picture and not about to step out of it."""
        box, right, down = self.box, self.right * AHEAD, self.down * AHEAD
        return inside_picture(Box(box.left + right, box.top + down, box.right + right, box.bottom + down))

    def hidden(self, at: float) -> bool:
        """Whether he vanished behind somebody who is still there, a short while ago."""
        return self.behind is not None and at - self.behind.seen <= PATIENCE and at - self.seen <= HIDDEN

    def beside(self, box: Box, aspect: float) -> float:
        """How far a box is from who covered him and may have walked on with him; infinite where it is not his size."""
        if self.behind is None or not 1 / GROWN < box.height / self.box.height < GROWN:
            return inf
        return moved(self.behind.box, box, aspect)

    def move(self, at: float, box: Box) -> None:
        """Seen again, here."""
        if at > self.seen:
            self.right = (box.center[0] - self.box.center[0]) / (at - self.seen)
            self.down = (box.bottom - self.box.bottom) / (at - self.seen)
        self.seen, self.box, self.behind = at, box, None


class Steady:
    """Of one camera.

    A picture that is not newer than the last is dropped; in one not fit to count by nobody is seen; a predicted
    (coasting) box is not believed, nor the shrinking rest of who leaves sideways. A reused track number (another
    `since`) is another person. A track that broke inside the picture is continued by one that begins at most
    `PATIENCE` seconds later within `REACH` box heights of him, or of who covered him. Who comes out from behind
    somebody later is another person, but one who began where the first vanished: he walked with the other meanwhile.
    """

    def __init__(self) -> None:
        self._at = float("-inf")
        self._number = 0
        self._tracked: dict[int, _Person] = {}
        self._lost: list[_Person] = []
        self._hidden: list[_Person] = []

    def steady(self, at: float, percept: Percept) -> Percept | None:
        """The percept with persons for tracks, or None when it is too late to be of use."""
        if at <= self._at:
            return None
        before, self._at = self._at, at
        for number in percept.ended:
            self._lose(number)
        seen = () if percept.view else [track for track in percept.tracks if not track.coasting]
        present = {track.number for track in seen}
        tracks = []
        for track in seen:
            person = self._person(at, track, percept.aspect, present)
            if _believed(at, person, track.box):
                tracks.append(replace(track, number=person.number, since=person.since, origin=person.origin))
                person.origin = None
            person.move(at, track.box)
        self._cover(before, at)
        return replace(percept, at=at, tracks=tuple(tracks), ended=tuple(self._over(at)))

    def _person(self, at: float, track: Track, aspect: float, present: set[int]) -> _Person:
        person = self._tracked.get(track.number)
        if person is not None and person.begun != track.since:
            self._lose(track.number)
            person = None
        if person is None:
            person = self._continued(at, track, aspect, present) or self._new(at, track, aspect)
            person.track, person.begun = track.number, track.since
            self._tracked[track.number] = person
        return person

    def _new(self, at: float, track: Track, aspect: float) -> _Person:
        self._number += 1
        person = _Person(self._number, track.since, track.number, track.since, at, track.box, track.box.height)
        person.origin = track.origin
        before = self._emerged(track, aspect)
        if before is not None:
            person.since, person.origin = before.seen, before.box
        return person

    def _emerged(self, track: Track, aspect: float) -> _Person | None:
        """Who vanished behind somebody beside whom this track begins."""
        box = track.origin or track.box
        near = [
            (far, person.number, person)
            for person in self._hidden
            if track.since > person.seen and (far := person.beside(box, aspect)) <= REACH
        ]
        if not near or not inside_picture(box):
            return None
        person = min(near)[2]
        self._hidden.remove(person)
        return person

    def _cover(self, before: float, at: float) -> None:
        """Note who covers those who were seen in the picture before this one."""
        there = [person for person in self._tracked.values() if person.seen == at]
        for person in (*self._tracked.values(), *self._lost):
            if person.seen == before and there:
                most, _, other = max((_covered(person.box, other.box), other.number, other) for other in there)
                person.behind = other if most >= COVERED else None

    def _continued(self, at: float, track: Track, aspect: float, present: set[int]) -> _Person | None:
        """The person whose track broke here, of those lost or only predicted now; who is at the edge has just come."""
        if not inside_picture(track.origin or track.box):
            return None
        unseen = [person for person in self._tracked.values() if person.track not in present]
        near = [
            (far, person.number, person)
            for person in (*self._lost, *unseen)
            if at - person.seen <= PATIENCE and track.since >= person.seen and person.within
            if (far := min(moved(person.box, track.box, aspect), person.beside(track.box, aspect))) <= REACH
        ]
        if not near:
            return None
        person = min(near)[2]
        if self._tracked.get(person.track) is person:
            del self._tracked[person.track]
        else:
            self._lost.remove(person)
        return person

    def _lose(self, number: int) -> None:
        person = self._tracked.pop(number, None)
        if person is not None:
            self._lost.append(person)

    def _over(self, at: float) -> list[int]:
        """Those who are gone now, once each."""
        silent = [person for person in self._tracked.values() if at - person.seen > SILENCE]
        for person in silent:
            self._lose(person.track)
        over = [person for person in self._lost if at - person.seen > PATIENCE or not person.within]
        if over:
            self._lost = [person for person in self._lost if person not in over]
        self._hidden = [person for person in (*self._hidden, *over) if person.within and person.hidden(at)]
        return [person.number for person in over]


def _believed(at: float, person: _Person, box: Box) -> bool:
    """Whether the box shows the person: at the side of the picture it must not have shrunk within a moment."""
    person.tall = max(box.height, person.tall * (1 - 0.1 * min(at - person.seen, 5.0)))
    return (box.left > EDGE and box.right < 1 - EDGE) or box.height >= WHOLE * person.tall


def _covered(box: Box, other: Box) -> float:
    """The share of a box that another one covers."""
    wide = min(box.right, other.right) - max(box.left, other.left)
    high = min(box.bottom, other.bottom) - max(box.top, other.top)
    return max(wide, 0.0) * max(high, 0.0) / max(box.width * box.height, 1e-9)


def moved(old: Box, new: Box, aspect: float) -> float:
    """How far apart the middles of two boxes are, in heights of the first."""
    (x0, y0), (x1, y1) = old.center, new.center
    return distance((x0 * aspect, y0), (x1 * aspect, y1)) / max(old.height, 1e-6)


def inside_picture(box: Box) -> bool:
    """Whether a box is clear of all edges of the picture, so that a person who ends here has not walked out of it."""
    return box.left > EDGE and box.top > EDGE and box.right < 1 - EDGE and box.bottom < 1 - EDGE
