"""From the recipe to the finished card, one step after the other."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path

from builder import bundle, disk, sbom, steps
from builder.base import base_root, own_architecture
from builder.keys import Keys
from builder.pjsip import wheel
from builder.recipe import Recipe, Variant
from builder.tree import make_tree
from hotline import __version__

VAR_OF_THE_ROOT = ("lib/dpkg", "lib/apt", "cache")  # the image's own affairs, not the box's data


@dataclass(frozen=True)
class Made:
    """What a build leaves in its folder."""

    card: Path
    bom: Path


def make_image(
    recipe: Recipe, variant_name: str, top: Path, cache: Path, out: Path, known: Path
) -> Made:
    """Leaves image and list of parts in `out`, and in `out`/work what they are made of.

    known: the certificate of updates. Raises HotlineError.
    """
    variant = recipe.variant(variant_name)
    work = out / "work"
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    log = out / "image.log"
    log.unlink(missing_ok=True)
    listing = (top / "boot/packages.txt").read_text(encoding="utf-8")
    base = base_root(recipe, variant, listing, cache)
    pjsip = wheel(recipe, variant, top, cache)
    native = _native(recipe, variant, listing, cache)
    tree = work / "tree"
    make_tree(tree, base, pjsip, recipe, variant_name, top, cache, known, native)
    bom = _parts_list(tree, recipe, variant_name, top, out)
    disk.make_root(tree, work / "root.squashfs", recipe, log)
    _boot_parts(tree, work, recipe, variant_name, log)
    data = work / "data"
    _first_data(tree, data)
    disk.make_data(data, work / "data.ext4", recipe, log)
    name = f"{recipe.name}-{__version__}-{variant_name}.img"
    card = disk.make_card(work, name, recipe, log)
    final = out / name
    card.replace(final)
    return Made(final, bom)


def _native(recipe: Recipe, variant: Variant, listing: str, cache: Path) -> Path | None:
    """Where the variant is for another computer than this: a root that this one can run."""
    own = own_architecture()
    if variant.architecture == own:
        return None
    like = next((one for one in recipe.variants.values() if one.architecture == own), None)
    return base_root(recipe, like, listing, cache) if like else None


def make_update(recipe: Recipe, variant_name: str, out: Path, keys: Keys) -> Path:
    """The signed bundle of what `make_image` has just made, beside it. Raises HotlineError."""
    work, log = out / "work", out / "image.log"
    boot = work / "boot.vfat"
    bundle.make_boot(work / "tree", boot, recipe, variant_name, work, log)
    file = out / f"{recipe.name}-{__version__}-{variant_name}.raucb"
    root = work / "root.squashfs"
    return bundle.make_bundle(root, boot, file, recipe, variant_name, __version__, keys, log)


def _boot_parts(tree: Path, work: Path, recipe: Recipe, variant_name: str, log: Path) -> None:
    variant, sizes = recipe.variant(variant_name), recipe.partitions
    with steps.step("The boot partitions"):
        choice = work / "autoboot.txt"
        choice.write_text(disk.autoboot(), encoding="utf-8")
        first = {"autoboot.txt": choice}
        for name in ("bootcode.bin",):  # a Pi 3 and Zero 2 W read it from the first partition
            if (tree / "usr/lib/raspi-firmware" / name).exists():
                first[name] = tree / "usr/lib/raspi-firmware" / name
        disk.make_fat(work / "bootcfg.vfat", "bootcfg", sizes.bootcfg, first, recipe, log)
        for slot in disk.SLOTS:
            files = disk.boot_files(tree, recipe, variant, slot, work)
            label = f"boot_{slot}"
            disk.make_fat(work / f"{label}.vfat", label, sizes.boot, files, recipe, log)


def _first_data(tree: Path, data: Path) -> None:
    """What /data begins with: /var as the packages want it, without what belongs to the root."""
    shutil.copytree(tree / "var", data / "var", symlinks=True)
    for name in VAR_OF_THE_ROOT:
        shutil.rmtree(data / "var" / name, ignore_errors=True)
    for name in ("lib", "cache", "log", "tmp"):
        (data / "var" / name).mkdir(exist_ok=True)
    _own_as(tree / "var", data / "var")


def _own_as(source: Path, copy: Path) -> None:
    for path in (copy, *copy.rglob("*")):
        there = source / path.relative_to(copy)
        if there.is_symlink() or there.exists():
            stat = there.lstat()
            shutil.chown(path, stat.st_uid, stat.st_gid) if not path.is_symlink() else None


def _parts_list(tree: Path, recipe: Recipe, variant_name: str, top: Path, out: Path) -> Path:
    architecture = recipe.variant(variant_name).architecture
    status = (tree / "var/lib/dpkg/status").read_text(encoding="utf-8")
    site = next((tree / "usr/lib/hotline/venv").glob("lib/python3*/site-packages"))
    parts = [*sbom.debian(status, architecture), *sbom.python(site), *sbom.vendored(top)]
    file = out / f"{recipe.name}-{__version__}-{variant_name}.cdx.json"
    document = sbom.bom(recipe, variant_name, __version__, parts)
    file.write_text(json.dumps(document, indent=1) + "\n", encoding="utf-8")
    return file
