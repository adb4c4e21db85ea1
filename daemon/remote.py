"""The configuration that a backend asked for, over the file that a technician wrote; refuses what only he may change.

A version is tried: it is written down, the pipeline starts anew with it, and unless the box is well within `PATIENCE_S`
it is taken back. What is on the disk says at each moment which version to start with, so that a version that takes the
process (or the machine) down with it is taken back at the second start that it has spoilt.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from config import Config, ConfigError, load
from daemon.durable import read, write
from daemon.identity import digest
from events import Code, Desired, Outcome, Problem, Reported
from mqtt.broker import Broker
from mqtt.codec import CodecError
from mqtt.commands import desired as read_desired

log = logging.getLogger(__name__)

PATIENCE_S = 120.0
PROOF_S = 5.0
"""Seconds for which a box must be well with a new configuration before it is kept."""
STARTS = 2
LOCAL = (
    *("box.*", "privacy.*", "models.*", "mqtt.ca", "mqtt.certificate", "mqtt.key", "*.device", "*.gate_dbm"),
    *("goods.planogram", "wifi.*.model", "ble.*.irks"),
)
"""What only a person at the box may change: who it is, what it reads and writes, what may leave it."""


@dataclass(frozen=True, slots=True)
class Overlay:
    """Settings over the file: dotted keys to TOML values, None for a key that is taken away."""

    version: int
    settings: dict[str, str | None]


FILE_ALONE = Overlay(0, {})


class Remote:
    """What is in force, what is tried, and what became of the newest version. `sets` win over everything.

    `excused` is what did not work before the trial, and need not work in it.
    """

    def __init__(self, file: Path, sets: Mapping[str, str], config: Config) -> None:
        self.file, self._sets, self.config = file.absolute(), sets, config
        self._store = Path(config.box.state) / "desired.json"
        kept = read(self._store)
        self._applied = _overlay(kept.get("applied")) or FILE_ALONE
        self._trial = _overlay(kept.get("trial"))
        self._starts = int(kept.get("starts", 0))
        self._judged = int(kept["judged"]) if isinstance(kept.get("judged"), int) else None
        self._outcome = Outcome(kept.get("outcome", "applied"))
        self._errors = tuple(Problem(key=Code(key), problem=Code(text)) for key, text in kept.get("errors", []))
        self._begun = 0
        self.excused: frozenset[str] = frozenset()
        self._well_since: float | None = None
        self._began: float | None = None

    @property
    def starts_again(self) -> bool:
        """Whether this process has started a pipeline before."""
        return self._begun > 1

    @property
    def trying(self) -> bool:
        """Whether a version is on trial."""
        return self._trial is not None

    def begin(self) -> Config:
        """The configuration to start with. Raises ConfigError when the file itself is wrong, OSError."""
        if self._trial is not None and self._starts >= STARTS:
            self._give_up([Problem(key=Code("(box)"), problem=Code("the box did not survive it"))])
        if self._trial is not None:
            self._starts += 1
            self._save()
        self._begun += 1
        self._well_since = self._began = None
        try:
            self.config = self._load(self._trial or self._applied)
        except ConfigError as error:
            # The file has changed under it: what it says alone is always the last resort.
            self.config = self._load(FILE_ALONE)
            self._trial, self._applied, self._outcome = None, FILE_ALONE, Outcome.REFUSED
            self._errors = _problems(error)
            self._save()
        return self.config

    def rereads(self) -> bool:
        """Whether the file now says something else than what is in force. Raises ConfigError when it is wrong."""
        return self._load(self._trial or self._applied) != self.config

    def desire(self, payload: bytes) -> bool:
        """Judge what is desired; True when the pipeline must start anew. Raises OSError when it cannot be kept."""
        try:
            wanted = read_desired(payload)
        except CodecError as error:
            self._refuse(None, [Problem(key=Code("(document)"), problem=Code(text)) for text in error.problems[:5]])
            return False
        if wanted.version == self._judged:
            return False
        return self._judge(wanted)

    def _judge(self, wanted: Desired) -> bool:
        overlay = Overlay(wanted.version, {setting.key: setting.value for setting in wanted.settings})
        errors: list[Problem] = []
        if wanted.version < 1:
            errors.append(Problem(key=Code("version"), problem=Code("must be 1 or more")))
        try:
            config = self._load(overlay)
            Broker.of_url(config.mqtt.broker)
            errors += [Problem(key=Code(key), problem=Code(_WHY_LOCAL)) for key in self._local_changes(config)]
        except ConfigError as error:
            errors += _problems(error)
        except ValueError as error:
            errors.append(Problem(key=Code("mqtt.broker"), problem=Code(str(error))))
        if errors:
            self._refuse(wanted.version, errors)
            return False
        self._judged, self._errors = wanted.version, ()
        if config == self.config:
            self._trial, self._applied, self._outcome = None, overlay, Outcome.APPLIED
        else:
            self._trial, self._starts, self._outcome = overlay, 0, Outcome.TRYING
        self._save()
        log.info("configuration %d is %s", wanted.version, self._outcome)
        return self._trial is not None

    def watch(self, at: float, ill: Sequence[Problem], *, hopeless: bool = False) -> bool:
        """How the box is with the version on trial, at clock second `at`; True when it was taken back.

        `ill` is what is worse than before, empty while all is well; `hopeless` that no waiting will mend it.
        """
        if self._trial is None:
            return False
        self._began = at if self._began is None else self._began
        self._well_since = None if ill else at if self._well_since is None else self._well_since
        if self._well_since is not None and at - self._well_since >= PROOF_S:
            self._applied, self._trial, self._outcome, self._errors = self._trial, None, Outcome.APPLIED, ()
            self._save()
            log.info("configuration %d is in force", self._applied.version)
        elif hopeless or (ill and at - self._began >= PATIENCE_S):
            self._give_up(ill)
            self._save()
            return True
        return False

    def reported(self) -> Reported:
        """What is in force and what became of the newest version."""
        return Reported(
            applied=self._applied.version,
            config=Code(digest(self.config)),
            desired=self._judged,
            outcome=self._outcome,
            errors=self._errors,
        )

    def _give_up(self, why: Sequence[Problem]) -> None:
        assert self._trial is not None
        log.error(
            "configuration %d is taken back: %s", self._trial.version, "; ".join(f"{p.key} {p.problem}" for p in why)
        )
        self._trial, self._outcome, self._errors = None, Outcome.ROLLED_BACK, tuple(why)

    def _local_changes(self, config: Config) -> list[str]:
        """What only a person at the box may change, and would be changed or added."""
        before = dict(_leaves(self._load(FILE_ALONE).model_dump()))
        after = _leaves(config.model_dump())
        return [key for key, value in after if _is_local(key) and before.get(key, _ABSENT) != value]

    def _refuse(self, version: int | None, errors: Sequence[Problem]) -> None:
        log.warning("a desired configuration is refused: %s", ", ".join(problem.key for problem in errors))
        self._judged, self._outcome, self._errors = version, Outcome.REFUSED, tuple(errors)
        self._save()

    def _load(self, overlay: Overlay) -> Config:
        return load(self.file, {**overlay.settings, **self._sets})

    def _save(self) -> None:
        write(
            self._store,
            {
                "applied": asdict(self._applied),
                "trial": asdict(self._trial) if self._trial else None,
                "starts": self._starts,
                "judged": self._judged,
                "outcome": self._outcome,
                "errors": [(problem.key, problem.problem) for problem in self._errors],
            },
        )


_WHY_LOCAL = "is changed in the box's own file only"
_ABSENT = object()


def _is_local(key: str) -> bool:
    return any(fnmatch(key, pattern) for pattern in LOCAL)


def _leaves(table: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def _problems(error: ConfigError) -> tuple[Problem, ...]:
    """By key, without the values: one of them may be a secret."""
    return tuple(
        Problem(
            key=Code(one.key), problem=Code(one.allowed + (f"; did you mean {one.nearest!r}?" if one.nearest else ""))
        )
        for one in error.problems
    )


def _overlay(kept: Any) -> Overlay | None:
    if (
        not isinstance(kept, dict)
        or not isinstance(kept.get("version"), int)
        or not isinstance(kept.get("settings"), dict)
    ):
        return None
    return Overlay(kept["version"], kept["settings"])
