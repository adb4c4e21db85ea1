"""The published schemas say exactly what the codec takes, and the judge says where a message is wrong."""

import base64
import json
from pathlib import Path
from typing import Any

import cbor2
import pycddl
import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from cli.schema import schema
from events import Condition, Report, State
from mqtt.codec import CodecError, Envelope, Form, decode, document, encode, merge
from mqtt.schema import files
from mqtt.schema.cddl import cddl
from mqtt.schema.jsonschema import schema_of
from mqtt.topics import SAID, Topic
from tests.mqtt.box import window
from tests.mqtt.documents import anything

TOPICS = list(SAID)
FOLDER = Path(__file__).resolve().parents[2] / "schema"


def test_the_files_in_the_repository_are_what_the_types_say() -> None:
    assert {path.name: path.read_text() for path in FOLDER.iterdir()} == files()


@pytest.mark.parametrize("topic", TOPICS)
def test_each_schema_is_a_schema(topic: Topic) -> None:
    Draft202012Validator.check_schema(schema_of(SAID[topic].event, durable=SAID[topic].durable))


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=10, deadline=None)
@given(data=st.data())
def test_whatever_a_box_can_say_is_valid(topic: Topic, data: st.DataObject) -> None:
    said = SAID[topic]
    validator = Draft202012Validator(schema_of(said.event, durable=said.durable))
    identity = {"store": "s", "seq": 1} if said.durable else {}
    one = Envelope(data.draw(anything(said.event)), **identity)  # type: ignore[arg-type]
    for told in (document(one), json.loads(encode(one.event, Form.JSON, one.store, one.seq))):
        assert list(validator.iter_errors(told)) == []


def test_the_cddl_describes_what_is_sent() -> None:
    rule = pycddl.Schema("start = report\n" + cddl())
    windows = [window(n, Form.CBOR).encode("abc", n) for n in range(1, 9)]
    rule.validate_cbor(windows[0])
    rule.validate_cbor(merge(Report, windows))
    count, columns = cbor2.loads(windows[0])
    for wrong in ({**columns, 0: "noon"}, {k: v for k, v in columns.items() if k != 0}):
        with pytest.raises(pycddl.ValidationError):
            rule.validate_cbor(cbor2.dumps([count, wrong]))


def changed(document: Any, data: st.DataObject) -> Any:
    """The document with one thing somewhere replaced, removed or added."""
    if isinstance(document, dict) and document:
        name = data.draw(st.sampled_from(sorted(document)))
        how = data.draw(st.sampled_from(["into", "remove", "replace", "add"]))
        if how == "remove":
            return {k: v for k, v in document.items() if k != name}
        if how == "add":
            return {**document, "mac": "00:11:22:33:44:55"}
        value = changed(document[name], data) if how == "into" else data.draw(VALUES)
        return {**document, name: value}
    if isinstance(document, list) and document:
        how = data.draw(st.sampled_from(["into", "shorter", "longer"]))
        if how == "into":
            place = data.draw(st.integers(0, len(document) - 1))
            return [*document[:place], changed(document[place], data), *document[place + 1 :]]
        return document[:-1] if how == "shorter" else [*document, data.draw(VALUES)]
    return data.draw(VALUES)


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-3, 3), st.just(1.5), st.text(max_size=3), st.just([]), st.just({})
)


@pytest.mark.parametrize("topic", TOPICS)
@settings(max_examples=20, deadline=None)
@given(data=st.data())
def test_codec_and_schema_agree_about_what_is_wrong(topic: Topic, data: st.DataObject) -> None:
    said = SAID[topic]
    validator = Draft202012Validator(schema_of(said.event, durable=False))
    event = data.draw(anything(said.event))
    told = document(Envelope(event)) if data.draw(st.booleans()) else json.loads(encode(event, Form.JSON))
    wrong = changed(told, data)
    if not isinstance(wrong, dict) or {"store", "seq"} & wrong.keys():
        return
    try:
        decode(said.event, json.dumps(wrong).encode(), Form.JSON)
    except CodecError:
        assert not validator.is_valid(wrong)
    else:
        assert validator.is_valid(wrong)


def message(topic: str, payload: object) -> str:
    return json.dumps({"topic": f"passerby/1/shop/box/{topic}", "payload": payload}) + "\n"


def check(text: str | bytes, *options: str) -> tuple[int, str]:
    result = CliRunner().invoke(schema, ["check", *options, "-"], input=text)
    return result.exit_code, result.output


GOOD = document(decode(Report, window(1).encode("abc", 4))[0])


def test_a_good_capture_is_good() -> None:
    cbor = base64.b64encode(window(2, Form.CBOR).encode("abc", 5)).decode()
    code, output = check(message("report", GOOD) + message("report", cbor))
    assert (code, output) == (0, "2 report: 0 violations\n")


def test_each_violation_is_told_with_line_path_and_reason() -> None:
    bad = {**GOOD, "lines": [{**GOOD["lines"][0], "in": "three", "mac": "02:00"}]}
    anonymous = {k: v for k, v in GOOD.items() if k not in ("store", "seq")}
    code, output = check(
        message("report", GOOD) + message("report", bad) + message("gossip", {}) + message("report", anonymous) + "{x\n"
    )
    assert code == 1
    assert output.splitlines() == [
        "line 2: $.lines[0].mac: not a field of LineCount",
        "line 2: $.lines[0].in: 'three' is not of type int",
        "line 3: $.topic: 'passerby/1/shop/box/gossip' is no topic that a box speaks on",
        "line 4: $[0]: a durable document has (store, seq)",
        'line 5: $: not a message: {"topic": ..., "payload": ...}',
        "3 report, 2 unknown: 5 violations",
    ]


@pytest.mark.parametrize("form", list(Form))
def test_a_single_payload_is_recognised(form: Form) -> None:
    payload = window(1, form).encode("abc", 4)
    assert check(payload) == (0, "1 report: 0 violations\n")
    assert check(payload[:-3])[0] == 1
    assert check(payload, "--topic", "health")[0] == 1


@pytest.mark.parametrize("nothing", ["", "\n", "\x00\x01", "null", "[]", "[" * 5000])
def test_what_is_no_capture_is_refused(nothing: str) -> None:
    assert check(nothing)[0] == 1


def test_an_unseen_capture_can_be_read_by_a_program() -> None:
    code, output = check(message("report", {}), "--json")
    verdict = json.loads(output)
    assert code == 1
    assert verdict["violations"][0]["line"] == 1


def test_state_is_known_by_its_content() -> None:
    payload = encode(State(state=Condition.ONLINE, session=1), Form.JSON)
    assert check(payload) == (0, "1 state: 0 violations\n")
