"""The disk refuses: callers are answered and forwarded, hear the truth, and nothing is lost."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sound import RATE, Silence, noise
from tests.stories.stage import (
    BEEP,
    SIGNS,
    STAFF,
    Stage,
    heard,
    office,
    person,
    recorded,
    staged,
    was_heard,
)

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]
TALK = noise(3, seed=21)
HALF = len(TALK) // 2
ENOSPC, EROFS = 28, 30


class Disk:
    """The disk of a running daemon, and the ways in which it can refuse to be written."""

    def __init__(self, stage: Stage, pipes: Path) -> None:
        self.stage, self._pipes = stage, pipes
        self._faulty = False

    async def refuses(self, how: str) -> None:
        """how: full, read-only, or not one byte (also for the log and new files)."""
        if how == "not one byte":
            resource.prlimit(self.stage.box.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
            return
        number = {"full": ENOSPC, "read-only": EROFS}[how]
        self._faulty = True
        await self._tell(f"enable name=posix/io/rw/pwrite,failinfo={number}")

    async def mended(self) -> None:
        """There is room again; harmless when there always was."""
        limits = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        resource.prlimit(self.stage.box.pid, resource.RLIMIT_FSIZE, limits)
        if self._faulty:
            self._faulty = False
            await self._tell("disable name=posix/io/rw/pwrite")

    async def _tell(self, command: str) -> None:
        pid = str(self.stage.box.pid)
        child = await asyncio.create_subprocess_exec(
            "fiu-ctrl", "-c", command, "-f", str(self._pipes), pid, stdout=asyncio.subprocess.PIPE
        )
        said, _ = await child.communicate()
        assert said == b"", said


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def shared_disk(
    tmp_path_factory: pytest.TempPathFactory, spoken: Path
) -> AsyncIterator[Disk]:
    folder = tmp_path_factory.mktemp("box")
    pipes = folder / "faults"
    async with staged(folder, spoken, prefix=("fiu-run", "-x", "-f", str(pipes))) as stage:
        yield Disk(stage, pipes)


@pytest_asyncio.fixture(loop_scope="session")
async def disk(shared_disk: Disk) -> AsyncIterator[Disk]:
    stage = shared_disk.stage
    await stage.opens(office(person("ana"), recording_notice={}))
    stage.staff("ana", AT_ONCE)
    yield shared_disk
    await shared_disk.mended()
    await stage.clear()
    await stage.box.until(lambda status: not status.trouble, "no trouble any more", 20)


async def at_the_beep(stage: Stage) -> OutgoingCall:
    call = await stage.called(tone=Silence())
    await call.press("3")
    beep = await call.hears(BEEP, within=15, lasting=0.1)
    await call.hears_silence(lasting=0.1, since=beep.position)
    return call


async def is_forwarded(stage: Stage) -> None:
    """Somebody else calls meanwhile and speaks with Ana."""
    call = await stage.forwarded()
    await call.hears(ANA)
    await call.hang_up()


async def told_the_truth(stage: Stage, call: OutgoingCall) -> None:
    """The caller hears the apology, and not that the message is saved."""
    await heard(call, Prompt.DISK_FULL_APOLOGY, within=20)
    assert not was_heard(call, SIGNS[Prompt.MESSAGE_SAVED])
    await call.ended(within=20)


async def kept_after_all(disk: Disk, call: OutgoingCall) -> None:
    """With room again, and without a restart, all of it is on record."""
    await disk.mended()
    case = await disk.stage.filed(call, within=20)
    path = disk.stage.recording(case)
    await disk.stage.box.until(
        lambda _: path.exists() and path.stat().st_size > 1.5 * len(TALK), "the recording", 20
    )
    sound = recorded(path)
    pieces = [TALK[begin : begin + RATE // 2] for begin in range(0, len(TALK), RATE // 2)]
    assert [n for n, piece in enumerate(pieces) if listen.find(piece, sound).likeness < 0.4] == []
    assert case.seconds == pytest.approx(len(sound) / RATE, abs=0.1)


@pytest.mark.parametrize("how", ["full", "read-only", "not one byte"])
async def test_the_disk_refuses_in_the_middle_of_a_recording(disk: Disk, how: str) -> None:
    call = await at_the_beep(disk.stage)
    await call.say(TALK[:HALF])
    await disk.refuses(how)
    await call.say(TALK[HALF:])
    await call.press("#")
    await asyncio.gather(told_the_truth(disk.stage, call), is_forwarded(disk.stage))
    await kept_after_all(disk, call)


async def test_the_disk_was_full_before_the_call(disk: Disk) -> None:
    await disk.refuses("full")
    call = await at_the_beep(disk.stage)
    await call.say(TALK)
    await call.press("#")
    await asyncio.gather(told_the_truth(disk.stage, call), is_forwarded(disk.stage))
    await kept_after_all(disk, call)


@pytest.mark.parametrize(("how", "words"), [("full", "is full"), ("read-only", "errors")])
async def test_the_owner_is_told_in_plain_words(disk: Disk, how: str, words: str) -> None:
    await disk.refuses(how)
    await (await disk.stage.called()).hang_up()
    await disk.stage.box.until(lambda status: words in status.trouble, f"the word {words!r}")
