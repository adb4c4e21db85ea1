"""One connection to a broker: paho-mqtt on the event loop, without a thread once it is connected.

Connecting blocks inside paho (names, TCP, TLS), so that one call runs in a thread of its own; from then on the loop
reads and writes paho's socket. What is lost with the connection is not resent here: the outbox offers it again.
"""

import asyncio
import logging
import ssl
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from mqtt.advice import UNSUPPORTED_VERSION, Advice, of_code, of_error, of_text
from mqtt.broker import Broker

log = logging.getLogger(__name__)

CONNECT_S = 15.0
CONNACK_S = 5.0
WILL_DELAY_S = 30


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
        properties, name = self._properties(topic, expiry, qos)
        info = self._client.publish(name, payload, qos, retain, properties)
        return info.mid if info.rc == MQTTErrorCode.MQTT_ERR_SUCCESS else None

    def _properties(self, topic: str, expiry: int | None, qos: int) -> tuple[Properties | None, str]:
        if not self.five:
            return None, topic
        properties = _properties(PacketTypes.PUBLISH, ContentType=self._content_type)
        if expiry is not None:
            properties.MessageExpiryInterval = max(1, expiry)
        known = self._aliases.get(topic)
        if known is None and qos == 1 and len(self._aliases) < self.granted.topic_aliases:
            properties.TopicAlias = self._aliases[topic] = len(self._aliases) + 1
        elif known is not None:
            properties.TopicAlias = known
            topic = ""
        return properties, topic

    def reply(self, topic: str, payload: bytes, correlation: bytes | None) -> int | None:
        """Answer a request where and as it asked."""
        if not self.five:
            return self._client.publish(topic, payload, 1).mid
        properties = _properties(PacketTypes.PUBLISH, ContentType=self._content_type)
        if correlation is not None:
            properties.CorrelationData = correlation
        return self._client.publish(topic, payload, 1, properties=properties).mid

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
        _hang_up(self._client)


async def connect(
    broker: Broker,
    hello: Hello,
    *,
    five: bool,
    on_ack: Callable[[int, int], None],
    on_message: Callable[[Inbound], None],
) -> Connection:
    """Connect, present ourselves and subscribe. Raises Refused."""
    attempt = _Attempt(broker, hello, five, on_ack, on_message)
    try:
        async with asyncio.timeout(2 * CONNECT_S):
            return await attempt.run()
    except TimeoutError:
        raise Refused(of_error(TimeoutError())) from None


