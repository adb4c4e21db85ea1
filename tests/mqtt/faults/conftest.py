"""The table of faults: every test says how often it tried and what became of the messages."""

from collections.abc import Callable

import pytest

from tests.mqtt.backend import Tally

Tell = Callable[..., None]
_ROWS = pytest.StashKey[list[str]]()


@pytest.fixture
def tell(request: pytest.FixtureRequest) -> Tell:
    """Add a line to the table that `make test-faults` prints."""
    rows = request.config.stash.setdefault(_ROWS, [])

    def add(fault: str, trials: int, tally: Tally, note: str = "") -> None:
        rows.append(
            f"{fault:40} {trials:6} {tally.sent:8} {tally.received:8} {tally.lost:6} {tally.duplicated:6}"
            f" {tally.out_of_order:6}  {note}"
        )

    return add


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print the table."""
    rows = config.stash.get(_ROWS, [])
    if rows:
        terminalreporter.section("faults")
        terminalreporter.write_line(
            f"{'fault':40} {'trials':>6} {'stored':>8} {'received':>8} {'lost':>6} {'again':>6} {'order':>6}"
        )
        for row in rows:
            terminalreporter.write_line(row)
