"""The card: slots, boot files and data become one image, written by tools that mount nothing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from builder import steps
from builder.recipe import BadRecipe, Partitions, Recipe, Variant

MIB = 1 << 20
ALIGNED = 4  # MiB: what an SD card erases at once, or a part of it
SLOTS = {"a": (2, 5), "b": (3, 6)}  # boot and root partition of each slot

# Of the tree, what lies on other partitions: kernels, and /var but for its temporary files.
ELSEWHERE = ("boot/*-*", "vmlinuz*", "initrd.img*", "var/[!t]*", "dev/*")


def command_line(recipe: Recipe, variant: Variant, slot: str) -> str:
    """What the kernel of a slot is started with."""
    disk = f"{recipe.partitions.signature:08x}"
    boot, root = SLOTS[slot]
    console = f"{variant.console},115200" if variant.console != "tty1" else variant.console
    return (
        f"console=tty1 console={console} root=PARTUUID={disk}-{root:02d} rootfstype=squashfs"
        f" hotline.slot={slot} rauc.slot={slot}"
        f" systemd.mount-extra=PARTUUID={disk}-{boot:02d}:/boot/slot:vfat:ro,nosuid,nodev,noexec"
        f" {recipe.command_line}\n"
    )


def autoboot() -> str:
    """Which slot starts, and which one a trial start takes: read by the Pi's firmware."""
    a, b = SLOTS["a"][0], SLOTS["b"][0]
    return f"[all]\ntryboot_a_b=1\nboot_partition={a}\n[tryboot]\nboot_partition={b}\n"


def config_txt(variant: Variant) -> str:
    """What the Pi's firmware loads of a slot."""
    rows = [f"kernel={variant.kernel_file}", "initramfs initrd.img followkernel"]
    if variant.architecture == "arm64":
        rows += ["arm_64bit=1", "enable_uart=1", "dtparam=watchdog=on", "disable_overscan=1"]
    return "[all]\n" + "\n".join(rows) + "\n"


def size_mib(partitions: Partitions) -> int:
    """The whole card: each logical partition has a table of its own before it."""
    return (
        ALIGNED + partitions.bootcfg + 2 * partitions.boot
        + 2 * (partitions.root + ALIGNED) + partitions.data + ALIGNED
    )  # fmt: skip


def genimage_config(recipe: Recipe, name: str) -> str:
    """genimage's own words for the table: MBR, the fourth entry holds the logical partitions."""
    sizes = recipe.partitions
    rows = (
        ("bootcfg", "bootcfg.vfat", 0x0C, sizes.bootcfg),
        ("boot_a", "boot_a.vfat", 0x0C, sizes.boot),
        ("boot_b", "boot_b.vfat", 0x0C, sizes.boot),
        ("root_a", "root.squashfs", 0x83, sizes.root),
        ("root_b", "root.squashfs", 0x83, sizes.root),
        ("data", "data.ext4", 0x83, sizes.data),
    )
    parts = "".join(
        f'  partition {label} {{ image = "{file}" partition-type = {kind:#x} size = {size}M }}\n'
        for label, file, kind, size in rows
    )
    return (
        f"image {name} {{\n  hdimage {{\n    align = {ALIGNED}M\n"
        f'    partition-table-type = "mbr"\n    extended-partition = 4\n'
        f"    disk-signature = {sizes.signature:#x}\n  }}\n{parts}}}\n"
    )


def make_root(tree: Path, file: Path, recipe: Recipe, log: Path, level: int = 15) -> Path:
    """The read-only root of both slots. level: 1 is quick and large.

    Raises BadRecipe when it does not fit its partition.
    """
    with steps.step("Packing the root"):
        file.unlink(missing_ok=True)
        steps.run(
            ["mksquashfs", tree, file, "-comp", "zstd", "-Xcompression-level", str(level),
             "-noappend", "-no-xattrs", "-no-progress", "-wildcards", "-e", *ELSEWHERE],
            log, {"SOURCE_DATE_EPOCH": str(recipe.epoch)},
        )  # fmt: skip
    if file.stat().st_size > recipe.partitions.root * MIB:
        raise BadRecipe(
            f"The root has {file.stat().st_size // MIB} MiB, its slot {recipe.partitions.root}.",
            "Make partitions.root larger in image.yml.",
        )
    return file


