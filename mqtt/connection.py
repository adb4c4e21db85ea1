"""One connection to a broker: paho-mqtt on the event loop, without a thread.

Made by `mqtt.dial`. What is lost with the connection is not resent here: the outbox offers it again.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import MQTTErrorCode
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqtt.advice import Advice


class Refused(Exception):
    """There is no connection; `advice` says why, `version` that the broker may speak 3.1.1 instead."""

    def __init__(self, advice: Advice, *, version: bool = False) -> None:
        super().__init__(advice.remedy)
        self.advice = advice
        self.version = version


@dataclass(frozen=True, slots=True)
class Granted:
    """What the broker allows: messages in flight, bytes of a packet (None: no limit), and topic aliases."""

    receive_maximum: int = 65_535
    maximum_packet: int | None = None
    topic_aliases: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """How a connection ended; `by_peer` that the other side closed it, with `code` where it said why."""

    advice: Advice
    by_peer: bool
    code: int | None = None


@dataclass(frozen=True, slots=True)
class Inbound:
    """A message to us."""

    topic: str
    payload: bytes
    retained: bool
    response_topic: str | None = None
    correlation: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hello:
    """How to present ourselves: the client id, the will, and what to listen to."""

    client_id: str
    will_topic: str
    will: bytes
    content_type: str
    listen: Sequence[str] = ()


@dataclass(slots=True)
class Connection:
    """Made by `connect`. `on_ack(mid, code)` and `on_message` are called on the event loop; code is 0 in 3.1.1."""

    granted: Granted
    five: bool
    ended: "asyncio.Future[Ended]"
    _client: paho.Client
    _content_type: str
    _aliases: dict[str, int] = field(default_factory=dict)

    def publish(
        self, topic: str, payload: bytes, *, qos: int = 1, retain: bool = False, expiry: int | None = None
    ) -> int | None:
        """Send; the packet's id, or None when there is no connection any more. Never waits."""
        said, name = self._properties(topic, expiry, again=qos == 1 and not retain)
        info = self._client.publish(name, payload, qos, retain, said)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def _properties(self, topic: str, expiry: int | None, *, again: bool) -> tuple[Properties | None, str]:
        """And the name to send: a topic that is said `again` and again is named once where the broker grants it."""
        if not self.five:
            return None, topic
        said = properties(PacketTypes.PUBLISH, ContentType=self._content_type)
        if expiry is not None:
            said.MessageExpiryInterval = max(1, expiry)
        known = self._aliases.get(topic)
        if known is None and again and len(self._aliases) < self.granted.topic_aliases:
            said.TopicAlias = self._aliases[topic] = len(self._aliases) + 1
        elif known is not None:
            said.TopicAlias = known
            topic = ""
        return said, topic

    def reply(self, topic: str, payload: bytes, correlation: bytes | None) -> int | None:
        """Answer a request where and as it asked."""
        if not self.five:
            return self._client.publish(topic, payload, 1).mid
        said = properties(PacketTypes.PUBLISH, ContentType=self._content_type)
        if correlation is not None:
            said.CorrelationData = correlation
        return self._client.publish(topic, payload, 1, properties=said).mid

    async def keep_alive(self) -> None:
        """Ping an idle broker, and notice one that does not answer; to be run while the connection is used."""
        while True:
            await asyncio.sleep(1.0)
            self._client.loop_misc()

    async def close(self) -> None:
        """Say goodbye; the broker does not publish the will."""
        self._client.disconnect()
        with suppress(TimeoutError):
            async with asyncio.timeout(1.0):
                await asyncio.shield(self.ended)
        self.abort(Advice("closed", "we closed the connection"))

    def abort(self, advice: Advice) -> None:
        """Drop the connection without a word, so that the broker publishes the will."""
        if not self.ended.done():
            self.ended.set_result(Ended(advice, by_peer=False))
        hang_up(self._client)


def properties(packet: int, **values: object) -> Properties:
    """MQTT 5 properties of one packet."""
    make: Any = Properties
    properties: Properties = make(packet)
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def hang_up(client: paho.Client) -> None:
    """Close a client's socket behind its back, so that the broker hears no goodbye."""
    client.on_socket_close = client.on_socket_register_write = client.on_socket_unregister_write = None
    sock: Any = client.socket()
    if sock is not None and sock.fileno() >= 0:
        loop = asyncio.get_running_loop()
        loop.remove_reader(sock)
        loop.remove_writer(sock)
        with suppress(OSError):
            sock.close()
