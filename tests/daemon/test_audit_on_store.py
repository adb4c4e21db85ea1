"""The store's day through the daemon's own windows: the audit names what went dull, in reports and alerts."""

from copy import deepcopy

import pytest

from bench._box import Fault, StoreBox
from bench.fusion import day, doubted, open_windows
from daemon.fusion import Auditor
from events import Alert, Reason, Sensor
from simulation.store import Store

AFTERNOON = 15
HOURS = 3.0

pytestmark = pytest.mark.timeout(300)


def auditor(box: StoreBox) -> Auditor:
    return next(one for one in box.box.reporter.metrics() if isinstance(one, Auditor))


@pytest.fixture(scope="module")
def usual() -> Auditor:
    """What a box knows after a day without a fault, on which it doubts nobody."""
    box, store = StoreBox(), day(7, 0)
    box.live(store)
    assert not doubted(open_windows(box, store))
    return auditor(box)


@pytest.fixture(scope="module")
def afternoon() -> Store:
    """A part of the next day."""
    return Store(seed=7001, origin=86_400.0 + AFTERNOON * 3600, hour=AFTERNOON, hours=HOURS)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        (Sensor.CAMERA, {"camera": 0.5}),
        (Sensor.TILL, {"till": 0.0}),
        (Sensor.WIFI, {"radio": 0.33}),
        (None, {}),
    ],
    ids=["a half-blind camera", "a dead till", "a deaf radio", "nothing"],
)
def test_the_dull_sensor_loses_trust_and_is_named(
    usual: Auditor, afternoon: Store, name: Sensor | None, fault: dict[str, float]
) -> None:
    box = StoreBox()
    auditor(box)._witnesses = deepcopy(usual._witnesses)
    box.live(afternoon, Fault(afternoon.origin, **fault))
    rows = [row for report in open_windows(box, afternoon) for row in report.quality]
    found = {row.sensor for row in rows if row.reason is Reason.CONTRADICTED}
    assert found == ({name} if name else set())
    assert all(row.trust is not None and row.trust < 0.75 for row in rows if row.reason is Reason.CONTRADICTED)
    alerts = [one for one in box.said if isinstance(one, Alert) and one.code == "contradicted" and one.active]
    assert {one.sensor for one in alerts} == found
