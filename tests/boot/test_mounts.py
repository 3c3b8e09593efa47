"""What the image mounts beside its root, as systemd's own generator reads it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from builder import tree
from builder.recipe import read_recipe
from tests.sim.box import ROOT

GENERATOR = Path("/usr/lib/systemd/system-generators/systemd-fstab-generator")
pytestmark = pytest.mark.skipif(not GENERATOR.exists(), reason="systemd is missing")


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units that come of the image's fstab."""
    fstab, into = tmp_path / "fstab", tmp_path / "units"
    fstab.write_text(tree.fstab(read_recipe(ROOT / "image.yml")))
    into.mkdir()
    told = {"SYSTEMD_FSTAB": str(fstab), "SYSTEMD_PROC_CMDLINE": "fstab=1"}
    subprocess.run([GENERATOR, into, into, into], env=told, check=True)
    return into


def wanted(units: Path) -> set[str]:
    """What is mounted without anybody looking at it."""
    return {link.name for link in units.glob("local-fs.target.*/*")}


def test_the_small_partition_of_the_card_is_open_only_while_somebody_looks_at_it(
    units: Path,
) -> None:
    assert "boot-config.automount" in wanted(units)
    assert "boot-config.mount" not in wanted(units)
    assert "TimeoutIdleSec=10s" in (units / "boot-config.automount").read_text()


def test_records_and_settings_are_there_before_anything_else_starts(units: Path) -> None:
    assert {"data.mount", "var.mount"} <= wanted(units)
    assert "RequiresMountsFor=/data" in (units / "var.mount").read_text()
    assert list(units.glob("data.mount.*/systemd-growfs@data.service"))
