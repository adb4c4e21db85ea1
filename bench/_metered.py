"""Bytes of a day on a metered link: a recorded day of four sensors in CBOR, with MQTT 5 and TLS 1.3 around it."""

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

from bench._day import Cost, day
from events import Report
from mqtt.codec import Envelope, Form, decode, encode_many
from mqtt.recording import read
from mqtt.topics import SAID, Topic, topic_of

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
CONFIG, RECORDED = EXAMPLES / "store.toml", EXAMPLES / "day.jsonl.gz"
DAY = 288
TOGETHER = 12
"""Windows of a day, and in one message."""
GREETING_S = 30.0
"""Real seconds of a run in which a box says who and how it is."""
RECORD = 22
"""What TLS 1.3 adds to a packet: 5 bytes of header, 1 of type, 16 of tag."""
CONNECT = 4_147
"""A mutual TLS handshake with P-256, CONNECT and CONNACK, both ways; measured against mosquitto."""
PING = 2 * (RECORD + 2)
KEEPALIVE_S = 300
HEALTH_S = 900
DAY_S = 86_400


def message(topic: str, payload: int, qos: int) -> int:
    """Bytes of one PUBLISH with its content type, and of its PUBACK."""
    body = 2 + len(topic) + 2 * qos + 1 + 3 + len(Form.CBOR.value) + payload
    return RECORD + 1 + (1 if body < 128 else 2 if body < 16_384 else 3) + body + qos * (RECORD + 4)


Said: TypeAlias = Mapping[str, Sequence[tuple[str, Envelope]]]
"""(Full topic, document) by kind."""


def recorded() -> Said:
    """What a box with four sensors said from 9 to 21 o'clock and in the half hour after closing."""
    said: dict[str, list[tuple[str, Envelope]]] = defaultdict(list)
    for one in read(RECORDED.read_bytes()):
        said[str(topic_of(one.topic))].append((one.topic, one.envelope))
    return said


async def introduced() -> Said:
    """What the same box says of itself, from a run."""
    said: dict[str, list[tuple[str, Envelope]]] = defaultdict(list)
    async for _, told, _ in day(CONFIG, {"window.seconds": "300"}, {"hour": "12", "hours": "1"}, Cost(), GREETING_S):
        topic = topic_of(told.topic)
        if topic in SAID:
            for envelope in decode(SAID[topic].event, json.dumps(told.payload).encode()):
                said[topic].append((told.topic, envelope))
    return said


def _size(told: Sequence[tuple[str, Envelope]], topic: Topic) -> int:
    return message(told[0][0], len(encode_many([envelope for _, envelope in told])), SAID[topic].qos) if told else 0


def figures(counted: Said, itself: Said) -> dict[str, object]:
    """The recorded hours, the rest of the day as after closing, and a document of health every 15 minutes."""
    windows = counted[Topic.REPORT]
    closed = [one for one in windows if _nobody(one[1])]
    opened = [one for one in windows if not _nobody(one[1])]
    night = (closed * DAY)[: DAY - len(opened)]
    whole = [*night[: len(night) // 2], *opened, *night[len(night) // 2 :]]
    parts = {
        "report": sum(_size(whole[n : n + TOGETHER], Topic.REPORT) for n in range(0, DAY, TOGETHER)),
        **{
            topic.value: sum(_size([one], topic) for one in counted.get(topic, ()))
            for topic in (Topic.ALERT, Topic.HEATMAP)
        },
        "health": DAY_S // HEALTH_S * _size(itself[Topic.HEALTH][-1:], Topic.HEALTH),
        "birth_state_connect": CONNECT + sum(_size(itself[topic][-1:], topic) for topic in (Topic.BIRTH, Topic.STATE)),
        "pings": DAY_S // KEEPALIVE_S * PING,
    }
    return {"windows": len(whole), "windows_with_people": len(opened), "day_bytes": sum(parts.values()), **parts}


def _nobody(one: Envelope) -> bool:
    assert isinstance(one.event, Report)
    return not any(line.in_ or line.out for line in one.event.lines)
