"""`passerby metrics`: the status as OpenMetrics, printed or written whole for a node exporter's textfile collector."""

import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import click

from cli.box import NotRunning, ask, run_option

BOX = (
    ("uptime_seconds", "gauge", "uptime", "Seconds since the daemon started."),
    ("cpu_seconds", "counter", "cpu", "CPU time of the daemon."),
    ("rss_bytes", "gauge", "rss", "Resident memory of the daemon."),
    ("disk_free_bytes", "gauge", "disk_free", "Room left where the state is."),
    ("disk_written_bytes", "counter", "written", "Bytes that the outbox has caused to be written."),
    ("soc_temperature_celsius", "gauge", "soc_temp", "Temperature of the processor."),
    ("throttled_bits", "gauge", "throttled", "The firmware's bits: 0 undervoltage, 1 capped, 2 throttled, 3 hot."),
    ("token_epoch", "gauge", "epoch", "Number of the epoch of the tokens' key."),
    ("queue_rows", "gauge", "outbox_rows", "Messages that wait for the broker."),
    ("queue_bytes", "gauge", "outbox_bytes", "Bytes that wait for the broker."),
    ("queue_oldest_age_seconds", "gauge", "outbox_age", "How long the oldest message has waited."),
    ("dead_letter_rows", "gauge", "dead", "Messages that no broker takes."),
    ("reconnects", "counter", "reconnects", "Connections to the broker after the first."),
    ("certificate_ends_timestamp_seconds", "gauge", "certificate_ends", "When the box's certificate expires."),
)
"""(metric, type, key of the health document, help)."""


@click.command()
@run_option
@click.option("--write", "file", type=click.Path(path_type=Path), help="Write FILE.prom whole instead of printing.")
def metrics(run: Path, file: Path | None) -> None:
    """Print the box's figures as OpenMetrics text.

    With the daemon dead it is only said that it is.

    Exit status: 0 it was printed or written, 1 the file cannot be written, 3 no daemon answers.
    """
    try:
        text, code = exposition(ask(run, {"ask": "status"})), 0
    except NotRunning:
        text, code = "# TYPE passerby_up gauge\npasserby_up 0\n# EOF\n", NotRunning.exit_code
    if file is None:
        click.echo(text, nl=False)
    else:
        try:
            write(file, text)
        except OSError as error:
            raise click.ClickException(f"--write {file}: {error.strerror}: name a folder that may be written") from None
    raise SystemExit(code)


def write(file: Path, text: str) -> None:
    """Replace `file` whole: a collector sees the old text or the new one. Raises OSError."""
    with tempfile.NamedTemporaryFile("w", dir=file.parent, prefix=f".{file.name}.", delete=False) as part:
        part.write(text)
        os.fchmod(part.fileno(), 0o644)
    Path(part.name).replace(file)


def exposition(document: dict[str, Any]) -> str:
    """The status document as OpenMetrics 1.0 text."""
    return "\n".join([*_lines(document), "# EOF", ""])


def _lines(document: dict[str, Any]) -> Iterator[str]:
    details = document["details"]
    yield from _one("up", "gauge", "Whether the daemon answers.", [({}, 1)])
    labels = {"site": details["site"], "box": details["box"], "version": details["version"]}
    yield from _one("box", "info", "Who the box is.", [(labels, 1)])
    yield from _one("mqtt_connected", "gauge", "Whether the broker is.", [({}, int(details["broker"]["connected"]))])
    acknowledged, in_flight = details["broker"]["acknowledged"], details["broker"]["in_flight"]
    yield from _one("published", "counter", "Messages the broker has acknowledged.", [({}, acknowledged)])
    yield from _one("in_flight", "gauge", "Messages on their way.", [({}, in_flight)])
    yield from _more(details)
    yield from _one(
        "clock_synced", "gauge", "Whether the clock is kept right.", [({}, int(document["clock"] == "synced"))]
    )
    for name, kind, key, text in BOX:
        if document.get(key) is not None:
            yield from _one(name, kind, text, [({}, document[key])])
    faults = [
        ({name: str(reason[name]) for name in ("code", "sensor", "name") if reason.get(name)}, 1)
        for reason in document.get("reasons", ())
    ]
    yield from _one("fault", "gauge", "One for everything that is wrong now.", faults)
    yield from _sensors(document.get("sensors", []), details["sensors"])


