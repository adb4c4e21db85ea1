"""`--help` is a manual: a command says its exit statuses, an option what it is, a list whole sentences."""

from collections.abc import Iterator
from inspect import cleandoc

import click
import pytest

from cli.main import main


def pages(command: click.Command, context: click.Context) -> Iterator[tuple[click.Command, click.Context]]:
    yield command, context
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            below = command.get_command(context, name)
            assert below
            yield from pages(below, click.Context(below, context, name, terminal_width=80))


PAGES = {
    context.command_path: (command, context)
    for command, context in pages(main, click.Context(main, info_name="passerby", terminal_width=80))
}
GROUPS = sorted(path for path, (command, _) in PAGES.items() if isinstance(command, click.Group))
LEAVES = sorted(set(PAGES) - set(GROUPS))


def test_there_are_pages() -> None:
    assert len(PAGES) > 40
    assert "passerby box provision" in PAGES


@pytest.mark.parametrize("path", LEAVES)
def test_a_command_names_its_exit_statuses_and_explains_its_options(path: str) -> None:
    command, _ = PAGES[path]
    assert "\n\nExit status: " in cleandoc(command.help or "")
    options = [one for one in command.params if isinstance(one, click.Option)]
    assert [one.name for one in options if not one.help] == []


@pytest.mark.parametrize("path", GROUPS)
def test_a_list_of_commands_cuts_no_sentence(path: str) -> None:
    command, context = PAGES[path]
    _, _, listed = command.get_help(context).partition("Commands:")
    assert listed
    assert "..." not in listed
