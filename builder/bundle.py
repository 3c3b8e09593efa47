"""An update as one signed file for RAUC: root and boot files of a version, for either slot."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from builder import disk, steps
from builder.keys import Keys
from builder.recipe import Recipe

# Not `verity`: RAUC 1.13 of Debian 13 misreads what kernels since 6.19 say of it (rauc/rauc#1842,
# mended in 1.15.1). The signature of a plain one is over the whole file, and is checked before it
# is opened, in a folder where root alone writes.
FORMAT = "plain"

# The boot files are the same for both slots, but for the command line: it names the slot's root.
HOOK = """#!/bin/sh
# Beside the kernel lies a command line for each slot: the one of this slot is taken.
set -eu
[ "$1" = slot-post-install ] || exit 0
case ${RAUC_SLOT_NAME:?} in boot.0) slot=a ;; boot.1) slot=b ;; *) exit 1 ;; esac
cp "${RAUC_SLOT_MOUNT_POINT:?}/cmdline-$slot.txt" "$RAUC_SLOT_MOUNT_POINT/cmdline.new"
sync "$RAUC_SLOT_MOUNT_POINT/cmdline.new"
mv "$RAUC_SLOT_MOUNT_POINT/cmdline.new" "$RAUC_SLOT_MOUNT_POINT/cmdline.txt"
sync "$RAUC_SLOT_MOUNT_POINT"
"""


def kind(recipe: Recipe, variant_name: str) -> str:
    """What a bundle is for: a box takes only its own."""
    return f"{recipe.name}-{variant_name}"


def manifest(recipe: Recipe, variant_name: str, version: str) -> str:
    """What RAUC is told of a bundle."""
    return (
        f"[update]\ncompatible={kind(recipe, variant_name)}\nversion={version}\n\n"
        f"[bundle]\nformat={FORMAT}\n\n[hooks]\nfilename=hook.sh\n\n"
        "[image.rootfs]\nfilename=root.img\n\n"
        "[image.boot]\nfilename=boot.vfat\nhooks=post-install\n"
    )


def system_conf(recipe: Recipe, variant_name: str) -> str:
    """What RAUC knows of the box: its slots, and who says which one starts."""
    part = f"/dev/disk/by-partuuid/{recipe.partitions.signature:08x}"
    slots = "".join(
        f"\n[slot.rootfs.{number}]\ndevice={part}-{root:02d}\ntype=raw\nbootname={slot}\n"
        f"\n[slot.boot.{number}]\ndevice={part}-{boot:02d}\ntype=vfat\nparent=rootfs.{number}\n"
        for number, (slot, (boot, root)) in enumerate(disk.SLOTS.items())
    )
    return (
        f"[system]\ncompatible={kind(recipe, variant_name)}\nbootloader=custom\n"
        f"bundle-formats={FORMAT}\nmountprefix=/run/rauc\nstatusfile=/data/updates/slots\n\n"
        "[keyring]\npath=/etc/rauc/keyring.pem\nuse-bundle-signing-time=true\n\n"
        "[handlers]\nbootloader-custom-backend=/usr/lib/hotline/slot.sh\n" + slots
    )


def make_bundle(
    root: Path,
    boot: Path,
    file: Path,
    recipe: Recipe,
    variant_name: str,
    version: str,
    keys: Keys,
    log: Path,
) -> Path:
    """root: the squashfs. boot: the FAT that `make_boot` made. Raises steps.StepFailed."""
    inside = file.with_suffix(".bundle")
    shutil.rmtree(inside, ignore_errors=True)
    inside.mkdir(parents=True)
    os.link(root, inside / "root.img")
    os.link(boot, inside / "boot.vfat")
    (inside / "hook.sh").write_text(HOOK, encoding="utf-8")
    (inside / "hook.sh").chmod(0o755)
    (inside / "manifest.raucm").write_text(
        manifest(recipe, variant_name, version), encoding="utf-8"
    )
    file.unlink(missing_ok=True)
    with steps.step(f"The update to {version}"):
        steps.run(
            ["rauc", f"--cert={keys.certificate}", f"--key={keys.key}",
             "--mksquashfs-args=-comp zstd -Xcompression-level 1", "bundle", inside, file], log,
        )  # fmt: skip
    shutil.rmtree(inside)
    return file


def make_boot(
    tree: Path, file: Path, recipe: Recipe, variant_name: str, work: Path, log: Path
) -> Path:
    """The boot files for either slot, as large as its partition."""
    variant = recipe.variant(variant_name)
    each = {
        slot: disk.boot_files(tree, recipe, variant, slot, work)["cmdline.txt"]
        for slot in disk.SLOTS
    }
    files = disk.boot_files(tree, recipe, variant, "a", work)
    files |= {f"cmdline-{slot}.txt": path for slot, path in each.items()}
    return disk.make_fat(file, "boot", recipe.partitions.boot, files, recipe, log)
