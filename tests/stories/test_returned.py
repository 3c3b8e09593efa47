"""Who was missed is called back with the number of the office, and is off the list then."""

from __future__ import annotations

from typing import Any

from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.sim.sip.exchange import Behaviour
from tests.sim.sound import Tone
from tests.stories.stage import STAFF, Anywhere, Stage, heard, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA_NUMBER, ANA = STAFF["ana"]
VERA = Tone(1800)


async def missed(stage: Stage) -> OutgoingCall:
    """Somebody hangs up in the greeting."""
    await stage.opens(office(person("ana")))
    caller = await stage.called(tone=VERA)
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    await stage.story(caller)
    return caller


async def waiting(stage: Stage, number: str) -> list[dict[str, Any]]:
    """The entry of this number, as the command of the office shows it."""
    shown = await stage.box.records("calls", "--missed")
    return [one for one in shown if one["caller_number"] == number]


async def back(stage: Stage, number: str, behaviour: Behaviour) -> Anywhere:
    """Ana calls the number back; its telephone."""
    theirs = stage.anywhere(number, behaviour, VERA)
    (entry,) = await waiting(stage, number)
    told = await stage.box.command("back", str(entry["call_id"]), "--person", "ana")
    assert "Ana is rung now" in told
    return theirs


async def over(stage: Stage, number: str) -> str:
    """How our call ended, once it is written."""

    def ended(_: object) -> bool:
        newest = stage.stories(number)[0].call
        return newest.outgoing and newest.ended_at is not None

    await stage.box.until(ended, "the end of the call back")
    return str(stage.stories(number)[0].call.outcome)


async def test_a_missed_caller_is_called_back_with_the_offices_number_and_leaves_the_list(
    stage: Stage,
) -> None:
    number = (await missed(stage)).number
    ana = stage.staff("ana", AT_ONCE)
    theirs = await back(stage, number, behaviours.answers_silently(after=0.1))
    mine = await ana.rings()
    call = await theirs.rings()
    await call.hears(ANA)
    await mine.hears(VERA)
    assert set(stage.dialled) == {ANA_NUMBER, number}
    assert ANA_NUMBER.lstrip("+") not in call.told
    await call.hang_up()
    assert await over(stage, number) == "spoken"
    assert await waiting(stage, number) == []
    stage.others_were_dialled()


async def test_during_a_call_back_the_colleague_has_the_keys_of_every_talk(stage: Stage) -> None:
    number = (await missed(stage)).number
    ana = stage.staff("ana", AT_ONCE)
    theirs = await back(stage, number, behaviours.answers_silently(after=0.1))
    mine = await ana.rings()
    call = await theirs.rings()
    await call.hears(ANA)
    await mine.press("*1")
    await call.hears_no_more(ANA, within=5)
    await mine.press("*1")
    await call.hears(ANA)
    await call.hang_up()
    assert await over(stage, number) == "spoken"
    stage.others_were_dialled()


async def test_the_caller_is_not_called_when_the_colleague_does_not_press_1(stage: Stage) -> None:
    number = (await missed(stage)).number
    stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    theirs = await back(stage, number, AT_ONCE)
    assert await over(stage, number) == "not reached"
    assert (theirs.calls, stage.dialled) == ([], [ANA_NUMBER])
    (entry,) = await waiting(stage, number)
    assert (entry["owner"], entry["attempts"]) == ("ana", [])


async def test_a_caller_who_is_not_reached_stays_on_the_list_with_the_attempt(
    stage: Stage,
) -> None:
    number = (await missed(stage)).number
    stage.staff("ana", AT_ONCE)
    await back(stage, number, behaviours.busy())
    assert await over(stage, number) == "not reached"
    (entry,) = await waiting(stage, number)
    assert [(one["person"], one["outcome"]) for one in entry["attempts"]] == [("ana", "busy")]
    stage.others_were_dialled()


async def test_who_calls_again_and_is_spoken_with_is_one_entry_until_then(stage: Stage) -> None:
    first = await missed(stage)
    again = await stage.called(first.number)
    await again.hang_up()
    await stage.story(again)
    (entry,) = await waiting(stage, first.number)
    assert len(entry["owed"]) == 2
    await stage.box.command("claim", str(entry["call_id"]), "--person", "ana")
    (entry,) = await waiting(stage, first.number)
    assert entry["owner"] == "ana"
    stage.staff("ana", AT_ONCE)
    third = await stage.called(first.number)
    await third.press("1")
    await third.hears(ANA)
    await third.hang_up()
    await stage.box.until(lambda _: not stage.missed(first.number), "the list without the caller")
    assert await waiting(stage, first.number) == []


async def test_a_number_that_nobody_owes_a_call_is_refused(stage: Stage) -> None:
    number = (await missed(stage)).number
    (entry,) = await waiting(stage, number)
    await stage.box.command("returned", str(entry["call_id"]))
    told = await stage.box.command("back", str(entry["call_id"]), "--person", "ana", code=1)
    assert "Nobody waits for a call" in told
    assert stage.dialled == []
