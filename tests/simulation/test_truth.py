"""The truth is exact: what is summed over windows is what happened, and what is counted by hand is what is told."""

import pytest

from simulation.people import Role
from simulation.store import Store
from simulation.truth import queueing, staff_seconds, stays

HOUR = 3600.0


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=6, hours=3.0, hour=12)


def test_a_zone_s_person_seconds_are_the_mean_of_who_stands_in_it(store: Store) -> None:
    floor = next(zone.floor for zone in store.plan.zones if zone.name == "tea")
    told = stays(store, "tea", HOUR, 2 * HOUR)
    step = 0.5
    counts = [
        sum(floor.contains(person.walk.place(at)) for person in store.present(at))
        for at in (HOUR + step * (n + 0.5) for n in range(int(HOUR / step)))
    ]
    assert told.person_seconds == pytest.approx(sum(counts) * step, rel=0.01)
    assert told.most == max(counts)
    assert told.views + told.most >= told.stops > 10  # who came before the hour may stop in it


def test_stays_and_queue_add_up_over_windows(store: Store) -> None:
    windows = [(start * 300.0, start * 300.0 + 300.0) for start in range(24)]
    whole = stays(store, "coffee", 0.0, 2 * HOUR)
    parts = [stays(store, "coffee", *window) for window in windows]
    assert sum(part.views for part in parts) == whole.views
    assert sum(len(part.dwell) for part in parts) == len(whole.dwell)
    queue, queues = queueing(store, 0.0, 2 * HOUR), [queueing(store, *window) for window in windows]
    assert sum(part.joined for part in queues) == queue.joined > 20
    assert sum(part.person_seconds for part in queues) == pytest.approx(queue.person_seconds)
    assert queue.person_seconds / queue.served == pytest.approx(sum(queue.waits) / len(queue.waits), rel=0.1)


def test_who_is_served_waited_in_the_queue_zone(store: Store) -> None:
    floor = store.plan.queue_zone.floor
    for person in store.people:
        if person.service is not None and person.service.called is not None:
            assert floor.contains(person.walk.place((person.service.joined + person.service.called) / 2))


def test_staff_are_at_the_counter_most_of_the_time(store: Store) -> None:
    staff = sum(person.role is Role.STAFF for person in store.people)
    share = staff_seconds(store, 600.0, 2.5 * HOUR) / (2.5 * HOUR - 600) / staff
    assert 0.7 < share <= 1.0
