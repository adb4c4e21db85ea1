"""The program behind a virtual Bluetooth adapter: a controller on a port of the kernel that reports what it is told.

Its argument is the adapter's place and number (`vhci 0`, `usb 0`). One JSON object a line on standard input: an advert
(address, data (hex), rssi, hz, random) or {"ask": "air"}, which is answered by a line with what the adapter itself
transmits now, in hex. It ends with its input.
"""

import asyncio
import json
import sys
from contextlib import AbstractContextManager
from dataclasses import dataclass

from bumble import hci
from bumble.controller import Controller
from bumble.link import LocalLink

from tests.rig.devices.ports import Port, Stick, Vhci

# ADV_NONCONN_IND, as beacons send. The kernel would hold a scannable advert back until its scan response.
NOT_CONNECTABLE = 3
PORTS: dict[str, type[Vhci] | type[Stick]] = {"vhci": Vhci, "usb": Stick}


@dataclass(slots=True)
class Advertiser:
    """One device in the air and when it speaks next."""

    report: hci.HCI_LE_Advertising_Report_Event.Report
    every: float
    at: float


class Resettable(Controller):  # type: ignore[misc]
    """bumble's controller goes on scanning and sending over a reset, and then refuses the kernel's next scan."""

    def on_hci_reset_command(self, command: hci.HCI_Reset_Command) -> object:
        self.le_scan_enable = False
        self.le_legacy_advertiser.stop()
        for advertising in self.advertising_sets.values():
            advertising.stop()
        self.advertising_sets.clear()
        return super().on_hci_reset_command(command)


class Air:
    """The adverts in the air, reported to whoever scans."""

    def __init__(self, controller: Controller) -> None:
        self.controller = controller
        self.advertisers: dict[str, Advertiser] = {}

    def change(self, told: dict[str, object], now: float) -> None:
        """Follow one advert of the input."""
        address = str(told["address"])
        self.advertisers.pop(address, None)
        if told["hz"] == 0:
            return
        kind = hci.Address.RANDOM_DEVICE_ADDRESS if told["random"] else hci.Address.PUBLIC_DEVICE_ADDRESS
        report = hci.HCI_LE_Advertising_Report_Event.Report(
            event_type=NOT_CONNECTABLE,
            address_type=kind,
            address=hci.Address(address, kind),
            data=bytes.fromhex(str(told["data"])),
            rssi=told["rssi"],
        )
        self.advertisers[address] = Advertiser(report, 1 / float(str(told["hz"])), now)

    def speak(self, now: float) -> None:
        """Report every advert that is due; nobody hears it without a scan."""
        for advertiser in self.advertisers.values():
            if now < advertiser.at:
                continue
            advertiser.at = max(advertiser.at + advertiser.every, now)
            if self.controller.le_scan_enable:
                self.controller.send_hci_packet(hci.HCI_LE_Advertising_Report_Event([advertiser.report]))

    def transmitted(self) -> bytes:
        """The advertising data that the host has told the controller to send, empty while it sends nothing."""
        legacy = self.controller.le_legacy_advertiser
        sets = [bytes(one.data) for one in self.controller.advertising_sets.values() if one.enabled]
        return bytes(legacy.advertising_data) if legacy.enabled else next(iter(sets), b"")


async def _listen(air: Air) -> None:
    loop = asyncio.get_running_loop()
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while line := await reader.readline():
        told = json.loads(line)
        if "ask" in told:
            print(air.transmitted().hex(), flush=True)
        else:
            air.change(told, loop.time())


async def main(place: str, number: int) -> None:
    """Serve the adapter until standard input ends."""
    opened: AbstractContextManager[Port] = PORTS[place].open()
    with opened as port:
        controller = Resettable("rig", host_sink=port, link=LocalLink(), public_address=f"00:AA:01:00:00:{number:02X}")
        port.serve(controller.on_packet)
        air = Air(controller)
        print("ready", flush=True)
        listening = asyncio.create_task(_listen(air), name="adverts")
        while not listening.done():
            air.speak(asyncio.get_running_loop().time())
            await asyncio.sleep(0.01)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
