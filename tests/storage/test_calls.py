"""The journal: no call without an outcome, no missed call forgotten."""

from __future__ import annotations

import random
from datetime import timedelta

import pytest
from hypothesis import given

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.inbox.retention import Retention
from hotline.storage import calls
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.database import DatabaseFile
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW, AtOnce, Someone
from tests.storage.histories import Told, histories


def journal_of(writer: AtOnce) -> Journal:
    return Journal(writer, calls.next_call_id(writer.database))  # type: ignore[arg-type]


def still_owed(history: list[Told]) -> list[int]:
    """The rule in its plainest form: look at every call and at all that followed it."""
    owed = set()
    for at, call in enumerate(history, 1):
        if call.outcome is Outcome.MISSED and not call.outgoing:
            owed.add(at)
        if call.outcome is Outcome.SPOKEN and call.number:
            owed -= {n for n in owed if n < at and history[n - 1].number == call.number}
        if call.returned:
            same = {n for n in owed if call.number and history[n - 1].number == call.number}
            owed -= same | {at}
    return sorted(owed, reverse=True)


def play(journal: Journal, history: list[Told]) -> None:
    for told in history:
        call = journal.begin("sip", Someone(told.number), NOW, outgoing=told.outgoing)
        journal.end(call, NOW, told.outcome)
        if told.returned:
            journal.mark_returned(call, "ana", NOW)


@given(histories(["+37360000001", "+37360000002", "+37360000003"]))
def test_the_missed_list_holds_exactly_who_is_still_owed_a_call(history: list[Told]) -> None:
    writer = AtOnce()
    play(journal_of(writer), history)
    assert [call.id for call in calls.missed_open(writer.database)] == still_owed(history)
    some = range(1, len(history) + 1, 2)
    assert calls.owed_among(writer.database, some) == set(still_owed(history)) & set(some)


def test_the_missed_list_is_right_after_two_thousand_calls() -> None:
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance = random.Random(seed)
    numbers = [None, *(f"+373600{n:05d}" for n in range(400))]
    history = [
        Told(
            chance.choice(numbers),
            chance.choice(list(Outcome)),
            chance.random() < 0.2,
            chance.random() < 0.1,
        )
        for _ in range(2000)
    ]
    writer = AtOnce()
    play(journal_of(writer), history)
    owed = still_owed(history)
    assert len(owed) > 50
    assert [call.id for call in calls.missed_open(writer.database, 2000)] == owed


def test_who_was_spoken_with_is_not_looked_at_again_for_the_missed_list() -> None:
    writer = AtOnce()
    number, missed = "+37360000001", Outcome.MISSED
    told = [Told(number, missed, False, False)] * 3
    play(journal_of(writer), [*told, Told(number, Outcome.SPOKEN, True, False)])
    left = "select count(*) from calls where outcome = 'missed' and settled_by is null"
    assert writer.database.execute(left).fetchone() == (0,)


def test_returning_a_call_does_not_hide_one_missed_since() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    play(journal, [Told("+37360000001", Outcome.MISSED, False, False)] * 3)
    journal.mark_returned(2, "ana", NOW)
    assert [call.id for call in calls.missed_open(writer.database)] == [3]
    story = calls.get(writer.database, 1)
    assert story is not None
    assert (story.call.returned_by, story.call.returned_at) == ("ana", NOW)


def test_a_call_is_told_from_ring_to_end(writer: Writer, records: DatabaseFile) -> None:
    journal = Journal(writer, 1)
    call = journal.begin("office line", Someone(), NOW)
    journal.answered(call, NOW + timedelta(seconds=1))
    journal.step(call, NOW + timedelta(seconds=5), "key", "Pressed 2", key="2")
    journal.spoken_with(call, "ana")
    done = journal.end(
        call, NOW + timedelta(seconds=90), Outcome.SPOKEN, topic="orders", language="ro"
    )
    done.result(10)
    with records.reading() as database:
        story = calls.get(database, call)
    assert story is not None
    assert (story.call.caller_number, story.call.person, story.call.topic) == (
        "+37369111222",
        "ana",
        "orders",
    )
    assert story.call.ended_at == NOW + timedelta(seconds=90)
    assert [(step.what, step.words, step.facts) for step in story.steps] == [
        ("key", "Pressed 2", {"key": "2"})
    ]


def test_a_step_written_twice_after_a_doubtful_commit_stands_once() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    call = journal.begin("sip", Someone(), NOW)
    journal.step(call, NOW, "menu", "Heard the menu")
    journal.step(call, NOW, "menu", "Heard the menu")
    journal.step(call, NOW, "key", "Pressed 2")
    story = calls.get(writer.database, call)
    assert story is not None
    assert [step.what for step in story.steps] == ["menu", "key"]


def test_the_list_of_calls_is_read_page_by_page() -> None:
    writer = AtOnce()
    play(journal_of(writer), [Told(None, Outcome.SPOKEN, False, False)] * 7)
    first = calls.recent(writer.database, 3)
    second = calls.recent(writer.database, 3, before=first[-1].id)
    assert [call.id for call in first + second] == [7, 6, 5, 4, 3, 2]


def test_a_number_given_to_a_call_is_never_given_again(
    records: DatabaseFile, writer: Writer
) -> None:
    cases = Cases(writer, 101)
    cases.open(CaseKind.COMPLAINT, 41, "", Someone(), "ro", NOW).stored.result(10)
    Journal(writer, 12).begin("sip", Someone(), NOW)
    assert writer.close()
    with records.reading() as database:
        assert calls.next_call_id(database) == 42


