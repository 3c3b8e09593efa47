"""A person who is away is not rung, comes back in every case, and the supervisor hears in time."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import hunt, offer
from hotline.calls.attendance import Attendance
from hotline.calls.notices import Texting
from hotline.inbox.step import StepName
from hotline.lines.port import Cause
from hotline.routing.office import Office, OpenInterval, Person, WallTime
from hotline.routing.presence import Verdict
from hotline.storage import presence
from hotline.storage.presence import Presences, StaffTrail, Turn
from tests.calls.hotline import ANA, OFFICE, Hotline

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
TWO = replace(OFFICE, people=(ANA, ION), supervisor="ana")
MINUTE = timedelta(minutes=1)
_numbers = itertools.count(100_000)  # who called before is put through to the same person


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a key, nor between two rounds."""
    monkeypatch.setattr(offer, "KEY_PATIENCE_S", 0.0)
    monkeypatch.setattr(offer, "WHISPER_PATIENCE_S", 0.25)
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)


def hotline(folder: Path, office: Office = TWO) -> Hotline:
    return Hotline(folder, office, texting=Texting("MD", lambda: 50))


async def rung(hotline: Hotline, ends: StepName = "joined") -> list[str | None]:
    """The numbers that a call makes ring until it comes to that step, then the caller hangs up."""
    before = len(hotline.line.rung)
    caller = hotline.rings("1", f"+37322{next(_numbers)}")
    await hotline.step(caller, ends)
    caller.hang_up(Cause.HUNG_UP)
    await hotline.over(caller)
    return [phone.caller.number for phone in hotline.line.rung[before:]]


def told(hotline: Hotline) -> list[str]:
    """Subjects of letters that are not about callers."""
    about_staff = ("Nobody can be rung", "Calls are put", "missed 3 calls")
    mails = [one.subject for one in hotline.outbox.waiting() if one.way == "email"]
    return [one for one in mails if any(part in one for part in about_staff)]


# -- breaks ----------------------------------------------------------------------------------------


