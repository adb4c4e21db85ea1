"""Who comes again on another day of the story, with the phone of the first time; it refuses to move anybody."""

from collections import defaultdict
from collections.abc import Mapping
from random import Random

from simulation.people import Role
from simulation.store import Store

RETURN = 0.25
"""The share of a day's people who were there on an earlier day, from the second day on. A draw of its own."""
DAY_S = 86_400.0


def regulars(store: Store) -> Mapping[int, int]:
    """The numbers of those who come again, each with the number that he had the first time."""
    first: dict[int, int] = {}
    before: dict[Role, list[int]] = defaultdict(list)
    days: dict[int, dict[Role, list[int]]] = defaultdict(lambda: defaultdict(list))
    midnight = store.origin - store.hour * 3600
    for person in store.people:
        if person.role is not Role.STAFF:
            days[int((person.walk.start - midnight) // DAY_S)][person.role].append(person.number)
    for day in sorted(days):
        for role, numbers in sorted(days[day].items()):
            draw = Random(f"{store.seed}/regulars/{day}/{role}")
            again = [number for number in numbers if draw.random() < RETURN]
            first |= zip(again, draw.sample(before[role], min(len(again), len(before[role]))), strict=False)
        for role, numbers in days[day].items():
            before[role] += [number for number in numbers if number not in first]
    return first
