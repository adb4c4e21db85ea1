"""Events to payloads and back: one document, as JSON with names or as CBOR with numbers; refuses what it did not write.

JSON is one document, what is null or empty by default left out; a report leaves out whatever has its default, and its
rows are arrays (`mqtt/documents.py`), while `document` names everything, for people. CBOR is `[n, {number: column}]`:
the same document with integer keys, columns instead of rows, and n documents of one topic in one message; COLUMNS is
that as JSON text, for metered links whose backend has no CBOR. `store` and `seq`, where the outbox gave them, are the
keys -1 and -2. Enums are their value in JSON and their place in the class in CBOR.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import cbor2

from events import Event, Report
from mqtt.columns import PackingError, pack, unpack
from mqtt.documents import Document, lean, read, row
from mqtt.rows import bounded, pack_rows, unpack_rows

MAX_BYTES = 1 << 20

STORE, SEQ = -1, -2


class Form(StrEnum):
    """How a payload is written; the value is MQTT 5's content type."""

    JSON = "application/json"
    CBOR = "application/cbor"
    COLUMNS = "application/vnd.passerby.columns+json"

    @property
    def columnar(self) -> bool:
        """Whether several documents can share a message."""
        return self is not Form.JSON


_FIRST = {b"{": Form.JSON, b"[": Form.COLUMNS}


class CodecError(ValueError):
    """Bytes that are no document of their topic: `problems` says what is wrong, each as `path: reason`."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("; ".join(problems[:5]))
        self.problems = tuple(problems)


@dataclass(frozen=True, slots=True)
class Envelope:
    """An event with the identity that the outbox gave it; neither is there for what is not durable."""

    event: Event
    store: str | None = None
    seq: int | None = None


def encode(event: Event, form: Form, store: str | None = None, seq: int | None = None) -> bytes:
    """One event as a payload."""
    if form.columnar:
        return encode_many([Envelope(event, store, seq)], form)
    written = lean(event) if isinstance(event, Report) else row(event)
    return json.dumps(_identity(store, seq) | written, separators=(",", ":"), allow_nan=False).encode()


def encode_many(envelopes: Sequence[Envelope], form: Form = Form.CBOR) -> bytes:
    """Events of one type as one payload of columns."""
    binary = form is Form.CBOR
    columns = pack_rows(type(envelopes[0].event), [envelope.event for envelope in envelopes], binary=binary)
    if envelopes[0].store is not None:
        columns[STORE] = pack([envelope.store for envelope in envelopes], binary=binary)
        columns[SEQ] = pack([envelope.seq for envelope in envelopes], binary=binary)
    if form is Form.COLUMNS:
        return json.dumps([len(envelopes), columns], separators=(",", ":"), allow_nan=False).encode()
    return cbor2.dumps([len(envelopes), columns], canonical=True)


def merge(event: type[Event], payloads: Sequence[bytes], form: Form = Form.CBOR) -> bytes:
    """Several payloads of one topic as one of columns."""
    return encode_many([envelope for payload in payloads for envelope in decode(event, payload)], form)


def document(envelope: Envelope) -> Document:
    """The JSON document of an event, every field by its name."""
    return _identity(envelope.store, envelope.seq) | row(envelope.event)


def _identity(store: str | None, seq: int | None) -> Document:
    return {} if store is None else {"store": store, "seq": seq}


def decode(event: type[Event], payload: bytes, form: Form | None = None) -> list[Envelope]:
    """The events of a payload; the form is told by its first byte where it is not given. Raises CodecError."""
    if len(payload) > MAX_BYTES:
        raise CodecError([f"$: {len(payload)} bytes are more than {MAX_BYTES}"])
    told = form or _FIRST.get(payload.lstrip()[:1])
    form = told or Form.CBOR
    try:
        if form is Form.JSON:
            documents = [json.loads(payload)]
        elif form is Form.COLUMNS:
            documents = _documents(event, json.loads(payload, object_pairs_hook=_numbered))
        else:
            documents = _documents(event, cbor2.loads(payload))
    except (ValueError, RecursionError, EOFError, cbor2.CBORDecodeError, PackingError) as error:
        raise CodecError([f"$: {f'no {told.name}' if told else 'neither JSON nor CBOR'}: {error}"]) from None
    problems: list[str] = []
    envelopes = [
        _envelope(event, one, "$" if len(documents) == 1 else f"$[{n}]", problems) for n, one in enumerate(documents)
    ]
    if problems:
        raise CodecError(problems)
    return [envelope for envelope in envelopes if envelope is not None]


def _numbered(pairs: list[tuple[str, Any]]) -> dict[int, Any]:
    """JSON has no keys that are numbers; ours are nothing else. Raises ValueError."""
    return {int(name): value for name, value in pairs}


def _documents(event: type[Event], top: Any) -> list[Any]:
    if not (isinstance(top, list) and len(top) == 2 and isinstance(top[1], dict) and type(top[0]) is int):
        raise PackingError("not [n, {number: column}]")
    count, columns = top
    bounded(count)
    identity = [name for name in (STORE, SEQ) if name in columns]
    rows = unpack_rows(event, {k: v for k, v in columns.items() if k not in identity}, count)
    for number, name in ((SEQ, "seq"), (STORE, "store")):
        if number in columns:
            rows = [{name: cell, **row} for cell, row in zip(unpack(columns[number], count), rows, strict=True)]
    return rows


def _envelope(event: type[Event], row: Any, path: str, problems: list[str]) -> Envelope | None:
    if not isinstance(row, dict):
        problems.append(f"{path}: not an object")
        return None
    store, seq = row.get("store"), row.get("seq")
    if ("store" in row) is not ("seq" in row):
        problems.append(f"{path}: store and seq come together")
    if "store" in row and (not isinstance(store, str) or not store):
        problems.append(f"{path}.store: not a word")
    if "seq" in row and (type(seq) is not int or seq < 1):
        problems.append(f"{path}.seq: not a whole number from 1")
    value = read(event, {k: v for k, v in row.items() if k not in ("store", "seq")}, path, problems)
    return None if value is None else Envelope(value, store, seq)
