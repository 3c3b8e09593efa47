"""Who waits is on the page, in turn, with whom the box rings; however many they are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from hotline.control.livedesk import (
    CALLS_SENT,
    WAITING_SENT,
    callers_waiting,
    live_calls,
)
from hotline.control.messages.calls import LiveCall, Waits
from hotline.control.messages.wire import REPLY_LIMIT
from hotline.routing.office import Person
from tests.calls.hotline import OFFICE, Hotline, Telephone

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
SHOP = replace(OFFICE, people=(*OFFICE.people, ION), total_seconds=600)


@pytest.fixture
async def hotline(tmp_path: Path) -> Hotline:
    hotline = Hotline(tmp_path, SHOP)
    hotline.line.silent = {str(person.number) for person in SHOP.people}
    return hotline


def waiting(hotline: Hotline) -> tuple[tuple[Waits, ...], int]:
    live = hotline.switchboard.live.values()
    return callers_waiting(live, hotline.board.queue, hotline.exchange.office())


async def three_callers(hotline: Hotline) -> list[Telephone]:
    """Two whom the two people's telephones ring for, and one who waits."""
    phones = [hotline.rings("1", f"+3732211122{n}") for n in range(3)]
    await hotline.step(phones[0], "ringing")
    await hotline.step(phones[1], "ringing")
    await hotline.step(phones[2], "waiting")
    return phones


async def test_who_waits_is_named_in_turn_with_whom_the_box_rings(hotline: Hotline) -> None:
    phones = await three_callers(hotline)
    found, more = waiting(hotline)
    assert [(one.caller, one.position, one.rung) for one in found] == [
        ("+373 22… 20", None, ("Ana",)),
        ("+373 22… 21", None, ("Ion",)),
        ("+373 22… 22", 1, ()),
    ]
    assert more == 0
    assert {one.since for one in found} == {hotline.time.now()}
    for phone in phones:
        phone.hang_up()
        await hotline.over(phone)


async def test_who_has_gone_waits_no_more(hotline: Hotline) -> None:
    phones = await three_callers(hotline)
    phones[2].hang_up()
    await hotline.over(phones[2])
    assert len(waiting(hotline)[0]) == 2
    phones[0].hang_up()
    await hotline.over(phones[0])
    assert [one.caller for one in waiting(hotline)[0]] == ["+373 22… 21"]
    phones[1].hang_up()
    await hotline.over(phones[1])
    assert waiting(hotline) == ((), 0)


async def test_who_has_been_taken_by_a_person_waits_no_more(hotline: Hotline) -> None:
    hotline.line.silent = set()
    phone = hotline.rings("1")
    await hotline.step(phone, "joined")
    assert waiting(hotline) == ((), 0)
    phone.hang_up()
    await hotline.over(phone)


async def test_whose_telephone_did_not_take_the_call_is_rung_no_more(hotline: Hotline) -> None:
    hotline.line.silent = {str(ION.number)}
    hotline.line.key = "2"  # not now
    phone = hotline.rings("1")
    await hotline.step(phone, "declined")
    (found,), _ = waiting(hotline)
    assert "Ana" not in found.rung
    phone.hang_up()
    await hotline.over(phone)


async def test_a_hundred_callers_with_long_stories_fit_into_one_answer(hotline: Hotline) -> None:
    phones = [hotline.rings("1", f"+37322111{n:03d}") for n in range(CALLS_SENT + 10)]
    for phone in phones[2:]:
        await hotline.step(phone, "waiting")
    calls = hotline.switchboard.live.values()
    names = [f"Somebody with a name of some length {n}" for n in range(8)]
    others = dict.fromkeys(("busy", "gone", "away", "topic", "language"), names)
    for call in calls:
        for _ in range(300):
            call.step("round", "Whom to ring: " + ", ".join(names), rung=names, others=others)
    found, more = waiting(hotline)
    assert (len(found), more) == (WAITING_SENT, len(calls) - WAITING_SENT)
    sent = live_calls(calls)
    assert len(sent) == CALLS_SENT
    assert {one.steps[0].what for one in sent} == {"ringing_in"}
    whole = sum(len(one.model_dump_json()) for one in (*sent, *found))
    assert whole < REPLY_LIMIT
    for phone in phones:
        phone.hang_up()
        await hotline.over(phone)


async def test_of_a_few_calls_all_usual_steps_are_sent(hotline: Hotline) -> None:
    phones = await three_callers(hotline)
    sent: tuple[LiveCall, ...] = live_calls(hotline.switchboard.live.values())
    for one, call in zip(sent, hotline.switchboard.live.values(), strict=True):
        assert [step.what for step in one.steps] == [step.what for step in call.steps]
    for phone in phones:
        phone.hang_up()
        await hotline.over(phone)
