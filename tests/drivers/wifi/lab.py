"""A folder of captures with truth, as the benches and the calibration read them: an invented room."""

import random
from pathlib import Path

from tests.drivers.wifi import frames

START = 1_700_000_000


def lab(folder: Path, days: int) -> Path:
    """Days of two hours: an hour empty, an hour with people, each with a phone of some model that scans."""
    folder.mkdir()
    lines = ["position,day,start_epoch_s,end_epoch_s,occupancy"]
    for day in range(days):
        dice, start, told = random.Random(day), START + day * 86_400, []
        people = dice.randint(4, 14)
        for at in range(0, 7200, 20):
            for person in range(people if at >= 3600 else 0):
                if dice.random() < 0.3:
                    abilities = (b"\x01\x04\x02\x04\x0b" + bytes((person % 6,)), frames.HT)
                    head = frames.common(dice.randint(-65, -50))
                    told.append(
                        (
                            start + at + dice.random(),
                            head + frames.probe(b"\xda" + dice.randbytes(5), at, b"", abilities),
                        )
                    )
        name = f"position_9_2024-01-{day + 1:02d}"
        (folder / f"{name}.pcap").write_bytes(frames.capture(sorted(told)))
        for begin, end, count in ((0, 3590, 0), (3600, 7190, people)):
            lines.append(f"position_9,2024-01-{day + 1:02d},{start + begin},{start + end},{count}")
    (folder / "occupancy.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder
