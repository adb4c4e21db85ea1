"""Who the box is, where it keeps things, and how long a window is."""

from typing import Annotated, Literal

from pydantic import Field

from config.section import Name, Section, setting

Path = Annotated[tuple[Name, ...], Field(max_length=8, strict=False)]


class Box(Section):
    """The box itself."""

    site: Name = setting("site", "The shop this box belongs to, as it appears in topics.")
    place: Path = setting((), "What the site is in, outermost first, as in district, mall, floor; told to the backend.")
    id: Name | None = setting(None, "The box's random name; made on the first start, never a MAC or a serial.")
    timezone: str | None = setting(None, "The shop's time zone, as in Europe/Berlin; the system's when absent.")
    state: str = setting("/var/lib/passerby", "Directory for what survives a restart: outbox, ledger, last status.")
    run: str = setting("/run/passerby", "Directory of the control socket.")
    led: str | None = setting(
        None,
        "The light under /sys/class/leds that tells what is wrong; a Raspberry Pi's ACT when absent.",
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$",
    )
    speed: float = setting(
        1.0, "How much faster than real time the box's clock runs, for replays.", unit="x", gt=0, le=1000
    )
    log: Literal["debug", "info", "warning", "error"] = setting("info", "Least severe message that is logged.")


class Window(Section):
    """The windows in which things are counted."""

    seconds: int = setting(300, "Length of a window; windows are aligned to local midnight.", unit="s", ge=1, le=3600)
    checkpoint: float = setting(
        5.0, "The open window is saved so often that a power cut costs at most this much.", unit="s", ge=0.5, le=60
    )
