"""image.yml says what the card is; a mistake in it is told with its key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from builder import base, recipe

TOP = Path(__file__).resolve().parents[2]
LISTING = (TOP / "boot/packages.txt").read_text(encoding="utf-8")


def with_change(tmp_path: Path, change: Callable[[dict[str, Any]], object]) -> Path:
    raw = yaml.safe_load((TOP / "image.yml").read_text(encoding="utf-8"))
    change(raw)
    file = tmp_path / "image.yml"
    file.write_text(yaml.safe_dump(raw), encoding="utf-8")
    return file


def test_the_recipe_of_this_repository_can_be_followed() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    assert set(ours.variants) == {"amd64", "arm64"}
    assert {"espeak-ng", "nginx-light"} <= set(base.wanted(ours, ours.variant("arm64"), LISTING))


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (lambda raw: raw["partitions"].update(root="big"), "partitions.root"),
        (lambda raw: raw["partitions"].update(boot=20), "boot needs 34 MiB"),
        (lambda raw: raw.update(sweet="bookworm"), "sweet"),
        (lambda raw: raw["packages"].append("nginx; rm -rf /"), "packages."),
        (lambda raw: raw["units"]["enable"].append("--force"), "units.enable."),
        (lambda raw: raw["variants"]["amd64"].pop("kernel"), "variants.amd64.kernel"),
        (lambda raw: raw.update(date="some day"), "date"),
    ],
)
def test_a_mistake_is_told_with_its_key(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], key: str
) -> None:
    with pytest.raises(recipe.BadRecipe, match=key.replace(".", r"\.")):
        recipe.read_recipe(with_change(tmp_path, change))


def test_a_variant_that_is_not_there_is_answered_with_those_that_are() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    with pytest.raises(recipe.BadRecipe, match=r"riscv.*amd64, arm64"):
        ours.variant("riscv")


@pytest.mark.parametrize(
    ("change", "again"),
    [
        (lambda raw: None, True),
        (lambda raw: raw["partitions"].update(data=1024), True),
        (lambda raw: raw["units"]["enable"].append("more.service"), True),
        (lambda raw: raw["packages"].append("vim"), False),
        (lambda raw: raw["leave_out"].append("/usr/share/bug/*"), False),
        (lambda raw: raw["variants"]["amd64"]["early_modules"].append("nvme"), False),
        (lambda raw: raw.update(date="2026-11-23"), False),
    ],
)
def test_debian_is_made_anew_only_when_what_it_is_made_of_changes(
    tmp_path: Path, change: Callable[[dict[str, Any]], object], again: bool
) -> None:
    keys = [
        base.base_key(read, read.variant("amd64"), LISTING)
        for read in (
            recipe.read_recipe(TOP / "image.yml"),
            recipe.read_recipe(with_change(tmp_path, change)),
        )
    ]
    assert (keys[0] == keys[1]) is again


def test_what_starts_by_itself_is_what_the_presets_of_boot_say() -> None:
    ours = recipe.read_recipe(TOP / "image.yml")
    presets = (TOP / "boot/root/usr/lib/systemd/system-preset").glob("*.preset")
    rows = [row.split() for file in presets for row in file.read_text().splitlines()]
    said = {row[1] for row in rows if row[:1] == ["enable"]} - {"polkit.service"}  # has no switch
    assert set(ours.units.enable) == said
