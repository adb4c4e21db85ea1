"""`make sbom`: everything in a box's environment as CycloneDX 1.6, and a refusal of licences that must not be in it.

It reads what is installed and asks nobody: whether a component has a known vulnerability is a question for a network.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterable
from importlib.metadata import Distribution, distributions
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

from daemon import __version__

REFUSED = re.compile(r"(?<![A-Za-z])(?:AGPL|GPL|GNU (?:Affero )?General Public)", re.I)
"""Not LGPL: a library that may be replaced."""
EXTRAS = ("", "ble", "provision")


def closure(root: str, installed: Iterable[Distribution]) -> list[Distribution]:
    """`root` with a box's extras and all that they need, by name. Raises LookupError for what is not installed."""
    known = {normal(one.metadata["Name"]): one for one in installed}
    found: dict[str, Distribution] = {}
    waiting: list[tuple[str, tuple[str, ...]]] = [(root, EXTRAS)]
    while waiting:
        name, extras = waiting.pop()
        if name not in known:
            raise LookupError(f"{name} is not installed: make dev")
        found[name] = known[name]
        for line in known[name].requires or ():
            wanted = Requirement(line)
            if wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras):
                below = normal(wanted.name)
                if below not in found:
                    waiting.append((below, ("", *wanted.extras)))
    return [found[name] for name in sorted(found)]


def normal(name: str) -> str:
    """A project's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def licence(one: Distribution) -> str:
    """What a distribution says its licence is: the expression, the classifiers, the first line of the old field."""
    expression, old = (next(iter(one.metadata.get_all(key) or ()), "") for key in ("License-Expression", "License"))
    classifiers = one.metadata.get_all("Classifier") or ()
    named = "; ".join(line.rpartition(" :: ")[2] for line in classifiers if line.startswith("License"))
    return expression or named or old.partition("\n")[0]


def refused(components: Iterable[Distribution]) -> list[str]:
    """What must not be in the process, and what does not say its licence."""
    told = [(one.metadata["Name"], licence(one)) for one in components]
    return [f"{name}: {said or 'says no licence'}" for name, said in told if not said or REFUSED.search(said)]


def document(components: Iterable[Distribution]) -> dict[str, Any]:
    """The bill of materials; the same components give the same document."""
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"type": "firmware", "bom-ref": "box", "name": "passerby", "version": __version__}},
        "components": [_component(one) for one in components],
    }


def _component(one: Distribution) -> dict[str, Any]:
    name, version = one.metadata["Name"], one.version
    reference = f"pkg:pypi/{normal(name)}@{version}"
    said = {"license": {"name": licence(one)}}
    return {
        "type": "library",
        "bom-ref": reference,
        "purl": reference,
        "name": name,
        "version": version,
        "licenses": [said],
    }


def main() -> int:
    """Write the list; exit 1 when a licence must not be there."""
    parser = argparse.ArgumentParser(prog="python -m image.sbom", description=__doc__)
    parser.add_argument("--out", type=Path, help="file; default: only check")
    asked = parser.parse_args()
    components = closure("passerby", distributions())
    if asked.out:
        asked.out.parent.mkdir(parents=True, exist_ok=True)
        asked.out.write_text(json.dumps(document(components), indent=1) + "\n", encoding="utf-8")
    bad = refused(components)
    sys.stdout.write("".join(f"{line}\n" for line in bad) or f"licences: {len(components)} components, none refused\n")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
