"""Recordings of what a box said, read, dated anew and put in time; it refuses what no box may say.

A recording is what `make run JSON=1` prints: lines of {"topic": ..., "payload": ...}, gzipped or not. Lines on topics
that are no box's (`truth`) are left out.
"""

import gzip
import json
import zlib
from base64 import b32encode, b64decode
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from events import Alert, Birth, Certificate, ClockState, Code, Drop, Event, Health, Heatmap, Live, Report
from mqtt.codec import Envelope, decode
from mqtt.judge import Violation, judge
from mqtt.topics import SAID, topic_of

LONGEST_WAIT = 3600.0
"""Seconds of a hole in a recording that are played; the rest of it is skipped."""


class NoRecording(ValueError):
    """What is no recording; `violations` name line, path and reason."""

    def __init__(self, reason: str, violations: Sequence[Violation] = ()) -> None:
        super().__init__(reason)
        self.violations = tuple(violations)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One document on its full topic; `at` is when it was said in epoch seconds, by its own or its neighbours' time."""

    topic: str
    envelope: Envelope
    at: float


def read(content: bytes) -> list[Recorded]:
    """The recording in `content`, in its order. Raises NoRecording."""
    numbered = [
        (number, one) for number, line in enumerate(_unpacked(content).splitlines(), 1) for one in _single(line)
    ]
    if not any(line.lstrip().startswith(b"{") for _, line in numbered):
        raise NoRecording('there is no message in it: lines of {"topic": ..., "payload": ...} are expected')
    verdict = judge(b"\n".join(line for _, line in numbered))
    if verdict.violations:
        found = [replace(one, line=numbered[one.line - 1][0]) for one in verdict.violations]
        raise NoRecording(f"{len(found)} violation{'s' * (len(found) > 1)} of the schema", found)
    said = [pair for _, line in numbered for pair in _documents(line)]
    at = next((told for told in map(_moment, (envelope for _, envelope in said)) if told is not None), 0.0)
    recorded = []
    for topic, envelope in said:
        at = max(at, _moment(envelope) or at)
        recorded.append(Recorded(topic, envelope, at))
    return recorded


def moved(recording: Sequence[Recorded], end: float) -> list[Recorded]:
    """The recording as if its last window had ended just before `end` (epoch seconds).

    It moves by whole windows, so that windows stay aligned, and its stores get other names: it is another recording,
    which no backend may take for a repetition of the first.
    """
    window = max((one.envelope.event.seconds for one in recording if isinstance(one.envelope.event, Report)), default=1)
    by = int((end - recording[-1].at) // window) * window
    return [Recorded(one.topic, _dated(one.envelope, by), one.at + by) for one in recording]


def pauses(recording: Iterable[Recorded], speed: float) -> Iterator[tuple[float, Recorded]]:
    """Each document with the seconds to wait before it at `speed` times its own time; 0 is without waiting."""
    last: float | None = None
    for one in recording:
        gap = min(one.at - last, LONGEST_WAIT) if last is not None else 0.0
        last = one.at
        yield (gap / speed if speed else 0.0), one


def _unpacked(content: bytes) -> bytes:
    if content[:2] != b"\x1f\x8b":
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise NoRecording(f"it begins as gzip and cannot be unpacked: {error}") from None


def _single(line: bytes) -> list[bytes]:
    """A line as lines of one document each; none where it is empty, or from a trial that knows more than its box."""
    if not line.strip():
        return []
    try:
        message = json.loads(line)
    except ValueError:
        return [line]
    if not isinstance(message, dict) or not isinstance(message.get("topic"), str):
        return [line]
    if "/" not in message["topic"]:
        return []
    payload = message.get("payload")
    if not isinstance(payload, list) or not all(isinstance(one, dict) for one in payload):
        return [line]
    return [json.dumps(message | {"payload": one}).encode() for one in payload]


def _documents(line: bytes) -> Iterator[tuple[str, Envelope]]:
    """The documents of a line that the judge has passed."""
    message = json.loads(line)
    topic, payload = topic_of(message["topic"]), message["payload"]
    assert topic is not None
    content = b64decode(payload) if isinstance(payload, str) else json.dumps(payload).encode()
    for envelope in decode(SAID[topic].event, content):
        yield message["topic"], envelope


def _moment(envelope: Envelope) -> float | None:
    """When a document was said; None where it does not say, or counts from a box's boot."""
    match envelope.event:
        case Report(clock=ClockState.UNSYNCED) | Health(clock=ClockState.UNSYNCED):
            return None
        case (
            Report(start=start, seconds=seconds)
            | Heatmap(start=start, seconds=seconds)
            | Certificate(start=start, seconds=seconds)
        ):
            return float(start + seconds)
        case Alert(at=at) | Live(at=at) | Health(at=at):
            return float(at)
        case _:
            return None


def _dated(envelope: Envelope, by: int) -> Envelope:
    store = envelope.store and renamed(envelope.store, by)
    return replace(envelope, store=store, event=_redated(envelope.event, by))


def _redated(event: Event, by: int) -> Event:
    match event:
        case Report(clock=ClockState.UNSYNCED) | Health(clock=ClockState.UNSYNCED):
            return event
        case Report() | Heatmap() | Certificate():
            return replace(event, start=event.start + by)
        case Alert() | Live() | Health():
            return replace(event, at=event.at + by)
        case Birth():
            streams = (replace(one, store=Code(renamed(one.store, by))) for one in event.streams)
            return replace(event, streams=tuple(streams))
        case Drop():
            return replace(event, lost_store=Code(renamed(event.lost_store, by)))
        case _:
            return event


def renamed(store: str, by: int) -> str:
    """The name of a store in a recording that was moved by so many seconds; the same move gives the same name."""
    return b32encode(blake2b(f"{store} {by}".encode(), digest_size=10).digest()).decode().lower()
