"""`passerby status`: one screen, worst first."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from cli.box import NotRunning, ask, default_state, run_option
from drivers.led.codes import shown

EXIT = {"ok": 0, "degraded": 1, "failed": 2}
NOT_RUNNING = 3
STYLE = {"ok": "bold green", "degraded": "bold yellow", "failed": "bold red"}
WORST = ("misconfigured", "unavailable", "starting", "running", "ended")
FIGURES = {
    "outbox": ("outbox_rows", "outbox_bytes", "outbox_age", "dropped", "dead", "written"),
    "process": ("uptime", "cpu", "rss", "disk_free"),
    "clock": ("clock", "epoch"),
}
"""What stands in a line of the screen: keys of the health document."""


@click.command()
@run_option
@click.option("--state", type=click.Path(path_type=Path), default=default_state, help="Directory of the last snapshot.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON: the health document and details.")
@click.option("--watch", "watched", is_flag=True, help="Repeat every second until interrupted.")
def status(run: Path, state: Path, as_json: bool, watched: bool) -> None:
    """Show how the box is: sensors, broker, store, process, clock; the worst first.

    With the daemon dead, the last snapshot is shown and said to be old.

    Exit status: 0 ok, 1 degraded, 2 failed, 3 not running.
    """
    if watched:
        _watch(run, state)
    document, code = _current(run, state)
    if as_json:
        click.echo(json.dumps(document))
    else:
        Console().print(_screen(document, code))
    raise SystemExit(code)


def _watch(run: Path, state: Path) -> None:
    with Live(_screen(*_current(run, state)), auto_refresh=False, screen=True) as live:
        try:
            while True:
                time.sleep(1)
                live.update(_screen(*_current(run, state)), refresh=True)
        except KeyboardInterrupt:
            return


def _current(run: Path, state: Path) -> tuple[dict[str, Any], int]:
    """The status document and its exit code: the daemon's own, or that of the last snapshot."""
    try:
        document = ask(run, {"ask": "status"})
    except NotRunning as error:
        try:
            document = json.loads((state / "status.json").read_text(encoding="utf-8"))
        except (OSError, ValueError):
            document = {}
        return {**document, "running": False, "text": error.message}, NOT_RUNNING
    return {**document, "running": True}, EXIT[document["details"]["verdict"]]


def _screen(document: dict[str, Any], code: int) -> RenderableType:
    details = document.get("details", {})
    parts: list[RenderableType] = list(_heading(document, details, code))
    parts += [_sensors(document["sensors"], details.get("sensors", {}))] if document.get("sensors") else []
    if "broker" in details:
        parts.append(_facts("broker", details["broker"]))
    for name, keys in FIGURES.items():
        facts = {key.removeprefix("outbox_"): document[key] for key in keys if document.get(key) is not None}
        if facts:
            parts.append(_facts(name, facts))
    return Group(*parts)


def _heading(document: dict[str, Any], details: dict[str, Any], code: int) -> Iterator[Text]:
    if code == NOT_RUNNING:
        yield Text("NOT RUNNING", style="bold red")
        yield Text(document["text"])
        if "at" in document:
            yield Text(f"what follows is from {max(0, int(time.time() - document['at']))} s ago", style="yellow")
        return
    verdict = details["verdict"]
    heading = Text(verdict.upper(), style=STYLE[verdict])
    yield heading.append(f"  {details['site']}/{details['box']}  Passerby {details['version']}", style="default")
    for reason in document.get("reasons", []):
        about = " ".join(reason[name] for name in ("code", "sensor", "name") if reason.get(name))
        yield Text(f"  {about}  (light {shown(reason['code'])})", style="yellow")


def _sensors(sensors: list[dict[str, Any]], details: dict[str, Any]) -> Table:
    table = Table(
        "sensor", "name", "state", "last seen", "rate", "counts", box=None, header_style="bold", pad_edge=False
    )
    for one in sorted(sensors, key=lambda one: WORST.index(one["state"])):
        more = dict(details.get(one["name"], {}))
        device, text, restarts = more.pop("device", ""), more.pop("text", None), more.pop("restarts", 0)
        more.pop("since", None)
        why = f" {one['reason']}: {text or ''}" if one.get("reason") else ""
        counts = " ".join(f"{name} {value}" for name, value in {**more, "restarts": restarts}.items())
        seen = f"{one['age']:.1f} s ago" if one.get("age") is not None else "-"
        rate = f"{one['rate']:.1f}/s" if one.get("rate") is not None else "-"
        table.add_row(one["sensor"], f"{one['name']} {device}", one["state"] + why, seen, rate, counts)
    return table


def _facts(name: str, facts: dict[str, Any]) -> Text:
    text = Text(f"{name:8}", style="bold")
    for what, value in facts.items():
        if value is not None and not isinstance(value, dict):
            text.append(f" {what} ", style="dim").append(_shown(what, value))
    return text


def _shown(what: str, value: Any) -> str:
    if what in ("rss", "disk_free", "bytes", "written"):
        return f"{value / 2**20:.1f} MiB"
    if what in ("uptime", "cpu", "age"):
        return f"{value} s"
    return str(value)
