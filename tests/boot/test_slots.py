"""Which slot starts stands in autoboot.txt alone, and no power cut leaves a box without one."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
from builder import disk, firmware
from tests.boot.scripts import SCRIPTS, TOOLS

SECTOR = 512
A, B = (disk.SLOTS[slot][0] for slot in "ab")


@dataclass(frozen=True)
class Card:
    """The small partition of a box that runs from `slot`."""

    root: Path
    slot: str

    @property
    def autoboot(self) -> Path:
        return self.root / "autoboot.txt"

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        (self.root / "cmdline").write_text(f"console=tty1 hotline.slot={self.slot} quiet\n")
        return subprocess.run(
            ["/bin/dash", SCRIPTS / "slot.sh", *words],
            env={
                "PATH": TOOLS,
                "HOTLINE_AUTOBOOT": str(self.autoboot),
                "HOTLINE_CMDLINE": str(self.root / "cmdline"),
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def starts(self, trial: bool = False) -> int:
        """The boot partition that the firmware takes."""
        return firmware.chosen(firmware.sections(self.autoboot.read_text()), trial)


def card(tmp_path: Path, slot: str) -> Card:
    made = Card(tmp_path, slot)
    made.autoboot.write_text(disk.autoboot())
    return made


def test_a_new_version_is_only_tried_until_it_is_called_good(tmp_path: Path) -> None:
    before = card(tmp_path, "a")
    assert before.ask("set-state", "b", "bad").returncode == 0
    assert before.ask("set-primary", "b").returncode == 0
    assert (before.starts(), before.starts(trial=True)) == (A, B)
    after = Card(tmp_path, "b")
    assert after.ask("get-state", "b").stdout == "bad\n"
    assert after.ask("set-state", "b", "good").returncode == 0
    assert (after.starts(), after.starts(trial=True)) == (B, A)
    assert [after.ask(word).stdout for word in ("get-primary", "get-current")] == ["b\n", "b\n"]


def test_only_a_slot_that_runs_can_be_called_good(tmp_path: Path) -> None:
    box = card(tmp_path, "a")
    assert box.ask("set-state", "b", "good").returncode != 0
    assert box.autoboot.read_text() == disk.autoboot()


def test_the_choice_is_written_over_in_place_within_one_sector(tmp_path: Path) -> None:
    box = card(tmp_path, "b")
    place, size = box.autoboot.stat().st_ino, box.autoboot.stat().st_size
    with box.autoboot.open("rb") as held:
        box.ask("set-state", "b", "good")
        assert b"boot_partition=3\n[tryboot]" in held.read()
    assert (box.autoboot.stat().st_ino, box.autoboot.stat().st_size) == (place, size)
    assert size <= SECTOR


def test_a_choice_that_is_cut_off_at_any_byte_names_a_slot_and_can_be_changed_again(
    tmp_path: Path,
) -> None:
    old = disk.autoboot().encode()
    box = card(tmp_path, "b")
    box.ask("set-state", "b", "good")
    new = box.autoboot.read_bytes()
    mixtures = {new[:cut] + old[cut:] for cut in range(len(old) + 1)}
    assert len(mixtures) == 3
    for mixed in mixtures:
        box.autoboot.write_bytes(mixed)
        runs = {A: "a", B: "b"}[box.starts()]
        other = {"a": "b", "b": "a"}[runs]
        assert Card(tmp_path, runs).ask("set-primary", other).returncode == 0
        assert box.starts(trial=True) == disk.SLOTS[other][0]


@pytest.mark.parametrize("held", ["", "[all]\n", "boot_partition=9\n"])
def test_a_box_without_a_choice_says_so_instead_of_guessing(tmp_path: Path, held: str) -> None:
    box = card(tmp_path, "a")
    box.autoboot.write_text(held)
    assert box.ask("get-primary").returncode != 0
