"""The application in the root: environment, the packages of its lock, PJSIP, its own files."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from builder import steps
from builder.recipe import cache_key

VENV = Path("usr/lib/hotline/venv")
SETTINGS = Path("usr/share/hotline/box.toml")  # what the first start copies
LENT = Path("run/build")  # of the tree: gone with everything in run
CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")
PIP = f"/{LENT}/pip/bin/pip"

Inside = Callable[..., None]  # runs a command with the tree as its root


def install(
    tree: Path, pjsip: Path, top: Path, cache: Path, inside: Inside, log: Path, native: Path | None
) -> Path:
    """Its site-packages, in the tree. pjsip: the tar of the wheel. native: see `make_tree`."""
    (tree / LENT).mkdir(parents=True)
    steps.run(["tar", "-xf", pjsip, "-C", tree / LENT], log)
    inside("python3", "-m", "venv", f"/{LENT}/pip")
    _packages(tree, top / "requirements.lock", cache, inside)
    inside("python3", "-m", "venv", "--without-pip", f"/{VENV}")
    wheels = [f"/{path.relative_to(tree)}" for path in sorted((tree / LENT).rglob("*.whl"))]
    outside = ("--python", f"/{VENV}/bin/python", "install", "--no-compile", "--no-index")
    inside(PIP, *outside, "--no-deps", *wheels)
    site = next((tree / VENV).glob("lib/python3*/site-packages"))
    for path in site.glob("*.dist-info/direct_url.json"):
        path.unlink()
    _own_files(tree, site, top)
    if native:
        _compile_outside(tree, site, native, log)
    else:
        _compile(tree, site, inside)
    return site


def _packages(tree: Path, lock: Path, cache: Path, inside: Inside) -> None:
    """The wheels of the lock, by their hashes; asked for on the network once for each lock."""
    loader = next(tree.glob("usr/lib*/ld-linux-*.so.*")).name  # names the architecture
    python = next((tree / "usr/bin").glob("python3.*[0-9]")).name
    kept = cache / f"python-{cache_key(loader, python, lock.read_bytes())}"
    wheels = tree / LENT / "packages"
    if not kept.exists():
        shutil.copy(lock, tree / LENT / "lock")
        shutil.copy(CERTIFICATES, tree / LENT / "certificates")
        resolv = tree / "etc/resolv.conf"
        there = resolv.readlink()
        resolv.unlink()
        shutil.copyfile("/etc/resolv.conf", resolv)
        with steps.step("Fetching the Python packages"):
            exact = ("--no-deps", "--require-hashes", "--only-binary", ":all:")
            where = ("-d", f"/{LENT}/packages", "-r", f"/{LENT}/lock")
            inside(PIP, "download", "--cert", f"/{LENT}/certificates", *exact, *where)
        resolv.unlink()
        resolv.symlink_to(there)
        shutil.copytree(wheels, kept.with_suffix(".part"))
        kept.with_suffix(".part").rename(kept)
    else:
        shutil.copytree(kept, wheels)


def committed(top: Path) -> list[Path]:
    """The application's files as git knows them: what merely lies about stays off the card."""
    listing = subprocess.run(
        [
            "git",
            "-c",
            "safe.directory=*",
            "-C",
            top,
            "ls-files",
            "-z",
            "firmware/hotline",
            "web/hotline_web",
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    return [Path(name) for name in listing.stdout.split("\0") if name]


def _own_files(tree: Path, site: Path, top: Path) -> None:
    for file in committed(top):
        target = site / file.relative_to(file.parts[0])
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(top / file, target)
    if not (tree / SETTINGS).exists():
        (tree / SETTINGS).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(top / "box.example.toml", tree / SETTINGS)
    command = tree / VENV / "bin/hotline"
    command.write_text(f'#!/bin/sh\nexec /{VENV}/bin/python -m hotline "$@"\n', encoding="utf-8")
    command.chmod(0o755)


def _compile_outside(tree: Path, site: Path, native: Path, log: Path) -> None:
    """Bytecode is the same for every architecture, and emulated it would take most of an hour."""
    place = tree.with_suffix(".native")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir()
    steps.run(["tar", "--numeric-owner", "-xf", native, "-C", place], log)
    for part in (VENV / "bin", site.relative_to(tree)):
        shutil.copytree(tree / part, place / part, symlinks=True)
    shutil.copy(tree / VENV / "pyvenv.cfg", place / VENV)
    _compile(place, place / site.relative_to(tree), steps.inside(place, log))
    shutil.rmtree(site)
    shutil.copytree(place / site.relative_to(tree), site, symlinks=True)
    shutil.rmtree(place)


def _compile(tree: Path, site: Path, inside: Inside) -> None:
    """Bytecode as daemon and page load it: the root is read-only, nobody could keep it later.

    Known by its content, not by a date, so that two builds are alike.
    """
    where = f"/{site.relative_to(tree)}"
    python = (f"/{VENV}/bin/python", "-X", "no_debug_ranges", "-m", "compileall", "-q")
    for level in ("0", "2"):
        inside(*python, "-o", level, "--invalidation-mode", "unchecked-hash", where)
