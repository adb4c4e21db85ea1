"""How many of the staff are on duty and where: by role and by place, never by person."""

from collections import Counter

from analytics.badges import Badges
from observations import BadgeSighting, Tally

STEP_S = 1.0


class Staff:
    """The `staff`, `roles` and `staff_zones` of a report, fed with badge sightings of all radios.

    Numbers are means over the window in steps of a second; `covered` is the share of the window with somebody there.
    """

    def __init__(self, badges: Badges) -> None:
        self.badges = badges
        self._at: float | None = None
        self._clear()

    def feed(self, at: float, seen: BadgeSighting) -> None:
        """One advert of one badge."""
        self._advance(at)
        self.badges.feed(at, seen)
        self._heard.setdefault(seen.role, set()).add(seen.token)

    def alarms(self, at: float) -> list[Tally]:
        """Keeps the count of seconds while nobody is heard; it raises nothing itself."""
        self._advance(at)
        return []

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window so far."""
        steps = self._steps
        total = sum(self._duty.values())
        heard = sum(len(badges) for badges in self._heard.values())
        found = [Tally("staff", start, end, {"on_duty": total / steps if steps else None}, heard)]
        for role in sorted(self._heard):
            mean = self._duty[role] / steps if steps else None
            found.append(Tally("roles", start, end, {"role": role, "on_duty": mean}, len(self._heard[role])))
        for zone in self.badges.zones:
            present = self._present[zone] / steps if steps else None
            covered = self._covered[zone] / steps if steps else None
            found.append(
                Tally("staff_zones", start, end, {"zone": zone, "present": present, "covered": covered}, heard)
            )
        return found

    def restart(self, at: float) -> None:
        """Begin the next window."""
        self._advance(at)
        self._clear()

    def _clear(self) -> None:
        self._steps = 0
        self._heard: dict[str, set[int]] = {}
        self._duty: Counter[str] = Counter()
        self._present: Counter[str] = Counter()
        self._covered: Counter[str] = Counter()

    def _advance(self, at: float) -> None:
        if self._at is None or at - self._at > 3600:
            self._at = at
        while self._at + STEP_S <= at:
            self._at += STEP_S
            self._step(self._at)

    def _step(self, at: float) -> None:
        self._steps += 1
        self.badges.expire(at)
        self._duty.update(self.badges.on_duty(at))
        for zone in self.badges.zones:
            present = self.badges.present(at, zone)
            self._present[zone] += present
            self._covered[zone] += present > 0
