"""A clock that is moved by whoever sleeps, and by the test."""

import asyncio


class Stepped:
    """Time goes forward only when somebody waits for it."""

    def __init__(self, at: float = 100.0) -> None:
        self.at = at

    def now(self) -> float:
        return self.at

    async def sleep_until(self, at: float) -> None:
        self.at = max(self.at, at)
        await asyncio.sleep(0)
