"""Where callbacks and threads meet asyncio: a slot for pictures, a queue for radio; neither grows without bound."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from typing import Generic, TypeVar

Item = TypeVar("Item")


class Latest(Generic[Item], AsyncIterator[Item]):
    """One slot: what is put replaces what was not taken yet, and is counted in `skipped`.

    `put` and `close` belong to the event loop's thread; from another thread go through `loop.call_soon_threadsafe`.
    Iterating waits for the next item, ends after `close()` and raises what was given to `close(error)`.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self._slot: list[Item] = []
        self._ready = asyncio.Event()
        self._closed = False
        self._error: Exception | None = None

    def put(self, item: Item) -> None:
        """Offer an item; the one that was still waiting is dropped."""
        if self._slot:
            self.skipped += 1
        self._slot = [item]
        self._ready.set()

    def close(self, error: Exception | None = None) -> None:
        """End the iteration, once the waiting item is taken; with `error` it ends by raising."""
        self._closed = True
        self._error = error
        self._ready.set()

    async def ready(self) -> None:
        """Wait until there is an item to take, without taking it; raises what was given to `close(error)`."""
        await self._ready.wait()
        if not self._slot and self._error is not None:
            raise self._error

    async def __anext__(self) -> Item:
        await self._ready.wait()
        if self._slot:
            item = self._slot.pop()
            if not self._closed:
                self._ready.clear()
            return item
        if self._error is not None:
            raise self._error
        raise StopAsyncIteration


class Bounded(Generic[Item], AsyncIterator[Item]):
    """A queue of `size` items: what does not fit is dropped, oldest first, and counted in `dropped`.

    `put` and `close` belong to the event loop's thread. Iterating ends after `close()`, or raises what was given to
    `close(error)`, once everything that was put before is taken.
    """

    def __init__(self, size: int) -> None:
        self.dropped = 0
        self._items: deque[Item] = deque(maxlen=size)
        self._ready = asyncio.Event()
        self._closed = False
        self._error: Exception | None = None

    def put(self, item: Item) -> None:
        """Append an item."""
        if len(self._items) == self._items.maxlen:
            self.dropped += 1
        self._items.append(item)
        self._ready.set()

    def close(self, error: Exception | None = None) -> None:
        """End the iteration; the first cause given is the one that is told."""
        if not self._closed:
            self._closed, self._error = True, error
        self._ready.set()

    async def __anext__(self) -> Item:
        while not self._items:
            if self._closed:
                if self._error is not None:
                    raise self._error
                raise StopAsyncIteration
            self._ready.clear()
            await self._ready.wait()
        return self._items.popleft()


@asynccontextmanager
async def beside(work: Coroutine[object, object, None], name: str) -> AsyncIterator[None]:
    """Run a driver's pump as a named task for as long as the body; a single failure comes out as itself, ungrouped."""
    try:
        async with asyncio.TaskGroup() as tasks:
            task = tasks.create_task(work, name=name)
            yield
            task.cancel()
    except BaseExceptionGroup as group:
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from None
        raise
