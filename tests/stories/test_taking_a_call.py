"""A forwarded call is taken with key 1, and with nothing else."""

from __future__ import annotations

import asyncio

from hotline.media.catalogue import Prompt
from tests.sim import listen
from tests.sim.sip import behaviours
from tests.sim.sound import RATE, Tone, speech
from tests.stories.stage import (
    CALLERS,
    SIGNS,
    STAFF,
    WHISPER,
    Stage,
    dead_air,
    heard,
    office,
    person,
    was_heard,
)

ANA, ION, EVA = (STAFF[name][1] for name in STAFF)
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
VOICEMAIL = Tone(2400)
ORDERS = {"id": "orders", "name": {"en": "orders"}}


async def test_caller_and_staff_hear_each_other(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", AT_ONCE)
    caller = await stage.forwarded(tone=CALLERS[0])
    rung = await ana.rings()
    await asyncio.gather(caller.hears(ANA), rung.hears(CALLERS[0], within=10))
    await caller.hang_up()
    await rung.ended(within=2)
    story = await stage.story(caller)
    assert (story.call.outcome, story.call.person) == ("spoken", "ana")


async def test_a_voicemail_never_takes_a_call(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    ana = stage.staff("ana", behaviours.voicemail(after=0.1, greeting=VOICEMAIL, seconds=1))
    stage.staff("ion", AT_ONCE)
    caller = await stage.called("")
    await caller.press("1")
    await caller.hears(ION, within=20)
    assert not was_heard(caller, VOICEMAIL)
    assert ana.calls[0].ending is not None
    await caller.hang_up()
    assert (await stage.story(caller)).call.person == "ion"


async def test_who_presses_two_cannot_take_it_now_and_the_next_is_rung(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    ana = stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    await caller.hears(ION)
    await ana.calls[0].ended(within=2)
    assert len(ana.calls) == 1


async def test_one_takes_it_in_the_instant_in_which_another_declines(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion"), strategy="all at once"))
    ana, ion = stage.staff("ana"), stage.staff("ion")
    caller = await stage.forwarded()
    takes, declines = await ana.rings(), await ion.rings()
    takes.answer()
    await takes.hears_speech()
    pressed = asyncio.ensure_future(takes.press("1"))
    declines.reject()
    await pressed
    await caller.hears(ANA)
    await caller.hang_up()
    assert (await stage.story(caller)).call.person == "ana"
    assert (len(ana.calls), len(ion.calls)) == (1, 1)


async def test_who_presses_one_and_hangs_up_at_once_loses_no_caller(stage: Stage) -> None:
    await stage.opens(office(person("ana"), person("ion")))
    ana = stage.staff("ana")
    stage.staff("ion", AT_ONCE)
    caller = await stage.forwarded()
    takes = await ana.rings()
    takes.answer()
    await takes.hears_speech()
    await takes.press("1")
    await takes.hang_up()
    await caller.hears(ION, within=20)  # Ana is rung once more
    await caller.hang_up()
    assert (await stage.story(caller)).call.person == "ion"


async def test_only_the_staff_hear_what_is_whispered(stage: Stage) -> None:
    topic = ORDERS | {"name": {"en": "big garden flowers"}}
    await stage.opens(office(person("ana"), topics=[topic]))
    ana = stage.staff("ana", behaviours.answers_silently(after=0.1))
    caller = await stage.forwarded()
    rung = await ana.rings()
    whispered = speech(WHISPER)
    await rung.hears_piece(whispered)
    await rung.hears_piece(await stage.words("big garden flowers"))
    assert listen.find(whispered, caller.heard).likeness < 0.5


async def test_there_is_no_dead_air_while_one_after_another_is_rung_and_every_ring_is_counted(
    stage: Stage,
) -> None:
    dan = {"number": "+37369000202", "id": "dan6"}
    people = [person("eva", **dan), *(person(name, id=f"{name}6") for name in STAFF)]
    await stage.opens(office(*people))
    stage.telephone(dan["number"], behaviours.off())
    stage.staff("ana", behaviours.answers(after=0.1, press="2", thinks=0))
    ion = stage.staff("ion", behaviours.never_answers())
    eva = stage.staff("eva", behaviours.answers(after=0.5, thinks=1))
    caller = await stage.forwarded()
    begin = caller.rtp.heard.length
    over = await (await ion.rings()).ended(within=8)
    assert (await eva.rings()).begun_at - over.at < 1
    joined = await caller.hears(EVA)
    assert dead_air(caller.heard[begin : joined.position]) < 1
    await caller.hang_up()
    await stage.story(caller)
    counted = {
        one["person"]: {what for what, times in one["rings"].items() if times}
        for one in await stage.box.records("staff", "report")
    }
    came_of_it = ("unreachable", "declined", "missed", "taken")
    assert counted == {one["id"]: {what} for one, what in zip(people, came_of_it, strict=True)}
    stage.others_were_dialled()


async def test_a_waiting_caller_may_leave_a_message(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.never_answers())
    caller = await stage.forwarded()
    rung = await ana.rings()
    await caller.press("*")
    await rung.cancelled(within=2)
    await heard(caller, Prompt.MESSAGE_INTRO)


async def test_a_waiting_caller_may_ask_to_be_called_back(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.never_answers())
    caller = await stage.forwarded()
    rung = await ana.rings()
    await caller.press("9")
    await rung.cancelled(within=2)
    await heard(caller, Prompt.CALLBACK_ASKED)
    await heard(caller, Prompt.GOODBYE)
    case = await stage.filed(caller)
    assert (case.kind, case.topic) == ("callback", "orders")
    assert (await stage.story(caller)).call.outcome == "callback"


async def test_who_withholds_the_number_cannot_be_called_back_and_leaves_a_message(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.never_answers())
    caller = await stage.called("")
    await caller.press("1")
    await ana.rings()
    await caller.press("9")
    await heard(caller, Prompt.MESSAGE_INTRO)


async def test_nobody_waits_longer_than_the_office_allows(stage: Stage) -> None:
    await stage.opens(office(person("ana", ring_seconds=60), total_seconds=15))
    ana = stage.staff("ana", behaviours.never_answers())
    caller = await stage.forwarded()
    rung = await ana.rings()
    end = await rung.cancelled(within=18)
    assert end - rung.begun_at < 16
    await heard(caller, Prompt.NOBODY_NOW)
    await heard(caller, Prompt.MESSAGE_INTRO)


async def test_with_nobody_on_duty_the_message_comes_at_once(stage: Stage) -> None:
    await stage.opens(office())
    caller = await stage.forwarded()
    said = await heard(caller, Prompt.NOBODY_NOW, within=3)
    assert said.position < 3 * RATE
    await heard(caller, Prompt.MESSAGE_INTRO)


async def test_after_the_talk_the_caller_is_asked_how_it_was(stage: Stage) -> None:
    await stage.opens(office(person("ana"), survey=True))
    stage.staff("ana", behaviours.presses_and_hangs_up(after=0.1, talks=1.5))
    caller = await stage.forwarded()
    await heard(caller, Prompt.SURVEY_ASK)
    await caller.press("4")
    await heard(caller, Prompt.SURVEY_THANKS)
    await heard(caller, Prompt.GOODBYE)
    story = await stage.story(caller)
    assert story.call.outcome == "spoken"
    assert [step.facts["mark"] for step in story.steps if step.what == "survey"] == ["4"]


async def test_an_office_that_does_not_ask_says_goodbye_after_the_talk(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    stage.staff("ana", behaviours.presses_and_hangs_up(after=0.1, talks=1.5))
    caller = await stage.forwarded()
    await heard(caller, Prompt.GOODBYE)
    await caller.ended(within=3)
    assert not was_heard(caller, SIGNS[Prompt.SURVEY_ASK])


async def test_who_presses_one_a_moment_too_late_is_told_so(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana")
    caller = await stage.forwarded()
    rung = await ana.rings()
    rung.answer()
    await rung.hears_speech()
    await caller.hang_up()
    await rung.press("1")
    await rung.hears(SIGNS[Prompt.WHISPER_TOO_LATE])
    await rung.ended(within=5)
    assert (await stage.story(caller)).call.outcome == "missed"
