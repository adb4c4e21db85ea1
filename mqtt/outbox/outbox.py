"""The outbox as the event loop sees it: a writer thread with a deadline; nothing is stored before it says so.

    async with open_outbox(path, quota=..., form=..., now=...) as outbox:
        await outbox.put(Put("report", encode))   returns when it is on the disk (group commit: 1 s or 64 messages;
                                                  alerts and checkpoints at once); `saved=` is a checkpoint
        await outbox.save(tallies)                the open window's checkpoint; `await outbox.saved()` reads it back
        rows = await outbox.batch(20)             committed, not yet taken, dearest and oldest first
        outbox.done(rows)                         delivered: deleted with the next group commit
        await outbox.again()                      the connection is gone: everything not done will come again
        await outbox.wait()                       until there may be something to send
        outbox.stats()                            never waits

Delivery is at least once, in order within a topic. A message is lost only by quota, age, damage or refusal, and then a
message of topic `drop` says which it was.
"""

import asyncio
import queue
import threading
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Sequence
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, time
from typing import Any, TypeVar

from events import DropReason
from mqtt.codec import Form
from mqtt.outbox.damage import FAILURES, damaged
from mqtt.outbox.message import DeadLetter, Keep, OutboxStalled, OutboxUnavailable, Put, Row, Stats, Stream
from mqtt.outbox.room import written_by_this_thread
from mqtt.outbox.store import Store

GROUP_S = 1.0
GROUP = 64
DEADLINE_S = 10.0
MAX_WAITING = 4096

Answer = TypeVar("Answer")


@dataclass(slots=True)
class _Work:
    """What the writer is asked: a put, or a question between two commits."""

    answer: Future[Any]
    put: Put | None = None
    saved: bytes | None = None
    done: tuple[int, ...] = ()
    ask: Callable[[Store], Any] | None = None


