"""Keeps one sensor going: opened, read, retried with full jitter for ever, and never in the way of the others."""

import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import TypeVar

from daemon.clock import BoxClock
from daemon.vitals import Stage, Vitals
from drivers.base import DriverMisconfigured, DriverUnavailable
from observations import Observation

log = logging.getLogger(__name__)

BASE = 1.0
CAP = 60.0
"""Seconds: the first retry waits up to BASE, each further one up to twice as long, none longer than CAP."""

_DOUBLINGS = 16

Sensed = TypeVar("Sensed", bound=Observation)
Opener = Callable[[], AbstractAsyncContextManager[AsyncIterator[Sensed]]]


async def supervise(
    vitals: Vitals,
    opener: Opener[Sensed],
    consume: Callable[[AsyncIterator[Sensed]], Awaitable[None]],
    clock: BoxClock,
    uniform: Callable[[], float] = random.random,
    cap: float = CAP,
) -> None:
    """Run one sensor until its recording ends or it proves misconfigured. Anything unexpected escapes."""
    attempt = 0
    while True:
        began, patience = clock.now(), 0.0
        try:
            async with opener() as sensed:
                vitals.enter(Stage.RUNNING, clock.now())
                await consume(sensed)
        except DriverUnavailable as error:
            vitals.enter(Stage.UNAVAILABLE, clock.now(), error.code, error.reason)
            patience = error.patience
        except DriverMisconfigured as error:
            vitals.enter(Stage.MISCONFIGURED, clock.now(), error.code, error.reason)
            log.error("%s %s is stopped: %s", vitals.sensor, vitals.name, error.reason)
            return
        else:
            vitals.enter(Stage.ENDED, clock.now())
            return
        attempt = 0 if clock.now() - began > CAP else attempt + 1
        delay = patience + uniform() * min(cap, BASE * 2 ** min(attempt, _DOUBLINGS))
        vitals.restarts += 1
        log.warning("%s %s: %s; again in %.1f s", vitals.sensor, vitals.name, vitals.text, delay)
        await clock.sleep(delay)
