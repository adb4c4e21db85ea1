"""A subscriber that remembers what it saw, as a backend would."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties

from mqtt.codec import decode, document
from mqtt.topics import HEARD, SAID, Topic


@dataclass(slots=True)
class Tally:
    """What arrived of a stream: how many of `sent` never, how often again, and how many first arrivals out of order."""

    sent: int
    received: int
    lost: int
    duplicated: int
    out_of_order: int

    @classmethod
    def of(cls, sent: set[tuple[str, int]], arrivals: list[tuple[str, int]]) -> "Tally":
        """Count the arrivals of what was sent."""
        times = Counter(arrivals)
        first = list(dict.fromkeys(arrivals))
        last: dict[str, int] = {}
        disorder = 0
        for store, seq in first:
            disorder += seq < last.get(store, 0)
            last[store] = max(seq, last.get(store, 0))
        return cls(len(sent), len(first), len(sent - set(times)), len(arrivals) - len(first), disorder)


@dataclass(slots=True)
class Backend:
    """Subscribes on a plain port and keeps (topic, payload, retained) of everything; reconnects by itself."""

    port: int
    topics: str = "passerby/1/#"
    messages: list[tuple[str, bytes, bool]] = field(default_factory=list)
    properties: list[Any] = field(default_factory=list)
    _client: Any = None
    _subscribed: threading.Event = field(default_factory=threading.Event)

    def __enter__(self) -> "Backend":
        client = paho.Client(CallbackAPIVersion.VERSION2, client_id="backend", protocol=MQTTProtocolVersion.MQTTv5)
        client.reconnect_delay_set(0.05, 0.2)  # type: ignore[arg-type]
        client.on_connect = lambda *_: self._subscribe(client)
        client.on_subscribe = lambda *_: self._subscribed.set()
        client.on_disconnect = lambda *_: self._subscribed.clear()
        client.on_message = lambda _client, _data, message: self._take(message)
        properties: Any = Properties(PacketTypes.CONNECT)  # type: ignore[no-untyped-call]
        properties.SessionExpiryInterval = 3600
        client.connect("127.0.0.1", self.port, clean_start=False, properties=properties)
        client.loop_start()
        self._client = client
        self.ready()
        return self

    def _subscribe(self, client: paho.Client) -> None:
        client.subscribe(self.topics, 1)

    def _take(self, message: paho.MQTTMessage) -> None:
        self.messages.append((message.topic, bytes(message.payload), message.retain))
        self.properties.append(message.properties)

    def ready(self) -> None:
        """Return when subscribed."""
        assert self._subscribed.wait(30)

    def gone(self) -> None:
        """Return when it has noticed that the broker is dead; `ready` may be believed only after this."""
        assert self.until(lambda: not self._subscribed.is_set(), 30)

    def __exit__(self, *_: object) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def publish(self, topic: str, payload: bytes, **more: Any) -> None:
        """Say something to a box."""
        self._client.publish(topic, payload, 1, **more).wait_for_publish(5)

    def of(self, topic: str) -> list[bytes]:
        """The payloads of one last level, in the order of arrival."""
        return [payload for name, payload, _ in self.messages if name.rsplit("/", 1)[1] == topic]

    def documents(self, topic: str) -> list[dict[str, Any]]:
        """The documents of one last level, everything by name."""
        event = (SAID | HEARD)[Topic(topic)].event
        return [document(envelope) for payload in self.of(topic) for envelope in decode(event, payload)]

    def arrivals(self, topic: str = "report") -> list[tuple[str, int]]:
        """(store, seq) of each document of a topic, in the order of arrival."""
        return [(document["store"], document["seq"]) for document in self.documents(topic)]

    def until(self, true: Callable[[], bool], seconds: float = 10.0) -> bool:
        """Wait until something is true; False when it never was."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if true():
                return True
            time.sleep(0.01)
        return true()
