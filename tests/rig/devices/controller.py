"""The program behind the virtual Bluetooth adapter: a controller on /dev/vhci that reports the adverts it is told.

One JSON object a line on standard input: address, data (hex), rssi, hz, random. It ends with its input.
"""

import asyncio
import json
import sys
from dataclasses import dataclass

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink
from bumble.transport import open_transport

# ADV_NONCONN_IND, as beacons send. The kernel would hold a scannable advert back until its scan response.
NOT_CONNECTABLE = 3


@dataclass(slots=True)
class Advertiser:
    """One device in the air and when it speaks next."""

    report: hci.HCI_LE_Advertising_Report_Event.Report
    every: float
    at: float


class Air:
    """The adverts in the air, reported to whoever scans."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.advertisers: dict[str, Advertiser] = {}

    def change(self, line: bytes, now: float) -> None:
        """Follow one line of the input."""
        told = json.loads(line)
        self.advertisers.pop(told["address"], None)
        if told["hz"] <= 0:
            return
        kind = hci.Address.RANDOM_DEVICE_ADDRESS if told["random"] else hci.Address.PUBLIC_DEVICE_ADDRESS
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=NOT_CONNECTABLE,
            address_type=kind,
            address=hci.Address(told["address"], kind),
            data=bytes.fromhex(told["data"]),
            rssi=told["rssi"],
        )
        self.advertisers[told["address"]] = Advertiser(report, 1 / told["hz"], now)

    def speak(self, now: float) -> None:
        """Report every advert that is due; nobody hears it without a scan."""
        for advertiser in self.advertisers.values():
            if now < advertiser.at:
                continue
            advertiser.at = max(advertiser.at + advertiser.every, now)
            if self.controller.le_scan_enable:
                self.controller.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([advertiser.report]))


async def _listen(air: Air) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        air.change(line, loop.time())


async def main() -> None:
    """Serve the adapter until standard input ends."""
    async with await open_transport("vhci") as port:
        controller = Controller(
            "rig", host_source=port.source, host_sink=port.sink, link=LocalLink(), public_address="00:AA:01:00:00:01"
        )
        air = Air(controller)
        print("ready", flush=True)
        listening = asyncio.create_task(_listen(air), name="adverts")
        while not listening.done():
            air.speak(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main())
