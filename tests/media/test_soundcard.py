"""A modem's sound card is found when it is there, and gives and takes sound while it is open.

The card is ALSA's `file` plug-in; PortAudio and all of ALSA above it are real.
"""

from __future__ import annotations

import asyncio
import os
import platform
import sys
from pathlib import Path

import numpy as np
import pytest
from tests.sim.gsm import Ec25Card, MobileNetwork

from hotline.errors import LineDown
from hotline.media.soundcard import Card

BASE = "</usr/share/alsa/alsa.conf>\n"
FRAME_BYTES = 320
KERNEL = tuple(int(part) for part in platform.release().split(".")[:2])


@pytest.fixture(autouse=True)
def no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any."""
    (tmp_path / "none.conf").write_text(BASE)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "none.conf"))


DENIED = """
import ctypes, mmap, threading
PR_SET_MDWE, REFUSE_EXEC_GAIN = 65, 1
assert ctypes.CDLL(None).prctl(PR_SET_MDWE, REFUSE_EXEC_GAIN, 0, 0, 0) == 0, "an older kernel"
try:
    mmap.mmap(-1, 4096, prot=mmap.PROT_WRITE | mmap.PROT_EXEC)
except OSError:
    print("denied")
from hotline.media.soundcard import Card
frames, enough = [], threading.Semaphore(0)
def swap(heard):
    frames.append(heard)
    enough.release()
    return bytes(len(heard))
card = Card("Android", swap, print)
print(sum(enough.acquire(timeout=30) for _ in range(10)))
card.stop()
"""


class Ear:
    """Keeps what the card heard, and answers with silence."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def swap(self, heard: bytes) -> bytes:
        self.frames.append(heard)
        return bytes(len(heard))

    async def heard(self, count: int) -> None:
        async with asyncio.timeout(10):
            while len(self.frames) < count:  # noqa: ASYNC110 - a thread of PortAudio's
                await asyncio.sleep(0.01)


def test_a_card_that_is_not_there_is_named() -> None:
    with pytest.raises(LineDown, match="no sound card Android"):
        Card("Android", bytes, print)


async def test_a_card_that_was_plugged_in_after_the_start_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(LineDown):
        Card("Android", bytes, print)
    ear = Ear()
    with Ec25Card(MobileNetwork(), tmp_path) as modem:
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(modem.alsa))
        card = await asyncio.to_thread(Card, "Android", ear.swap, print)
        await ear.heard(10)
        await asyncio.to_thread(card.stop)


@pytest.mark.skipif(KERNEL < (6, 3), reason="this kernel knows no such word for a process")
async def test_a_card_gives_sound_where_no_memory_may_be_written_and_then_run(
    tmp_path: Path,
) -> None:
    """MemoryDenyWriteExecute of the box's service; the kernel's own word for it, from 6.3 on."""
    with Ec25Card(MobileNetwork(), tmp_path) as modem:
        child = await asyncio.create_subprocess_exec(
            *(sys.executable, "-c", DENIED),
            env=os.environ | {"ALSA_CONFIG_PATH": str(modem.alsa)},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        async with asyncio.timeout(60):
            said, wrong = await child.communicate()
    assert said.decode().split() == ["denied", "10"], wrong.decode()


async def test_a_card_gives_whole_frames_and_none_after_it_was_let_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ear, lost = Ear(), list[str]()
    with Ec25Card(MobileNetwork(), tmp_path) as modem:
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(modem.alsa))
        card = await asyncio.to_thread(Card, "Android", ear.swap, lost.append)
        await ear.heard(10)
        await asyncio.to_thread(card.stop)
        await asyncio.to_thread(card.stop)
        assert {len(frame) for frame in ear.frames} == {FRAME_BYTES}
        assert not np.frombuffer(b"".join(ear.frames), dtype="<i2").any()
        count = len(ear.frames)
        await asyncio.sleep(0.1)
        assert len(ear.frames) == count
        assert lost == []


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
async def test_a_mistake_of_ours_ends_the_sound_of_the_call_and_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    lost: asyncio.Queue[str] = asyncio.Queue()

    def swap(_heard: bytes) -> bytes:
        raise MemoryError

    with Ec25Card(MobileNetwork(), tmp_path) as modem:
        monkeypatch.setenv("ALSA_CONFIG_PATH", str(modem.alsa))
        tell = lambda why: loop.call_soon_threadsafe(lost.put_nowait, why)  # noqa: E731
        card = await asyncio.to_thread(Card, "Android", swap, tell)
        assert await asyncio.wait_for(lost.get(), 30) == "its sound card is gone"
        await asyncio.to_thread(card.stop)
