"""What a broker's answer means for us: a word, a remedy for a person, and what to do; refuses to guess."""

import ssl
from dataclasses import dataclass
from enum import Enum

NO_SUBSCRIBERS = 0x10
UNSUPPORTED_VERSION = 0x84


class Move(Enum):
    """What the publisher does about an answer."""

    RETRY = "retry"
    WAIT = "wait"
    GIVE_UP = "give_up"


@dataclass(frozen=True, slots=True)
class Advice:
    """`word` is for machines, `remedy` for a person; GIVE_UP is about one message, WAIT about all for a while."""

    word: str
    remedy: str
    move: Move = Move.RETRY


_ANSWERS: dict[int, Advice] = {
    0x80: Advice("unspecified", "the broker refuses without a reason: read its log", Move.GIVE_UP),
    0x81: Advice("malformed", "the broker cannot read our packet: report this with the broker's version", Move.GIVE_UP),
    0x82: Advice("protocol_error", "the broker objects to our packet: report this with its version", Move.GIVE_UP),
    0x83: Advice("broker_specific", "a rule of the broker refuses: read its log", Move.GIVE_UP),
    0x84: Advice("version", "the broker does not speak MQTT 5; 3.1.1 is tried", Move.RETRY),
    0x85: Advice("client_id", "the broker refuses the box's name as client id", Move.WAIT),
    0x86: Advice("credentials", "the broker does not accept the certificate's name or the password", Move.WAIT),
    0x87: Advice(
        "not_authorized", "the broker's access list does not allow passerby/1/SITE/BOX/# to this box", Move.WAIT
    ),
    0x88: Advice("unavailable", "the broker is not ready"),
    0x89: Advice("busy", "the broker is busy", Move.WAIT),
    0x8A: Advice("banned", "the broker has banned this box", Move.WAIT),
    0x8B: Advice("shutting_down", "the broker is shutting down"),
    0x8D: Advice("keep_alive", "the broker heard nothing from us in time: the network is slow or the box overloaded"),
    0x8E: Advice("taken_over", "another client connects with this box's name: two boxes have one identity", Move.WAIT),
    0x90: Advice("topic", "the broker refuses the topic's name", Move.GIVE_UP),
    0x93: Advice("receive_maximum", "the broker says that we have sent too much at once"),
    0x94: Advice("topic_alias", "the broker refuses a topic alias"),
    0x95: Advice("too_large", "the broker refuses the message's size", Move.GIVE_UP),
    0x96: Advice("rate", "the broker says that we send too fast", Move.WAIT),
    0x97: Advice("quota", "the broker's quota for this box is used up", Move.WAIT),
    0x99: Advice("payload", "the broker refuses the payload's format", Move.GIVE_UP),
    0x9A: Advice("retain", "the broker does not keep retained messages", Move.GIVE_UP),
    0x9B: Advice("qos", "the broker does not support this QoS", Move.GIVE_UP),
    0x9C: Advice("use_another", "the broker asks to use another server: set mqtt.broker", Move.WAIT),
    0x9D: Advice("moved", "the broker has moved: set mqtt.broker", Move.WAIT),
    0x9F: Advice("connection_rate", "the broker has too many new connections", Move.WAIT),
}

UNHEARD = Advice(
    "unheard", "no client of the broker subscribes to this box: unless a rule of the broker's takes it, it is gone"
)

_TLS = (
    ("certificate has expired", Advice("broker_certificate_expired", "renew the broker's certificate", Move.WAIT)),
    ("not yet valid", Advice("certificate_of_the_future", "the clock is wrong: the certificate begins later")),
    ("Hostname mismatch", Advice("hostname", "mqtt.broker is not a name in the broker's certificate", Move.WAIT)),
    ("IP address mismatch", Advice("hostname", "mqtt.broker is not an address in the broker's certificate", Move.WAIT)),
    ("unable to get local issuer", Advice("authority", "mqtt.ca has not signed the broker's certificate", Move.WAIT)),
    (
        "certificate signature failure",
        Advice("authority", "mqtt.ca is not who signed the broker's certificate", Move.WAIT),
    ),
    ("self-signed certificate", Advice("authority", "mqtt.ca has not signed the broker's certificate", Move.WAIT)),
    ("alert certificate expired", Advice("own_certificate_expired", "renew the box's own certificate", Move.WAIT)),
    ("alert unknown ca", Advice("own_certificate_unknown", "the broker does not know who signed ours", Move.WAIT)),
    ("alert certificate required", Advice("own_certificate_missing", "set mqtt.certificate and mqtt.key", Move.WAIT)),
    ("alert bad certificate", Advice("own_certificate_refused", "the broker refuses our certificate", Move.WAIT)),
    (
        "handshake failure",
        Advice("handshake", "broker and box share no cipher, or ours lacks a certificate", Move.WAIT),
    ),
    ("WRONG_VERSION_NUMBER", Advice("not_tls", "the broker does not speak TLS on this port", Move.WAIT)),
)


def of_code(code: int) -> Advice:
    """The advice for a reason code of MQTT 5 (CONNACK, PUBACK or DISCONNECT)."""
    return _ANSWERS.get(code, Advice(f"code_{code:#04x}", "the broker gives a reason that we do not know"))


def of_error(error: OSError) -> Advice:
    """The advice for a connection that could not be made."""
    if isinstance(error, ssl.SSLError):
        return of_text(str(error)) or Advice("tls", "the TLS handshake failed", Move.WAIT)
    if isinstance(error, FileNotFoundError | PermissionError):
        return Advice(
            "unreadable_file", "mqtt.ca, mqtt.certificate or mqtt.key cannot be read: check path and owner", Move.WAIT
        )
    if isinstance(error, TimeoutError):
        return Advice("timeout", "the broker does not answer: check the network and mqtt.broker")
    if isinstance(error, ConnectionResetError):
        return Advice("hung_up", "the broker hangs up at once: is it TLS that it speaks on this port?", Move.WAIT)
    if isinstance(error, ConnectionRefusedError):
        return Advice("refused", "nobody listens there: check mqtt.broker, or the broker is down")
    return Advice("unreachable", "the network does not reach the broker: check cable, Wi-Fi, names and mqtt.broker")


def of_text(text: str) -> Advice | None:
    """The advice for what the TLS library says, None when it says nothing that we know."""
    return next((advice for part, advice in _TLS if part.lower() in text.lower()), None)
