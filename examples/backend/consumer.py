"""A backend in one file: reads reports with a shared subscription, and keeps each window once in a database.

What a box says of where it is (`birth`) goes to every member, because it is retained, and is kept by site.

    python examples/backend/consumer.py --broker localhost:1883 --database sqlite:///passerby.db

Start it as often as there is load: the members of a `$share` group divide the messages, and the key (store, seq) makes
a message that comes twice, to whichever of them, one row. What does not validate is counted and never stored.
"""

import argparse
import json
import signal
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import paho.mqtt.client as paho
from jsonschema import Draft202012Validator
from paho.mqtt.enums import CallbackAPIVersion, MQTTProtocolVersion
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from sqlalchemy import BigInteger, Column, Engine, Integer, MetaData, String, Table, Text, create_engine, event
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError

SCHEMAS = Path(__file__).resolve().parents[2] / "schema"
SESSION_S = 86_400
"""For so long the broker keeps what was handed to a member that died, until it is back under its name."""
METADATA = MetaData()
WINDOWS = Table(
    "windows",
    METADATA,
    Column("store", String(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("site", String(64), nullable=False),
    Column("box", String(64), nullable=False),
    Column("start", BigInteger, nullable=False, index=True),
    Column("seconds", Integer, nullable=False),
    Column("clock", String(16), nullable=False),
    Column("document", Text, nullable=False),
)
DROPS = Table(
    "drops",
    METADATA,
    Column("store", String(32), primary_key=True),
    Column("seq", BigInteger, primary_key=True, autoincrement=False),
    Column("topic", String(16), nullable=False),
    Column("lost_store", String(32), nullable=False),
    Column("first", BigInteger),
    Column("last", BigInteger),
    Column("count", Integer, nullable=False),
    Column("reason", String(16), nullable=False),
)
PLACES = Table(
    "places",
    METADATA,
    Column("site", String(64), primary_key=True),
    Column("path", Text, nullable=False),
)


@dataclass
class Consumer:
    """Takes messages one by one; a message is acknowledged to the broker only after it is in the database.

    Members that start at the same moment make the same tables: who comes second finds them at the second try.
    """

    engine: Engine
    stored: int = 0
    invalid: int = 0

    def __post_init__(self) -> None:
        if self.engine.dialect.name == "sqlite":
            event.listen(self.engine, "connect", _patient)
        try:
            METADATA.create_all(self.engine)
        except DBAPIError:
            METADATA.create_all(self.engine)
        self._validators = {
            topic: Draft202012Validator(json.loads((SCHEMAS / f"{topic}.schema.json").read_text(encoding="utf-8")))
            for topic in ("report", "drop", "birth")
        }

    def take(self, name: str, payload: bytes) -> None:
        """Store one message, or count it as invalid; storing it again changes nothing."""
        levels = name.split("/")
        validator = self._validators.get(levels[-1])
        try:
            document = json.loads(payload)
        except ValueError:
            document = None
        if validator is None or len(levels) != 5 or not validator.is_valid(document):
            self.invalid += 1
            return
        if levels[-1] == "report":
            self._upsert(WINDOWS, _window(levels[2], levels[3], named(document, validator.schema)))
        elif levels[-1] == "birth":
            self._place(levels[2], document.get("place", []))
        else:
            self._upsert(DROPS, {column.name: document.get(column.name) for column in DROPS.columns})

    def _place(self, site: str, path: list[str]) -> None:
        """Where a site is, outermost first; what was said last holds."""
        values = {"site": site, "path": json.dumps(path)}
        dialect: Any = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(PLACES).values(values)
        with self.engine.begin() as connection:
            connection.execute(statement.on_conflict_do_update(index_elements=["site"], set_={"path": values["path"]}))

    def _upsert(self, table: Table, values: dict[str, Any]) -> None:
        dialect: Any = postgresql if self.engine.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(table).values(values).on_conflict_do_nothing(index_elements=["store", "seq"])
        with self.engine.begin() as connection:
            self.stored += len(connection.execute(statement.returning(table.c.seq)).all())


def _patient(connection: Any, _record: object) -> None:
    """Members that share a file wait for each other, however slow its disk is."""
    connection.execute("PRAGMA busy_timeout = 60000")


def named(document: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """A report with its defaults filled in and its rows as objects, by the titles that its schema gives each place."""
    told = schema["properties"]
    whole = {name: field["default"] for name, field in told.items() if field.get("default")} | document
    for name, rows in document.items():
        if "$ref" in told[name].get("items", {}):
            array = schema["$defs"][told[name]["items"]["$ref"].rpartition("/")[2]]["anyOf"][0]
            titles = [place["title"] for place in array["prefixItems"] if "title" in place]
            whole[name] = [row if isinstance(row, dict) else _row(titles, row) for row in rows]
    return whole


def _row(titles: list[str], row: list[Any]) -> dict[str, Any]:
    return dict(zip(titles, row, strict=False)) | (row[-1] if len(row) > len(titles) else {})


def _window(site: str, box: str, document: dict[str, Any]) -> dict[str, Any]:
    return {
        "store": document["store"],
        "seq": document["seq"],
        "site": site,
        "box": box,
        "start": document["start"],
        "seconds": document["seconds"],
        "clock": document["clock"],
        "document": json.dumps(document),
    }


def subscribe(consumer: Consumer, host: str, port: int, group: str, name: str, ca: str | None) -> paho.Client:
    """A client of the group that acknowledges by hand, after the database has committed."""
    client = paho.Client(
        CallbackAPIVersion.VERSION2, client_id=name, protocol=MQTTProtocolVersion.MQTTv5, manual_ack=True
    )
    topics = [(f"$share/{group}/passerby/1/+/+/{topic}", 1) for topic in ("report", "drop")]
    topics.append(("passerby/1/+/+/birth", 1))

    def connected(*_: object) -> None:
        client.subscribe(topics)

    def message(_client: paho.Client, _data: object, received: paho.MQTTMessage) -> None:
        consumer.take(received.topic, received.payload)
        client.ack(received.mid, received.qos)

    client.on_connect = connected
    client.on_message = message
    if ca:
        client.tls_set(ca_certs=ca)
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = SESSION_S
    client.connect(host, port, clean_start=False, properties=properties)
    return client


def main() -> int:
    """Consume until interrupted or terminated; exit 1 when there is no broker."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--broker", default="localhost:1883", help="host:port")
    parser.add_argument("--ca", help="PEM file of the authority of the broker; without it there is no TLS")
    parser.add_argument("--database", default="sqlite:///passerby.db", help="an SQLAlchemy URL")
    parser.add_argument("--group", default="backend")
    parser.add_argument("--name", default="backend-1", help="the client id; each member of the group has its own")
    options = parser.parse_args()
    host, _, port = options.broker.partition(":")
    consumer = Consumer(create_engine(options.database))
    try:
        client = subscribe(consumer, host, int(port or 1883), options.group, options.name, options.ca)
    except OSError as error:
        sys.stderr.write(
            f"no broker at {options.broker}: {error.strerror or error}: say where with --broker HOST:PORT\n"
        )
        return 1
    try:
        client.loop_forever()
    except KeyboardInterrupt:
        client.disconnect()
    sys.stderr.write(f"{consumer.stored} stored, {consumer.invalid} invalid\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
