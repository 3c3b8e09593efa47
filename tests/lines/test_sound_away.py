"""A caller on hold hears nothing of the box, and the box nothing of who talks meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest_asyncio
from tests.lines.drivers import Driver, over, sound_engine
from tests.sim.gsm import Ec25, Faults
from tests.sim.sound import Tone

from hotline.lines.gsmleg import GsmLeg
from hotline.media import wav
from hotline.media.mixer import MixedSound

OURS = Tone(1400)


@pytest_asyncio.fixture
async def driver(tmp_path: Path) -> AsyncIterator[Driver]:
    async with (
        sound_engine(tmp_path) as engine,
        over(Ec25, engine, tmp_path, Faults(keys="sound")) as driver,
    ):
        yield driver


async def test_words_and_keys_wait_until_the_caller_is_back(driver: Driver, tmp_path: Path) -> None:
    wav.write(tmp_path / "sign.wav", OURS.lasting(1.0))
    call: Any
    call, leg = await driver.rung("+37322000001")
    assert isinstance(leg, GsmLeg)
    await leg.answer()
    sound: MixedSound = driver.engine.attach(leg.audio, leg.keys, in_band=True)
    leg.away(True)
    playing = asyncio.ensure_future(sound.play([tmp_path / "sign.wav"]))
    await call.press("5")
    await call.hears_silence(lasting=1.5)
    assert not playing.done()
    assert leg.keys.empty()
    leg.away(False)
    await call.hears(OURS, within=3, lasting=0.8)
    await asyncio.wait_for(playing, 3)
    await call.press("6")
    assert await asyncio.wait_for(leg.keys.get(), 3) == "6"
    sound.close()
    leg.hang_up()
    await asyncio.wait_for(leg.gone, 5)
