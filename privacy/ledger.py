"""Every byte that left, kept on the box within a bound, for the store's data protection officer to read."""

import json
from collections import deque
from pathlib import Path

BOUND = 1024 * 1024
"""Bytes of one ledger file; there are two, the older one is dropped whole."""


class Ledger:
    """An append-only record of what was published: time, topic, bytes and, where it is text, the payload itself.

    Entries are written in batches by `flush`, to spare the SD card; `day` are the bytes of the last entry's UTC day.
    """

    def __init__(self, directory: Path) -> None:
        self._file = directory / "ledger.jsonl"
        self._waiting: list[str] = []
        self._last: deque[dict[str, object]] = deque(maxlen=20)
        self._today = -1
        self.day = 0
        self.written = 0

    def record(self, epoch: float, topic: str, payload: bytes) -> None:
        """Note one published message."""
        today = int(epoch // 86400)
        if today != self._today:
            self._today, self.day = today, 0
        self.day += len(topic) + len(payload)
        try:
            shown = payload.decode("utf-8")
        except UnicodeDecodeError:
            shown = payload.hex()
        entry: dict[str, object] = {"at": int(epoch), "topic": topic, "bytes": len(payload), "payload": shown}
        self._last.append(entry)
        self._waiting.append(json.dumps(entry, ensure_ascii=False) + "\n")

    def note(self, epoch: float, what: str) -> None:
        """Note something that is not a message, such as the commissioning page having been opened."""
        entry: dict[str, object] = {"at": int(epoch), "note": what}
        self._last.append(entry)
        self._waiting.append(json.dumps(entry) + "\n")

    def last(self) -> list[dict[str, object]]:
        """The newest entries, oldest first, at most 20."""
        return list(self._last)

    def flush(self) -> None:
        """Write what is waiting, dropping the older half when the file is full. Raises OSError."""
        if not self._waiting:
            return
        text, self._waiting = "".join(self._waiting), []
        if self._file.exists() and self._file.stat().st_size + len(text) > BOUND:
            self._file.replace(self._file.with_suffix(".1.jsonl"))
        with self._file.open("a", encoding="utf-8") as file:
            file.write(text)
        self.written += len(text)
