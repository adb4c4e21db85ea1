"""What a box signs, and how anybody checks it: ECDSA over a document whose `key` and `signature` are fields of it."""

import json
from base64 import b64decode, b64encode
from binascii import Error
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

UNSIGNED = frozenset({"store", "seq", "signature"})
"""The fields that are not signed: how a document travelled, and the signature itself."""


class SignatureError(Exception):
    """The document is not what was signed; what is wrong in its text."""


def sign(document: Mapping[str, Any], key: ec.EllipticCurvePrivateKey) -> dict[str, Any]:
    """The document with the public `key` and the `signature`."""
    signed = {**document, "key": public(key.public_key())}
    return {**signed, "signature": b64encode(key.sign(_content(signed), ec.ECDSA(hashes.SHA256()))).decode()}


def check(document: Mapping[str, Any]) -> ec.EllipticCurvePublicKey:
    """The key that signed the document; whose it is, is another question. Raises SignatureError."""
    try:
        key = serialization.load_der_public_key(b64decode(document["key"], validate=True))
        signature = b64decode(document["signature"], validate=True)
    except KeyError as missing:
        raise SignatureError(f"{missing.args[0]} = (missing): the document is not signed") from None
    except (Error, TypeError, ValueError, UnsupportedAlgorithm):
        raise SignatureError("key, signature: not the base64 of a public key and a signature") from None
    if not isinstance(key, ec.EllipticCurvePublicKey):
        raise SignatureError("key: of another kind than boxes have (P-256)")
    try:
        key.verify(signature, _content(document), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise SignatureError(
            "signature: the document was changed after it was signed, or another key signed it"
        ) from None
    return key


def public(key: ec.EllipticCurvePublicKey) -> str:
    """A public key as the base64 of its SubjectPublicKeyInfo."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return b64encode(key.public_bytes(serialization.Encoding.DER, form)).decode()


def _content(document: Mapping[str, Any]) -> bytes:
    signed = {name: value for name, value in document.items() if name not in UNSIGNED}
    return json.dumps(signed, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
