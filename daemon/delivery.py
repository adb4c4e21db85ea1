"""From what is said to what is stored: durable events go through the outbox, and the open window is checkpointed."""

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from daemon.clock import BoxClock
from events import Alert, Event, Heatmap, Report
from mqtt.codec import CodecError, Form, decode, encode
from mqtt.outbox import Keep, Outbox, OutboxStalled, OutboxUnavailable, Put
from mqtt.topics import Topic
from privacy.ledger import Ledger

log = logging.getLogger(__name__)

RETRY_S = 5.0
MOST_WAITING = 1024
ALERT_LIFE_S = 3600
REPORT_LIFE_S = 31 * 86400


class Delivery:
    """What the reporter says, in order, into the outbox. `open_window` gives the open window as it stands now."""

    def __init__(self, outbox: Outbox, form: Form, clock: BoxClock, open_window: Callable[[], Report]) -> None:
        self._outbox = outbox
        self._form = form
        self._clock = clock
        self._open_window = open_window
        self._waiting: deque[Event] = deque(maxlen=MOST_WAITING)
        self._said = asyncio.Event()
        self._finishing = False

    def say(self, event: Event) -> None:
        """Deliver an event: a Report, a Heatmap or an Alert."""
        self._waiting.append(event)
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
            event = self._waiting[0]
            try:
                await self._outbox.put(self._put(event), saved=self._checkpoint())
            except OutboxUnavailable as error:
                if self._finishing:
                    log.error("the outbox refuses to the last: %s; %d events are lost", error, len(self._waiting))
                    self._waiting.clear()
                    return
                log.warning("the outbox refuses: %s; again in %.0f s", error, RETRY_S)
                await asyncio.sleep(RETRY_S)
                continue
            except OutboxStalled as error:
                log.error("the outbox is stalled: %s", error)
            self._waiting.popleft()

    async def checkpoint(self, seconds: float) -> None:
        """Save the open window every `seconds`, for ever."""
        while True:
            await self._clock.sleep(seconds)
            try:
                await self._outbox.save(self._checkpoint())
            except (OutboxStalled, OutboxUnavailable) as error:
                log.warning("the open window could not be saved: %s", error)

    async def restore(self) -> Report | None:
        """The window that was open when the box lost its power: stored as the report it had become, and returned."""
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
            await self._outbox.put(self._put(report), saved=b"")
        return report

    def _checkpoint(self) -> bytes:
        return encode(self._open_window(), Form.JSON)

    def _put(self, event: Event) -> Put:
        keep, topic, life = Keep.COUNT, Topic.REPORT, REPORT_LIFE_S
        if isinstance(event, Alert):
            keep, topic, life = Keep.ALERT, Topic.ALERT, ALERT_LIFE_S
        elif isinstance(event, Heatmap):
            topic = Topic.HEATMAP
        expires = self._clock.wall(self._clock.now()).epoch + life
        return Put(topic, partial(_encode, event, self._form), keep=keep, expires=expires)


def _encode(event: Event, form: Form, store: str, seq: int) -> bytes:
    return encode(event, form, store, seq)


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

    async def watch(self) -> AsyncIterator[dict[str, Any]]:
        """Every message from now on; a watcher that does not read misses some."""
        queue: asyncio.Queue[dict[str, Any]] = asyncio.Queue(maxsize=256)
        self._watchers.add(queue)
        try:
            yield {"watching": True}
            while True:
                yield await queue.get()
        finally:
            self._watchers.discard(queue)
