"""What the control socket answers about the box: its status, what waits, what may leave and what has left."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path

from config import ConfigError
from daemon import __version__
from daemon.board import board
from daemon.box import Box
from daemon.clock import offset_s
from daemon.health import causes
from daemon.remote import Remote
from daemon.vitals import BOUNDS, Stage
from daemon.voice import Voice
from mqtt.codec import Envelope, document
from mqtt.outbox import Outbox
from privacy.gate import in_force


class Answers:
    """The answers of one box. `change` is called when the pipeline must start anew with what `remote` says then."""

    def __init__(self, box: Box, outbox: Outbox, voice: Voice, remote: Remote, change: Callable[[], None]) -> None:
        self._box, self._outbox, self._voice = box, outbox, voice
        self._remote, self._change = remote, change

    async def status(self, question: dict[str, object]) -> dict[str, object]:
        """The answer to `status`: the health document, and details that only the box's own people see."""
        return self.snapshot()

    def snapshot(self) -> dict[str, object]:
        """The status as it is kept on the disk for when the daemon is dead."""
        stats, store = self._voice.publisher.stats(), self._outbox.stats()
        return {
            **document(Envelope(self._voice.health())),
            "details": {
                "verdict": self._verdict(),
                "faults": self._voice.faults.lasted(self._box.clock.now()),
                "version": __version__,
                "site": self._box.config.box.site,
                "box": self._voice.id,
                "file": str(self._remote.file),
                "broker": {
                    "address": self._box.config.mqtt.broker,
                    "connected": stats.connected,
                    "protocol": stats.protocol,
                    "advice": stats.advice.remedy if stats.advice else None,
                    "in_flight": stats.in_flight,
                    "acknowledged": stats.acknowledged,
                    "ack_seconds": None if stats.ack_seconds is None else round(stats.ack_seconds, 3),
                    "troubles": dict(self._voice.troubles),
                },
                "outbox": {
                    "quota": store.quota,
                    "waiting": store.by_keep,
                    "ages": {keep: round(age, 1) for keep, age in store.ages.items()},
                    "given_up": store.given_up,
                },
                "lives": self._voice.lives.figures(),
                "loop_lag": self._voice.lag.worst(),
                "clock_offset": offset_s(),
                "life_used": board(None).life_used,
                "perception": {
                    vitals.name: {
                        "bounds": BOUNDS,
                        "counts": vitals.spent.counts,
                        "seconds": vitals.spent.seconds,
                        "wiped": vitals.wiped,
                    }
                    for vitals in self._box.sensors
                    if vitals.spent.seconds
                },
                "sensors": {
                    vitals.name: {
                        "device": vitals.device,
                        "text": vitals.text,
                        "since": round(self._box.clock.now() - vitals.since),
                        "restarts": vitals.restarts,
                        **vitals.counts,
                    }
                    for vitals in self._box.sensors
                },
            },
        }

    def save_snapshot(self) -> None:
        """Write the snapshot, whole or not at all. Raises OSError."""
        state = Path(self._box.config.box.state)
        part = state / "status.json.part"
        part.write_text(json.dumps(self.snapshot()), encoding="utf-8")
        part.replace(state / "status.json")

    async def queue(self, question: dict[str, object]) -> dict[str, object]:
        """The answer to `queue`: what waits, by dearness, and the dead letters without their contents."""
        store, publisher = self._outbox.stats(), self._voice.publisher.stats()
        shown = ("rows", "bytes", "quota", "by_keep", "oldest", "dropped", "dead", "quarantined", "stalled")
        return {
            **{name: getattr(store, name) for name in shown},
            "in_flight": publisher.in_flight,
            "advice": publisher.advice.remedy if publisher.advice else None,
            "letters": [
                {"topic": one.topic, "store": one.store, "seq": one.seq, "reason": one.reason, "at": one.at}
                | {"bytes": len(one.payload)}
                for one in await self._outbox.dead()
            ],
        }

    async def privacy(self, question: dict[str, object]) -> dict[str, object]:
        """The answer to `privacy`: the policy in force, the token epoch, and what left."""
        config = self._box.config.privacy
        return {
            "preset": config.preset,
            "epoch": self._box.tokeniser.epoch,
            "policy": in_force(config.floor),
            "refused": self._box.gate.refused,
            "withheld": self._box.gate.withheld,
            "bytes_today": self._voice.ledger.day,
            "last": self._voice.ledger.last(),
        }

    async def reread(self, question: dict[str, object]) -> dict[str, object]:
        """The answer to `reread`: start anew when the technician's file says something else than what is in force."""
        try:
            again = self._remote.rereads()
        except ConfigError as error:
            raise ValueError(str(error)) from None
        if again:
            asyncio.get_running_loop().call_soon(self._change)
        return {"again": again}

    def _verdict(self) -> str:
        """ok, degraded (something does not work), failed (no sensor works)."""
        dead = [vitals.stage in (Stage.UNAVAILABLE, Stage.MISCONFIGURED) for vitals in self._box.sensors]
        if dead and all(dead):
            return "failed"
        return "degraded" if causes(self._box, self._voice.offline_s(), self._outbox.stats()) else "ok"
