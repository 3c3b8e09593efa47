"""The front panel of a real box: what somebody sees who walks by, and does with one finger."""

from __future__ import annotations

import asyncio
import os
import time
from pathlib import Path

import pytest

from hotline.control.messages.calls import CaseHeard
from hotline.control.messages.lines import LineAdd
from tests.sim.frontpanel import Standing, until
from tests.sim.sip import Exchange
from tests.sim.sound import Silence, noise
from tests.stories.stage import PLENTY, Stage, beep, office, staged

RELAY = 24
PANEL = """
[panel]
lamps = {line = 17, message = 27, trouble = 22}
button = 23
relay = 24
speaker = "default"
"""
PLAYER = """#!/bin/sh
cp "$4" "{played}.new" && mv "{played}.new" "{played}"
"""
TALK = noise(2.0, seed=11)


@pytest.fixture
def spoken(pytestconfig: pytest.Config) -> Path:
    return pytestconfig.cache.mkdir("spoken")


async def test_the_panel_shows_the_day_and_gives_the_line_back_when_the_box_dies(
    tmp_path: Path, spoken: Path
) -> None:
    pins, programs, played = tmp_path / "pins", tmp_path / "programs", tmp_path / "played.wav"
    pins.mkdir()
    programs.mkdir()
    (programs / "aplay").write_text(PLAYER.format(played=played))
    (programs / "aplay").chmod(0o755)
    standing = Standing(pins, 17, 27, 22, 23)
    around = standing.environment() | {"PATH": f"{programs}:{os.environ['PATH']}"}
    gateway = await Exchange.start()
    async with staged(
        tmp_path / "box", spoken, exchange=gateway, settings=PLENTY + PANEL, environment=around
    ) as stage:
        await stage.opens(office(recording_notice={}))
        await standing.until("line", "on")
        await standing.until("trouble", "off")
        await _a_message(stage, standing)
        await _a_line_goes(stage, standing)
        await _night_and_day(stage, standing)
        await standing.press(0.2)
        await until(played.exists, lambda: f"a sentence: {stage.box.log()[-500:]}", 30)
        assert played.stat().st_size > 16_000
        assert len(standing.changes(RELAY, time.monotonic() - 2.0)) > 10
        stage.box.kill()
        await stage.box.ended()
        dead = time.monotonic()
        await asyncio.sleep(1.0)
        assert standing.changes(RELAY, dead) == []


async def _a_message(stage: Stage, standing: Standing) -> None:
    caller = await stage.called(tone=Silence())
    await standing.until("line", "fast", over=1.5)
    await caller.press("3")
    asked = await beep(caller)
    await caller.hears_silence(lasting=0.1, since=asked.position)
    await caller.say(TALK)
    await caller.hang_up()
    case = await stage.filed(caller)
    await standing.until("message", "on")
    await standing.until("line", "on")
    heard = CaseHeard(case=case.number, by="maria")
    await asyncio.to_thread(stage.box.control.change, heard)
    await standing.until("message", "off")


async def _a_line_goes(stage: Stage, standing: Standing) -> None:
    settings: dict[str, str | int | bool] = {
        "kind": "provider",
        "host": "127.0.0.9",
        "user": "nobody",
        "password": "none",
    }
    ask = LineAdd(section="trunk", settings=settings, by="maria")
    await asyncio.to_thread(stage.box.control.line_add, ask)
    await standing.until("trouble", "slow", over=4.0)
    await standing.until("line", "on")


async def _night_and_day(stage: Stage, standing: Standing) -> None:
    await standing.press(2.4)
    await stage.box.until(lambda status: not status.open, "night", 30)
    await standing.until("line", "slow", over=4.0)
    await standing.press(2.4)
    await stage.box.until(lambda status: status.open, "day", 30)
    await standing.until("line", "on")
