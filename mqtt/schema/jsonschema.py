"""JSON Schema (2020-12) of each document, made from its event type; closed: what is not named is refused.

Rows of reports are written as arrays, and may be objects; `title` names each place.
"""

import inspect
from typing import Any

from events import Event
from mqtt.documents import ROWS, plain
from mqtt.shape import REQUIRED, Field, shape

_TYPES: dict[type, str] = {int: "integer", float: "number", bool: "boolean", str: "string"}


def schema_of(event: type[Event], *, durable: bool) -> dict[str, Any]:
    """The schema of a topic's documents; `durable` ones carry (store, seq)."""
    definitions: dict[str, Any] = {}
    top = _object(event, definitions)
    if durable:
        identity = {"store": {"type": "string", "minLength": 1}, "seq": {"type": "integer", "minimum": 1}}
        top["properties"] = identity | top["properties"]
        top["required"] = ["store", "seq", *top["required"]]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": event.__name__}
    return head | top | ({"$defs": definitions} if definitions else {})


def _object(event: type[Event], definitions: dict[str, Any]) -> dict[str, Any]:
    fields = shape(event)
    return {
        "description": inspect.cleandoc(event.__doc__ or ""),
        "type": "object",
        "properties": {field.name: _field(field, definitions) for field in fields},
        "required": [field.name for field in fields if field.default is REQUIRED],
        "additionalProperties": False,
    }


def _row(event: type[Event], definitions: dict[str, Any]) -> dict[str, Any]:
    """A row: an object, or an array of what has a place with an object of the rest at its end."""
    named = _object(event, definitions)
    fields = {field.name: field for field in shape(event)}
    items = [{"title": name} | named["properties"][name] for name, field in fields.items() if field.placed]
    rest = {name: named["properties"][name] for name, field in fields.items() if not field.placed}
    items.append({"type": "object", "properties": rest, "additionalProperties": False})
    array = {"type": "array", "prefixItems": items, "minItems": len(named["required"]), "maxItems": len(items)}
    return {"description": named.pop("description"), "anyOf": [array, named]}


def _field(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    item = _item(field, definitions)
    value = {"type": "array", "items": item} if field.many else item
    if field.bins:
        value |= {"maxItems": field.bins, "description": f"{field.bins} bins; zeros at the end are left out"}
    if field.nullable:
        value = {"anyOf": [value, {"type": "null"}]}
    if field.default is not REQUIRED:
        value = value | {"default": plain(field, field.default)}
    return value


def _item(field: Field, definitions: dict[str, Any]) -> dict[str, Any]:
    if field.members:
        return {"enum": [member.value for member in field.members]}
    if not field.nested:
        return {"type": _TYPES[field.type]}
    name = field.type.__name__
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = (_row if field.type in ROWS else _object)(field.type, definitions)
    return {"$ref": f"#/$defs/{name}"}
