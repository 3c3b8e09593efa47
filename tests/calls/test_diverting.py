"""Callers go past the box only as the owner chose, and get back to it whatever happens."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import diverting
from hotline.calls.diverting import Diverting
from hotline.clock import Clock
from hotline.errors import HotlineError, LineDown, NumberRefused
from hotline.lines.port import Diverted, LineState
from hotline.options import Limits
from hotline.routing.office import Closure, Office, Person, Shift, WallTime
from hotline.storage.diverts import DivertOrders, Order, orders
from tests.calls.hotline import OFFICE, Hotline
from tests.storage.conftest import NOW, FakeTime

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", "+37369000102")
EVA = Person("eva", "Eva", None)
OWNER, SIM = "+37369111222", "+37369000900"
EVERY_DAY = frozenset(range(7))
# Nine in the morning in UTC is eleven here.
MORNING = Shift("ana", EVERY_DAY, WallTime(8 * 60), WallTime(14 * 60))
EVENING = Shift("ion", EVERY_DAY, WallTime(13 * 60), WallTime(22 * 60))
SHOP = replace(OFFICE, people=(ANA, ION, EVA), shifts=(MORNING, EVENING))


class MobileDouble:
    """A line with a SIM card. goes: where the network sends every caller, None for the box."""

    name = "mobile"

    def __init__(self) -> None:
        self.goes: str | None = None
        self.wished: list[str | None] = []
        self.refuses: HotlineError | None = None
        self.health = LineState(True, "Ready.")
        self.busy = False

    def state(self) -> LineState:
        return self.health

    def wish(self, number: str | None) -> None:
        self.wished.append(number)
        self.goes = number

    async def order(self, number: str | None) -> None:
        if self.busy:
            await asyncio.Event().wait()
        if self.refuses:
            raise self.refuses
        self.goes = number

    async def diverted(self) -> Diverted:
        return Diverted(self.goes or "", "")


class Shop:
    """A box with one SIM card, whose clock a test moves by hand."""

    def __init__(self, folder: Path, office: Office = SHOP, *chosen: str) -> None:
        self.hotline, self.time, self.mobile = Hotline(folder, office), FakeTime(), MobileDouble()
        self.office, self.clock = office, self.time.clock()
        self.board = self.hotline.board
        mobile: Any = self.mobile
        self.exchange = replace(
            self.hotline.exchange, clock=self.clock, office=lambda: self.in_force()
        )
        self.diverting = Diverting(
            self.exchange, [mobile], {"mobile": chosen}, self.stored(), frozenset({SIM})
        )

    def stored(self) -> DivertOrders:
        """The orders as a box reads them at its start."""
        writer: Any = self.hotline.records
        return DivertOrders(writer, orders(self.hotline.records.database))

    def in_force(self) -> Office:
        return self.office

    async def looks(self) -> str | None:
        """Let the box look once; where callers go then."""
        keeping = asyncio.ensure_future(self.diverting.keep())
        await asyncio.sleep(0)
        goes = self.mobile.goes
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
        return goes


async def test_during_the_shift_of_who_was_chosen_callers_go_to_them_and_then_to_the_box(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    assert await shop.looks() == ANA.number
    shop.time.pass_by(timedelta(hours=2, minutes=59))
    assert await shop.looks() == ANA.number
    shop.time.pass_by(timedelta(minutes=1))
    assert await shop.looks() is None


async def test_the_first_chosen_who_is_on_duty_is_the_one(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "eva", "ion", "ana")
    assert await shop.looks() == ANA.number
    shop.time.pass_by(timedelta(hours=2))  # both are there
    assert await shop.looks() == ION.number


async def test_where_nobody_was_chosen_every_caller_reaches_the_box(tmp_path: Path) -> None:
    assert await Shop(tmp_path).looks() is None


async def test_while_the_line_is_closed_callers_hear_so_from_the_box(tmp_path: Path) -> None:
    today = NOW.date()
    shop = Shop(tmp_path, replace(SHOP, closures=(Closure(today, today),)), "ana")
    assert await shop.looks() is None


async def test_a_clock_that_is_not_believed_sends_nobody_past_the_box(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    wrong = Clock(NOW + timedelta(days=1), wall=shop.time.now)
    shop.diverting.exchange = replace(shop.exchange, clock=wrong)
    assert await shop.looks() is None


async def test_no_shift_sends_callers_to_a_number_that_nobody_confirmed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    shop.board.caps.confirmed = {ION.number}.__contains__
    assert await shop.looks() is None


async def test_an_order_of_the_page_names_only_confirmed_numbers(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP)
    shop.board.caps.confirmed = {ION.number}.__contains__
    with pytest.raises(NumberRefused, match="confirmed"):
        await shop.diverting.order("mobile", ANA.number or "", named=False)
    await shop.diverting.order("mobile", ION.number or "", named=False)
    assert shop.mobile.goes == ION.number


async def test_an_order_at_the_box_may_name_a_number_that_nobody_confirmed(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP)
    shop.board.caps.confirmed = set[str]().__contains__
    await shop.diverting.order("mobile", ANA.number or "")
    assert shop.mobile.goes == ANA.number


@pytest.mark.parametrize("number", ["+40722123456", "+37390012345", SIM])
async def test_no_shift_sends_callers_to_a_number_the_box_may_not_dial(
    tmp_path: Path, number: str
) -> None:
    people = (replace(ANA, number=number), ION)
    assert await Shop(tmp_path, replace(SHOP, people=people), "ana").looks() is None


async def test_when_the_box_stops_callers_of_a_shift_get_back_to_it(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    assert await shop.looks() == ANA.number
    assert shop.mobile.goes is None


async def test_a_fault_of_ours_brings_callers_back_to_the_box_until_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverting, "LOOK_S", 0.0)
    monkeypatch.setattr(diverting, "AFTER_FAULT_S", 0.0)
    shop = Shop(tmp_path, SHOP, "ana")
    keeping = asyncio.ensure_future(shop.diverting.keep())
    goes = []
    for office in (lambda: SHOP, lambda: 1 / 0, lambda: SHOP):
        monkeypatch.setattr(shop, "in_force", office)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        goes.append(shop.mobile.goes)
    assert goes == [ANA.number, None, ANA.number]
    keeping.cancel()
    await asyncio.gather(keeping, return_exceptions=True)


# -- by order --------------------------------------------------------------------------------------


async def test_what_the_owner_orders_beats_the_shift_and_outlasts_the_box(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    await shop.diverting.order("mobile", "069 111 222")
    assert await shop.looks() == OWNER
    assert shop.mobile.goes == OWNER  # the box has stopped
    assert shop.stored().of("mobile") == Order(OWNER)


async def test_off_brings_callers_to_the_box_until_that_shift_is_over(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana", "ion")
    await shop.diverting.order("mobile", OWNER)
    await shop.diverting.end("mobile")
    assert shop.mobile.goes is None
    assert shop.stored().of("mobile") == Order("", ANA.number or "")
    assert await shop.looks() is None
    shop.time.pass_by(timedelta(hours=3))
    assert await shop.looks() == ION.number
    assert shop.stored().of("mobile") is None


async def test_off_without_a_shift_leaves_nothing_behind(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    await shop.diverting.order("mobile", OWNER)
    await shop.diverting.end("mobile")
    assert (await shop.looks(), shop.stored().of("mobile")) == (None, None)


async def test_an_order_the_network_refuses_is_no_order(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.mobile.refuses = HotlineError("Not in the plan.", "Ask the operator.")
    with pytest.raises(HotlineError, match="Not in the plan"):
        await shop.diverting.order("mobile", OWNER)
    assert await shop.looks() is None


@pytest.mark.parametrize("number", ["112", "*21#", "+40722123456", "+37390012345", SIM, "ana"])
async def test_callers_are_not_sent_to_numbers_the_box_may_not_dial(
    tmp_path: Path, number: str
) -> None:
    shop = Shop(tmp_path)
    with pytest.raises(NumberRefused):
        await shop.diverting.order("mobile", number)
    assert await shop.looks() is None


async def test_no_order_is_taken_when_the_minutes_of_the_day_are_used_up(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.board.caps.talked("", Limits().minutes_per_day * 60, shop.clock.now())
    with pytest.raises(NumberRefused, match="used up"):
        await shop.diverting.order("mobile", OWNER)


async def test_a_line_that_is_down_cannot_be_ordered_anything(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.mobile.health = LineState(False, "No modem is plugged in.")
    with pytest.raises(LineDown, match="No modem is plugged in"):
        await shop.diverting.order("mobile", OWNER)


async def test_an_order_that_finds_no_quiet_moment_is_given_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverting, "ORDER_S", 0.01)
    shop = Shop(tmp_path)
    shop.mobile.busy = True
    with pytest.raises(LineDown, match="in use"):
        await shop.diverting.order("mobile", OWNER)


async def test_while_an_order_is_under_way_the_shift_wishes_nothing(tmp_path: Path) -> None:
    shop = Shop(tmp_path, SHOP, "ana")
    shop.mobile.busy = True
    ordering = asyncio.ensure_future(shop.diverting.order("mobile", OWNER))
    await asyncio.sleep(0)
    await shop.looks()
    assert shop.mobile.wished == []
    with pytest.raises(LineDown, match="already"):
        await shop.diverting.end("mobile")
    ordering.cancel()
    await asyncio.gather(ordering, return_exceptions=True)


async def test_a_line_without_a_sim_card_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(HotlineError, match="No line with a SIM card is called office"):
        await Shop(tmp_path).diverting.order("office", OWNER)
