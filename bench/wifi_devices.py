"""How many phones are there, when each changes its address: mixes of labelled phones, one phone a file.

A folder holds captures (NAME[_anything].pcap[.gz]), CSV files or zips of them (Timestamp, MAC Address, elements in
hex), one device each; a capture with NAME_probe_ids.txt beside it (a label a frame) is a labelled crowd. Phones are
mixed as if they had been in one room: twenty minutes of each, laid over each other. Labels are used to judge, never to
count; but the estimator's constants (element mask, burst rate and its spread) were chosen while looking at such
phones, so only phones that nobody has looked at are truly left out.

Captures whose addresses were replaced have lost the bit that calls an address random; all are taken as random.
"""

import argparse
import csv
import io
import math
import random
import sys
import zipfile
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from statistics import mean

from analytics.radio.kinds import Kinds
from analytics.radio.phones import Phones
from bench._captures import requests
from bench._machine import show
from bench._probes import crowd as generated
from observations import ProbeRequest
from privacy.tokens import LOCALLY_ADMINISTERED, Preset, Tokeniser

SECONDS = 1200.0
PAUSE = 600.0
SIZES = range(3, 14)
DRAWS = 20
CROWDS = (10, 25, 50)
COLUMNS = (
    (1, "Supported Rates"),
    (50, "Extended Supported Rates"),
    (45, "HT Capabilities"),
    (127, "Extended Capabilities"),
)
UNKNOWN_DBM, SCATTER_DB = -60, 4.0
"""A CSV says no strength: all its phones lie at one place, with the scatter of captured ones, so nothing parts them."""

Labelled = tuple[str, ProbeRequest]


def devices(folder: Path) -> dict[str, list[ProbeRequest]]:
    """The longest stretch without a pause of ten minutes of each labelled device."""
    found: dict[str, list[ProbeRequest]] = {}
    for path in sorted(folder.iterdir()):
        name = path.name.removesuffix(".gz")
        if name.endswith((".pcap", ".pcapng")) and not _labels(path).is_file():
            found[name.rpartition(".")[0].removesuffix("_anonymized")] = list(requests(path))
        elif name.endswith(".csv"):
            found[f"csv:{path.stem}"] = list(_rows(path.read_text(encoding="utf-8", errors="replace")))
        elif name.endswith(".zip"):
            found |= _zipped(path)
    for name in sorted(name for name, heard in found.items() if not heard):
        print(f"{name}: left out, there is no probe request in it", file=sys.stderr)
    return _once({name: _stretch(heard) for name, heard in found.items() if heard})


def _once(phones: dict[str, list[ProbeRequest]]) -> dict[str, list[ProbeRequest]]:
    """Without what is there twice, in two formats: a phone beside itself would count as two. The capture says more."""
    known: dict[tuple[int, ...], str] = {}
    for name in sorted(phones, key=lambda name: not name.startswith("csv:")):
        heard = phones[name]
        known[tuple(round((request.at - heard[0].at) * 100) for request in heard)] = name
    return {name: phones[name] for name in sorted(known.values())}


def _labels(path: Path) -> Path:
    return path.with_name(path.name.removesuffix(".gz").rpartition(".")[0] + "_probe_ids.txt")


def _zipped(path: Path) -> dict[str, list[ProbeRequest]]:
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".csv") and "__MACOSX" not in name]
        return {f"csv:{Path(name).stem}": list(_rows(archive.read(name).decode("utf-8", "replace"))) for name in names}


def _rows(text: str) -> Iterator[ProbeRequest]:
    dice = random.Random(8)
    for row in csv.DictReader(io.StringIO(text)):
        try:
            abilities = b"".join(_element(kind, row.get(column) or "") for kind, column in COLUMNS)
            address = bytes.fromhex(row["MAC Address"].replace(":", ""))
            rssi_dbm = round(dice.gauss(UNKNOWN_DBM, SCATTER_DB))
            yield ProbeRequest(float(row["Timestamp"]), "bench", address, 0, rssi_dbm, None, abilities)
        except (KeyError, ValueError):
            continue


