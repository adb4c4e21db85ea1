"""`passerby status`: one screen, worst first."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click
from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cli.box import NotRunning, ask, run_option, state_option
from cli.sensors import ago, why
from drivers.led.codes import shown

EXIT = {"ok": 0, "degraded": 1, "failed": 2}
NOT_RUNNING = 3
STYLE = {"ok": "bold green", "degraded": "bold yellow", "failed": "bold red"}
WORST = ("misconfigured", "unavailable", "starting", "running", "ended")
EXPLAINED = 3
"""Faults with all that can be said; the rest in a line each, so that it stays one screen."""


@click.command()
@run_option
@state_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON: the health document and details.")
@click.option("--watch", "watched", is_flag=True, help="Repeat every second until interrupted.")
def status(run: Path, state: Path, as_json: bool, watched: bool) -> None:
    """Show how the box is, the worst first.

    Sensors, broker, store, process, clock. With the daemon dead, the last snapshot is shown and said to be old.

    Exit status: 0 ok, 1 degraded, 2 failed, 3 not running.
    """
    if watched:
        _watch(run, state)
    document, code = _current(run, state)
    if as_json:
        click.echo(json.dumps(document))
    else:
        Console(highlight=False).print(screen(document, code))
    raise SystemExit(code)


def _watch(run: Path, state: Path) -> None:
    with Live(screen(*_current(run, state)), auto_refresh=False, screen=True) as live:
        try:
            while True:
                time.sleep(1)
                live.update(screen(*_current(run, state)), refresh=True)
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


def screen(document: dict[str, Any], code: int) -> RenderableType:
    """The status for people: what is wrong and what to do first, then the sensors, then the figures."""
    details = document.get("details", {})
    parts: list[RenderableType] = list(heading(document, details, code))
    if document.get("sensors"):
        parts += ["", _sensors(document["sensors"], details.get("sensors", {})), ""]
    if "broker" in details:
        parts += _figures(document, details["broker"])
    return Group(*parts)


def heading(document: dict[str, Any], details: dict[str, Any], code: int) -> Iterator[RenderableType]:
    """How the box is, and everything that is wrong: since when, why, what the box does, what a person could do."""
    if code == NOT_RUNNING:
        yield Text("NOT RUNNING", style="bold red")
        yield Text(document["text"])
        if "at" in document:
            yield Text(f"what follows is from {ago(max(0.0, time.time() - document['at']))} ago", style="yellow")
        return
    verdict = details["verdict"]
    head = Text(verdict.upper(), style=STYLE[verdict])
    yield head.append(f"  {details['site']}/{details['box']}  Passerby {details['version']}", style="default")
    lasted = {_who(fault): fault["seconds"] for fault in details.get("faults", ())}
    reasons = document.get("reasons", [])
    for number, reason in enumerate(reasons):
        who = " ".join(reason[key] for key in ("sensor", "name") if reason.get(key)) or "box"
        since = f" for {ago(lasted[_who(reason)])}" if _who(reason) in lasted else ""
        yield Text(f"{who}: {reason['code']}{since} (light {shown(reason['code'])})", style="yellow")
        if number < EXPLAINED:
            sensor = details.get("sensors", {}).get(reason.get("name"), {})
            yield from (Padding(text, (0, 0, 0, 2), expand=False) for text in why(reason["code"], sensor.get("text")))
    if len(reasons) > EXPLAINED:
        yield Text("what to do about the others: passerby sensors", style="dim")


def _who(fault: dict[str, Any]) -> tuple[str, str | None, str | None]:
    return fault["code"], fault.get("sensor"), fault.get("name")


def _sensors(sensors: list[dict[str, Any]], details: dict[str, Any]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for column in ("sensor", "name", "device", "state"):
        table.add_column(column, no_wrap=column != "device", overflow="ellipsis")
    for column in ("last seen", "rate", "restarts"):
        table.add_column(column, justify="right", no_wrap=True)
    for one in sorted(sensors, key=lambda one: WORST.index(one["state"])):
        more = details.get(one["name"], {})
        seen = f"{one['age']:.1f} s ago" if one.get("age") is not None else "-"
        rate = f"{one['rate']:.1f}/s" if one.get("rate") is not None else "-"
        device, restarts = more.get("device", ""), str(more.get("restarts", 0))
        table.add_row(one["sensor"], one["name"], device, one["state"], seen, rate, restarts)
    return table


def _figures(document: dict[str, Any], broker: dict[str, Any]) -> Iterator[Text]:
    mib = 2**20
    told = {name: document.get(name) or 0 for name in ("outbox_bytes", "written", "rss", "disk_free")}
    size = {name: f"{value / mib:,.1f} MiB" for name, value in told.items()}
    if broker["connected"]:
        took = "" if not broker["acknowledged"] else f", the last in {broker['ack_seconds']:.2f} s"
        traffic = f"{broker['acknowledged']} acknowledged{took}, {broker['in_flight']} in flight"
        yield _line("broker", f"connected to {broker['address']}, MQTT {broker['protocol']}")
        yield _line("", traffic)
    else:
        yield _line("broker", f"NOT CONNECTED to {broker['address']}")
        yield _line("", broker.get("advice") or "has not been tried yet")
    oldest = document.get("outbox_age")
    waits = "" if oldest is None else f", the oldest for {ago(oldest)}"
    given_up = f"{document['dropped']} given up, {document['dead']} dead letters"
    yield _line("queue", f"{document['outbox_rows']} waiting ({size['outbox_bytes']}){waits}; {given_up}")
    yield _line("disk", f"{size['disk_free']} free; {size['written']} written by the queue")
    yield _line("process", f"up {ago(document['uptime'])}, {document['cpu']} s of CPU, {size['rss']}")
    yield _line("clock", f"{document['clock']}; token epoch {document['epoch']}")


def _line(name: str, text: str) -> Text:
    return Text(f"{name:9}", style="bold").append(text, style="default")
