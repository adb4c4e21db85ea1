"""The command: runs what it can in parallel, prints a table or JSON, and keeps a hash for the birth document."""

import hashlib
import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from cli.box import NotRunning, ask, run_option
from cli.preflight import machine, network, sensing
from cli.preflight.arithmetic import arithmetic
from cli.preflight.check import Finding, Verdict, failed, passed
from config import Config, ConfigError, load

STYLE = {Verdict.PASS: "green", Verdict.WARN: "yellow", Verdict.FAIL: "bold red"}
EX_CONFIG = 78
CONFIG = Path("/etc/passerby/config.toml")
RECORD = "preflight.json"


@click.command()
@run_option
@click.option("--config", type=click.Path(path_type=Path), default=CONFIG, show_default=True, help="The configuration.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
def preflight(run: Path, config: Path, as_json: bool) -> None:
    """Say whether the box would work, before you leave the shop.

    It looks at power, clock, arithmetic, storage, sensors, models, broker and certificate. Takes less than a
    minute. With the daemon running its devices are asked of it, else they are opened here. The result's hash is
    published in the birth document.

    Exit status: 0 all passed, 1 warnings, 2 something failed, 78 the configuration is wrong.
    """
    began = time.monotonic()
    try:
        read = load(config)
    except ConfigError as error:
        click.echo(f"{error}\nremedy: passerby config check {config}", err=True)
        raise SystemExit(EX_CONFIG) from None
    findings = found(read, run)
    document = record(findings, time.monotonic() - began)
    kept = _keep(Path(read.box.state), document)
    if as_json:
        click.echo(json.dumps(document))
    else:
        _show(findings, document, kept)
    raise SystemExit(code(findings))


def found(config: Config, run: Path) -> list[Finding]:
    """Every finding, in the order in which people read them; slow ones wait beside each other."""
    state = Path(config.box.state)
    try:
        status = ask(run, {"ask": "status"})
    except (NotRunning, click.ClickException):
        status = None
    looks: list[Callable[[], Finding | Iterable[Finding]]] = [
        machine.power,
        machine.temperature,
        machine.clock,
        arithmetic,
        lambda: list(machine.medium(state)),
        lambda: machine.room(state, config.outbox.quota),
        lambda: list(_sensors(config, status)),
        lambda: list(sensing.models(config)),
        lambda: _broker(config, status),
        lambda: network.certificate(config),
    ]
    with ThreadPoolExecutor(len(looks)) as threads:
        answers = [thread.result() for thread in [threads.submit(look) for look in looks]]
    return [one for answer in answers for one in ([answer] if isinstance(answer, Finding) else answer)]


def _sensors(config: Config, status: dict[str, Any] | None) -> Iterator[Finding]:
    if status is None:
        yield from sensing.own(config)
    else:
        yield from sensing.running(config, {one["name"]: one for one in status["sensors"]})


def _broker(config: Config, status: dict[str, Any] | None) -> Finding:
    """A running daemon's own connection proves more than another beside it."""
    if status is None:
        return network.broker(config)
    told = status["details"]["broker"]
    if told["connected"]:
        return passed("broker", f"the daemon is connected; {told['acknowledged']} messages acknowledged")
    return failed("broker", "the daemon is not connected", told["advice"] or "wait for its first attempt")


def record(findings: list[Finding], seconds: float) -> dict[str, Any]:
    """The result as a document; its hash is over what was found, not over when."""
    shown = [asdict(one) for one in findings]
    verdicts = json.dumps([[one.what, one.verdict] for one in findings]).encode()
    worst = max((list(Verdict).index(one.verdict) for one in findings), default=0)
    return {
        "verdict": list(Verdict)[worst],
        "at": int(time.time()),
        "seconds": round(seconds, 1),
        "hash": hashlib.sha256(verdicts).hexdigest()[:16],
        "findings": shown,
    }


def code(findings: list[Finding]) -> int:
    """0, 1 or 2: the worst verdict's place."""
    return max((list(Verdict).index(one.verdict) for one in findings), default=0)


def _keep(state: Path, document: dict[str, Any]) -> bool:
    """Keep the document where birth reads its hash; False where we may not."""
    try:
        part = state / f"{RECORD}.part"
        part.write_text(json.dumps(document), encoding="utf-8")
        part.chmod(0o644)
        part.replace(state / RECORD)
    except OSError:
        return False
    return True


def _show(findings: list[Finding], document: dict[str, Any], kept: bool) -> None:
    console = Console(highlight=False)
    table = Table("", "what", Column("seen", overflow="fold"), box=None, header_style="bold", pad_edge=False)
    for one in findings:
        table.add_row(f"[{STYLE[one.verdict]}]{one.verdict}[/]", one.what, escape(one.seen))
        if one.remedy:
            table.add_row("", "", f"you: {escape(one.remedy)}")
    console.print(table)
    counts = Counter(one.verdict for one in findings)
    told = ", ".join(f"{counts[verdict]} {verdict}" for verdict in Verdict)
    console.print(
        f"{told} in {document['seconds']} s; hash {document['hash']}" + ("" if kept else " (not kept: run as root)")
    )