def _more(details: dict[str, Any]) -> Iterator[str]:
    """What only the box's own people see."""
    broker, outbox, lives = details["broker"], details["outbox"], details["lives"]
    single = (
        ("ack_seconds", "gauge", "The broker's last acknowledgement took so long.", broker["ack_seconds"]),
        ("queue_quota_bytes", "gauge", "Room that the queue may take.", outbox["quota"]),
        ("loop_lag_seconds", "gauge", "The latest that the loop was in the last minute.", details["loop_lag"]),
        ("clock_offset_seconds", "gauge", "By how much the clock is still corrected.", details["clock_offset"]),
        ("medium_life_used_ratio", "gauge", "Used life of the medium, where it says.", details["life_used"]),
        ("operational_seconds", "counter", "Seconds that the daemon has run in all its lives.", lives["seconds"]),
        ("crashfree_seconds", "gauge", "Seconds that it has run since its last crash.", lives["crashfree"]),
    )
    for name, kind, text, value in single:
        if value is not None:
            yield from _one(name, kind, text, [({}, value)])
    labelled = (
        ("queue_waiting_rows", "gauge", "Messages that wait, by dearness.", "class", outbox["waiting"]),
        ("queue_waiting_age_seconds", "gauge", "How long the oldest has waited, by dearness.", "class", outbox["ages"]),
        ("mqtt_troubles", "counter", "Times not connected or not heard, by reason.", "reason", broker["troubles"]),
        ("starts", "counter", "Starts of the daemon, by what ended the life before.", "reason", lives["starts"]),
    )
    for name, kind, text, label, values in labelled:
        yield from _one(name, kind, text, [({label: key}, value) for key, value in values.items()])
    given_up = [
        ({"class": keep, "reason": reason}, count)
        for keep, reasons in outbox["given_up"].items()
        for reason, count in reasons.items()
    ]
    yield from _one("dropped", "counter", "Messages given up, by dearness and reason.", given_up)
    yield from _perception(details["perception"])


def _perception(cameras: dict[str, Any]) -> Iterator[str]:
    if not cameras:
        return
    wiped = [({"name": name}, one["wiped"]) for name, one in cameras.items()]
    yield from _one("frames_wiped", "counter", "Pictures let go from memory after their turn at perception.", wiped)
    yield "# TYPE passerby_perception_seconds histogram"
    yield "# HELP passerby_perception_seconds Time that perception took for a picture."
    for name, one in cameras.items():
        label, below = f'name="{_escaped(name)}"', 0
        for bound, count in zip([*one["bounds"], "+Inf"], one["counts"], strict=True):
            below += count
            yield f'passerby_perception_seconds_bucket{{{label},le="{bound}"}} {below}'
        yield f"passerby_perception_seconds_sum{{{label}}} {one['seconds']:.3f}"
        yield f"passerby_perception_seconds_count{{{label}}} {below}"


def _sensors(sensors: list[dict[str, Any]], details: dict[str, Any]) -> Iterator[str]:
    who = {one["name"]: {"sensor": one["sensor"], "name": one["name"]} for one in sensors}
    up = [(who[one["name"]], int(one["state"] == "running")) for one in sensors]
    yield from _one("source_up", "gauge", "Whether the sensor senses.", up)
    ages = [(who[one["name"]], one["age"]) for one in sensors if one.get("age") is not None]
    yield from _one("source_last_progress_seconds", "gauge", "Since the sensor's last sign of life.", ages)
    rates = [(who[one["name"]], one["rate"]) for one in sensors if one.get("rate") is not None]
    yield from _one("source_rate", "gauge", "What the sensor gives a second: pictures, frames, adverts.", rates)
    counts = [
        ({**who[name], "what": what}, value)
        for name, more in details.items()
        for what, value in more.items()
        if name in who and isinstance(value, int) and what not in ("restarts", "since")
    ]
    yield from _one("source_items", "counter", "What the sensor has counted of its own work.", counts)
    restarts = [(who[name], more.get("restarts", 0)) for name, more in details.items() if name in who]
    yield from _one("source_restarts", "counter", "Retries of the sensor.", restarts)


def _one(name: str, kind: str, text: str, samples: list[tuple[dict[str, str], Any]]) -> Iterator[str]:
    if not samples:
        return
    yield f"# TYPE passerby_{name} {kind}"
    yield f"# HELP passerby_{name} {text}"
    suffix = {"counter": "_total", "info": "_info"}.get(kind, "")
    for labels, value in samples:
        shown = ",".join(f'{key}="{_escaped(word)}"' for key, word in labels.items())
        yield f"passerby_{name}{suffix}{'{' + shown + '}' if shown else ''} {value}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
