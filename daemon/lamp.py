"""The box's light: it tells what is wrong in the codes of docs/operator.md, and which box it is when somebody asks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable
from time import monotonic

from drivers.led.codes import FLICKER, blinks
from drivers.led.sysfs import Light

log = logging.getLogger(__name__)

IDENTIFY_S = 30.0


class Lamp:
    """A light, or none."""

    def __init__(self, light: Light | None, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep) -> None:
        self._light, self._sleep = light, sleep
        self._flickers_until = 0.0

    def identify(self) -> bool:
        """Flicker for half a minute; False where there is no light that we may use."""
        self._flickers_until = monotonic() + IDENTIFY_S
        return self._light is not None

    async def run(self, wrong: Callable[[], Iterable[str]]) -> None:
        """Show what is `wrong`, round after round, until cancelled; then the kernel has its light again."""
        if self._light is None:
            return
        try:
            while True:
                await self._round(self._light, wrong())
        except OSError as error:
            log.warning("the box's light does not obey any more: %s", error.strerror)
            self._light = None
        finally:
            if self._light is not None:
                self._light.give_back()

    async def _round(self, light: Light, words: Iterable[str]) -> None:
        flickering = monotonic() < self._flickers_until
        for on, seconds in FLICKER if flickering else blinks(words):
            light.switch(on=on)
            await self._sleep(seconds)
            if not flickering and monotonic() < self._flickers_until:
                return
