"""A person who takes calls at a computer is rung there first, and nothing is dialled for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.routing.computer import AT_COMPUTER_S
from tests.calls.computers import Pages
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = replace(ANA, id="ion", name="Ion", number="+37369000102")


def steps(story: object) -> list[tuple[str, object]]:
    return [
        (step.what, step.facts.get("where"))
        for step in story.steps  # type: ignore[attr-defined]
        if step.what in ("ringing", "not_reached", "declined", "joined", "left_waiting")
    ]


async def test_who_takes_it_at_the_computer_is_not_dialled(tmp_path: Path) -> None:
    here = Hotline(tmp_path)
    pages = here.board.computers = Pages(ana="takes")
    caller = here.rings("1")
    await here.step(caller, "joined")
    assert frozenset({caller, pages.rung[0]}) in here.sounds.joined
    here.time.pass_by(timedelta(minutes=1))
    pages.rung[0].hang_up(Cause.HUNG_UP)
    story = await here.over(caller)
    assert steps(story) == [("ringing", "computer"), ("joined", "computer")]
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ana")
    assert here.line.rung == []
    assert here.board.caps.users(here.time.now()) == {}
    assert here.staff_is_free()


async def test_who_does_not_take_it_there_is_rung_on_the_telephone(tmp_path: Path) -> None:
    here = Hotline(tmp_path)
    pages = here.board.computers = Pages(ana="rings")
    caller = here.rings("1")
    await here.step(caller, "joined")
    assert pages.rung[0].gone.done()
    caller.hang_up(Cause.HUNG_UP)
    story = await here.over(caller)
    assert steps(story) == [("ringing", "computer"), ("ringing", None), ("joined", None)]
    assert [phone.caller.number for phone in here.line.rung] == [ANA.number]


async def test_a_page_lost_while_it_rings_gives_way_to_the_telephone_at_once(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path)
    here.board.computers = Pages(ana="is lost")
    before = here.time.now()
    caller = here.rings("1")
    await here.step(caller, "joined")
    assert (here.time.now() - before).total_seconds() < AT_COMPUTER_S
    caller.hang_up(Cause.HUNG_UP)
    await here.over(caller)
    assert len(here.line.rung) == 1


async def test_who_cannot_now_is_not_rung_on_the_telephone_for_it(tmp_path: Path) -> None:
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)))
    here.board.computers = Pages(ana="refuses")
    caller = here.rings("1")
    await here.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    story = await here.over(caller)
    assert [phone.caller.number for phone in here.line.rung] == [ION.number]
    assert story.call.person == "ion"
    assert ("declined", "computer") in steps(story)


async def test_a_number_that_nobody_confirmed_keeps_nobody_from_the_computer(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, confirmed=())
    pages = here.board.computers = Pages(ana="takes")
    caller = here.rings("1")
    await here.step(caller, "joined")
    here.time.pass_by(timedelta(minutes=1))
    pages.rung[0].hang_up(Cause.HUNG_UP)
    story = await here.over(caller)
    assert "unconfirmed" not in [step.what for step in story.steps]
    assert here.line.rung == []


async def test_nobody_is_dialled_whose_number_is_not_confirmed_when_the_page_is_not_answered(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, replace(OFFICE, total_seconds=20), confirmed=())
    here.board.computers = Pages(ana="rings")
    story = await here.called("1")
    assert story.call.outcome is not Outcome.SPOKEN
    assert here.line.rung == []


async def test_two_at_computers_without_a_number_are_two_telephones(tmp_path: Path) -> None:
    here = Hotline(tmp_path, replace(OFFICE, people=(ANA, ION)), confirmed=())
    pages = here.board.computers = Pages(ana="takes", ion="takes")
    one, other = here.rings("1", "+37322111001"), here.rings("1", "+37322111002")
    await here.step(one, "joined")
    await here.step(other, "joined")
    for caller in (one, other):
        caller.hang_up(Cause.HUNG_UP)
    people = [(await here.over(caller)).call.person for caller in (one, other)]
    assert sorted(people, key=str) == ["ana", "ion"]
    assert sorted(person for person, _, _ in pages.told) == ["ana", "ion"]


@pytest.mark.parametrize("lost", [Cause.LINE_FAILED, Cause.NO_SOUND])
async def test_a_computer_lost_in_the_talk_does_not_lose_the_caller(
    tmp_path: Path, lost: Cause
) -> None:
    here = Hotline(tmp_path)
    pages = here.board.computers = Pages(ana="takes")
    caller = here.rings("1")
    await here.step(caller, "joined")
    here.time.pass_by(timedelta(minutes=1))
    del pages.does["ana"]
    pages.rung[0].hang_up(lost)
    await here.line.dialled.wait()
    await here.step(caller, "whisper")
    caller.hang_up(Cause.HUNG_UP)
    story = await here.over(caller)
    assert [what for what, _ in steps(story)] == [
        *("ringing", "joined", "left_waiting", "ringing"),
    ]
    assert here.staff_is_free()


async def test_a_caller_who_leaves_while_the_page_rings_stops_it(tmp_path: Path) -> None:
    here = Hotline(tmp_path)
    pages = here.board.computers = Pages(ana="rings")
    caller = here.rings("1")
    await pages.dialled.wait()
    caller.hang_up(Cause.HUNG_UP)
    await here.over(caller)
    assert pages.rung[0].gone.done()
    assert here.line.rung == []
    assert here.staff_is_free()


async def test_who_takes_it_is_told_who_calls_and_about_what(tmp_path: Path) -> None:
    here = Hotline(tmp_path)
    pages = here.board.computers = Pages(ana="refuses")
    await here.over(here.rings("1", "+37322111009"))
    assert pages.told == [("ana", "+37322111009", "")]
