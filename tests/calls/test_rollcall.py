"""Once a week each telephone shows that calls reach its owner; callers go before, and no restart,
clock or voicemail makes it ring twice.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import checkcall
from hotline.calls.notices import Texting
from hotline.calls.rollcall import RollCalls
from hotline.errors import HotlineError, LineDown
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person
from hotline.routing.rollcall import WEEK, NumberCheck, Result
from hotline.storage import numberchecks
from hotline.storage.numberchecks import NumberChecks
from tests.calls.hotline import ANA, OFFICE, Hotline, Telephone

ION = Person("ion", "Ion", "+37369000102", languages=("ro",), ring_seconds=5)
ANAS, IONS = ANA.number or "", ION.number or ""
SHOP = replace(OFFICE, people=(ANA, ION), languages=("en", "ro"), supervisor="ion")


class Shop(Hotline):
    """Whoever is checked presses 1, unless `does` says otherwise; all confirmed long ago."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SHOP, confirmed=[ANAS, IONS])
        self.exchange.notices.texting = Texting("MD", lambda: 9)
        self.presses: dict[str, str] = {}
        self.ends: dict[str, Cause] = {}
        self.on_dial: list[Any] = []
        dial = self.line.dial

        def ring(number: str) -> Any:
            phone: Telephone = dial(number)
            phone.presses |= {Prompt.ROLL_CALL: self.presses.get(number, "1")}
            if number in self.ends:
                phone.hang_up(self.ends[number])
            for act in self.on_dial:
                act(phone)
            return phone

        self.line.dial = ring  # type: ignore[method-assign]
        self.starts()
        self.time.pass_by(2 * WEEK)

    def starts(self) -> None:
        """As after a restart: all that is remembered is on the disk."""
        writer: Any = self.records
        database = self.records.database
        self.checks = NumberChecks(
            writer, numberchecks.checks(database), numberchecks.voicemails(database)
        )
        self.rolls = RollCalls(self.exchange, self.checks, self.confirmed, self.switchboard)

    def rung(self) -> list[str | None]:
        return [phone.caller.number for phone in self.line.rung]

    def results(self) -> dict[str, Result]:
        return {one.number: one.result for one in numberchecks.checks(self.records.database)}

    async def looks(self, span: timedelta = timedelta(), times: int = 1) -> None:
        """Look so often, this much later each time."""
        for _ in range(times):
            await self.rolls.look()
            self.time.pass_by(span)


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setattr(checkcall, "ANSWER_S", 0.3)
    monkeypatch.setattr(checkcall, "KEY_PATIENCE_S", 0.05)
    return Shop(tmp_path)


HOUR = timedelta(hours=1)


async def test_each_telephone_is_rung_once_and_who_presses_1_is_thanked(shop: Shop) -> None:
    await shop.looks(HOUR, 6)
    assert sorted(filter(None, shop.rung())) == [ANAS, IONS]
    assert shop.results() == {ANAS: Result.KEY, IONS: Result.KEY}
    for phone in shop.line.rung:
        assert phone.heard == [Prompt.ROLL_CALL, Prompt.ROLL_CALL_THANKS]
        assert phone.gone.done()
    assert shop.staff_is_free()


@pytest.mark.parametrize(
    ("cause", "result"),
    [
        (Cause.BUSY, Result.BUSY),
        (Cause.REJECTED, Result.DECLINED),
        (Cause.NO_ANSWER, Result.NO_ANSWER),
        (Cause.UNREACHABLE, Result.UNREACHABLE),
        (Cause.NO_SUCH_NUMBER, Result.DEAD),
        (Cause.FAILED, Result.UNKNOWN),
    ],
)
async def test_why_nobody_answered_is_kept(shop: Shop, cause: Cause, result: Result) -> None:
    shop.ends[ANAS] = cause
    await shop.rolls.check(ANA)
    assert shop.results() == {ANAS: result}
    assert shop.staff_is_free()


async def test_a_voicemail_presses_nothing(shop: Shop) -> None:
    shop.presses[ANAS] = ""
    await shop.rolls.check(ANA)
    assert shop.results() == {ANAS: Result.NO_KEY}
    (phone,) = shop.line.rung
    assert set(phone.heard) == {Prompt.ROLL_CALL}
    assert len(phone.heard) > 1  # the question is repeated


