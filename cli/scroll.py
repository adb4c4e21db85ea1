"""A published message as one or a few coloured lines for people."""

import datetime
from dataclasses import dataclass
from typing import Any

from rich.console import Console, ConsoleOptions, RenderResult
from rich.text import Text

COLOURS = {"report": "green", "alert": "red", "state": "cyan", "birth": "blue", "health": "magenta", "live": "yellow"}

LEFT_OUT = {"birth": ("policy", "bounds", "rows")}
"""What is for programs: a page of it would hide what happens."""

INDENT = 11
"""Columns before what a table of a message says."""


@dataclass(frozen=True, slots=True)
class Scrolled:
    """A message whose long lines go on below where they began to say something."""

    text: Text

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for line in self.text.split("\n", allow_blank=True):
            first, *rest = line.wrap(console, max(20, options.max_width - INDENT))
            yield first
            yield from (Text(" " * INDENT).append_text(more) for more in rest)


def scrolled(topic: str, payload: Any, zone: datetime.tzinfo | None = None) -> Scrolled:
    """`topic` and its `payload` for a console, by the clock of `zone`, or of this machine."""
    return Scrolled(_text(topic, payload, zone))


def _text(topic: str, payload: Any, zone: datetime.tzinfo | None) -> Text:
    """`topic` and its decoded `payload`, short: what is counted first, names in bold."""
    kind = topic.rsplit("/", 1)[-1]
    text = Text(f"{kind:8} ", style=COLOURS.get(kind, "white"))
    if not isinstance(payload, dict):
        return text.append(str(payload))
    if "start" in payload:
        text.append(f"{_clock(payload['start'], zone)} ", style="dim")
    left_out = [name for name in LEFT_OUT.get(kind, ()) if name in payload]
    tables = {
        name: value for name, value in payload.items() if isinstance(value, list) and value and name not in left_out
    }
    if kind != "report":
        for name, value in payload.items():
            if not isinstance(value, list | dict):
                text.append(f"{name} ", style="dim").append(f"{_clock(value, zone) if name == 'at' else value} ")
    for name, rows in tables.items():
        _table(text, name, rows)
    if left_out:
        text.append(f"\n  and {', '.join(left_out)}: --json shows them", style="dim")
    return text


def _clock(epoch: float, zone: datetime.tzinfo | None) -> str:
    return datetime.datetime.fromtimestamp(epoch, datetime.UTC).astimezone(zone).strftime("%H:%M:%S")


def _table(text: Text, name: str, rows: list[Any]) -> None:
    text.append(f"\n  {name:8}")
    for number, row in enumerate(rows):
        if isinstance(row, dict):
            text.append(f"\n  {'':8}" if number else "")
            _row(text, row)
        else:
            text.append(f" {row}")


def _row(text: Text, row: dict[str, Any]) -> None:
    (_, first), *rest = row.items()
    text.append(f" {first}", style="bold")
    for name, value in rest:
        if value is not None:
            text.append(f" {name}", style="dim").append(f" {value}")
