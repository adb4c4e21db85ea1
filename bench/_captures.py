"""Captures with truth, read through the product's own parser and tokeniser."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from drivers.base import CodecError
from drivers.wifi.replay import requests as recorded
from observations import DeviceSighting, ProbeRequest
from privacy.tokens import Preset, Tokeniser


class Malformed(ValueError):
    """A folder of captures that cannot be judged on: what is wrong, and where."""


def requests(path: Path) -> Iterator[ProbeRequest]:
    """Every probe request of a capture, at its recorded time. Raises Malformed when the file is none."""
    try:
        yield from recorded(path, "bench")
    except (CodecError, OSError) as error:
        raise Malformed(f"{path}: {error}") from None


def sightings(heard: Iterable[ProbeRequest], without: frozenset[bytes] = frozenset()) -> list[DeviceSighting]:
    """What analytics would see of them in one epoch, in order of time, `without` some addresses."""
    tokeniser = Tokeniser(Preset.EXTENDED)
    kept = (request for request in heard if request.address not in without)
    ordered = sorted(kept, key=lambda request: request.at)
    return [seen for request in ordered if (seen := tokeniser.tokenise(request)) is not None]
