"""Who hung up and wants to be called keeps the place: called in turn, and nobody is overtaken."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import returncall
from hotline.calls.notices import Texting
from hotline.calls.promising import HOLDS, MOST, Promising
from hotline.inbox.case import CaseKind, CaseState
from hotline.inbox.waiting import Tried, Waiting
from hotline.lines.port import Capabilities, Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.routing.office import Office, OpenInterval, WallTime
from hotline.storage import calls as journal
from hotline.storage import promises, waiting
from hotline.storage.promises import Promises
from tests.calls.hotline import ANA, OFFICE, Hotline, Telephone
from tests.calls.test_returning import ION

EARLY, VERA, OLEG, LATE = (f"+3732211122{n}" for n in range(4))
PAUSE = timedelta(minutes=6)


class Shop(Hotline):
    """One colleague, and callers who come while she talks."""

    def __init__(self, folder: Path, office: Office = OFFICE) -> None:
        super().__init__(folder, office, confirmed=[p.number or "" for p in office.people])
        self.board.caps.limits = Limits(concurrent=9, minutes_per_day=900)
        self.promising = self.promises()

    def promises(self) -> Promising:
        writer: Any = self.records
        return Promising(self.exchange, self.waiting, self.returning, Promises(writer))

    async def restarts(self) -> None:
        await self.promising.close()
        self.promising = self.promises()
        self.promising.resume(promises.kept(self.records.database))
        await self.settles()

    async def talks(self, number: str = EARLY) -> Telephone:
        """A caller who is with Ana."""
        caller = self.rings("1", number)
        await self.step(caller, "joined")
        return caller

    async def asks(self, number: str = VERA) -> Telephone:
        """A caller who finds everybody busy and presses 9."""
        caller = self.rings("1", number)
        caller.presses = {**caller.presses, Prompt.PLEASE_HOLD: "9"}
        await self.over(caller)
        await self.settles()
        return caller

    async def waits(self, number: str = LATE) -> Telephone:
        caller = self.rings("1", number)
        await self.step(caller, "waiting")
        return caller

    async def hangs_up(self, caller: Telephone) -> None:
        caller.hang_up(Cause.HUNG_UP)
        await self.settles()

    async def settles(self) -> None:
        """Let everybody do what can be done now: nothing here takes time."""
        for _ in range(200):
            await asyncio.sleep(0)

    async def passes(self, span: timedelta) -> None:
        self.time.pass_by(span)
        self.board.tell_changed()
        await self.settles()

    @property
    def rung(self) -> list[str]:
        return [phone.caller.number or "" for phone in self.line.rung]

    def entries(self) -> list[Waiting]:
        return waiting.still_waiting(self.records.database)

    def turns(self) -> dict[str | None, int | None]:
        return {one.caller_number: one.turn for one in self.entries()}

    def wish(self) -> CaseState:
        (case,) = (case for case in self.cases() if case.kind is CaseKind.CALLBACK)
        return case.state


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


# -- the way of it ---------------------------------------------------------------------------------


async def test_who_gave_up_waiting_is_called_as_soon_as_a_colleague_is_free(shop: Shop) -> None:
    talking = await shop.talks()
    vera = await shop.asks(VERA)
    assert Prompt.CALLBACK_IN_TURN in vera.heard
    assert shop.rung == [ANA.number]
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number, ANA.number, VERA]
    assert shop.line.rung[1].heard[:2] == [Prompt.RETURN_WHISPER, Prompt.RETURN_CALLING]
    await shop.hangs_up(shop.line.rung[2])
    assert (shop.wish(), shop.entries()) == (CaseState.DONE, [])
    await shop.passes(PAUSE)
    assert len(shop.rung) == 3
    assert promises.kept(shop.records.database) == []


async def test_the_list_says_whose_turn_it_is(shop: Shop) -> None:
    await shop.talks()
    for number in (VERA, OLEG):
        await shop.asks(number)
    assert shop.turns() == {VERA: 1, OLEG: 2}


async def test_the_whisper_names_caller_case_and_time(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    told = shop.words.values[Prompt.RETURN_WHISPER]
    assert (told["caller"], told["case"]) == (VERA, 101)
    assert told["when"] == "today at eleven o'clock in the morning"


async def test_who_came_before_goes_before_and_who_came_after_waits(shop: Shop) -> None:
    talking = await shop.talks()
    first = await shop.waits(OLEG)
    await shop.asks(VERA)
    later = await shop.waits(LATE)
    await shop.hangs_up(talking)
    await shop.step(first, "joined")
    assert VERA not in shop.rung
    await shop.hangs_up(first)
    assert shop.rung[-1] == VERA
    assert ("joined" in [s.what for s in (await told(shop, later))]) is False
    await shop.hangs_up(shop.line.rung[-1])
    await shop.step(later, "joined")


async def told(shop: Shop, caller: Telephone) -> list[Any]:
    return shop.switchboard.live[shop._ids[caller]].steps


async def test_those_to_be_called_are_called_in_the_order_in_which_they_came(shop: Shop) -> None:
    talking = await shop.talks()
    for number in (VERA, OLEG, LATE):
        await shop.asks(number)
    await shop.hangs_up(talking)
    for number in (VERA, OLEG, LATE):
        assert shop.rung[-1] == number
        await shop.hangs_up(shop.line.rung[-1])
    assert shop.entries() == []


async def test_two_colleagues_call_two_at_once_and_nobody_twice(tmp_path: Path) -> None:
    shop = Shop(tmp_path, replace(OFFICE, people=(ANA, ION)))
    talking = [await shop.talks(f"+3732200000{n}") for n in range(2)]
    for number in (VERA, OLEG):
        await shop.asks(number)
    for caller in talking:
        await shop.hangs_up(caller)
    assert sorted(shop.rung[2:]) == sorted([ANA.number or "", ION.number or "", VERA, OLEG])


async def test_who_is_to_be_called_takes_no_place_of_those_who_may_wait(tmp_path: Path) -> None:
    shop = Shop(tmp_path, replace(OFFICE, queue_length=1))
    await shop.talks()
    await shop.asks(VERA)
    await shop.waits(OLEG)


# -- not reached -----------------------------------------------------------------------------------


async def test_who_does_not_answer_is_tried_again_later_and_then_left_to_a_person(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(returncall, "RING_S", 0.01)
    shop.line.silent.add(VERA)
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    await tries(shop, 1)
    await shop.passes(timedelta(minutes=2))
    assert shop.rung.count(VERA) == 1
    assert shop.turns() == {VERA: 1}
    await shop.passes(PAUSE)
    await tries(shop, 2)
    await shop.passes(PAUSE)
    (entry,) = shop.entries()
    assert [one.outcome for one in entry.attempts] == [Tried.NO_ANSWER] * 2
    assert (entry.turn, shop.rung.count(VERA)) == (None, 2)


async def test_whoever_is_on_duty_hears_that_the_box_gave_up_and_hears_it_once(shop: Shop) -> None:
    shop.exchange.notices.texting = Texting("MD", lambda: 9)
    shop.line.busy.add(VERA)
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    assert told_to_call(shop) == []
    await shop.passes(PAUSE)
    words = f"The box did not get through, please call back: {VERA}, 2026-11-22 11:00, 101"
    assert told_to_call(shop) == [words]
    assert shop.letters().count(words) == 2  # the letter, and the text
    await shop.restarts()
    await shop.passes(PAUSE)
    assert told_to_call(shop) == [words]


async def test_who_was_called_by_somebody_else_in_time_is_no_news(shop: Shop) -> None:
    shop.exchange.notices.texting = Texting("MD", lambda: 9)
    shop.line.busy.add(VERA)
    talking = await shop.talks()
    vera = await shop.asks(VERA)
    await shop.hangs_up(talking)
    shop.exchange.journal.mark_returned(shop._ids[vera], "ana", shop.time.now())
    await shop.passes(HOLDS)
    assert told_to_call(shop) == []


async def test_when_nobody_is_on_duty_whoever_watches_hears_that_the_box_gave_up(
    tmp_path: Path,
) -> None:
    day = OpenInterval(frozenset(range(7)), WallTime(9 * 60), WallTime(18 * 60))
    shop = Shop(tmp_path, replace(OFFICE, hours=(day,), supervisor="ana"))
    shop.exchange.notices.texting = Texting("MD", lambda: 9)
    talking = await shop.talks()
    await shop.asks(VERA)
    shop.time.pass_by(HOLDS + timedelta(hours=9))
    await shop.hangs_up(talking)
    assert len(told_to_call(shop)) == 1


def told_to_call(shop: Shop) -> list[str]:
    return [one for one in shop.texts(ANA.number or "") if "please call" in one]


async def tries(shop: Shop, many: int) -> None:
    """So often VERA was called, and rings no more."""

    under_way = set(shop.returning._tasks)
    if under_way:
        await asyncio.wait(under_way, timeout=5)
    await shop.settles()
    assert len(shop.entries()[0].attempts) == many


async def test_between_two_tries_nobody_is_held_up(shop: Shop) -> None:
    shop.line.busy.add(VERA)
    talking = await shop.talks()
    await shop.asks(VERA)
    later = await shop.waits(LATE)
    await shop.hangs_up(talking)
    await shop.step(later, "joined")
    shop.line.busy.clear()
    last = await shop.waits(OLEG)
    await shop.passes(PAUSE)
    await shop.hangs_up(later)
    assert shop.rung[-1] == VERA, "the place was not kept"
    await shop.hangs_up(shop.line.rung[-1])
    await shop.step(last, "joined")


async def test_a_colleague_who_cannot_now_is_asked_again_after_minutes_only(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    shop.line.key = "2"
    await shop.hangs_up(talking)
    await shop.passes(timedelta(minutes=1))
    assert shop.rung == [ANA.number] * 2
    shop.line.key = "1"
    await shop.hangs_up(await shop.talks(LATE))
    assert shop.turns() == {VERA: 1}
    await shop.passes(PAUSE)
    assert shop.rung[-2:] == [ANA.number, VERA]


async def test_a_colleague_who_misses_the_ring_is_known_as_missing(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    rung: list[tuple[str, bool]] = []
    monkeypatch.setattr(shop.staff, "rung", lambda person, taken: rung.append((person.id, taken)))
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    assert rung == [("ana", True)] * 2


# -- time ------------------------------------------------------------------------------------------


async def test_over_night_nobody_is_called_and_in_the_morning_the_order_is_kept(
    tmp_path: Path,
) -> None:
    day = OpenInterval(frozenset(range(7)), WallTime(9 * 60), WallTime(18 * 60))
    shop = Shop(tmp_path, replace(OFFICE, hours=(day,)))
    talking = await shop.talks()
    for number in (VERA, OLEG):
        await shop.asks(number)
    shop.time.pass_by(timedelta(hours=8))  # 19:00
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]
    await shop.passes(timedelta(hours=15))
    for number in (VERA, OLEG):
        assert shop.rung[-2:] == [ANA.number, number]
        await shop.hangs_up(shop.line.rung[-1])


async def test_who_waited_for_days_is_left_to_a_person(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    shop.time.pass_by(HOLDS)
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]
    assert shop.turns() == {VERA: None}


async def test_the_order_survives_a_restart(shop: Shop) -> None:
    talking = await shop.talks()
    for number in (VERA, OLEG):
        await shop.asks(number)
    later = await shop.waits(LATE)
    await shop.restarts()
    await shop.hangs_up(talking)
    assert shop.rung[-1] == VERA
    await shop.hangs_up(shop.line.rung[-1])
    assert shop.rung[-1] == OLEG
    await shop.hangs_up(shop.line.rung[-1])
    await shop.step(later, "joined")


async def test_how_often_it_was_tried_survives_a_restart(shop: Shop) -> None:
    shop.line.busy.add(VERA)
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    await shop.restarts()
    assert shop.rung.count(VERA) == 1, "it was tried again at once"
    await shop.passes(PAUSE)
    await shop.restarts()
    await shop.passes(PAUSE)
    assert shop.rung.count(VERA) == 2
    assert shop.turns() == {VERA: None}


async def test_a_clock_that_is_not_trusted_calls_nobody(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    shop.time.pass_by(timedelta(days=-3000))
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]


# -- the caller meanwhile --------------------------------------------------------------------------


async def test_who_calls_again_has_the_own_place_and_is_not_called(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    later = await shop.waits(LATE)
    vera = await shop.waits(VERA)
    await shop.hangs_up(talking)
    await shop.step(vera, "joined")
    assert shop.rung == [ANA.number] * 2
    await shop.hangs_up(vera)
    await shop.step(later, "joined")
    await shop.hangs_up(later)
    assert shop.rung == [ANA.number] * 3
    assert (shop.wish(), shop.entries()) == (CaseState.DONE, [])


async def test_who_calls_again_and_asks_again_is_one_promise_in_the_first_place(
    shop: Shop,
) -> None:
    talking = await shop.talks()
    for number in (VERA, OLEG, VERA):
        await shop.asks(number)
    assert shop.turns() == {VERA: 1, OLEG: 2}
    await shop.hangs_up(talking)
    assert shop.rung[-1] == VERA
    assert shop.words.values[Prompt.RETURN_WHISPER]["case"] == 103
    await shop.hangs_up(shop.line.rung[-1])
    assert shop.rung[-1] == OLEG
    assert shop.turns() == {OLEG: 1}


async def test_who_calls_just_now_is_not_called(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    vera = shop.rings(number=VERA)
    await shop.step(vera, "answered")
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]
    await shop.hangs_up(vera)
    await shop.passes(timedelta(seconds=10))
    assert shop.rung[-1] == VERA


async def test_who_was_called_by_a_person_is_not_called_by_the_box(shop: Shop) -> None:
    talking = await shop.talks()
    vera = await shop.asks(VERA)
    shop.exchange.journal.mark_returned(shop._ids[vera], "ion", shop.time.now())
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]


async def test_whom_a_person_wants_to_call_is_theirs_until_they_let_go(shop: Shop) -> None:
    talking = await shop.talks()
    vera = await shop.asks(VERA)
    call = shop._ids[vera]
    shop.waiting.claim(call, "ana", shop.time.now())
    assert shop.turns() == {VERA: None}
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]
    shop.waiting.release(call)
    await shop.passes(timedelta(minutes=2))
    assert shop.rung[-1] == VERA


# -- what is refused -------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["112", "+37390012345", "+447911123456", "+881612345678"])
async def test_what_is_never_dialled_is_promised_to_nobody(shop: Shop, number: str) -> None:
    talking = await shop.talks()
    caller = await shop.asks(number)
    assert Prompt.CALLBACK_ASKED in caller.heard
    assert Prompt.CALLBACK_IN_TURN not in caller.heard
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]
    assert shop.turns() == {number: None}


async def test_a_number_is_promised_one_call_an_hour(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    await shop.hangs_up(talking)
    theirs = shop.line.rung[-1]
    again = await shop.asks(LATE)  # while Ana talks with Vera
    assert Prompt.CALLBACK_IN_TURN in again.heard
    await shop.hangs_up(theirs)
    vera = await shop.asks(VERA)
    assert Prompt.CALLBACK_ASKED in vera.heard
    await shop.passes(timedelta(hours=1))
    vera = await shop.asks(VERA)
    assert Prompt.CALLBACK_IN_TURN in vera.heard


async def test_so_many_are_promised_a_call_and_no_more(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert MOST > 1
    monkeypatch.setattr("hotline.calls.promising.MOST", 1)
    await shop.talks()
    assert Prompt.CALLBACK_IN_TURN in (await shop.asks(VERA)).heard
    assert Prompt.CALLBACK_ASKED in (await shop.asks(OLEG)).heard


async def test_an_office_that_calls_by_hand_is_told_and_the_box_calls_nobody(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, replace(OFFICE, callback_by_itself=False))
    talking = await shop.talks()
    assert Prompt.CALLBACK_ASKED in (await shop.asks(VERA)).heard
    await shop.hangs_up(talking)
    assert shop.rung == [ANA.number]


async def test_a_box_that_cannot_make_two_calls_promises_nothing(shop: Shop) -> None:
    await shop.talks()
    shop.line.capabilities = Capabilities(channels=1)
    assert Prompt.CALLBACK_ASKED in (await shop.asks(VERA)).heard


async def test_while_no_line_is_free_for_it_nobody_is_held_up(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    later = await shop.waits(LATE)
    monkeypatch.setattr(shop.line, "free_channels", lambda: 1)
    await shop.hangs_up(talking)
    await shop.step(later, "joined")
    monkeypatch.undo()
    await shop.hangs_up(later)
    assert shop.rung[-1] == VERA


async def test_when_the_minutes_of_the_day_are_used_up_nobody_is_rung(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    shop.board.caps.limits = Limits(concurrent=9, minutes_per_day=0)
    await shop.hangs_up(talking)
    await shop.passes(PAUSE)
    assert shop.rung == [ANA.number]
    assert shop.turns() == {VERA: 1}
    tried = [call for call in journal.recent(shop.records.database, 9) if call.outgoing]
    assert tried == [], "calls were begun that cannot be made"


async def test_a_try_in_which_the_caller_could_not_be_called_does_not_count(shop: Shop) -> None:
    talking = await shop.talks()
    await shop.asks(VERA)
    usual = shop.board.caps.limits

    def runs_out(heard: str) -> None:
        """While the colleague listens."""
        if heard == Prompt.RETURN_WHISPER:
            shop.board.caps.limits = Limits(concurrent=9, minutes_per_day=0)

    shop.line.on_hearing = runs_out
    await shop.hangs_up(talking)
    for _ in range(2):
        shop.board.caps.limits = usual
        await shop.passes(PAUSE)
    assert shop.rung == [ANA.number] * 4
    shop.line.on_hearing = lambda _heard: None
    shop.board.caps.limits = usual
    await shop.passes(PAUSE)
    assert shop.rung[-1] == VERA
