"""`passerby privacy`: the policy in force, the token epoch, and exactly what left the box."""

import json
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from cli.box import ask, run_option


@click.command()
@run_option
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def privacy(run: Path, as_json: bool) -> None:
    """Show what may leave the box, and what has left.

    That is the policy, the token epoch, the last messages, and the bytes of the day.

    Exit status: 0, or 3 when no daemon answers.
    """
    answer = ask(run, {"ask": "privacy"})
    if as_json:
        click.echo(json.dumps(answer))
        return
    console = Console()
    console.print(
        f"preset [bold]{answer['preset']}[/]   token epoch [bold]{answer['epoch']}[/]   "
        f"published today [bold]{answer['bytes_today']}[/] bytes   "
        f"refused {answer['refused']}   withheld below the floor {answer['withheld']}"
    )
    table = Table("what may leave", "as", "floor", "fields under the floor", "noise", box=None, header_style="bold")
    for row in answer["policy"]:
        noise = ", ".join(f"{name} {scale}" for name, scale in row["noise"].items())
        table.add_row(row["kind"], row["event"], str(row["floor"] or "-"), ", ".join(row["floored"]), noise)
    console.print(table)
    console.print("\n[bold]the last messages that left, and when the door to a picture was open[/]")
    for entry in answer["last"]:
        if "note" in entry:
            console.print(f"{entry['at']}  {entry['note']}", highlight=False, markup=False)
            continue
        console.print(f"{entry['at']}  {entry['topic']}  {entry['bytes']} bytes", highlight=False)
        console.print(f"  {entry['payload']}", highlight=False, markup=False)
