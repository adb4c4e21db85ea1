"""The whole file."""

from pydantic import Field

from config.audit import Audit
from config.ble import Badge, BadgeZone, Ble, Service, Staff
from config.box import Box, Window
from config.camera import Camera, Models
from config.delivery import Mqtt, Outbox
from config.gates import Gate
from config.goods import Funnel, Goods, Reader, Sales, Till
from config.greeting import Greeting
from config.places import Area, Hours, Line, Zone
from config.privacy import Privacy
from config.queues import Queue
from config.section import Drawn, Name, Section
from config.views import Hands, Heatmap, ShopWindow, Target
from config.wifi import Wifi


class Config(Section):
    """Everything a box can be told. Tables like [cameras.door] are named by their owner."""

    box: Box = Box()
    window: Window = Window()
    models: Models = Models()
    cameras: dict[Name, Camera] = Field({}, description="The cameras, by name.")
    hours: Hours = Hours()
    lines: dict[Name, Line] = Field({}, description="The counting lines, by name.")
    zones: dict[Name, Zone] = Field({}, description="The zones, by name.")
    queues: dict[Name, Queue] = Field({}, description="The queues, by name.")
    areas: dict[Name, Area] = Field({}, description="The areas behind counting lines, by name.")
    shop_windows: dict[Name, ShopWindow] = Field({}, description="The shop windows, by name.")
    targets: dict[Name, Target] = Field({}, description="The displays and shelf sectors to look at, by name.")
    hands: dict[Name, Hands] = Field({}, description="The shelves into which hands reach, by name.")
    heatmaps: dict[Name, Heatmap] = Field({}, description="The heat maps, by any name.")
    wifi: dict[Name, Wifi] = Field({}, description="The WiFi radios, by name.")
    ble: dict[Name, Ble] = Field({}, description="The Bluetooth radios, by name.")
    badges: dict[Name, Badge] = Field({}, description="The shop's badges, by name of the group.")
    badge_zones: dict[Name, BadgeZone] = Field({}, description="The places where badges are noticed, by name.")
    service: dict[Name, Service] = Field({}, description="The counters whose service is measured, by name.")
    greetings: dict[Name, Greeting] = Field({}, description="The entrances whose customers staff meet, by name.")
    staff: Staff = Staff()
    goods: Goods = Goods()
    readers: dict[Name, Reader] = Field({}, description="The RFID readers, by name.")
    tills: dict[Name, Till] = Field({}, description="The tills, by name.")
    gates: dict[Name, Gate] = Field({}, description="The gates and beams at doors, by name.")
    sales: dict[Name, Sales] = Field({}, description="Areas whose transactions per visitor are told, by name.")
    funnels: dict[Name, Funnel] = Field({}, description="Zones joined with the shelves behind them, by name.")
    audits: dict[Name, Audit] = Field({}, description="The areas in which the box checks itself, by any name.")
    privacy: Privacy = Privacy()
    mqtt: Mqtt = Mqtt()
    outbox: Outbox = Outbox()

    def drawn(self, camera: str) -> list[object]:
        """All that is drawn into one camera's picture, as it counts."""
        tables = (table for _, table in self if isinstance(table, dict))
        drawings = ((name, one) for table in tables for name, one in table.items() if isinstance(one, Drawn))
        return [one.drawn(name) for name, one in drawings if one.camera == camera]
