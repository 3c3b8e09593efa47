"""During a talk the colleague holds, asks, joins and passes on; each hears whom they should."""

from __future__ import annotations

import asyncio
import itertools
from typing import Any

from hotline.inbox.case import CaseKind
from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.sip import behaviours
from tests.sim.sound import RATE, Tone, noise
from tests.stories.stage import CALLERS, SIGNS, STAFF, Stage, beep, office, person, recorded

ANA, ION, EVA = (STAFF[name][1] for name in ("ana", "ion", "eva"))
CALLER = CALLERS[0]
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
WHILE_S = 0.4
COURIER = {"id": "courier", "name": "The courier", "number": "+37369000201", "ring_seconds": 5}
NOTE, NOTED = noise(2, seed=5), "A hard call; Ana had it. The recording is Ana's note."


async def hears_only_music(call: Any, *tones: Tone) -> bool:
    """For a while: sound, and none of these tones in it."""
    begin = call.rtp.heard.length
    await call.lasts(WHILE_S)
    samples, step = call.heard[begin:], listen.WINDOW
    parts = [samples[n : n + step] for n in range(0, len(samples) - step, step)]
    assert len(parts) * step > WHILE_S * RATE / 2
    silent = listen.loudness(samples) < listen.QUIET
    return not silent and not any(listen.sounds(p, tone) for p in parts for tone in tones)


async def test_a_caller_is_held_asked_about_talked_with_by_three_and_passed_on(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), person("ion"), directory=[COURIER]))
    mobiles = {name: stage.staff(name, AT_ONCE) for name in ("ana", "ion")}
    outside = stage.telephone(COURIER["number"], AT_ONCE, tone=EVA)
    caller = await stage.forwarded(tone=CALLER)
    ana = await mobiles["ana"].rings()
    await asyncio.gather(caller.hears(ANA, within=10), ana.hears(CALLER, within=10))

    await ana.press("*1")
    await stage.step(caller, "on_hold")
    assert await hears_only_music(caller, ANA)
    await ana.hears_no_more(CALLER)

    await ana.press("*32")
    asked = await outside.rings()
    await asyncio.gather(ana.hears(EVA), asked.hears(ANA, within=10))
    assert await hears_only_music(caller, ANA, EVA)
    await asked.hears_no_more(CALLER)

    await ana.press("*3")
    await asyncio.gather(
        *(caller.hears(tone) for tone in (ANA, EVA)),
        *(ana.hears(tone) for tone in (CALLER, EVA)),
        *(asked.hears(tone) for tone in (CALLER, ANA)),
    )

    await ana.press("*1")
    assert not (await asked.ended(within=8)).ours
    await ana.press("*21")
    ion = await mobiles["ion"].rings()
    await asyncio.gather(caller.hears(ION), ion.hears(CALLER, within=10))
    assert not (await ana.ended(within=8)).ours

    await ion.press("*22")
    passed_on = await outside.rings()
    await asyncio.gather(caller.hears(EVA), passed_on.hears(CALLER, within=10))
    await caller.hang_up()
    story = await stage.story(caller)
    assert (story.call.outcome, story.call.person) == ("spoken", "courier")
    assert [len(mobile.calls) for mobile in mobiles.values()] == [1, 1]
    stage.others_were_dialled()


tries = itertools.count()


async def test_a_manager_takes_a_hard_call_and_who_had_it_leaves_a_note_and_has_a_pause(
    stage: Stage,
) -> None:
    ids = [f"{name}-{next(tries)}" for name in STAFF]  # nobody has a pause of a try before
    people = [person(name, id=one) for name, one in zip(STAFF, ids, strict=True)]
    people[-1]["level"] = 3
    await stage.opens(office(*people, pause_after_hard=10))
    mobiles = {name: stage.staff(name, AT_ONCE) for name in STAFF}
    caller = await stage.forwarded(tone=CALLER)
    ana = await mobiles["ana"].rings()
    await caller.hears(ANA, within=10)

    await ana.press("*4")
    eva = await mobiles["eva"].rings()
    assert await hears_only_music(caller, ANA)
    await asyncio.gather(caller.hears(EVA, within=10), eva.hears(CALLER, within=10))

    asked = await ana.hears(SIGNS[Prompt.TALK_NOTE], within=10, since=0)
    await beep(ana, since=asked.position)
    await ana.say(NOTE)
    await ana.press("#")
    assert not (await ana.ended(within=12)).ours
    await caller.hang_up()
    assert (await stage.story(caller)).call.person == ids[-1]
    case = await stage.filed(caller)
    assert (case.kind, case.note) == (CaseKind.COMPLAINT, NOTED)
    assert listen.kept(NOTE, recorded(stage.recording(case))) > 0.8

    again = await stage.forwarded()
    await again.hears(ION, within=10)
    assert len(mobiles["ana"].calls) == 1
