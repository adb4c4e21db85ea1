"""What a backend asks for, judged: an action is done once and in time or refused; it does nothing itself."""

from collections.abc import Mapping

from events import Action, Code, Desired, Event, Reply, Result
from mqtt.codec import CodecError, decode

MOST_SEEN = 256
LONGEST_ID = 64
FARTHEST_S = 86_400
"""An action cannot be kept in reserve for longer: its number must be remembered until then."""


def desired(payload: bytes) -> Desired:
    """The desired configuration of a payload. Raises CodecError."""
    event = _one(Desired, payload)
    assert isinstance(event, Desired)
    return event


class Admission:
    """Lets each action in once; `seen` holds the numbers of those let in, each until it has expired (epoch s)."""

    def __init__(self, seen: Mapping[str, int] | None = None) -> None:
        self.seen = dict(seen or {})

    def judge(self, payload: bytes, now: float | None, *, retained: bool = False) -> Action | Reply:
        """The action to be done, or the reply that refuses it; `now` is epoch seconds, None while nobody knows."""
        try:
            action = _one(Action, payload)
        except CodecError:
            return _refusal("", "malformed")
        assert isinstance(action, Action)
        if not 0 < len(action.id) <= LONGEST_ID or not action.id.isprintable():
            return _refusal("", "malformed")
        if now is not None:
            self.seen = {number: expires for number, expires in self.seen.items() if expires > now}
        reason = self._objection(action, now, retained)
        if reason:
            return _refusal(action.id, reason)
        self.seen[action.id] = action.expires
        return action

    def _objection(self, action: Action, now: float | None, retained: bool) -> str | None:
        if action.id in self.seen:
            return "replayed"
        if retained:
            return "retained"
        if now is None:
            return "clock_unset"
        if action.expires <= now:
            return "expired"
        if action.expires > now + FARTHEST_S:
            return "expires_too_late"
        return "busy" if len(self.seen) >= MOST_SEEN else None


def _refusal(number: str, reason: str) -> Reply:
    return Reply(id=Code(number), result=Result.REFUSED, reason=Code(reason))


def _one(event: type[Event], payload: bytes) -> Event:
    envelopes = decode(event, payload)
    if len(envelopes) != 1 or envelopes[0].store is not None:
        raise CodecError(["$: one document, without store and seq"])
    return envelopes[0].event
