"""Captures with truth, read through the product's own parser and tokeniser."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from drivers.base import CodecError
from drivers.wifi.codec import bare_probe_request, probe_request
from drivers.wifi.pcap import LINK_RADIOTAP, records
from observations import DeviceSighting, ProbeRequest
from privacy.tokens import Preset, Tokeniser


def requests(path: Path) -> Iterator[ProbeRequest]:
    """Every probe request of a capture, at its recorded time; frames that mean nothing are skipped."""
    for record in records(path):
        parse = probe_request if record.link == LINK_RADIOTAP else bare_probe_request
        try:
            request = parse(record.frame, record.at, "bench")
        except CodecError:
            continue
        if request is not None:
            yield request


def sightings(heard: Iterable[ProbeRequest], without: frozenset[bytes] = frozenset()) -> list[DeviceSighting]:
    """What analytics would see of them in one epoch, in order of time, `without` some addresses."""
    tokeniser = Tokeniser(Preset.EXTENDED)
    kept = (request for request in heard if request.address not in without)
    ordered = sorted(kept, key=lambda request: request.at)
    return [seen for request in ordered if (seen := tokeniser.tokenise(request)) is not None]
