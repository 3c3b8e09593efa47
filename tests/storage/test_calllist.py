"""Whoever looks for a call finds it: each filter shows exactly the calls it names, page by page."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import timedelta

import pytest

from hotline.inbox.hindrance import WRONG, Hindrance, hindrance_of
from hotline.inbox.outcome import Outcome
from hotline.storage import calls
from hotline.storage.calllist import Look, Only, listed
from hotline.storage.calls import Call, Journal
from hotline.storage.database import text_of
from hotline.storage.schema import RECORDS
from hotline.storage.sqlite import Database
from tests.storage.conftest import NOW, AtOnce, Someone

HOUR = timedelta(hours=1)
NUMBERS = [None, "112", *(f"+3736900{n:04d}" for n in (1, 2, 3, 10001, 20001))]
YESTERDAY = (NOW - 40 * HOUR, NOW - 16 * HOUR)


@pytest.fixture(scope="module")
def journal() -> Database:
    """Two days of every kind of call."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed {seed}")
    chance, writer = random.Random(seed), AtOnce()
    written = Journal(writer, 1)  # type: ignore[arg-type]
    for n in range(600):
        at = NOW - 48 * HOUR + n * HOUR * 0.08
        outgoing = chance.random() < 0.1
        call = written.begin("sip", Someone(chance.choice(NUMBERS)), at, outgoing=outgoing)
        for step in chance.sample([*Hindrance, None, None], 3):
            if step and chance.random() < 0.4:
                written.step(call, at, step.value)
        outcome = chance.choice(list(Outcome))
        spoke = outcome is Outcome.SPOKEN and chance.random() < 0.8
        person = chance.choice(["ana", "ion"]) if spoke else ""
        written.end(call, at, outcome, person=person)
    return writer.database


def plainly(look: Look, call: Call) -> bool:
    """The filter in its plainest form: looks at every call."""
    ours = not call.outgoing and call.outcome is not Outcome.TEST
    return all(
        (
            not look.span or look.span[0] <= call.started_at < look.span[1],
            not look.digits or (call.caller_number or "").endswith(look.digits),
            not look.number or call.caller_number == look.number,
            not look.people or call.person in look.people,
            {
                Only.ALL: True,
                Only.CAME: ours,
                Only.MISSED: ours and call.outcome is Outcome.MISSED,
                Only.ANSWERED: ours and call.outcome in (Outcome.SPOKEN, Outcome.SELF_SERVICE),
                Only.MESSAGES: ours
                and call.outcome in (Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK),
                Only.FORWARDED: ours and call.outcome is Outcome.SPOKEN and bool(call.person),
                Only.WRONG: ours and call.hindrance in WRONG,
            }[look.only],
        )
    )


def looks() -> Iterator[Look]:
    for only in Only:
        yield Look(only)
        yield Look(only, span=YESTERDAY)
        yield Look(only, digits="0001")
        yield Look(only, digits="900001")
        yield Look(only, number="+37369000002")
        yield Look(only, people=("ana",))
        yield Look(only, span=YESTERDAY, people=("ana", "ion"), digits="0001")
    yield Look(digits="112")


@pytest.mark.parametrize("look", list(looks()), ids=str)
def test_a_filter_shows_the_calls_it_names_and_no_other(journal: Database, look: Look) -> None:
    wanted = [c.id for c in calls.recent(journal, 1000) if plainly(look, c)]
    found: list[int] = []
    while rows := [c.id for c in listed(journal, look, 7, found[-1] if found else None)]:
        found += rows
    assert found == wanted


def test_a_filter_finds_something_in_these_calls_at_all(journal: Database) -> None:
    """Or the test above would prove nothing."""
    assert all(listed(journal, Look(only, span=YESTERDAY), 1) for only in Only)


def test_calls_of_an_older_box_have_their_reasons_too(journal: Database) -> None:
    old = Database(memory=True)
    RECORDS.apply(old, stop_before="hindrances")
    told = calls.recent(journal, 1000)
    for call in told:
        if call.outcome is Outcome.SPOKEN:
            continue
        began, ended = text_of(call.started_at), text_of(call.ended_at or NOW)
        row = (call.id, began, ended, call.outcome)
        old.execute(
            "insert into calls (id, line, started_at, ended_at, outcome) values (?,'sip',?,?,?)",
            row,
        )
        for step in journal.query("select * from steps where call_id = ?", (call.id,)):
            old["steps"].insert(step)  # type: ignore[union-attr]
    RECORDS.apply(old)
    now = {call.id: call.hindrance for call in calls.recent(old, 1000)}
    assert now == {call.id: call.hindrance for call in told if call.id in now}
    assert set(now.values()) > set(WRONG)


def test_a_call_that_a_restart_cut_off_says_so() -> None:
    writer = AtOnce()
    call = Journal(writer, 1).begin("sip", Someone(), NOW)  # type: ignore[arg-type]
    calls.file_open_rows(writer.database, NOW)
    story = calls.get(writer.database, call)
    assert story
    assert story.call.hindrance is Hindrance.RESTART
    assert hindrance_of(Outcome.MISSED, [s.what for s in story.steps]) is Hindrance.RESTART
