"""A real clip through the real model: everyone who crosses a line crosses it, and nobody else does."""

import asyncio
import json
from typing import Any

import pytest

from analytics.camera import CameraMetrics
from analytics.crossing import Reference
from analytics.line import Line, LineCounter
from drivers.base import Device
from drivers.camera.clip import ClipDriver
from inference.detector import detector
from inference.perceiver import Perceiver
from observations import Frame
from tests.assets import MODELS, VIDEO


class Still:
    """A clock for clips that are read as fast as they come."""

    def now(self) -> float:
        return 0.0

    async def sleep_until(self, at: float) -> None:
        pass


async def crossings(name: str) -> dict[str, tuple[object, object]]:
    """What each line of the clip's truth counted, in and out."""
    truth = json.loads((VIDEO / "ground_truth.json").read_text())[name]
    perceiver = Perceiver(detector("ssd_mobilenet_v1_coco_quant", MODELS))
    metrics: CameraMetrics | None = None
    device = Device.parse(f"file:{VIDEO / name}?speed=max")
    async with ClipDriver(device, name="door", clock=Still()).open() as frames:
        async for frame in frames:
            metrics = metrics or CameraMetrics([LineCounter(line) for line in lines(truth, frame)])
            percept = await asyncio.to_thread(perceiver.perceive, frame)
            metrics.feed(percept.at, percept)
    assert metrics is not None
    tallies = metrics.tallies(0, 1)
    return {str(tally.values["line"]): (tally.values["in_"], tally.values["out"]) for tally in tallies}


def lines(truth: dict[str, Any], frame: Frame) -> list[Line]:
    """The truth's lines, which are drawn in pixels."""
    return [
        Line(
            name=name,
            points=tuple((x / frame.width, y / frame.height) for x, y in (drawn["p1"], drawn["p2"])),
            reference=Reference.FOOT if drawn.get("ref") == "feet" else Reference.CENTER,
        )
        for name, drawn in truth["lines"].items()
    ]


@pytest.mark.assets
async def test_three_visitors_come_in_below_and_leave_at_the_right() -> None:
    assert await crossings("onebyone_v1-3.mp4") == {"enter": (3, 0), "exit": (3, 0)}


@pytest.mark.assets
async def test_a_worker_steps_over_the_line_on_the_floor() -> None:
    assert await crossings("worker-zone.gif") == {"floor_line": (0, 1)}
