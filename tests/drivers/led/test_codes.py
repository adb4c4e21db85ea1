"""What a person counts who looks at the light is the code of what is wrong."""

from collections.abc import Iterable

import pytest

from drivers.led.codes import CODES, OTHER, SHOWN, STEADY, Step, blinks, code, shown

LONG_S, END_S = 0.6, 1.5


def counted(steps: Iterable[Step]) -> list[tuple[int, ...]]:
    """As a person counts: a darkness of most of a second ends a count, a longer one the code."""
    codes: list[tuple[int, ...]] = []
    counts, blinked, dark = [], 0, 0.0
    for on, seconds in (*steps, Step(True, 0.0)):
        if not on:
            dark += seconds
            continue
        if dark >= LONG_S:
            counts.append(blinked)
            blinked = 0
        if dark >= END_S:
            codes.append(tuple(counts))
            counts = []
        dark = 0.0
        blinked += 1
    return codes


def test_nothing_wrong_is_a_steady_light() -> None:
    assert blinks([]) == STEADY


@pytest.mark.parametrize("word", sorted(CODES))
def test_every_word_can_be_counted(word: str) -> None:
    assert counted(blinks([word])) == [CODES[word]]
    assert sum(step.seconds for step in blinks([word])) < 12, "a round is soon over"


def test_several_come_one_after_the_other_each_once_and_few() -> None:
    assert counted(blinks(["gone", "gone", "too_hot"])) == [(2, 1), (1, 2)]
    assert counted(blinks(["down", "stuck"])) == [(5, 1)], "the same remedy"
    assert len(counted(blinks(CODES))) == SHOWN


def test_a_word_from_elsewhere_has_a_code_too() -> None:
    assert code("never heard of") == OTHER
    assert OTHER not in CODES.values()
    assert shown("gone") == "2-1"
