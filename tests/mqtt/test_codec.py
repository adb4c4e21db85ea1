"""What is said is what is read: both forms, every event, and whatever else arrives."""

import json
from dataclasses import replace
from typing import Any

import cbor2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.wire import counts_only, recorded
from events import ClockState, Event, FlowCount, LineCount, Name, PhoneCount, Quality, Reason, Report, Sensor, ZoneCount
from mqtt.codec import CodecError, Envelope, Form, decode, document, encode, encode_many, merge
from mqtt.columns import pack, unpack
from mqtt.topics import SAID
from tests.mqtt.documents import anything

EVENTS = sorted({said.event for said in SAID.values()}, key=lambda event: event.__name__)


def report(start: int = 1_800_000_000, inwards: int = 3) -> Report:
    return Report(
        start=start,
        seconds=300,
        clock=ClockState.SYNCED,
        epoch=7,
        quality=(Quality(sensor=Sensor.CAMERA, name=Name("door"), seen=0.97),),
        lines=(LineCount(line=Name("door"), in_=inwards, out=1, day_in=90, day_out=80),),
    )


def test_a_report_in_json_leaves_out_its_defaults_and_has_rows_by_place() -> None:
    assert json.loads(encode(report(), Form.JSON, "abc", 12)) == {
        "store": "abc",
        "seq": 12,
        "start": 1_800_000_000,
        "epoch": 7,
        "quality": [["camera", "door", 0.97]],
        "lines": [["door", 3, 1, 90, 80]],
    }


def test_a_document_is_what_a_person_expects_to_see() -> None:
    named = {
        "store": "abc",
        "seq": 12,
        "start": 1_800_000_000,
        "seconds": 300,
        "clock": "synced",
        "epoch": 7,
        "quality": [{"sensor": "camera", "name": "door", "seen": 0.97}],
        "lines": [{"line": "door", "in": 3, "out": 1, "day_in": 90, "day_out": 80}],
    }
    assert document(Envelope(report(), "abc", 12)) == named
    assert decode(Report, json.dumps(named).encode()) == [Envelope(report(), "abc", 12)]


def test_what_has_no_place_is_named_at_the_end_of_a_row_and_null_stays_null() -> None:
    few = ZoneCount(zone=Name("a"), views=2, person_seconds=3.0)
    many = ZoneCount(zone=Name("b"), views=9, stops=1, person_seconds=70.5, dwell=(6, 3, 0, 0, 0, 0, 0, 0))
    phones = PhoneCount(
        name=Name("radio"),
        **dict.fromkeys(("devices", "devices_low", "devices_high", "near", "inside", "far", "passers", "dwellers")),
        **dict.fromkeys(("persons", "persons_low", "persons_high")),
        heard=0,
        reason=Reason.NOT_SEEN,
    )
    said = replace(report(), zones=(few, many), phones=(phones,))
    payload = encode(said, Form.JSON)
    written = json.loads(payload)
    assert written["zones"] == [["a", 2, 0, 0, 3], ["b", 9, 1, 0, 70.5, [6, 3]]]
    assert written["phones"] == [["radio", *[None] * 11, 0, {"reason": "not_seen"}]]
    assert decode(Report, payload) == [Envelope(said)]


def test_words_that_come_again_are_told_once_in_columns() -> None:
    pairs = [("entrance", "shelves"), ("shelves", "till"), ("entrance", "till")] * 30
    flows = tuple(FlowCount(from_zone=Name(a), to_zone=Name(b), persons=n + 5) for n, (a, b) in enumerate(pairs[:71]))
    payload = encode(replace(report(), flows=flows), Form.CBOR)
    assert payload.count(b"entrance") == 1
    assert decode(Report, payload)[0].event == replace(report(), flows=flows)


def test_cbor_is_the_same_document_with_numbers_and_columns() -> None:
    count, columns = cbor2.loads(encode(report(), Form.CBOR, "abc", 12))
    assert count == 1
    assert columns[-1] == "abc"
    assert columns[-2] == 12
    assert columns[3] == 7
    assert not {1, 2} & columns.keys(), "what has its default is left out"
    assert columns[5] == [1, {0: "door", 1: 3, 2: 1, 3: 90, 4: 80}]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.__name__)
@pytest.mark.parametrize("form", list(Form))
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_every_event_comes_back_as_it_went(event: type[Event], form: Form, data: st.DataObject) -> None:
    said = data.draw(anything(event))
    assert decode(event, encode(said, form, "s", 1), form) == [Envelope(said, "s", 1)]
    assert decode(event, encode(said, form)) == [Envelope(said)]


@pytest.mark.parametrize("form", [Form.CBOR, Form.COLUMNS])
@settings(max_examples=20, deadline=None)
@given(reports=st.lists(anything(Report), min_size=1, max_size=6))
def test_windows_merged_into_one_message_stay_themselves(form: Form, reports: list[Report]) -> None:
    payloads = [encode(one, form, "s", 10 + n) for n, one in enumerate(reports)]
    assert decode(Report, merge(Report, payloads, form)) == [
        Envelope(one, "s", 10 + n) for n, one in enumerate(reports)
    ]


