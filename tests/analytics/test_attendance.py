"""Whether somebody is before a shelf, as its camera tells it."""

from analytics.attendance import Attendance
from analytics.zone import Zone
from observations import Box, Percept, Track

AREA = Zone(name="tea", corners=((0.0, 0.0), (0.5, 0.0), (0.5, 1.0), (0.0, 1.0)))


def picture(at: float, *places: float, view: str = "") -> Percept:
    tracks = tuple(Track(n, Box(x - 0.05, 0.4, x + 0.05, 0.9), 0.9, at) for n, x in enumerate(places))
    return Percept(at, "floor", tracks, (), 1.8, view=view)


def looked(attendance: Attendance, start: float, end: float, *places: float, view: str = "") -> None:
    at = start
    while at < end:
        attendance.feed(at, picture(at, *places, view=view))
        at += 0.5


def test_a_shelf_is_deserted_when_nobody_has_been_there_for_a_while() -> None:
    attendance = Attendance(AREA)
    assert not attendance.deserted(0.0)
    looked(attendance, 0, 2, 0.8)
    assert not attendance.deserted(2.0)
    looked(attendance, 2, 5, 0.8)
    assert attendance.deserted(5.0)
    looked(attendance, 5, 6, 0.2)
    assert not attendance.deserted(6.0)
    looked(attendance, 6, 8)
    assert not attendance.deserted(8.0)
    looked(attendance, 8, 10)
    assert attendance.deserted(10.0)


def test_a_camera_that_does_not_look_says_nothing() -> None:
    attendance = Attendance(AREA)
    looked(attendance, 0, 10)
    assert not attendance.deserted(13.5)
    attendance.feed(20.0, picture(20.0))
    assert not attendance.deserted(20.0)
    covered = Attendance(AREA)
    looked(covered, 0, 10, view="covered")
    assert not covered.deserted(10.0)


def test_it_counts_nothing() -> None:
    attendance = Attendance(AREA)
    looked(attendance, 0, 10, 0.2)
    attendance.restart(10.0)
    assert attendance.tallies(0.0, 10.0) == []
