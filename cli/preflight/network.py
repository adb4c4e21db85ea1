"""The broker, by a connection of our own, and the box's certificate."""

import datetime
import socket
import ssl
import threading
from pathlib import Path

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion
from paho.mqtt.reasoncodes import ReasonCode

from cli.preflight.check import Finding, failed, passed, warned
from config import Config
from mqtt.broker import Broker

CREDENTIALS = Path("/etc/credstore")
WAIT_S = 15.0
SOON_DAYS = 14


def broker(config: Config) -> Finding:
    """Whether the broker takes us: name, TLS, MQTT. Nothing is published."""
    mqtt = config.mqtt
    files = [_file(file) if file else None for file in (mqtt.ca, mqtt.certificate, mqtt.key)]
    try:
        where = Broker.of_url(mqtt.broker, ca=files[0], certificate=files[1], key=files[2])
        context = where.context() if where.tls else None
    except (ValueError, OSError) as error:
        return failed("broker", str(error), "correct [mqtt]; passerby config explain")
    try:
        answer = _connack(where, context)
    except ssl.SSLCertVerificationError as error:
        return failed(
            "broker",
            f"its certificate: {error.verify_message}",
            "mqtt.ca must have signed it for this name; check the clock",
        )
    except TimeoutError:
        return failed("broker", f"{where.host}:{where.port} does not answer", "check network, firewall and mqtt.broker")
    except socket.gaierror:
        return failed("broker", f"the name {where.host} is unknown here", "check DNS and mqtt.broker")
    except OSError as error:
        return failed(
            "broker", f"{where.host}:{where.port}: {error.strerror or error}", "check network, firewall and mqtt.broker"
        )
    if answer == "Success":
        return passed("broker", f"{where.host}:{where.port} takes us" + (" over TLS" if where.tls else ""))
    return failed("broker", f"it refuses: {answer}", "register the box's certificate and its name at the broker")


def _file(name: str) -> Path:
    """The file, or the one that systemd hands to the daemon as this credential."""
    return CREDENTIALS / name.removeprefix("credential:") if name.startswith("credential:") else Path(name)


def _connack(where: Broker, context: ssl.SSLContext | None) -> str:
    """The words of the broker's answer to a connection. Raises OSError."""
    client = paho.Client(CallbackAPIVersion.VERSION2, protocol=paho.MQTTv5 if where.five else paho.MQTTv311)
    answered, words = threading.Event(), []

    def heard(_client: object, _data: object, _flags: object, reason: ReasonCode, _properties: object) -> None:
        words.append(str(reason))
        answered.set()

    client.on_connect = heard
    client.connect_timeout = WAIT_S
    if context:
        client.tls_set_context(context)
    client.connect(where.host, where.port)
    client.loop_start()
    try:
        if not answered.wait(WAIT_S):
            raise TimeoutError
    finally:
        client.disconnect()
        client.loop_stop()
    return words[0]


def certificate(config: Config, now: datetime.datetime | None = None) -> Finding:
    """How long the box's certificate lasts."""
    now = now or datetime.datetime.now(datetime.UTC)
    if not config.mqtt.certificate:
        return passed("certificate", "none: the broker is on the box, or asks for none")
    try:
        from cryptography import x509

        read = x509.load_pem_x509_certificate(_file(config.mqtt.certificate).read_bytes())
    except (OSError, ValueError) as error:
        return failed("certificate", f"{config.mqtt.certificate}: {error}", "provision the box again")
    days = (read.not_valid_after_utc - now).days
    seen = f"valid until {read.not_valid_after_utc:%Y-%m-%d}, {days} days"
    if now < read.not_valid_before_utc:
        return failed("certificate", "not valid yet", "set the clock")
    if days < 0:
        return failed("certificate", seen, "passerby box renew, or provision the box again")
    if days < SOON_DAYS:
        return warned("certificate", seen, "passerby box renew; see its journal for why it was not renewed")
    return passed("certificate", seen)