async def test_who_is_on_a_break_is_not_rung_and_is_afterwards(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    assert await rung(box) == [ANA.number]
    assert box.staff.take_break(ANA, 15, "test").verdict is Verdict.BREAK
    assert await rung(box) == [ION.number]
    box.time.pass_by(15 * MINUTE)
    assert await rung(box) == [ANA.number]


async def test_who_is_back_sooner_is_rung_sooner(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    box.staff.take_break(ANA, 15, "test")
    box.staff.on(ANA, "test")
    assert await rung(box) == [ANA.number]


async def test_when_everybody_is_away_a_caller_leaves_a_message_at_once(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    for person in (ANA, ION):
        box.staff.off(person, "test")
    assert await rung(box, "filed") == []
    assert len(box.cases()) == 1


async def test_a_caller_who_waits_is_put_through_when_somebody_is_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, not after the pause between two rounds: the caller has waited long enough."""
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 1000.0)
    box = hotline(tmp_path)
    first = box.rings("1")
    await box.step(first, "joined")
    box.staff.take_break(ION, 15, "test")
    waiting = box.rings("1", "+37322111333")
    await box.step(waiting, "waiting")
    box.staff.on(ION, "test")
    await box.step(waiting, "joined")
    assert box.line.rung[-1].caller.number == ION.number


async def test_a_break_survives_a_restart(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    box.staff.take_break(ANA, 15, "test")
    _restart(box)
    assert await rung(box) == [ION.number]


@pytest.mark.parametrize("jump", [timedelta(days=-9), timedelta(days=9)])
async def test_a_clock_that_jumps_brings_everybody_back(tmp_path: Path, jump: timedelta) -> None:
    box = hotline(tmp_path)
    box.staff.take_break(ANA, 15, "test")
    box.time.pass_by(jump)
    box.staff.look()
    assert presence.known(box.records.database) == []
    box.time.pass_by(-jump)
    assert await rung(box) == [ANA.number]


def _restart(box: Hotline) -> None:
    writer: Any = box.records
    rows = Presences(writer, presence.known(box.records.database))
    box.staff = Attendance(
        box.exchange, rows, StaffTrail(writer, presence.next_turn(box.records.database))
    )


# -- missed rings ----------------------------------------------------------------------------------

VOICEMAIL, RINGS_ON, BUSY, NOT_NOW = "nothing", "rings", "busy", "2"
AT_ONCE = replace(TWO, people=(replace(ANA, ring_seconds=0), ION))


async def rounds(box: Hotline, ana: str) -> int:
    """How often Ana is rung for a caller whom Ion refuses; so she alone is left to be rung."""
    box.line.does = {ANA.number or "": ana, ION.number or "": NOT_NOW}
    called = await rung(box, "filed")
    box.line.does = {}
    return called.count(ANA.number)


@pytest.mark.parametrize("ana", [VOICEMAIL, RINGS_ON])
async def test_who_misses_three_rings_is_paused_and_can_come_back(tmp_path: Path, ana: str) -> None:
    box = hotline(tmp_path, AT_ONCE)
    assert await rounds(box, ana) == 3
    assert await rung(box) == [ION.number]
    told = "You missed 3 calls and are not rung now. Reply 1 to come back."
    assert box.texts(ANA.number or "").count(told) == 1
    box.staff.on(ANA, "test")
    assert await rung(box) == [ANA.number]


async def test_the_office_says_after_how_many(tmp_path: Path) -> None:
    assert await rounds(hotline(tmp_path, replace(TWO, pause_after=5)), VOICEMAIL) == 5


async def test_nobody_is_paused_where_the_office_wants_it_so(tmp_path: Path) -> None:
    box = hotline(tmp_path, replace(TWO, pause_after=0))
    for _ in range(9):
        box.staff.rung(ANA, taken=False)
    assert await rung(box) == [ANA.number]


@pytest.mark.parametrize("ana", [BUSY, NOT_NOW])
async def test_who_is_busy_or_says_not_now_misses_nothing(tmp_path: Path, ana: str) -> None:
    box = hotline(tmp_path)
    for _ in range(2):
        box.staff.rung(ANA, taken=False)
    box.line.does = {ANA.number or "": ana}
    assert await rung(box) == [ANA.number, ION.number]
    box.line.does = {}
    assert await rung(box) == [ANA.number]


async def test_a_call_taken_begins_the_count_anew(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    for _ in range(2):
        box.staff.rung(ANA, taken=False)
    assert await rung(box) == [ANA.number]
    for _ in range(2):
        box.staff.rung(ANA, taken=False)
    assert box.staff.away() == {}


async def test_a_pause_ends_with_the_duty(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    for _ in range(3):
        box.staff.rung(ANA, taken=False)
    (paused,) = box.staff.away().values()
    box.time.pass_by(paused.until - paused.since)
    assert await rung(box) == [ANA.number]


async def test_the_only_one_there_goes_on_being_rung_and_the_supervisor_hears_once(
    tmp_path: Path,
) -> None:
    box = hotline(tmp_path)
    box.staff.off(ION, "test")
    for _ in range(7):
        box.staff.rung(ANA, taken=False)
    assert told(box) == ["Ana missed 3 calls, and nobody else is there."]
    assert await rung(box) == [ANA.number]


# -- the supervisor --------------------------------------------------------------------------------


async def test_the_supervisor_hears_once_that_the_last_one_went_and_once_that_somebody_is_back(
    tmp_path: Path,
) -> None:
    box = hotline(tmp_path)
    box.staff.off(ION, "test")
    assert told(box) == []
    box.staff.off(ANA, "test")
    box.staff.look()
    box.staff.off(ANA, "test")
    await rung(box, "filed")
    gone = "Nobody can be rung now: Ana off, 23:00, Ion off, 23:00"
    assert told(box) == [gone]
    assert gone in box.texts(ANA.number or "")
    box.staff.on(ION, "test")
    box.staff.look()
    assert told(box) == [gone, "Calls are put through again: Ion"]


async def test_a_restart_tells_nobody_twice(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    for person in (ANA, ION):
        box.staff.off(person, "test")
    assert len(told(box)) == 1
    _restart(box)
    box.staff.look()
    assert len(told(box)) == 1


async def test_the_end_of_the_day_is_no_news(tmp_path: Path) -> None:
    hours = (OpenInterval(frozenset(range(7)), WallTime(9 * 60), WallTime(18 * 60)),)
    box = hotline(tmp_path, replace(TWO, hours=hours))
    for person in (ANA, ION):
        box.staff.off(person, "test")
    box.time.pass_by(timedelta(hours=10))
    box.staff.look()
    assert len(told(box)) == 1


# -- the trail -------------------------------------------------------------------------------------


async def test_everything_that_was_asked_and_answered_stands_in_the_trail(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    box.staff.take_break(ANA, 15, "ana by text", "BREAK 15")
    box.staff.take_break(ION, 15, "owner on the page")
    found = [(one.person, one.by, one.asked, one.answer) for one in _trail(box)]
    assert found == [
        ("ana", "ana by text", "BREAK 15", "Break until 11:15. Reply 1 if you are back sooner."),
        ("ion", "owner on the page", "break 15", "Break denied, you are the last one."),
    ]


async def test_the_trail_goes_on_after_a_restart(tmp_path: Path) -> None:
    box = hotline(tmp_path)
    box.staff.on(ANA, "test")
    _restart(box)
    box.staff.on(ANA, "test")
    assert [turn.id for turn in _trail(box)] == [1, 2]


def _trail(box: Hotline) -> list[Turn]:
    return presence.trail(box.records.database)[::-1]


# -- texts about callers ---------------------------------------------------------------------------


async def test_who_went_home_gets_no_texts_about_callers_unless_everybody_did(
    tmp_path: Path,
) -> None:
    box = hotline(tmp_path)
    box.staff.take_break(ANA, 15, "test")
    box.staff.off(ION, "test")
    await _leaves(box)
    assert (_of_missed(box, ANA), _of_missed(box, ION)) == (1, 0)
    box.staff.off(ANA, "test")
    await _leaves(box)
    assert (_of_missed(box, ANA), _of_missed(box, ION)) == (2, 1)


async def _leaves(box: Hotline) -> None:
    """Somebody hangs up in the menu."""
    caller = box.rings()
    caller.hang_up(Cause.HUNG_UP)
    await box.over(caller)


def _of_missed(box: Hotline, person: Person) -> int:
    return sum("Missed call" in text for text in box.texts(person.number or ""))