def _element(kind: int, told: str) -> bytes:
    body = bytes.fromhex(told)
    return bytes((kind, len(body))) + body if body else b""


def _stretch(heard: list[ProbeRequest]) -> list[ProbeRequest]:
    ordered = sorted(heard, key=lambda request: request.at)
    pieces: list[list[ProbeRequest]] = [[]]
    for request in ordered:
        if pieces[-1] and request.at - pieces[-1][-1].at > PAUSE:
            pieces.append([])
        pieces[-1].append(request)
    return max(pieces, key=len)


def model_of(name: str) -> str:
    """The model in a label: what stands before the unit (`iPhone11-B` and `iPhone11-C` are one model)."""
    return name.removeprefix("csv:").partition("-")[0].partition("_")[0]


def mixed(phones: dict[str, list[ProbeRequest]], dice: random.Random) -> list[Labelled]:
    """Twenty minutes of each phone from a random moment of it, laid over each other, addresses kept apart."""
    mix: list[Labelled] = []
    for name, heard in phones.items():
        start = heard[0].at + dice.random() * max(0.0, heard[-1].at - heard[0].at - SECONDS)
        mix += [
            (name, replace(request, at=request.at - start, address=_apart(name, request.address)))
            for request in heard
            if start <= request.at < start + SECONDS
        ]
    return sorted(mix, key=lambda labelled: labelled[1].at)


def _apart(name: str, address: bytes) -> bytes:
    return bytes((address[0] | LOCALLY_ADMINISTERED,)) + address[1:] + name.encode()


def judge(mix: Sequence[Labelled]) -> tuple[int, int, int, int, float]:
    """(true devices, estimate, low, high, V-measure of the frames' kinds) of one mix, by the product's own metric."""
    tokeniser = Tokeniser(Preset.EXTENDED)
    metric, kinds = Phones("bench"), Kinds()
    seen = []
    for name, request in mix:
        sighting = tokeniser.tokenise(request)
        if sighting is not None:
            metric.feed(sighting.at, sighting)
            kinds.feed(sighting.at, sighting.token, sighting.device_class, sighting.rssi_dbm)
            seen.append((name, sighting.device_class, sighting.at))
    [tally] = metric.tallies(0.0, max(SECONDS, mix[-1][1].at) if mix else SECONDS)
    counts = [tally.values[key] for key in ("devices", "devices_low", "devices_high")]
    estimate, low, high = (value if isinstance(value, int) else 0 for value in counts)
    labels = [name for name, _, _ in seen]
    told = kinds.labels((device_class, at) for _, device_class, at in seen)
    return len(set(labels)), estimate, low, high, v_measure(labels, told)


def v_measure(truth: Sequence[str], found: Sequence[Hashable]) -> float:
    """Harmonic mean of homogeneity and completeness (Rosenberg, Hirschberg, EMNLP 2007)."""
    both = Counter(zip(truth, found, strict=True))
    one, other = Counter(truth), Counter(found)
    total = len(truth)
    mutual = sum(n / total * math.log(n * total / (one[a] * other[b])) for (a, b), n in both.items())
    homogeneity = mutual / _entropy(one, total) if len(one) > 1 else 1.0
    completeness = mutual / _entropy(other, total) if len(other) > 1 else 1.0
    return 2 * homogeneity * completeness / (homogeneity + completeness) if homogeneity + completeness > 0 else 0.0


def _entropy(counts: Counter[str] | Counter[Hashable], total: int) -> float:
    return -sum(n / total * math.log(n / total) for n in counts.values())


def draws(phones: dict[str, list[ProbeRequest]], size: int, distinct: bool, dice: random.Random) -> list[str]:
    """The names of one mix: any phones, or one unit of each of so many models."""
    if not distinct:
        return dice.sample(sorted(phones), size)
    units: dict[str, list[str]] = defaultdict(list)
    for name in sorted(phones):
        units[model_of(name)].append(name)
    return [dice.choice(units[model]) for model in dice.sample(sorted(units), size)]


