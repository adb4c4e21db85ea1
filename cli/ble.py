"""`passerby ble`: which Bluetooth radios there are, how they listen and how much they hear. It shows no address."""

import asyncio
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

import click
from rich.console import Console
from rich.table import Column, Table

from config import ConfigError, load
from drivers.base import Device, DriverMisconfigured, DriverUnavailable
from drivers.ble.driver import BleDriver
from drivers.ble.host import Host
from drivers.ble.roster import Match, matches
from drivers.ble.source import Adapter, Source, SourceName

Survey = dict[str, object]
Sources = dict[SourceName, Callable[[], Source]]

HISTOGRAM_STEP_DB = 10
NO_RADIO, NOTHING_HEARD = 3, 1


@click.group()
def ble() -> None:
    """Bluetooth radios and badges."""


class _Wall:
    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))


@ble.command()
@click.option("--seconds", type=click.FloatRange(1, 3600), default=15.0, show_default=True, help="How long to listen.")
@click.option("--device", help="One radio as the configuration names it (hci:0); all of them when absent.")
@click.option("--config", "file", type=click.Path(path_type=Path), help="Configuration whose badges are recognised.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def survey(seconds: float, device: str | None, file: Path | None, as_json: bool) -> None:
    """Listen on every radio and say what is heard.

    That is its source, rate, signal strengths, kinds of devices, and badges.

    Exit status: 0 something was heard, 1 nothing was, 2 usage or configuration, 3 no radio.
    """
    try:
        surveys = asyncio.run(surveyed(Host(), _badges(file), seconds, device))
    except (DriverMisconfigured, ConfigError) as problem:
        raise click.UsageError(str(problem)) from None
    except DriverUnavailable as refusal:
        surveys = [{"radio": device or "hci:", "failed": refusal.code, "why": refusal.reason}]
    if as_json:
        click.echo(json.dumps({"seconds": seconds, "radios": surveys}))
    else:
        _show(surveys, seconds)
    heard = [one.get("adverts", 0) for one in surveys if "failed" not in one]
    sys.exit(NO_RADIO if not heard else 0 if any(heard) else NOTHING_HEARD)


async def surveyed(
    host: Host, badges: Sequence[Match], seconds: float, device: str | None = None, sources: Sources | None = None
) -> list[Survey]:
    """A survey of every radio at once. Raises DriverUnavailable where there is none, DriverMisconfigured."""
    if device is not None:
        return [await _one(host, Device.parse(device), badges, seconds, sources)]
    adapters = await host.adapters()
    if not adapters:
        raise DriverUnavailable("gone", "this machine has no Bluetooth adapter")
    async with asyncio.TaskGroup() as tasks:
        running = [
            tasks.create_task(_one(host, _device(adapter), badges, seconds, sources), name=f"survey-{adapter.name}")
            for _, adapter in sorted(adapters.items())
        ]
    return [task.result() for task in running]


def _device(adapter: Adapter) -> Device:
    return Device("hci", str(adapter.index), {})


async def _one(host: Host, device: Device, badges: Sequence[Match], seconds: float, sources: Sources | None) -> Survey:
    driver = BleDriver(device, name="survey", clock=_Wall(), badges=badges, host=host, sources=sources)
    signals: Counter[int] = Counter()
    carriers: Counter[str] = Counter()
    roles: dict[str, set[int]] = {}
    failed: Survey = {}
    try:
        with suppress(TimeoutError):
            async with driver.open() as adverts, asyncio.timeout(seconds):
                async for advert in adverts:
                    signals[advert.rssi_dbm // HISTOGRAM_STEP_DB * HISTOGRAM_STEP_DB] += 1
                    carriers[advert.carrier.value] += 1
                    if advert.badge is not None:
                        roles.setdefault(advert.badge.role, set()).add(advert.badge.number)
    except DriverUnavailable as error:
        failed = {"failed": error.code, "why": error.reason}
    heard = signals.total()
    return {
        "radio": f"{device.scheme}:{device.target}",
        "adapter": driver.state.adapter,
        "source": driver.state.source,
        "tried": driver.state.tried,
        "adverts": heard,
        "adverts_per_second": round(heard / seconds, 1),
        "dropped": driver.state.dropped,
        "rssi_dbm": {str(low): signals[low] for low in sorted(signals, reverse=True)},
        "carriers": dict(sorted(carriers.items())),
        "badges": {role: len(numbers) for role, numbers in sorted(roles.items())},
        **failed,
    }


def _badges(file: Path | None) -> list[Match]:
    if file is None:
        return []
    config = load(file)
    listed = [(badge.kind, badge.id, badge.role) for badge in config.badges.values()]
    keys = {radio.irks for radio in config.ble.values() if radio.irks}
    return matches(listed) + [one for key in sorted(keys) for one in matches([], Path(key))]


def _show(surveys: Sequence[Survey], seconds: float) -> None:
    table = Table(
        "radio", "source", Column("adverts/s", justify="right"), "signal (dBm: adverts)", "kinds", "badges", box=None
    )
    for one in surveys:
        if "failed" in one:
            continue
        tried = "".join(f", {name} {why}" for name, why in _pairs(one["tried"]))
        columns = (_pairs(one["rssi_dbm"]), _pairs(one["carriers"]), _pairs(one["badges"]))
        table.add_row(
            f"{one['radio']} ({one['adapter']})",
            f"{one['source']}{tried}",
            str(one["adverts_per_second"]),
            *("  ".join(f"{name}: {count}" for name, count in pairs) or "none" for pairs in columns),
        )
    console = Console()
    console.print(f"Listened for {seconds:.0f} s.")
    if table.row_count:
        console.print(table)
    for one in surveys:
        if "failed" in one:
            console.print(
                f"{one['radio']}  {one['failed']}: {one['why']}", soft_wrap=True, highlight=False, markup=False
            )


def _pairs(table: object) -> list[tuple[str, object]]:
    return list(table.items()) if isinstance(table, dict) else []
