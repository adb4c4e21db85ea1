"""One visit of a technician: what one tab is shown until the time is over, and what was sensed meanwhile, in RAM."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from typing import Any

from commissioning.link import Away, Declined, Link
from commissioning.walked import Walked

GRACE_S = 3.0
"""Seconds that the door stays open for a tab that is being loaded again."""
AGAIN_S = 0.5
DECLINED_S = 2.0
WAITING = 4
"""Messages that wait for a slow tab; it misses older ones."""
REMEMBERED = 6000
"""Pictures with people in them whose feet are remembered, to tell where somebody was who was missed."""
NEAR_S = 1.5
SHOWN_S = 30.0
"""Seconds for which a badge that was heard is shown."""


class Tab:
    """One open page, which is told messages until another takes its place."""

    def __init__(self) -> None:
        self._waiting: deque[str] = deque(maxlen=WAITING)
        self._ready = asyncio.Event()
        self._last = False

    def tell(self, message: str, *, last: bool = False) -> None:
        """Queue a message; nothing follows the last one."""
        if not self._last:
            self._waiting.append(message)
            self._last = last
            self._ready.set()

    async def told(self) -> AsyncGenerator[str, None]:
        """Every message."""
        while True:
            await self._ready.wait()
            self._ready.clear()
            while self._waiting:
                yield self._waiting.popleft()
            if self._last:
                return


@dataclass(slots=True)
class Sensed:
    """What the sensors told since the page was opened: strengths of signals, badges by role, goods by SKU."""

    signals: dict[str, Counter[str]] = field(default_factory=dict)
    badges: dict[str, tuple[int, float]] = field(default_factory=dict)
    goods: dict[str, dict[str, int]] = field(default_factory=dict)
    figures: dict[str, Any] = field(default_factory=dict)

    def feed(self, at: float, item: dict[str, Any]) -> None:
        """One line of the door, at monotonic second `at`."""
        for radio, counts in item.get("signals", {}).items():
            self.signals.setdefault(radio, Counter()).update(counts)
        for badge, rssi in item.get("badges", {}).items():
            self.badges[badge] = rssi, at
        self.goods |= item.get("goods", {})
        self.figures = item.get("figures") or self.figures

    def document(self, at: float) -> dict[str, Any]:
        """For the page: a badge with its role, radio, strength, and the seconds since it was heard."""
        badges = [
            {"badge": badge, "rssi_dbm": rssi, "ago": round(at - heard, 1)}
            for badge, (rssi, heard) in self.badges.items()
            if at - heard < SHOWN_S
        ]
        return {"signals": self.signals, "badges": badges, "goods": self.goods, "figures": self.figures}


class Visit:
    """The page's time and its one tab. `now` are monotonic seconds."""

    def __init__(self, link: Link, camera: str, minutes: float, now: Callable[[], float]) -> None:
        self.camera = camera
        self.sensed = Sensed()
        self._link, self.now = link, now
        self._ends = now() + minutes * 60
        self._tab: Tab | None = None
        self._watched = float("-inf")
        self._arrived = asyncio.Event()
        self._walked: dict[str, Walked] = {}
        self._feet: deque[tuple[float, list[tuple[float, float]]]] = deque(maxlen=REMEMBERED)
        self._clock = 0.0

    @property
    def left(self) -> float:
        """Seconds until the page ends."""
        return max(0.0, self._ends - self.now())

    @property
    def walked(self) -> Walked:
        """Where people walked in the chosen camera's picture."""
        return self._walked.setdefault(self.camera, Walked())

    async def tab(self) -> AsyncGenerator[str, None]:
        """Everything that a tab is told; the newest tab has the page."""
        if self._tab is not None:
            self._tab.tell('{"elsewhere":true}', last=True)
        tab = self._tab = Tab()
        self._arrived.set()
        try:
            async with aclosing(tab.told()) as messages:
                async for message in messages:
                    yield message
        finally:
            if self._tab is tab:
                self._tab, self._watched = None, self.now()

    async def run(self) -> None:
        """Look through the door for as long as a tab does; returns when the time is over."""
        while self.left:
            if not self._looked_at():
                self._arrived.clear()
                with suppress(TimeoutError):
                    async with asyncio.timeout(self.left):
                        await self._arrived.wait()
                continue
            try:
                await self._look(self.camera)
            except Away:
                self._tell({"away": True})
                await asyncio.sleep(AGAIN_S)
            except Declined as reason:
                self._tell({"declined": str(reason)})
                await asyncio.sleep(DECLINED_S)
        if self._tab is not None:
            self._tab.tell('{"ended":true}', last=True)

    def where(self, ago: float) -> list[tuple[float, float]]:
        """Where feet were `ago` clock seconds before now, relative; nothing where nobody was seen."""
        at = self._clock - ago
        near = [(abs(seen - at), feet) for seen, feet in self._feet if abs(seen - at) <= NEAR_S]
        return min(near)[1] if near else []

    async def _look(self, camera: str) -> None:
        question: dict[str, object] = {"ask": "door", "camera": camera, "minutes": self.left / 60}
        async with aclosing(self._link.watch(question)) as lines:
            async for line in lines:
                self._take(line)
                if camera != self.camera or not self._looked_at() or not self.left:
                    return
        if self.left:
            raise Away

    def _take(self, line: bytes) -> None:
        item = json.loads(line)
        self._clock = item.get("now", self._clock)
        self.sensed.feed(self.now(), item)
        if "tracks" in item:
            self.walked.feed(item["aspect"], item["tracks"])
            feet = [((left + right) / 2, bottom) for _, left, _, right, bottom, _ in item["tracks"]]
            if feet:
                self._feet.append((item["at"], feet))
        if self._tab is not None:
            self._tab.tell(line.decode())

    def _looked_at(self) -> bool:
        return self._tab is not None or self.now() - self._watched < GRACE_S

    def _tell(self, message: dict[str, object]) -> None:
        if self._tab is not None:
            self._tab.tell(json.dumps(message))
