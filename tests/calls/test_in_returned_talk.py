"""During a call back the colleague has the keys of every talk; and the caller is lost by nobody."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import choosing, hunt, offer, orders
from hotline.inbox.case import CaseKind
from hotline.inbox.waiting import Tried
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.storage import calls as journal
from hotline.storage.calls import CallStory
from tests.calls.hotline import ANA, BEEP, OFFICE, Telephone
from tests.calls.test_in_talk import ION, presses
from tests.calls.test_returning import VERA, Desk, steps, until

SHOP = replace(OFFICE, people=(ANA, ION), survey=False)
HOLD, TO_ION, CONSULT_ION, MACHINE = "*1", "*21", "*31", "2"


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a key, nor between two rounds."""
    monkeypatch.setattr(offer, "KEY_PATIENCE_S", 0.0)
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)
    monkeypatch.setattr(choosing, "PATIENCE_S", 0.0)
    monkeypatch.setattr(orders, "DIGIT_WITHIN_S", 0.01)


@pytest.fixture
async def desk(tmp_path: Path) -> Desk:
    staff = [person.number or "" for person in SHOP.people]
    desk = Desk(tmp_path, SHOP, confirmed=staff)
    desk.board.caps.limits = Limits(concurrent=9, calls_per_hour_per_number=1000)
    return desk


def together(desk: Desk, *phones: Telephone) -> bool:
    """Do exactly these hear each other?"""
    pairs = {frozenset({a, b}) for a in phones for b in phones if a is not b}
    return bool(desk.sounds.joined == pairs)


async def talking(desk: Desk) -> tuple[Any, Any]:
    """Ana, who called Vera back, and Vera."""
    await desk.returning.start("ana", call_id=await desk.missed())
    await until(lambda: len(desk.line.rung) == 2 and together(desk, *desk.line.rung))
    return desk.line.rung[0], desk.line.rung[1]


async def over(desk: Desk, theirs: Telephone) -> CallStory:
    """Vera hangs up, and everybody is free."""
    theirs.hang_up(Cause.HUNG_UP)
    story = await desk.ended()
    await desk.board.settle()
    assert desk.staff_is_free()
    assert not desk.sounds.joined
    return story


async def test_on_hold_the_caller_hears_music_and_comes_back(desk: Desk) -> None:
    ana, vera = await talking(desk)
    presses(ana, HOLD)
    await until(lambda: vera.hears_music and Prompt.TALK_ON_HOLD in ana.heard)
    presses(ana, HOLD)
    await until(lambda: together(desk, ana, vera))
    assert not vera.hears_music
    story = await over(desk, vera)
    assert (story.call.outcome, story.call.person) == ("spoken", "ana")
    assert desk.entries() == []


async def test_the_caller_is_passed_on_and_who_called_back_is_free(desk: Desk) -> None:
    ana, vera = await talking(desk)
    presses(ana, TO_ION)
    await until(lambda: together(desk, desk.line.rung[-1], vera) and ana.gone.done())
    ion = desk.line.rung[-1]
    assert ion.caller.number == ION.number
    assert desk.board.load(None).busy == {"ion", ""}
    presses(ion, MACHINE)  # that is none of those
    presses(ion, HOLD)  # who has the caller has the keys
    await until(lambda: vera.hears_music)
    presses(ion, HOLD)
    await until(lambda: together(desk, ion, vera))
    story = await over(desk, vera)
    assert (story.call.outcome, story.call.person) == ("spoken", "ion")
    assert desk.board.load(VERA).last_spoken_with == "ion"
    assert desk.entries() == []


async def test_all_three_talk(desk: Desk) -> None:
    ana, vera = await talking(desk)
    presses(ana, CONSULT_ION)
    await until(lambda: len(desk.line.rung) == 3 and together(desk, ana, desk.line.rung[2]))
    presses(ana, "*3")
    await until(lambda: together(desk, ana, vera, desk.line.rung[2]))
    await over(desk, vera)


async def test_who_is_left_on_hold_is_put_through_to_another_colleague(desk: Desk) -> None:
    ana, vera = await talking(desk)
    desk.line.does[ANA.number or ""] = "busy"
    presses(ana, HOLD)
    await until(lambda: vera.hears_music)
    ana.hang_up(Cause.HUNG_UP)
    await until(lambda: desk.line.rung[-1] is not vera and together(desk, desk.line.rung[-1], vera))
    assert desk.line.rung[-1].caller.number == ION.number
    story = await over(desk, vera)
    assert (story.call.outcome, story.call.person) == ("spoken", "ion")
    assert desk.entries() == []


async def test_who_is_left_on_hold_and_whom_nobody_takes_leaves_a_message_and_is_still_owed_a_call(
    desk: Desk,
) -> None:
    ana, vera = await talking(desk)
    desk.line.does = dict.fromkeys((ANA.number or "", ION.number or ""), "2")
    vera.presses = {BEEP: "#"}
    presses(ana, HOLD)
    await until(lambda: vera.hears_music)
    ana.hang_up(Cause.HUNG_UP)
    story = await desk.ended()
    (case,) = desk.cases()
    assert (story.call.outcome, story.call.case_number) == ("message", case.number)
    assert (case.kind, case.caller_number) == (CaseKind.MESSAGE, VERA)
    assert Prompt.GOODBYE in vera.heard
    (entry,) = desk.entries()
    assert [one.outcome for one in entry.attempts] == [Tried.LEFT]


async def test_a_two_alone_says_that_a_machine_answered_and_after_a_star_it_does_not(
    desk: Desk,
) -> None:
    ana, vera = await talking(desk)
    presses(ana, "*2")  # and nobody is chosen
    await until(lambda: together(desk, ana, vera) and Prompt.TALK_WHOM in ana.heard)
    presses(ana, MACHINE)
    await until(lambda: not ana.keys.qsize())
    story = await over(desk, vera)
    assert steps(story).count("machine") == 1
    assert story.call.outcome == "not reached"
    assert [one.outcome for one in desk.entries()[0].attempts] == [Tried.MACHINE]


async def test_a_hard_call_gives_the_note_its_time(desk: Desk) -> None:
    ana, vera = await talking(desk)
    ana.presses = {**ana.presses, BEEP: "#"}
    presses(ana, "*4")
    await until(lambda: Prompt.TALK_NOBODY in ana.heard and together(desk, ana, vera))
    vera.hang_up(Cause.HUNG_UP)
    await desk.board.wait_for_change(1.0)
    await until(lambda: Prompt.TALK_NOTED in ana.heard)
    (case,) = desk.cases()
    assert case.kind is CaseKind.COMPLAINT


async def test_a_call_back_still_stands_in_the_journal_as_one(desk: Desk) -> None:
    _, vera = await talking(desk)
    story = await over(desk, vera)
    assert story.call.outgoing
    assert "back_answered" in steps(story)
    assert "joined" not in steps(story)
    assert len(list(journal.recent(desk.records.database, 9))) == 2
