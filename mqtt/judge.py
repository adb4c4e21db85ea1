"""The judge of captured messages: which document it is, and everything that is wrong with it."""

import base64
import binascii
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mqtt.codec import CodecError, decode
from mqtt.topics import SAID, Topic, topic_of

MAX_LINE = 4 << 20


@dataclass(frozen=True, slots=True)
class Violation:
    """What is wrong: the line of the capture (from 1), the path in its document, and the reason."""

    line: int
    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """A capture's messages by topic, and what is wrong with any of them."""

    messages: dict[str, int]
    violations: tuple[Violation, ...]


def judge(captured: bytes, topic: Topic | None = None) -> Verdict:
    """Judge JSON lines of {"topic", "payload"}, or one payload of `topic` (told from its content when None)."""
    lines = captured.splitlines()
    if topic is None and lines and _is_message(lines[0]):
        return _judge_lines(lines)
    if topic is None and captured[:1] == b"{":
        topic = next(iter(_candidates(captured)), Topic.REPORT)
    return _sum([_judge_payload(1, topic, captured)])


def _judge_lines(lines: list[bytes]) -> Verdict:
    return _sum([_judge_line(number, line) for number, line in enumerate(lines, 1) if line.strip()])


def _judge_line(number: int, line: bytes) -> tuple[str, list[Violation]]:
    if not _is_message(line):
        return "", [Violation(number, "$", 'not a message: {"topic": ..., "payload": ...}')]
    message = json.loads(line)
    topic = topic_of(str(message["topic"]))
    if topic is None or topic not in SAID:
        return "", [Violation(number, "$.topic", f"{message['topic']!r:.80} is no topic that a box speaks on")]
    try:
        payload = _payload(message["payload"])
    except (ValueError, binascii.Error):
        return topic, [Violation(number, "$.payload", "neither a document nor base64 of CBOR")]
    return _judge_payload(number, topic, payload)


def _judge_payload(number: int, topic: Topic | None, payload: bytes) -> tuple[str, list[Violation]]:
    candidates = [topic] if topic else list(_candidates(payload)) or [Topic.REPORT]
    durable = SAID[candidates[0]].durable
    try:
        envelopes = decode(SAID[candidates[0]].event, payload)
    except CodecError as refusal:
        parts = [problem.partition(": ") for problem in refusal.problems]
        return candidates[0], [Violation(number, path, reason) for path, _, reason in parts]
    lacking = [n for n, envelope in enumerate(envelopes) if durable and envelope.store is None]
    return candidates[0], [Violation(number, f"$[{n}]", "a durable document has (store, seq)") for n in lacking]


def _candidates(payload: bytes) -> Iterator[Topic]:
    for topic, said in SAID.items():
        try:
            decode(said.event, payload)
        except CodecError:
            continue
        yield topic


def _payload(value: Any) -> bytes:
    if isinstance(value, str):
        return base64.b64decode(value, validate=True)
    return json.dumps(value).encode()


def _is_message(line: bytes) -> bool:
    if len(line) > MAX_LINE:
        return False
    try:
        message = json.loads(line)
    except (ValueError, RecursionError):
        return False
    return isinstance(message, dict) and message.keys() == {"topic", "payload"}


def _sum(judged: list[tuple[str, list[Violation]]]) -> Verdict:
    messages: dict[str, int] = {}
    for topic, _ in judged:
        messages[topic or "unknown"] = messages.get(topic or "unknown", 0) + 1
    return Verdict(messages, tuple(violation for _, violations in judged for violation in violations))
