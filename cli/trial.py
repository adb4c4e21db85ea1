"""`passerby try`: a box on this machine with nothing to configure: broker, daemon, and what a subscriber sees."""

import asyncio
import contextlib
import json
import logging
import shutil
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qsl, urlencode

import click
from rich.console import Console

from cli import truth
from cli.box import trial as trial_directory
from cli.scroll import scrolled
from config import ConfigError
from config.load import load
from mqtt.subscriber import Message, subscribed
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
@click.option("--hours", type=float, help="Of the simulated store: it closes, and the trial ends, after so long.")
@click.option("--fault", metavar="camera@60s", help="Of the simulated store: lose a sensor after so many seconds.")
@click.option("--state", type=click.Path(path_type=Path), default=trial_directory, help="The trial's directory.")
@click.option("--json", "as_json", is_flag=True, help='Print one line per message: {"topic": ..., "payload": ...}.')
def trial(
    config: Path,
    camera: str | None,
    models: Path | None,
    speed: float | None,
    seed: int | None,
    hours: float | None,
    fault: str | None,
    state: Path,
    as_json: bool,
) -> None:
    """Run the whole daemon with a broker of its own and print what a subscriber sees, until Ctrl-C or a clip's end.

    In the simulated store the truth and the error of each line are printed beside each report.

    Exit status: that of the daemon; 69 when the embedded broker is not installed.
    """
    overrides = {"box.speed": speed, "models.directory": models and str(models)}
    sets = {key: json.dumps(value) for key, value in overrides.items() if value is not None}
    camera, store = _simulated(camera or _camera(config), seed, hours, fault)
    if camera:
        sets["cameras.*.device"] = json.dumps(camera)
    raise SystemExit(asyncio.run(_try(config, sets, state, as_json, store)))


def _camera(config: Path) -> str | None:
    """The simulated camera of a configuration, None where it has another; the daemon says what is wrong with it."""
    with contextlib.suppress(ConfigError):
        return next((one.device for one in load(config).cameras.values() if one.device.startswith("sim:")), None)
    return None


def _simulated(
    camera: str | None, seed: int | None, hours: float | None, fault: str | None
) -> tuple[str | None, Store | None]:
    """The device with what was asked for, and the store that it shows, in epoch seconds."""
    if camera is None or not camera.startswith("sim:"):
        if (seed, hours, fault) != (None, None, None):
            raise click.UsageError("--seed, --hours and --fault are for the simulated store")
        return camera, None
    options = dict(parse_qsl(camera.partition("?")[2]))
    asked = {"seed": seed, "hours": hours, "fault": _fault(fault), "begins": int(time.time())}
    options |= {name: str(value) for name, value in asked.items() if value is not None}
    store = Store(
        seed=int(options.get("seed", 1)),
        origin=float(options["begins"]),
        hour=float(options.get("hour", 10)),
        hours=float(options.get("hours", 12)),
    )
    return f"sim:?{urlencode(options)}", store


def _fault(text: str | None) -> float | None:
    if text is None:
        return None
    sensor, _, seconds = text.partition("@")
    if sensor != "camera" or not seconds.removesuffix("s").isdigit():
        raise click.UsageError(f"{text!r} is no fault: write camera@60s")
    return float(seconds.removesuffix("s"))


async def _try(config: Path, sets: dict[str, str], state: Path, as_json: bool, store: Store | None) -> int:
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
                printer = asyncio.create_task(_print(messages, as_json, store), name="print")
                code = await _daemon(config, sets)
                await asyncio.sleep(LINGER)
                printer.cancel()
                return code
    except ImportError as error:
        click.echo(f"the trial's broker is not installed ({error.name}): pip install 'passerby[trial]'", err=True)
        return EX_UNAVAILABLE


async def _daemon(config: Path, sets: dict[str, str]) -> int:
    """Run the daemon as a child until it ends or the user has had enough."""
    argv = [str(config), *(part for key, value in sets.items() for part in ("--set", f"{key}={value}"))]
    child = await asyncio.create_subprocess_exec(sys.executable, "-m", "daemon.main", *argv)
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if child.returncode is None:
            child.terminate()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
    return await child.wait()


async def _print(messages: AsyncIterator[Message], as_json: bool, store: Store | None) -> None:
    console = Console(soft_wrap=True)
    async for message in messages:
        found = truth.rows(store, message.payload) if store and message.topic.endswith("/report") else []
        if as_json:
            _print_line(message.topic, message.payload)
            if found:
                _print_line("truth", found)
        else:
            console.print(scrolled(message.topic, message.payload))
            for line in truth.scrolled(found):
                console.print(line)


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
