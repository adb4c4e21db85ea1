"""The mains switch: the whole machine dies between two instructions and boots again with its card.

A test that asks for `power` is run once a boot, always from its beginning: `power.cuts` says how often the switch has
been used, so the test writes while it is 0, calls `cut()`, and looks at what is left when it is 1.
"""

import os
import time
from dataclasses import dataclass
from pathlib import Path

CUTS_VARIABLE = "PASSERBY_RIG_CUT"
POWER_CUTS = "power_cuts"
SYSRQ = Path("/proc/sysrq-trigger")


@dataclass(frozen=True, slots=True)
class Power:
    """`cuts` counts the power cuts that this test has lived through."""

    results: Path
    test: int

    @property
    def cuts(self) -> int:
        return len(list(self.results.glob(f"power-{self.test}-*.cut")))

    def cut(self) -> None:
        """No unmount, no sync, no signal: never returns."""
        note = self.results / f"power-{self.test}-{self.cuts}.cut"
        with note.open("w", encoding="ascii") as file:
            file.write("cut\n")
            file.flush()
            os.fsync(file.fileno())
        SYSRQ.write_text("b", encoding="ascii")
        time.sleep(60)
        raise RuntimeError("the machine did not die")
