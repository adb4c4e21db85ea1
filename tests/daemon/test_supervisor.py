"""A sensor that dies is retried for ever with full jitter; one that can never work is stopped; the rest escapes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from daemon.clock import BoxClock
from daemon.supervisor import BASE, CAP, supervise
from daemon.vitals import Stage, Vitals
from drivers.base import DriverMisconfigured, DriverUnavailable
from events import Sensor
from observations import Observation


class Pace(BoxClock):
    """A clock that notes how long it was asked to sleep, and does not."""

    def __init__(self) -> None:
        super().__init__()
        self.slept: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


async def run(outcomes: list[Exception | None], uniform: float = 1.0) -> tuple[Vitals, Pace]:
    vitals = Vitals(Sensor.CAMERA, "door", "sim:")
    pace = Pace()
    remaining = iter(outcomes)

    @asynccontextmanager
    async def opener() -> AsyncIterator[AsyncIterator[Observation]]:
        outcome = next(remaining)
        if outcome is not None:
            raise outcome

        async def nothing() -> AsyncIterator[Observation]:
            return
            yield

        yield nothing()

    async def consume(sensed: AsyncIterator[Observation]) -> None:
        async for _ in sensed:
            raise AssertionError("nothing is sensed")

    await supervise(vitals, opener, consume, pace, lambda: uniform)
    return vitals, pace


async def test_it_retries_with_growing_capped_delays_until_it_works() -> None:
    vitals, pace = await run([*[DriverUnavailable("gone", "the camera is gone")] * 10, None])
    assert pace.slept == [min(CAP, BASE * 2**attempt) for attempt in range(1, 11)]
    assert vitals.stage is Stage.ENDED
    assert vitals.restarts == 10


async def test_it_never_gives_up_and_its_delay_never_overflows() -> None:
    vitals, pace = await run([*[DriverUnavailable("gone", "the camera is gone")] * 2000, None])
    assert vitals.restarts == 2000
    assert pace.slept[-1] == CAP


async def test_a_refused_password_is_not_tried_again_at_once() -> None:
    _, pace = await run([DriverUnavailable("unauthorized", "refused", patience=60.0), None], uniform=0.0)
    assert pace.slept == [60.0]


async def test_the_jitter_is_full() -> None:
    _, pace = await run([DriverUnavailable("gone", "gone"), None], uniform=0.0)
    assert pace.slept == [0.0]


async def test_what_is_misconfigured_is_stopped_and_says_why() -> None:
    vitals, pace = await run([DriverMisconfigured("missing", "the file does not exist")])
    assert (vitals.stage, vitals.code) == (Stage.MISCONFIGURED, "missing")
    assert pace.slept == []


async def test_anything_else_escapes() -> None:
    with pytest.raises(ZeroDivisionError):
        await run([ZeroDivisionError()])
