"""From what a radio heard to the observation of it: the payload becomes a carrier and perhaps a badge, and is gone."""

from collections.abc import Sequence

from drivers.ble.carrier import address_kind, carrier
from drivers.ble.payload import Payload
from drivers.ble.roster import Match, Roster
from observations import Advertisement


class Observer:
    """Of one radio: `name` is its configured name; adverts under `floor_dbm` are dropped unseen."""

    def __init__(self, name: str, badges: Sequence[Match] = (), floor_dbm: int = -100) -> None:
        self._name, self._roster, self._floor_dbm = name, Roster(badges), floor_dbm

    def observe(self, at: float, address: bytes, random: bool, rssi_dbm: int, payload: Payload) -> Advertisement | None:
        """One advert; `address` has its most significant byte first."""
        if rssi_dbm < self._floor_dbm:
            return None
        kind = address_kind(address, random=random)
        badge = self._roster.recognise(at, address, kind, payload)
        return Advertisement(at, self._name, address, kind, rssi_dbm, carrier(payload), badge)