@pytest.mark.parametrize(
    "name",
    ["\ud800\udfff half a pair", "'; drop table calls; --", "a\r\nb\0c", "x" * 10_000, "‮evil"],
)
def test_no_name_a_caller_chooses_keeps_the_call_out_of_the_journal(name: str) -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    call = journal.begin("sip", Someone(number=name, name=name), NOW)
    journal.step(call, NOW, "note", name, name=name)
    journal.end(call, NOW, Outcome.MISSED, words=name)
    (missed,) = calls.missed_open(writer.database)
    assert len(missed.caller_name) <= 64
    assert missed.caller_name.isprintable()


def test_what_a_restart_cut_off_counts_as_missed() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    call = journal.begin("sip", Someone(), NOW)
    journal.step(call, NOW + timedelta(seconds=7), "menu")
    later = NOW + timedelta(hours=3)
    assert calls.file_open_rows(writer.database, later) == [call]
    (missed,) = calls.missed_open(writer.database)
    assert missed.words == "the box restarted"
    assert missed.ended_at == NOW + timedelta(seconds=7)
    story = calls.get(writer.database, call)
    assert story is not None
    assert story.steps[-1].at == later
    assert calls.file_open_rows(writer.database, later) == []


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (CaseKind.MESSAGE, Outcome.MESSAGE),
        (CaseKind.COMPLAINT, Outcome.COMPLAINT),
        (CaseKind.CALLBACK, Outcome.CALLBACK),
    ],
)
def test_who_had_left_something_before_the_restart_was_not_missed(
    kind: CaseKind, outcome: Outcome
) -> None:
    writer = AtOnce()
    call = journal_of(writer).begin("sip", Someone(), NOW)
    cases = Cases(writer, 101)  # type: ignore[arg-type]
    opened = cases.open(kind, call, "", Someone(), "ro", NOW)
    cases.filed(opened.number, 12.0)
    calls.file_open_rows(writer.database, NOW)
    story = calls.get(writer.database, call)
    assert story is not None
    assert (story.call.outcome, story.call.case_number) == (outcome, 101)


def test_an_opened_case_that_was_never_filed_is_no_message() -> None:
    writer = AtOnce()
    call = journal_of(writer).begin("sip", Someone(), NOW)
    cases = Cases(writer, 101)  # type: ignore[arg-type]
    cases.open(CaseKind.MESSAGE, call, "", Someone(), "ro", NOW)
    calls.file_open_rows(writer.database, NOW)
    assert [missed.id for missed in calls.missed_open(writer.database)] == [call]


def test_who_had_said_nothing_before_the_restart_was_missed() -> None:
    writer = AtOnce()
    call = journal_of(writer).begin("sip", Someone(), NOW)
    cases = Cases(writer, 101)  # type: ignore[arg-type]
    cases.dropped(cases.open(CaseKind.MESSAGE, call, "", Someone(), "ro", NOW).number)
    calls.file_open_rows(writer.database, NOW)
    assert [missed.id for missed in calls.missed_open(writer.database)] == [call]


def test_who_was_talking_to_a_person_at_the_restart_was_spoken_to() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    call = journal.begin("sip", Someone(), NOW)
    journal.spoken_with(call, "ana")
    calls.file_open_rows(writer.database, NOW)
    story = calls.get(writer.database, call)
    assert story is not None
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ana")


def test_old_calls_go_but_a_missed_one_nobody_returned_stays() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    play(
        journal,
        [
            Told("+37360000001", Outcome.SPOKEN, False, False),
            Told("+37360000002", Outcome.MISSED, False, False),
            Told("+37360000003", Outcome.MISSED, False, True),
        ],
    )
    journal.step(1, NOW, "menu")
    running = journal.begin("sip", Someone(), NOW)
    assert calls.purge(writer.database, NOW + timedelta(days=184), Retention()) == 2
    assert [call.id for call in calls.recent(writer.database, 9)] == [running, 2]
    assert writer.database.execute("select count(*) from steps").fetchone() == (0,)


def test_an_erased_number_is_nowhere_and_owes_no_call() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    play(
        journal,
        [
            Told("+37360000001", Outcome.MISSED, False, False),
            Told("+37360000001", Outcome.SPOKEN, False, False),
            Told("+37360000001", Outcome.MISSED, False, False),
            Told("+37360000002", Outcome.MISSED, False, False),
        ],
    )
    journal.step(1, NOW, "caller", "+37360000001")
    assert calls.erase_number(writer.database, "+37360000001", NOW) == 3
    assert "+37360000001" not in "\n".join(writer.database.conn.iterdump())
    assert [call.id for call in calls.missed_open(writer.database)] == [4]


def test_a_clock_that_once_ran_ahead_is_forgotten_with_the_next_call() -> None:
    writer = AtOnce()
    assert calls.last_came(writer.database) is None
    journal = journal_of(writer)
    journal.begin("sip", Someone(), NOW + timedelta(days=3650))
    journal.begin("sip", Someone(), NOW)
    assert calls.last_came(writer.database) == NOW


def test_erasing_a_caller_does_not_reset_what_forwarding_has_cost() -> None:
    writer = AtOnce()
    journal = journal_of(writer)
    call = journal.begin("sip", Someone(), NOW)
    journal.step(call, NOW, calls.LEG_COST, "Ana was connected", seconds=61.5)
    calls.erase_number(writer.database, "+37369111222", NOW)
    sql = "select json_extract(facts, '$.seconds') as seconds from steps where what = ?"
    assert [row["seconds"] for row in writer.database.query(sql, (calls.LEG_COST,))] == [61.5]
