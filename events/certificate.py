"""How well a line counted while somebody stood beside it and tapped."""

from dataclasses import dataclass

from events.base import Code, Event, Name


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Event):
    """An audit of one line from `start` (epoch seconds) for `seconds`; a person tapped `true_in` and `true_out`.

    `net_error` is (counted - true) / true, `absolute_error` the sum over minutes of |counted - true| over true;
    `precision` and `recall` are of single persons, paired in time; all null where nobody went. `bound` is the share of
    errors that is not exceeded with 95 % confidence (exact binomial), and `more` how many more persons without an error
    would prove `claim`; 0 when it is proved. `model` is the name and the digest of the person model, `key` the box's
    public key (SubjectPublicKeyInfo, base64) and `signature` its ECDSA signature (SHA-256, base64) over the document
    without `store`, `seq` and `signature`: JSON with sorted keys and without spaces.
    """

    site: Name
    box: Code
    line: Name
    camera: Name
    start: int
    seconds: int
    true_in: int
    true_out: int
    counted_in: int
    counted_out: int
    missed: int
    false: int
    net_error: float | None
    absolute_error: float | None
    precision: float | None
    recall: float | None
    bound: float
    claim: float
    more: int
    version: Code
    model: Code
    config: Code
    key: Code | None = None
    signature: Code | None = None
