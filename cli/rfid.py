"""`passerby rfid survey`: what a reader of goods hears, by SKU and antenna, and how well. It shows no serial."""

import asyncio
import json
import signal
import sys
import time
from contextlib import nullcontext, suppress
from dataclasses import asdict
from pathlib import Path

import click
from rich.console import Console
from rich.live import Live
from rich.table import Column, Table

from analytics.planogram import Planogram, parse
from analytics.shelf_survey import ShelfSurvey
from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.rfid.driver import ReaderDriver

NOTHING_HEARD, NO_READER = 1, 3


@click.group()
def rfid() -> None:
    """Readers of goods."""


class _Wall:
    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))


@rfid.command()
@click.argument("device")
@click.option(
    "--planogram", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="CSV of the shelf plan."
)
@click.option("--seconds", type=click.FloatRange(1, 3600), default=30.0, show_default=True, help="How long to listen.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON document at the end instead of a live table.")
def survey(device: str, planogram: Path | None, seconds: float, as_json: bool) -> None:
    """Show what a reader hears: goods, read rates, noise.

    DEVICE is as the configuration names it (serial:/dev/ttyUSB0?region=eu). The daemon must not have the reader
    open. Stand away from the shelf: what is measured is the shelf alone. Ctrl-C ends it early, with what was heard
    until then.

    Exit status: 0 tags were heard, 1 none were, 2 usage, 3 no reader answers.
    """
    plan = parse(planogram.read_bytes()) if planogram else Planogram(())
    for problem in plan.problems:
        click.echo(f"planogram line {problem.line} is left out: {problem.reason}", err=True)
    found = ShelfSurvey(plan.skus)
    try:
        reader = ReaderDriver(Device.parse(device), name="survey", clock=_Wall())
        asyncio.run(_listen(reader, found, seconds, None if as_json else Console()))
    except (ValueError, DriverMisconfigured) as problem:
        raise click.UsageError(str(problem)) from None
    except DriverUnavailable as refusal:
        if as_json:
            click.echo(json.dumps({"failed": refusal.code, "why": refusal.reason}))
        click.echo(f"{device.partition('?')[0]}: {refusal.code}: {refusal.reason}", err=True)
        sys.exit(NO_READER)
    if as_json:
        click.echo(json.dumps(_document(reader, found)))
    sys.exit(0 if found.rows() else NOTHING_HEARD)


async def _listen(reader: ReaderDriver, found: ShelfSurvey, seconds: float, console: Console | None) -> None:
    with Live(console=console, auto_refresh=False) if console else nullcontext() as live:
        async with reader.open() as inventories:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds) as limit:
                    loop = asyncio.get_running_loop()
                    for number in (signal.SIGINT, signal.SIGTERM):
                        loop.add_signal_handler(number, lambda: limit.reschedule(loop.time()))
                    async for inventory in inventories:
                        found.feed(inventory)
                        if live is not None:
                            live.update(_table(reader, found), refresh=True)


def _document(reader: ReaderDriver, found: ShelfSurvey) -> dict[str, object]:
    return {
        "family": reader.family,
        "inventories": found.epochs,
        "unknown_tags": found.unknown,
        "noise": asdict(reader.noise),
        "rows": [asdict(row) for row in found.rows()],
    }


def _table(reader: ReaderDriver, found: ShelfSurvey) -> Table:
    noise = reader.noise
    table = Table(
        "antenna",
        Column("SKU", no_wrap=True),
        "tags",
        "read rate",
        "poorest tenth",
        "signal dB",
        "window s",
        title=f"{reader.family}: {found.epochs} inventories",
        caption=f"line: {noise.frames} frames, {noise.damaged} damaged, {noise.garbage_bytes} bytes of noise; "
        f"{found.unknown} tags that are no goods; ? is not in the plan",
    )
    for row in found.rows():
        signal = "-" if row.rssi_db is None else f"{row.rssi_db:.0f}"
        sku = row.sku if row.planned else f"{row.sku} ?"
        table.add_row(
            str(row.antenna),
            sku,
            str(row.tags),
            f"{row.read_rate:.2f}",
            f"{row.weakest:.2f}",
            signal,
            f"{row.window_s:.0f}",
        )
    return table
