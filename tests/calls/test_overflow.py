"""Who waits too long, or behind too many, reaches a second group: and nobody rings in vain."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.routing.office import Do, Key, Menu, Office, Person, Topic
from tests.calls.hotline import ANA, MAIN, OFFICE, Hotline, Telephone

CENTRE = Person("centre", "The centre", "+37369000777", ring_seconds=5, at_once=2)
WITH_CENTRE = replace(OFFICE, people=(ANA, CENTRE), overflow=("centre",), overflow_seconds=30)
CRISIS = replace(
    OFFICE,
    topics=(Topic("crisis", {}, urgent=True),),
    menus=(Menu(MAIN.id, (*MAIN.keys, Key("7", Do.TOPIC, "crisis"))),),
)


def hotline(folder: Path, office: Office) -> Hotline:
    here = Hotline(folder, office)
    here.board.caps.limits = Limits(concurrent=9)
    return here


async def talks(here: Hotline, chooses: str = "1", number: str = "+37322111222") -> Telephone:
    caller = here.rings(chooses, number)
    await here.step(caller, "joined")
    return caller


async def waits(here: Hotline, chooses: str = "1", number: str = "+37322111222") -> Telephone:
    caller = here.rings(chooses, number)
    await here.step(caller, "waiting")
    return caller


def rung(here: Hotline) -> list[str | None]:
    return [phone.caller.number for phone in here.line.rung]


async def test_a_caller_who_waits_too_long_is_taken_by_the_second_group(tmp_path: Path) -> None:
    here = hotline(tmp_path, WITH_CENTRE)
    first = await talks(here)
    second = await waits(here)
    here.time.pass_by(timedelta(seconds=31))
    here.board.tell_changed()
    await here.step(second, "overflow")
    await here.step(second, "joined")
    assert rung(here) == [ANA.number, CENTRE.number]
    for caller in (first, second):
        caller.hang_up(Cause.HUNG_UP)
        await here.over(caller)


async def test_who_did_not_answer_is_not_rung_once_more_before_the_second_group(
    tmp_path: Path,
) -> None:
    here = hotline(tmp_path, WITH_CENTRE)
    here.line.does = {str(ANA.number): "rings"}
    caller = here.rings("1")
    await here.step(caller, "ringing")
    here.time.pass_by(timedelta(seconds=31))
    here.line.rung[0].hang_up(Cause.BUSY)
    await here.step(caller, "joined")
    assert rung(here) == [ANA.number, CENTRE.number]
    caller.hang_up(Cause.HUNG_UP)
    await here.over(caller)


async def test_a_centre_takes_as_many_calls_as_it_has_people_and_no_more(tmp_path: Path) -> None:
    here = hotline(tmp_path, replace(WITH_CENTRE, people=(CENTRE,)))
    callers = [await talks(here), await talks(here)]
    assert rung(here) == [CENTRE.number] * 2
    third = await waits(here)
    callers[0].hang_up(Cause.HUNG_UP)
    await here.step(third, "joined")
    assert rung(here) == [CENTRE.number] * 3


async def test_when_nobody_else_will_take_the_call_it_overflows_at_once(tmp_path: Path) -> None:
    here = hotline(tmp_path, WITH_CENTRE)
    here.line.key = "2"
    story = await here.over(here.rings("1"))
    steps = [step.what for step in story.steps]
    assert steps.index("declined") < steps.index("overflow")
    assert rung(here) == [ANA.number, CENTRE.number]
    assert story.call.outcome == "message"


async def test_who_would_wait_behind_too_many_leaves_a_message_instead(tmp_path: Path) -> None:
    here = hotline(tmp_path, replace(OFFICE, queue_length=1))
    first = await talks(here)
    second = await waits(here)
    third = here.rings("1")
    story = await here.over(third)
    assert "queue_full" in [step.what for step in story.steps]
    assert story.call.outcome == "message"
    first.hang_up(Cause.HUNG_UP)
    await here.step(second, "joined")


async def test_behind_too_many_the_second_group_is_rung_at_once(tmp_path: Path) -> None:
    here = hotline(tmp_path, replace(WITH_CENTRE, queue_length=1))
    await talks(here)
    await waits(here)
    third = await talks(here)
    assert rung(here) == [ANA.number, CENTRE.number]
    assert Prompt.NOBODY_NOW not in third.heard


@pytest.mark.parametrize(
    ("office", "chooses", "number"),
    [
        (CRISIS, "7", "+37322111333"),
        (replace(OFFICE, first_in_line=("+37322111333",)), "1", "+37322111333"),
    ],
    ids=["urgent", "known"],
)
async def test_some_callers_go_first_and_the_others_keep_their_order(
    tmp_path: Path, office: Office, chooses: str, number: str
) -> None:
    here = hotline(tmp_path, office)
    talking = await talks(here)
    usual = [await waits(here), await waits(here)]
    ahead = await waits(here, chooses, number)
    for following in (ahead, *usual):
        talking.hang_up(Cause.HUNG_UP)
        await here.step(following, "joined")
        talking = following
