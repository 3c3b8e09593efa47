"""Who is owed a call stands on one list, once, until reached; nobody leaves it unsaid."""

from __future__ import annotations

from concurrent.futures import Future
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given

from hotline.errors import HotlineError
from hotline.inbox.case import CaseKind, CaseState
from hotline.inbox.outcome import Outcome
from hotline.inbox.retention import Retention
from hotline.inbox.waiting import Tried, Waiting
from hotline.storage import calls, complaints, waiting
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.database import DatabaseFile
from hotline.storage.files import Recordings
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.waiting import WaitingList
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW, AtOnce, Someone
from tests.storage.histories import Told, histories

VERA, OLEG = "+37360000001", "+37360000002"


class Refusing(AtOnce):
    """As the writer does: what the rules forbid fails the future, not who submits."""

    def submit(self, work: Any) -> Future[Any]:
        try:
            return super().submit(work)
        except HotlineError as refusal:
            future: Future[Any] = Future()
            future.set_exception(refusal)
            return future


class Office:
    """Records in memory, and callers."""

    def __init__(self) -> None:
        self.writer = Refusing()
        writer: Any = self.writer
        self.journal, self.cases = Journal(writer, 1), Cases(writer, 101)
        self.list = WaitingList(writer)

    def call(self, number: str | None, outcome: Outcome, *, outgoing: bool = False) -> int:
        call = self.journal.begin("office", Someone(number), NOW, outgoing=outgoing)
        if outcome is Outcome.CALLBACK:
            self.cases.open(CaseKind.CALLBACK, call, "orders", Someone(number), "ro", NOW)
        self.journal.end(call, NOW, outcome)
        return call

    def missed(self, number: str | None = VERA) -> int:
        return self.call(number, Outcome.MISSED)

    def waiting(self) -> list[Waiting]:
        return waiting.still_waiting(self.writer.database)

    def only(self) -> Waiting:
        (entry,) = self.waiting()
        return entry


@pytest.fixture
def office() -> Office:
    return Office()


def owed_by(history: list[Told]) -> set[int]:
    """The rule in its plainest form."""
    owed: set[int] = set()
    for at, told in enumerate(history, 1):
        same = {n for n in owed if told.number and history[n - 1].number == told.number}
        if told.outcome is Outcome.CALLBACK or (
            told.outcome is Outcome.MISSED and not told.outgoing
        ):
            owed.add(at)
        if told.outcome is Outcome.SPOKEN:
            owed -= same
        if told.returned:
            owed -= same | {at}
    return owed


@given(histories([VERA, OLEG], without={Outcome.NOT_REACHED, Outcome.TEST}))
def test_the_list_holds_exactly_who_is_owed_a_call_each_caller_once(history: list[Told]) -> None:
    office = Office()
    for told in history:
        call = office.call(told.number, told.outcome, outgoing=told.outgoing)
        if told.returned:
            office.journal.mark_returned(call, "ana", NOW)
    entries = office.waiting()
    assert {one.call_id for entry in entries for one in entry.owed} == owed_by(history)
    numbers = [entry.caller_number for entry in entries if entry.caller_number]
    assert len(numbers) == len(set(numbers))
    assert [e.owed[0].call_id for e in entries] == sorted(e.owed[0].call_id for e in entries)


def test_the_same_caller_five_times_is_one_entry(office: Office) -> None:
    for _ in range(4):
        office.missed()
    office.call(VERA, Outcome.CALLBACK)
    entry = office.only()
    assert (len(entry.owed), entry.caller_number, entry.case_number) == (5, VERA, 101)
    assert (entry.topic, entry.call_id) == ("orders", 5)


def test_each_withheld_number_is_a_caller_of_its_own(office: Office) -> None:
    office.missed(None)
    office.missed(None)
    assert [entry.caller_number for entry in office.waiting()] == [None, None]


# -- reached, either way ---------------------------------------------------------------------------


@pytest.mark.parametrize("outgoing", [False, True], ids=["they called again", "they were called"])
def test_who_was_spoken_with_waits_no_more_and_the_wish_is_done(
    office: Office, outgoing: bool
) -> None:
    office.missed()
    office.call(VERA, Outcome.CALLBACK)
    spoken = office.call(VERA, Outcome.SPOKEN, outgoing=outgoing)
    assert office.waiting() == []
    case = complaints.get(office.writer.database, 101)
    assert case is not None
    assert (case.state, case.done_at) == (CaseState.DONE, NOW)
    assert case.note == f"Spoken with in call {spoken}."


def test_a_message_is_not_done_by_a_talk(office: Office) -> None:
    call = office.missed()
    case = office.cases.open(CaseKind.MESSAGE, call, "", Someone(VERA), "ro", NOW)
    office.cases.filed(case.number, 5)
    office.call(VERA, Outcome.SPOKEN)
    found = complaints.get(office.writer.database, case.number)
    assert found is not None
    assert found.state is CaseState.NEW


def test_who_was_talked_to_when_the_power_went_waits_no_more(office: Office) -> None:
    office.call(VERA, Outcome.CALLBACK)
    call = office.journal.begin("office", Someone(VERA), NOW, outgoing=True)
    office.journal.spoken_with(call, "ana")
    assert office.waiting() != []
    calls.file_open_rows(office.writer.database, NOW)
    assert office.waiting() == []


def test_a_call_of_ours_that_the_power_cut_off_is_no_missed_caller(office: Office) -> None:
    call = office.journal.begin("office", Someone(VERA), NOW, outgoing=True)
    calls.file_open_rows(office.writer.database, NOW)
    story = calls.get(office.writer.database, call)
    assert story is not None
    assert story.call.outcome is Outcome.NOT_REACHED
    assert office.waiting() == []


