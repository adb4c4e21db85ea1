"""The one door through which a picture can be seen: for one viewer, for a bounded time, written down before it opens.

Who asks for it on the control socket gets the newest pictures of one camera with the private regions black, at most
five a second, and what the sensors make of the moment: tracks, crossings, strengths of signals, roles of badges, SKUs.
Nothing is kept, nothing waits for the viewer, and what is counted does not know whether anybody looks.
"""

import asyncio
import base64
import time
from collections import Counter
from collections.abc import AsyncGenerator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from functools import partial
from math import ceil
from typing import Any

from analytics.crossing import Crossing
from config import Config
from daemon.clock import BoxClock
from drivers.camera.survey import CameraSurvey
from inference.shown import jpeg
from observations import BadgeSighting, DeviceSighting, Frame, GoodsSighting, Percept, Tally, Track

PERIOD_S = 0.2
HEARTBEAT_S = 1.0
SURVEY_S = 2.0
"""Measuring how sharp a picture is costs more than showing it."""
LONGEST_MIN = 120.0
MOST = 256
"""Crossings, or names of badges and goods, that wait for one item of the viewer at most."""


class Door:
    """The door of one box. `write` puts a sentence into the privacy ledger, on the disk when it returns (OSError)."""

    def __init__(self, config: Config, clock: BoxClock) -> None:
        self.write: Callable[[str], None] = lambda what: None
        self._config, self._clock = config, clock
        self._camera: str | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._encoding = False
        self._survey, self._survey_next = CameraSurvey(), 0.0
        self._shown: float | None = None
        self._gap = 0.0
        self._next = 0.0
        self._item: dict[str, Any] = {}
        self._aspect = 1.0
        self._ready = asyncio.Event()

    @property
    def open(self) -> bool:
        """Whether somebody may be looking."""
        return self._camera is not None

    async def watch(self, question: dict[str, object]) -> AsyncGenerator[dict[str, object], None]:
        """The answer to `door`: what is seen from now on, for `minutes`. Raises ValueError when it stays shut."""
        camera, minutes = self._asked(question)
        self._note(f"the door to camera {camera}'s pictures is opened for {ceil(minutes)} minutes at most")
        loop = asyncio.get_running_loop()
        ends = loop.time() + minutes * 60
        self._camera, self._item, self._next = camera, {}, 0.0
        self._survey, self._shown, self._gap = CameraSurvey(), None, 0.0
        try:
            with ThreadPoolExecutor(1, thread_name_prefix="door") as self._thread:
                yield {"open": camera, "now": self._clock.now(), "speed": self._config.box.speed}
                while (left := ends - loop.time()) > 0:
                    yield {"now": self._clock.now(), **await self._newest(min(left, HEARTBEAT_S))}
                yield {"closed": "the time is over"}
        finally:
            self._camera, self._item, self._thread = None, {}, None
            self._note(f"the door to camera {camera}'s pictures is shut")

    def show(self, frame: Frame, percept: Percept) -> None:
        """A picture that was looked at, and who is in it; costs nothing while nobody looks or the encoder is busy."""
        if frame.camera != self._camera or self._thread is None:
            return
        self._aspect = percept.aspect
        self._gap = max(self._gap, frame.at - (self._shown or frame.at))
        self._shown = frame.at
        loop = asyncio.get_running_loop()
        if self._encoding or loop.time() < self._next:
            return
        self._encoding, self._next = True, max(self._next, loop.time() - PERIOD_S) + PERIOD_S
        coding = loop.run_in_executor(self._thread, self._coding, frame, self._clock.now())
        coding.add_done_callback(partial(self._coded, percept))

    def _coding(self, frame: Frame, arrived: float) -> bytes:
        """In the door's own thread: the picture, and every now and then what it is like."""
        if self._survey.pictures == 0 or time.monotonic() >= self._survey_next:
            self._survey_next = time.monotonic() + SURVEY_S
            self._survey.feed(arrived, frame)
        return jpeg(frame, self._config.cameras[frame.camera].masks)

    def _coded(self, percept: Percept, coding: "asyncio.Future[bytes]") -> None:
        self._encoding = False
        if coding.cancelled() or percept.camera != self._camera:
            return
        self._item |= {
            "picture": base64.b64encode(coding.result()).decode(),
            "at": percept.at,
            "aspect": percept.aspect,
            "view": percept.view,
            "figures": asdict(self._survey.figures()) | {"gap": self._gap} if self._survey.pictures > 1 else None,
            "tracks": [_shown(track) for track in percept.tracks],
        }
        self._ready.set()

    def crossed(self, line: str, crossing: Crossing) -> None:
        """A crossing that was counted on `line`."""
        if crossing.camera == self._camera:
            x, y = crossing.where
            told = {"line": line, "way": crossing.way, "at": crossing.at, "x": x / self._aspect, "y": y}
            crossings = self._item.setdefault("crossings", [])
            crossings.append(told)
            del crossings[:-MOST]
            self._ready.set()

    def heard(self, radio: str, rssi_dbm: int | None) -> None:
        """How strong somebody's signal was at `radio`; nobody says whose."""
        if self.open and rssi_dbm is not None:
            self._item.setdefault("signals", {}).setdefault(radio, Counter())[rssi_dbm] += 1

    def feed(self, at: float, seen: object) -> None:
        """Bluetooth, badges and goods, as metrics see them: strengths, roles and SKUs are told and nothing else."""
        if not self.open:
            return
        if isinstance(seen, DeviceSighting):
            self.heard(seen.sensor, seen.rssi_dbm)
        elif isinstance(seen, BadgeSighting):
            roles = self._item.setdefault("badges", {})
            roles[f"{seen.sensor} {seen.role}"] = max(seen.rssi_dbm, roles.get(f"{seen.sensor} {seen.role}", -999))
        elif isinstance(seen, GoodsSighting):
            goods = self._item.setdefault("goods", {}).setdefault(f"{seen.reader}:{seen.antenna}", Counter())
            goods.clear()
            goods.update(read.sku for read in seen.goods[:MOST])

    def tallies(self, start: float, end: float) -> list[Tally]:
        """Nothing: the door counts nothing."""
        return []

    def restart(self, at: float) -> None:
        """A window ended."""

    async def _newest(self, seconds: float) -> dict[str, Any]:
        """What there is new, after at most `seconds`; what the viewer was too slow for is gone."""
        try:
            async with asyncio.timeout(seconds):
                await self._ready.wait()
        except TimeoutError:
            pass
        self._ready.clear()
        item, self._item = self._item, {}
        return item

    def _asked(self, question: dict[str, object]) -> tuple[str, float]:
        if self.open:
            raise ValueError("the door is open already: one commissioning page at a time")
        camera, minutes = question.get("camera"), question.get("minutes")
        if not isinstance(camera, str) or camera not in self._config.cameras:
            there = ", ".join(self._config.cameras) or "none"
            raise ValueError(f"camera {camera!r} is not configured; there is {there}")
        if isinstance(minutes, bool) or not isinstance(minutes, int | float) or not 0 < minutes <= LONGEST_MIN:
            raise ValueError(f"minutes {minutes!r} must be more than 0 and at most {LONGEST_MIN:g}")
        return camera, minutes

    def _note(self, what: str) -> None:
        try:
            self.write(what)
        except OSError as error:
            raise ValueError(f"the privacy ledger cannot be written ({error.strerror}): the door stays shut") from None


def _shown(track: Track) -> list[float]:
    """Number, left, top, right, bottom, and whether the box is a guess."""
    box = track.box
    return [track.number, *(round(side, 4) for side in (box.left, box.top, box.right, box.bottom)), track.coasting]
