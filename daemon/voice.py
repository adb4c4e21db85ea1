"""What the box says about itself: birth, state, health, live, the ledger; all that is not a window. And its ears."""

import asyncio
import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from config import Config
from daemon.actions import Actions
from daemon.box import Box
from daemon.delivery import Published
from daemon.faults import Faults
from daemon.health import causes, health
from daemon.identity import birth, box_id
from daemon.lamp import Lamp
from daemon.live import live
from daemon.lives import Lives
from daemon.progress import Lag
from daemon.remote import Remote
from daemon.vitals import Stage
from drivers.led.sysfs import light
from events import Code, Health, Problem
from events.state import Cause, Condition, State
from mqtt.broker import Broker, file_of
from mqtt.codec import CodecError, Form, decode, document, encode
from mqtt.connection import Inbound
from mqtt.herald import Documents
from mqtt.outbox import Outbox
from mqtt.pace import Pace
from mqtt.publisher import Publisher
from mqtt.topics import SAID, Topic, Topics, topic_of
from privacy.ledger import Ledger

log = logging.getLogger(__name__)

LIVE_S = 10.0
"""How often the figures of this moment are told."""

TOGETHER_S = 3600
"""In columns (CBOR or not) the windows of so many seconds go into one message."""


class Voice:
    """The publisher of one box, the documents that it asks for, and its ears.

    `change` is called when the pipeline must start anew with what `remote` says then.
    """

    def __init__(self, box: Box, outbox: Outbox, form: Form, remote: Remote, change: Callable[[], None]) -> None:
        self._box = box
        self._outbox = outbox
        self._form = form
        self._state_dir = Path(box.config.box.state)
        # Nobody has to be reached before the first attempt, which is spread over the fleet.
        self._online = box.clock.now() + box.config.mqtt.start_spread * box.config.box.speed
        self.faults = Faults(lambda at: box.clock.wall(at).epoch)
        self._said: tuple[tuple[Cause, ...], bool] | None = None
        self.troubles: Counter[str] = Counter()
        self._trouble: str | None = None
        self.lag = Lag()
        self.lives = Lives(self._state_dir)
        self.id = box.config.box.id or box_id(self._state_dir)
        self.ledger = Ledger(self._state_dir)
        self.published = Published(self.ledger, box.clock)
        self.publisher = Publisher(
            broker(box.config),
            Topics(box.config.box.site, self.id),
            Documents(
                birth=lambda session, streams: encode(birth(box, session, streams, form), form),
                state=lambda session, offline: encode(self._state(session, offline), form),
                health=lambda: encode(self.health(), form),
                live=self._live,
            ),
            pace(box.config, again=remote.starts_again),
            form=form,
            ears={Topic.DESIRED: self._desired, Topic.ACTION: self._action},
            published=self._left,
        )
        self._remote, self._change = remote, change
        self.lamp = Lamp(light(box.config.box.led))
        self._actions = Actions(box, self.health, self.lamp)
        self.report_configuration()

    def health(self) -> Health:
        """The box at this moment."""
        stats = self.publisher.stats()
        return health(self._box, self.offline_s(), stats.reconnects, self._outbox.stats())

    def say_what_changed(self) -> None:
        """Publish state and health at once when there is a new reason to worry, or one less; alert what lasts."""
        found = causes(self._box, self.offline_s(), self._outbox.stats())
        self._notice_trouble()
        for alert in self.faults.judge(self._box.clock.now(), found):
            self._box.reporter.say(alert)
        if (found, self._box.door.open) != self._said:
            self._said = found, self._box.door.open
            self.publisher.refresh()

    def _notice_trouble(self) -> None:
        """Count the reasons for which there is no connection, each when it begins."""
        advice = self.publisher.stats().advice
        word = advice.word if advice else None
        if word and word != self._trouble:
            self.troubles[word] += 1
        self._trouble = word

    def wrong(self) -> list[str]:
        """The words for what is wrong, as state and status have them."""
        return [cause.code for cause in (self._said[0] if self._said else ())]

    def report_configuration(self) -> None:
        """Say which configuration is in force."""
        self.publisher.retain(Topic.REPORTED, encode(self._remote.reported(), self._form))

    def _desired(self, inbound: Inbound) -> None:
        try:
            again = self._remote.desire(inbound.payload)
        except OSError as error:
            log.warning("a desired configuration cannot be kept: %s", error.strerror)
            return
        self.report_configuration()
        if again:
            self._remote.excused = frozenset(one.key for one in self.ill())
            self._change()

    def _action(self, inbound: Inbound) -> None:
        reply = self._actions.answer(inbound.payload, retained=inbound.retained)
        self.publisher.reply(inbound, encode(reply, self._form))

    def ill(self) -> list[Problem]:
        """What does not work in this box now."""
        offline = [] if self.publisher.stats().connected else [Problem(key=Code("mqtt"), problem=Code("not_connected"))]
        return offline + [
            Problem(key=Code(f"{vitals.sensor}.{vitals.name}"), problem=Code(vitals.code or vitals.stage))
            for vitals in self._box.sensors
            if vitals.stage not in (Stage.RUNNING, Stage.ENDED)
        ]

    def note(self, what: str) -> None:
        """Write a sentence into the ledger, at once. Raises OSError."""
        self.ledger.note(self._box.clock.wall(self._box.clock.now()).epoch, what)
        self.ledger.flush()

    async def drain(self, seconds: float) -> None:
        """Wait until the broker has everything, at most `seconds`; what is left stays in the outbox."""
        self.publisher.hasten()
        try:
            async with asyncio.timeout(seconds):
                while self._outbox.stats().rows and self.publisher.stats().connected:  # noqa: ASYNC110 - figures, not events
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return

    def offline_s(self) -> float:
        """Seconds without a connection to the broker."""
        now = self._box.clock.now()
        if self.publisher.stats().connected:
            self._online = now
        return max(0.0, now - self._online)

    def _live(self) -> bytes | None:
        figures = live(self._box)
        return None if figures is None else encode(figures, self._form)

    def _state(self, session: int, offline: bool) -> State:
        if offline:
            return State(state=Condition.OFFLINE, session=session)
        found = causes(self._box, 0.0, self._outbox.stats())
        return State(state=Condition.DEGRADED if found else Condition.ONLINE, session=session, reasons=found)

    def _left(self, topic: str, payload: bytes) -> None:
        self.published.record(topic, payload, lambda: _shown(topic, payload))


