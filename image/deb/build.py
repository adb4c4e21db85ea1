"""Stages a root with the daemon's own Python environment, units and papers, and packs it with dpkg-deb."""

import configparser
import json
import os
import shutil
import subprocess
import sys
import tempfile
from importlib.metadata import distributions
from pathlib import Path

from daemon import __version__
from image.deb.papers import completion, manual
from image.sbom import document, normal, refused

TREE = Path(__file__).parents[2]
HERE = Path(__file__).parent
ARCHITECTURES = {"amd64": "x86_64", "arm64": "aarch64"}
RELEASES = {"bookworm": ("12", "3.11", 36), "trixie": ("13", "3.13", 41)}
"""Of each Debian: its number, its Python, and the minor version of its C library."""
EXTRAS = ("ble", "provision")
SCRIPT = "#!/opt/passerby/bin/python -I\nimport sys\n\nfrom {module} import main\n\nsys.exit(main())\n"
UNITS = sorted(file.name for kind in ("service", "socket", "timer") for file in (TREE / "systemd").glob(f"*.{kind}"))
PLACES = {
    "sysusers.conf": "usr/lib/sysusers.d/passerby.conf",
    "tmpfiles.conf": "usr/lib/tmpfiles.d/passerby.conf",
    "60-passerby.rules": "usr/lib/udev/rules.d/60-passerby.rules",
    "journald.conf": "usr/lib/systemd/journald.conf.d/passerby.conf",
    "passerby-generator": "usr/lib/systemd/system-generators/passerby-generator",
    "radios/wifi.conf": "usr/lib/passerby/radios/wifi.conf",
    "radios/bluetooth.conf": "usr/lib/passerby/radios/bluetooth.conf",
    **{unit: f"usr/lib/systemd/system/{unit}" for unit in UNITS},
}


def build(
    out: Path,
    architecture: str,
    release: str,
    version: str | None = None,
    *,
    wheels: Path | None = None,
    compression: str = "xz",
) -> Path:
    """The package, in `out`; libraries come from the folder `wheels` alone where one is given.

    Raises CalledProcessError with what pip or dpkg-deb said.
    """
    number, python, libc = RELEASES[release]
    version = f"{version or __version__}+deb{number}"
    with tempfile.TemporaryDirectory(prefix="passerby-deb-") as scratch:
        root = Path(scratch) / "root"
        _environment(root / "opt/passerby", ARCHITECTURES[architecture], python, libc, wheels)
        _system(root)
        _papers(root)
        _bill(root)
        _control(root, architecture, version, python)
        out.mkdir(parents=True, exist_ok=True)
        package = out / f"passerby_{version}_{architecture}.deb"
        _run("dpkg-deb", "--root-owner-group", f"-Z{compression}", "--build", str(root), str(package))
    return package


def _environment(folder: Path, machine: str, python: str, libc: int, wheels: Path | None) -> None:
    """A venv as `python -m venv --system-site-packages` makes it (for picamera2), filled with wheels of the target."""
    site = folder / f"lib/python{python}/site-packages"
    site.mkdir(parents=True)
    (folder / "bin").mkdir()
    (folder / "pyvenv.cfg").write_text(
        f"home = /usr/bin\ninclude-system-site-packages = true\nversion = {python}\n", encoding="ascii"
    )
    for name in ("python", "python3"):
        (folder / "bin" / name).symlink_to(f"/usr/bin/python{python}")
    platforms = [f"--platform=manylinux_2_{minor}_{machine}" for minor in range(17, libc + 1)]
    options = [*platforms, f"--platform=manylinux2014_{machine}", "--only-binary=:all:", "--implementation=cp"]
    options += [f"--python-version={python}"]
    options += [f"--abi={abi}" for abi in (f"cp{python.replace('.', '')}", "abi3", "none")]
    common = ["--no-compile", "--target", str(site)]
    source = ["--no-index", f"--find-links={wheels}"] if wheels else []
    _pip("install", *common, *source, *options, *requirements())
    _pip("install", *common, "--no-deps", str(_wheel(folder.parents[2])))
    shutil.rmtree(site / "bin", ignore_errors=True)
    for name, module in (("passerby", "cli.main"), ("passerbyd", "daemon.main")):
        script = folder / "bin" / name
        script.write_text(SCRIPT.format(module=module), encoding="ascii")
        script.chmod(0o755)


