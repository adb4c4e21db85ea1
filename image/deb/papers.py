"""The manual page and the shell's completion, written from the commands themselves so that they cannot lag behind."""

import gzip
from inspect import cleandoc

import click
from click.shell_completion import BashComplete

from cli.main import main
from daemon import __version__

OPTIONS = {
    "-h, --help": "with every command: what this page says of it",
    "--version": "without a command: the version",
}
ENVIRONMENT = {
    "PASSERBY_RUN": "the directory of the daemon's control socket, as --run",
    "PASSERBY_MODELS": "the folder of the models, as --models",
    "NO_COLOR": "when it is set, nothing is coloured",
}
FILES = {
    "/etc/passerby/config.toml": "the configuration: passerby config explain",
    "/var/lib/passerby": "what survives a restart: outbox, ledger, the last status",
    "/etc/credstore/passerby.key, passerby.crt, passerby.ca": "the box's key and certificates, handed over by systemd",
    "/usr/share/doc/passerby": "operator.md explains every word for a fault, technician.md how a box is set up",
}
STATUSES = "Each command names its own. Wrong usage is 2 with every command, whatever else that means there."


def manual() -> bytes:
    """passerby(1), as gzipped roff."""
    lines = [f'.TH PASSERBY 1 "" "Passerby {__version__}" "User Commands"']
    lines += [".SH NAME", "passerby \\- see how a Passerby box is doing, and what it says"]
    lines += [".SH SYNOPSIS", "\\fBpasserby\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]..."]
    lines += [".SH COMMANDS"]
    lines += _commands("passerby", main, click.Context(main, info_name="passerby"))
    lines += [".SH EXIT STATUS", _roff(STATUSES)]
    for section, entries in (("OPTIONS", OPTIONS), ("ENVIRONMENT", ENVIRONMENT), ("FILES", FILES)):
        lines.append(f".SH {section}")
        for name, text in entries.items():
            lines += [".TP", f"\\fI{_roff(name)}\\fR", _roff(text)]
    lines += [".SH SEE ALSO", "\\fBsystemctl\\fR(1), \\fBjournalctl\\fR(1)"]
    return gzip.compress("\n".join([*lines, ""]).encode(), mtime=0)


def _commands(path: str, command: click.Command, context: click.Context) -> list[str]:
    if isinstance(command, click.Group):
        lines = []
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below is not None
            lines += _commands(f"{path} {name}", below, click.Context(below, context, name))
        return lines
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [".SS", _roff(f"{path} {usage}"), *_paragraphs(cleandoc(command.help or ""))]
    for parameter in command.params:
        record = parameter.get_help_record(context)
        if record:
            lines += [".TP", f"\\fB{_roff(record[0])}\\fR", _roff(record[1])]
    return lines


def _paragraphs(text: str) -> list[str]:
    """Paragraphs of a help text; one that click is told not to wrap is an example."""
    lines: list[str] = []
    for paragraph in text.split("\n\n"):
        plain = _roff(paragraph.removeprefix("\b\n"))
        lines += [".PP"] if lines else []
        lines += [".nf", plain, ".fi"] if paragraph.startswith("\b") else [plain]
    return lines


def _roff(text: str) -> str:
    escaped = text.replace("\\", "\\e").replace("-", "\\-")
    return "\n".join(f"\\&{line}" if line.startswith((".", "'")) else line for line in escaped.splitlines())


def completion() -> str:
    """What bash sources to complete the commands, their options and their files."""
    return BashComplete(main, {}, "passerby", "_PASSERBY_COMPLETE").source()
