"""`passerby logs`: the daemon's part of the journal. Identifiers are never logged, so nothing has to be hidden here."""

import os
import shutil

import click


@click.command()
@click.option("--follow", "-f", is_flag=True, help="Keep printing what is new.")
@click.option("--lines", "-n", default=200, show_default=True, help="How many of the last lines.")
@click.option("--since", help='As in journalctl: "1 hour ago", "2026-11-22 21:00".')
@click.option("--worst", is_flag=True, help="Warnings and errors only.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line, as journalctl writes them.")
def logs(follow: bool, lines: int, since: str | None, worst: bool, as_json: bool) -> None:
    """Show what the daemon and its provisioning said.

    Exit status: that of journalctl; 69 where there is none.
    """
    journalctl = shutil.which("journalctl")
    if journalctl is None:
        click.echo("there is no journal here: without systemd the daemon logs to its standard error", err=True)
        raise SystemExit(69)
    argv = [journalctl, "--unit", "passerby.service", "--unit", "passerby-provision.service", "--lines", str(lines)]
    argv += ["--follow"] if follow else ["--no-pager"]
    argv += ["--since", since] if since else []
    argv += ["--priority", "warning"] if worst else []
    argv += ["--output", "json"] if as_json else []
    os.execv(journalctl, argv)  # noqa: S606 - the command becomes journalctl, with its exit code
