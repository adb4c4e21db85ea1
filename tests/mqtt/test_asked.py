"""What a box asks of a broker of MQTT 5, read from its packets, and how it spreads its attempts to reach one."""

import time
from dataclasses import replace
from typing import Any

from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqtt.broker import Broker
from mqtt.outbox import Keep, Put
from mqtt.pace import Pace
from tests.mqtt.box import FAST, box, until, window
from tests.mqtt.faults.rawbroker import CONNECT, PUBLISH, RawBroker, raw_broker

ONE_ALIAS = bytes([0x22, 0, 1])
REPORT = "passerby/1/shop/box1/report"


def properties(packet: int, body: bytes) -> tuple[Any, int]:
    """The properties at the beginning of some bytes, and how many bytes they take."""
    found: Any = Properties(packet)  # type: ignore[no-untyped-call]
    unpacked: tuple[Any, int] = found.unpack(body)
    return unpacked


def published(broker: RawBroker) -> list[tuple[str, Any]]:
    """Topic and properties of each QoS 1 publish."""
    found = []
    for kind, body in broker.packets:
        if kind == PUBLISH:
            end = 2 + int.from_bytes(body[:2], "big")
            found.append((body[2:end].decode(), properties(PacketTypes.PUBLISH, body[end + 2 :])[0]))
    return found


async def test_a_session_limits_and_a_will_that_waits_are_asked_for() -> None:
    async with raw_broker(lambda _: 0) as broker:
        at = replace(Broker.of_url(f"mqtt://127.0.0.1:{broker.port}"), session_expiry=7200)
        async with box(at) as (_, publisher):
            assert await until(lambda: publisher.stats().connected)
    body = next(body for kind, body in broker.packets if kind == CONNECT)
    clean_start = bool(body[7] & 2)
    asked, size = properties(PacketTypes.CONNECT, body[10:])
    rest = body[10 + size :]
    will, _ = properties(PacketTypes.WILLMESSAGE, rest[2 + int.from_bytes(rest[:2], "big") :])
    assert (clean_start, asked.SessionExpiryInterval, asked.ReceiveMaximum) == (False, 7200, 20)
    assert asked.MaximumPacketSize == 256 << 10
    assert (will.WillDelayInterval, will.ContentType) == (30, "application/json")


async def test_what_expires_says_when_and_a_topic_is_named_once_where_aliases_are_granted() -> None:
    alert = Put("alert", lambda store, seq: b"{}", Keep.ALERT, time.time() + 600)
    async with (
        raw_broker(lambda _: 0, ONE_ALIAS) as broker,
        box(Broker.of_url(f"mqtt://127.0.0.1:{broker.port}")) as (outbox, _),
    ):
        for one in (window(1), window(2), alert, window(3)):
            await outbox.put(one)
            assert await until(lambda: outbox.stats().rows == 0)
    said = published(broker)
    aliased = [(topic, one.TopicAlias) for topic, one in said if hasattr(one, "TopicAlias")]
    assert aliased == [(REPORT, 1), ("", 1), ("", 1)], "the grant is for what is said again, not for birth or state"
    (expiry,) = [one.MessageExpiryInterval for topic, one in said if topic.endswith("/alert")]
    assert 590 <= expiry <= 600
    assert not [one for topic, one in said if topic == REPORT and hasattr(one, "MessageExpiryInterval")]


def test_the_jitter_is_full_and_capped() -> None:
    pace = Pace(base=1.0, cap=900.0)
    for attempt in (0, 3, 9, 10, 40, 10_000):
        most = min(900.0, 2.0 ** min(attempt, 30))
        drawn = sorted(pace.jitter(attempt) / most for _ in range(2000))
        assert 0.0 <= drawn[0] < 0.02
        assert 0.98 < drawn[-1] <= 1.0
        assert 0.45 < sum(drawn) / 2000 < 0.55
    assert FAST.jitter(50) <= FAST.cap
