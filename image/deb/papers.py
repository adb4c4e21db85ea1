"""The manual page and the shell's completion, written from the commands themselves so that they cannot lag behind."""

import gzip

import click
from click.shell_completion import BashComplete

from cli.main import main
from daemon import __version__


def manual() -> bytes:
    """passerby(1), as gzipped roff."""
    lines = [f'.TH PASSERBY 1 "" "Passerby {__version__}" "User Commands"']
    lines += [".SH NAME", "passerby \\- see how a Passerby box is doing, and what it says"]
    lines += [".SH SYNOPSIS", "\\fBpasserby\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]..."]
    lines += [".SH COMMANDS"]
    lines += _commands("passerby", main, click.Context(main, info_name="passerby"))
    lines += [".SH FILES"]
    for file, text in FILES.items():
        lines += [".TP", f"\\fI{_roff(file)}\\fR", _roff(text)]
    return gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)


FILES = {
    "/etc/passerby/config.toml": "the configuration: passerby config explain",
    "/var/lib/passerby": "what survives a restart: outbox, ledger, the last status",
    "/etc/credstore/passerby.key, passerby.crt, passerby.ca": "the box's key and certificates, handed over by systemd",
}


def _commands(path: str, command: click.Command, context: click.Context) -> list[str]:
    if isinstance(command, click.Group):
        lines = []
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            lines += _commands(f"{path} {name}", below, click.Context(below, context, name))
        return lines
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [".SS", _roff(f"{path} {usage}"), _roff(command.help or "").replace("\n\n", "\n.PP\n")]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record:
            lines += [".TP", f"\\fB{_roff(record[0])}\\fR", _roff(record[1])]
    return lines


def _roff(text: str) -> str:
    escaped = text.replace("\b\n", "").replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines())


def completion() -> str:
    """What bash sources to complete the commands, their options and their files."""
    return BashComplete(main, {}, "passerby", "_PASSERBY_COMPLETE").source()
