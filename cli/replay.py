"""`passerby replay`: what a box said on another day, said again at another pace, for those who write backends."""

import asyncio
import json
import time
from collections.abc import Callable, Coroutine, Iterable
from pathlib import Path
from typing import Any, BinaryIO

import click
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from config import ConfigError
from config.load import load
from mqtt.broker import Broker
from mqtt.codec import document
from mqtt.connection import Refused
from mqtt.player import Player
from mqtt.recording import NoRecording, Recorded, moved, pauses, read

A_DAY_IN_A_MINUTE = 1440.0
SHOWN = 10
"""Violations that are printed."""

EX_DATAERR = 65
EX_UNAVAILABLE = 69
EX_CONFIG = 78


@click.command()
@click.argument("recording", type=click.File("rb"))
@click.option("--broker", metavar="URL", help="Publish there: mqtts://host:8883, or mqtt:// on this machine.")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Publish where this configuration's [mqtt] says, with its certificates.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0),
    default=A_DAY_IN_A_MINUTE,
    help="Times the recording's own pace; 0 does not wait at all.  [default: 1440, a day in a minute]",
)
@click.option("--now", is_flag=True, help="Move it by whole windows so that it ends now, and rename its stores.")
@click.option("--quiet", is_flag=True, help="No progress bar (there is none either where standard error is a file).")
def replay(recording: BinaryIO, broker: str | None, config: Path | None, speed: float, now: bool, quiet: bool) -> None:
    """Say again what a box said on another day.

    RECORDING has the JSON lines of `make run JSON=1`, gzipped or not; - is standard input. Without --broker and
    --config it goes to standard output as the same JSON lines, so that it can be piped. Every line is checked
    against the schema first. Played as it is, a recording has the (store, seq) it always had, so a backend that has
    it ignores it; with --now it is another one. Retained documents stay on the broker.

    Exit status: 0 said; 65 when RECORDING is none or breaks the schema; 69 when the broker cannot be reached or is
    lost; 78 when URL or configuration is wrong; 130 when interrupted.
    """
    if broker and config:
        raise click.UsageError("--broker and --config are two answers to one question: give one")
    where = _broker(broker, config)
    said = _read(recording)
    if now:
        said = moved(said, time.time())
    with _progress(quiet) as progress:
        task = progress.add_task("replay", total=len(said), what="")

        def shown(one: Recorded) -> None:
            moment = time.strftime("%H:%M", time.localtime(one.at))
            progress.update(task, advance=1, what=f"{moment} {one.topic.rpartition('/')[2]}")

        try:
            asyncio.run(_publish(where, said, speed, shown) if where else _print(said, speed, shown))
        except Refused as refusal:
            raise _failure(f"the broker: {refusal.advice.remedy}", EX_UNAVAILABLE) from None
        except KeyboardInterrupt:
            raise SystemExit(130) from None


def _read(file: BinaryIO) -> list[Recorded]:
    try:
        return read(file.read())
    except NoRecording as error:
        lines = [f"line {one.line}: {one.path}: {one.reason}" for one in error.violations[:SHOWN]]
        more = len(error.violations) - SHOWN
        raise _failure(
            "\n".join([f"{file.name} is no recording: {error}", *lines, *([f"and {more} more"] if more > 0 else [])]),
            EX_DATAERR,
        ) from None


def _broker(url: str | None, config: Path | None) -> Broker | None:
    try:
        if config:
            mqtt = load(config).mqtt
            ca, certificate, key = (Path(file) if file else None for file in (mqtt.ca, mqtt.certificate, mqtt.key))
            return Broker.of_url(mqtt.broker, ca=ca, certificate=certificate, key=key, five=mqtt.protocol == "5")
        return Broker.of_url(url) if url else None
    except ConfigError as error:
        raise _failure(str(error), EX_CONFIG) from None
    except ValueError as error:
        raise _failure(f"{'mqtt.broker' if config else '--broker'}: {error}", EX_CONFIG) from None


def _progress(quiet: bool) -> Progress:
    console = Console(stderr=True)
    columns = (TextColumn("{task.fields[what]}"), BarColumn(), TextColumn("{task.percentage:3.0f} %"))
    return Progress(*columns, TimeRemainingColumn(), console=console, disable=quiet or not console.is_terminal)


async def _publish(broker: Broker, said: list[Recorded], speed: float, shown: Callable[[Recorded], None]) -> None:
    player = Player(broker, said[0])
    await player.open()
    try:
        await _paced(said, speed, player.say, shown)
        await player.finish()
    finally:
        await player.close()


async def _print(said: list[Recorded], speed: float, shown: Callable[[Recorded], None]) -> None:
    async def say(one: Recorded) -> None:
        line = {"topic": one.topic, "payload": document(one.envelope)}
        click.echo(json.dumps(line, separators=(",", ":")))

    await _paced(said, speed, say, shown)


async def _paced(
    said: Iterable[Recorded],
    speed: float,
    say: Callable[[Recorded], Coroutine[Any, Any, None]],
    shown: Callable[[Recorded], None],
) -> None:
    """Say each when it is due, counted from the beginning, so that slow saying does not make the whole longer."""
    began, due = time.monotonic(), 0.0
    for wait, one in pauses(said, speed):
        due += wait
        late = time.monotonic() - began - due
        await asyncio.sleep(max(0.0, -late))
        await say(one)
        shown(one)


def _failure(text: str, status: int) -> SystemExit:
    click.echo(f"Error: {text}", err=True)
    return SystemExit(status)
