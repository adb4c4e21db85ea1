"""`passerby try`: a box on this machine with nothing to configure: broker, daemon, and what a subscriber sees."""

import asyncio
import contextlib
import json
import logging
import os
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from urllib.parse import parse_qsl, urlencode
from zoneinfo import ZoneInfo

import click
from rich.console import Console

from cli import truth
from cli.box import trial as trial_directory
from cli.scroll import scrolled
from config import ConfigError
from config.load import load
from mqtt.subscriber import Message, subscribed
from simulation.people import Role
from simulation.rehearsal import Rehearsal
from simulation.store import Store

EX_UNAVAILABLE = 69
LINGER = 1.0
"""Seconds that the last messages have to arrive after the daemon has ended."""


@click.command("try")
@click.option("--config", type=click.Path(path_type=Path, exists=True), required=True, help="Configuration of the box.")
@click.option("--camera", help="Device that replaces that of every camera: file:clip.mp4, ...")
@click.option("--models", type=click.Path(path_type=Path, exists=True), help="Folder with the models.")
@click.option("--speed", type=float, help="How much faster than real time the box's clock runs.")
@click.option("--seed", type=int, help="Of the simulated store: another seed is another crowd.")
@click.option(
    "--hours",
    type=click.FloatRange(0, 744, min_open=True),
    help="Of the simulated store: it closes, and the trial ends, after so long.",
)
@click.option(
    "--fault",
    metavar="camera@60s",
    multiple=True,
    help="Of the simulated store: lose camera, wifi, ble, rfid, till or a sensor by its name for 30 s; repeatable.",
)
@click.option(
    "--dull",
    metavar="till@2h",
    multiple=True,
    help="Of the simulated store: from then on camera, wifi or till is alive and notices little; the audit finds it.",
)
@click.option("--state", type=click.Path(path_type=Path), default=trial_directory, help="The trial's directory.")
@click.option("--json", "as_json", is_flag=True, help='Print one line per message: {"topic": ..., "payload": ...}.')
def trial(
    config: Path,
    camera: str | None,
    models: Path | None,
    speed: float | None,
    seed: int | None,
    hours: float | None,
    fault: tuple[str, ...],
    dull: tuple[str, ...],
    state: Path,
    as_json: bool,
) -> None:
    """Run a box and a broker here; print what a subscriber sees.

    Ends with Ctrl-C, or with the clip. In the simulated store the truth and the error of every metric are printed
    beside each report.

    Exit status: that of the daemon; 69 when the embedded broker is not installed.
    """
    overrides = {"box.speed": speed, "models.directory": models and str(models)}
    sets = {key: json.dumps(value) for key, value in overrides.items() if value is not None}
    if camera:
        sets["cameras.*.device"] = json.dumps(camera)
    asked = {"seed": seed, "hours": hours}
    options = {name: str(value) for name, value in asked.items() if value is not None}
    told, known = simulated(config, sets, options, *([_fault(text) for text in texts] for texts in (fault, dull)))
    if known is not None and not as_json:
        click.echo(_opening(config, sets | told, known.store))
    raise SystemExit(asyncio.run(_try(config, sets | told, state, as_json, known)))


def _opening(config: Path, sets: dict[str, str], store: Store) -> str:
    """What is about to scroll by, for who sees it for the first time."""
    box = load(config, sets)
    wait = box.window.seconds / box.box.speed
    return (
        f"A simulated store from {int(store.hour)}:00 for {store.hours:g} h, seed {store.seed}, at {box.box.speed:g} "
        f"times real time: {sum(one.role is Role.CUSTOMER for one in store.people)} customers.\n"
        f"Its sensors are read by their real drivers; the truth stands beside each report, one every {wait:.0f} s. "
        "Ctrl-C ends it."
    )


KINDS = {"camera": "cameras", "wifi": "wifi", "ble": "ble", "rfid": "readers", "till": "tills"}
"""What a sensor is called when it is to fail, and its table in the configuration."""
DULL = ("cameras", "wifi", "tills")
SECONDS = {"h": 3600.0, "m": 60.0, "s": 1.0}


