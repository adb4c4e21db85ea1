"""The ledger says exactly what left, and stays within its bound."""

import json
from pathlib import Path

from privacy.ledger import BOUND, Ledger


def test_what_left_is_written_down_as_it_left(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.record(1_700_000_000.7, "passerby/1/a/b/report", b'{"in":1}')
    ledger.record(1_700_000_001.0, "passerby/1/a/b/live", b"\xa1\x00\x01")
    assert not (tmp_path / "ledger.jsonl").exists()
    ledger.flush()
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text().splitlines()]
    assert lines == ledger.last()
    assert lines[0] == {"at": 1_700_000_000, "topic": "passerby/1/a/b/report", "bytes": 8, "payload": '{"in":1}'}
    assert lines[1]["payload"] == "a10001"
    assert ledger.day == 21 + 8 + 19 + 3


def test_the_bytes_of_the_day_begin_anew_with_the_day(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    ledger.record(86400.0 * 10 - 1, "t", b"12345")
    ledger.record(86400.0 * 10, "t", b"1")
    assert ledger.day == 2


def test_it_never_takes_more_than_two_files_of_its_bound(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path)
    for number in range(60):
        ledger.record(float(number), "t", b"x" * 100_000)
        ledger.flush()
    files = list(tmp_path.iterdir())
    assert len(files) == 2
    assert sum(file.stat().st_size for file in files) <= 2 * BOUND
    assert '"at": 59' in (tmp_path / "ledger.jsonl").read_text()[-150_000:]
