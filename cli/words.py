"""What a fault's word means, and what a person could do about it: the one table is docs/operator.md itself.

`cli/operator.md` is a link to it, so that an installed box has it as well.
"""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

TABLE = Path(__file__).with_name("operator.md")
_ROW = re.compile(r"^\| (`[a-z_0-9`, ]+`) \| ([1-8, -]+) \| (.*) \| (.*) \| (.*) \|$")


@dataclass(frozen=True, slots=True)
class Word:
    """One row of the table: what is wrong, what the box does about it, what a person could do."""

    meaning: str
    box: str
    person: str


@cache
def words() -> dict[str, Word]:
    """Every word of the operators' table."""
    found: dict[str, Word] = {}
    for line in TABLE.read_text(encoding="utf-8").splitlines():
        row = _ROW.match(line)
        if row:
            word = Word(row[3], row[4], row[5].replace("`", ""))
            found |= dict.fromkeys(re.findall(r"[a-z_0-9]+", row[1]), word)
    return found
