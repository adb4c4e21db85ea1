"""Every word that a box says about a fault is explained to operators."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from drivers.led.codes import CODES, shown

ROOT = Path(__file__).parent.parent
SAYS = re.compile(r'(?:DriverUnavailable|DriverMisconfigured|ModelRefused)\(\s*"([a-z_]+)"|Code\("([a-z_]+)"\)')


def words() -> Iterator[tuple[str, str]]:
    for package in ("drivers", "inference", "daemon", "simulation", "mqtt"):
        for file in sorted((ROOT / package).rglob("*.py")):
            for match in SAYS.finditer(file.read_text(encoding="utf-8")):
                yield match[1] or match[2], str(file.relative_to(ROOT))


@pytest.mark.parametrize(("word", "file"), sorted(set(words())))
def test_a_word_for_a_fault_is_in_the_operators_table(word: str, file: str) -> None:
    table = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
    assert f"`{word}`" in table, f"{word}, said by {file}, is not in docs/operator.md"


def counted() -> Iterator[tuple[str, str]]:
    """Every word of the table with its counts; a row has one for all its words, or one for each."""
    for row in (ROOT / "docs" / "operator.md").read_text(encoding="utf-8").splitlines():
        if match := re.match(r"^\| (`[a-z_0-9`, ]+`) \| ([1-8]-[1-8](?:, [1-8]-[1-8])*) \|", row):
            names, counts = re.findall(r"[a-z_0-9]+", match[1]), match[2].split(", ")
            yield from zip(names, counts * len(names) if len(counts) == 1 else counts, strict=False)


def test_the_light_says_what_the_operators_table_says() -> None:
    assert dict(counted()) == {word: shown(word) for word in CODES}
