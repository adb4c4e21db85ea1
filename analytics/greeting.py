"""Whether who comes in is met by staff, on a measured floor; of staff it knows that they are staff, and nobody apart.

A camera does not see who works here. A person is taken for staff, for as long as the track lasts, who has stood where
only staff stand while a badge was there; everybody else is a customer.
"""

from dataclasses import dataclass, field

from analytics.badges import Badges
from analytics.crossing import Crossings, Drawn, Way
from analytics.durations import CARRY, Durations
from analytics.floor import Floor
from analytics.geometry import Point, distance
from analytics.stay import Stays
from observations import Percept, Tally, Value

STAFF_S = 3.0
"""Seconds in the place of staff, beside a badge, that make a person staff."""

APART_S = 1.0
"""Seconds for which two who are together may seem apart: boxes tremble, and one hides the other."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entrance:
    """Where customers come in (`door`), and where staff stand: `place` in the picture, `zone` of their badges.

    Met is who has staff within `metres` for `held` seconds, which begin within `within` seconds of coming in.
    """

    name: str
    door: Drawn
    floor: Floor
    place: tuple[Point, ...]
    zone: str
    metres: float = 1.5
    held: float = 3.0
    within: float = 60.0


@dataclass(slots=True)
class _Customer:
    entered: float
    since: float | None = None
    last: float = field(default=float("-inf"))


class Greeting:
    """The `greetings` of a report: one entrance, fed with the steady percepts of its camera.

    A customer is judged once: met, not met in time, or out of view before either.
    """

    def __init__(self, entrance: Entrance, badges: Badges, carry: int = CARRY) -> None:
        if entrance.zone not in badges.zones:
            raise ValueError(f"entrance {entrance.name} names no badge zone")
        self._entrance, self._badges = entrance, badges
        self._door = Crossings(entrance.door)
        self._place = Stays(entrance.place)
        self._attended: dict[int, float] = {}
        self._staff: set[int] = set()
        self._customers: dict[int, _Customer] = {}
        self._waits = Durations((), carry)
        self._at: float | None = None
        self._zero()

    def _zero(self) -> None:
        self._met = self._unmet = self._lost = 0

    def feed(self, at: float, seen: Percept) -> None:
        """The persons in one picture of the entrance's camera."""
        self._notice_staff(at, seen)
        for crossing in self._door.feed(at, seen):
            if crossing.way is Way.IN and crossing.number not in self._staff:
                self._customers[crossing.number] = _Customer(crossing.at)
            elif crossing.way is Way.OUT:
                self._lost += self._customers.pop(crossing.number, None) is not None
        where = {
            track.number: place
            for track in seen.tracks
            if (track.number in self._staff or track.number in self._customers)
            and (place := self._entrance.floor.on_floor(track.box.foot)) is not None
        }
        staff = [place for number, place in where.items() if number in self._staff]
        for number in list(self._customers):
            self._judge(at, number, where.get(number), staff)
        for number in seen.ended:
            self._lost += self._customers.pop(number, None) is not None
            self._staff.discard(number)
            self._attended.pop(number, None)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Those who were judged since the last restart; nothing where nobody was."""
        if not (self._met or self._unmet or self._lost):
            return []
        values: dict[str, Value] = {
            "entrance": self._entrance.name,
            "met": self._met,
            "unmet": self._unmet,
            "lost": self._lost,
            "first_contact": self._waits.mean,
        }
        return [Tally("greetings", start, end, values, support=len(self._waits))]

    def restart(self, at: float) -> None:
        """Begin the next window; who has just come in is judged there."""
        self._zero()
        self._waits.restart()

    def _notice_staff(self, at: float, seen: Percept) -> None:
        step = 0.0 if self._at is None else at - self._at
        self._at = at
        self._place.feed(at, seen)
        inside = [number for number, stay in self._place.here.items() if stay.inside]
        if not inside or not self._badges.present(at, self._entrance.zone):
            return
        for number in inside:
            self._attended[number] = self._attended.get(number, 0.0) + min(step, APART_S)
            if self._attended[number] >= STAFF_S:
                self._staff.add(number)
                self._customers.pop(number, None)

    def _judge(self, at: float, number: int, place: Point | None, staff: list[Point]) -> None:
        customer, entrance = self._customers[number], self._entrance
        if place is not None and any(distance(place, other) <= entrance.metres for other in staff):
            if customer.since is None:
                customer.since = at
            customer.last = at
        elif at - customer.last > APART_S:
            customer.since = None
        if customer.since is not None and customer.last - customer.since >= entrance.held:
            self._met += 1
            self._waits.add(customer.since - customer.entered)
        elif customer.since is None and at - customer.entered >= entrance.within:
            self._unmet += 1
        else:
            return
        del self._customers[number]
