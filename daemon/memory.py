"""What the box's checks of itself know outlives the daemon, in a small file: sums of counts, and nothing of anybody."""

import logging
from pathlib import Path

from daemon.box import Box
from daemon.durable import read, write
from daemon.fusion import Auditor
from events import ClockState

log = logging.getLogger(__name__)

AWAY_S = 900
"""Seconds without a box after which the ways in and out of the day do not add up any more."""


class Memory:
    """The audits of one box, and their file in `folder`; they know again what it says."""

    def __init__(self, box: Box, folder: Path) -> None:
        self._clock, self._file = box.clock, folder / "audits.json"
        self._auditors = [metric for metric in box.reporter.metrics() if isinstance(metric, Auditor)]
        known = read(self._file)
        for auditor in self._auditors:
            short = False
            try:
                kept = known["audits"].get(auditor.name) if known else None
                if kept is not None:
                    auditor.resume(kept)
                    short = self._short(float(known["at"]))
            except (AttributeError, KeyError, TypeError, ValueError):
                log.warning("what the audit %s knew cannot be read: it learns anew", auditor.name)
            if not short:
                auditor.miss(box.clock.now())

    def keep(self) -> None:
        """Write down what they know by now. Raises OSError."""
        if self._auditors:
            audits = {auditor.name: auditor.kept() for auditor in self._auditors}
            write(self._file, {"at": self._clock.wall(self._clock.now()).epoch, "audits": audits})

    def _short(self, at: float) -> bool:
        """Whether hardly any time has passed since epoch second `at`, by a clock that knows."""
        wall = self._clock.wall(self._clock.now())
        return wall.state is not ClockState.UNSYNCED and 0 <= wall.epoch - at <= AWAY_S