def simulated(
    path: Path,
    sets: dict[str, str],
    options: dict[str, str],
    faults: Sequence[tuple[str, float]] = (),
    dull: Sequence[tuple[str, float]] = (),
) -> tuple[dict[str, str], Rehearsal | None]:
    """Every simulated device with what was asked for, and the truth that they show, in epoch seconds."""
    try:
        config = load(path, sets)
    except ConfigError:
        return {}, None  # the daemon says what is wrong with it
    devices = {
        (kind, name): sensor.device
        for kind, table in KINDS.items()
        for name, sensor in getattr(config, table).items()
        if sensor.device.startswith("sim:")
    }
    if not devices:
        if options or faults or dull:
            raise click.UsageError("--seed, --hours, --fault and --dull are for the simulated store")
        return {}, None
    for sensor, there in (
        *((sensor, list(devices)) for sensor, _ in faults),
        *((sensor, [key for key in devices if KINDS[key[0]] in DULL]) for sensor, _ in dull),
    ):
        if not any(sensor in key for key in there):
            words = dict.fromkeys(word for key in there for word in key)
            raise click.UsageError(f"{sensor!r} is no simulated sensor that can do so; there are {', '.join(words)}")
    options = {"begins": str(int(time.time())), **options}
    first = dict(parse_qsl(next(iter(devices.values())).partition("?")[2])) | options
    hour, begins = float(first.get("hour", 10)), float(first["begins"])
    told = {} if config.box.timezone else {"box.timezone": json.dumps(zone(begins, hour))}
    for (kind, name), device in devices.items():
        more = dict(options)
        for option, asked in (("fault", faults), ("dull", dull)):
            times = [at for sensor, at in asked if sensor in (kind, name)]
            more |= {option: str(min(times))} if times else {}
        own = dict(parse_qsl(device.partition("?")[2])) | more
        told[f"{KINDS[kind]}.{name}.device"] = json.dumps(f"sim:?{urlencode(own)}")
    return told, truth.rehearsal(
        load(path, sets | told),
        Store(
            seed=int(first.get("seed", 1)),
            origin=begins,
            hour=hour,
            hours=float(first.get("hours", 12)),
        ),
    )


def zone(epoch: float, hour: float) -> str:
    """A time zone in which it is the story's hour now, so that the simulated day is a day of the shop's clock."""
    east = (int(hour) - int(epoch // 3600) + 11) % 24 - 11
    return f"Etc/GMT{-east:+d}"


def _fault(text: str) -> tuple[str, float]:
    sensor, _, moment = text.partition("@")
    number, unit = (moment[:-1], moment[-1:]) if moment[-1:] in SECONDS else (moment, "s")
    if not sensor or not number.isdigit():
        raise click.UsageError(f"{text!r} is no fault: write camera@60s, wifi@5m, ble@60s, rfid@60s or till@2h")
    return sensor, float(number) * SECONDS[unit]


async def _try(config: Path, sets: dict[str, str], state: Path, as_json: bool, known: Rehearsal | None) -> int:
    try:
        async with embedded_broker() as port:
            shutil.rmtree(state, ignore_errors=True)
            sets |= {
                "mqtt.broker": json.dumps(f"mqtt://127.0.0.1:{port}"),
                "mqtt.protocol": '"3.1.1"',
                "mqtt.start_spread": "0",
                "box.state": json.dumps(str(state / "state")),
                "box.run": json.dumps(str(state / "run")),
            }
            async with subscribed("127.0.0.1", port, "passerby/#") as messages:
                printer = asyncio.create_task(_print(messages, as_json, known, _shop_clock(sets)), name="print")
                code = await _daemon(config, sets, printer)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(printer, LINGER)
                return code
    except ImportError as error:
        click.echo(f"the trial's broker is not installed ({error.name}): pip install 'passerby[trial]'", err=True)
        return EX_UNAVAILABLE


def _shop_clock(sets: dict[str, str]) -> ZoneInfo | None:
    """The story's own hour, where it was given one."""
    return ZoneInfo(json.loads(sets["box.timezone"])) if "box.timezone" in sets else None


async def _daemon(config: Path, sets: dict[str, str], printer: asyncio.Task[None]) -> int:
    """Run the daemon as a child until it ends, the user has had enough, or nobody reads what is printed any more."""
    argv = [str(config), *(part for key, value in sets.items() for part in ("--set", f"{key}={value}"))]
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", *argv)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if child.returncode is None:
            child.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    printer.add_done_callback(lambda _: stop())
    return await child.wait()


async def _print(
    messages: AsyncIterator[Message], as_json: bool, known: Rehearsal | None, clock: ZoneInfo | None
) -> None:
    console = _Screen(soft_wrap=True)
    with contextlib.suppress(BrokenPipeError):
        async for message in messages:
            found = truth.beside(known, message.topic, message.payload) if known else []
            if as_json:
                _print_line(message.topic, message.payload)
                if found:
                    _print_line("truth", found)
            else:
                console.print(scrolled(message.topic, message.payload, clock))
                for line in truth.scrolled(found, message.payload):
                    console.print(line)
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class _Screen(Console):
    """A console whose reader may leave, as `head` does, without ending the program on the spot."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError


def _print_line(topic: str, payload: object) -> None:
    click.echo(json.dumps({"topic": topic, "payload": payload}, separators=(",", ":")))


@contextlib.asynccontextmanager
async def embedded_broker() -> AsyncIterator[int]:
    """A broker in this process on a free port of loopback: for trials only, it keeps nothing."""
    from amqtt.broker import Broker

    for name in ("amqtt", "transitions"):
        logging.getLogger(name).setLevel(logging.ERROR)
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
    broker = Broker(
        {
            "listeners": {"default": {"type": "tcp", "bind": f"127.0.0.1:{port}"}},
            "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
        }
    )
    await broker.start()
    try:
        yield port
    finally:
        await broker.shutdown()
