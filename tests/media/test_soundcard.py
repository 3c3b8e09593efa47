"""A modem's sound card is found when it is there, and gives and takes sound while it is open.

The card is ALSA's `file` plug-in; PortAudio and all of ALSA above it are real.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest
from tests.sim.gsm import Ec25Card, MobileNetwork

from hotline.errors import LineDown
from hotline.media.soundcard import Card

BASE = "</usr/share/alsa/alsa.conf>\n"
FRAME_BYTES = 320


@pytest.fixture(autouse=True)
def no_card(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine without any."""
    (tmp_path / "none.conf").write_text(BASE)
    monkeypatch.setenv("ALSA_CONFIG_PATH", str(tmp_path / "none.conf"))


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
