"""`passerby schema check`: is this what a box may say?"""

import json
import sys
from dataclasses import asdict
from typing import BinaryIO

import click

from mqtt.judge import judge
from mqtt.topics import SAID, Topic


@click.group()
def schema() -> None:
    """Judge whether a captured message is what a box says."""


@schema.command()
@click.argument("file", type=click.File("rb"))
@click.option("--topic", type=click.Choice([topic.value for topic in SAID]), help="What a single payload is.")
@click.option("--json", "as_json", is_flag=True, help="Print the verdict as JSON.")
def check(file: BinaryIO, topic: str | None, as_json: bool) -> None:
    """Judge captured messages.

    FILE has JSON lines of {"topic", "payload"}, or one JSON or CBOR payload; - is standard input.

    Exit status: 0 every message is as it should be, 1 some are not (line, path and reason of each are printed), 2 FILE
    cannot be read.
    """
    verdict = judge(file.read(), Topic(topic) if topic else None)
    if as_json:
        print(json.dumps(asdict(verdict)))
    else:
        for violation in verdict.violations:
            print(f"line {violation.line}: {violation.path}: {violation.reason}")
        counts = ", ".join(f"{count} {name}" for name, count in sorted(verdict.messages.items())) or "nothing"
        print(f"{counts}: {len(verdict.violations)} violation{'' if len(verdict.violations) == 1 else 's'}")
    empty = not verdict.messages
    if empty:
        print("there is no message in it", file=sys.stderr)
    sys.exit(1 if verdict.violations or empty else 0)
