"""What a box says at once and does not store: birth and state at each connection, live and health at intervals."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import monotonic

from mqtt.outbox import Stream
from mqtt.pace import Pace
from mqtt.topics import Topic

Say = Callable[[Topic, bytes | None, int | None], None]
"""Publish a document, None for none, with its expiry in seconds, None for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Documents:
    """What the daemon is asked for, each as an encoded payload. `state(session, offline)` is also the will."""

    birth: Callable[[int, Sequence[Stream]], bytes]
    state: Callable[[int, bool], bytes]
    health: Callable[[], bytes] | None = None
    live: Callable[[], bytes | None] | None = None


class Herald:
    """Asks for the documents and says them, on whichever connection there is."""

    def __init__(self, documents: Documents, pace: Pace) -> None:
        self.documents, self._pace = documents, pace
        self._retained: dict[Topic, bytes] = {}
        self._changed = asyncio.Event()

    def refresh(self) -> None:
        """State, health or live figures have changed: say them now."""
        self._changed.set()

    def retain(self, topic: Topic, payload: bytes) -> None:
        """Say a retained document now and again at each connection, until it is replaced."""
        self._retained[topic] = payload
        self._changed.set()

    async def run(self, session: int, streams: Sequence[Stream], say: Say) -> None:
        """Birth and state first; then live and health at their intervals, and everything again that has changed."""
        say(Topic.BIRTH, self.documents.birth(session, streams), None)
        said: dict[Topic, bytes] = {}
        live = health = 0.0
        while True:
            now = monotonic()
            fresh = self._retained | {Topic.STATE: self.documents.state(session, False)}
            for topic, payload in fresh.items():
                if said.get(topic) != payload:
                    say(topic, payload, None)
            said = fresh
            if self.documents.live and self._pace.live and now >= live:
                live = now + self._pace.live
                say(Topic.LIVE, self.documents.live(), None)
            if self.documents.health and (now >= health or self._changed.is_set()):
                health = now + self._pace.health
                say(Topic.HEALTH, self.documents.health(), int(2 * self._pace.health) + 1)
            self._changed.clear()
            await self._until_changed(min(live or now + 60, health or now + 60) - monotonic())

    async def _until_changed(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(max(0.05, seconds)):
                await self._changed.wait()
        except TimeoutError:
            return
