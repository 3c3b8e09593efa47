"""The Wi-Fi of the box sends what the office's country allows, and nobody is asked for it."""

from __future__ import annotations

import asyncio
from pathlib import Path

from hotline.lan.country import LOOK_S, keep_country


async def test_the_country_is_told_once_it_is_known_and_when_it_changes(tmp_path: Path) -> None:
    said, file = [""], tmp_path / "country"
    task = asyncio.create_task(keep_country(file, lambda: said[0]))
    await asyncio.sleep(1)
    assert not file.exists()
    for country in ("MD", "RO"):
        said[0] = country
        await asyncio.sleep(LOOK_S)
        assert file.read_text() == f"{country}\n"
    task.cancel()


async def test_what_is_known_already_is_not_written_again(tmp_path: Path) -> None:
    file = tmp_path / "country"
    file.write_text("MD\n")
    before = file.stat().st_ino
    task = asyncio.create_task(keep_country(file, lambda: "MD"))
    await asyncio.sleep(LOOK_S)
    assert file.stat().st_ino == before
    task.cancel()
