"""The card can be read back as the Pi's firmware would read it."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from builder import disk, firmware, recipe
from builder.steps import StepFailed

TOP = Path(__file__).resolve().parents[2]
MIB = 1 << 20


def row(kind: int, first: int) -> bytes:
    return bytes([0, 0, 0, 0, kind, 0, 0, 0]) + struct.pack("<II", first, 1)


def sector(*rows: bytes) -> bytes:
    return (bytes(446) + b"".join(rows)).ljust(510, b"\0") + b"\x55\xaa"


def test_partitions_beyond_the_fourth_are_found(tmp_path: Path) -> None:
    card = tmp_path / "card.img"
    with card.open("wb") as disk_:
        disk_.write(sector(row(0x0C, 10), row(0x0C, 20), row(0x0C, 30), row(0x0F, 100)))
        disk_.seek(100 * 512)
        disk_.write(sector(row(0x83, 8), row(0x05, 50)))
        disk_.seek(150 * 512)
        disk_.write(sector(row(0x83, 8), row(0x05, 90)))
        disk_.seek(190 * 512)
        disk_.write(sector(row(0x83, 8)))
    found = firmware.partitions(card)
    assert {number: begin // 512 for number, begin in found.items()} == {
        1: 10, 2: 20, 3: 30, 5: 108, 6: 158, 7: 198,
    }  # fmt: skip


def test_a_file_that_is_no_card_is_refused(tmp_path: Path) -> None:
    (tmp_path / "card.img").write_bytes(bytes(1024))
    with pytest.raises(StepFailed, match="no partition table"):
        firmware.partitions(tmp_path / "card.img")


@pytest.mark.parametrize(("trial", "slot"), [(False, "a"), (True, "b")])
def test_a_trial_start_takes_the_other_slot_and_a_usual_one_does_not(
    trial: bool, slot: str
) -> None:
    said = firmware.sections(disk.autoboot())
    assert firmware.chosen(said, trial) == disk.SLOTS[slot][0]


def test_without_two_slots_a_trial_start_is_a_usual_one() -> None:
    said = firmware.sections("[all]\nboot_partition=2\n[tryboot]\nboot_partition=3\n")
    assert firmware.chosen(said, trial=True) == 2


def test_each_slot_starts_its_own_root_and_sees_its_own_boot_files() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    lines = {slot: disk.command_line(ours, ours.variant("amd64"), slot) for slot in disk.SLOTS}
    assert "root=PARTUUID=484f544c-05 " in lines["a"]
    assert "=PARTUUID=484f544c-02:/boot/slot:" in lines["a"]
    assert "root=PARTUUID=484f544c-06 " in lines["b"]
    assert "=PARTUUID=484f544c-03:/boot/slot:" in lines["b"]


def test_what_the_firmware_loads_is_named_in_the_slot() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    said = firmware.sections(disk.config_txt(ours.variant("arm64")))["all"]
    assert (said["kernel"], said["initramfs"]) == ("vmlinuz", "initrd.img")


def test_the_card_fits_one_of_four_gigabytes() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    assert disk.size_mib(ours.partitions) * MIB <= 3_900_000_000
