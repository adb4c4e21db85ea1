"""AsyncAPI 3 of a box: every topic, its direction, QoS and retention, and its document's schema."""

from typing import Any

from mqtt.codec import Form
from mqtt.schema.jsonschema import schema_of
from mqtt.topics import HEARD, ROOT, SAID, Said, Topic

BINDING = "0.2.0"


def asyncapi() -> dict[str, Any]:
    """The whole document, as a backend would feed it to its generators."""
    both = SAID | HEARD
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Passerby box",
            "version": "1",
            "description": "What a box says and hears. Durable documents have (store, seq): drop doubles, see holes.",
        },
        "defaultContentType": Form.JSON.value,
        "channels": {topic.value: _channel(topic, said) for topic, said in both.items()},
        "operations": {f"say_{topic}": _operation("send", topic, said) for topic, said in SAID.items()}
        | {f"hear_{topic}": _operation("receive", topic, said) for topic, said in HEARD.items()},
        "components": {
            "messages": {topic.value: _message(topic, said) for topic, said in both.items()},
            "schemas": {topic.value: schema_of(said.event, durable=said.durable) for topic, said in both.items()},
        },
    }


def _channel(topic: Topic, said: Said) -> dict[str, Any]:
    return {
        "address": f"{ROOT}/{{site}}/{{box}}/{topic}",
        "description": (said.event.__doc__ or "").partition("\n")[0],
        "parameters": {
            "site": {"description": "The shop, as configured."},
            "box": {"description": "The box's random name."},
        },
        "messages": {topic.value: {"$ref": f"#/components/messages/{topic}"}},
    }


def _operation(action: str, topic: Topic, said: Said) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{topic}"},
        "messages": [{"$ref": f"#/channels/{topic}/messages/{topic}"}],
        "bindings": {"mqtt": {"qos": said.qos, "retain": said.retain, "bindingVersion": BINDING}},
    }


def _message(topic: Topic, said: Said) -> dict[str, Any]:
    return {
        "name": said.event.__name__,
        "contentType": Form.JSON.value,
        "payload": {"$ref": f"#/components/schemas/{topic}"},
        "bindings": {"mqtt": {"contentType": Form.JSON.value, "bindingVersion": BINDING}},
    }
