"""The example configuration of the simulated store says what the floor plan says."""

import tomllib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from simulation.optics import Optics
from simulation.plan import CORNER_SHOP, Point
from simulation.surveyed import surveyed

EXAMPLE = Path(__file__).parents[2] / "examples" / "store.toml"

TO_THE_WALL = "tea"
"""A zone at the picture's edge, which cuts boxes: nobody is in the shelf behind it, so it is drawn up to the wall."""


def example() -> dict[str, Any]:
    return tomllib.loads(EXAMPLE.read_text(encoding="utf-8"))


def seen(camera: str, floor: Iterable[Point]) -> list[list[float]]:
    """Places on the floor as a walk test finds them."""
    optics = Optics(CORNER_SHOP.mount(camera), 640, 360)
    return [list(surveyed(optics, place)) for place in floor]


def alike(drawn: list[list[float]], places: list[list[float]]) -> None:
    for point, place in zip(drawn, places, strict=True):
        assert point == pytest.approx(place, abs=0.001)


def test_every_line_of_the_plan_is_drawn_where_the_camera_sees_it() -> None:
    lines = example()["lines"]
    assert set(lines) == {line.name for line in CORNER_SHOP.lines}
    for line in CORNER_SHOP.lines:
        # `in` is from the left of a-to-b on the floor, and from the right hand of a line in the configuration.
        alike(lines[line.name]["points"], seen(lines[line.name]["camera"], (line.b, line.a)))


def test_every_zone_and_the_queue_are_drawn_where_the_camera_sees_them() -> None:
    config = example()
    assert set(config["zones"]) == {zone.name for zone in CORNER_SHOP.zones}
    for zone in CORNER_SHOP.zones:
        floor = replace(zone.floor, left=0.0) if zone.name == TO_THE_WALL else zone.floor
        alike(config["zones"][zone.name]["corners"], seen("floor", floor.corners))
    (queue,) = config["queues"].values()
    alike(queue["corners"], seen("floor", CORNER_SHOP.queue_zone.floor.corners))
    (counter,) = queue["counters"]
    alike(counter["customer"], seen("floor", CORNER_SHOP.counters[0].place.corners))


def test_the_shop_window_and_the_floor_of_the_heat_map_are_the_plans() -> None:
    config = example()
    window, heat = config["shop_windows"]["window"], config["heatmaps"]["floor"]
    alike(window["corners"], seen("floor", CORNER_SHOP.window.corners))
    assert window["door"] == config["lines"]["door"]["points"]
    assert window["street"] == config["lines"]["street"]["points"]
    alike(config["service"]["counter"]["polygon"], seen("floor", CORNER_SHOP.counters[0].both.corners))
    alike(heat["picture"], seen("floor", [(x, y) for x, y in heat["metres"]]))


def test_who_stands_below_the_camera_is_where_he_stands_and_who_stands_aside_is_seen_outwards() -> None:
    optics = Optics(CORNER_SHOP.mount("floor"), 640, 360)
    below, aside = surveyed(optics, (5.0, 3.0)), surveyed(optics, (1.0, 3.0))
    assert below[0] == pytest.approx(optics.relative((5.0, 3.0))[0], abs=0.002)
    assert aside[0] > optics.relative((1.0, 3.0))[0] + 0.02
