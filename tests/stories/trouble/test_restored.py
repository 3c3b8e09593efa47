"""A box whose office was spoilt is the one it was again, and answers, without anybody's hands."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import pytest

from hotline.control.messages.backup import BackupAnswer, BackupMake, RestoreOpen, RestoreTake
from hotline.storage.places import Places
from hotline.storage.uploads import Uploads
from tests.sim.box import BoxUnderTest, running, trunk
from tests.stories.stage import office, person

pytestmark = pytest.mark.sip_only

PASSPHRASE = "lapte miere fagure stup"
GOOD, SPOILT = "Flori", "Spoilt"


def box(tmp_path: Path, name: str) -> BoxUnderTest:
    paths = os.pathsep.join(path for path in sys.path if path)
    lines = trunk("office", ("127.0.0.66", 5060), more="keep_alive_seconds = 0\n")
    text = office(people=[person("ana")], name=name)
    return BoxUnderTest(tmp_path / "box", text, lines, environment={"PYTHONPATH": paths})


async def look(box: BoxUnderTest, what: str) -> BackupAnswer:
    """Wait until the daemon's child is done; fails in its words."""
    for _ in range(1200):
        now = await asyncio.to_thread(box.control.backup_look)
        assert not now.trouble, f"{now.trouble} {now.action}"
        if not now.doing and getattr(now, what):
            return now
        await asyncio.sleep(0.05)
    raise AssertionError(f"no {what}: {now}")


async def test_a_spoilt_office_is_restored_on_the_page_and_the_box_answers_again(
    tmp_path: Path,
) -> None:
    async with running(box(tmp_path, GOOD)) as one:
        ask = BackupMake(passphrase=PASSPHRASE, recordings=True, by="maria")
        await asyncio.to_thread(one.control.backup, ask)
        made = (await look(one, "made")).made
        assert made
        places = Places(one.data)
        upload = Uploads(places.uploads).new(made.at)
        upload.write_bytes((places.backups / made.file).read_bytes())
        spoilt = one.control.office_get().replace(GOOD, SPOILT)
        await asyncio.to_thread(one.control.office_put, spoilt, "ion")
        before = one.status()
        assert before.office == SPOILT
        opening = RestoreOpen(upload=upload.name, passphrase=PASSPHRASE, by="maria")
        await asyncio.to_thread(one.control.backup, opening)
        found = (await look(one, "unpacked")).unpacked
        assert found
        assert (found.inside.office, found.here.office) == (GOOD, SPOILT)
        pid = one.pid
        await asyncio.to_thread(one.control.backup, RestoreTake(mark=found.mark, by="maria"))
        after = await one.until(
            lambda status: status.started_at > before.started_at, "the box starts anew", 60
        )
        assert after.office == GOOD
        assert (one.runs, one.pid) == (True, pid)  # its supervisor saw nothing
        assert (await look(one, "previous")).previous


async def test_a_box_is_carried_to_another_machine_by_two_commands(tmp_path: Path) -> None:
    file = str(tmp_path / "box.hotlinebackup")
    old = box(tmp_path / "old", GOOD)
    async with running(old):
        said = await old.command("backup", file, "--stdin", stdin=f"{PASSPHRASE}\n")
        assert f"The whole box is in {file}." in " ".join(said.split())
    new = box(tmp_path / "new", SPOILT)
    new.write_settings()
    said = await new.command("restore", file, "--stdin", stdin=f"{PASSPHRASE}\nno\n", code=1)
    assert "Nothing was changed." in said
    await new.command("restore", file, "--stdin", "--yes", stdin=f"{PASSPHRASE}\n")
    try:
        await new.start()
        assert new.status().office == GOOD
        said = await new.command("restore", file, "--stdin", stdin=f"{PASSPHRASE}\n", code=1)
        assert "already running" in " ".join(said.split())
    finally:
        await new.stop()
