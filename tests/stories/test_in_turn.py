"""Who gave up waiting is called when it is their turn, before those who came later."""

from __future__ import annotations

from typing import Any

from hotline.media.catalogue import Prompt
from tests.sim.sip import behaviours
from tests.sim.sound import Tone
from tests.stories.stage import STAFF, Stage, heard, office, person

ANA_NUMBER, ANA = STAFF["ana"]
VERA = Tone(1800)


async def waiting(stage: Stage, number: str) -> list[dict[str, Any]]:
    """The entry of this number on the list, as the command shows it; others may be there."""
    shown = await stage.box.records("calls", "--missed")
    return [one for one in shown if one["caller_number"] == number]


async def test_who_pressed_9_is_called_in_turn_and_talks_with_the_colleague(stage: Stage) -> None:
    await stage.opens(office(person("ana"), callback_by_itself=True))
    ana = stage.staff("ana", behaviours.answers(after=0.1, thinks=0))
    first = await stage.forwarded()
    await first.hears(ANA)
    await ana.rings()
    caller = await stage.called(tone=VERA)
    await caller.press("1")
    await stage.step(caller, "waiting")
    await caller.press("9")
    await heard(caller, Prompt.CALLBACK_IN_TURN)
    await caller.ended(within=10)
    theirs = stage.anywhere(caller.number, behaviours.answers_silently(after=0.1), VERA)
    (entry,) = await waiting(stage, caller.number)
    assert entry["turn"] == 1
    await first.hang_up()
    mine = await ana.rings()
    call = await theirs.rings()
    await call.hears(ANA)
    await mine.hears(VERA)
    assert sorted(stage.dialled) == sorted([ANA_NUMBER, ANA_NUMBER, caller.number])
    await call.hang_up()
    await mine.ended(within=5)
    assert await waiting(stage, caller.number) == []
    stage.others_were_dialled()
