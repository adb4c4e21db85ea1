"""An audit over the control socket's question: taps beside real counts, and a certificate that anybody can check."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from daemon.auditing import Auditing
from daemon.box import Box
from daemon.counting import count
from events import Certificate, Event
from mqtt.codec import Form, decode, encode
from provisioning.identity import key_of
from provisioning.signing import SignatureError, check, public
from tests.analytics.scene import Scene, walk
from tests.daemon.test_counting import NOON, Noon, drawn

LINE = """
[box]
state = "{state}"
{mqtt}
[cameras.shop]
device = "sim:store"
model = "simulated_people_320x180_int8"
[lines.door]
camera = "shop"
points = [[0.0, 0.8], [1.0, 0.8]]
"""


class Still(Noon):
    """A clock that a test sets."""

    at = 0.0

    def now(self) -> float:
        return self.origin + self.at


class Shop:
    """A box with one line, five persons who come in ten seconds apart, and a technician."""

    def __init__(self, box: Box) -> None:
        self.clock = Still()
        self.said: list[Event] = []
        self.box = replace(box, clock=self.clock)
        self.auditing = Auditing(self.box, "mybox", self.said.append)
        count(box)

    async def ask(self, do: str, **more: object) -> Any:
        return await self.auditing.answer({"do": do, **more})

    async def pass_time(self, taps: dict[float, str]) -> None:
        """Everybody walks in over the line (at 1.5 s, 11.5 s, ...), and each tap comes at its second."""
        people = [walk((t, 0.5, 0.99), (t + 3, 0.5, 0.6), (t + 6, 0.5, 0.6)) for t in range(0, 50, 10)]
        for percept in Scene(people, fps=5).percepts():
            while taps and min(taps) <= percept.at:
                self.clock.at = second = min(taps)
                await self.ask("tap", way=taps.pop(second))
            self.clock.at = percept.at
            self.box.reporter.see("shop", self.clock.now(), moved(percept, self.clock.origin))


def moved(percept: Any, by: float) -> Any:
    tracks = tuple(replace(track, since=by + track.since) for track in percept.tracks)
    return replace(percept, at=by + percept.at, camera="shop", tracks=tracks)


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    with drawn(LINE.format(state=tmp_path, mqtt="")) as box:
        yield Shop(box)


async def test_taps_are_held_against_what_was_counted(shop: Shop) -> None:
    await shop.ask("begin", line="door")
    await shop.pass_time({2.0: "in", 12.0: "in", 22.0: "in", 32.0: "in", 37.0: "out"})
    found = await shop.ask("look", claim=0.05)
    assert (found["true"], found["told"]) == ({"in": 4, "out": 1}, {"in": 5, "out": 0})
    assert [(one["way"], round(one["at"] - NOON)) for one in found["missed"]] == [("out", 37)]
    assert [(one["way"], round(one["at"] - NOON)) for one in found["false"]] == [("in", 42)]
    assert found["more"] == 124 - 5

    await shop.ask("undo")
    assert (await shop.ask("look"))["missed"] == []


async def test_a_tap_that_was_late_on_its_way_counts_when_it_was_made(shop: Shop) -> None:
    await shop.ask("begin", line="door")
    shop.clock.at = 30.0
    found = await shop.ask("tap", way="in", ago=20.0)
    assert [round(one["at"] - NOON) for one in found["missed"]] == [10]


async def test_the_certificate_is_published_and_signed_by_the_box(shop: Shop, tmp_path: Path) -> None:
    await shop.ask("begin", line="door")
    await shop.pass_time({2.0: "in", 12.0: "in", 22.0: "in", 32.0: "in", 42.0: "in"})
    given = await shop.ask("certify", claim=0.5)
    (event,) = shop.said
    assert isinstance(event, Certificate)
    assert (event.true_in, event.counted_in, event.missed, event.false, event.recall) == (5, 5, 0, 0, 1.0)
    assert (event.bound, event.more, event.camera, event.line) == (0.4507, 0, "shop", "door")
    assert (event.site, event.box) == ("site", "mybox")
    assert event.model.startswith("simulated_people_320x180_int8@")
    assert given["key"] == public(key_of(tmp_path).public_key())
    check(given)
    for form in Form:
        (read,) = decode(Certificate, encode(event, form, "s", 1))
        assert read.event == event
    with pytest.raises(SignatureError, match="changed after it was signed"):
        check({**given, "missed": 1})
    with pytest.raises(SignatureError, match=r"signature = \(missing\)"):
        check({name: value for name, value in given.items() if name != "signature"})


@pytest.mark.parametrize("kind", ["ec", "rsa"])
async def test_the_key_is_the_one_the_broker_knows_where_it_is_of_the_right_kind(tmp_path: Path, kind: str) -> None:
    key = ec.generate_private_key(ec.SECP256R1()) if kind == "ec" else rsa.generate_private_key(65537, 2048)
    (tmp_path / "mine.key").write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    mqtt = f'[mqtt]\nbroker = "mqtts://b"\ncertificate = "{tmp_path}/c"\nkey = "{tmp_path}/mine.key"\n'
    with drawn(LINE.format(state=tmp_path, mqtt=mqtt)) as box:
        shop = Shop(box)
        await shop.ask("begin", line="door")
        await shop.pass_time({2.0: "in"})
        signer = public(check(await shop.ask("certify")))
        expected = key.public_key() if kind == "ec" else key_of(tmp_path).public_key()
        assert isinstance(expected, ec.EllipticCurvePublicKey)
        assert signer == public(expected)


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"do": "look"}, "no line is under audit"),
        ({"do": "begin", "line": "gate"}, "line = 'gate': not drawn in this box; there are: door"),
        ({"do": "tap", "way": "in"}, "no line is under audit"),
        ({"do": "dance"}, "do = 'dance'"),
        ({"do": "tap", "way": "in", "ago": 61}, "ago = 61: a number from 0 to 60"),
    ],
)
async def test_a_wrong_question_is_told_what_is_right(shop: Shop, question: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error.replace("(", r"\(")):
        await shop.auditing.answer(question)


@pytest.mark.parametrize(
    ("question", "error"),
    [
        ({"do": "tap", "way": "up"}, "way = 'up'"),
        ({"do": "certify", "claim": 0.05}, "nobody was tapped"),
        ({"do": "look", "claim": 0}, "claim = 0: a number from 0.001 to 0.5"),
    ],
)
async def test_what_an_audit_refuses(shop: Shop, question: dict[str, object], error: str) -> None:
    await shop.ask("begin", line="door")
    with pytest.raises(ValueError, match=error):
        await shop.auditing.answer(question)


async def test_nothing_is_recorded_before_or_after_and_taps_are_bounded(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    counter = shop.box.reporter.line("door")
    assert counter is not None
    heard = len(counter.heard)
    await shop.ask("begin", line="door")
    await shop.ask("begin", line="door")
    assert len(counter.heard) == heard + 1
    monkeypatch.setattr("daemon.auditing.MOST", 3)
    for _ in range(3):
        await shop.ask("tap", way="in")
    with pytest.raises(ValueError, match="the most that one audit takes"):
        await shop.ask("tap", way="in")
    assert await shop.ask("end") == {"ended": True}
    assert len(counter.heard) == heard
