"""A camera's pictures on their way to the metrics: what waited too long is dropped and counted."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np

from analytics.window import Windows
from daemon.clock import BoxClock
from daemon.pipeline import STALE, look
from daemon.reporter import Reporter
from daemon.turns import Turns
from daemon.vitals import Vitals
from events import Sensor
from inference.detector import detector
from inference.perceiver import Perceiver
from observations import Frame, Percept
from privacy.gate import Gate


async def frames(*times: float) -> AsyncIterator[Frame]:
    for number, at in enumerate(times):
        grey = np.full((180, 320), 120, np.uint8), np.full((90, 160), 128, np.uint8), np.full((90, 160), 128, np.uint8)
        yield Frame(at, "shop", number, *grey)


async def test_a_picture_that_waited_too_long_is_dropped_and_counted() -> None:
    vitals = Vitals(Sensor.CAMERA, "shop", "rtsp://camera")
    reporter = Reporter(Windows(60), Gate(), BoxClock(), [vitals], lambda: 1)
    perceiver = Perceiver(detector("simulated_people_320x180_int8", Path()))
    ages = {10.0: 0.1, 11.0: STALE + 0.1, 12.0: STALE - 0.1, 13.0: 60.0}
    with ThreadPoolExecutor(1) as thread:
        await look(frames(*ages), perceiver, Turns(thread), 8.0, vitals, reporter, ages.__getitem__)
    assert vitals.counts == {"skipped": 0, "frames": 2, "stale": 2, "looks": perceiver.looks}
    assert perceiver.frames == 2
    assert vitals.wiped == 4, "what waited too long was let go as well"
    assert vitals.progress == 12.0


async def test_a_picture_that_somebody_keeps_is_not_called_wiped() -> None:
    vitals, kept = Vitals(Sensor.CAMERA, "shop", "rtsp://camera"), list[Frame]()
    reporter = Reporter(Windows(60), Gate(), BoxClock(), [vitals], lambda: 1)
    perceiver = Perceiver(detector("simulated_people_320x180_int8", Path()))

    def show(frame: Frame, percept: Percept) -> None:
        if frame.sequence == 1:
            kept.append(frame)

    with ThreadPoolExecutor(1) as thread:
        await look(frames(10.0, 11.0, 12.0), perceiver, Turns(thread), 8.0, vitals, reporter, lambda at: 0.0, show)
    assert (perceiver.frames, vitals.wiped) == (3, 2)
    kept.clear()
    assert vitals.wiped == 3
