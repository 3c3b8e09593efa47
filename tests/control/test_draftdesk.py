"""No caller is connected by a draft; once it is in force the next one is, and who works is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from hotline.calls.notices import Texting
from hotline.calls.offices import CurrentOffice
from hotline.control.draftdesk import DraftDesk
from hotline.control.messages.office import PlanAway, PlanDraft, PlanMove, PlanSwap
from hotline.control.plandesk import PlanDesk
from hotline.errors import HotlineError
from hotline.routing.office import Office, Person, Shift, Swap, WallTime
from hotline.storage.drafts import DraftStore, mark_of
from hotline.storage.earlyclosings import EarlyClosings
from hotline.storage.office import OfficeStore
from hotline.storage.officewriting import write_office
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
EVERY = frozenset(range(7))
SHIFTS = (Shift("ana", EVERY, WallTime(9 * 60), WallTime(18 * 60)),)
SHOP = replace(OFFICE, people=(ANA, ION), shifts=SHIFTS)
TODAY = date(2026, 11, 22)  # a Sunday, 11 o'clock
GIVEN = PlanMove(
    person="ana", day=TODAY, at="09:00", to="ion", to_day=TODAY, start="10:00", end="18:00",
    by="maria", draft=True,
)  # fmt: skip


class Shop(Hotline):
    """A hotline whose office is the stored one, with its draft."""

    def __init__(self, folder: Path, office: Office = SHOP) -> None:
        numbers = [p.number for p in office.people if p.number]
        texting = Texting("MD", room=lambda: 99)
        self.current: CurrentOffice | None = None
        self.early = EarlyClosings(folder / "closed-early.json")
        super().__init__(folder, office, confirmed=numbers, texting=texting)
        self.offices = OfficeStore(self.records, None)  # type: ignore[arg-type]
        self.current = CurrentOffice(
            self.offices,
            "MD",
            frozenset({"MD"}),
            self.confirmed,
            self.checks,
            self.early,
        )
        self.offices.save(write_office(office), "maria", self.time.now())
        self.drafts = DraftStore(self.records, ())  # type: ignore[arg-type]
        clock = self.exchange.clock
        self.plans = PlanDesk(self._office, self.offices, clock, lambda _: None)
        self.desk = DraftDesk(self._office, self.offices, self.drafts, self.exchange.notices, clock)

    def _office(self) -> Office:
        return self.current.office() if self.current else super()._office()

    def seen(self) -> str:
        return mark_of(self.offices.version, self.drafts.changes)

    def publishes(self, seen: str = "") -> str:
        ask = PlanDraft(what="publish", seen=seen or self.seen(), by="maria")
        return str(self.desk.tell(self.desk.publish(ask)).words)

    async def rung(self) -> list[str]:
        """Whose telephones a caller makes ring."""
        before = len(self.line.rung)
        phone = self.rings("1")
        await self.step(phone, "ringing")
        phone.hang_up()
        await self.over(phone)
        return [str(leg.caller.number) for leg in self.line.rung[before:]]


@pytest.fixture
async def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


async def test_callers_are_connected_by_the_plan_in_force_until_the_draft_is(shop: Shop) -> None:
    shop.desk.add(GIVEN)
    assert (await shop.rung())[0] == ANA.number
    shop.publishes()
    assert (await shop.rung())[0] == ION.number
    assert shop.drafts.changes == ()


async def test_who_works_otherwise_is_told_by_text_what_was_and_what_is(shop: Shop) -> None:
    shop.desk.add(GIVEN)
    assert shop.texts("+37369000101") == []
    assert shop.publishes() == "The plan is changed. By text: Ana, Ion."
    assert shop.texts("+37369000101") == [
        "Flowers. Your shifts are changed:\n22.11. free (was 09:00-18:00)"
    ]
    assert shop.texts("+37369000102") == [
        "Flowers. Your shifts are changed:\n22.11. 10:00-18:00 (was free)"
    ]


async def test_nobody_is_told_of_days_that_are_past(shop: Shop) -> None:
    yesterday = date(2026, 11, 21)
    shop.desk.add(GIVEN.model_copy(update={"day": yesterday, "to_day": yesterday}))
    assert shop.publishes() == "The plan is changed."
    assert shop.texts("+37369000101") == []


async def test_a_draft_over_an_office_that_somebody_changed_is_looked_at_again(shop: Shop) -> None:
    shop.desk.add(GIVEN)
    seen = shop.seen()
    monday = date(2026, 11, 23)
    shop.plans.put(PlanAway(person="ana", first=monday, last=monday, by="ion"))
    with pytest.raises(HotlineError, match="Somebody has changed the office or the draft since"):
        shop.publishes(seen)
    shop.publishes()  # both changes are there then
    assert len(shop.exchange.office().absences) == 1
    assert (await shop.rung())[0] == ION.number


async def test_a_draft_that_somebody_else_added_to_is_looked_at_again(shop: Shop) -> None:
    shop.desk.add(GIVEN)
    seen = shop.seen()
    shop.desk.add(PlanSwap(day=date(2026, 11, 24), one="ana", other="ion", by="ion", draft=True))
    with pytest.raises(HotlineError, match="Somebody has changed"):
        shop.publishes(seen)
    assert shop.offices.version == 1


async def test_what_does_not_fit_any_more_keeps_the_whole_draft_from_being_in_force(
    shop: Shop,
) -> None:
    shop.desk.add(GIVEN)
    shop.plans.put(GIVEN.model_copy(update={"draft": False}))
    with pytest.raises(HotlineError, match="This shift is not in the plan any more"):
        shop.publishes()
    shop.desk.take_out(PlanDraft(what="take_out", seen=shop.seen(), number=1, by="maria"))
    with pytest.raises(HotlineError, match="The draft is empty"):
        shop.publishes()


async def test_a_change_that_cannot_stand_does_not_come_into_the_draft(shop: Shop) -> None:
    swap = PlanSwap(day=TODAY, one="ana", other="ion", by="maria", draft=True)
    shop.changes(replace(SHOP, people=(*SHOP.people, Person("eva", "Eva", None))))
    shop.offices.save(write_office(shop._in_force), "maria", shop.time.now())
    shop.desk.add(swap)
    with pytest.raises(HotlineError, match="`ana` swaps twice on 2026-11-22"):
        shop.desk.add(swap.model_copy(update={"other": "eva"}))
    assert len(shop.drafts.changes) == 1


async def test_a_change_of_the_plan_leaves_behind_what_was_over_long_ago(tmp_path: Path) -> None:
    over = replace(SHIFTS[0], valid_to=date(2026, 5, 1))
    swaps = Swap(date(2026, 5, 1), "ana", "ion"), Swap(date(2026, 11, 1), "ana", "ion")
    for draft in (False, True):
        folder = tmp_path / str(draft)
        folder.mkdir()
        shop = Shop(folder, replace(SHOP, shifts=(*SHIFTS, over), swaps=swaps))
        ask = PlanSwap(day=TODAY, one="ana", other="ion", by="maria", draft=draft)
        if draft:
            shop.desk.add(ask)
            shop.publishes()
        else:
            shop.plans.put(ask)
        after = shop.exchange.office()
        assert over not in after.shifts
        assert [swap.day for swap in after.swaps] == [date(2026, 11, 1), TODAY]
