"""Whether anything in a box's environment has a known vulnerability: by our own list, and by OSV where it answers.

What could not be asked is said. A finding is exit status 1, silence of the service is not.
"""

import argparse
import json
import sys
import tomllib
import urllib.request
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

from packaging.version import Version

from image.sbom import closure, normal

LIST = Path(__file__).with_name("advisories.toml")
SERVICE = "https://api.osv.dev/v1/querybatch"
WAIT_S = 5.0
LARGEST = 4 << 20


class Unreachable(Exception):
    """The service did not answer as it should."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A component with a known vulnerability."""

    name: str
    version: str
    advisory: str
    remedy: str = "see the advisory"

    def __str__(self) -> str:
        return f"{self.name} {self.version}: {self.advisory}; {self.remedy}"


def listed(components: Iterable[Distribution], fixed: Mapping[str, Mapping[str, str]]) -> Iterator[Finding]:
    """What our own list has against the components."""
    for one in components:
        name = one.metadata["Name"]
        for advisory, version in fixed.get(normal(name), {}).items():
            if Version(one.version) < Version(version):
                yield Finding(name, one.version, advisory, f"fixed in {version}")


def asked(components: list[Distribution], service: str = SERVICE) -> list[Finding]:
    """What the service has against them; it is told their names and versions only. Raises Unreachable."""
    purls = [f"pkg:pypi/{normal(one.metadata['Name'])}@{one.version}" for one in components]
    body = json.dumps({"queries": [{"package": {"purl": purl}} for purl in purls]}).encode()
    request = urllib.request.Request(service, body, {"Content-Type": "application/json"})  # noqa: S310 - our own address
    try:
        with urllib.request.urlopen(request, timeout=WAIT_S) as answer:  # noqa: S310
            results = json.loads(answer.read(LARGEST))["results"]
        found = zip(components, results, strict=True)
        return [
            Finding(one.metadata["Name"], one.version, advisory["id"])
            for one, result in found
            for advisory in result.get("vulns", ())
        ]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Unreachable(f"{type(error).__name__}: {error}") from None


def main(argv: list[str] | None = None) -> int:
    """Judge what is installed here."""
    parser = argparse.ArgumentParser(prog="python -m image.audit", description=__doc__)
    parser.add_argument("--service", default=SERVICE, help="OSV's querybatch; default: %(default)s")
    parser.add_argument("--must-answer", action="store_true", help="exit 2 when the service does not, as for a release")
    options = parser.parse_args(argv)
    known = tomllib.loads(LIST.read_text(encoding="utf-8"))
    components = [one for one in closure("passerby", distributions()) if normal(one.metadata["Name"]) != "passerby"]
    found, code = list(listed(components, known["fixed"])), 0
    judges = f"our list of {known['read']}"
    try:
        found += asked(components, options.service)
        judges += " and OSV"
    except Unreachable as silence:
        sys.stdout.write(f"advisories: OSV was not reached ({silence})\n")
        code = 2 if options.must_answer else 0
    sys.stdout.write("".join(f"{one}\n" for one in found))
    sys.stdout.write(f"advisories: {len(components)} components judged by {judges}: {len(found)} findings\n")
    return 1 if found else code


if __name__ == "__main__":
    sys.exit(main())