class Outbox:
    """Made by `open_outbox`. All methods are for the event loop that opened it."""

    def __init__(self, store: Callable[[], Store], loop: asyncio.AbstractEventLoop, group_s: float) -> None:
        self._make = store
        self._loop = loop
        self._group_s = group_s
        self._queue: queue.SimpleQueue[_Work | None] = queue.SimpleQueue()
        self._changed = asyncio.Event()
        self._stats = Stats()
        self._busy_since: float | None = None
        self._waiting = 0
        self._refusing = False
        self._group: list[_Work] = []
        self._due: float | None = None

    # --- the event loop's side

    async def put(self, put: Put, saved: bytes | None = None) -> int:
        """Store a message and return its seq when it is on the disk; `saved` becomes the checkpoint in the same commit.

        Raises OutboxStalled after 10 s (it is stored as soon as the disk allows, and must not be put again),
        OutboxUnavailable when the disk refuses or 4096 puts wait already (it is not stored).
        """
        if self._waiting >= MAX_WAITING:
            raise OutboxUnavailable("too many messages are waiting for the disk")
        self._waiting += 1
        try:
            row = await self._answer(_Work(Future(), put=put, saved=saved))
        finally:
            self._waiting -= 1
        return int(row.seq)

    async def save(self, saved: bytes) -> None:
        """Replace the checkpoint of the open window; it is on the disk when this returns."""
        await self._answer(_Work(Future(), saved=saved))

    async def saved(self) -> bytes | None:
        """The last checkpoint, None when there is none."""
        return await self._ask(Store.saved)

    async def batch(self, count: int, least: Keep = Keep.DETAIL) -> list[Row]:
        """Up to `count` rows to be sent now, none less dear than `least`; they are taken until `done` or `again`."""
        return await self._ask(lambda store: store.batch(count, least))

    def done(self, rows: Iterable[Row]) -> None:
        """These have arrived."""
        self._queue.put(_Work(Future(), done=tuple(row.id for row in rows)))

    async def redate(self, topic: str, seqs: Collection[int], anew: Callable[[int, bytes], bytes]) -> int:
        """Replace the payloads of what was put before its time was known; how many were still there.

        `anew(seq, payload)` is called in the writer's thread.
        """
        return await self._ask(lambda store: store.redate(topic, seqs, anew))

    async def again(self) -> None:
        """Offer everything again that was taken and is not done."""
        self._changed.set()
        await self._ask(Store.again)

    async def forgo(self, topic: str, keep: Keep, count: int) -> None:
        """So many were never put, because the disk refused for too long: count them, and say so."""
        self._changed.set()
        await self._ask(lambda store: store.forgo(topic, keep, count))

    async def bury(self, rows: Sequence[Row], reason: DropReason) -> None:
        """These can never arrive: keep them as dead letters, and say so."""
        self._changed.set()
        await self._ask(lambda store: store.bury(rows, reason))

    async def dead(self) -> list[DeadLetter]:
        """The dead letters, oldest first."""
        return await self._ask(Store.dead)

    async def streams(self) -> list[Stream]:
        """The numbering of each topic, for the birth document."""
        return await self._ask(Store.streams)

    async def wait(self) -> None:
        """Return when something was stored since the last call."""
        await self._changed.wait()
        self._changed.clear()

    def stats(self) -> Stats:
        """The figures of the last commit, and how long the writer has been in the disk's hands."""
        since = self._busy_since
        stalled = 0.0 if since is None else monotonic() - since
        return replace(self._stats, stalled=stalled, refusing=self._refusing)

    async def _ask(self, question: Callable[[Store], Answer]) -> Answer:
        answer: Answer = await self._answer(_Work(Future(), ask=question))
        return answer

    async def _answer(self, work: _Work) -> Any:
        self._queue.put(work)
        answer = asyncio.wrap_future(work.answer)
        try:
            async with asyncio.timeout(DEADLINE_S):
                return await asyncio.shield(answer)
        except TimeoutError:
            if work.answer.cancel():
                raise OutboxStalled(f"the disk has not answered for {DEADLINE_S:.0f} s") from None
            return await answer

    # --- the writer's side

    def run(self, opened: Future[None]) -> None:
        """The writer's thread: the only one that touches the store."""
        try:
            store = self._make()
        except (OutboxUnavailable, OSError) as error:
            opened.set_exception(error)
            return
        self._look(store)
        opened.set_result(None)
        try:
            while self._step(store):
                pass
        finally:
            store.close()

    def _step(self, store: Store) -> bool:
        timeout = None if self._due is None else max(0.0, self._due - monotonic())
        try:
            work = self._queue.get(timeout=timeout)
        except queue.Empty:
            self._commit(store)
            return True
        if work is None:
            self._commit(store)
            return False
        if work.ask is not None:
            self._ask_store(store, work, work.ask)
            return True
        self._group.append(work)
        if self._due is None:
            self._due = monotonic() + self._group_s
        urgent = work.saved is not None or (work.put is not None and work.put.keep >= Keep.ALERT)
        if urgent or len(self._group) >= GROUP or monotonic() >= self._due:
            self._commit(store)
        return True

    def _ask_store(self, store: Store, work: _Work, ask: Callable[[Store], Any]) -> None:
        if self._group and ask is Store.again:
            self._commit(store)
        self._busy_since = monotonic()
        answer: object
        try:
            store.ready()
            answer = ask(store)
        except FAILURES as error:
            answer = self._damage(store, error)
        except OutboxUnavailable as error:
            answer = error
        finally:
            self._busy_since = None
        self._look(store)
        _answer(work.answer, answer)

    def _commit(self, store: Store) -> None:
        group, self._group, self._due = self._group, [], None
        puts = [work for work in group if work.put]
        saved = [work.saved for work in group if work.saved is not None]
        self._busy_since = monotonic()
        answers: Sequence[object]
        refusal: OutboxUnavailable | None = None
        try:
            answers = store.commit(
                [work.put for work in puts if work.put],
                [row for work in group for row in work.done],
                saved[-1] if saved else None,
            )
        except OutboxUnavailable as error:
            answers, refusal = [error] * len(puts), error
        finally:
            self._busy_since = None
        self._refusing = refusal is not None
        self._look(store)
        unheard = [work for work, answer in zip(puts, answers, strict=True) if not _answer(work.answer, answer)]
        if refusal is not None:
            self._retry(group, unheard)
        for work in group:
            _answer(work.answer, refusal)
        if puts:
            self._loop.call_soon_threadsafe(self._changed.set)

    def _retry(self, group: Sequence[_Work], unheard: Sequence[_Work]) -> None:
        """As soon as the disk allows, what has arrived is deleted, and what was put and nobody awaits is stored."""
        ids = tuple(row for work in group for row in work.done)
        self._group = [*unheard, *([_Work(Future(), done=ids)] if ids else [])]
        if self._group:
            self._due = monotonic() + self._group_s

    def _damage(self, store: Store, error: Exception) -> OutboxUnavailable:
        if damaged(error):
            with suppress(OutboxUnavailable):
                store.doubt(error)
        return OutboxUnavailable(f"the store could not be read: {error}")

    def _look(self, store: Store) -> None:
        try:
            stats = store.stats()
        except (*FAILURES, OutboxUnavailable):
            return
        self._stats = replace(stats, written=written_by_this_thread())

    def stop(self) -> None:
        """Let the writer commit what it has and end."""
        self._queue.put(None)


def _answer(future: "Future[Any]", value: object) -> bool:
    """Whether somebody waits for the answer; who gave up waiting has cancelled it."""
    if future.done():
        return not future.cancelled()
    if not future.set_running_or_notify_cancel():
        return False
    if isinstance(value, Exception):
        future.set_exception(value)
    else:
        future.set_result(value)
    return True


@asynccontextmanager
async def open_outbox(
    path: Path | None,
    *,
    quota: int = 64 << 20,
    form: Form = Form.JSON,
    now: Callable[[], float | None] = time,
    group_s: float = GROUP_S,
) -> AsyncIterator[Outbox]:
    """The outbox in the file `path`, or in RAM when it is None; leaving commits what was put.

    `now` is epoch seconds or None while the clock is not to be trusted. Raises OutboxUnavailable or OSError.
    """
    outbox = Outbox(lambda: Store(path, quota=quota, form=form, now=now), asyncio.get_running_loop(), group_s)
    opened: Future[None] = Future()
    thread = threading.Thread(target=outbox.run, args=(opened,), name="outbox", daemon=True)
    thread.start()
    await asyncio.wrap_future(opened)
    try:
        yield outbox
    finally:
        outbox.stop()
        await asyncio.to_thread(thread.join, DEADLINE_S)
