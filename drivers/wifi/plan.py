"""Several dongles as one radio: their names in a device string, and which of them listens to which channel."""

from collections.abc import Sequence


def interfaces(target: str) -> tuple[str, ...]:
    """The interfaces of `wlan1+wlan2`. Raises ValueError where one is missing or named twice."""
    names = tuple(target.split("+"))
    if not all(names):
        raise ValueError("a monitor needs an interface: write mon:wlan1, or mon:wlan1+wlan2 for two as one radio")
    for name in names:
        if names.count(name) > 1:
            raise ValueError(f"the interface {name!r} is named twice: name every dongle of a radio once")
    return names


def shares(channels: Sequence[int], dongles: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """The channels of each dongle, dealt like cards; a dongle without one is a spare for the others.

    One walks them all. Of 1, 6 and 11 two dongles take 1 with 11, and 6; three take one each and never leave it.
    """
    return {dongle: tuple(channels[place :: len(dongles)]) for place, dongle in enumerate(dongles)}
