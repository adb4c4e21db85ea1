"""`passerby queue`: what waits for the broker, how dear it is, and what no broker takes."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cli.box import ask, run_option
from cli.sensors import ago


@click.command()
@run_option
@click.option("--dead-letters", is_flag=True, help="List the messages that no broker takes instead.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def queue(run: Path, dead_letters: bool, as_json: bool) -> None:
    """Show what waits for the broker, and what was given up.

    By dearness, with age and room.

    Exit status: 0 nothing was given up, 1 something was, 3 no daemon answers.
    """
    answer = ask(run, {"ask": "queue"})
    if as_json:
        click.echo(json.dumps(answer))
    elif dead_letters:
        _dead(answer)
    else:
        _waiting(answer)
    raise SystemExit(1 if answer["dropped"] or answer["dead"] or answer["quarantined"] else 0)


def _waiting(answer: dict[str, object]) -> None:
    console = Console(highlight=False)
    room = f"{int(str(answer['bytes'])) / 2**20:.1f} of {int(str(answer['quota'])) / 2**20:.0f} MiB"
    oldest = "" if answer["oldest"] is None else f", the oldest for {ago(float(str(answer['oldest'])))}"
    console.print(f"waiting [bold]{answer['rows']}[/] in {room}{oldest}; {answer['in_flight']} in flight")
    by_keep = answer["by_keep"]
    assert isinstance(by_keep, dict)
    for keep, rows in by_keep.items():
        console.print(f"  {keep:8} {rows}")
    console.print(
        f"dropped {answer['dropped']}  dead letters {answer['dead']}  stores set aside {answer['quarantined']}"
    )
    if answer["advice"]:
        console.print(f"[yellow]{answer['advice']}[/]")


def _dead(answer: dict[str, object]) -> None:
    table = Table("topic", "store", "seq", "reason", "at", "bytes", box=None, header_style="bold")
    letters = answer["letters"]
    assert isinstance(letters, list)
    for letter in letters:
        table.add_row(*(str(letter[key]) for key in ("topic", "store", "seq", "reason", "at", "bytes")))
    Console().print(table)
