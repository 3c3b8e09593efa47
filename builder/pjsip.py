"""PJSIP for the Python of the image: compiled by boot/pjsip in a Debian of its own, and kept."""

from __future__ import annotations

from pathlib import Path

from builder import base, steps
from builder.recipe import Recipe, Variant, cache_key, packages_that_build, packages_that_run

LEFT_ALONE = frozenset({".md", ".pyc"})  # changes of these change no wheel


def wheel(recipe: Recipe, variant: Variant, top: Path, cache: Path) -> Path:
    """The tar of a folder with the one wheel, from the cache or made now: minutes."""
    listing = (top / "boot/packages.txt").read_text(encoding="utf-8")
    packages = (*packages_that_run(listing), *packages_that_build(listing))
    key = cache_key(recipe.suite, variant.architecture, packages, *_made_of(top / "boot/pjsip"))
    tar = cache / f"pjsip-{variant.architecture}-{key}.tar"
    if not tar.exists():
        with steps.step(f"PJSIP for {variant.architecture}, the longest step"):
            built = cache / f"building-{key}.tar"
            base.make(built, recipe, variant, packages, _hooks(top, tar))
            built.unlink()
    return tar


def _made_of(room: Path) -> list[str]:
    files = (path for path in room.rglob("*") if path.is_file() and path.suffix not in LEFT_ALONE)
    return [cache_key(path.name, path.read_bytes()) for path in sorted(files)]


def _hooks(top: Path, tar: Path) -> list[str]:
    inside = (
        "set -e; mkdir /src/wheels; python3 /src/pjsip/build --cache /src/cache --print-wheel"
        " > /src/wheel; cp $(cat /src/wheel) /src/wheels"
    )
    return [
        '--customize-hook=mkdir "$1/src"',
        f"--customize-hook=copy-in {top}/boot/pjsip /src",
        f"--customize-hook=chroot \"$1\" sh -c '{inside}'",
        f"--customize-hook=tar-out /src/wheels {tar}.part",
        f"--customize-hook=mv {tar}.part {tar}",
        '--customize-hook=rm -rf "$1/src"',
    ]
