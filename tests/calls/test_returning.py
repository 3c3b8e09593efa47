"""Calling back through the box: the colleague first, then the caller, and both see the office."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import leg, returncall
from hotline.calls.caps import Caps
from hotline.calls.notices import Notices, Texting
from hotline.errors import HotlineError
from hotline.inbox.case import CaseKind, CaseState
from hotline.inbox.outcome import Outcome
from hotline.inbox.waiting import Tried, Waiting
from hotline.lines.port import Caller, Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.routing.office import Person
from hotline.storage import calls as journal
from hotline.storage import complaints, waiting
from hotline.storage.calls import CallStory
from hotline.storage.uses import Use, What
from tests.calls.hotline import ANA, OFFICE, Hotline, StaffLine

VERA = "+37322111222"
ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
LOST = Person("lost", "Lost", None)
DESK = Person("desk", "Desk", "+37322100001")
PEOPLE = replace(OFFICE, people=(ANA, ION, LOST, DESK))


async def until(condition: Callable[[], object]) -> None:
    """Let the loop go round until it is so: nothing here takes time."""
    for _ in range(1000):
        if condition():
            return
        await asyncio.sleep(0)
    raise AssertionError("it did not happen")


class Desk(Hotline):
    """A hotline of which Vera was missed: call 1."""

    async def missed(self, number: str = VERA) -> int:
        caller = self.rings(number=number)
        caller.leaves_on(Prompt.GREETING_OPEN)
        return (await self.over(caller)).call.id

    def entries(self) -> list[Waiting]:
        return waiting.still_waiting(self.records.database)

    async def back(self, call: int, person: str = "ana") -> CallStory:
        """The whole call back, until it is over by itself."""
        await self.returning.start(person, call_id=call)
        return await self.ended()

    async def ended(self) -> CallStory:
        if under_way := self.returning._tasks:
            await asyncio.wait(under_way, timeout=5)
        assert self.staff_is_free()
        (newest, *_) = (c for c in journal.recent(self.records.database, 9) if c.outgoing)
        story = journal.get(self.records.database, newest.id)
        assert story is not None
        assert story.call.outgoing
        return story

    async def talking(self, call: int, person: str = "ana") -> tuple[Any, Any]:
        """The two telephones, joined."""
        await self.returning.start(person, call_id=call)
        await until(lambda: self.joined)
        return self.line.rung[-2], self.line.rung[-1]

    joined: bool = False


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    staff = [person.number or "" for person in PEOPLE.people]  # callers have confirmed nothing
    desk = Desk(tmp_path, PEOPLE, confirmed=staff)
    engine: Any = desk.exchange.engine
    join = engine.join

    def joins(one: object, other: object) -> None:
        join(one, other)
        desk.joined = True

    engine.join = joins
    return desk


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


# -- the way of it ---------------------------------------------------------------------------------


async def test_the_colleague_is_rung_first_and_the_caller_after_key_1(desk: Desk) -> None:
    call = await desk.missed()
    mine, theirs = await desk.talking(call)
    assert [phone.caller.number for phone in desk.line.rung] == [ANA.number, VERA]
    assert mine.heard[:2] == [Prompt.RETURN_WHISPER, Prompt.RETURN_CALLING]
    theirs.hang_up(Cause.HUNG_UP)
    story = await desk.ended()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ana")
    assert (story.call.caller_number, story.call.line) == (VERA, "office")


async def test_a_talk_closes_the_entry_and_the_case_of_it(desk: Desk) -> None:
    await desk.missed()
    desk.line.key = "2"
    caller = desk.rings("1")  # Ana declines; the caller is asked for a message, and asks for a call
    await desk.over(caller)
    desk.exchange.cases.open(CaseKind.CALLBACK, 2, "", Caller(VERA), "en", desk.time.now())
    desk.line.key, desk.line.rung[:] = "1", []
    (entry,) = desk.entries()
    _, theirs = await desk.talking(entry.call_id)
    theirs.hang_up(Cause.HUNG_UP)
    await desk.ended()
    assert desk.entries() == []
    assert [c.state for c in desk.cases() if c.kind is CaseKind.CALLBACK] == [CaseState.DONE]


async def test_the_whisper_says_who_waits_since_when_and_for_which_case(desk: Desk) -> None:
    call = await desk.missed()
    desk.exchange.cases.open(CaseKind.CALLBACK, call, "", Caller(VERA), "en", desk.time.now())
    desk.line.key = "2"
    await desk.back(call)
    told = desk.words.values[Prompt.RETURN_WHISPER]
    assert told == {
        "office": "Flowers",
        "topic": None,
        "case": 101,
        "when": "today at eleven o'clock in the morning",
        "caller": VERA,
    }


@pytest.mark.parametrize("key", ["2", ""], ids=["not now", "a voicemail"])
async def test_without_key_1_the_caller_is_never_called(
    desk: Desk, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.calls.offer.KEY_PATIENCE_S", 0.01)
    monkeypatch.setattr("hotline.calls.offer.WHISPER_PATIENCE_S", 0.25)
    desk.line.key = key
    story = await desk.back(await desk.missed())
    assert [phone.caller.number for phone in desk.line.rung] == [ANA.number]
    assert story.call.outcome is Outcome.NOT_REACHED
    (entry,) = desk.entries()
    assert (entry.attempts, entry.owner) == ((), "ana")


async def test_a_colleague_who_does_not_pick_up_counts_as_no_attempt(desk: Desk) -> None:
    assert ANA.number
    desk.line.busy.add(ANA.number)
    story = await desk.back(await desk.missed())
    assert "not_reached" in steps(story)
    assert desk.entries()[0].attempts == ()


@pytest.mark.parametrize(
    ("how", "outcome", "sentence"),
    [
        ("busy", Tried.BUSY, Prompt.RETURN_BUSY),
        ("silent", Tried.NO_ANSWER, Prompt.RETURN_NO_ANSWER),
    ],
)
async def test_a_caller_who_is_not_reached_is_an_attempt_and_the_colleague_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str, outcome: Tried, sentence: Prompt
) -> None:
    monkeypatch.setattr(returncall, "RING_S", 0.05)
    getattr(desk.line, how).add(VERA)
    story = await desk.back(await desk.missed())
    assert desk.line.rung[0].heard[-1] == sentence
    assert story.call.outcome is Outcome.NOT_REACHED
    (entry,) = desk.entries()
    assert [(one.person, one.outcome) for one in entry.attempts] == [("ana", outcome)]
    assert all(phone.gone.done() for phone in desk.line.rung)


async def test_the_callers_telephone_rings_no_more_when_the_colleague_is_told(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returncall, "RING_S", 0.05)
    desk.line.silent.add(VERA)
    rang: list[bool] = []

    def heard(sentence: str) -> None:
        if sentence == Prompt.RETURN_NO_ANSWER:
            rang.append(not desk.line.rung[1].gone.done())

    desk.line.on_hearing = heard
    await desk.back(await desk.missed())
    assert rang == [False]


async def test_a_colleague_who_hangs_up_meanwhile_stops_the_ringing(desk: Desk) -> None:
    desk.line.silent.add(VERA)
    await desk.returning.start("ana", call_id=await desk.missed())
    await until(lambda: len(desk.line.rung) == 2)
    desk.line.rung[0].hang_up(Cause.HUNG_UP)
    assert "staff_hung_up" in steps(await desk.ended())
    assert desk.line.rung[1].gone.done()
    assert [one.outcome for one in desk.entries()[0].attempts] == [Tried.NO_ANSWER]


async def test_a_colleague_who_hangs_up_just_as_the_caller_answers_did_not_speak(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def settled(tasks: Iterable[asyncio.Task[object]]) -> None:
        desk.line.rung[0].hang_up(Cause.HUNG_UP)  # both are there, and not joined yet
        await leg.settled(tasks)

    monkeypatch.setattr(returncall, "settled", settled)
    story = await desk.back(await desk.missed())
    assert story.call.outcome is Outcome.NOT_REACHED
    assert len(desk.entries()) == 1


async def test_the_caller_who_calls_us_meanwhile_is_not_called(desk: Desk) -> None:
    call = await desk.missed()
    desk.line.on_hearing = lambda heard: heard == Prompt.RETURN_WHISPER and desk.rings()
    await desk.back(call)
    assert [phone.caller.number for phone in desk.line.rung] == [ANA.number]
    assert desk.line.rung[0].heard[-1] == Prompt.RETURN_BUSY


async def test_the_caller_whom_somebody_else_reached_meanwhile_is_not_called(desk: Desk) -> None:
    call = await desk.missed()
    desk.line.on_hearing = lambda _: desk.exchange.journal.mark_returned(
        call, "ion", desk.time.now()
    )
    await desk.back(call)
    assert [phone.caller.number for phone in desk.line.rung] == [ANA.number]
    assert desk.line.rung[0].heard[-1] == Prompt.WHISPER_TOO_LATE


async def test_a_machine_that_answers_is_no_talk(desk: Desk) -> None:
    call = await desk.missed()
    mine, _ = await desk.talking(call)
    mine.keys.put_nowait("2")
    await asyncio.sleep(0)
    mine.hang_up(Cause.HUNG_UP)
    story = await desk.ended()
    assert (story.call.outcome, story.call.person) == (Outcome.NOT_REACHED, "")
    assert [one.outcome for one in desk.entries()[0].attempts] == [Tried.MACHINE]


async def test_the_caller_who_calls_again_and_is_spoken_with_waits_no_more(desk: Desk) -> None:
    await desk.missed()
    caller = desk.rings("1")
    await desk.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    await desk.over(caller)
    assert desk.entries() == []


async def test_a_fault_of_the_box_leaves_nobody_engaged_and_the_caller_on_the_list(
    desk: Desk,
) -> None:
    desk.faults.break_at("join")
    story = await desk.back(await desk.missed())
    assert story.call.outcome is Outcome.NOT_REACHED
    assert [one.outcome for one in desk.entries()[0].attempts] == [Tried.FAILED]


async def test_a_stopping_box_ends_the_talk_and_writes_it_down(desk: Desk) -> None:
    await desk.talking(await desk.missed())
    await desk.returning.close()
    assert (await desk.ended()).call.outcome is Outcome.SPOKEN


# -- what is refused -------------------------------------------------------------------------------


async def refused(desk: Desk, person: str = "ana", **what: Any) -> str:
    before = len(desk.line.rung)
    with pytest.raises(HotlineError) as refusal:
        await desk.returning.start(person, **what)
    assert len(desk.line.rung) == before
    return refusal.value.cause


@pytest.mark.parametrize(
    ("number", "why"),
    [
        ("112", "emergency"),
        ("911", "emergency"),
        ("+37390012345", "premium"),
        ("+447911123456", "abroad"),
        ("+881612345678", "satellite"),
        ("*21*069111222#", "letters, * or #"),
        ("", "withheld"),
    ],
)
async def test_what_is_never_dialled_is_not_called_back_either(
    desk: Desk, number: str, why: str
) -> None:
    call = await desk.missed(number)
    assert why in (await refused(desk, call_id=call)).lower()
    assert desk.entries()[0].owner == ""


async def test_the_story_tells_who_asked_for_it(desk: Desk) -> None:
    call = await desk.missed()
    desk.line.key = "2"
    await desk.returning.start("ana", call_id=call, by="maria")
    asked = (await desk.ended()).steps[0]
    assert asked.words == "Ana is rung to call +373 22… 22 back, as maria asked."
    assert asked.facts == {"person": "ana", "by": "maria"}


async def test_a_number_that_nobody_owes_a_call_is_not_called(desk: Desk) -> None:
    caller = desk.rings("2")
    await desk.over(caller)
    assert "Nobody waits" in await refused(desk, call_id=1)
    await desk.missed()
    desk.exchange.journal.mark_returned(2, "ana", desk.time.now())
    assert "Nobody waits" in await refused(desk, call_id=2)


async def test_who_asks_by_text_hears_what_happens_or_why_not(desk: Desk) -> None:
    await desk.over(desk.rings("2"))
    assert await desk.returning.by_text(ANA, 101) == "Ana is rung now; pick up and press 1."
    assert "Ana is on the telephone" in await desk.returning.by_text(ANA, 101)
    await until(lambda: desk.joined)
    desk.line.rung[1].hang_up(Cause.HUNG_UP)
    await desk.ended()
    assert "No case 999 is open" in await desk.returning.by_text(ANA, 999)


async def test_an_open_complaint_may_be_called_back_and_a_closed_one_not(desk: Desk) -> None:
    await desk.over(desk.rings("2"))
    await desk.returning.start("ana", case=101)
    await until(lambda: desk.joined)
    desk.line.rung[1].hang_up(Cause.HUNG_UP)
    story = await desk.ended()
    assert (story.call.outcome, story.call.case_number) == (Outcome.SPOKEN, 101)
    found = complaints.get(desk.records.database, 101)
    assert found is not None
    assert found.state is CaseState.NEW  # a talk does not settle a complaint
    desk.exchange.cases.done(101, desk.time.now())
    assert "No case 101 is open" in await refused(desk, case=101)


@pytest.mark.parametrize(("person", "why"), [("olga", "Nobody of the office"), ("lost", "no tele")])
async def test_only_people_of_the_office_with_a_telephone_call_back(
    desk: Desk, person: str, why: str
) -> None:
    assert why in await refused(desk, person, call_id=await desk.missed())


async def test_nobody_is_rung_who_is_on_the_telephone(desk: Desk) -> None:
    call = await desk.missed()
    await desk.step(desk.rings("1", "+37322111000"), "joined")
    assert "Ana is on the telephone" in await refused(desk, call_id=call)
    assert desk.board.load(None).busy == {"ana"}


async def test_the_same_caller_is_not_called_by_two_at_once(desk: Desk) -> None:
    call = await desk.missed()
    _, theirs = await desk.talking(call)
    assert "already" in await refused(desk, "ion", call_id=call)
    assert desk.board.load(None).busy == {"ana", ""}
    assert desk.board.caps.forwarding == 1
    theirs.hang_up()
    await desk.ended()


async def test_a_caller_who_is_on_the_line_now_is_not_called(desk: Desk) -> None:
    call = await desk.missed()
    desk.line.key = ""
    again = desk.rings("1")
    await desk.step(again, "whisper")
    assert "on the line now" in await refused(desk, call_id=call)


async def test_the_caps_of_outgoing_calls_hold(desk: Desk) -> None:
    call = await desk.missed()
    desk.board.caps = Caps(Limits(concurrent=0), "MD", lambda _number: True)
    assert "As many calls" in await refused(desk, call_id=call)
    desk.board.caps = Caps(Limits(), "MD", lambda _number: True)
    desk.board.caps.remember([Use(desk.board.clock.steady(), What.TALKED, "", 3600.0)])
    story = await desk.back(call)
    assert "not_dialled" in steps(story)
    assert desk.line.rung == []


async def test_both_calls_cost_minutes_and_are_written_down(desk: Desk) -> None:
    _, theirs = await desk.talking(await desk.missed())
    desk.time.pass_by(timedelta(seconds=60))
    theirs.hang_up(Cause.HUNG_UP)
    await desk.ended()
    costs = {use.number: use.amount for use in desk.board.caps.spent}
    assert list(costs.values()) == [60.0, 60.0]
    assert desk.board.caps.used(desk.board.clock.steady()) == 120.0


async def test_a_line_that_only_speaks_or_listens_joins_nobody(tmp_path: Path) -> None:
    desk = Desk(tmp_path, PEOPLE, full_duplex=False)
    call = await desk.missed()
    assert "No two calls" in await refused(desk, call_id=call)


async def test_the_caller_is_called_over_the_line_on_which_they_called(desk: Desk) -> None:
    call = await desk.missed()
    other = StaffLine(full_duplex=True)
    other.name = "mobile"
    desk.board.lines = (other, desk.line)
    await desk.returning.start("ana", call_id=call)
    await until(lambda: desk.joined)
    assert [phone.caller.number for phone in other.rung] == [ANA.number]
    assert [phone.caller.number for phone in desk.line.rung] == [VERA]
    desk.line.rung[0].hang_up(Cause.HUNG_UP)
    other.rung[0].hang_up(Cause.HUNG_UP)


@pytest.mark.parametrize("others", [True, False])
async def test_a_line_that_fails_gives_way_to_another(desk: Desk, others: bool) -> None:
    call = await desk.missed()
    other = StaffLine(full_duplex=True)
    other.name = "mobile"
    desk.board.lines = (desk.line, other) if others else (desk.line,)
    desk.line.fails.add(VERA)
    await desk.returning.start("ana", call_id=call)
    if others:
        await until(lambda: desk.joined)
        assert [phone.caller.number for phone in other.rung] == [VERA]
        other.rung[0].hang_up(Cause.HUNG_UP)
    outcome = (await desk.ended()).call.outcome
    assert outcome is (Outcome.SPOKEN if others else Outcome.NOT_REACHED)


# -- by text, from the own telephone ---------------------------------------------------------------


def texting(desk: Desk, room: int = 5) -> None:
    notices = Notices(desk.outbox, (), Texting("MD", lambda: room))
    desk.returning._x = replace(desk.exchange, notices=notices)


async def test_the_number_comes_by_text_to_who_calls_from_the_own_telephone(desk: Desk) -> None:
    call = await desk.missed()
    texting(desk)
    assert "Ana" in await desk.returning.text("ana", call_id=call)
    texts = [(one.recipient, one.subject) for one in desk.outbox.waiting() if one.way == "sms"]
    assert texts == [(ANA.number, f"Call back: {VERA}, 2026-11-22 11:00")]
    assert (desk.entries()[0].owner, desk.line.rung) == ("ana", [])


@pytest.mark.parametrize(
    ("person", "room", "why"),
    [("ana", None, "No line"), ("desk", 5, "no mobile"), ("ana", 0, "used up")],
)
async def test_where_no_text_can_go_it_is_said(
    desk: Desk, person: str, room: int | None, why: str
) -> None:
    call = await desk.missed()
    if room is not None:
        texting(desk, room)
    with pytest.raises(HotlineError, match=why):
        await desk.returning.text(person, call_id=call)
    assert desk.entries()[0].owner == ""


async def test_a_colleague_who_is_called_back_as_a_caller_counts_as_on_the_telephone(
    desk: Desk,
) -> None:
    call = await desk.missed(ION.number or "")
    _, theirs = await desk.talking(call)
    other = desk.rings("1", "+37322111000")
    await desk.step(other, "round")
    (told,) = [step for step in desk.switchboard.live[3].steps if step.what == "round"]
    assert "Ion" in told.facts["others"]["busy"]
    assert "Ion" not in told.facts["rung"]
    theirs.hang_up()
    other.hang_up()
    await desk.over(other)


async def test_a_colleague_is_spoken_to_in_the_language_of_their_own(desk: Desk) -> None:
    ana = replace(ANA, languages=("ru", "en"))
    desk.changes(replace(PEOPLE, languages=("en", "ru"), people=(ana, ION)))
    call = await desk.missed()
    _, theirs = await desk.talking(call)
    said = desk.words.languages
    assert (said[Prompt.RETURN_WHISPER], said[Prompt.RETURN_CALLING]) == ("ru", "ru")
    theirs.hang_up()
    await desk.ended()
    desk.joined = False
    _, theirs = await desk.talking(await desk.missed("+37322111333"), "ion")
    assert said[Prompt.RETURN_WHISPER] == "en"
    theirs.hang_up()
    await desk.ended()
