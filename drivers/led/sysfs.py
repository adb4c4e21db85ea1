"""One light of Linux's LED class: taken from its trigger, switched, and given back."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

LEDS = Path("/sys/class/leds")
NAMES = ("ACT", "led0")
"""What the green light of a Raspberry Pi is called."""


class Light:
    """A light that is ours until it is given back. Switching raises OSError when it is unplugged."""

    def __init__(self, folder: Path) -> None:
        """Take the light in `folder`. Raises OSError, ValueError where that is none or belongs to others."""
        self._trigger, self._brightness = folder / "trigger", folder / "brightness"
        self._full = str(int((folder / "max_brightness").read_text(encoding="ascii")))
        self._before = _chosen(self._trigger.read_text(encoding="ascii"))
        self._trigger.write_text("none", encoding="ascii")
        self.switch(on=False)

    def switch(self, *, on: bool) -> None:
        """Full, or dark."""
        self._brightness.write_text(self._full if on else "0", encoding="ascii")

    def give_back(self, trigger: str | None = None) -> None:
        """Let the kernel have it again: the trigger that it had, or another."""
        with suppress(OSError):
            self._trigger.write_text(trigger or self._before, encoding="ascii")


def light(name: str | None = None, leds: Path = LEDS) -> Light | None:
    """The board's light, or the one of this name; None where there is none that we may use."""
    for folder in (leds / one for one in _names(name)):
        with suppress(OSError, ValueError):
            return Light(folder)
    return None


def _names(name: str | None) -> Sequence[str]:
    return NAMES if name is None else (name,)


def _chosen(triggers: str) -> str:
    """The one in brackets."""
    return triggers.partition("[")[2].partition("]")[0] or "none"
