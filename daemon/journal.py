"""The daemon's log on its standard error; to the journal each line goes with its rank, so that --worst finds it."""

import logging
import os

FORM = "%(levelname)s %(name)s: %(message)s"
RANKS = {logging.CRITICAL: 2, logging.ERROR: 3, logging.WARNING: 4, logging.INFO: 6, logging.DEBUG: 7}
"""syslog(3), as sd-daemon(3) wants it at a line's beginning."""


def handler() -> logging.Handler:
    """Where log records go."""
    stderr = logging.StreamHandler()
    stderr.setFormatter(Ranked(FORM) if to_the_journal() else logging.Formatter(FORM))
    return stderr


def to_the_journal() -> bool:
    """Whether the journal reads standard error (systemd.exec(5), JOURNAL_STREAM)."""
    told = os.environ.get("JOURNAL_STREAM")
    file = os.fstat(2)
    return told == f"{file.st_dev}:{file.st_ino}"


class Ranked(logging.Formatter):
    """Every line of a record begins with its rank."""

    def format(self, record: logging.LogRecord) -> str:
        rank = RANKS.get(record.levelno, RANKS[logging.INFO])
        return "\n".join(f"<{rank}>{line}" for line in super().format(record).splitlines())
