"""`passerby config`: is this file right, and what could be in it."""

import json
from dataclasses import asdict
from pathlib import Path

import click

from config import ConfigError, load
from config.explain import explain as explained

EX_CONFIG = 78
"""sysexits.h: something is wrong with the configuration; the unit is not restarted on it."""


@click.group()
def config() -> None:
    """Check a configuration file, or explain every key."""


@config.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check(file: Path, as_json: bool) -> None:
    """Validate FILE as the daemon would.

    Every problem is told at once, each with its key, value and remedy.

    Exit status: 0 the file is good, 78 it is not.
    """
    try:
        load(file)
        problems = []
    except ConfigError as error:
        problems = error.problems
    if as_json:
        click.echo(json.dumps([asdict(problem) for problem in problems]))
    elif problems:
        for problem in problems:
            click.echo(str(problem), err=True)
        click.echo(f"{file}: {len(problems)} problem{'s' if len(problems) > 1 else ''}", err=True)
    else:
        click.echo(f"{file}: good")
    raise SystemExit(EX_CONFIG if problems else 0)


@config.command()
def explain() -> None:
    """Print every key with its default, unit and meaning.

    It is a TOML file to start from.

    Exit status: 0.
    """
    click.echo(explained(), nl=False)
