"""What a backend may ask a box to do: each once, in time, and answered; refuses everything else."""

import logging
from collections.abc import Callable
from pathlib import Path

from daemon.box import Box
from daemon.durable import read, write
from daemon.lamp import Lamp
from daemon.vitals import Stage
from events import Action, ActionKind, Check, ClockState, Code, Health, Reply, Result
from mqtt.commands import Admission

log = logging.getLogger(__name__)

LEAST_FREE = 64 << 20


class Actions:
    """The actions of one box; which of them were done survives a restart, so that none is done twice."""

    def __init__(self, box: Box, health: Callable[[], Health], lamp: Lamp) -> None:
        self._box, self._health, self._lamp = box, health, lamp
        self._store = Path(box.config.box.state) / "actions.json"
        kept = read(self._store)
        self._admission = Admission({str(number): int(at) for number, at in kept.items() if isinstance(at, int)})

    def answer(self, payload: bytes, *, retained: bool) -> Reply:
        """Do what is asked, after it is written down that it was asked, and say what became of it."""
        judged = self._admission.judge(payload, self._box.clock.trusted(), retained=retained)
        if isinstance(judged, Reply):
            log.warning("an action is refused: %s", judged.reason)
            return judged
        try:
            write(self._store, self._admission.seen)
        except OSError as error:
            log.warning("an action is refused: the disk does not take its number: %s", error.strerror)
            return Reply(id=judged.id, result=Result.REFUSED, reason=Code("disk"))
        log.info("action: %s", judged.action)
        return self._do(judged)

    def _do(self, action: Action) -> Reply:
        match action.action:
            case ActionKind.IDENTIFY:
                blinking = self._lamp.identify()
                reason = None if blinking else Code("no_light")
                return Reply(id=action.id, result=Result.DONE if blinking else Result.FAILED, reason=reason)
            case ActionKind.RESET_TOTALS:
                self._box.reporter.reset_totals()
                return Reply(id=action.id, result=Result.DONE)
            case ActionKind.PREFLIGHT:
                return Reply(id=action.id, result=Result.DONE, checks=self._checks())
            case ActionKind.DIAGNOSTICS:
                return Reply(id=action.id, result=Result.DONE, health=(self._health(),))

    def _checks(self) -> tuple[Check, ...]:
        health = self._health()
        sensors = tuple(
            _check(f"{vitals.sensor}.{vitals.name}", vitals.stage in (Stage.RUNNING, Stage.ENDED), vitals.code)
            for vitals in self._box.sensors
        )
        free = health.disk_free or 0
        codes = {cause.code for cause in health.reasons}
        return (
            *sensors,
            _check("clock", health.clock is ClockState.SYNCED, health.clock),
            _check(
                "disk", not codes & {"disk_full", "disk_refuses", "disk_stalled"} and free >= LEAST_FREE, "disk_full"
            ),
            _check("outbox", health.dropped == 0 and health.dead == 0, "dropped"),
        )


def _check(name: str, ok: bool, reason: str | None) -> Check:
    return Check(check=Code(name), ok=ok, reason=None if ok else Code(reason or "starting"))
