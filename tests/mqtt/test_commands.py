"""An action is done once and in time; everything else is refused with a reason, whatever bytes come."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import Action, ActionKind, Code, Reply, Result
from mqtt.codec import CodecError, Form, encode
from mqtt.commands import FARTHEST_S, MOST_SEEN, Admission, desired

NOW = 1_800_000_000.0


def asked(number: str = "a1", expires: float = NOW + 60) -> bytes:
    return encode(Action(id=Code(number), action=ActionKind.PREFLIGHT, expires=int(expires)), Form.JSON)


def reason(judged: Action | Reply) -> str | None:
    assert isinstance(judged, Reply)
    assert judged.result is Result.REFUSED
    return judged.reason


def test_an_action_is_let_in_once_and_its_replay_is_refused_after_a_restart_too() -> None:
    admission = Admission()
    assert isinstance(admission.judge(asked(), NOW), Action)
    assert reason(admission.judge(asked(), NOW)) == "replayed"
    assert reason(Admission(admission.seen).judge(asked(), NOW + 1)) == "replayed"


@pytest.mark.parametrize(
    ("payload", "now", "retained", "expected"),
    [
        (asked(expires=NOW), NOW, False, "expired"),
        (asked(expires=NOW - 3600), NOW, False, "expired"),
        (asked(expires=NOW + FARTHEST_S + 1), NOW, False, "expires_too_late"),
        (asked(), None, False, "clock_unset"),
        (asked(), NOW, True, "retained"),
        (asked("x" * 65), NOW, False, "malformed"),
        (asked(""), NOW, False, "malformed"),
        (b'{"id": "a", "action": "rm -rf", "expires": 1}', NOW, False, "malformed"),
        (b"", NOW, False, "malformed"),
    ],
)
def test_what_is_not_in_order_is_refused(payload: bytes, now: float | None, retained: bool, expected: str) -> None:
    admission = Admission()
    assert reason(admission.judge(payload, now, retained=retained)) == expected
    assert admission.seen == {}


def test_what_is_remembered_is_bounded_and_forgotten_only_when_it_has_expired() -> None:
    admission = Admission()
    for number in range(MOST_SEEN):
        assert isinstance(admission.judge(asked(str(number)), NOW), Action)
    assert reason(admission.judge(asked("more"), NOW)) == "busy"
    assert reason(admission.judge(asked("0"), NOW + 61)) == "expired"
    assert isinstance(admission.judge(asked("more", NOW + 120), NOW + 61), Action)
    assert list(admission.seen) == ["more"]


@given(st.binary(max_size=80))
def test_no_bytes_do_anything_by_chance(payload: bytes) -> None:
    assert isinstance(Admission().judge(payload, NOW), Reply)


def test_a_desired_configuration_is_settings_by_version() -> None:
    document = {"version": 7, "settings": [{"key": "window.seconds", "value": "600"}, {"key": "lines.side"}]}
    read = desired(json.dumps(document).encode())
    assert [(one.key, one.value) for one in read.settings] == [("window.seconds", "600"), ("lines.side", None)]
    assert desired(encode(read, Form.CBOR)) == read
    with pytest.raises(CodecError):
        desired(b'{"version": "7"}')
