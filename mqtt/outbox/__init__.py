"""The durable outbox: at least once, in order, and nothing lost without a word."""

from mqtt.outbox.message import DeadLetter, Keep, OutboxStalled, OutboxUnavailable, Put, Row, Stats, Stream
from mqtt.outbox.outbox import Outbox, open_outbox

__all__ = [
    "DeadLetter",
    "Keep",
    "Outbox",
    "OutboxStalled",
    "OutboxUnavailable",
    "Put",
    "Row",
    "Stats",
    "Stream",
    "open_outbox",
]
