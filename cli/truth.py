"""What really happened in the simulated store, beside what the box reports of it; only a trial knows it."""

from collections.abc import Iterator
from typing import Any

from rich.text import Text

from simulation.store import Store
from simulation.truth import footfall

Row = dict[str, Any]


def rows(store: Store, report: dict[str, Any]) -> list[Row]:
    """Each line of a report with its true passages and the error (told less true), in the window's told part.

    `store.origin` must be in epoch seconds.
    """
    start = max(float(report["start"]), store.origin)
    end = min(float(report["start"] + report["seconds"]), store.origin + store.hours * 3600)
    truth = {one.line: one for one in footfall(store, start, end)}
    return [
        {
            "line": told["line"],
            "in": truth[told["line"]].inwards,
            "out": truth[told["line"]].outwards,
            "in_error": told["in"] - truth[told["line"]].inwards,
            "out_error": told["out"] - truth[told["line"]].outwards,
        }
        for told in report.get("lines", ())
        if told["line"] in truth
    ]


def scrolled(found: list[Row]) -> Iterator[Text]:
    """The rows as coloured lines: green where the box told the truth."""
    for row in found:
        text = Text(f"  {'truth':8} {row['line']}", style="dim")
        for way in ("in", "out"):
            error = row[f"{way}_error"]
            text.append(f" {way} {row[way]}")
            text.append(f" ({error:+d})" if error else " (exact)", style="yellow" if error else "green")
        yield text
