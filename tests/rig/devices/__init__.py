"""The box's hardware as a test holds it in its hand: real to every driver, commanded from the other side."""

from tests.rig.devices.bluetooth import Adapter
from tests.rig.devices.camera import Camera
from tests.rig.devices.disk import Disk
from tests.rig.devices.log import LoggedDisk
from tests.rig.devices.power import Power
from tests.rig.devices.reader import Reader
from tests.rig.devices.usb_camera import UsbCamera
from tests.rig.devices.wifi import Monitor

__all__ = ["Adapter", "Camera", "Disk", "LoggedDisk", "Monitor", "Power", "Reader", "UsbCamera"]
