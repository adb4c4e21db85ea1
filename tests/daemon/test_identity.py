"""What birth tells a backend about the numbers in reports is what reports do."""

import pytest

from daemon.counting import count
from daemon.identity import birth
from events import Report
from mqtt.codec import Form
from mqtt.documents import places
from mqtt.shape import REQUIRED, Field, shape
from tests.daemon.test_counting import DRAWN, drawn
from tests.daemon.test_drawn import FLOOR


def test_birth_names_the_bounds_of_every_histogram_that_is_drawn_and_no_other() -> None:
    with drawn(DRAWN) as box:
        count(box)
        told = {one.field: one.bounds for one in birth(box, 1, [], Form.JSON).bounds}
    bins = {
        f"{rows.name}.{field.name}": field.bins
        for rows in shape(Report)
        if rows.nested
        for field in shape(rows.type)
        if field.bins
    }
    assert told.keys() == {"queues.waits", "visits.durations", "windows.dwell", "zones.dwell"} == bins.keys()
    assert {field: len(bounds) + 1 for field, bounds in told.items()} == bins
    with drawn(FLOOR) as box:
        count(box)
        assert {one.field for one in birth(box, 1, [], Form.CBOR).bounds} == {"paces.speeds", "zones.dwell"}


def test_the_places_of_rows_are_those_that_reports_have() -> None:
    told = places(Report)
    assert told["lines"] == ("line", "in", "out", "day_in", "day_out")
    assert told["zones"] == ("zone", "views", "stops", "occupancy_max", "person_seconds", "dwell")
    assert told.keys() == {field.name for field in shape(Report) if field.nested}


@pytest.mark.parametrize("rows", [field for field in shape(Report) if field.nested], ids=lambda field: field.name)
def test_whatever_may_be_missing_at_a_rows_end_has_a_default(rows: Field) -> None:
    required = [field.default is REQUIRED for field in shape(rows.type) if field.placed]
    assert required == sorted(required, reverse=True)
