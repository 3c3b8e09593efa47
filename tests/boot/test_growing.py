"""The data partition takes the rest of the card it was written on, and keeps its place."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest
from builder import disk, firmware
from builder.recipe import Recipe, read_recipe
from tests.boot.scripts import TOOLS, Box, missing
from tests.sim.box import ROOT

pytestmark = pytest.mark.skipif(bool(missing("dash", "sfdisk")), reason="dash or fdisk missing")

SECTOR, MIB = 512, 1 << 20
LOGICAL = (5, 6, 7)
MOST_TOOLS = 40


def _sfdisk(*words: str | Path, stdin: str = "") -> str:
    return subprocess.run(
        ["sfdisk", *words], input=stdin, capture_output=True, text=True, check=True,
        env={"PATH": TOOLS},
    ).stdout  # fmt: skip


def card_of(recipe: Recipe, file: Path, more: int) -> Path:
    """A card as genimage lays it out, on a medium that is `more` MiB larger."""
    sizes = recipe.partitions
    rows, at, whole = [], disk.ALIGNED, disk.size_mib(sizes)
    for size in (sizes.bootcfg, sizes.boot, sizes.boot):
        rows.append(f"start={at}MiB, size={size}MiB, type=c")
        at += size
    rows.append(f"start={at}MiB, size={whole - at}MiB, type=f")
    for size in (sizes.root, sizes.root, sizes.data):
        at += disk.ALIGNED
        rows.append(f"start={at}MiB, size={size}MiB, type=83")
        at += size
    with file.open("wb") as card:
        card.truncate((whole + more) * MIB)
    label = f"label: dos\nlabel-id: {sizes.signature:#x}\n"
    _sfdisk("--quiet", file, stdin=label + "\n".join(rows) + "\n")
    return file


def table(card: Path) -> dict[int, tuple[int, int]]:
    """Begin and size of each partition, in sectors."""
    rows = re.findall(r"(\d+) : start= *(\d+), size= *(\d+)", _sfdisk("--dump", card))
    return {int(number): (int(start), int(size)) for number, start, size in rows}


def differing(one: Path, other: Path) -> list[int]:
    """Sectors with tables in which two cards are not the same; they lie before what they name."""
    ahead = disk.ALIGNED * MIB
    begins = firmware.partitions(one)
    places = [(0, SECTOR), *((begins[number] - ahead, ahead) for number in LOGICAL)]
    found = []
    with one.open("rb") as a, other.open("rb") as b:
        for begin, size in places:
            a.seek(begin), b.seek(begin)
            left, right = a.read(size), b.read(size)
            if left != right:
                rows = range(0, size, SECTOR)
                found += [begin + n for n in rows if left[n : n + SECTOR] != right[n : n + SECTOR]]
    return found


@pytest.fixture
def recipe() -> Recipe:
    return read_recipe(ROOT / "image.yml")


@pytest.fixture
def box(tmp_path: Path) -> Box:
    return Box(tmp_path).set_up()


def grow(box: Box, card: Path, cut: int = 0) -> int:
    told = f"{box.root}/kernel"
    Path(told).write_text('#!/bin/sh\necho "$@" >"$0.told"\n')
    Path(told).chmod(0o755)
    return box.run("grow.sh", cut=cut, HOTLINE_DISK=str(card), HOTLINE_TELL=told)


def test_data_reaches_the_end_of_a_larger_card(box: Box, recipe: Recipe) -> None:
    card = card_of(recipe, box.root / "card.img", more=4096)
    before = table(card)
    grow(box, card)
    after = table(card)
    end = card.stat().st_size // SECTOR
    assert {number: start for number, (start, _) in before.items()} == {
        number: start for number, (start, _) in after.items()
    }
    assert [before[number] for number in (1, 2, 3, 5, 6)] == [
        after[number] for number in (1, 2, 3, 5, 6)
    ]
    assert [sum(after[number]) for number in (4, 7)] == [end, end]
    assert firmware.partitions(card)[7] == before[7][0] * SECTOR
    assert (box.root / "kernel.told").read_text() == f"{card} 7 {after[7][0]} {after[7][1]}\n"


@pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists() or bool(missing("addpart")),
    reason="only root, with loop devices, has a disk to try it on",
)
def test_the_kernel_hears_of_it_without_the_partition_going_away(box: Box, recipe: Recipe) -> None:
    card = card_of(recipe, box.root / "card.img", more=256)
    begin, size = table(card)[7]
    run = lambda *words: subprocess.run(words, check=True, capture_output=True, text=True)  # noqa: E731
    disk_ = run("losetup", "--find", "--show", "--partscan", card).stdout.strip()
    shown = Path("/sys/class/block") / f"{Path(disk_).name}p7/size"
    try:
        if not shown.exists():  # a kernel that reads no tables itself
            run("addpart", disk_, "7", str(begin), str(size))
        with Path(f"{disk_}p7").open("rb") as used:
            box.run("grow.sh", HOTLINE_DISK=disk_)
            assert used.seek(0, os.SEEK_END) == (size + 256 * MIB // SECTOR) * SECTOR
        assert int(shown.read_text()) == table(card)[7][1]
    finally:
        run("losetup", "--detach", disk_)


def test_a_card_without_room_is_left_as_it_is(box: Box, recipe: Recipe) -> None:
    card = card_of(recipe, box.root / "card.img", more=3)
    before = table(card)
    grow(box, card)
    assert table(card) == before


def test_a_card_that_grew_is_not_written_again(box: Box, recipe: Recipe) -> None:
    card = card_of(recipe, box.root / "card.img", more=256)
    grow(box, card)
    changed = card.stat().st_mtime_ns
    grow(box, card)
    assert card.stat().st_mtime_ns == changed


def test_growing_that_is_cut_off_leaves_a_whole_table_and_goes_on(
    tmp_path: Path, recipe: Recipe
) -> None:
    """First the table that holds the others, then the last of these: one sector each time."""
    plain = card_of(recipe, tmp_path / "plain.img", more=512)
    seen = set()
    for cut in range(1, MOST_TOOLS):
        root = tmp_path / f"cut-{cut}"
        root.mkdir()
        box = Box(root).set_up()
        card = card_of(recipe, root / "card.img", more=512)
        whole = grow(box, card, cut) != -9
        seen.add(len(changed := differing(plain, card)))
        assert changed[:1] in ([], [0]), cut
        assert {n: start for n, (start, _) in table(card).items()} == {
            n: start for n, (start, _) in table(plain).items()
        }, cut
        grow(box, card)
        assert sum(table(card)[7]) * SECTOR == card.stat().st_size, cut
        if whole:
            break
    else:
        raise AssertionError("it never came to its end")
    assert seen == {0, 1, 2}
