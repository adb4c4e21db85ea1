"""What is true of the counters and the tills follows from who stood there when."""

import pytest

from simulation.printer import sales
from simulation.serving import _judged, attendance, services
from simulation.store import Store

HOUR = 3600.0


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(seed=4, hour=12, hours=2.0)


def test_windows_add_up_and_every_service_has_a_receipt(store: Store) -> None:
    windows = [(start, start + 300.0) for start in range(0, 7200, 300)]
    whole = services(store, 0.0, 2 * HOUR)
    assert len(whole) > 20
    assert sum(len(services(store, *window)) for window in windows) == len(whole)
    assert sum(0.0 <= at < 2 * HOUR for at in sales(store)) == pytest.approx(len(whole), abs=1)
    told = [attendance(store, *window, greet_s=30.0) for window in windows]
    assert sum(one.arrivals for one in told) == pytest.approx(len(whole), abs=2)
    assert all(one.greeted <= one.arrivals and one.unattended <= 300.0 for one in told)
    assert sum(one.customers for one in told) * 300 == pytest.approx(sum(whole), rel=0.1)


def test_who_was_met_is_settled_once() -> None:
    assert _judged((0.0, 2.0), [(0.0, 99.0)], 30.0) is None
    assert _judged((0.0, 60.0), [(0.0, 99.0)], 30.0) == (3.0, True)
    assert _judged((0.0, 60.0), [(20.0, 99.0)], 30.0) == (20.0, True)
    assert _judged((0.0, 60.0), [(40.0, 99.0)], 30.0) == (30.0, False)
    assert _judged((0.0, 20.0), [], 30.0) == (20.0, False)
