"""Whether silence is an empty shop or a dead radio, and what to do about the second. Pure: time is an argument.

Silence alone never resets an adapter: a reference must be missing, or the adapter must fail to answer.
"""

from enum import Enum, StrEnum

HEARING_S = 10.0
QUIET_S = 90.0
VOUCHED_S = 30.0
"""How soon silence is suspect where something that never moves has been heard all along."""
_STEADY_SPAN_S, _STEADY_HEARD = 300.0, 20
_MAX_FIXTURES = 64
_MAX_BACK_OFF_S = 3600.0


class Verdict(StrEnum):
    """What is known of the radio. QUIET is health: nothing to hear and nothing wrong."""

    HEARING = "hearing"
    QUIET = "quiet"
    SUSPECT = "suspect"
    DEAD = "dead"


class Watch:
    """Judges one open scan. `reference_s` is how often the shop's reference beacon must be heard, None without one.

    Besides the configured reference it learns fixtures: devices with a fixed address that were heard steadily.
    """

    def __init__(self, started: float, reference_s: float | None = None) -> None:
        self._last = started
        self._heard = False
        self._reference_s = reference_s
        self._reference = started
        self._fixtures: dict[int, _Fixture] = {}
        self._next_question = started
        self._back_off = QUIET_S
        self._vouched_since: float | None = None

    def hear(self, at: float, *, fixture: int | None = None, reference: bool = False) -> None:
        """An advert: `fixture` is a number for a fixed address, `reference` says that it is the reference beacon."""
        self._last, self._heard = at, True
        self._back_off, self._next_question, self._vouched_since = QUIET_S, at, None
        if reference:
            self._reference = at
        if fixture is not None:
            self._learn(at, fixture)

    def verdict(self, at: float) -> Verdict:
        """What the silence until `at` means."""
        silence = at - self._last
        if self._reference_s is not None and silence > self._reference_s and at - self._reference > self._reference_s:
            return Verdict.DEAD
        if self._heard and silence <= HEARING_S:
            return Verdict.HEARING
        if self._vouched_since is not None and at - self._vouched_since > VOUCHED_S:
            return Verdict.DEAD
        limit = max(VOUCHED_S, 3 * self._steady_gap()) if self._steady_gap() else QUIET_S
        return Verdict.SUSPECT if silence > limit and at >= self._next_question else Verdict.QUIET

    def answered(self, at: float) -> None:
        """The adapter answered when it was asked. Fixtures that stay silent after that make it dead all the same."""
        if self._steady_gap() and self._vouched_since is None:
            self._vouched_since = at
        self._next_question = at + self._back_off
        self._back_off = min(2 * self._back_off, _MAX_BACK_OFF_S)

    def _learn(self, at: float, number: int) -> None:
        known = self._fixtures.get(number)
        if known is None:
            if len(self._fixtures) >= _MAX_FIXTURES:
                del self._fixtures[min(self._fixtures, key=lambda one: self._fixtures[one].last)]
            self._fixtures[number] = _Fixture(at)
        else:
            known.hear(at)

    def _steady_gap(self) -> float:
        """The longest pause of the steadiest fixture, 0 when none is steady."""
        return min((one.longest for one in self._fixtures.values() if one.steady), default=0.0)


class _Fixture:
    __slots__ = ("first", "heard", "last", "longest")

    def __init__(self, at: float) -> None:
        self.first = self.last = at
        self.longest = 0.1
        self.heard = 1

    @property
    def steady(self) -> bool:
        return self.heard >= _STEADY_HEARD and self.last - self.first >= _STEADY_SPAN_S and self.longest <= VOUCHED_S

    def hear(self, at: float) -> None:
        self.longest = max(self.longest, at - self.last)
        self.last = at
        self.heard += 1


class Step(Enum):
    """What can be done to a radio, mildest first."""

    RESTART = "restart"
    POWER_CYCLE = "power_cycle"
    USB_RESET = "usb_reset"


class Ladder:
    """Which step is next, and not before when: each failure climbs, hearing anything begins anew."""

    def __init__(self, pause_s: float = 15.0) -> None:
        self._pause_s = pause_s
        self._failures = 0
        self._not_before = 0.0

    def step(self, at: float) -> Step | None:
        """The step to take now, None while backing off."""
        if self._failures and at < self._not_before:
            return None
        taken = Step.USB_RESET if self._failures % 2 == 0 else Step.POWER_CYCLE
        taken = taken if self._failures else Step.RESTART
        self._not_before = at + min(self._pause_s * 2 ** min(self._failures, 12), _MAX_BACK_OFF_S)
        self._failures += 1
        return taken

    def heard(self) -> None:
        """The radio works."""
        self._failures = 0
