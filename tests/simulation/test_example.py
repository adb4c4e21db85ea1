"""The example configuration of the simulated store says what the floor plan says."""

import tomllib
from pathlib import Path

import pytest

from simulation.optics import Optics
from simulation.plan import CORNER_SHOP

EXAMPLE = Path(__file__).parents[2] / "examples" / "store.toml"


def test_every_line_of_the_plan_is_drawn_where_the_camera_sees_it() -> None:
    lines = tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))["lines"]
    assert set(lines) == {line.name for line in CORNER_SHOP.lines}
    for line in CORNER_SHOP.lines:
        optics = Optics(CORNER_SHOP.mount(lines[line.name]["camera"]), 640, 360)
        drawn = lines[line.name]["points"]
        # `in` is from the left of a-to-b on the floor, and from the right hand of a line in the configuration.
        for point, place in zip(drawn, (line.b, line.a), strict=True):
            assert tuple(point) == pytest.approx(optics.relative(place), abs=0.001)
