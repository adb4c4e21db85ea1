"""Bytes of a day on a metered link: an hour of a real four-sensor run in CBOR, with MQTT 5 and TLS 1.3 around it."""

import json
from collections import defaultdict
from pathlib import Path

from bench._day import FASTEST, Cost, day
from events import Report
from mqtt.codec import Envelope, Form, decode, encode_many
from mqtt.topics import SAID, Topic, topic_of

CONFIG = Path(__file__).resolve().parents[1] / "examples" / "store.toml"
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


async def hours(count: int) -> dict[str, list[tuple[str, Envelope]]]:
    """What a box with four sensors says in the simulated store's noon: (full topic, document) by kind."""
    said: dict[str, list[tuple[str, Envelope]]] = defaultdict(list)
    options = {"hour": "12", "hours": str(count + 0.05)}
    async for _, told, _ in day(CONFIG, {"window.seconds": "300"}, options, Cost(), 60 + count * 3600 / FASTEST):
        topic = topic_of(told.topic)
        if topic in SAID:
            assert topic is not None
            for envelope in decode(SAID[topic].event, json.dumps(told.payload).encode()):
                said[topic].append((told.topic, envelope))
    return said


def _size(told: list[tuple[str, Envelope]], topic: Topic) -> int:
    return message(told[0][0], len(encode_many([envelope for _, envelope in told])), SAID[topic].qos) if told else 0


def figures(said: dict[str, list[tuple[str, Envelope]]]) -> dict[str, object]:
    """A day as if each hour were like this one; whole windows only, an hour of them to a message."""
    windows = [one for one in said[Topic.REPORT] if isinstance(one[1].event, Report)][1:]
    reports = sum(_size(windows[n : n + 12], Topic.REPORT) for n in range(0, len(windows), 12))
    once = (Topic.ALERT, Topic.HEATMAP, Topic.DROP)
    rest = {topic.value: sum(_size([one], topic) for one in said[topic]) for topic in once}
    share = DAY_S / (300 * len(windows))
    parts = {
        "report": round(reports * share),
        **{name: round(size * share) for name, size in rest.items()},
        "health": DAY_S // HEALTH_S * _size(said[Topic.HEALTH][:1], Topic.HEALTH),
        "birth_state_connect": CONNECT
        + _size(said[Topic.BIRTH][:1], Topic.BIRTH)
        + _size(said[Topic.STATE][:1], Topic.STATE),
        "pings": DAY_S // KEEPALIVE_S * PING,
    }
    return {"windows": len(windows), "day_bytes": sum(parts.values()), **parts}
