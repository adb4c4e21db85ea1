"""What the papers show is there: every `passerby` command with its options, every test that is named as a proof."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from cli.main import main

ROOT = Path(__file__).parent.parent
PAPERS = (
    "README.md",
    "docs/operator.md",
    "docs/technician.md",
    "docs/security.md",
    "docs/backend.md",
    "docs/privacy.md",
)
SHOWN = re.compile(r"^    (?:\$ )?(?:sudo )?(?:\.venv/bin/)?passerby ([a-z][^|#>\n]*)", re.M)
ANSWERED = re.compile(r"^    \$ (?:sudo )?passerby ([a-z][^|#>\n]*).*\n    (?!\$ ) *\S", re.M)
MEANT = re.compile(r"\s{2,}.*|\[.*|\bFILE\b.*")
"""What follows a command in a list of them: its explanation."""


def commands() -> Iterator[tuple[str, str]]:
    for paper in PAPERS:
        for match in SHOWN.finditer((ROOT / paper).read_text(encoding="utf-8")):
            yield paper, MEANT.sub("", match[1]).strip()


def walked(words: list[str]) -> tuple[click.Command, list[str]]:
    """The command that the first words name, and the rest of them."""
    command: click.Command = main
    context = click.Context(main)
    while isinstance(command, click.Group) and words and (below := command.get_command(context, words[0])):
        command, words = below, words[1:]
    return command, words


@pytest.mark.parametrize(("paper", "line"), sorted(set(commands())))
def test_a_shown_command_exists_with_its_options(paper: str, line: str) -> None:
    words = shlex.split(line)
    command, rest = walked(words)
    assert command is not main, f"{paper}: passerby {line}: there is no such command"
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = {word.partition("=")[0] for word in rest if re.match(r"^--?[a-z]", word)} - {"--help"}
    assert asked <= known, f"{paper}: passerby {line}: no option {', '.join(sorted(asked - known))}"


def everything(command: click.Command, name: str = "") -> Iterator[str]:
    """The names of all commands that do something."""
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for one in command.list_commands(context):
        below = command.get_command(context, one)
        assert below
        yield from everything(below, f"{name} {one}".strip())


def with_output() -> Iterator[str]:
    """The commands after which the operator's or the technician's paper shows what they print."""
    for paper in ("docs/operator.md", "docs/technician.md"):
        for match in ANSWERED.finditer((ROOT / paper).read_text(encoding="utf-8")):
            words = shlex.split(match[1])
            yield " ".join(words[: len(words) - len(walked(words)[1])])


def test_every_command_is_shown_with_its_output() -> None:
    there = set(everything(main))
    assert len(there) > 30
    assert there - set(with_output()) == set()


NAMED = re.compile(r"`(?:pytest )?(tests/[\w/.]+)(?:::(\w+))?")


def proofs() -> Iterator[tuple[str, str, str]]:
    for paper in (*PAPERS, "docs/accuracy.md", "docs/metrics.md"):
        for path, test in NAMED.findall((ROOT / paper).read_text(encoding="utf-8")):
            yield paper, path, test


@pytest.mark.parametrize(("paper", "path", "test"), sorted(set(proofs())))
def test_a_test_that_a_paper_names_exists(paper: str, path: str, test: str) -> None:
    place = ROOT / path
    assert place.exists(), f"{paper}: there is no {path}"
    assert not test or f"def {test}(" in place.read_text(encoding="utf-8"), f"{paper}: {path} has no {test}"


def test_every_provision_of_the_security_paper_has_a_proof_or_says_that_it_has_none() -> None:
    text = (ROOT / "docs/security.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| 5\.\d+ .*", text, re.M)
    assert len(rows) == 13
    assert [row for row in rows if "`tests/" not in row and "no test" not in row and "codec tests" not in row] == []


def test_there_is_something_to_check() -> None:
    assert len(set(commands())) > 25
