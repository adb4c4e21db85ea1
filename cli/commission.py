"""`passerby commission`: the page on which one sees through a camera, draws lines, and audits how well they count."""

import asyncio
import os
import signal
import socket
import time
from pathlib import Path
from typing import Any

import click

from cli.box import ask, run_option
from config import ConfigError, load

FAREWELL_S = 0.2
"""Seconds in which the tab is told that the page has ended."""


@click.command()
@run_option
@click.option("--minutes", type=click.FloatRange(1, 120), default=30.0, show_default=True, help="How long it lasts.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="Port on loopback; any free one when absent.")
@click.option("--camera", help="The camera to begin with; the first when absent.")
def commission(run: Path, minutes: float, port: int, camera: str | None) -> None:
    """Open the page on which a camera is set up and audited.

    There one sees through a camera, draws lines, zones and private regions, and audits a line. The page is on
    loopback, for one browser, and ends by itself. Reach it from a laptop or phone with the printed ssh command. It
    is the only way to see a picture: each opening is written into the privacy ledger and told in health.

    Exit status: 0 the time is over or Ctrl-C, 1 the box has no camera, 2 usage, 3 no daemon answers.
    """
    details: dict[str, Any] = ask(run, {"ask": "status"})["details"]
    try:
        asyncio.run(_serve(run, Path(details["file"]), minutes, port, camera))
    except OSError as error:
        raise click.ClickException(f"{error.filename or f'port {port}'}: {os.strerror(error.errno or 0)}") from None
    except ConfigError as error:
        raise click.ClickException(str(error)) from None


async def _serve(run: Path, file: Path, minutes: float, port: int, camera: str | None) -> None:
    from commissioning.guard import Guard
    from commissioning.link import Link
    from commissioning.routes import Routes
    from commissioning.versions import Versions
    from commissioning.visit import Visit
    from commissioning.web import listening

    cameras = load(file).cameras
    if not cameras:
        raise click.ClickException(f"{file} has no camera: add a [cameras.NAME] table")
    if camera is not None and camera not in cameras:
        raise click.UsageError(f"--camera {camera}: there is {', '.join(cameras)}")
    link, guard = Link(run), Guard(time.monotonic)
    visit = Visit(link, camera or next(iter(cameras)), minutes, time.monotonic)
    async with listening(Routes(guard, visit, link, Versions(file.resolve())).answer, port) as server:
        _tell(server.sockets[0].getsockname()[1], guard.token, minutes)
        looking = asyncio.create_task(visit.run(), name="visit")
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, looking.cancel)
        await asyncio.wait([looking])
        await asyncio.sleep(FAREWELL_S)
    click.echo("The page has ended.")


def _tell(port: int, token: str, minutes: float) -> None:
    user = os.environ.get("SUDO_USER") or os.environ.get("USER") or "USER"
    click.echo(f"The page is open for {minutes:g} minutes. On a laptop or phone:\n")
    click.echo(f"  ssh -L {port}:127.0.0.1:{port} {user}@{socket.gethostname()}\n")
    click.echo("and there, or in a browser on this machine, within ten minutes and in one browser only:\n")
    click.echo(f"  http://127.0.0.1:{port}/#{token}\n")
    click.echo("Ctrl-C ends it.")
