"""Heat: where person-seconds fall, on the floor and in the picture."""

import pytest

from analytics.camera import CameraMetrics
from analytics.floor import Floor
from analytics.geometry import Point
from analytics.heat import Grid, HeatMap
from tests.analytics.scene import Scene, play, walk

MARKS = ((0.35, 0.5), (0.65, 0.5), (0.9, 1.0), (0.1, 1.0))
FLOOR = Floor(MARKS, ((0.0, 4.0), (4.0, 4.0), (4.0, 0.0), (0.0, 0.0)))


@pytest.mark.parametrize(("picture", "metres"), [*zip(FLOOR.picture, FLOOR.metres, strict=True)])
def test_the_marks_are_where_they_were_measured(picture: Point, metres: Point) -> None:
    assert FLOOR.on_floor(picture) == pytest.approx(metres, abs=1e-9)


def test_equal_steps_on_the_floor_grow_smaller_with_distance_and_the_horizon_is_no_place() -> None:
    middle = FLOOR.on_floor((0.5, 0.75))
    assert middle is not None
    assert middle[0] == pytest.approx(2.0)
    assert middle[1] == pytest.approx(1.92 / 0.55 - 2.4)
    assert FLOOR.on_floor((0.5, 0.15)) is None


def test_three_marks_in_one_line_are_no_floor() -> None:
    with pytest.raises(ValueError, match="one line"):
        Floor(((0.1, 0.5), (0.5, 0.5), (0.9, 0.5), (0.5, 1.0)), FLOOR.metres)


def test_person_seconds_fall_into_cells_of_half_a_metre_once_an_hour() -> None:
    grid = Grid(camera="door", floor=FLOOR, width=4.0, depth=4.0, period=3600)
    heat = HeatMap(grid)
    camera = CameraMetrics([heat])
    near, away = (0.5, 0.98), (0.02, 0.3)
    play(camera, Scene([walk((0, *near), (30, *near)), walk((40, *away), (60, *away))], fps=5).percepts())
    assert camera.tallies(0, 300) == []
    (told,) = camera.tallies(3300, 3600)
    assert (told.values["columns"], told.values["rows"]) == (8, 8)
    cells = told.values["cells"]
    assert isinstance(cells, tuple)
    place = FLOOR.on_floor(near)
    assert place is not None
    assert cells[int(place[1] / 0.5) * 8 + int(place[0] / 0.5)] == 30
    assert sum(float(cell) for cell in cells) == 30
    assert sum(told.behind) == 1
    assert (told.start, told.end) == (0, 3600)
    camera.restart(3600)
    assert camera.tallies(3600, 3900) == []
    (empty,) = camera.tallies(6900, 7200)
    assert empty.support == 0


def test_without_a_floor_the_picture_is_divided_and_nobody_is_lost_or_doubled() -> None:
    heat = HeatMap(Grid(camera="door", columns=4, rows=3, period=60))
    walkers = [walk((0, 0.1, 0.5), (20, 0.9, 0.9)), walk((5, 0.9, 0.4), (15, 0.2, 0.99))]
    play(heat, Scene(walkers, fps=10).percepts())
    (told,) = heat.tallies(0, 60)
    cells = told.values["cells"]
    assert isinstance(cells, tuple)
    assert sum(float(cell) for cell in cells) == pytest.approx(20 + 10, abs=6 * 0.5)
    assert told.support == 2
