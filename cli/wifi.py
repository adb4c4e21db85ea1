"""`passerby wifi`: what a radio hears, and where the gate should stand. It shows no address, no name, no device."""

import asyncio
import json
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from cli.calibrate import calibrate_site
from config.load import ConfigError, load
from drivers.base import Device, Driver, DriverMisconfigured, DriverUnavailable
from drivers.registry import driver
from drivers.wifi.channels import channel_of
from drivers.wifi.driver import MonitorDriver
from drivers.wifi.ear import prepare as make_monitor
from drivers.wifi.plan import interfaces

Survey = dict[str, Any]

STEP_DB, LOWEST_STEP, HIGHEST_STEP = 5, -100, -25
HIGHEST_GATE, LOWEST_GATE = -65, -80
"""Where a gate makes sense: published best thresholds lie between -70 and -75 dBm."""
BAR = 40
NO_RADIO, NOTHING_HEARD, EX_CONFIG = 3, 1, 78


@click.group()
def wifi() -> None:
    """WiFi radios that listen."""


wifi.add_command(calibrate_site)


class _Wall:
    def now(self) -> float:
        return time.monotonic()

    async def sleep_until(self, at: float) -> None:
        await asyncio.sleep(max(0.0, at - time.monotonic()))


@wifi.command()
@click.argument("device")
@click.option("--seconds", type=click.FloatRange(1, 3600), default=60.0, show_default=True, help="How long to listen.")
@click.option("--channels", default="1,6,11", show_default=True, help="The channels to walk, with commas.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def survey(device: str, seconds: float, channels: str, as_json: bool) -> None:
    """Say what a radio hears, and where the gate should stand.

    DEVICE is mon:wlan1, mon:wlan1+wlan2, or pcap:FILE?speed=max. Prints the probe requests a second of each channel
    and the histogram of signal strengths, with the gate it suggests.

    Exit status: 0 something was heard, 1 nothing was, 2 usage or configuration, 3 no radio.
    """
    try:
        walked = [int(channel) for channel in channels.split(",")]
        told = asyncio.run(surveyed(device, seconds, walked))
    except (ValueError, DriverMisconfigured) as problem:
        raise click.UsageError(str(problem)) from None
    except DriverUnavailable as refusal:
        told = {"failed": refusal.code, "why": refusal.reason}
    if as_json:
        click.echo(json.dumps(told))
    else:
        _show(told)
    sys.exit(NO_RADIO if "failed" in told else 0 if told["frames"] else NOTHING_HEARD)


@wifi.command()
@click.argument("config", type=click.Path(path_type=Path))
def prepare(config: Path) -> None:
    """Turn the radios of CONFIG into monitors.

    The service's unit runs this as root before the daemon starts.

    Exit status: 0 all are, 2 usage, 3 a radio is missing or refuses, 78 the configuration is wrong.
    """
    try:
        radios = load(config).wifi
    except ConfigError as error:
        click.echo(str(error), err=True)
        sys.exit(EX_CONFIG)
    failed = False
    for name, radio in radios.items():
        device = Device.parse(radio.device)
        if device.scheme != "mon":
            continue
        for interface in interfaces(device.target):
            try:
                make_monitor(interface)
                click.echo(f"{name}: {interface}: monitor")
            except (DriverUnavailable, DriverMisconfigured) as refusal:
                click.echo(f"{name}: {interface}: {refusal.code}: {refusal.reason}", err=True)
                failed = True
    sys.exit(NO_RADIO if failed else 0)


async def surveyed(device: str, seconds: float, channels: list[int]) -> Survey:
    """Counts of what one device hears in `seconds`. Raises what drivers raise, and ValueError for a bad string."""
    parsed = Device.parse(device)
    if parsed.scheme not in ("mon", "pcap"):
        raise DriverMisconfigured("unknown_scheme", "a WiFi radio is mon:INTERFACE, a recording pcap:FILE")
    settings = {"channels": channels} if parsed.scheme == "mon" else {}
    radio: Driver[Any] = driver(parsed, name="survey", clock=_Wall(), **settings)
    strengths: Counter[int] = Counter()
    heard_on: Counter[int] = Counter()
    times: list[float] = []
    async with radio.open() as requests:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                async for request in requests:
                    times = [*times[:1], request.at]
                    heard_on[channel_of(request.frequency_mhz or 0)] += 1
                    if request.rssi_dbm is not None:
                        strengths[request.rssi_dbm] += 1
    if isinstance(radio, MonitorDriver):
        spent = dict(radio.duty.seconds) or {0: seconds}
        lost = radio.lost + radio.skipped
        absent = {dongle: why.code for dongle, why in radio.absent.items()}
    else:
        whole = max(1.0, times[-1] - times[0]) if times else 1.0
        spent, lost, absent = dict.fromkeys(heard_on, whole), 0, {}
    rows = [
        {"channel": channel or None, "seconds": round(spent.get(channel, 0.0), 1), "frames": heard_on[channel]}
        for channel in sorted({*spent, *heard_on})
    ]
    steps: Counter[int] = Counter()
    for dbm, count in strengths.items():
        steps[min(HIGHEST_STEP, max(LOWEST_STEP, dbm // STEP_DB * STEP_DB))] += count
    histogram = {low: steps[low] for low in range(LOWEST_STEP, HIGHEST_STEP + 1, STEP_DB)}
    gate = suggested_gate(strengths)
    kept = sum(count for dbm, count in strengths.items() if gate is not None and dbm >= gate)
    return {
        "frames": heard_on.total(),
        "lost": lost,
        "absent": absent,
        "channels": rows,
        "histogram_dbm": histogram,
        "suggested_gate_dbm": gate,
        "kept_by_gate": round(kept / strengths.total(), 3) if strengths else None,
    }


def suggested_gate(strengths: Counter[int]) -> int | None:
    """The strength that best parts the near from the far (greatest variance between the two), within bounds."""
    total = strengths.total()
    if total == 0:
        return None
    whole = sum(dbm * count for dbm, count in strengths.items())
    best, gate = -1.0, LOWEST_GATE
    below = weight = 0
    for dbm in range(min(strengths), HIGHEST_GATE + 1):
        if dbm >= LOWEST_GATE and 0 < below < total:
            between = below * (total - below) * (weight / below - (whole - weight) / (total - below)) ** 2
            if between > best:
                best, gate = between, dbm
        below += strengths[dbm]
        weight += dbm * strengths[dbm]
    return gate


def _show(told: Survey) -> None:
    console = Console()
    if "failed" in told:
        console.print(f"no radio: {told['failed']}: {told['why']}")
        return
    table = Table("channel", Column("listened", justify="right"), Column("probes/s", justify="right"))
    for row in told["channels"]:
        rate = row["frames"] / row["seconds"] if row["seconds"] else 0.0
        table.add_row(str(row["channel"] or "?"), f"{row['seconds']:.0f} s", f"{rate:.2f}")
    console.print(table)
    gate = told["suggested_gate_dbm"]
    most = max([*told["histogram_dbm"].values(), 1])
    for low, count in reversed(told["histogram_dbm"].items()):
        style = "green" if gate is not None and low >= gate else "bright_black"
        console.print(f"{low:5d} dBm [{style}]{'█' * round(BAR * count / most):<{BAR}}[/] {count}", highlight=False)
    if gate is not None:
        console.print(f"suggested: gate_dbm = {gate} keeps {told['kept_by_gate']:.0%} of the frames")
    for dongle, code in told["absent"].items():
        console.print(f"{dongle} did not listen: {code}", highlight=False)
    if told["lost"]:
        console.print(f"{told['lost']} frames were lost: the machine is too busy")
