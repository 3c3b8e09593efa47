"""What callers said about why they call stays with the call, and goes with it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest

from hotline.inbox.outcome import Outcome
from hotline.inbox.retention import Retention
from hotline.media import wav
from hotline.storage import calls
from hotline.storage.calls import Journal
from hotline.storage.database import DatabaseFile
from hotline.storage.files import RESERVE, Recordings, why_name
from hotline.storage.housekeeping import Housekeeping
from hotline.storage.lastrun import file_last_run
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW, AtOnce, Someone
from tests.storage.test_files import disk_with

LATER = NOW + timedelta(days=366)
CALLER = "+37369111222"


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "recordings")


@pytest.fixture
def house(records: DatabaseFile, writer: Writer, recordings: Recordings) -> Housekeeping:
    return Housekeeping(records, writer, recordings)


@pytest.fixture
def at_once() -> AtOnce:
    return AtOnce()


def said(journal: Journal, recordings: Recordings, outcome: Outcome, number: str = CALLER) -> int:
    """A call that is over, in which the caller said why."""
    call_id = journal.begin("sip", Someone(number), NOW)
    recordings.path(why_name(call_id)).write_bytes(b"x" * 5000)
    journal.end(call_id, NOW, outcome).result(10)
    return call_id


def test_it_goes_with_the_call_and_stays_while_the_caller_waits_for_one(
    house: Housekeeping, writer: Writer, recordings: Recordings
) -> None:
    journal = Journal(writer, 1)
    said(journal, recordings, Outcome.SPOKEN, "+37369000001")
    owed = said(journal, recordings, Outcome.MISSED)
    house.tidy(NOW, Retention())
    assert len(recordings.whys()) == 2
    house.tidy(LATER, Retention())
    assert recordings.whys() == [owed]


def test_what_belongs_to_no_call_is_swept_away(house: Housekeeping, recordings: Recordings) -> None:
    recordings.path(why_name(77)).write_bytes(b"x")
    house.tidy(NOW, Retention())
    assert recordings.whys() == []


def test_who_is_erased_takes_along_what_was_said(
    house: Housekeeping, writer: Writer, recordings: Recordings
) -> None:
    journal = Journal(writer, 1)
    said(journal, recordings, Outcome.SPOKEN)
    other = said(journal, recordings, Outcome.SPOKEN, "+37369000002")
    house.forget(CALLER, NOW)
    assert recordings.whys() == [other]


def test_a_full_disk_gives_it_up_but_not_of_who_is_owed_a_call(
    house: Housekeeping,
    writer: Writer,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    journal = Journal(writer, 1)
    owed = said(journal, recordings, Outcome.MISSED)
    said(journal, recordings, Outcome.SPOKEN, "+37369000001")
    running = journal.begin("sip", Someone("+37369000002"), NOW)
    recordings.path(why_name(running)).write_bytes(b"x")
    journal.is_test(running)
    disk_with(monkeypatch, free=RESERVE - 1)
    house.make_room()
    assert recordings.whys() == [owed, running]


def _left_open(at_once: AtOnce, recordings: Recordings, seconds: float) -> int:
    """A call in which the power was cut while the caller said why: the length was not written."""
    journal = Journal(at_once, 1)  # type: ignore[arg-type]
    call_id = journal.begin("sip", Someone(), NOW)
    path = recordings.path(why_name(call_id))
    wav.write(path, np.zeros(int(seconds * 8000), np.int16))
    whole = path.read_bytes()
    path.write_bytes(wav.header(0) + whole[wav.HEADER_BYTES :])
    return call_id


def test_after_a_power_cut_it_is_whole_and_a_step_of_its_call(
    at_once: AtOnce, recordings: Recordings
) -> None:
    call_id = _left_open(at_once, recordings, 3.0)
    file_last_run(at_once.database, recordings.directory, NOW, wav.repair)
    assert len(wav.read(recordings.path(why_name(call_id)))) == 3 * 8000
    story = calls.get(at_once.database, call_id)
    assert story is not None
    assert "why_said" in {step.what for step in story.steps}


def test_after_a_power_cut_what_holds_nothing_is_gone(
    at_once: AtOnce, recordings: Recordings
) -> None:
    call_id = _left_open(at_once, recordings, 0.2)
    file_last_run(at_once.database, recordings.directory, NOW, wav.repair)
    assert recordings.why(call_id) is None
    story = calls.get(at_once.database, call_id)
    assert story is not None
    assert "why_said" not in {step.what for step in story.steps}
