"""A draft survives whatever happens to the box, and ends with the saving that puts it in force."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest

from hotline.errors import HotlineError
from hotline.routing.changes import Change, CopyWeek, MoveShift, StandIn, StayAway, SwapDay
from hotline.routing.office import WallTime
from hotline.storage import office as stored_office
from hotline.storage.drafts import MOST, DraftStore, drafted, mark_of
from hotline.storage.office import OfficeStore
from tests.storage.conftest import NOW, AtOnce

DAY = date(2026, 12, 8)
CHANGES: tuple[Change, ...] = (
    SwapDay(DAY, "ana", "ion"),
    StayAway("ana", DAY, date(2026, 12, 9), "vacation"),
    StandIn("ion", (datetime(2026, 12, 8, 9, tzinfo=UTC), datetime(2026, 12, 8, 10, tzinfo=UTC))),
    MoveShift("ana", DAY, WallTime(540), "ion", DAY, WallTime(600), WallTime(1440)),
    CopyWeek(DAY, date(2026, 12, 15)),
)


@pytest.fixture
def records() -> AtOnce:
    return AtOnce()


def store(records: AtOnce) -> DraftStore:
    """As after a start of the box."""
    return DraftStore(records, drafted(records.database))  # type: ignore[arg-type]


def filled(records: AtOnce) -> DraftStore:
    drafts = store(records)
    for change in CHANGES:
        drafts.add(change, "maria", NOW)
    return drafts


def test_every_change_is_there_after_a_restart_with_who_made_it(records: AtOnce) -> None:
    drafts = filled(records)
    again = store(records)
    assert again.changes == drafts.changes
    assert [one.change for one in again.changes] == list(CHANGES)
    assert {(one.by, one.at) for one in again.changes} == {("maria", NOW)}


def test_what_is_put_in_force_leaves_the_draft_in_the_same_writing(records: AtOnce) -> None:
    drafts, offices = filled(records), OfficeStore(records, None)  # type: ignore[arg-type]
    later = drafts.changes[-1].number + 1
    offices.save("name: Flori", "maria", NOW, drafts.emptied())
    drafts.add(CHANGES[0], "ion", NOW)
    assert [one.number for one in drafted(records.database)] == [later]
    newest = stored_office.newest(records.database)
    assert newest is not None
    assert newest.yaml == "name: Flori"


def test_an_office_that_is_not_stored_leaves_the_draft_where_it_is(records: AtOnce) -> None:
    drafts, offices = filled(records), OfficeStore(records, None)  # type: ignore[arg-type]
    records.database.execute("drop table office_versions")
    with pytest.raises(Exception, match="office_versions"):
        offices.save("name: Flori", "maria", NOW, drafts.emptied())
    assert len(drafted(records.database)) == len(CHANGES)


def test_one_change_is_taken_out_and_the_others_stay(records: AtOnce) -> None:
    drafts = filled(records)
    drafts.take_out(drafts.changes[1].number)
    assert [one.change for one in store(records).changes] == [CHANGES[0], *CHANGES[2:]]
    drafts.drop()
    assert store(records).changes == ()


def test_whoever_looked_before_another_change_has_another_mark(records: AtOnce) -> None:
    drafts = filled(records)
    seen = mark_of(3, drafts.changes)
    assert mark_of(3, store(records).changes) == seen
    assert mark_of(4, drafts.changes) != seen
    drafts.add(CHANGES[0], "ion", NOW)
    assert mark_of(3, drafts.changes) != seen


def test_a_change_of_a_newer_box_does_not_keep_this_one_from_starting(records: AtOnce) -> None:
    drafts = filled(records)
    for strange in ({"kind": "sabbatical"}, {"kind": "swap"}, ["swap"]):
        records.database.execute(
            'insert into office_draft (at, "by", change) values (?, ?, ?)',
            ("2026-12-08T09:00:00+00:00", "maria", json.dumps(strange)),
        )
    assert drafted(records.database) == drafts.changes


def test_a_draft_that_nobody_could_look_through_takes_no_more(records: AtOnce) -> None:
    drafts = store(records)
    for _ in range(MOST):
        drafts.add(CHANGES[0], "maria", NOW)
    with pytest.raises(HotlineError, match="The draft is full"):
        drafts.add(CHANGES[0], "maria", NOW)
