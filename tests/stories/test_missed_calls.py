"""No caller is lost: who left with nothing stands on the list until somebody spoke with them."""

from __future__ import annotations

import pytest

from hotline.media.catalogue import Prompt
from tests.sim.sip import OutgoingCall, behaviours
from tests.stories.stage import STAFF, Stage, heard, office, person

AT_ONCE = behaviours.answers(after=0.1, thinks=0)
ANA = STAFF["ana"][1]


async def missed_by_command(stage: Stage, call: OutgoingCall) -> bool:
    """Does the command of the office show this caller as missed?"""
    await stage.story(call)
    shown = await stage.box.records("calls", "--missed")
    return any(one["caller_number"] == call.number for one in shown)


async def test_who_hung_up_in_the_menu_is_missed(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    caller = await stage.called()
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    assert await missed_by_command(stage, caller)


async def test_who_gave_up_waiting_is_missed(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    ana = stage.staff("ana", behaviours.never_answers())
    caller = await stage.forwarded()
    await ana.rings()
    await caller.hang_up()
    story = await stage.story(caller)
    assert stage.missed(caller.number)
    assert story.call.hindrance == "ringing"


async def test_a_missed_caller_who_was_spoken_with_later_leaves_the_list(stage: Stage) -> None:
    await stage.opens(office(person("ana")))
    first = await stage.called()
    await first.hang_up()
    await stage.story(first)
    assert stage.missed(first.number)
    stage.staff("ana", AT_ONCE)
    again = await stage.called(first.number)
    await again.press("1")
    await again.hears(ANA)
    await again.hang_up()
    await stage.box.until(lambda _: not stage.missed(first.number), "the list without the caller")
    assert not await missed_by_command(stage, again)


async def test_a_caller_without_a_number_is_answered_and_missed_like_any_other(
    stage: Stage,
) -> None:
    await stage.opens(office(person("ana")))
    before = len(stage.stories(""))
    caller = await stage.called("")
    await heard(caller, Prompt.GREETING_OPEN)
    await caller.hang_up()
    story = await stage.story(caller)
    assert (len(stage.stories("")), story.call.outcome) == (before + 1, "missed")


@pytest.mark.sip_only
@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        "'; drop table calls; --",
        "=HYPERLINK(0)",
        "\u202egnp.exe",
        "[[red]]Ana[/]",
        "\x1b[2J\x07bell",
        "x" * 500,
    ],
    ids=["markup", "sql", "formula", "direction", "terminal", "control", "long"],
)
async def test_a_hostile_name_is_but_a_harmless_text(stage: Stage, name: str) -> None:
    await stage.opens(office(person("ana")))
    caller = await stage.called(name=name)
    await caller.hang_up()
    call = (await stage.story(caller)).call
    assert call.caller_name.isprintable()
    assert len(call.caller_name) <= 64
    assert set(call.caller_name) <= set(name)


@pytest.mark.sip_only
async def test_a_caller_for_whom_there_is_no_channel_is_missed_and_not_forgotten(
    tight_stage: Stage,
) -> None:
    stage = tight_stage
    await stage.opens(office(person("ana")))
    stage.staff("ana", AT_ONCE)
    first = await stage.forwarded()
    await first.hears(ANA)
    second = await stage.caller().call(stage.target)
    assert (await second.ended(within=3)).status == 486
    await stage.story(second)
    assert stage.missed(second.number)
