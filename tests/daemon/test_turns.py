"""Four cameras and one thread: equal shares of its time, whatever one look costs, and nobody is ever locked out."""

import asyncio
from collections import Counter
from collections.abc import Callable
from concurrent.futures import Executor, Future
from typing import Any

import pytest

from daemon.turns import Turns


class Inline(Executor):
    """A thread that is done at once, on a stopwatch that the work itself moves on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.order: list[str] = []

    def submit(self, call: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        done: Future[Any] = Future()
        try:
            done.set_result(call(*args, **kwargs))
        except ZeroDivisionError as error:
            done.set_exception(error)
        return done

    def work(self, name: str, seconds: float) -> Callable[[], None]:
        def call() -> None:
            self.order.append(name)
            self.now += seconds

        return call


async def shares(costs: dict[str, float], until: float, late: dict[str, float] | None = None) -> Counter[str]:
    """Seconds each camera had in the last half of `until` seconds, all of them asking all the time once they began."""
    thread = Inline()
    turns = Turns(thread, lambda: thread.now)
    had: Counter[str] = Counter()

    async def ask(name: str) -> None:
        while thread.now < until:
            if thread.now < (late or {}).get(name, 0.0):
                await asyncio.sleep(0)
                continue
            await turns.take(name, thread.work(name, costs[name]))
            if thread.now > until / 2:
                had[name] += round(1000 * costs[name])

    await asyncio.gather(*(ask(name) for name in costs))
    return had


@pytest.mark.parametrize("late", [{}, {"door": 400.0, "till": 250.0}])
async def test_time_is_shared_equally_however_dear_a_look_is(late: dict[str, float]) -> None:
    had = await shares({"door": 0.05, "till": 0.05, "aisle": 0.2, "window": 0.4}, 1000.0, late)
    mean = sum(had.values()) / 4
    assert all(abs(share - mean) < 0.02 * mean for share in had.values()), had


async def test_equals_take_turns() -> None:
    thread = Inline()
    turns = Turns(thread, lambda: thread.now)

    async def ask(name: str) -> None:
        for _ in range(5):
            await turns.take(name, thread.work(name, 0.1))

    await asyncio.gather(*(ask(name) for name in "abcd"))
    assert all(set(thread.order[at : at + 4]) == set("abcd") for at in range(0, 20, 4))


async def test_a_camera_that_dies_while_it_waits_or_fails_holds_nobody_up() -> None:
    thread = Inline()
    turns = Turns(thread, lambda: thread.now)

    async def fail() -> None:
        await turns.take("bad", lambda: 1 // 0)

    tasks = [asyncio.create_task(turns.take(name, thread.work(name, 1.0)), name=name) for name in "abc"]
    failing = asyncio.create_task(fail(), name="fail")
    await asyncio.sleep(0)
    tasks[1].cancel()
    results = await asyncio.gather(*tasks, failing, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), asyncio.CancelledError, type(None), ZeroDivisionError]
    assert await asyncio.wait_for(turns.take("d", lambda: 7), 10) == 7
