"""The `phones` of a report: how many devices a radio heard, and what persons that may be. Nobody is followed."""

from collections import deque
from collections.abc import Sequence

from analytics.radio.kappa import Kappa
from analytics.radio.kinds import Kind, Kinds
from analytics.radio.site import Estimate, Recalibration, SiteModel
from analytics.radio.slices import SLICE_SECONDS, SPANS, Slice, features
from observations import DeviceSighting, Tally, Value

DWELL_SECONDS = 60.0
MOST_PARTS = 12
"""Epochs that are kept apart in one window."""


class Phones:
    """One radio. Devices with fixed addresses are counted one by one, the others by their kind.

    `near_dbm` and `inside_dbm` are the loudest signals by which a device counts as near and as inside. Persons come
    from the site's `model` if there is one and its slices are full, otherwise from `kappa` once it was taught.
    """

    def __init__(
        self, name: str, *, near_dbm: int = -55, inside_dbm: int = -75, model: SiteModel | None = None
    ) -> None:
        if inside_dbm > near_dbm:
            raise ValueError("near is louder than inside: inside_dbm must not exceed near_dbm")
        self._name = name
        self._near_dbm, self._inside_dbm = near_dbm, inside_dbm
        self.model = model
        self.counted: float | None = None
        self.kappa = Kappa()
        self.recalibration = Recalibration()
        self._slices: deque[Slice] = deque(maxlen=max(SPANS))
        self._alarmed = False
        self._epoch: int | None = None
        self._parts = [(Kinds(), Kinds())]
        self._heard, self._since = 0, 0.0

    def feed(self, at: float, seen: DeviceSighting) -> None:
        """One probe request that passed the gate."""
        self._heard += 1
        if seen.epoch != self._epoch:
            self._renew(seen.epoch)
        fixed, random = self._parts[-1]
        kinds = random if seen.randomised else fixed
        kinds.feed(at, seen.token, seen.device_class if seen.randomised else seen.token, seen.rssi_dbm)
        self._slice(at).feed(seen)

    def tallies(self, start: float, end: float) -> list[Tally]:
        """The window so far. Where an epoch ended inside it, its fuller part speaks for the whole."""
        minutes = (end - start) / 60
        fixed, random = max(self._parts, key=lambda part: len(part[0].sure()) + len(part[1].sure()))
        kinds = [(kind, 1.0) for kind in fixed.sure()] + [(kind, kind.devices(minutes)) for kind in random.sure()]
        devices = round(sum(count for _, count in kinds))
        most = max(devices, len(fixed.sure()) + sum(kind.devices_most(minutes) for kind in random.sure()))
        flooded = random.flooded or fixed.flooded
        persons = None if flooded else self._persons(devices)
        values: dict[str, Value] = {
            "name": self._name,
            "devices": devices,
            "devices_low": len(fixed.sure()) + sum(kind.devices_fewest() for kind in random.sure()),
            "devices_high": most,
            **self._where(kinds, devices),
            "persons": persons.persons if persons else None,
            "persons_low": persons.low if persons else None,
            "persons_high": persons.high if persons else None,
        }
        if flooded:
            values = {key: value if key == "name" else None for key, value in values.items()}
        reason = "overloaded" if flooded else None if persons else "not_calibrated"
        values |= {"heard": self._heard, "reason": reason}
        return [Tally("phones", start, end, values, devices)]

    def restart(self, at: float) -> None:
        """Begin the next window. The slices stay: they are what the persons of the next 40 minutes are told from."""
        if self.counted is not None:
            self.teach(self._since, at, self.counted)
            self.counted = None
        self._begin(at)
        self._slice(at)

    def teach(self, start: float, end: float, persons: float) -> None:
        """What a camera or a door counter saw in the window that is about to be closed: mean persons."""
        [tally] = self.tallies(start, end)
        devices = tally.values["devices"]
        if isinstance(devices, int):
            self.kappa.teach(devices, persons)
        if self.model is not None and self._slices:
            self.recalibration.teach(self.model.estimate(features(list(self._slices))).persons, persons)

    def alarms(self, at: float) -> list[Tally]:
        """The alarm that the factor or the model no longer fits, when it begins and when it ends."""
        drifted = self.kappa.drifted or self.recalibration.drifted
        if drifted == self._alarmed:
            return []
        self._alarmed = drifted
        values: dict[str, Value] = {
            "kind": "miscalibrated",
            "active": drifted,
            "name": self._name,
            "sensor": "wifi",
            "code": "recalibrate",
            "value": self.recalibration.scale,
        }
        return [Tally("alert", at, at, values)]

    def _persons(self, devices: int) -> Estimate | None:
        if self.model is not None and self._slices:
            told = self.model.estimate(features(list(self._slices)))
            scale = self.recalibration.scale
            return Estimate(told.persons * scale, told.low * scale, told.high * scale)
        return self.kappa.persons(devices)

    def _where(self, kinds: Sequence[tuple[Kind, float]], devices: int) -> dict[str, Value]:
        """The devices by place and by stay. Kinds stay; who else is behind a kind was heard for a moment."""
        near, inside = (
            round(sum(kind.louder(dbm, count) for kind, count in kinds)) for dbm in (self._near_dbm, self._inside_dbm)
        )
        stayed = sum(kind.last - kind.first >= DWELL_SECONDS for kind, _ in kinds)
        return {
            "near": near,
            "inside": inside - near,
            "far": devices - inside,
            "passers": devices - stayed,
            "dwellers": stayed,
        }

    def _slice(self, at: float) -> Slice:
        """The slice of `at`; the ones in between are made empty, so that silence is counted as silence."""
        start = at - at % SLICE_SECONDS
        if not self._slices or start - self._slices[-1].start > SLICE_SECONDS * max(SPANS):
            self._slices.clear()
            self._slices.append(Slice(start))
        while self._slices[-1].start < start:
            self._slices.append(Slice(self._slices[-1].start + SLICE_SECONDS))
        return self._slices[-1]

    def _renew(self, epoch: int) -> None:
        """Tokens of another epoch are other devices: they are counted apart."""
        if self._epoch is not None and self._heard > 1:
            self._parts = [*self._parts[-MOST_PARTS + 1 :], (Kinds(), Kinds())]
        self._epoch = epoch

    def _begin(self, at: float) -> None:
        self._parts = [(Kinds(), Kinds())]
        self._heard, self._since = 0, at
