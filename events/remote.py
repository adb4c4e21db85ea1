"""What a backend asks of a box and what the box answers: configuration by version, actions by number."""

from dataclasses import dataclass
from enum import StrEnum

from events.base import Code, Event
from events.health import Health


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Event):
    """One key of the configuration, dotted as in `lines.door.points`, and its value as TOML; null removes the key."""

    key: Code
    value: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Desired(Event):
    """Retained; the settings that are to replace those of the box's file. A `version` is judged once, whatever it says.

    No settings: the file alone.
    """

    version: int
    settings: tuple[Setting, ...] = ()


class Outcome(StrEnum):
    """What became of the newest desired configuration."""

    APPLIED = "applied"
    TRYING = "trying"
    REFUSED = "refused"
    ROLLED_BACK = "rolled_back"


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem(Event):
    """What is wrong with one key; of a configuration that was rolled back, what did not work (`camera.door`)."""

    key: Code
    problem: Code


@dataclass(frozen=True, slots=True, kw_only=True)
class Reported(Event):
    """Retained; `applied` is the version in force (0: the box's file alone), `config` the digest that birth has too.

    `desired` is the newest version that was judged, `outcome` what became of it; `errors` say why it is not in force.
    """

    applied: int
    config: Code
    desired: int | None = None
    outcome: Outcome = Outcome.APPLIED
    errors: tuple[Problem, ...] = ()


class ActionKind(StrEnum):
    """What a box can be asked to do."""

    IDENTIFY = "identify"
    RESET_TOTALS = "reset_totals"
    PREFLIGHT = "preflight"
    DIAGNOSTICS = "diagnostics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Action(Event):
    """Something to be done once, before `expires` (epoch s); `id` (1 to 64 characters) is never used again."""

    id: Code
    action: ActionKind
    expires: int


class Result(StrEnum):
    """What became of an action."""

    DONE = "done"
    FAILED = "failed"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Check(Event):
    """One check of the preflight; `reason` says why it is not `ok`."""

    check: Code
    ok: bool
    reason: Code | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply(Event):
    """The answer to one action, with the asker's correlation data. `id` is empty when the action could not be read."""

    id: Code
    result: Result
    reason: Code | None = None
    checks: tuple[Check, ...] = ()
    health: tuple[Health, ...] = ()