def trial(phones: dict[str, list[ProbeRequest]], distinct: bool) -> dict[str, object]:
    """Mixes of every size that the phones allow; errors are relative to the devices that were really heard."""
    dice = random.Random(8)
    most = len({model_of(name) for name in phones}) if distinct else len(phones)
    by_size: dict[str, object] = {}
    every: list[tuple[float, float, float, bool]] = []
    for size in SIZES:
        if size > most:
            break
        judged = [
            judge(mixed({name: phones[name] for name in draws(phones, size, distinct, dice)}, dice))
            for _ in range(DRAWS)
        ]
        told = [
            (abs(said - true) / true, (said - true) / true, v, low <= true <= high)
            for true, said, low, high, v in judged
        ]
        every += told
        by_size[str(size)] = _figures(told)
    return {**_figures(every), "by_size": by_size} if every else {"mixes": 0}


def _figures(told: Sequence[tuple[float, float, float, bool]]) -> dict[str, object]:
    return {
        "mixes": len(told),
        "mape": round(100 * mean(one[0] for one in told), 1),
        "bias": round(100 * mean(one[1] for one in told), 1),
        "v_measure": round(mean(one[2] for one in told), 3),
        "in_interval": round(mean(one[3] for one in told), 3),
    }


def stress(phones: dict[str, list[ProbeRequest]]) -> dict[str, object]:
    """All units of each model that has several, alone: what cannot be told apart."""
    units: dict[str, list[str]] = defaultdict(list)
    for name in phones:
        units[model_of(name)].append(name)
    told: dict[str, object] = {}
    for model, names in sorted(units.items()):
        if len(names) > 1:
            true, said, low, high, v = judge(mixed({name: phones[name] for name in names}, random.Random(8)))
            told[model] = {"devices": true, "estimate": said, "interval": [low, high], "v_measure": round(v, 3)}
    return told


def crowd(folder: Path) -> dict[str, object]:
    """Labelled crowds of a folder: a capture and one label a frame."""
    told: dict[str, object] = {}
    for path in sorted(folder.iterdir()):
        labels = _labels(path)
        if path.name.removesuffix(".gz").endswith(".pcap") and labels.is_file():
            names = labels.read_text(encoding="utf-8").split()
            heard = list(requests(path))
            if len(names) != len(heard) or len(set(names)) < 2:
                told[path.name] = {
                    "refused": f"{len(names)} labels, {len(set(names))} different, for {len(heard)} frames"
                }
                continue
            first = heard[0].at
            mix = [
                (name, replace(request, at=request.at - first, rssi_dbm=request.rssi_dbm or UNKNOWN_DBM))
                for name, request in zip(names, heard, strict=True)
            ]
            true, said, low, high, v = judge(sorted(mix, key=lambda labelled: labelled[1].at))
            told[path.name] = {"devices": true, "estimate": said, "interval": [low, high], "v_measure": round(v, 3)}
    if (folder / "general_features.json").is_file():
        for size in CROWDS:
            true, said, low, high, v = judge(generated(folder, size, random.Random(size)))
            told[f"generated_{size}"] = {
                "devices": true,
                "estimate": said,
                "interval": [low, high],
                "v_measure": round(v, 3),
            }
    return told


def main(argv: list[str]) -> int:
    """Exit 2, with what is wrong, when a folder holds no labelled devices and no labelled crowd."""
    parser = argparse.ArgumentParser(prog="python -m bench wifi-devices", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--crowd", type=Path, help="another folder with labelled crowds")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args(argv)
    try:
        phones = devices(asked.folder)
        crowds = crowd(asked.crowd or asked.folder)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        print(error, file=sys.stderr)
        return 2
    if not phones and not crowds:
        print(f"{asked.folder} holds neither one labelled device a file nor labelled crowds", file=sys.stderr)
        return 2
    show(
        {
            "devices": len(phones),
            "models": len({model_of(name) for name in phones}),
            "distinct_models": trial(phones, distinct=True) if phones else None,
            "all_units": trial(phones, distinct=False) if phones else None,
            "same_model": stress(phones),
            "crowd": crowds,
        },
        asked.json,
    )
    return 0
