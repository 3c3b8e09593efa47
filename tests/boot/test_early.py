"""What runs in the RAM disk: a box keeps its name, though its root is read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from builder import disk
from builder.recipe import read_recipe
from tests.boot.scripts import TOOLS, missing
from tests.sim.box import ROOT

SCRIPT = ROOT / "boot/early/machine-id"
NAME = "0123456789abcdef0123456789abcdef"
pytestmark = pytest.mark.skipif(
    os.geteuid() != 0 or not Path("/dev/loop-control").exists() or bool(missing("dash", "mke2fs")),
    reason="only root, with loop devices, dash and e2fsprogs, can mount a data partition",
)


def start(room: Path, kept: str | None, slot: str = "a") -> str | None:
    """Start a box whose data partition holds this name; what systemd is told."""
    folder, disks, run = room / "data", room / "disks", room / "run"
    for one in (folder, disks, run):
        one.mkdir()
    if kept is not None:
        (folder / "machine-id").write_text(kept)
    recipe = read_recipe(ROOT / "image.yml")
    data = disks / f"{recipe.partitions.signature:08x}-07"
    subprocess.run(["mke2fs", "-q", "-t", "ext4", "-d", folder, data, "4M"], check=True)
    before = data.read_bytes()
    words = room / "cmdline"
    words.write_text(disk.command_line(recipe, recipe.variant("amd64"), slot))
    # A mount of its own, which is gone with the process.
    done = subprocess.run(
        ["unshare", "--mount", "dash", "-u", SCRIPT],
        env={"PATH": TOOLS, "HOTLINE_COMMAND_LINE": str(words), "HOTLINE_DISKS": str(disks),
             "HOTLINE_RUN": str(run)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert data.read_bytes() == before
    told = run / "machine-id"
    return told.read_text() if told.exists() else None


@pytest.mark.parametrize("slot", ["a", "b"])
def test_the_box_is_called_what_it_was_called_before(tmp_path: Path, slot: str) -> None:
    assert start(tmp_path, f"{NAME}\n", slot) == f"{NAME}\n"


@pytest.mark.parametrize("kept", [None, "", "short\n", f"{NAME}00\n", f"{NAME[:-1]}/\n", "\0" * 33])
def test_a_box_without_a_name_starts_nevertheless(tmp_path: Path, kept: str | None) -> None:
    assert start(tmp_path, kept) is None


def test_a_box_whose_data_cannot_be_found_starts_nevertheless(tmp_path: Path) -> None:
    (tmp_path / "cmdline").write_text("root=/dev/vda5\n")
    done = subprocess.run(
        [shutil.which("dash") or "sh", SCRIPT],
        env={"PATH": TOOLS, "HOTLINE_COMMAND_LINE": str(tmp_path / "cmdline"),
             "HOTLINE_DISKS": str(tmp_path), "HOTLINE_RUN": str(tmp_path)},
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
