"""The publisher against a real mosquitto over mutual TLS, and against the broker of `make run`."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from events import Report
from mqtt.advice import UNHEARD, Advice
from mqtt.broker import Broker, file_of
from mqtt.codec import Form, decode
from mqtt.outbox import Keep
from mqtt.pace import Pace
from mqtt.publisher import Publisher
from tests.mqtt.backend import Backend, Tally
from tests.mqtt.box import FAST, box, documents, live, raw, until, window
from tests.mqtt.mosquitto import Mosquitto, free_port
from tests.mqtt.way import killed, way

pytestmark = pytest.mark.broker


async def test_a_box_is_born_says_that_it_is_online_and_delivers(mosquitto: Mosquitto, backend: Backend) -> None:
    async with box(mosquitto.broker) as (outbox, publisher):
        await outbox.put(window(1))
        assert await until(lambda: bool(backend.of("report")))
        assert await until(lambda: outbox.stats().rows == 0)
        assert publisher.stats().protocol == "5"
        assert publisher.stats().advice is None
    assert backend.until(lambda: len(backend.of("state")) == 2)
    (birth,), states = backend.documents("birth"), backend.documents("state")
    assert birth["session"] == 1
    assert [state["state"] for state in states] == ["online", "offline"]
    assert backend.documents("report")[0]["lines"] == [{"line": "door", "in": 1, "out": 1, "day_in": 1, "day_out": 1}]
    assert {getattr(properties, "ContentType", None) for properties in backend.properties} == {"application/json"}


async def test_everything_arrives_once_and_in_order(mosquitto: Mosquitto, backend: Backend) -> None:
    async with box(mosquitto.broker) as (outbox, _):
        sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(500)))
        (stream,) = await outbox.streams()
        assert await until(lambda: outbox.stats().rows == 0)
    assert backend.until(lambda: len(backend.arrivals()) >= 500)
    tally = Tally.of({(stream.store, seq) for seq in sent}, backend.arrivals())
    assert tally == Tally(sent=500, received=500, lost=0, duplicated=0, out_of_order=0)


async def test_cbor_windows_wait_for_each_other_and_share_a_message(mosquitto: Mosquitto, backend: Backend) -> None:
    pace = Pace(spread=0, base=0.05, messages=0, bytes=0, settle=0, windows=12, hold=0.5)
    async with box(mosquitto.broker, pace=pace, form=Form.CBOR) as (outbox, publisher):
        assert await until(lambda: publisher.stats().connected)
        await asyncio.sleep(0.1)
        for n in range(30):
            await outbox.put(window(n, Form.CBOR))
        assert await until(lambda: outbox.stats().rows == 0)
    assert backend.until(lambda: len(backend.arrivals()) >= 30)
    messages = [decode(Report, payload) for payload in backend.of("report")]
    assert [envelope.seq for message in messages for envelope in message] == list(range(1, 31))
    assert len(messages) <= 4


async def test_windows_that_are_held_back_leave_at_once_when_the_box_stops(
    mosquitto: Mosquitto, backend: Backend
) -> None:
    pace = Pace(spread=0, base=0.05, messages=0, bytes=0, settle=0, windows=12, hold=3600, phase=300)
    async with box(mosquitto.broker, pace=pace, form=Form.CBOR) as (outbox, publisher):
        assert await until(lambda: publisher.stats().connected)
        for n in range(5):
            await outbox.put(window(n, Form.CBOR))
        await asyncio.sleep(0.2)
        held = outbox.stats().rows
        publisher.hasten()
        assert await until(lambda: outbox.stats().rows == 0)
    assert held >= 4
    assert backend.until(lambda: len(backend.arrivals()) == 5)
    assert [len(decode(Report, payload)) for payload in backend.of("report")][-1] == held


async def test_a_killed_broker_costs_nothing(mosquitto: Mosquitto, backend: Backend) -> None:
    async with way(mosquitto.broker) as there, box(there.broker) as (outbox, publisher):
        await outbox.put(window(0))
        assert await until(lambda: bool(backend.of("report")))
        async with killed(mosquitto, backend, there, publisher):
            sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(1, 200)))
        assert await until(lambda: outbox.stats().rows == 0)
        (stream,) = await outbox.streams()
    assert backend.until(lambda: len(set(backend.arrivals())) == 200)
    tally = Tally.of({(stream.store, seq) for seq in (1, *sent)}, backend.arrivals())
    assert (tally.lost, tally.out_of_order) == (0, 0)


def lose(publisher: Publisher) -> None:
    """The cable is pulled."""
    connection = publisher._connection
    assert connection is not None
    connection.abort(Advice("test", "the cable is pulled"))


async def test_a_box_that_vanishes_is_offline_by_its_will(mosquitto: Mosquitto, backend: Backend) -> None:
    async with box(replace(mosquitto.broker, five=False)) as (_, publisher):
        assert await until(lambda: bool(backend.of("state")))
        lose(publisher)
        assert await until(lambda: len(backend.of("state")) >= 3)
        said = [(state["state"], state["session"]) for state in backend.documents("state")]
    assert said[:3] == [("online", 1), ("offline", 1), ("online", 2)]


async def test_a_short_loss_is_nobodys_business(mosquitto: Mosquitto, backend: Backend) -> None:
    async with box(mosquitto.broker) as (_, publisher):
        assert await until(lambda: bool(backend.of("state")))
        lose(publisher)
        assert await until(lambda: len(backend.of("state")) >= 2)
        said = [(state["state"], state["session"]) for state in backend.documents("state")]
    assert said == [("online", 1), ("online", 2)]


async def test_an_acknowledgement_is_believed_once_its_connection_has_lived_on(
    mosquitto: Mosquitto, backend: Backend
) -> None:
    pace = replace(FAST, settle=60.0)
    async with box(mosquitto.broker, pace=pace) as (outbox, publisher):
        await outbox.put(window(1))
        assert await until(lambda: publisher.stats().acknowledged == 1)
        await outbox.put(window(2))
        assert await until(lambda: publisher.stats().acknowledged == 2)
        assert outbox.stats().rows == 2
        lose(publisher)
        assert await until(lambda: len(backend.arrivals()) == 4)
        assert await until(lambda: outbox.stats().rows == 0), "what was acknowledged twice is believed at once"
        await outbox.put(window(3))
        assert await until(lambda: publisher.stats().acknowledged == 5)
        assert outbox.stats().rows == 1
        publisher.hasten()
        assert await until(lambda: outbox.stats().rows == 0), "and everything, when the box stops"
    assert backend.until(lambda: len(backend.arrivals()) == 5)
    assert [seq for _, seq in backend.arrivals()] == [1, 2, 1, 2, 3]


async def test_what_nobody_heard_is_said_and_comes_again_in_order_after_what_somebody_did(mosquitto: Mosquitto) -> None:
    """A backend without a session at its broker sees late what was acknowledged before it came, and the box says so."""
    said: list[int] = []

    def published(topic: str, payload: bytes) -> None:
        if topic.endswith("/report"):
            said.append(json.loads(payload)["seq"])

    async with box(mosquitto.broker, pace=replace(FAST, settle=60.0), published=published) as (outbox, publisher):
        for n in range(5):
            await outbox.put(window(n))
        assert await until(lambda: publisher.stats().acknowledged == 5)
        assert publisher.stats().advice == UNHEARD
        with Backend(mosquitto.port) as backend:
            for n in range(5, 10):
                await outbox.put(window(n))
            assert await until(lambda: len(backend.arrivals()) == 5)
            assert await until(lambda: publisher.stats().advice is None)
            lose(publisher)
            assert await until(lambda: outbox.stats().rows == 0)
            assert backend.until(lambda: len(backend.arrivals()) == 15)
            assert [seq for _, seq in backend.arrivals()] == [*range(6, 11), *range(1, 11)]
    assert said == [*range(1, 11), *range(1, 11)]


async def test_the_broker_limits_are_honoured(tmp_path: Path) -> None:
    broker = Mosquitto(tmp_path / "m", "max_inflight_messages 2", "max_packet_size 3000")
    broker.start()
    try:
        with Backend(broker.port) as backend:
            async with box(broker.broker) as (outbox, publisher):
                await outbox.put(raw(b"x" * 5000))
                sent = await asyncio.gather(*(outbox.put(window(n)) for n in range(100)))
                assert await until(lambda: len(backend.of("report")) == len(sent))
                assert await until(lambda: bool(backend.of("drop")))
                assert publisher.stats().reconnects == 0
                (letter,) = await outbox.dead()
            assert (letter.reason, letter.seq) == ("too_large", 1)
            (drop,) = backend.documents("drop")
            assert (drop["topic"], drop["first"], drop["last"], drop["count"]) == ("report", 1, 1, 1)
    finally:
        broker.kill()


async def test_what_the_access_list_forbids_waits_and_says_why(tmp_path: Path) -> None:
    rules = tmp_path / "acl"
    rules.write_text("topic readwrite passerby/1/shop/box1/state\ntopic readwrite passerby/1/shop/box1/birth\n")
    broker = Mosquitto(tmp_path / "m", f"acl_file {rules}")
    broker.start()
    try:
        async with box(broker.broker) as (outbox, publisher):
            await outbox.put(window(1))
            assert await until(lambda: publisher.stats().refused > 0)
            advice = publisher.stats().advice
            assert advice is not None
            assert advice.word == "not_authorized"
            assert await outbox.dead() == []
            assert outbox.stats().rows == 1
    finally:
        broker.kill()


async def test_live_figures_are_retained_and_never_stored(mosquitto: Mosquitto, backend: Backend) -> None:
    pace = Pace(spread=0, live=0.05)
    async with box(mosquitto.broker, pace=pace, said=documents(live=live)) as (outbox, _):
        assert await until(lambda: len(backend.of("live")) >= 3)
        assert outbox.stats().rows == 0
    assert json.loads(backend.of("live")[0])["zones"] == [{"zone": "all", "persons": 2}]


async def test_an_alert_overtakes_a_slow_backlog(mosquitto: Mosquitto, backend: Backend) -> None:
    pace = Pace(spread=0, base=0.05, messages=100, bytes=0, live=0)
    async with box(mosquitto.broker, pace=pace) as (outbox, _):
        await asyncio.gather(*(outbox.put(window(n)) for n in range(400)))
        assert await until(lambda: len(backend.of("report")) > 10)
        await outbox.put(raw(b"{}", "alert", Keep.ALERT))
        assert await until(lambda: bool(backend.of("alert")), 2)
        assert outbox.stats().rows > 100


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ("authority", "authority"),
        ("hostname", "hostname"),
        ("expired", "own_certificate_expired"),
        ("broker expired", "broker_certificate_expired"),
        ("unreadable", "unreadable_file"),
        ("missing", "own_certificate_missing"),
        ("plain", "hung_up"),
        ("absent", "refused"),
    ],
)
async def test_each_way_not_to_connect_has_its_advice(tmp_path: Path, change: str, word: str) -> None:
    broker = Mosquitto(
        tmp_path / "m",
        server_hosts=() if change == "hostname" else ("localhost",),
        server_ends=timedelta(days=-1 if change == "broker expired" else 1),
    )
    certificate, key = broker.authority.issue("expired", ends=timedelta(days=-1))
    stranger = Mosquitto(tmp_path / "other").authority
    good = broker.broker
    wrong = {
        "authority": Broker.of_url(
            f"mqtts://localhost:{good.port}", ca=stranger.ca, certificate=good.certificate, key=good.key
        ),
        "hostname": good,
        "broker expired": good,
        "unreadable": replace(good, key=tmp_path / "nothing"),
        "expired": Broker.of_url(f"mqtts://localhost:{good.port}", ca=good.ca, certificate=certificate, key=key),
        "missing": Broker.of_url(f"mqtts://localhost:{good.port}", ca=good.ca),
        "plain": Broker.of_url(f"mqtts://localhost:{broker.port}", ca=good.ca),
        "absent": Broker.of_url(f"mqtts://localhost:{free_port()}", ca=good.ca),
    }[change]
    broker.start()
    try:
        async with box(wrong) as (outbox, publisher):
            await outbox.put(window(1))

            def advised() -> bool:
                advice = publisher.stats().advice
                return advice is not None and advice.word == word

            assert await until(advised), publisher.stats().advice
            assert outbox.stats().rows == 1
    finally:
        broker.kill()


@pytest.mark.parametrize(
    "url", ["mqtt://broker.example:1883", "http://x", "mqtts://", "mqtts://user:secret@host", "localhost"]
)
def test_a_broker_that_cannot_be_trusted_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match=r"broker|encrypted"):
        Broker.of_url(url)


async def test_certificates_come_from_systemd(
    mosquitto: Mosquitto, backend: Backend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    credentials = tmp_path / "credentials"
    credentials.mkdir()
    given = mosquitto.broker
    for name, file in (("ca", given.ca), ("certificate", given.certificate), ("key", given.key)):
        assert file
        file.rename(credentials / name)
    with pytest.raises(ValueError, match="LoadCredential=key:FILE"):
        file_of("credential:key")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(credentials))
    with pytest.raises(ValueError, match="names no credential"):
        file_of("credential:../key")
    ca, certificate, key = (file_of(f"credential:{name}") for name in ("ca", "certificate", "key"))
    async with box(replace(given, ca=ca, certificate=certificate, key=key)) as (outbox, _):
        await outbox.put(window(1))
        assert await until(lambda: bool(backend.of("report")))


@pytest.mark.parametrize("known", [True, False])
async def test_a_broker_without_mqtt_5_is_served_with_3_1_1(known: bool) -> None:
    amqtt = pytest.importorskip("amqtt.broker")
    port = free_port()
    config = {
        "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
    broker = amqtt.Broker(config)
    await broker.start()
    try:
        async with box(Broker.of_url(f"mqtt://127.0.0.1:{port}", five=not known)) as (outbox, publisher):
            await asyncio.gather(*(outbox.put(window(n)) for n in range(20)))
            assert await until(lambda: outbox.stats().rows == 0, 2 if known else 30), publisher.stats()
            assert publisher.stats().protocol == "3.1.1"
    finally:
        await broker.shutdown()
