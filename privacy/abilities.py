"""What of a radio's information elements lasts: the rest changes with its mood, or tells one phone from another.

Source: IEEE 802.11-2020 9.4.2.55 (HT capabilities) and 9.4.2.26 (extended capabilities).
"""

HT_CAPABILITIES, EXTENDED_CAPABILITIES = 45, 127
FORTY_MHZ_INTOLERANT = 0x40
"""Bit 14 of the HT capability information: set and cleared by what the phone hears, not by what it is."""


INTERWORKING = 0x80
"""Bit 31 of the extended capabilities, the one of the fourth octet that is an ability and not a state."""


def lasting(abilities: bytes) -> bytes:
    """The coarse class of elements as they were sent: rates, HT without the intolerance bit, 17 extended bits.

    Of the extended capabilities the second and third octet are the same in every probe of a phone; the first and the
    later ones change with its state (awake, associated). What is torn is left out.
    """
    kept = b""
    here = 0
    while here + 2 <= len(abilities):
        kind, after = abilities[here], here + 2 + abilities[here + 1]
        body = abilities[here + 2 : after]
        if kind == HT_CAPABILITIES and len(body) > 1:
            body = body[:1] + bytes((body[1] & ~FORTY_MHZ_INTOLERANT & 0xFF,)) + body[2:]
        elif kind == EXTENDED_CAPABILITIES:
            body = body[1:3] + bytes(octet & INTERWORKING for octet in body[3:4])
        kept += bytes((kind, len(body))) + body
        here = after
    return kept
