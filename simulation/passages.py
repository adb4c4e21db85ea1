"""What a counting line should tell, by the rules that it is given: who passed it, with whom, and how tall he was."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

from simulation.people import Person, Role
from simulation.plan import FloorLine
from simulation.store import Store


@dataclass(frozen=True, slots=True)
class Rules:
    """Of one line: metres below which somebody is a child, and seconds within which those who come in together are one
    party, and coming in again is a re-entry; 0 is off."""

    child_below: float = 1.30
    party: float = 0.0
    again: float = 0.0


@dataclass(frozen=True, slots=True)
class _Passage:
    at: float
    inwards: bool
    person: Person


class Passages:
    """Every passage of one line of the store's plan, in order of time."""

    def __init__(self, store: Store, line: FloorLine) -> None:
        found = [_Passage(one.at, one.inwards, who) for who in store.people for one in who.walk.crossings(line)]
        self._all = sorted(found, key=lambda one: (one.at, one.person.number))
        self._times = [one.at for one in self._all]

    def between(self, start: float, end: float) -> tuple[int, int]:
        """How many passed in start <= at < end, inwards and outwards."""
        found = self._within(start, end)
        inwards = sum(one.inwards for one in found)
        return inwards, len(found) - inwards

    def staffs(self, start: float, end: float) -> dict[str, float]:
        """The passages of staff, and those of everybody else."""
        found = self._within(start, end)

        def count(staff: bool, inwards: bool) -> int:
            return sum((one.person.role is Role.STAFF) == staff and one.inwards == inwards for one in found)

        return {
            "in": count(True, True),
            "out": count(True, False),
            "visitors_in": count(False, True),
            "visitors_out": count(False, False),
        }

    def told(self, rules: Rules, start: float, end: float) -> dict[str, float]:
        """Of those who came in: the children, the parties, and who had come in before."""
        came = [one for one in self._within(start, end) if one.inwards]
        earlier = [one for one in self._within(start - max(rules.party, rules.again), end) if one.inwards]
        return {
            "children": sum(one.person.look.height < rules.child_below for one in came),
            "groups": sum(
                not any(
                    other.person.group == one.person.group and 0 < one.at - other.at <= rules.party for other in earlier
                )
                for one in came
            ),
            "reentries": sum(
                any(other.person is one.person and 0 < one.at - other.at <= rules.again for other in earlier)
                for one in came
            ),
        }

    def _within(self, start: float, end: float) -> Sequence[_Passage]:
        return self._all[bisect_left(self._times, start) : bisect_left(self._times, end)]
