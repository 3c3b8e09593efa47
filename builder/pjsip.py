"""PJSIP for the Python of the image, compiled by boot/pjsip and kept.

For a computer like this one in a Debian of its own; for another by a cross compiler, since emulated
it would take hours.
"""

from __future__ import annotations

import shutil
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
            if variant.architecture == base.own_architecture():
                built = cache / f"building-{key}.tar"
                base.make(built, recipe, variant, packages, _hooks(top, tar))
                built.unlink()
            else:
                _cross(recipe, variant, top, tar)
    return tar


def _cross(recipe: Recipe, variant: Variant, top: Path, tar: Path) -> None:
    kept, part = tar.with_suffix(""), tar.with_suffix(".part")
    shutil.rmtree(kept, ignore_errors=True)
    kept.mkdir(parents=True)
    build: list[str | Path] = ["/usr/bin/python3", top / "boot/pjsip/build", "--cache", kept]
    target = ["--arch", variant.architecture, "--suite", recipe.suite]
    steps.run([*build, *target], tar.with_suffix(".log"))
    (wheel,) = kept.glob("*/*.whl")
    wheels = wheel.rename(kept / wheel.name).parent
    steps.run(["tar", "-cf", part, "-C", wheels, wheel.name], tar.with_suffix(".log"))
    part.rename(tar)
    shutil.rmtree(kept)


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
