"""Stands in for the Raspberry Pi's firmware: which slot starts, and with what.

It reads the image as the firmware's documents say (autoboot.txt, config.txt, cmdline.txt). The real
firmware was never run on this image.
"""

from __future__ import annotations

import struct
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from builder.steps import StepFailed

SECTOR = 512
TABLE = 446  # where an MBR's four entries begin
EXTENDED = frozenset({0x05, 0x0F, 0x85})


@dataclass(frozen=True)
class Start:
    """What a kernel is started with."""

    kernel: Path
    ram_disk: Path
    command_line: str


def partitions(image: Path) -> dict[int, int]:
    """Number of each partition and the byte it begins at; logical ones from 5 on."""
    found: dict[int, int] = {}
    with image.open("rb") as disk:
        for number, (kind, first) in enumerate(_entries(disk.read(SECTOR)), start=1):
            if kind in EXTENDED:
                found |= _logical(image, first)
            elif kind:
                found[number] = first * SECTOR
    return dict(sorted(found.items()))


def _logical(image: Path, extended: int) -> dict[int, int]:
    found: dict[int, int] = {}
    table, number = extended, 5
    with image.open("rb") as disk:
        while True:
            disk.seek(table * SECTOR)
            (kind, first), (more, next_table), *_ = _entries(disk.read(SECTOR))
            if kind:
                found[number] = (table + first) * SECTOR
            if not more:
                return found
            table, number = extended + next_table, number + 1


def _entries(sector: bytes) -> list[tuple[int, int]]:
    if sector[-2:] != b"\x55\xaa":
        raise StepFailed("The image has no partition table.", "Build it again: ./box image")
    rows = (sector[TABLE + 16 * row : TABLE + 16 * (row + 1)] for row in range(4))
    return [(row[4], struct.unpack("<I", row[8:12])[0]) for row in rows]


def sections(text: str) -> dict[str, dict[str, str]]:
    """autoboot.txt and config.txt: keys under [filters]; what stands before any is for all."""
    found: dict[str, dict[str, str]] = {"all": {}}
    section = "all"
    for line in text.splitlines():
        words = line.split("#", 1)[0].strip()
        if words.startswith("[") and words.endswith("]"):
            section = words[1:-1]
            found.setdefault(section, {})
        elif "=" in words:
            key, value = words.split("=", 1)
            found[section][key.strip()] = value.strip()
        elif words.startswith("initramfs "):
            found[section]["initramfs"] = words.split()[1]
    return found


def chosen(autoboot: Mapping[str, Mapping[str, str]], trial: bool) -> int:
    """The boot partition; a trial start takes [tryboot] if there are two slots to choose from."""
    keys = dict(autoboot["all"])
    if trial and keys.get("tryboot_a_b") == "1":
        keys |= autoboot.get("tryboot", {})
    return int(keys["boot_partition"])


def take(image: Path, offset: int, name: str) -> bytes:
    """A file of the FAT that begins at `offset`."""
    done = subprocess.run(
        ["mtype", "-i", f"{image}@@{offset}", f"::{name}"],
        capture_output=True, check=False, env={"MTOOLS_SKIP_CHECK": "1", "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    if done.returncode:
        raise StepFailed(
            f"{name} cannot be read from the image: {done.stderr.decode(errors='replace').strip()}",
            "Build it again: ./box image",
        )
    return done.stdout


def start_of(image: Path, into: Path, trial: bool = False) -> Start:
    """Takes out of the image what the slot that would start is started with; `into` is a folder."""
    begins = partitions(image)
    slot = begins[chosen(sections(take(image, begins[1], "autoboot.txt").decode()), trial)]
    config = sections(take(image, slot, "config.txt").decode())["all"]
    into.mkdir(parents=True, exist_ok=True)
    kernel, ram_disk = into / "kernel", into / "ram-disk"
    kernel.write_bytes(take(image, slot, config["kernel"]))
    ram_disk.write_bytes(take(image, slot, config["initramfs"]))
    return Start(kernel, ram_disk, take(image, slot, "cmdline.txt").decode().strip())
