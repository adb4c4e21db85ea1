"""A recording is read, judged, dated anew and put in time; what is none is refused with the line."""

import gzip
import json
from typing import Any

import pytest

from events import Alert, ClockState, Report
from mqtt.codec import Form, document, encode_many
from mqtt.judge import judge
from mqtt.recording import LONGEST_WAIT, NoRecording, moved, pauses, read

BEGAN = 1_800_000_000
BOX = "passerby/1/shop/boxabc"


def line(topic: str, payload: object) -> bytes:
    return json.dumps({"topic": f"{BOX}/{topic}", "payload": payload}).encode()


def report(seq: int, **more: Any) -> dict[str, Any]:
    lines = [{"line": "door", "in": seq, "out": 0, "day_in": seq, "day_out": 0}]
    return {
        "store": "first",
        "seq": seq,
        "start": BEGAN + 300 * seq,
        "seconds": 300,
        "clock": "synced",
        "epoch": 7,
        "lines": lines,
    } | more


def day() -> bytes:
    state = line("state", {"state": "online", "session": 1})
    alert = {"store": "other", "seq": 1, "kind": "dark", "active": True, "at": BEGAN + 700, "name": "door"}
    truth = json.dumps({"topic": "truth", "payload": [{"line": "door"}]}).encode()
    return b"\n".join([state, line("report", report(1)), truth, line("alert", alert), line("report", report(2))])


@pytest.mark.parametrize("packed", [False, True])
def test_a_recording_keeps_its_order_and_every_document_has_a_time(packed: bool) -> None:
    said = read(gzip.compress(day()) if packed else day())
    assert [one.topic.rsplit("/", 1)[1] for one in said] == ["state", "report", "alert", "report"]
    assert [one.at - BEGAN for one in said] == [600, 600, 700, 900]


def test_it_is_played_at_its_own_pace_times_the_speed_and_long_holes_are_cut() -> None:
    said = read(day())
    assert [wait for wait, _ in pauses(said, 10.0)] == [0.0, 0.0, 10.0, 20.0]
    assert {wait for wait, _ in pauses(said, 0.0)} == {0.0}
    later = read(day() + b"\n" + line("report", report(2000)))
    assert [wait for wait, _ in pauses(later, 1.0)][-1] == LONGEST_WAIT


def test_moved_to_now_it_ends_now_by_whole_windows_under_other_names() -> None:
    now = BEGAN + 1_000_000
    said, then = read(day()), moved(read(day()), now)
    by = {int(after.at - before.at) for before, after in zip(said, then, strict=True)}
    assert len(by) == 1
    assert by.pop() % 300 == 0
    assert now - 300 < then[-1].at <= now
    reports = [one.envelope for one in then if isinstance(one.envelope.event, Report)]
    assert [(one.store == "first", one.seq) for one in reports] == [(False, 1), (False, 2)]
    assert len({one.store for one in reports}) == 1
    assert next(one.envelope.event for one in then if isinstance(one.envelope.event, Alert)).at == then[2].at
    assert [one.envelope for one in moved(read(day()), now)] == [one.envelope for one in then]
    lines = [json.dumps({"topic": one.topic, "payload": document(one.envelope)}) for one in then]
    assert judge("\n".join(lines).encode()).violations == ()


def test_several_documents_of_one_message_are_played_one_by_one() -> None:
    events = [one.envelope for one in read(line("report", [report(1), report(2)]))]
    assert [one.seq for one in events] == [1, 2]
    columns = json.loads(encode_many(events, Form.COLUMNS))
    assert [one.envelope for one in read(line("report", columns))] == events


def test_windows_of_an_unset_clock_are_not_moved() -> None:
    said = read(day() + b"\n" + line("report", report(3, start=40, clock="unsynced")))
    last = moved(said, BEGAN + 1_000_000.0)[-1].envelope.event
    assert isinstance(last, Report)
    assert (last.start, last.clock) == (40, ClockState.UNSYNCED)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "no message"),
        (b"hello", "no message"),
        (day()[:-30], "violation"),
        (gzip.compress(day())[:-40], "cannot be unpacked"),
        (line("report", report(1, visitor="Ms Smith")), "violation"),
        (line("shout", {}), "violation"),
    ],
)
def test_what_is_no_recording_is_refused(content: bytes, reason: str) -> None:
    with pytest.raises(NoRecording, match=reason):
        read(content)


def test_a_violation_names_its_line_and_path() -> None:
    with pytest.raises(NoRecording) as refused:
        read(day() + b"\n" + line("report", report(3, visitor="Ms Smith")))
    [violation] = refused.value.violations
    assert (violation.line, violation.path) == (6, "$.visitor")
