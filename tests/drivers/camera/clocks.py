"""The clock of live cameras in tests: the machine's own, since boot."""

import asyncio
import time


class Boot:
    """CLOCK_BOOTTIME, as the daemon's."""

    def now(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - self.now()))
