"""Every shape in which an identifier could leak, and where it is found; so that a test can look for canaries."""

import base64
import hashlib
from collections.abc import Iterable, Iterator, Mapping

HASHES = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "sha3_256")


def shapes(identifier: bytes) -> dict[str, bytes]:
    """The encodings of `identifier` (at least 6 bytes) that would betray it, by name."""
    text = ":".join(f"{byte:02x}" for byte in identifier)
    found = {
        "raw": identifier,
        "reversed": identifier[::-1],
        "hex": identifier.hex().encode(),
        "HEX": identifier.hex().upper().encode(),
        "colons": text.encode(),
        "COLONS": text.upper().encode(),
        "dashes": text.replace(":", "-").encode(),
        "decimal": str(int.from_bytes(identifier, "big")).encode(),
        "decimal little": str(int.from_bytes(identifier, "little")).encode(),
        "escaped": "".join(f"\\x{byte:02x}" for byte in identifier).encode(),
        "list": ", ".join(str(byte) for byte in identifier).encode(),
    }
    for shift in range(3):
        # What stands before shifts base64's alphabet: keep the part that no neighbour can change.
        coded = base64.b64encode(b"\0" * shift + identifier)
        whole = coded[2 * shift : -4] if shift else coded[:-4]
        if len(whole) >= 8:
            found[f"base64 +{shift}"] = whole
    for name in HASHES:
        for form, value in (("raw", identifier), ("colons", text.encode()), ("hex", identifier.hex().encode())):
            digest = hashlib.new(name, value).digest()[:8]
            found |= {f"{name} of {form}": digest, f"{name} of {form}, hex": digest.hex().encode()}
    return found


def sightings(canaries: Mapping[str, bytes], outputs: Iterable[tuple[str, bytes]]) -> Iterator[str]:
    """Where which canary was seen in which shape; nothing when nothing leaked."""
    wanted = [(name, shape, value) for name, canary in canaries.items() for shape, value in shapes(canary).items()]
    for place, content in outputs:
        for name, shape, value in wanted:
            if value in content:
                yield f"{name} as {shape} in {place}"
