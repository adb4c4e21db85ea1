"""A drawing that cannot count says so, in a sentence."""

import pytest

from analytics.crossing import Reference, Side
from analytics.geometry import Point
from analytics.line import Line
from analytics.lint import lint_area, lint_line

GOOD = Line(name="door", points=((0.2, 0.5), (0.8, 0.5)))
LOW = ((0.0, 0.7), (1.0, 0.7), (1.0, 1.0), (0.0, 1.0))
HIGH = ((0.0, 0.0), (1.0, 0.0), (1.0, 0.3), (0.0, 0.3))


def line(*points: Point, reference: Reference = Reference.FOOT) -> Line:
    return Line(name="door", points=points, reference=reference)


@pytest.mark.parametrize(
    ("drawn", "fault"),
    [
        pytest.param(GOOD, None, id="across the middle"),
        pytest.param(line((0.0, 0.7), (1.0, 0.7), reference=Reference.CENTER), None, id="the whole width"),
        pytest.param(line((0.2, 1.2), (0.8, 1.2)), "outside the picture", id="below the picture"),
        pytest.param(line((0.2, 0.99), (0.8, 0.99)), "nobody can cross", id="along the lower edge"),
        pytest.param(line((0.01, 0.1), (0.01, 0.9)), "nobody can cross", id="along the left edge"),
        pytest.param(line((0.2, 0.05), (0.8, 0.05)), "nobody can cross", id="feet are never so high up"),
        pytest.param(line((0.2, 0.9), (0.8, 0.9), reference=Reference.HEAD), "nobody can cross", id="nor heads so low"),
        pytest.param(line((0.1, 0.95), (0.9, 1.0)), "too near the edge", id="slanting into the edge"),
        pytest.param(line((0.5, 0.5), (0.51, 0.5)), "shorter than a person", id="a dot"),
        pytest.param(Line(name="d", points=GOOD.points, start=HIGH, end=LOW), "start zone lies", id="start beyond"),
        pytest.param(Line(name="d", points=GOOD.points, start=LOW, end=HIGH), None, id="start before"),
        pytest.param(
            Line(name="d", points=GOOD.points, in_side=Side.RIGHT, start=LOW), "start zone", id="turned round"
        ),
    ],
)
def test_a_line_is_judged_before_it_counts(drawn: Line, fault: str | None) -> None:
    said = " ".join(lint_line(drawn))
    assert (said == "") if fault is None else (fault in said)


@pytest.mark.parametrize(
    ("corners", "fault"),
    [
        pytest.param(LOW, None, id="a strip"),
        pytest.param(((0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)), "cross each other", id="a bow tie"),
        pytest.param(((0.1, 0.1), (0.11, 0.1), (0.11, 0.11)), "a thousandth", id="a speck"),
        pytest.param(((0.1, 0.1), (1.9, 0.1), (0.5, 0.9)), "outside the picture", id="beyond the picture"),
    ],
)
def test_a_zone_is_judged_before_it_counts(corners: tuple[Point, ...], fault: str | None) -> None:
    said = " ".join(lint_area("shelf", corners))
    assert (said == "") if fault is None else (fault in said)