def pace(config: Config, *, again: bool = False) -> Pace:
    """How fast this box speaks: windows at a phase of its own, and in columns an hour of them in one message.

    Who starts `again` with another configuration is no part of a storm.
    """
    spread, seconds = config.mqtt.start_spread, config.window.seconds / config.box.speed
    windows = max(1, TOGETHER_S // config.window.seconds) if config.mqtt.encoding != "json" else 1
    told = config.mqtt.encoding == "json" if config.mqtt.live is None else config.mqtt.live
    return Pace(
        live=LIVE_S if told else 0.0,
        spread=0.0 if again else spread,
        phase=seconds if spread else 0.0,
        windows=windows,
        hold=windows * seconds,
    )


def broker(config: Config) -> Broker:
    """The configured broker. Raises ValueError with the remedy."""
    mqtt = config.mqtt
    ca, certificate, key = (file_of(file) if file else None for file in (mqtt.ca, mqtt.certificate, mqtt.key))
    keepalive = mqtt.keepalive or (60 if mqtt.encoding == "json" else 300)
    return Broker.of_url(
        mqtt.broker, ca=ca, certificate=certificate, key=key, keepalive=keepalive, five=mqtt.protocol == "5"
    )


def _shown(topic: str, payload: bytes) -> Any:
    """A published payload as people read it: the document, or several."""
    known = topic_of(topic)
    manner = SAID.get(known) if known else None
    if manner is None:
        return payload.decode("utf-8", "replace")
    try:
        documents = [document(envelope) for envelope in decode(manner.event, payload)]
    except CodecError:
        return None
    return documents[0] if len(documents) == 1 else documents
