"""CDDL (RFC 8610) of the CBOR form, made from the event types: the same documents with integer keys and columns."""

from events import Event
from mqtt.shape import REQUIRED, Field, shape
from mqtt.topics import HEARD, SAID

_HEAD = """\
; Passerby, CBOR form. A message is [n, columns]: n documents of its topic, each key a field's number.
; A column is one value that all rows share, or a value for each row (a shorter array is repeated), or numbers in
; packed form: 0 = values or differences, 1 = the first rows, from which each later row differs, 2 = decimal digits.
; Or whole numbers of a few bits each, one after the other: 0 = the bits, 4 = how many each has and from which number
; they count; with a 1 behind it, all bits set are null.
; Words that come again are told once: 3 = the words, 0 = the place of each row's in that list.
; A histogram's zeros at its end are left out.
; A tuple is [lengths, column of all items]; length -1 is null. Rows of a nested type are columns again.

whole = int / [* int] / packed
packed = {0 => int / null / [* (int / null)], ? 1 => [+ int], ? 2 => 1..4} / bits
bits = {0 => bstr, 4 => [1..32, int, ? 1], ? 2 => 1..4}
words = {0 => int / null / [* (int / null)] / packed, 3 => [* tstr]}
"""
_TYPES: dict[type, str] = {int: "int", float: "number", bool: "bool", str: "tstr"}


def cddl() -> str:
    """The whole file; its rules are named as the topics and the event types are."""
    done: dict[str, str] = {}
    topics = [_message(topic.value, said.event, said.durable, done) for topic, said in (SAID | HEARD).items()]
    return "\n".join([_HEAD, *topics, *(done[name] for name in sorted(done))])


def _message(topic: str, event: type[Event], durable: bool, done: dict[str, str]) -> str:
    identity = "-1 => tstr / [* tstr], -2 => whole, " if durable else ""
    return f"{topic} = [n: uint, {{{identity}{_group(event, done)}}}]\n"


def _group(event: type[Event], done: dict[str, str]) -> str:
    if event.__name__ not in done:
        done[event.__name__] = ""
        lines = [f"  {_entry(field, done)}, ; {field.name}" for field in shape(event)]
        done[event.__name__] = f"{event.__name__} = (\n" + "\n".join(lines) + "\n)\n"
    return event.__name__


def _entry(field: Field, done: dict[str, str]) -> str:
    optional = "" if field.default is REQUIRED else "? "
    return f"{optional}{field.number} => {_value(field, done)}"


def _value(field: Field, done: dict[str, str]) -> str:
    if field.nested:
        return f"[whole, {{? {_group(field.type, done)}}}]"
    kind = f"(0..{len(field.members) - 1})" if field.members else _TYPES[field.type]
    if field.nullable and not field.many:
        kind = f"({kind} / null)"
    column = f"{kind} / [* {kind}] / {'words' if field.type is str else 'packed'}"
    return f"[whole, {column}]" if field.many else column
