"""`python -m tests.rig.reported FOLDER`: the first report that the broker has, as a file there; it imports little."""

import sys
from pathlib import Path
from threading import Event

from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion


def main(folder: Path) -> None:
    """Wait for it; the broker may not be there yet."""
    told = Event()

    def heard(_client: Client, _data: object, message: MQTTMessage) -> None:
        if not told.is_set():
            (folder / "report").write_bytes(message.payload)
            told.set()

    client = Client(CallbackAPIVersion.VERSION2)
    client.on_message = heard
    client.on_connect = lambda client, *_: client.subscribe("passerby/+/+/+/report")
    client.reconnect_delay_set(1, 1)
    client.connect_async("127.0.0.1")
    client.loop_start()
    told.wait()
    client.loop_stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
