"""`passerby floor`: a page on the local network that shows the shop's figures of this moment, without pictures."""

import asyncio
import os
from contextlib import suppress
from pathlib import Path

import click

from cli.box import run_option
from commissioning.floor import Floor, own_names
from commissioning.link import Link
from commissioning.web import listening


@click.command()
@run_option
@click.option("--listen", "where", default="127.0.0.1:8480", show_default=True, help="ADDRESS:PORT; [::]:8480 is all.")
def floor(run: Path, where: str) -> None:
    """Serve the shop floor to browsers, without a picture.

    It is a schematic with occupancy, queues and the predicted wait. Off unless somebody starts it. No history,
    nothing to change, and only for addresses of a local network. To keep it on: systemctl enable --now
    passerby-floor.

    Exit status: 0 stopped, 1 the address cannot be used, 2 wrong usage.
    """
    host, colon, port = where.rpartition(":")
    if not colon or not port.isdigit() or int(port) > 65535:
        raise click.UsageError(f"--listen {where}: not ADDRESS:PORT; say for example 127.0.0.1:8480 or [::]:8480")
    with suppress(KeyboardInterrupt):
        asyncio.run(_serve(run, host.strip("[]"), int(port)))


async def _serve(run: Path, host: str, port: int) -> None:
    try:
        async with listening(Floor(Link(run), own_names()).answer, port, host) as server:
            for one in server.sockets:
                address, number = one.getsockname()[:2]
                click.echo(f"the shop floor is at http://{f'[{address}]' if ':' in address else address}:{number}/")
            await server.serve_forever()
    except OSError as error:
        raise click.ClickException(f"{host}:{port} cannot be listened on: {os.strerror(error.errno or 0)}") from None
