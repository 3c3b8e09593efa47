"""Deleting what is over, and nothing else."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.inbox.retention import Retention
from hotline.storage import calls, complaints, outbox, presence
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases, Show
from hotline.storage.database import DatabaseFile
from hotline.storage.files import RESERVE, Recordings
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.outbox import Letter
from hotline.storage.presence import StaffTrail, SwapAsk, SwapAsks
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW, Someone
from tests.storage.test_files import disk_with

LATER = NOW + timedelta(days=366)
CALLER = "+37369111222"


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "recordings")


@pytest.fixture
def house(records: DatabaseFile, writer: Writer, recordings: Recordings) -> Housekeeping:
    return Housekeeping(records, writer, recordings)


def closed(cases: Cases, recordings: Recordings, *, heard: bool, number: str = CALLER) -> int:
    case = cases.open(CaseKind.COMPLAINT, 7, "", Someone(number), "ro", NOW)
    recordings.path(case.recording or "").write_bytes(b"x" * 5000)
    cases.filed(case.number, 12.0)
    if heard:
        cases.heard(case.number, NOW)
    cases.done(case.number, NOW).result(10)
    return case.number


def shown(records: DatabaseFile) -> dict[int, str | None]:
    with records.reading() as database:
        return {c.number: c.recording for c in complaints.list_cases(database, Show.ALL)}


def test_at_night_what_is_over_goes_with_its_sound_and_the_unheard_stays(
    house: Housekeeping, writer: Writer, records: DatabaseFile, recordings: Recordings
) -> None:
    cases, journal = Cases(writer, 101), Journal(writer, 1)
    over, unheard = (closed(cases, recordings, heard=heard) for heard in (True, False))
    journal.end(journal.begin("sip", Someone(), NOW), NOW, Outcome.SPOKEN)
    tidied = house.tidy(LATER, Retention())
    assert (tidied.calls, tidied.cases, tidied.given_up) == (1, (over,), ())
    assert shown(records) == {unheard: "000102-complaint.wav"}
    assert recordings.names() == ["000102-complaint.wav"]


def test_a_full_disk_is_relieved_of_heard_sound_only(
    house: Housekeeping,
    writer: Writer,
    records: DatabaseFile,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cases = Cases(writer, 101)
    given_up, unheard = (closed(cases, recordings, heard=heard) for heard in (True, False))
    disk_with(monkeypatch, RESERVE - 1_000_000)
    assert house.make_room() == (given_up,)
    assert writer.close()
    assert shown(records) == {given_up: None, unheard: "000102-complaint.wav"}
    assert recordings.names() == ["000102-complaint.wav"]


def test_room_is_made_even_when_nothing_can_be_written(
    house: Housekeeping,
    writer: Writer,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given_up = closed(Cases(writer, 101), recordings, heard=True)
    writer.close()
    disk_with(monkeypatch, 0)
    assert house.make_room() == (given_up,)
    assert recordings.names() == []


def test_a_forgotten_caller_is_in_no_file_of_the_box(
    house: Housekeeping,
    writer: Writer,
    records: DatabaseFile,
    recordings: Recordings,
    tmp_path: Path,
) -> None:
    cases, journal = Cases(writer, 101), Journal(writer, 1)
    closed(cases, recordings, heard=False)
    other = closed(cases, recordings, heard=False, number="+37360000002")
    cases.dropped(cases.open(CaseKind.MESSAGE, 7, "", Someone(), "ro", NOW).number)
    call = journal.begin("sip", Someone(), NOW)
    journal.step(call, NOW, "caller", f"{CALLER} calls")
    journal.end(call, NOW, Outcome.MISSED)
    letter = Letter("1", NOW, "email", "ana@example.org", f"Missed call: {CALLER}", "", NOW)
    writer.submit(lambda database: outbox.store(database, letter)).result(10)
    StaffTrail(writer, 1).note(NOW, "ana", "text", f"I called {CALLER}", "").result(10)
    records.back_up()
    aside = tmp_path / "hotline-corrupt-20261101T000000.sqlite"
    aside.write_bytes(records.path.read_bytes())
    os.utime(aside, (NOW.timestamp(), NOW.timestamp()))
    assert house.forget(CALLER, NOW) == 3
    holding = [p for p in tmp_path.rglob("*") if p.is_file() and CALLER.encode() in p.read_bytes()]
    assert holding == []
    assert shown(records) == {other: "000102-complaint.wav"}
    with records.reading() as database:
        assert calls.missed_open(database) == []


def test_the_trail_of_the_staff_goes_after_half_a_year_and_questions_nobody_answered(
    house: Housekeeping, writer: Writer, records: DatabaseFile
) -> None:
    trail, asks = StaffTrail(writer, 1), SwapAsks(writer, ())
    for days in (0, 300):
        at = NOW + timedelta(days=days)
        trail.note(at, "ana", "text", f"day {days}", "")
        asks.put(SwapAsk(at.date(), "ana", "ion", at, at + timedelta(hours=6))).result(10)
    house.tidy(LATER, Retention())
    with records.reading() as database:
        assert [turn.asked for turn in presence.trail(database)] == ["day 300"]
        assert len(presence.swap_asks(database)) == 1


def test_a_deleted_complaint_does_not_come_back_when_the_power_fails_in_between(
    house: Housekeeping,
    writer: Writer,
    records: DatabaseFile,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    over = closed(Cases(writer, 101), recordings, heard=True)

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(writer, "submit", power_cut)
        with pytest.raises(KeyboardInterrupt):
            house.tidy(LATER, Retention())
    adopted = writer.submit(
        lambda db: complaints.adopt(db, recordings.directory, LATER, lambda path: 9.0)
    ).result(10)
    assert adopted.found == ()
    assert shown(records) == {over: None}
    assert house.tidy(LATER, Retention()).cases == (over,)


def test_a_damaged_file_kept_for_an_expert_goes_after_a_month(
    house: Housekeeping, tmp_path: Path
) -> None:
    aside = tmp_path / "hotline-corrupt-20261101T000000.sqlite"
    aside.write_bytes(b"")
    os.utime(aside, (NOW.timestamp(), NOW.timestamp()))
    house.tidy(NOW + timedelta(days=29), Retention())
    assert aside.exists()
    house.tidy(NOW + timedelta(days=30), Retention())
    assert not aside.exists()
