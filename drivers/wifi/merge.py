"""One stream out of what several dongles hear: a frame that reached two of them is one frame."""

import asyncio
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, replace

from observations import ProbeRequest

SAME_SECONDS = 0.02
"""Two dongles hand over the same frame within this; a phone's next frame has another sequence number."""
MOST_HELD = 4096

_Frame = tuple[bytes, int, bytes]


@dataclass(slots=True)
class _Held:
    frame: _Frame
    request: ProbeRequest
    heard_by: set[str]


class Merge:
    """Holds every frame for SAME_SECONDS and then lets it go, in the order of hearing, as loud as it was loudest.

    The same frame twice from one dongle is sent twice: a radio repeats a frame that is not acknowledged.
    """

    def __init__(self) -> None:
        self.dropped = 0
        self.waiting = asyncio.Event()
        self._held: deque[_Held] = deque()
        self._of: dict[_Frame, list[_Held]] = {}

    def hear(self, dongle: str, request: ProbeRequest) -> None:
        """One dongle heard a frame. Times never step back from one call to the next."""
        frame = (request.address, request.sequence, request.abilities)
        for held in self._of.get(frame, ()):
            if dongle not in held.heard_by and request.at - held.request.at <= SAME_SECONDS:
                held.heard_by.add(dongle)
                if _loudness(request) > _loudness(held.request):
                    held.request = replace(request, at=held.request.at)
                return
        if len(self._held) == MOST_HELD:
            self.dropped += 1
            return
        held = _Held(frame, request, {dongle})
        self._held.append(held)
        self._of.setdefault(frame, []).append(held)
        self.waiting.set()

    def due(self, at: float) -> Iterator[ProbeRequest]:
        """What no other dongle can hear any more at `at`."""
        while self._held and at - self._held[0].request.at > SAME_SECONDS:
            held = self._held.popleft()
            alike = self._of[held.frame]
            alike.pop(0)
            if not alike:
                del self._of[held.frame]
            yield held.request
        if not self._held:
            self.waiting.clear()


def _loudness(request: ProbeRequest) -> float:
    return float("-inf") if request.rssi_dbm is None else request.rssi_dbm
