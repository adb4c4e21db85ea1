"""The truth about the counters: how long services took, who was met in time, and when nobody served; from the walks."""

from collections.abc import Iterator
from dataclasses import dataclass

from simulation.people import Person, Role
from simulation.store import Store

SETTLE_S = 2.0
"""Who is at a counter for less is passing."""
JUDGED_S = 3.0
"""When it is asked at the earliest whether a customer was met."""
STEP_S = 1.0

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Attendance:
    """One window at the counter that is open: seconds for which customers stood there without staff, customers (mean)
    and for one of staff, how many came, and how many were met within the time."""

    unattended: float
    customers: float
    customers_per_staff: float
    arrivals: int
    greeted: int


def services(store: Store, start: float, end: float) -> tuple[float, ...]:
    """The lengths (seconds) of the services that ended in start <= at < end, from standing at the counter."""
    return tuple(leave - enter for enter, leave in _served(store) if start <= leave < end)


def attendance(store: Store, start: float, end: float, greet_s: float) -> Attendance:
    """What happened at the counter in start <= at < end."""
    there, staff = list(_served(store)), _staffed(store)
    unattended = customers = staffed = 0.0
    at = start + STEP_S / 2
    while at < end:
        now = sum(enter + SETTLE_S <= at < leave for enter, leave in there if enter <= at)
        served_by = sum(enter <= at < leave for enter, leave in staff)
        customers += now * STEP_S
        staffed += served_by * STEP_S
        unattended += STEP_S * (now > 0 and served_by == 0)
        at += STEP_S
    met = [judged for span in there if (judged := _judged(span, staff, greet_s)) is not None]
    asked = [greeted for when, greeted in met if start <= when < end]
    each = customers / staffed if staffed else 0.0
    return Attendance(unattended, customers / (end - start), each, len(asked), sum(asked))


def _judged(span: Span, staff: list[Span], greet_s: float) -> tuple[float, bool] | None:
    """When it was settled whether somebody was met, and whether; None for who passed."""
    enter, leave = span
    if leave - enter < JUDGED_S:
        return None
    met = min((max(begin, enter + JUDGED_S) for begin, over in staff if over > enter + JUDGED_S), default=leave)
    late = enter + max(greet_s, JUDGED_S)
    return (met, True) if met < min(late, leave) else (min(late, leave), False)


def _served(store: Store) -> Iterator[Span]:
    """From standing at a counter to leaving it, one span a customer."""
    for person in store.people:
        service = person.service
        if service is None or service.called is None:
            continue
        counter = next(one for one in store.plan.counters if one.name == service.counter)
        spans = [span for span in person.walk.inside(counter.place) if span[0] >= service.called]
        if spans:
            yield spans[0]


def _staffed(store: Store) -> list[Span]:
    staff: list[Person] = [person for person in store.people if person.role is Role.STAFF]
    return [span for person in staff for span in person.walk.inside(store.plan.staffed)]
