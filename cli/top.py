"""`passerby top`: one live screen that fits 80x24 and sends only the lines that changed, for slow SSH."""

import os
import shutil
import sys
import time
from pathlib import Path
from typing import Any, TextIO

import click

from cli.box import NotRunning, ask, run_option
from cli.sensors import ago

CLEAR, HOME, HIDE, SHOW = "\x1b[2J", "\x1b[H", "\x1b[?25l", "\x1b[?25h"
COLOUR = {"ok": "32", "degraded": "33", "failed": "31", "running": "32", "unavailable": "33", "misconfigured": "31"}
WORST = ("misconfigured", "unavailable", "starting", "running", "ended")


@click.command()
@run_option
@click.option("--every", default=2.0, show_default=True, type=click.FloatRange(0.2, 60), help="Seconds between looks.")
@click.option("--count", type=click.IntRange(1), help="End after so many looks.")
def top(run: Path, every: float, count: int | None) -> None:
    """Watch the box live, over a slow line too. Ctrl-C ends it.

    Exit status: 0, or 3 when no daemon answers at the start.
    """
    ask(run, {"ask": "status"})
    shown: list[str] = []
    sys.stdout.write(CLEAR + HIDE)
    try:
        while count is None or count > 0:
            size = shutil.get_terminal_size((80, 24))
            lines = _look(run, size.columns, size.lines)
            _send(sys.stdout, shown, lines)
            shown, count = lines, None if count is None else count - 1
            if count != 0:
                time.sleep(every)
    except KeyboardInterrupt:
        pass
    finally:
        sys.stdout.write(f"\x1b[{len(shown) + 1};1H{SHOW}\n")


def _look(run: Path, width: int, height: int) -> list[str]:
    try:
        return screen(ask(run, {"ask": "status"}), width, height)
    except NotRunning:
        return ["NOT RUNNING: nobody answers; waiting"]


def _send(out: TextIO, before: list[str], after: list[str]) -> None:
    out.write(changes(before, after))
    out.flush()


def changes(before: list[str], after: list[str]) -> str:
    """The bytes that turn the screen `before` into `after`: changed lines only."""
    rows = max(len(before), len(after))
    old, new = (lines + [""] * (rows - len(lines)) for lines in (before, after))
    return "".join(f"\x1b[{row + 1};1H{new[row]}\x1b[K" for row in range(rows) if old[row] != new[row])


def screen(document: dict[str, Any], width: int, height: int) -> list[str]:
    """The status in at most `height` lines of at most `width` characters, colours aside."""
    details = document["details"]
    broker = details["broker"]
    mib = 2**20
    up = ago(document["uptime"])
    head = f"{details['verdict'].upper()}  {details['site']}/{details['box']}  {details['version']}  up {up}"
    connected, otherwise = ("connected", None) if broker["connected"] else ("NOT CONNECTED", "starting")
    advice = broker.get("advice") or otherwise
    memory = f"rss {document['rss'] / mib:.0f} MiB  cpu {document['cpu']} s  disk {document['disk_free'] / mib:.0f} MiB"
    heat = "" if document.get("soc_temp") is None else f"  {document['soc_temp']:.0f} C"
    waiting = f"{document['outbox_rows']} ({document['outbox_bytes'] / mib:.1f} MiB)"
    lines = [
        _coloured(head[:width], details["verdict"]),
        f"broker  {connected}{f': {advice}' if advice else ''}"[:width],
        f"queue   waiting {waiting}  in flight {broker['in_flight']}  acked {broker['acknowledged']}"
        f"  dropped {document['dropped']}"[:width],
        f"process {memory}{heat}  clock {document['clock']}"[:width],
        "",
        f"{'sensor':7}{'name':14}{'state':14}{'seen':>7}{'rate':>8}  why"[:width],
    ]
    rows = sorted(document.get("sensors", ()), key=lambda one: WORST.index(one["state"]))
    fits = height - len(lines) - 2
    text = {name: more.get("text") for name, more in details.get("sensors", {}).items()}
    lines += [_coloured(_sensor(one, text.get(one["name"]))[:width], one["state"]) for one in rows[:fits]]
    if len(rows) > fits:
        lines.append(f"and {len(rows) - fits} more: passerby sensors"[:width])
    return lines[: height - 1]


def _sensor(one: dict[str, Any], text: str | None) -> str:
    seen = "-" if one.get("age") is None else f"{one['age']:.1f}s"
    rate = "-" if one.get("rate") is None else f"{one['rate']:.1f}/s"
    why = ": ".join(filter(None, (one.get("reason"), text)))
    return f"{one['sensor']:7}{one['name'][:13]:14}{one['state']:14}{seen:>7}{rate:>8}  {why}".rstrip()


def _coloured(line: str, word: str) -> str:
    colour = COLOUR.get(word)
    return line if colour is None or os.environ.get("NO_COLOR") else f"\x1b[{colour}m{line}\x1b[0m"
