"""The application's Python packages and PJSIP, for the Python of the image."""

from __future__ import annotations

from pathlib import Path

from builder import base, steps
from builder.recipe import Recipe, Variant, cache_key, packages_that_build, packages_that_run

CERTIFICATES = Path("/etc/ssl/certs/ca-certificates.crt")


def wheels(recipe: Recipe, variant: Variant, top: Path, cache: Path) -> Path:
    """The tar of a folder `wheels`, from the cache or made now: minutes, the longest step."""
    listing = (top / "boot/packages.txt").read_text(encoding="utf-8")
    packages = (*packages_that_run(listing), *packages_that_build(listing))
    key = cache_key(recipe.suite, variant.architecture, packages, *_made_of(top))
    tar = cache / f"wheels-{variant.architecture}-{key}.tar"
    if tar.exists():
        return tar
    with steps.step(f"PJSIP and the Python packages for {variant.architecture}"):
        built = cache / f"building-{key}.tar"
        base.make(built, recipe, variant, packages, _hooks(top, tar))
        built.unlink()
    return tar


def unpack(tar: Path, into: Path) -> list[str]:
    """The names of the wheels, in order."""
    into.mkdir(parents=True)
    steps.run(["tar", "-xf", tar, "-C", into], into.parent / "unpack.log")
    return sorted(path.name for path in into.rglob("*.whl"))


def _made_of(top: Path) -> list[str]:
    files = [path for path in (top / "boot/pjsip").rglob("*") if path.suffix not in {".md", ".pyc"}]
    files = sorted(path for path in files if path.is_file())
    return [cache_key(path.name, path.read_bytes()) for path in (*files, top / "requirements.lock")]


def _hooks(top: Path, tar: Path) -> list[str]:
    """Inside: PJSIP from Debian's signed source, and the packages that the lock names by hash."""
    inside = (
        "set -e; mkdir /src/wheels; export PIP_FIND_LINKS= PIP_CERT=/src/ca-certificates.crt;"
        " python3 /src/pjsip/build --cache /src/cache --print-wheel > /src/wheel;"
        " cp $(cat /src/wheel) /src/wheels; python3 -m venv /src/venv;"
        " /src/venv/bin/pip wheel --no-deps --require-hashes --only-binary :all:"
        " -w /src/wheels -r /src/requirements.lock"
    )
    files = f"{top}/boot/pjsip {top}/requirements.lock {CERTIFICATES}"
    return [
        '--customize-hook=mkdir "$1/src"',
        f"--customize-hook=copy-in {files} /src",
        f"--customize-hook=chroot \"$1\" sh -c '{inside}'",
        f"--customize-hook=tar-out /src/wheels {tar}.part",
        f"--customize-hook=mv {tar}.part {tar}",
        '--customize-hook=rm -rf "$1/src"',
    ]
