"""A caller says in a few words what it is about, and whoever is rung hears it."""

from __future__ import annotations

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.sim.sound import RATE, Silence, noise
from tests.stories.stage import STAFF, Stage, beep, heard, key, menu, office, person

WORDS = noise(2.0, seed=11)
ASKS = menu(key("1", "topic", "orders", ask_why=True))


async def test_whoever_is_rung_hears_what_the_caller_said_and_may_take_it_in_the_middle(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana"), menus=(ASKS,)))
    ana = stage.staff("ana", behaviours.answers_silently(after=0.1))
    caller = await stage.called(tone=Silence())
    await caller.press("1")
    await heard(caller, Prompt.RECORDING_NOTICE)
    await beep(caller)
    await caller.say(WORDS)
    await caller.press("#")
    rung = await ana.rings()
    await rung.hears_most(WORDS[: RATE // 2])
    await rung.press("1")
    await caller.hears(STAFF["ana"][1], within=2)
    await caller.hang_up()
    story = await stage.story(caller)
    assert (story.call.outcome, stage.cases(caller)) == ("spoken", [])
