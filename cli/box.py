"""The box as a command sees it: its control socket while the daemon lives, its last snapshot when it does not."""

import json
import os
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

INSTALLED, STATE = Path("/run/passerby"), Path("/var/lib/passerby")
"""Where the installed daemon has its control socket, and what it keeps."""

WAIT = 5.0
"""Seconds that the daemon has for its first answer."""


class NotRunning(click.ClickException):
    """Nobody answers on the control socket."""

    exit_code = 3

    def __init__(self, run: Path) -> None:
        super().__init__(
            f"no Passerby daemon answers in {run}; start it (systemctl start passerby, or make run),"
            " or name its directory with --run"
        )


def trial() -> Path:
    """Where `make run` keeps its things: $XDG_STATE_HOME/passerby, or ~/.local/state/passerby."""
    return Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state") / "passerby"


def default_run() -> Path:
    """The installed daemon's directory when there is one, else the trial's."""
    return INSTALLED if INSTALLED.exists() or STATE.exists() else trial() / "run"


def _state(context: click.Context, _: click.Parameter, given: Path | None) -> Path:
    """What was named, else what belongs to the daemon that was: the installed one's, or the folder beside `run`."""
    run: Path = context.params["run"]
    return given or (STATE if run == INSTALLED else run.parent / "state")


run_option = click.option(
    "--run",
    type=click.Path(path_type=Path),
    envvar="PASSERBY_RUN",
    is_eager=True,
    default=default_run,
    help="Directory of the daemon's control socket.  [default: /run/passerby, else the trial's]",
)

state_option = click.option(
    "--state",
    type=click.Path(path_type=Path),
    callback=_state,
    help="Directory of the box's state.  [default: /var/lib/passerby, else the one beside --run]",
)


def ask(run: Path, question: dict[str, object]) -> dict[str, Any]:
    """One question, one answer. Raises NotRunning, or ClickException with the daemon's own error."""
    return next(watch(run, question))


def watch(run: Path, question: dict[str, object]) -> Iterator[dict[str, Any]]:
    """One question, every line that answers it until the daemon closes the connection."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as sock:
        sock.settimeout(WAIT)
        try:
            sock.connect(str(run / "control.sock"))
            sock.sendall(json.dumps(question).encode() + b"\n")
            lines = sock.makefile("r", encoding="utf-8")
            first = json.loads(lines.readline() or "{}")
        except (OSError, ValueError):
            raise NotRunning(run) from None
        if "error" in first:
            raise click.ClickException(str(first["error"]))
        if first:
            yield first
        sock.settimeout(None)
        yield from map(json.loads, lines)