def test_columns_make_a_day_of_windows_small() -> None:
    windows = [Envelope(report(1_800_000_000 + 300 * n, n % 5), "kq3x7m2a9d5f1h8j", 100 + n) for n in range(288)]
    assert len(encode_many(windows)) < 288 * 10


COLUMNS = st.one_of(
    st.lists(st.none() | st.integers(-9, 300), min_size=1, max_size=60),
    st.lists(st.integers(-(2**40), 2**40), min_size=1, max_size=60),
    st.lists(st.none() | st.sampled_from(["entrance", "till", ""]), min_size=1, max_size=60),
    st.lists(st.none() | st.booleans(), min_size=1, max_size=60),
    st.lists(st.none() | st.integers(-9999, 9999).map(lambda n: n / 10), min_size=1, max_size=60),
)


@pytest.mark.parametrize("binary", [True, False])
@settings(max_examples=200, deadline=None)
@given(cells=COLUMNS, stride=st.integers(1, 8))
def test_a_packed_column_is_what_it_was(binary: bool, cells: list[Any], stride: int) -> None:
    packed = cbor2.loads(cbor2.dumps(pack(cells, (1, stride), binary=binary)))
    assert unpack(packed, len(cells)) == cells


def test_windows_of_a_real_run_keep_to_the_goals_of_the_wire() -> None:
    door = recorded()
    counts = [counts_only(one) for one in door]
    assert len(door) == 29
    assert sum(len(encode(one.event, Form.JSON, one.store, one.seq)) for one in counts) <= 14 * 1024
    assert len(encode_many(door)) <= 4096
    assert decode(Report, encode_many(door)) == door


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        (b"", "CBOR"),
        (b"\xff\xff", "CBOR"),
        (b"{", "JSON"),
        (b"[]", "COLUMNS"),
        (b"{" * 9000, "JSON"),
        (cbor2.dumps([10**12, {0: 1}]), "rows"),
        (cbor2.dumps([1, {5: [10**12, {}]}]), "rows"),
        (cbor2.dumps([1, {77: 1}]), "no field"),
        (cbor2.dumps([1, {4: [1, {1: {0: 4, 3: ["door"]}}]}]), "not in its list"),
        (cbor2.dumps([1, {4: [1, {1: {0: {0: 0, 3: []}, 3: ["door"]}}]}]), "looked up in another"),
        (cbor2.dumps([1, {4: [1, {1: {0: 0, 3: [7]}}]}]), "unknown form"),
        (b'{"start":1,"epoch":1,"lines":[["door",1,2]]}', "$.lines[0].day_in: missing"),
        (b'{"start":1,"epoch":1,"lines":[["door",1,2,3,4,5]]}', "$.lines[0]: not [line"),
        (b'{"start":1,"epoch":1,"lines":[["door",1,2,3,4,{"in":5}]]}', "$.lines[0].in: told at its place already"),
        (b'{"start":1,"epoch":1,"lines":[["door",1,2,3,4,{"mac":5}]]}', "$.lines[0].mac: not a field"),
        (b'{"start":1,"epoch":1,"zones":[["z",1,2,3,4,[1,2,3,4,5,6,7,8,9]]]}', "more than 8 bins"),
        (b'{"start":1,"seconds":300,"clock":"synced","epoch":1,"mac":"00:11"}', "$.mac: not a field"),
        (b'{"start":1,"seconds":300,"clock":"about noon","epoch":1}', "$.clock: 'about noon' is none of synced"),
        (b'{"start":true,"seconds":300,"clock":"synced","epoch":1}', "$.start"),
        (b'{"start":1,"clock":"synced"}', "$.epoch: missing"),
        (b'{"start":1,"seconds":300,"clock":"synced","epoch":1,"lines":[{"line":4}]}', "$.lines[0].line"),
        (b'{"start":1,"seconds":300,"clock":"synced","epoch":1,"seq":4}', "store and seq"),
        (b'{"start":NaN,"seconds":300,"clock":"synced","epoch":1}', "$.start"),
        (b"hello", "neither JSON nor CBOR"),
    ],
)
def test_garbage_is_refused_with_the_reason(broken: bytes, reason: str) -> None:
    with pytest.raises(CodecError) as refusal:
        decode(Report, broken)
    assert reason in "\n".join(refusal.value.problems)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200))
def test_noise_is_refused_and_nothing_worse(noise: bytes) -> None:
    with pytest.raises(CodecError):
        decode(Report, noise)


@settings(max_examples=200, deadline=None)
@given(st.integers(0, 400), st.integers(0, 255), st.sampled_from(list(Form)))
def test_a_damaged_byte_gives_a_document_or_a_refusal(place: int, value: int, form: Form) -> None:
    payload = bytearray(encode_many([Envelope(report(n), "s", n + 1) for n in range(4)]))
    if form is Form.JSON:
        payload = bytearray(encode(report(), form, "s", 1))
    payload[place % len(payload)] = value
    try:
        read = decode(Report, bytes(payload))
    except CodecError:
        return
    assert all(isinstance(envelope.event, Report) for envelope in read)


def test_what_is_not_a_number_is_never_written() -> None:
    with pytest.raises(ValueError, match="JSON"):
        encode(Quality(sensor=Sensor.WIFI, name=Name("w"), seen=float("nan")), Form.JSON)