async def test_each_is_asked_in_their_own_language(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken = []
    files = shop.words.files

    async def noted(language: str, prompt: Prompt, **values: object) -> list[Path]:
        spoken.append((language, prompt))
        return await files(language, prompt, **values)

    monkeypatch.setattr(shop.words, "files", noted)
    await shop.rolls.check(ION)
    assert spoken == [("ro", Prompt.ROLL_CALL), ("ro", Prompt.ROLL_CALL_THANKS)]


async def test_a_restart_in_the_middle_rings_nobody_twice(shop: Shop) -> None:
    shop.line.silent.add(ANAS)
    ringing = asyncio.ensure_future(shop.rolls.check(ANA))
    await asyncio.wait_for(shop.line.dialled.wait(), 5)
    shop.starts()
    assert shop.results() == {ANAS: Result.UNKNOWN}
    await shop.looks()
    assert shop.rung() == [ANAS]
    ringing.cancel()
    await asyncio.gather(ringing, return_exceptions=True)
    assert shop.staff_is_free()


async def test_a_caller_who_comes_meanwhile_goes_before(shop: Shop) -> None:
    shop.line.silent.add(ANAS)
    looking = asyncio.ensure_future(shop.rolls.check(ANA))
    await asyncio.wait_for(shop.line.dialled.wait(), 5)
    shop.line.silent.clear()
    caller = shop.rings("1")
    await asyncio.wait_for(looking, 5)
    assert shop.line.rung[0].gone.done()
    await shop.step(caller, "joined")
    assert shop.rung() == [ANAS, ANAS]
    caller.hang_up(Cause.HUNG_UP)
    await shop.over(caller)
    assert shop.results() == {}  # as if it had not been tried
    await shop.looks()
    assert len(shop.rung()) == 2  # not at once again
    await shop.looks(HOUR, 4)
    assert shop.results() == {ANAS: Result.KEY, IONS: Result.KEY}


async def test_nobody_is_checked_while_a_caller_is_with_the_box(shop: Shop) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "joined")
    await shop.looks(HOUR, 3)
    assert shop.rung() == [ANAS]
    caller.hang_up(Cause.HUNG_UP)
    await shop.over(caller)


async def test_it_costs_minutes_and_keeps_to_the_caps(shop: Shop) -> None:
    await shop.rolls.check(ANA)
    assert [use.number for use in shop.board.caps.spent] == [ANAS]
    shop.board.caps.forwarding = shop.board.caps.limits.concurrent
    with pytest.raises(HotlineError, match="going out already"):
        await shop.rolls.check(ION)
    shop.board.caps.forwarding = 0
    shop.board.caps.talked(ANAS, 3600, shop.board.clock.steady())
    await shop.rolls.check(ION)
    assert shop.rung() == [ANAS]
    assert shop.results()[IONS] is Result.UNKNOWN


async def test_a_line_that_cannot_dial_says_nothing_of_the_telephone(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    def down(number: str) -> Any:
        raise LineDown("The modem is in use.")

    monkeypatch.setattr(shop.line, "dial", down)
    await shop.rolls.check(ANA)
    assert shop.results() == {ANAS: Result.UNKNOWN}


async def test_a_clock_that_is_not_trusted_rings_nobody(shop: Shop) -> None:
    shop.time.pass_by(timedelta(days=-20 * 365))
    await shop.looks()
    assert shop.rung() == []


async def test_a_number_that_is_dead_twice_is_told_at_once_and_only_once(shop: Shop) -> None:
    shop.ends[ANAS] = Cause.NO_SUCH_NUMBER
    for dead in range(1, 5):
        await shop.rolls.check(ANA)
        told = [one for one in shop.texts(IONS) if "cannot be reached" in one]
        assert told == ["Ana cannot be reached: +373 69… 01, no such number, twice"][: dead - 1]
        shop.time.pass_by(timedelta(days=1))
    assert sum("cannot be reached" in subject for subject in shop.letters()) == 2  # and by letter


async def test_the_supervisor_gets_one_summary_of_the_week(shop: Shop) -> None:
    shop.presses[IONS] = ""
    for person in (ANA, ION):
        await shop.rolls.check(person)
    shop.exchange.office()
    shop.rolls.told = None
    shop.time.pass_by(timedelta(days=7))
    shop._in_force = replace(SHOP, people=(replace(ION, at_once=5), replace(ANA, at_once=5)))
    for _ in range(3):
        shop.starts()
        await shop.looks(HOUR)
    told = [one for one in shop.texts(IONS) if "Weekly" in one]
    assert told == [
        "Weekly check of telephones: 1 of 2 pressed the key. Ion: picked up, no key (a voicemail?)"
    ]


async def test_a_week_without_checks_is_not_worth_a_letter(shop: Shop) -> None:
    shop._in_force = replace(SHOP, people=(replace(ANA, at_once=5),))
    await shop.looks(timedelta(days=7), 3)
    assert shop.letters() == []


async def test_who_is_forgotten_leaves_nothing_behind(shop: Shop) -> None:
    shop.confirmed.keep(next(iter(shop.confirmed.all())))
    await shop.rolls.check(ANA)
    await shop.rolls.check(ION)
    shop.confirmed.forget(IONS)
    numberchecks.purge(shop.records.database)
    assert [one.number for one in numberchecks.checks(shop.records.database)] == [ANAS]


async def test_what_was_checked_stands_after_a_restart(shop: Shop) -> None:
    await shop.rolls.check(ANA)
    shop.starts()
    assert shop.checks.of(ANAS) == NumberCheck(ANAS, shop.time.now(), Result.KEY)
