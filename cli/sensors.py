"""`passerby sensors`: every sensor; for one that does not work what, since when, what the box does, what you can."""

import json
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from cli.box import ask, run_option
from cli.words import words

STYLE = {"running": "green", "ended": "dim", "starting": "cyan", "unavailable": "yellow", "misconfigured": "red"}
BAD = ("unavailable", "misconfigured")


@click.command()
@run_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def sensors(run: Path, as_json: bool) -> None:
    """Show every sensor; for a fault its cause and remedy.

    State, since when, rate and counts.

    Exit status: 0 all work, 1 one does not, 3 no daemon answers.
    """
    document = ask(run, {"ask": "status"})
    rows = [explained(one, document["details"]["sensors"].get(one["name"], {})) for one in document.get("sensors", ())]
    if as_json:
        click.echo(json.dumps(rows))
    else:
        console = Console()
        for row in rows:
            for text in told(row):
                console.print(text, soft_wrap=True, highlight=False)
    raise SystemExit(1 if any(row["state"] in BAD or row.get("reason") for row in rows) else 0)


def explained(sensor: dict[str, Any], details: dict[str, Any]) -> dict[str, Any]:
    """One sensor of the status with the words of its fault."""
    more = dict(details)
    known = {key: more.pop(key, None) for key in ("device", "text", "since", "restarts")}
    row: dict[str, Any] = {**sensor, **known, "counts": more}
    word = words().get(sensor.get("reason") or "")
    if word:
        row |= {"meaning": word.meaning, "box": word.box, "person": word.person}
    return row


def told(row: dict[str, Any]) -> list[Text]:
    """One sensor in a few lines; the last ones only when it does not work."""
    head = Text(f"{row['sensor']} {row['name']}", style="bold").append(f"  {row['device'] or ''}  ", style="default")
    head.append(row["state"], style=STYLE.get(row["state"], "default"))
    since = f" for {ago(row['since'])}" if row.get("since") is not None else ""
    rate = f", {row['rate']:.1f}/s" if row.get("rate") is not None else ""
    head.append(since + rate, style="default")
    lines = [head]
    counts = {**row["counts"], "restarts": row.get("restarts") or 0}
    lines.append(Text("  " + "  ".join(f"{name} {value}" for name, value in counts.items()), style="dim"))
    if row.get("reason"):
        first, *rest = why(row["reason"], row.get("text"))
        lines.append(Text(f"  {row['reason']}: ", style="yellow").append(first))
        lines += [Text("  ").append(text) for text in rest]
    return lines


def why(code: str, text: str | None) -> list[Text]:
    """What is wrong, what the box does about it, and what a person could do."""
    word = words().get(code)
    if word is None:
        return [Text(text or "")]
    return [Text(text or word.meaning), Text(f"the box: {word.box}"), Text(f"you: {word.person}", style="bold")]


def ago(seconds: float) -> str:
    """A duration as people say it."""
    for unit, length in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds >= 2 * length:
            return f"{seconds / length:.0f} {unit}"
    return f"{seconds:.0f} s"