def make_fat(
    file: Path, label: str, size: int, files: dict[str, Path], recipe: Recipe, log: Path
) -> Path:
    """A FAT with `files` at its top."""
    file.unlink(missing_ok=True)
    env = {"SOURCE_DATE_EPOCH": str(recipe.epoch), "MTOOLS_SKIP_CHECK": "1", "TZ": "UTC"}
    serial = f"{recipe.partitions.signature ^ sum(label.encode()):08x}"
    steps.run(
        ["mkfs.fat", "-C", "-F", "32", "--invariant", "-i", serial, "-n", label.upper(), file,
         str(size * 1024)], log, env,
    )  # fmt: skip
    for name, source in sorted(files.items()):
        os.utime(
            source, (recipe.epoch, recipe.epoch)
        )  # FAT keeps it, and two builds are to be alike
        steps.run(["mcopy", "-m", "-i", file, source, f"::{name}"], log, env)
    return file


def make_data(folder: Path, file: Path, recipe: Recipe, log: Path) -> Path:
    """The ext4 that everything is kept on, with what `folder` holds."""
    file.unlink(missing_ok=True)
    uuid = f"{recipe.partitions.signature:08x}-0000-4000-8000-{recipe.epoch:012x}"
    features = f"hash_seed={uuid},lazy_itable_init=0,root_owner=0:0"
    env = {"E2FSPROGS_FAKE_TIME": str(recipe.epoch), "SOURCE_DATE_EPOCH": str(recipe.epoch)}
    steps.run(
        ["mke2fs", "-q", "-t", "ext4", "-L", "data", "-U", uuid, "-E", features, "-d", folder, file,
         f"{recipe.partitions.data}M"], log, env,
    )  # fmt: skip
    words = file.with_suffix(".debugfs")
    words.write_text(_same_dates(folder, recipe.epoch), encoding="utf-8")
    steps.run(["debugfs", "-w", "-f", words, file], log, env)
    return file


def _same_dates(folder: Path, epoch: int) -> str:
    """mke2fs keeps when files here were read and changed; two builds are to be alike."""
    paths = ["/", *sorted(f"/{path.relative_to(folder)}" for path in folder.rglob("*"))]
    fields = ("ctime", "atime", "mtime")
    return "".join(f'sif "{path}" {field} @{epoch}\n' for path in paths for field in fields)


def boot_files(
    tree: Path, recipe: Recipe, variant: Variant, slot: str, work: Path
) -> dict[str, Path]:
    """What lies on a slot's FAT: kernel, RAM disk, command line, the Pi's firmware and boards."""
    work.mkdir(parents=True, exist_ok=True)
    files = {
        variant.kernel_file: _only(tree / "boot", "vmlinuz-*"),
        "initrd.img": _only(tree / "boot", "initrd.img-*"),
    }
    for name, words in {
        "cmdline.txt": command_line(recipe, variant, slot),
        "config.txt": config_txt(variant),
    }.items():
        files[name] = work / f"{slot}-{name}"
        files[name].write_text(words, encoding="utf-8")
    for path in sorted((tree / "usr/lib/raspi-firmware").glob("*")):
        files[path.name] = path
    for path in sorted(tree.glob("usr/lib/linux-image-*/broadcom/bcm2*.dtb")):
        files[path.name] = path
    return files


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise BadRecipe(
            f"{len(found)} files of the root are called {folder.name}/{pattern}, not one.",
            "Name one kernel in image.yml.",
        )
    return found[0]


def make_card(parts: Path, name: str, recipe: Recipe, log: Path) -> Path:
    """From the files of `parts` the image, beside them."""
    config = parts / "genimage.cfg"
    config.write_text(genimage_config(recipe, name), encoding="utf-8")
    empty, scratch = parts / "empty", parts / "scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    empty.mkdir(exist_ok=True)
    with steps.step("The card"):
        steps.run(
            ["genimage", "--config", config, "--rootpath", empty, "--tmppath", scratch,
             "--inputpath", parts, "--outputpath", parts], log,
        )  # fmt: skip
    return parts / name
