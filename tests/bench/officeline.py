"""How soon the office's own line, on a voice modem, answers and speaks."""

from __future__ import annotations

import asyncio
import contextlib
from pathlib import Path
from tempfile import TemporaryDirectory

from hotline.lines.fxo import ON_HOOK_S
from hotline.media import wav
from hotline.media.catalogue import Prompt
from hotline.storage.places import Places
from tests.bench.figures import Figure, spread
from tests.bench.office import LIMITS, office_yaml
from tests.sim import listen
from tests.sim.box import BoxUnderTest, running
from tests.sim.fxo import Faults, VoiceModem
from tests.sim.fxo.line import TOLD_AFTER_S
from tests.sim.gsm import MobileNetwork
from tests.sim.sound import RATE, Silence, Tone

GREETING = Tone(750)  # the office's own: a voice would breathe in before it begins
WARM = 1  # calls that are not counted: the rest of the words is made then


async def answering(calls: int) -> list[Figure]:
    """From the caller's number to the answer, and from the answer to the greeting."""
    times: list[tuple[float, float]] = []
    async with contextlib.AsyncExitStack() as closing:
        folder = Path(closing.enter_context(TemporaryDirectory(prefix="bench-")))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        modem = closing.enter_context(VoiceModem(network, folder, faults=Faults(name="")))
        box = BoxUnderTest(folder / "box", office_yaml(1), _table(modem), LIMITS)
        own = Places(box.data).own_prompts / "en"
        own.mkdir(parents=True)
        wav.write(own / f"{Prompt.GREETING_OPEN}.wav", GREETING.lasting(1.0))
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(line.up for line in status.lines), "the line up")
        for _ in range(WARM + calls):
            times.append(await _one(network))
            await box.until(lambda _: not modem.off_hook, "the line on hook", within=20)
            await asyncio.sleep(ON_HOOK_S + 0.5)
    answers, firsts = zip(*times[WARM:], strict=True)
    return [
        *spread("office line: answer after the caller's number", answers, {50: 500, 99: 500}),
        *spread("office line: first sound after the answer", firsts, {50: 100, 99: 100}),
    ]


def _table(modem: VoiceModem) -> str:
    return f"""
[[voice_modem]]
name = "office"
port = "{modem.port}"
model = "{modem.model}"
"""


async def _one(network: MobileNetwork) -> tuple[float, float]:
    """Seconds from the caller's number to the answer, and on to the first sound."""
    call = await network.caller("+37322111222", tone=Silence()).call()
    answered = await call.answered(within=10)
    await call.hears(GREETING, within=10, lasting=0.5, since=0)
    first = listen.first_sound(call.heard)  # what is heard begins with the answer
    await call.hang_up()
    return answered - call.begun_at - TOLD_AFTER_S, (first or 0) / RATE