def requirements() -> list[str]:
    """What setup.cfg asks for on a box: the daemon's and its sensors' libraries."""
    config = configparser.ConfigParser()
    config.read(TREE / "setup.cfg", encoding="utf-8")
    extras = config["options.extras_require"]
    lines = [config["options"]["install_requires"], *(extras[name] for name in EXTRAS)]
    return sorted({line for text in lines for line in text.split("\n") if line and not line.startswith("#")})


def _wheel(scratch: Path) -> Path:
    """The tree as a wheel, built from a copy, so that nothing is left in the tree."""
    copy = scratch / "tree"
    ignored = shutil.ignore_patterns(".*", "build", "dist", "state", "tests", "*.egg-info", "__pycache__")
    shutil.copytree(TREE, copy, ignore=ignored)
    _pip("wheel", "--no-deps", "--wheel-dir", str(scratch), str(copy))
    return next(scratch.glob("passerby-*.whl"))


def _system(root: Path) -> None:
    for source, place in PLACES.items():
        target = root / place
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(TREE / "systemd" / source, target)
    (root / "usr/bin").mkdir(parents=True, exist_ok=True)
    (root / "usr/bin/passerby").symlink_to("/opt/passerby/bin/passerby")


def _papers(root: Path) -> None:
    doc = root / "usr/share/doc/passerby"
    shutil.copytree(TREE / "examples", doc / "examples", ignore=shutil.ignore_patterns("backend", "__pycache__"))
    for paper in ("README.md", "CHANGELOG.md", "SECURITY.md", "docs/operator.md", "docs/technician.md"):
        if (TREE / paper).exists():
            shutil.copy(TREE / paper, doc)
    shutil.copy(TREE / "LICENSE", doc / "copyright")
    (root / "usr/share/man/man1").mkdir(parents=True)
    (root / "usr/share/man/man1/passerby.1.gz").write_bytes(manual())
    (root / "usr/share/bash-completion/completions").mkdir(parents=True)
    (root / "usr/share/bash-completion/completions/passerby").write_text(completion(), encoding="utf-8")


def _bill(root: Path) -> None:
    """What the package's environment is made of, as CycloneDX, beside the papers. Raises LookupError for a licence that
    must not be in it."""
    inside = distributions(path=[str(site) for site in root.glob("opt/passerby/lib/*/site-packages")])
    components = sorted(inside, key=lambda one: normal(one.metadata["Name"]))
    bad = refused(components)
    if bad:
        raise LookupError(f"must not be in the package: {', '.join(bad)}")
    text = json.dumps(document(components), indent=1) + "\n"
    (root / "usr/share/doc/passerby/sbom.cdx.json").write_text(text, encoding="utf-8")


def _control(root: Path, architecture: str, version: str, python: str) -> None:
    size = sum(file.lstat().st_size for file in root.rglob("*")) // 1024
    folder = root / "DEBIAN"
    folder.mkdir()
    major, minor = python.split(".")
    text = (HERE / "control").read_text(encoding="utf-8")
    filled = {"version": version, "architecture": architecture, "size": size, "python": python}
    (folder / "control").write_text(text.format(**filled, after=f"{major}.{int(minor) + 1}"), encoding="utf-8")
    for name in ("postinst", "prerm", "postrm"):
        shutil.copy(HERE / name, folder / name)
        (folder / name).chmod(0o755)
    for path in root.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def _pip(*arguments: str) -> None:
    _run(sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments)


def _run(*argv: str) -> None:
    subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=sys.stderr, check=True)
