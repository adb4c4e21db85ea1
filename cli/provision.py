"""`passerby provision`: on a technician's laptop: seeds and labels for one box or hundreds, and the record of them."""

import csv
import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.table import Column, Table

from config.load import ConfigError, parse
from provisioning import record
from provisioning.seed import Seed, SeedError, configuration, fresh, write

RECORD = "record.jsonl"
DATES = ("made", "provisioned")
COLUMNS = ("site", "label", "timezone", "code", "sensors")


@click.group()
def provision() -> None:
    """Make seeds and labels; read back what became of them."""


@provision.command()
@click.option("--csv", "table", type=click.Path(path_type=Path, exists=True), help="One row a box; site is required.")
@click.option("--site", help="The shop, for one box without a CSV file.")
@click.option("--label", default="", help="What else the label says, for one box.")
@click.option("--code", help="The code that the box shows, to bind the seed to it.")
@click.option("--broker", required=True, help="mqtts://host:8883")
@click.option("--enrol", help="EST server of the authority: https://host. Without it boxes leave certificate requests.")
@click.option(
    "--ca", type=click.Path(path_type=Path, exists=True), help="PEM of the authority of broker and enrolment."
)
@click.option("--sensors", type=click.Path(path_type=Path, exists=True), help="TOML of cameras, lines, radios, ...")
@click.option("--days", default=14, show_default=True, type=click.IntRange(1, 365), help="How long seeds are good for.")
@click.option("--out", type=click.Path(path_type=Path), default=Path("seeds"), show_default=True, help="Folder.")
@click.option("--labels/--no-labels", default=True, help="labels.pdf beside the seeds (needs passerby[provision]).")
def make(
    table: Path | None,
    site: str | None,
    label: str,
    code: str | None,
    broker: str,
    enrol: str | None,
    ca: Path | None,
    sensors: Path | None,
    days: int,
    out: Path,
    labels: bool,
) -> None:
    """Make a seed for each box, and labels.

    OUT gets BOX/box.toml for each, labels.pdf, and a line for each in record.jsonl. Columns of the CSV file: site,
    label, timezone, code, sensors (a file beside the CSV). Nothing is written unless every row is right.

    Exit status: 0 made, 2 usage, 65 a row is wrong.
    """
    if bool(table) is bool(site):
        raise click.UsageError("give either --csv FILE or --site NAME")
    common = {"enrol": enrol, "ca": ca.read_text(encoding="utf-8") if ca else None}
    text = sensors.read_text(encoding="utf-8") if sensors else ""
    rows = _rows(table) if table else [{"site": str(site), "label": label, "code": code or ""}]
    seeds, problems = [], []
    for number, row in enumerate(rows, 2):
        try:
            seeds.append((_one(row, text, table, broker, timedelta(days=days), common), row.get("label") or ""))
        except (SeedError, ConfigError) as error:
            problems.append(f"line {number}: {error}")
        except OSError as error:
            text = f"sensors = {row['sensors']!r}: {error.strerror}: name a file beside the CSV"
            problems.append(f"line {number}: {text}")
    if problems:
        click.echo("\n".join(problems), err=True)
        raise SystemExit(65)
    _write(out, seeds, labels)


def _rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        unknown = set(reader.fieldnames or ()) - set(COLUMNS)
        if unknown or "site" not in (reader.fieldnames or ()):
            raise click.UsageError(
                f"{table}: columns are {', '.join(COLUMNS)}; site is required, {sorted(unknown)} unknown"
            )
        return list(reader)


def _one(
    row: dict[str, str], text: str, table: Path | None, broker: str, life: timedelta, common: dict[str, str | None]
) -> Seed:
    if table and row.get("sensors"):
        text = (table.parent / row["sensors"]).read_text(encoding="utf-8")
    more = {**common, "timezone": row.get("timezone"), "code": row.get("code"), "sensors": text}
    seed = fresh(row["site"], broker, more, life)
    parse(configuration(seed, Path("/nonexistent")))
    return seed


def _write(out: Path, seeds: list[tuple[Seed, str]], labels: bool) -> None:
    for seed, _ in seeds:
        folder = out / seed.box
        folder.mkdir(parents=True)
        (folder / "box.toml").touch(mode=0o600)
        (folder / "box.toml").write_text(write(seed), encoding="utf-8")
    record.append(out / RECORD, [record.made(seed, label) for seed, label in seeds])
    pages = 0
    if labels:
        try:
            from provisioning.labels import sheet
        except ImportError:
            click.echo("no labels: pip install 'passerby[provision]', or --no-labels", err=True)
        else:
            pages = sheet(out / "labels.pdf", ((seed.box, seed.site, label) for seed, label in seeds))
    click.echo(f"{len(seeds)} seeds in {out}" + (f", {pages} pages of labels" if pages else ""))


@provision.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True))
@click.option("--record", "file", type=click.Path(path_type=Path, exists=True), required=True, help="record.jsonl")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def readback(folder: Path, file: Path, as_json: bool) -> None:
    """Add to the record what boxes have left in FOLDER.

    FOLDER is a card's or a stick's; the record is shown.

    Exit status: 0 every box of the record is provisioned, 1 some are not yet, 65 the record is none.
    """
    try:
        known = record.read(file)
    except ValueError as error:
        click.echo(str(error), err=True)
        raise SystemExit(65) from None
    new = [row for row in record.born(folder) if row["box"] in known and "provisioned" not in known[row["box"]]]
    record.append(file, new)
    boxes = record.read(file)
    if as_json:
        click.echo(json.dumps(list(boxes.values())))
    else:
        Console(highlight=False).print(_shown(list(boxes.values())))
    raise SystemExit(0 if all("provisioned" in row for row in boxes.values()) else 1)


def _shown(boxes: list[dict[str, Any]]) -> Table:
    """The record for people: days instead of moments, the head of a digest."""
    table = Table(Column("box", no_wrap=True), "site", "label", *DATES, "certificate", box=None, header_style="bold")
    for row in boxes:
        names = (str(row.get(name) or "-") for name in ("box", "site", "label"))
        dates = (str(row.get(name) or "-").partition("T")[0] for name in DATES)
        table.add_row(*names, *dates, str(row.get("certificate") or "-")[:12])
    return table
