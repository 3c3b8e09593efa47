"""What the report counts is what the journal of real calls says."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.calls import offer
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.routing.adherence import Rang, Record
from hotline.routing.office import Person
from hotline.routing.presence import Why
from hotline.storage.adherence import report
from hotline.storage.calls import LEG_COST
from tests.calls.hotline import ANA, OFFICE, Hotline
from tests.storage.conftest import Someone

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
SHOP = replace(OFFICE, people=(ANA, ION), survey=False, pause_after=0)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    monkeypatch.setattr(offer, "KEY_PATIENCE_S", 0.0)
    monkeypatch.setattr(offer, "WHISPER_PATIENCE_S", 0.25)
    return Hotline(tmp_path, SHOP)


def of(shop: Hotline, person: str) -> Record:
    now, day = shop.time.now(), timedelta(days=1)
    found = report(shop.records.database, SHOP, now - day, now + day)
    return next(one for one in found if one.person == person)


async def call(shop: Hotline, ana: str, talks: float = 0.0) -> None:
    """A call that Ana is rung for first; Ion takes it where she does not."""
    shop.line.does = {ANA.number or "": ana}
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    shop.time.pass_by(timedelta(seconds=talks))
    caller.hang_up(Cause.HUNG_UP)
    await shop.over(caller)


@pytest.mark.parametrize(
    ("does", "what"),
    [
        ("1", Rang.TAKEN),
        ("2", Rang.DECLINED),
        ("nothing", Rang.MISSED),
        ("busy", Rang.BUSY),
    ],
)
async def test_every_way_a_ring_can_end_is_counted_once(
    shop: Hotline, does: str, what: Rang
) -> None:
    await call(shop, does)
    assert of(shop, "ana").rings == {one: int(one is what) for one in Rang}
    assert of(shop, "ion").talks == int(what is not Rang.TAKEN)


def test_in_one_call_each_of_two_who_decline_is_counted(shop: Hotline) -> None:
    journal, now = shop.exchange.journal, shop.time.now()
    call_id = journal.begin("office", Someone(), now)
    for person in ("ana", "ion"):
        journal.step(call_id, now, "declined", "", person=person)
    journal.end(call_id, now, Outcome.MISSED)
    assert [of(shop, who).rings[Rang.DECLINED] for who in ("ana", "ion")] == [1, 1]


@pytest.mark.parametrize(
    ("cause", "what"),
    [
        (Cause.REJECTED, Rang.DECLINED),
        (Cause.UNREACHABLE, Rang.UNREACHABLE),
        (Cause.NO_SUCH_NUMBER, Rang.UNREACHABLE),
        (Cause.NO_ANSWER, Rang.MISSED),
    ],
)
async def test_why_nobody_answered_is_told_apart(
    shop: Hotline, monkeypatch: pytest.MonkeyPatch, cause: Cause, what: Rang
) -> None:
    dial = shop.line.dial

    def ring(number: str) -> object:
        phone = dial(number)
        if number == ANA.number:
            phone.answered = phone.gone.get_loop().create_future()
            phone.hang_up(cause)
        return phone

    monkeypatch.setattr(shop.line, "dial", ring)
    await call(shop, "1")
    assert of(shop, "ana").rings[what] == 1


async def test_the_length_of_a_talk_is_that_of_the_persons_own_call(shop: Hotline) -> None:
    await call(shop, "nothing", talks=90)
    assert of(shop, "ion").talked == timedelta(seconds=90)
    assert of(shop, "ana").talked == timedelta()


def test_a_voicemail_that_answered_before_the_person_did_was_no_talk(shop: Hotline) -> None:
    journal, now = shop.exchange.journal, shop.time.now()
    call_id = journal.begin("office", Someone(), now)
    for seconds in (16.0, 90.0):
        journal.step(call_id, now, LEG_COST, "", person="ana", seconds=seconds)
    journal.end(call_id, now, Outcome.SPOKEN, person="ana")
    assert of(shop, "ana").talked == timedelta(seconds=90)


async def test_breaks_count_for_as_long_as_they_lasted_also_after_a_restart(shop: Hotline) -> None:
    shop.staff.take_break(ANA, 15, "test")
    shop.time.pass_by(timedelta(minutes=5))
    shop.staff.on(ANA, "test")
    shop.staff.off(ANA, "test")
    shop.time.pass_by(timedelta(minutes=10))
    shop.staff.take_break(ANA, 15, "test")
    shop.time.pass_by(timedelta(hours=1))
    shop.staff.look()
    away = of(shop, "ana").away
    assert away[Why.BREAK] == (2, timedelta(minutes=20))
    assert away[Why.OFF] == (1, timedelta(minutes=10))


async def test_calls_before_the_time_asked_for_do_not_count(shop: Hotline) -> None:
    await call(shop, "1")
    shop.time.pass_by(timedelta(days=3))
    assert sum(of(shop, "ana").rings.values()) == 0
