"""Who carries a radio, as coarsely as counting allows: phone, accessory, computer, beacon, fixture or unknown.

Only assigned numbers and message types are read; nothing that changes from one phone to the next is looked at.
"""

from drivers.ble.beacons import APPLE, EDDYSTONE, beacon
from drivers.ble.payload import Payload
from observations import AddressKind, Carrier

MICROSOFT = 0x0006
SAMSUNG = 0x0075
GOOGLE = 0x00E0

_ALTBEACON_CODE = b"\xbe\xac"

# Apple's message types as named by the furiousMAC project's dissector.
_APPLE_TYPES = {
    0x02: Carrier.BEACON,  # iBeacon
    0x05: Carrier.PHONE,  # AirDrop
    0x06: Carrier.FIXTURE,  # HomeKit
    0x07: Carrier.ACCESSORY,  # proximity pairing: earphones
    0x09: Carrier.FIXTURE,  # AirPlay target
    0x0B: Carrier.ACCESSORY,  # magic switch: watch
    0x0C: Carrier.PHONE,  # Handoff
    0x0D: Carrier.PHONE,  # tethering target
    0x0E: Carrier.PHONE,  # tethering source
    0x0F: Carrier.PHONE,  # nearby action
    0x10: Carrier.PHONE,  # nearby info
    0x12: Carrier.ACCESSORY,  # Find My: tag, or a device that is switched off
}
# One packet may carry several messages: whoever plays music or lies still is not the phone itself.
_APPLE_PRECEDENCE = (Carrier.BEACON, Carrier.FIXTURE, Carrier.PHONE, Carrier.ACCESSORY)
_APPLE_WORN = (0x07, 0x0B)

_SERVICES = {
    0xFCB2: Carrier.ACCESSORY,  # unwanted-tracking protection: a tag
    0xFCF1: Carrier.PHONE,  # Google
    0xFD5A: Carrier.ACCESSORY,  # Samsung tag
    0xFD6F: Carrier.PHONE,  # exposure notification
    0xFE2C: Carrier.ACCESSORY,  # Fast Pair: earphones
    0xFE95: Carrier.FIXTURE,  # Xiaomi home sensor
    0xFEEC: Carrier.ACCESSORY,  # Tile
    0xFEED: Carrier.ACCESSORY,  # Tile
    0xFEF3: Carrier.PHONE,  # Google Nearby
}

# Device types of the connected devices platform beacon ([MS-CDP] 2.2.2.2.3) that are phones.
_CDP_PHONES = (6, 8, 11)


def address_kind(address: bytes, *, random: bool) -> AddressKind:
    """The kind of an address (6 bytes, most significant first) by its two top bits."""
    if not random:
        return AddressKind.PUBLIC
    top = address[0] >> 6
    if top == 0b11:
        return AddressKind.STATIC
    return AddressKind.RESOLVABLE if top == 0b01 else AddressKind.NON_RESOLVABLE


def carrier(payload: Payload) -> Carrier:
    """The carrier that a payload speaks for; `UNKNOWN` where it says nothing that is listed here."""
    for company, value in payload.manufacturer:
        found = _of_company(company, value)
        if found is not Carrier.UNKNOWN:
            return found
    for service, value in payload.service_data:
        if service == EDDYSTONE:
            return Carrier.BEACON if beacon(payload) is not None else _eddystone(value)
        if service in _SERVICES:
            return _SERVICES[service]
    for service in payload.services:
        if service in _SERVICES:
            return _SERVICES[service]
    return Carrier.UNKNOWN


def _of_company(company: int, value: bytes) -> Carrier:
    if company == APPLE:
        return _apple(value)
    if len(value) == 24 and value[:2] == _ALTBEACON_CODE:
        return Carrier.BEACON
    if company == MICROSOFT:
        phone = len(value) >= 2 and value[0] == 1 and value[1] & 0x1F in _CDP_PHONES
        return Carrier.PHONE if phone else Carrier.COMPUTER
    return Carrier.PHONE if company in (SAMSUNG, GOOGLE) else Carrier.UNKNOWN


def _apple(value: bytes) -> Carrier:
    types: list[int] = []
    at = 0
    while at + 2 <= len(value):
        types.append(value[at])
        at += 2 + value[at + 1]
    if any(kind in _APPLE_WORN for kind in types):
        return Carrier.ACCESSORY
    said = {_APPLE_TYPES[kind] for kind in types if kind in _APPLE_TYPES}
    return next((one for one in _APPLE_PRECEDENCE if one in said), Carrier.UNKNOWN)


def _eddystone(value: bytes) -> Carrier:
    # 0x40 and 0x41 are the frames of the find-my-device network, which are tags and earphones.
    return Carrier.ACCESSORY if value[:1] in (b"\x40", b"\x41") else Carrier.BEACON
