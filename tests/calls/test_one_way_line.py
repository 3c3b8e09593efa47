"""A line that can only speak or listen joins nobody; its callers are promised what can be kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.storage.calls import CallStory
from tests.calls.hotline import OFFICE, Hotline


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    return Hotline(tmp_path, full_duplex=False)


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


async def test_who_asks_for_a_person_is_promised_a_call_back_and_nobody_is_rung(
    hotline: Hotline,
) -> None:
    caller = hotline.rings("1")
    story = await hotline.over(caller)
    assert story.call.outcome == "callback"
    said = [Prompt.NOBODY_NOW, Prompt.CALLBACK_ASKED, Prompt.GOODBYE]
    assert [sentence for sentence in caller.heard if sentence in said] == said
    assert hotline.line.rung == []
    (case,) = hotline.cases()
    assert (case.kind, case.caller_number) == ("callback", caller.caller.number)
    assert len(hotline.letters()) == 1


async def test_who_withholds_the_number_is_asked_for_a_message(hotline: Hotline) -> None:
    caller = hotline.rings("1", number="")
    assert (await hotline.over(caller)).call.outcome == "message"
    assert Prompt.NOBODY_NOW in caller.heard


async def test_an_office_that_calls_nobody_back_takes_a_message(tmp_path: Path) -> None:
    hotline = Hotline(tmp_path, replace(OFFICE, callback=False), full_duplex=False)
    assert (await hotline.called("1")).call.outcome == "message"


async def test_who_hangs_up_before_the_promise_is_heard_is_called_back_all_the_same(
    hotline: Hotline,
) -> None:
    caller = hotline.rings("1")
    await hotline.step(caller, "callback")
    caller.hang_up(Cause.HUNG_UP)
    assert (await hotline.over(caller)).call.outcome == "callback"


async def test_who_is_taken_at_another_telephone_is_not_missed(hotline: Hotline) -> None:
    caller = hotline.rings()
    await hotline.step(caller, "greeting")
    caller.hang_up(Cause.ELSEWHERE)
    story = await hotline.over(caller)
    assert story.call.outcome == "spoken"
    assert "elsewhere" in steps(story)
    assert hotline.missed() == []
    assert hotline.letters() == []