def test_a_wish_that_was_opened_again_waits_again(office: Office) -> None:
    office.call(VERA, Outcome.CALLBACK)
    office.call(VERA, Outcome.SPOKEN)
    office.cases.reopen(101, NOW)
    assert office.only().case_number == 101


def test_a_wish_whose_call_was_purged_is_returned_all_the_same(office: Office) -> None:
    call = office.call(VERA, Outcome.CALLBACK)
    calls.purge(office.writer.database, NOW + timedelta(days=184), Retention())
    assert office.only().call_id == call
    office.journal.mark_returned(call, "ana", NOW)
    assert office.waiting() == []


# -- who calls back --------------------------------------------------------------------------------


def test_who_claimed_a_caller_keeps_them_when_they_call_again(office: Office) -> None:
    office.list.claim(office.missed(), "ana", NOW)
    office.missed()
    assert (office.only().owner, office.only().owned_at) == ("ana", NOW)


def test_a_caller_of_somebody_else_is_not_claimed_before_they_are_released(office: Office) -> None:
    call = office.missed()
    office.list.claim(call, "ana", NOW)
    with pytest.raises(HotlineError, match="ana"):
        office.list.claim(call, "ion", NOW).result()
    office.list.release(call)
    office.list.claim(call, "ion", NOW).result()
    assert office.only().owner == "ion"


def test_a_wish_and_its_entry_have_the_same_owner(office: Office) -> None:
    call = office.call(VERA, Outcome.CALLBACK)
    message = office.cases.open(CaseKind.MESSAGE, call, "", Someone(VERA), "ro", NOW).number
    office.list.claim(call, "ana", NOW)
    cases = {c.number: c for c in complaints.of_number(office.writer.database, VERA)}
    assert (cases[101].assigned_to, cases[101].state) == ("ana", CaseState.ASSIGNED)
    assert cases[message].assigned_to == ""
    office.cases.assign(101, "ion")  # in the inbox
    assert (office.only().owner, office.only().owned_at) == ("ion", None)
    office.list.release(call)
    case = complaints.get(office.writer.database, 101)
    assert case is not None
    assert (office.only().owner, case.assigned_to, case.state) == ("", "", CaseState.NEW)


def test_who_waited_before_belongs_to_nobody_when_missed_anew(office: Office) -> None:
    office.list.claim(office.missed(), "ana", NOW)
    office.list.tried(1, "ana", Tried.BUSY, NOW)
    office.call(VERA, Outcome.SPOKEN)
    office.missed()
    assert (office.only().owner, office.only().attempts) == ("", ())


def test_attempts_are_counted_with_who_tried_and_what_came_of_it(office: Office) -> None:
    call = office.missed()
    office.list.tried(call, "maria", Tried.NO_ANSWER, NOW)
    ours = office.call(VERA, Outcome.NOT_REACHED, outgoing=True)
    for _ in range(2):  # a writer may have to write it twice
        office.list.attempted(ours, VERA, "ana", Tried.BUSY, NOW)
    office.missed()
    attempts = [(one.person, one.outcome) for one in office.only().attempts]
    assert attempts == [("maria", Tried.NO_ANSWER), ("ana", Tried.BUSY)]


@pytest.mark.parametrize("step", ["claim", "release", "tried", "entry"])
def test_nothing_is_noted_of_who_waits_no_more(office: Office, step: str) -> None:
    call = office.missed()
    office.call(VERA, Outcome.SPOKEN)
    more: dict[str, tuple[Any, ...]] = {
        "claim": ("ana", NOW),
        "tried": ("ana", Tried.BUSY, NOW),
    }
    with pytest.raises(HotlineError, match="Nobody waits"):
        getattr(office.list, step)(call, *more.get(step, ())).result()


# -- the broom -------------------------------------------------------------------------------------


def test_who_still_waits_after_a_year_keeps_owner_and_attempts(
    records: DatabaseFile, writer: Writer, tmp_path: Any
) -> None:
    journal, callers = Journal(writer, 1), WaitingList(writer)
    for number in (VERA, OLEG):
        call = journal.begin("office", Someone(number), NOW)
        journal.end(call, NOW, Outcome.MISSED)
        callers.claim(call, "ana", NOW)
        callers.tried(call, "ana", Tried.BUSY, NOW).result(10)
    journal.end(journal.begin("office", Someone(OLEG), NOW), NOW, Outcome.SPOKEN)
    house = Housekeeping(records, writer, Recordings(tmp_path / "recordings"))
    house.tidy(NOW + timedelta(days=400), Retention())
    with records.reading() as database:
        (entry,) = waiting.still_waiting(database)
        rows = [row["caller"] for row in database.query("select caller from waiting_attempts")]
    assert (entry.caller_number, entry.owner, len(entry.attempts)) == (VERA, "ana", 1)
    assert rows == [VERA]


def test_an_erased_caller_waits_no_more_and_is_nowhere(
    records: DatabaseFile, writer: Writer, tmp_path: Any
) -> None:
    journal, callers = Journal(writer, 1), WaitingList(writer)
    call = journal.begin("office", Someone(VERA), NOW)
    journal.end(call, NOW, Outcome.MISSED)
    callers.claim(call, "ana", NOW)
    callers.tried(call, "ana", Tried.BUSY, NOW).result(10)
    house = Housekeeping(records, writer, Recordings(tmp_path / "recordings"))
    house.forget(VERA, NOW)
    with records.reading() as database:
        assert waiting.still_waiting(database) == []
        assert VERA not in "\n".join(database.conn.iterdump())
