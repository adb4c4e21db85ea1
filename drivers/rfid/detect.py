"""Finding out which reader listens at which rate, by asking each family's most harmless question."""

import logging

from drivers.base import DriverUnavailable
from drivers.rfid.dialogue import Dialogue, a0, chafon, thingmagic, yrm100
from drivers.rfid.settings import Settings
from drivers.serial_line import Line

logger = logging.getLogger(__name__)

READERS: dict[str, type[Dialogue]] = {
    "yrm100": yrm100.Reader,
    "chafon": chafon.Reader,
    "a0": a0.Reader,
    "thingmagic": thingmagic.Reader,
}

CANDIDATES = (
    ("yrm100", 115_200),
    ("a0", 115_200),
    ("chafon", 57_600),
    ("thingmagic", 115_200),
    ("a0", 38_400),
    ("chafon", 115_200),
    ("thingmagic", 9_600),
    ("thingmagic", 921_600),
    ("yrm100", 9_600),
    ("yrm100", 38_400),
    ("chafon", 9_600),
    ("chafon", 38_400),
)
"""Most usual first. A family's question is noise to the others, which their framing skips."""


def candidates(settings: Settings) -> list[tuple[str, int]]:
    """What to try for these settings, in this order."""
    if settings.protocol != "auto" and settings.baud:
        return [(settings.protocol, settings.baud)]
    bauds = [(family, settings.baud or baud) for family, baud in CANDIDATES]
    return list(dict.fromkeys(pair for pair in bauds if settings.protocol in ("auto", pair[0])))


async def detect(line: Line, settings: Settings) -> tuple[str, Dialogue]:
    """The family that answers and a dialogue with it. Raises DriverUnavailable when none does."""
    for family, baud in candidates(settings):
        if line.baud != baud:
            line.baud = baud
        line.forget()
        reader = READERS[family](line)
        if await reader.hello():
            logger.info("a %s reader answers at %d baud", family, baud)
            return family, reader
    raise DriverUnavailable("no_answer", "no reader answers: check its power and cable, or name protocol and baud")
