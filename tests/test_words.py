"""Every word that a box says about a fault is explained to operators."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

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
