"""A box on the office's own telephone line, with a GSM modem beside it for its texts."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.box import BoxUnderTest, running
from tests.sim.fxo import Faults, VoiceModem
from tests.sim.gsm import AirCall, Ec25, MobileNetwork
from tests.sim.sound import RATE, Silence, noise
from tests.stories.modems import modem_table
from tests.stories.stage import PLENTY, Stage, beep, heard, office, recorded, voices

TALK = noise(2.0, seed=7)
QUICK = Faults(caller_id="before it")  # most stories need no wait between two rings


@dataclass
class OfficeLine:
    """The stage on which callers come over the line, its modem, and the network of the mobiles."""

    stage: Stage
    modem: VoiceModem
    mobiles: MobileNetwork


@contextlib.asynccontextmanager
async def box_on_the_office_line(
    folder: Path,
    spoken: Path,
    *,
    model: str = "usr5637",
    faults: Faults | None = None,
    more: str = "",
) -> AsyncIterator[OfficeLine]:
    """Ready when both lines are up. more: of the [[voice_modem]]."""
    async with contextlib.AsyncExitStack() as closing:
        line, air = MobileNetwork(), MobileNetwork()
        for network in (line, air):
            closing.push_async_callback(network.stop)
        for name in ("line", "air"):
            (folder / name).mkdir(parents=True)
        modem = closing.enter_context(VoiceModem(line, folder / "line", faults=faults, model=model))
        mobile = closing.enter_context(Ec25(air, folder / "air", "+37369000900"))
        table = f"""
[[voice_modem]]
name = "office"
port = "{modem.port}"
model = "{model}"
{more}
"""
        box = BoxUnderTest(folder, office(), table + modem_table("mobile", mobile), settings=PLENTY)
        voice = voices(box.data, spoken)
        closing.push_async_callback(voice.close)
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(one.up for one in status.lines), "all lines up")
        yield OfficeLine(Stage(box, line, modem, voice), modem, air)  # type: ignore[arg-type]


async def clear(line: OfficeLine) -> None:
    """Everybody hangs up; the line is free for the next caller."""
    line.modem.phone_down()
    await line.stage.clear()
    await line.stage.box.until(lambda _: not line.modem.off_hook, "the line on hook")


async def at_the_beep(stage: Stage, **more: Any) -> AirCall:
    """A caller who has just heard the beep of a complaint and says nothing yet."""
    await stage.opens(office(recording_notice={}, **more))
    caller = await stage.called(tone=Silence())
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.press("2")
    asked = await beep(caller)
    await caller.hears_silence(lasting=0.1, since=asked.position)
    return caller


async def complains(stage: Stage, caller: AirCall) -> None:
    """Whoever is at the beep says something; all of it is filed under their number."""
    await caller.say(TALK)
    await caller.press("#")
    await heard(caller, Prompt.COMPLAINT_SAVED)
    await heard(caller, Prompt.GOODBYE)
    await caller.ended()
    case = await stage.filed(caller)
    assert case.caller_number == caller.number
    sound = recorded(stage.recording(case))
    assert len(sound) / RATE == pytest.approx(TALK.size / RATE, abs=1.0)
    assert listen.kept(TALK, sound) > 0.8
