"""Dialling a broker: names, TCP and TLS in a thread of its own, since they block inside paho; then the event loop.

A refusal says why, as far as anybody does: paho's log is read for what TLS thinks of a certificate.
"""

import asyncio
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTErrorCode, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

from mqtt.advice import UNSUPPORTED_VERSION, Advice, of_code, of_error, of_text
from mqtt.broker import Broker
from mqtt.connection import Connection, Ended, Granted, Hello, Inbound, Refused, hang_up, properties

CONNECT_S = 15.0
CONNACK_S = 5.0
WILL_DELAY_S = 30


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
            hang_up(client)
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
        client.on_connect = lambda _client, _data, _flags, reason, said: self._answered(reason, said)
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
        return properties(PacketTypes.WILLMESSAGE, WillDelayInterval=WILL_DELAY_S, ContentType=self._hello.content_type)

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
                hang_up(client)
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
        said = None
        if self._five:
            said = properties(
                PacketTypes.CONNECT,
                SessionExpiryInterval=self._broker.session_expiry,
                ReceiveMaximum=20,
                MaximumPacketSize=256 << 10,
            )
        clean: Any = False if self._five else paho.MQTT_CLEAN_START_FIRST_ONLY
        client.connect(self._broker.host, self._broker.port, self._broker.keepalive, clean_start=clean, properties=said)

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
        reason, said = self._connack.result()
        if reason.is_failure:
            raise Refused(of_code(reason.value), version=reason.value == UNSUPPORTED_VERSION)
        return Granted(
            getattr(said, "ReceiveMaximum", 65_535),
            getattr(said, "MaximumPacketSize", None),
            getattr(said, "TopicAliasMaximum", 0),
        )

    def _answered(self, reason: ReasonCode, said: Properties | None) -> None:
        if not self._connack.done():
            self._connack.set_result((reason, said))

    def _over(self, from_server: bool, reason: ReasonCode) -> None:
        if self._ended.done():
            return
        advice = of_text(self._said) or Advice("connection_lost", "the connection to the broker is gone")
        code = reason.value if from_server else None
        self._ended.set_result(Ended(advice if code is None else of_code(code), by_peer=True, code=code))

    def _note(self, level: int, text: str) -> None:
        if level in (paho.MQTT_LOG_ERR, paho.MQTT_LOG_WARNING):
            self._said = text


def _inbound(message: paho.MQTTMessage) -> Inbound:
    said = message.properties
    return Inbound(
        message.topic,
        bytes(message.payload),
        message.retain,
        getattr(said, "ResponseTopic", None),
        getattr(said, "CorrelationData", None),
    )
