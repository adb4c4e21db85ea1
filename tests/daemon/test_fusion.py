"""The daemon's own wiring on the simulated store: what cameras teach radios, and what three sensors say together."""

from dataclasses import replace

import pytest

from analytics.audit import Finding
from analytics.radio.echo import Share
from analytics.radio.kappa import Kappa
from analytics.radio.street import Fit, Street
from bench._box import StoreBox
from bench.fusion import conversion, day, doubted, open_windows
from daemon.fusion import Auditor
from events import Alert, Reason, Report, Sensor
from mqtt.codec import Form, decode, encode
from simulation.store import Store
from simulation.truth import footfall

HOURS = 1.75


@pytest.fixture(scope="module")
def store() -> Store:
    return day(5, 0, HOURS)


@pytest.fixture(scope="module")
def lived(store: Store) -> StoreBox:
    box = StoreBox()
    box.live(store)
    return box


def metric(box: StoreBox, kind: type) -> object:
    return next(one for one in box.box.reporter.metrics() if isinstance(one, kind))


def test_the_box_sees_the_store_as_it_is(lived: StoreBox, store: Store) -> None:
    told = [row for report in open_windows(lived, store) for row in report.lines if row.line == "door"]
    true = next(one for one in footfall(store, store.origin, store.origin + HOURS * 3600) if one.line == "door")
    assert (sum(row.in_ for row in told), sum(row.out for row in told)) == (true.inwards, true.outwards)


def test_kappa_is_taught_by_the_area_and_tells_persons(lived: StoreBox, store: Store) -> None:
    rows = [report.phones[0] for report in open_windows(lived, store)]
    assert rows[2].reason == Reason.NOT_CALIBRATED
    assert rows[-1].reason is None
    assert rows[-1].persons is not None
    assert 0 < rows[-1].persons < 15


def test_conversion_is_that_of_the_store(lived: StoreBox, store: Store) -> None:
    told, true = conversion(store, open_windows(lived, store))
    assert told == pytest.approx(true, rel=0.02)


def test_passers_are_seen_and_the_others_wait_for_the_radio_to_learn(lived: StoreBox, store: Store) -> None:
    report = open_windows(lived, store)[-1]
    assert report.passers[0].seen is not None
    assert report.passers[0].reason is Reason.NOT_CALIBRATED
    assert decode(Report, encode(report, Form.CBOR))[0].event == report


def test_a_taught_radio_tells_passers_through_the_gate(store: Store) -> None:
    box = StoreBox()
    street = metric(box, Street)
    assert isinstance(street, Street)
    street._fit = Fit(Share(1.2, 0.002), Share(0.05, 0.001), 3.1)  # a week's, as `python -m bench fusion` learns it
    box.live(replace(store, hours=0.1))
    row = box.reports[0].passers[0]
    assert row.outside is not None
    assert row.outside_low is not None
    assert row.outside_high is not None
    assert row.outside_low <= row.outside <= row.outside_high


def test_a_blind_camera_teaches_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    taught: list[int] = []
    monkeypatch.setattr(Kappa, "teach", lambda self, devices, persons: taught.append(devices))
    box = StoreBox()
    camera = next(one for one in box.box.sensors if one.sensor is Sensor.CAMERA)
    short = replace(store, hours=0.5)
    live = type(camera).live
    monkeypatch.setattr(type(camera), "live", lambda self, at, *more: None if self is camera else live(self, at, *more))
    box.live(short)
    assert taught == []
    assert all(report.passers[0].seen is None for report in open_windows(box, short))
    assert all(report.sales[0].rate is None for report in open_windows(box, short))


def test_a_finding_lowers_the_trust_names_the_check_and_is_an_alert_until_it_ends(store: Store) -> None:
    box = StoreBox()
    auditor = metric(box, Auditor)
    assert isinstance(auditor, Auditor)
    auditor._balance.finding = Finding(0.8123, "unbalanced")
    short = replace(store, hours=0.2)
    box.live(short)
    camera, radio, till = open_windows(box, short)[-1].quality
    assert (camera.trust, camera.reason) == (0.81, Reason.UNBALANCED)
    assert (radio.trust, till.trust) == (None, None)
    assert doubted(open_windows(box, short)[-1:]) == {"camera unbalanced": 1}
    auditor._balance.finding = None
    box.clock.at = short.origin + 3600
    box.box.reporter.tick(short.origin + 3600)
    alerts = [event for event in box.said if isinstance(event, Alert)]
    assert [(one.active, one.sensor, one.code) for one in alerts] == [
        (True, Sensor.CAMERA, "unbalanced"),
        (False, Sensor.CAMERA, "unbalanced"),
    ]


def test_ways_are_held_against_each_other_at_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    left: list[int] = []
    monkeypatch.setattr(Kappa, "settle", lambda self, left_over: left.append(left_over))
    box = StoreBox()
    auditor = metric(box, Auditor)
    assert isinstance(auditor, Auditor)
    auditor._balance.feed(100, 60)
    evening = Store(seed=3, origin=20.75 * 3600, hour=20, hours=0.1)
    box.live(evening)
    assert box.reports[0].quality[0].trust is None
    last = box.reports[-1].quality[0]
    assert last.trust == pytest.approx(0.6, abs=0.1)
    assert [one.code for one in box.said if isinstance(one, Alert)] == ["unbalanced"]
    assert len(left) == 1, "at closing, and once"
    assert left == [report.occupancy[0].left_over for report in box.reports[-1:]]
