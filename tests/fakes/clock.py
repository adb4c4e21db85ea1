"""A clock that runs faster than the wall, for drivers whose deadlines are minutes."""

import asyncio


class FastClock:
    """Monotonic seconds, `speed` of them to a second of the event loop."""

    def __init__(self, speed: float = 1.0) -> None:
        self._speed = speed

    def now(self) -> float:
        return asyncio.get_running_loop().time() * self._speed

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()) / self._speed)
