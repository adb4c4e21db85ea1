"""`passerby events`: what is published, as it is published."""

import json
from pathlib import Path

import click
from rich.console import Console

from cli.box import run_option, watch
from cli.scroll import scrolled


@click.command()
@run_option
@click.option("--json", "as_json", is_flag=True, help='Print one line per message: {"topic": ..., "payload": ...}.')
def events(run: Path, as_json: bool) -> None:
    """Follow what the box publishes.

    Ends when interrupted, or when the daemon stops.

    Exit status: 0, or 3 when no daemon answers.
    """
    console = Console()
    try:
        for message in watch(run, {"ask": "events"}):
            if "topic" not in message:
                continue
            if as_json:
                click.echo(json.dumps(message))
            else:
                console.print(scrolled(message["topic"], message["payload"]))
    except KeyboardInterrupt:
        return
