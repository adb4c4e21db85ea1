"""How often the daemon began and why the life before ended, and for how long nothing went wrong; no more than that."""

import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from daemon.durable import read, write

BOOT = Path("/proc/sys/kernel/random/boot_id")


def _uptime() -> float:
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Lives:
    """The lives of one box's daemon, in a small file. `why` says how the last one ended: `stopped` by somebody, `crash`
    (killed, hung or failed), `power` (the machine went down without a word), or `first`.

    Keeping raises OSError.
    """

    def __init__(self, folder: Path, clock: Callable[[], float] = _uptime, boot: Path = BOOT) -> None:
        self._file, self._clock, self._boot = folder / "lives.json", clock, ""
        with suppress(OSError):
            self._boot = boot.read_text(encoding="ascii").strip()
        known = read(self._file)
        self.why = _why(known, self._boot)
        self.starts = {str(why): int(times) for why, times in dict(known.get("starts", {})).items()}
        self.starts[self.why] = self.starts.get(self.why, 0) + 1
        self._lived = float(known.get("seconds", 0.0))
        self._well = 0.0 if self.why == "crash" else float(known.get("crashfree", 0.0))
        self._since = clock()

    def figures(self) -> dict[str, object]:
        """Seconds lived in all, seconds since the last crash, and starts by what ended the life before."""
        so_far = self._clock() - self._since
        return {
            "seconds": round(self._lived + so_far),
            "crashfree": round(self._well + so_far),
            "starts": dict(self.starts),
        }

    def keep(self, ended: str | None = None) -> None:
        """Write the figures down, and how this life ends when it does."""
        write(self._file, {**self.figures(), "boot": self._boot, "ended": ended})


def _why(known: dict[str, object], boot: str) -> str:
    if not known:
        return "first"
    if known.get("ended"):
        return str(known["ended"])
    return "crash" if known.get("boot") == boot else "power"
