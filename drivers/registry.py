"""Which scheme is served by which driver: one lazy line each, so that nobody imports hardware they do not have."""

from collections.abc import Callable
from importlib import import_module
from typing import Any

from drivers.base import Clock, Device, Driver, DriverMisconfigured

Constructor = Callable[..., Driver[Any]]

DRIVERS: dict[str, str] = {
    "btsnoop": "drivers.ble.replay:ReplayDriver",
    "file": "drivers.camera.clip:ClipDriver",
    "gate-serial": "drivers.gate.driver:GateDriver",
    "hci": "drivers.ble.driver:BleDriver",
    "images": "drivers.camera.clip:ClipDriver",
    "mon": "drivers.wifi.driver:MonitorDriver",
    "nvargus": "drivers.camera.nvargus:NvargusDriver",
    "pcap": "drivers.wifi.replay:ReplayDriver",
    "picamera": "drivers.camera.picamera:PicameraDriver",
    "rtsp": "drivers.camera.rtsp:RtspDriver",
    "rtsps": "drivers.camera.rtsp:RtspDriver",
    "scapy": "drivers.wifi.sniffed:ScapyDriver",
    "serial": "drivers.rfid.driver:ReaderDriver",
    "till-serial": "drivers.till.driver:TillDriver",
    "till-tcp": "drivers.till.driver:TillDriver",
    "v4l2": "drivers.camera.v4l2:V4l2Driver",
}


def driver(device: Device, *, name: str, clock: Clock, **settings: object) -> Driver[Any]:
    """The driver of `device`. `name` is the sensor's configured name; `settings` are its section of the config."""
    path = DRIVERS.get(device.scheme)
    if path is None:
        raise DriverMisconfigured("unknown_scheme", f"no driver for {device.scheme!r}; there are {', '.join(DRIVERS)}")
    module, _, attribute = path.partition(":")
    constructor: Constructor = getattr(import_module(module), attribute)
    return constructor(device, name=name, clock=clock, **settings)
