"""From what is said to what is stored: durable events go through the outbox, and the open window is checkpointed."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

from daemon.clock import BoxClock, Wall
from events import Alert, ClockState, Event, Report
from mqtt.codec import CodecError, Form, decode, encode
from mqtt.outbox import Keep, Outbox, OutboxStalled, OutboxUnavailable, Put
from mqtt.topics import SAID, Topic
from privacy.ledger import Ledger

log = logging.getLogger(__name__)

RETRY_S = 5.0
EARLY = 0.6
"""The open window is saved after this share of the time that a power cut may cost: the rest is for the disk."""
MOST_WAITING = 1024
MOST_UNDATED = 10_000
ALERT_LIFE_S = 3600


class Delivery:
    """What the reporter says, in order, into the outbox. `open_window` gives the open window as it stands now."""

    def __init__(self, outbox: Outbox, form: Form, clock: BoxClock, open_window: Callable[[], Report]) -> None:
        self._outbox = outbox
        self._form = form
        self._clock = clock
        self._open_window = open_window
        self._waiting: deque[Event] = deque()
        self._forgotten: Counter[str] = Counter()
        self._said = asyncio.Event()
        self._finishing = False
        self._undated: dict[int, float] = {}
        self._set = False

    def say(self, event: Event) -> None:
        """Deliver an event of a durable topic."""
        self._waiting.append(event)
        self._bound()
        self._said.set()

    def finish(self) -> None:
        """Let `run` return once everything that was said is stored."""
        self._finishing = True
        self._said.set()

    async def run(self) -> None:
        """Store what is said until `finish`. Not to be cancelled: what was being stored then would be stored twice."""
        while not (self._finishing and not self._waiting):
            await self._said.wait()
            self._said.clear()
            await self._flush()

    async def _flush(self) -> None:
        """Store everything that was said so far; what the disk refuses is kept and tried again, unless finishing."""
        while self._waiting:
            event = self._waiting.popleft()
            try:
                seq = await self._outbox.put(self._put(event), saved=self._checkpoint())
                self._remember(seq, event)
            except OutboxUnavailable as error:
                if self._finishing:
                    lost = 1 + len(self._waiting) + self._forgotten.total()
                    log.error("the outbox refuses to the last: %s; %d events are lost", error, lost)
                    self._waiting.clear()
                    return
                self._waiting.appendleft(event)
                self._bound()
                log.warning("the outbox refuses: %s; again in %.0f s", error, RETRY_S)
                await asyncio.sleep(RETRY_S)
                continue
            except OutboxStalled as error:
                log.error("the outbox is stalled: %s", error)
            await self._confess()

    def _bound(self) -> None:
        """RAM is bounded while the disk refuses: the oldest that is no alert is given up first, and counted."""
        while len(self._waiting) > MOST_WAITING:
            number = next((n for n, one in enumerate(self._waiting) if not isinstance(one, Alert)), 0)
            self._forgotten[_topic(self._waiting[number])] += 1
            del self._waiting[number]

    async def _confess(self) -> None:
        """Say what RAM had no room for, now that the disk takes something again."""
        for topic, count in list(self._forgotten.items()):
            try:
                await self._outbox.forgo(topic, _keep(topic), count)
            except OutboxUnavailable:
                return
            except OutboxStalled as error:
                log.error("the outbox is stalled: %s", error)
            log.error("%d of %s were never stored: the disk refused them for too long", count, topic)
            self._forgotten[topic] -= count
        self._forgotten = +self._forgotten

    async def checkpoint(self, seconds: float) -> None:
        """Keep the saved window younger than `seconds`, for ever, and date the closed ones once the time is known."""
        at = self._clock.now()
        while True:
            await self._clock.sleep(max(0.0, at + EARLY * seconds - self._clock.now()))
            at = self._clock.now()
            try:
                await self.date()
                await self._outbox.save(self._checkpoint())
            except (OutboxStalled, OutboxUnavailable) as error:
                log.warning("the open window could not be saved: %s", error)

    def _remember(self, seq: int, event: Event) -> None:
        """Note when (clock second) a window began that was counted before the clock was set for the first time."""
        if not isinstance(event, Report) or self._set or len(self._undated) >= MOST_UNDATED:
            return
        now = self._clock.now()
        self._undated[seq] = event.start
        if event.clock is not ClockState.UNSYNCED:
            self._undated[seq] = now - (self._clock.wall(now).epoch - event.start)

    async def date(self) -> None:
        """Once the clock has been set, give the windows from before, as far as they are not sent, their true dates."""
        state = self._clock.wall(self._clock.now()).state
        self._set = self._set or state is ClockState.SYNCED
        if not self._undated or not self._set:
            return
        starts = {seq: self._clock.wall(began) for seq, began in self._undated.items()}
        count = await self._outbox.redate(Topic.REPORT, starts, partial(_redated, starts, self._form))
        log.info("the clock is set: %d of %d windows are dated anew", count, len(starts))
        self._undated.clear()

    async def restore(self) -> Report | None:
        """The window that was open when the box lost its power: stored as the report it had become, and returned.

        Its totals stay saved, as of a window in which nothing was seen: the power may go again at once.
        """
        saved = await self._outbox.saved()
        if not saved:
            return None
        try:
            (envelope,) = decode(Report, saved, Form.JSON)
        except CodecError as error:
            log.warning("the saved window is unreadable and lost: %s", error)
            return None
        assert isinstance(envelope.event, Report)
        report = envelope.event
        if any(quality.seen for quality in report.quality):
            unseen = replace(report, quality=tuple(replace(quality, seen=0.0) for quality in report.quality))
            await self._outbox.put(self._put(report), saved=encode(unseen, Form.JSON))
        return report

    def _checkpoint(self) -> bytes:
        return encode(self._open_window(), Form.JSON)

    def _put(self, event: Event) -> Put:
        """Counts never expire, lest a clock that steps into the future takes them along: the quota bounds them."""
        encoder = partial(_encode, event, self._form)
        topic = _topic(event)
        if not isinstance(event, Alert):
            return Put(topic, encoder, keep=_keep(topic))
        wall = self._clock.wall(self._clock.now())
        expires = None if wall.state is ClockState.UNSYNCED else wall.epoch + ALERT_LIFE_S
        return Put(topic, encoder, keep=_keep(topic), expires=expires)


def _topic(event: Event) -> Topic:
    return next(topic for topic, said in SAID.items() if said.event is type(event))


def _keep(topic: str) -> Keep:
    return Keep.ALERT if topic == Topic.ALERT else Keep.COUNT


def _encode(event: Event, form: Form, store: str, seq: int) -> bytes:
    return encode(event, form, store, seq)


def _redated(starts: Mapping[int, Wall], form: Form, seq: int, payload: bytes) -> bytes:
    """A stored window with its true start, as the nearest that a window can have; it is kept where it was right."""
    (envelope,) = decode(Report, payload, form)
    report, wall = envelope.event, starts[seq]
    assert isinstance(report, Report)
    start = round((wall.epoch + wall.offset) / report.seconds) * report.seconds - wall.offset
    return encode(replace(report, start=start, clock=ClockState.SYNCED), form, envelope.store, envelope.seq)


class Published:
    """What has left: into the ledger, and to whoever watches the control socket."""

    def __init__(self, ledger: Ledger, clock: BoxClock) -> None:
        self._ledger = ledger
        self._clock = clock
        self._watchers: set[asyncio.Queue[dict[str, Any]]] = set()

    def record(self, topic: str, payload: bytes, shown: Callable[[], Any]) -> None:
        """Note one published message; `shown` gives its document for watchers."""
        self._ledger.record(self._clock.wall(self._clock.now()).epoch, topic, payload)
        for queue in self._watchers:
            if not queue.full():
                queue.put_nowait({"topic": topic, "payload": shown()})

    async def watch(self, question: dict[str, object]) -> AsyncGenerator[dict[str, object], None]:
        """Every message from now on; a watcher that does not read misses some."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=256)
        self._watchers.add(queue)
        try:
            yield {"watching": True}
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)
