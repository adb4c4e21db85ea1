"""Fair shares of the one perception thread: whoever waits and has had the least of it goes next."""

import asyncio
from collections.abc import Callable
from concurrent.futures import Executor
from time import perf_counter
from typing import TypeVar

Result = TypeVar("Result")


class Turns:
    """Calls of several cameras in one thread, one at a time. A share is time, not calls: a camera with a slow model
    or a crowd before it takes none of the others' pictures. Time in which a camera asked for nothing is not saved up.
    """

    def __init__(self, thread: Executor, stopwatch: Callable[[], float] = perf_counter) -> None:
        self._thread = thread
        self._stopwatch = stopwatch
        self._used: dict[str, float] = {}
        self._now = 0.0
        self._waiting: dict[str, asyncio.Future[None]] = {}
        self._busy = False

    async def take(self, name: str, call: Callable[[], Result]) -> Result:
        """Run `call` in the thread when it is the turn of `name`, which waits for one call at a time."""
        self._used[name] = max(self._used.get(name, 0.0), self._now)
        if self._busy:
            turn = self._waiting[name] = asyncio.get_running_loop().create_future()
            try:
                await turn
            except asyncio.CancelledError:
                if self._waiting.pop(name, None) is None:  # the turn had come already
                    self._next()
                raise
        self._busy = True
        began = self._now = self._used[name]
        running = asyncio.get_running_loop().run_in_executor(self._thread, self._timed, call)
        try:
            result, seconds = await running
            self._used[name] = began + seconds
            return result
        finally:
            self._next()

    def _timed(self, call: Callable[[], Result]) -> tuple[Result, float]:
        began = self._stopwatch()
        result = call()
        return result, self._stopwatch() - began

    def _next(self) -> None:
        """Wake the waiting camera with the smallest share; the first to come among equals."""
        self._busy = bool(self._waiting)
        if self._waiting:
            name = min(self._waiting, key=self._used.__getitem__)
            self._waiting.pop(name).set_result(None)
