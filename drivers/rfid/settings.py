"""How a reader is to work, as written in its device string; there is no default region, because that is the law's."""

from dataclasses import dataclass

from drivers.base import Device, DriverMisconfigured

PROTOCOLS = ("auto", "yrm100", "chafon", "a0", "thingmagic")
REGIONS = ("eu", "us", "cn", "cn800", "kr", "jp", "in")
_OPTIONS = frozenset(("protocol", "baud", "region", "power_dbm", "session", "q", "antennas", "epoch_ms"))


@dataclass(frozen=True, slots=True)
class Settings:
    """One reader. `baud` 0 means that it is searched for; `q` None leaves the number of slots to the reader.

    `session` is a Gen2 session: 0 forgets at once, 1 is read from both sides; 2 and 3 silence a tag that stays in the
    field, which looks as if it had been picked. `epoch_s` is how long one inventory of one antenna lasts.
    """

    region: str
    protocol: str = "auto"
    baud: int = 0
    power_dbm: int = 26
    session: int = 0
    q: int | None = None
    antennas: tuple[int, ...] = (1,)
    epoch_s: float = 0.5

    @classmethod
    def of(cls, device: Device) -> "Settings":
        """The settings in a device string. Raises DriverMisconfigured with the remedy."""
        options = device.options
        if unknown := sorted(set(options) - _OPTIONS):
            raise DriverMisconfigured("bad_option", f"a reader has no option {unknown[0]!r}")
        if "region" not in options:
            raise DriverMisconfigured("no_region", f"set region to the shop's: one of {', '.join(REGIONS)}")
        q = options.get("q", "auto")
        settings = cls(
            region=_among("region", options["region"], REGIONS),
            protocol=_among("protocol", options.get("protocol", "auto"), PROTOCOLS),
            baud=0 if options.get("baud", "auto") == "auto" else _whole(options, "baud", 0, 1_200, 4_000_000),
            power_dbm=_whole(options, "power_dbm", 26, 0, 33),
            session=_whole(options, "session", 0, 0, 3),
            q=None if q == "auto" else _whole(options, "q", 0, 0, 15),
            antennas=_antennas(options.get("antennas", "1")),
            epoch_s=_whole(options, "epoch_ms", 500, 100, 5_000) / 1000,
        )
        if settings.session > 1:
            raise DriverMisconfigured(
                "bad_session", "sessions 2 and 3 silence goods that stay on the shelf: use 0 or 1"
            )
        return settings


def _among(name: str, value: str, values: tuple[str, ...]) -> str:
    if value not in values:
        raise DriverMisconfigured("bad_option", f"{name} is one of {', '.join(values)}")
    return value


def _whole(options: dict[str, str], name: str, default: int, least: int, most: int) -> int:
    text = options.get(name, str(default))
    if not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise DriverMisconfigured("bad_option", f"{name} is a whole number from {least} to {most}")
    return int(text)


def _antennas(text: str) -> tuple[int, ...]:
    ports = text.split(",")
    if not all(port.isascii() and port.isdigit() and 1 <= int(port) <= 8 for port in ports) or len(set(ports)) < len(
        ports
    ):
        raise DriverMisconfigured("bad_option", "antennas are port numbers from 1 to 8, as in antennas=1,2")
    return tuple(map(int, ports))
