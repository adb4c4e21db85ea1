"""`passerby wipe`: the box forgets what it knows; for when it changes hands (EN 303 645, provision 11)."""

import os
import shutil
import subprocess
from pathlib import Path

import click

from cli.box import NotRunning, ask, run_option, state_option

CREDENTIALS = Path("/etc/credstore")
CONFIGURATION = Path("/etc/passerby")
UNIT = "passerby.service"


@click.command()
@run_option
@state_option
@click.option(
    "--credentials",
    type=click.Path(path_type=Path),
    default=CREDENTIALS,
    show_default=True,
    help="Of key and certificate.",
)
@click.option(
    "--configuration", type=click.Path(path_type=Path), default=CONFIGURATION, show_default=True, help="Of the box."
)
@click.option("--keep-configuration", is_flag=True, help="Forget counts, name and key, but stay what it is.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def wipe(run: Path, state: Path, credentials: Path, configuration: Path, keep_configuration: bool, yes: bool) -> None:
    """Forget everything, before the box changes hands.

    The daemon is stopped. What waits to be sent, the ledger, the box's name, key, certificate and configuration go.
    Files are overwritten once before they are deleted; what an SD card has copied elsewhere by itself is out of
    reach.

    Exit status: 0 wiped, 1 not wanted, a daemon that goes on, or something could not be deleted.
    """
    folders = (state, *(() if keep_configuration else (configuration,)))
    if not yes:
        click.confirm(f"delete {', '.join(map(str, folders))} and {credentials}/passerby.* for good?", abort=True)
    _stop()
    if _answers(run):
        raise click.ClickException(f"a daemon still answers in {run}: stop it first, or it writes all anew")
    doomed = [file for folder in folders for file in _below(folder)] + sorted(credentials.glob("passerby.*"))
    failed = [file for file in doomed if not _forgotten(file)]
    for folder in folders:
        for below in _folders(folder):
            shutil.rmtree(below, ignore_errors=True)
    for file in failed:
        click.echo(f"{file} could not be deleted: run as root", err=True)
    gone = len(doomed) - len(failed)
    click.echo(f"{gone} file{' is' if gone == 1 else 's are'} gone")
    raise SystemExit(1 if failed else 0)


def _below(folder: Path) -> list[Path]:
    return sorted(file for file in folder.rglob("*") if file.is_file() or file.is_symlink())


def _folders(folder: Path) -> list[Path]:
    return [below for below in folder.iterdir() if below.is_dir()] if folder.is_dir() else []


def _stop() -> None:
    systemctl = shutil.which("systemctl")
    if systemctl and Path("/run/systemd/system").is_dir():
        subprocess.run([systemctl, "stop", UNIT], check=False, capture_output=True)


def _answers(run: Path) -> bool:
    try:
        ask(run, {"ask": "status"})
    except NotRunning:
        return False
    return True


def _forgotten(file: Path) -> bool:
    try:
        if not file.is_symlink():
            with file.open("r+b") as old:
                old.write(b"\0" * file.stat().st_size)
                old.flush()
                os.fsync(old.fileno())
        file.unlink()
    except OSError:
        return False
    return True
