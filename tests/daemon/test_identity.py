"""What birth tells a backend about the numbers in reports is what reports do."""

import pytest

from analytics.queue import WAIT_BOUNDS
from analytics.visit import VISIT_BOUNDS
from analytics.zone import DWELL_BOUNDS
from events import Event, QueueCount, Report, VisitCount, ZoneCount
from mqtt.documents import places
from mqtt.shape import REQUIRED, Field, shape


def bins(event: type[Event], name: str) -> int:
    return next(field.bins for field in shape(event) if field.name == name)


def test_histograms_have_a_bin_below_each_bound_and_one_above_the_last() -> None:
    assert bins(ZoneCount, "dwell") == len(DWELL_BOUNDS) + 1
    assert bins(QueueCount, "waits") == len(WAIT_BOUNDS) + 1
    assert bins(VisitCount, "durations") == len(VISIT_BOUNDS) + 1


def test_the_places_of_rows_are_those_that_reports_have() -> None:
    told = places(Report)
    assert told["lines"] == ("line", "in", "out", "day_in", "day_out")
    assert told["zones"] == ("zone", "views", "stops", "occupancy_max", "person_seconds", "dwell")
    assert told.keys() == {field.name for field in shape(Report) if field.nested}


@pytest.mark.parametrize("rows", [field for field in shape(Report) if field.nested], ids=lambda field: field.name)
def test_whatever_may_be_missing_at_a_rows_end_has_a_default(rows: Field) -> None:
    required = [field.default is REQUIRED for field in shape(rows.type) if field.placed]
    assert required == sorted(required, reverse=True)
