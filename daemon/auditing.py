"""The audit of a line: a technician taps who goes over it, and the box signs how well it counted. All in RAM."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from analytics.accuracy import Accuracy, Passage, judge
from analytics.crossing import Crossing, Way
from analytics.line import LineCounter
from daemon import __version__
from daemon.box import Box
from daemon.identity import digest
from events import Certificate, Code, Event
from inference.models import model
from mqtt.broker import file_of
from mqtt.codec import Envelope, document
from observations import Tally, Value

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

CLAIM = 0.05
CLAIMS = 0.001, 0.5
"""The share of errors that is claimed not to be exceeded, and what can be claimed at all."""
MOST = 4096
"""Taps, and counts, of one audit."""
LONGEST_AGO_S = 60.0
"""How old a tap may be that was late on its way here."""


class Audit:
    """One line under audit, from clock second `start`."""

    def __init__(self, counter: LineCounter, start: float) -> None:
        self.counter, self.start = counter, start
        self.taps: list[Passage] = []
        self.counts: list[Passage] = []
        counter.heard.append(self._hear)

    def _hear(self, crossing: Crossing) -> None:
        if crossing.at >= self.start and len(self.counts) < MOST:
            self.counts.append(Passage(crossing.at, crossing.way))

    def end(self) -> None:
        """Hear no more of the line."""
        self.counter.heard.remove(self._hear)

    def judge(self) -> Accuracy:
        """How well the line counted so far."""
        return judge(self.taps, self.counts, self.start)


class Auditing:
    """What the control socket of the box `id` answers to `audit`; `say` publishes a certificate."""

    def __init__(self, box: Box, id: str, say: Callable[[Event], None]) -> None:
        self._box, self._id, self._say = box, id, say
        self._audit: Audit | None = None

    async def answer(self, question: dict[str, object]) -> dict[str, object]:
        """`do`: begin (`line`), tap (`way`, `ago` seconds), undo, look, certify (`claim`), end. Raises ValueError."""
        match question.get("do"):
            case "begin":
                self._begin(str(question.get("line")))
            case "tap":
                self._tap(str(question.get("way")), _number(question, "ago", 0.0, 0.0, LONGEST_AGO_S))
            case "undo":
                if self._running().taps:
                    self._running().taps.pop()
            case "look":
                pass
            case "certify":
                return self._certify(_number(question, "claim", CLAIM, *CLAIMS))
            case "end":
                self._end()
                return {"ended": True}
            case other:
                raise ValueError(f"do = {other!r}: an audit can begin, tap, undo, look, certify and end")
        return self._shown(_number(question, "claim", CLAIM, *CLAIMS))

    def _running(self) -> Audit:
        if self._audit is None:
            raise ValueError("no line is under audit: begin one")
        return self._audit

    def _begin(self, line: str) -> None:
        counter = self._box.reporter.line(line)
        if counter is None:
            known = ", ".join(self._box.config.lines) or "none"
            raise ValueError(f"line = {line!r}: not drawn in this box; there are: {known}")
        self._end()
        self._audit = Audit(counter, self._box.clock.now())

    def _end(self) -> None:
        if self._audit is not None:
            self._audit.end()
        self._audit = None

    def _tap(self, way: str, ago: float) -> None:
        audit = self._running()
        if way not in list(Way):
            raise ValueError(f"way = {way!r}: a person goes in or out")
        if len(audit.taps) >= MOST:
            raise ValueError(f"{MOST} taps are the most that one audit takes: certify it and begin another")
        audit.taps.append(Passage(self._box.clock.now() - ago * self._box.config.box.speed, Way(way)))

    def _shown(self, claim: float) -> dict[str, object]:
        """The audit so far, times in epoch seconds: what a technician looks at."""
        audit = self._running()
        found = audit.judge()
        return {
            "line": audit.counter.line.name,
            "start": self._epoch(audit.start),
            "now": self._epoch(self._box.clock.now()),
            "true": found.tapped,
            "told": found.counted,
            "missed": [{"at": self._epoch(one.at), "way": one.way} for one in found.missed],
            "false": [{"at": self._epoch(one.at), "way": one.way} for one in found.false],
            "lag": round(found.lag, 1),
            **_figures(found, claim),
        }

    def _certify(self, claim: float) -> dict[str, object]:
        """Sign what was found, publish it, and hand it out."""
        audit = self._running()
        if not audit.taps:
            raise ValueError("nobody was tapped: there is nothing to certify")
        event = self._box.gate.release(self._tally(audit, claim), **self._moment(audit))
        assert isinstance(event, Certificate)
        certificate = _signed(event, self._key())
        self._say(certificate)
        return document(Envelope(certificate))

    def _tally(self, audit: Audit, claim: float) -> Tally:
        found, line = audit.judge(), audit.counter.line.name
        camera = self._box.config.lines[line].camera
        with_model = model(self._box.config.cameras[camera].model)
        values: dict[str, Value] = {
            "site": self._box.config.box.site,
            "box": self._id,
            "line": line,
            "camera": camera,
            "true_in": found.tapped[Way.IN],
            "true_out": found.tapped[Way.OUT],
            "counted_in": found.counted[Way.IN],
            "counted_out": found.counted[Way.OUT],
            "missed": len(found.missed),
            "false": len(found.false),
            **_figures(found, claim),
            "version": __version__,
            "model": f"{with_model.name}@{with_model.sha256[:16]}",
            "config": digest(self._box.config),
        }
        return Tally("certificate", audit.start, self._box.clock.now(), values, support=found.true)

    def _moment(self, audit: Audit) -> dict[str, int]:
        return {
            "start": self._box.reporter.second(audit.start),
            "seconds": round(self._box.clock.now() - audit.start),
        }

    def _epoch(self, at: float) -> float:
        return round(self._box.clock.wall(at).epoch, 2)

    def _key(self) -> "EllipticCurvePrivateKey":
        """The key that the box shows its broker, where it is of the kind that boxes make; else one of its own.

        Raises ValueError with the remedy.
        """
        try:
            from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
            from cryptography.hazmat.primitives.serialization import load_pem_private_key

            from provisioning.identity import key_of
        except ImportError:
            raise ValueError(
                "a certificate is signed with the library cryptography: pip install '.[provision]'"
            ) from None
        named = self._box.config.mqtt.key
        if named is not None:
            key = load_pem_private_key(file_of(named).read_bytes(), None)
            if isinstance(key, EllipticCurvePrivateKey):
                return key
        return key_of(Path(self._box.config.box.state))


def _figures(found: Accuracy, claim: float) -> dict[str, Value]:
    shares = ("net_error", "absolute_error", "precision", "recall", "bound")
    return {**{name: getattr(found, name) for name in shares}, "claim": claim, "more": found.more(claim)}


def _signed(certificate: Certificate, key: "EllipticCurvePrivateKey") -> Certificate:
    from provisioning.signing import sign

    signed = sign(document(Envelope(certificate)), key)
    return replace(certificate, key=Code(signed["key"]), signature=Code(signed["signature"]))


def _number(question: dict[str, object], name: str, default: float, least: float, most: float) -> float:
    value = question.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name} = {value!r}: a number from {least:g} to {most:g}")
    return float(value)