class _Attempt:
    """The callbacks of one paho client, from its first packet to its last."""

    def __init__(
        self,
        broker: Broker,
        hello: Hello,
        five: bool,
        on_ack: Callable[[int, int], None],
        on_message: Callable[[Inbound], None],
    ) -> None:
        self._loop = asyncio.get_running_loop()
        self._broker, self._hello, self._five = broker, hello, five
        self._on_ack, self._on_message = on_ack, on_message
        self._said = ""
        self._connack: asyncio.Future[Any] = self._loop.create_future()
        self._ended: asyncio.Future[Any] = self._loop.create_future()

    async def run(self) -> Connection:
        client = self._client()
        await self._dial(client)
        try:
            self._attach(client)
            granted = await self._welcome()
        except BaseException:
            _hang_up(client)
            if not self._ended.done():
                self._ended.set_result(Ended(Advice("closed", "we closed the connection"), by_peer=False))
            raise
        for topic in self._hello.listen:
            client.subscribe(topic, 1)
        return Connection(granted, self._five, self._ended, client, self._hello.content_type)

    def _client(self) -> paho.Client:
        version = MQTTProtocolVersion.MQTTv5 if self._five else MQTTProtocolVersion.MQTTv311
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._hello.client_id,
            clean_session=None if self._five else False,
            protocol=version,
            reconnect_on_failure=False,
        )
        client.connect_timeout = CONNECT_S
        client.max_inflight_messages_set(65_535)
        client.will_set(self._hello.will_topic, self._hello.will, 1, retain=True, properties=self._will())
        client.on_connect = lambda _client, _data, _flags, reason, properties: self._answered(reason, properties)
        client.on_disconnect = lambda _client, _data, flags, reason, _properties: self._over(
            flags.is_disconnect_packet_from_server, reason
        )
        client.on_publish = lambda _client, _data, mid, reason, _properties: self._on_ack(mid, reason.value)
        client.on_message = lambda _client, _data, message: self._on_message(_inbound(message))
        client.on_log = lambda _client, _data, level, text: self._note(level, text)
        return client

    def _will(self) -> Properties | None:
        if not self._five:
            return None
        return _properties(
            PacketTypes.WILLMESSAGE, WillDelayInterval=WILL_DELAY_S, ContentType=self._hello.content_type
        )

    async def _dial(self, client: paho.Client) -> None:
        done: asyncio.Future[None] = self._loop.create_future()

        def dial() -> None:
            error: OSError | None = None
            try:
                if self._broker.tls:
                    client.tls_set_context(self._broker.context())
                self._connect(client)
            except OSError as problem:
                error = problem
            with suppress(RuntimeError):
                self._loop.call_soon_threadsafe(finish, error)

        def finish(error: OSError | None) -> None:
            if done.done():
                _hang_up(client)
            elif error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

        threading.Thread(target=dial, name="mqtt connect", daemon=True).start()
        try:
            await done
        except OSError as error:
            raise Refused(of_error(error)) from None

    def _connect(self, client: paho.Client) -> None:
        properties = None
        if self._five:
            properties = _properties(
                PacketTypes.CONNECT,
                SessionExpiryInterval=self._broker.session_expiry,
                ReceiveMaximum=20,
                MaximumPacketSize=256 << 10,
            )
        clean: Any = False if self._five else paho.MQTT_CLEAN_START_FIRST_ONLY
        client.connect(
            self._broker.host, self._broker.port, self._broker.keepalive, clean_start=clean, properties=properties
        )

    def _attach(self, client: paho.Client) -> None:
        sock = client.socket()
        if sock is None:
            raise Refused(Advice("closed", "the broker closed the connection at once"), version=self._five)
        client.on_socket_close = lambda _client, _data, gone: self._detach(gone)
        client.on_socket_register_write = lambda _client, _data, open_: self._loop.add_writer(open_, client.loop_write)
        client.on_socket_unregister_write = lambda _client, _data, open_: self._quiet(open_)
        self._loop.add_reader(sock, self._read, client)
        if client.want_write():
            self._loop.add_writer(sock, client.loop_write)

    def _quiet(self, sock: Any) -> None:
        self._loop.remove_writer(sock)

    def _detach(self, sock: Any) -> None:
        self._loop.remove_reader(sock)
        self._loop.remove_writer(sock)

    def _read(self, client: paho.Client) -> None:
        """Read until TLS has nothing left that the loop could not know of."""
        while client.loop_read() == MQTTErrorCode.MQTT_ERR_SUCCESS:
            sock = client.socket()
            if not isinstance(sock, ssl.SSLSocket) or not sock.pending():
                return

    async def _welcome(self) -> Granted:
        both = (self._connack, self._ended)
        done, _ = await asyncio.wait(both, timeout=CONNACK_S, return_when=asyncio.FIRST_COMPLETED)
        if not done:
            raise Refused(of_error(TimeoutError()), version=self._five)
        if not self._connack.done():
            raise Refused(self._ended.result().advice, version=self._five and not of_text(self._said))
        reason, properties = self._connack.result()
        if reason.is_failure:
            raise Refused(of_code(reason.value), version=reason.value == UNSUPPORTED_VERSION)
        return Granted(
            getattr(properties, "ReceiveMaximum", 65_535),
            getattr(properties, "MaximumPacketSize", None),
            getattr(properties, "TopicAliasMaximum", 0),
        )

    def _answered(self, reason: ReasonCode, properties: Properties | None) -> None:
        if not self._connack.done():
            self._connack.set_result((reason, properties))

    def _over(self, from_server: bool, reason: ReasonCode) -> None:
        if self._ended.done():
            return
        advice = of_text(self._said) or Advice("connection_lost", "the connection to the broker is gone")
        code = reason.value if from_server else None
        self._ended.set_result(Ended(advice if code is None else of_code(code), by_peer=True, code=code))

    def _note(self, level: int, text: str) -> None:
        if level in (paho.MQTT_LOG_ERR, paho.MQTT_LOG_WARNING):
            self._said = text


def _properties(packet: int, **values: object) -> Properties:
    make: Any = Properties
    properties: Properties = make(packet)
    for name, value in values.items():
        setattr(properties, name, value)
    return properties


def _inbound(message: paho.MQTTMessage) -> Inbound:
    properties = message.properties
    return Inbound(
        message.topic,
        bytes(message.payload),
        message.retain,
        getattr(properties, "ResponseTopic", None),
        getattr(properties, "CorrelationData", None),
    )


def _hang_up(client: paho.Client) -> None:
    """Close a client's socket behind its back, so that the broker hears no goodbye."""
    client.on_socket_close = client.on_socket_register_write = client.on_socket_unregister_write = None
    sock: Any = client.socket()
    if sock is not None and sock.fileno() >= 0:
        loop = asyncio.get_running_loop()
        loop.remove_reader(sock)
        loop.remove_writer(sock)
        with suppress(OSError):
            sock.close()
