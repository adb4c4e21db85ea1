"""With boxes from the truth the box errs nowhere at the doors, and what it says is a recording to be replayed."""

import json
from pathlib import Path

import pytest

from analytics.attendance import Attendance
from bench._box import MIDNIGHT, StoreBox
from bench._errors import Accuracy, Bins
from bench.walked import lived, recorded
from cli.truth import beside, rehearsal
from events import Birth, Report
from mqtt.recording import read
from observations import Percept
from simulation.store import Store


@pytest.fixture(scope="module")
def day() -> tuple[StoreBox, Store]:
    return lived(seed=5, hour=12.0, hours=0.25)


def test_boxes_from_the_truth_leave_no_error_at_the_doors_and_the_till(day: tuple[StoreBox, Store]) -> None:
    box, store = day
    known = rehearsal(box.config, Store(store.seed, MIDNIGHT + store.origin, store.hour, store.hours))
    accuracy = Accuracy()
    for line in recorded(box):
        message = json.loads(line)
        if message["topic"].endswith("/report"):
            accuracy.add(known, message["payload"], beside(known, message["topic"], message["payload"]))
    assert accuracy.windows >= 2
    exact = ("lines door: in", "lines door: out", "lines exit: out", "tills one: transactions", "phones street: heard")
    for name in exact:
        assert accuracy.errors[name].row()["absolute_error_percent"] == 0.0, name
    assert sum(accuracy.errors["lines door: in"].true) > 5
    assert sum(accuracy.errors["phones street: heard"].true) > 100
    phones = {name: accuracy.errors[f"phones street: {name}"].true for name in ("near", "inside", "far", "devices")}
    assert [sum(window) for window in zip(phones["near"], phones["inside"], phones["far"], strict=True)] == phones[
        "devices"
    ]
    goals = accuracy.figures()["goals"]
    assert isinstance(goals, dict)
    assert goals["footfall, absolute error of the windows, both doors"]["met"]


def test_what_was_said_can_be_replayed(day: tuple[StoreBox, Store]) -> None:
    said = read("\n".join(recorded(day[0])).encode())
    assert [one.topic.rpartition("/")[2] for one in (*said[:2], said[-1])] == ["state", "birth", "state"]
    numbers = [one.envelope.seq for one in said if one.topic.endswith("/report")]
    assert numbers == list(range(1, len(numbers) + 1))


def test_the_shipped_day_is_one_box_s_of_twelve_hours_without_a_hole() -> None:
    said = read((Path(__file__).parents[2] / "examples" / "day.jsonl.gz").read_bytes())
    reports = [one.envelope for one in said if isinstance(one.envelope.event, Report)]
    assert [one.seq for one in reports] == list(range(1, len(reports) + 1))
    assert len({one.topic.rpartition("/")[0] for one in said}) == len({one.store for one in reports}) == 1
    assert len(reports) >= 144
    (birth,) = [one.envelope.event for one in said if isinstance(one.envelope.event, Birth)]
    assert {row.rows for row in birth.rows} >= {"lines", "phones"}, "nobody can read rows that are arrays without it"
    assert {(stream.store, stream.seq) for stream in birth.streams} >= {(reports[0].store, 1)}
    sections = (
        "lines",
        "zones",
        "queues",
        "devices",
        "phones",
        "shelves",
        "portals",
        "tills",
        "staff",
        "service",
        "passers",
    )
    for section in sections:
        assert any(getattr(one.event, section) for one in reports), section


def test_bins_are_compared_bin_by_bin() -> None:
    bins = Bins((0.0, 10.0, 20.0, 40.0))
    bins.add((2, 0, 1), [3.0, 15.0, 25.0, 99.0])
    row = bins.row()
    assert (row["told"], row["true"]) == (3, 4)
    assert row["absolute_error_percent"] == pytest.approx(100 * (1 + 1 + 1) / 4)


def test_the_camera_of_a_funnels_zone_watches_the_shelf(day: tuple[StoreBox, Store]) -> None:
    (watch,) = [metric for metric in day[0].box.reporter.metrics() if isinstance(metric, Attendance)]
    end = day[1].origin + day[1].hours * 3600
    for number in range(10):
        day[0].box.reporter.see("floor", end + number, Percept(end + number, "floor", ()))
    assert watch.deserted(end + 9)
