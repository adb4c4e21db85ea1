"""The wire described once, in the event types, and written from there as JSON Schema, AsyncAPI 3 and CDDL."""

import json

from mqtt.schema.asyncapi import asyncapi
from mqtt.schema.cddl import cddl
from mqtt.schema.jsonschema import schema_of
from mqtt.topics import HEARD, SAID


def files() -> dict[str, str]:
    """Every schema file by name."""
    schemas = {
        f"{topic}.schema.json": json.dumps(schema_of(said.event, durable=said.durable), indent=1) + "\n"
        for topic, said in (SAID | HEARD).items()
    }
    return schemas | {"asyncapi.json": json.dumps(asyncapi(), indent=1) + "\n", "passerby.cddl": cddl()}
