"""Cases on the disk: nothing that was said is lost."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from hotline.errors import HotlineError
from hotline.inbox.case import CaseKind, CaseState
from hotline.storage import complaints
from hotline.storage.complaints import Adopted, Cases, Show
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW, AtOnce, Someone


@pytest.fixture
def at_once() -> AtOnce:
    return AtOnce()


@pytest.fixture
def cases(at_once: AtOnce) -> Cases:
    return Cases(at_once, 101)  # type: ignore[arg-type]


@pytest.fixture
def recordings(tmp_path: Path) -> Path:
    directory = tmp_path / "recordings"
    directory.mkdir()
    return directory


def seconds_of(path: Path) -> float:
    """Stands in for the repair of the header: our test files hold one byte per second."""
    return float(path.stat().st_size)


def opened(cases: Cases, kind: CaseKind = CaseKind.COMPLAINT, number: str = "+37369111222") -> int:
    return cases.open(kind, 7, "orders", Someone(number), "ro", NOW).number


def spoken(cases: Cases, kind: CaseKind = CaseKind.COMPLAINT) -> int:
    number = opened(cases, kind)
    cases.filed(number, 12.0)
    return number


def adopt(database: Database, recordings: Path) -> Adopted:
    return complaints.adopt(database, recordings, NOW, seconds_of)


def shown(database: Database, show: Show = Show.OPEN, kind: CaseKind | None = None) -> list[int]:
    return [case.number for case in complaints.list_cases(database, show, kind)]


def test_the_number_is_spoken_even_when_the_disk_does_not_answer(writer: Writer) -> None:
    writer.close()
    case = Cases(writer, 104).open(CaseKind.COMPLAINT, 7, "", Someone(), "ro", NOW)
    assert (case.number, case.recording) == (104, "000104-complaint.wav")


def test_a_complaint_is_listed_when_the_caller_has_finished(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    assert shown(at_once.database) == []
    cases.filed(number, 12.5)
    (case,) = complaints.list_cases(at_once.database)
    assert (case.number, case.seconds, case.topic) == (number, 12.5, "orders")
    assert case.due == NOW + timedelta(hours=24)


def test_a_wish_to_be_called_back_is_listed_at_once(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases, CaseKind.CALLBACK)
    assert shown(at_once.database) == [number]
    case = complaints.get(at_once.database, number)
    assert case is not None
    assert case.recording is None


def test_a_case_in_which_nothing_was_said_is_shown_nowhere(cases: Cases, at_once: AtOnce) -> None:
    number = opened(cases)
    cases.dropped(number)
    assert complaints.get(at_once.database, number) is None
    assert shown(at_once.database, Show.ALL) == []
    assert opened(cases) == number + 1


def test_lists_are_chosen_by_state_and_kind(cases: Cases, at_once: AtOnce) -> None:
    new, given, closed = spoken(cases), spoken(cases, CaseKind.MESSAGE), spoken(cases)
    cases.assign(given, "ana")
    cases.done(closed, NOW)
    assert shown(at_once.database, Show.NEW) == [new]
    assert shown(at_once.database, Show.ASSIGNED) == [given]
    assert shown(at_once.database, Show.DONE) == [closed]
    assert shown(at_once.database, Show.OPEN, CaseKind.COMPLAINT) == [new]


def test_a_case_goes_from_hand_to_hand_to_done_and_back(cases: Cases, at_once: AtOnce) -> None:
    number = spoken(cases)
    cases.assign(number, "ana")
    cases.note(number, "Called twice")
    cases.heard(number, NOW)
    cases.done(number, NOW)
    later = NOW + timedelta(days=1)
    cases.reopen(number, later)
    case = complaints.get(at_once.database, number)
    assert case is not None
    assert (case.state, case.assigned_to, case.note) == (CaseState.ASSIGNED, "ana", "Called twice")
    assert (case.heard_at, case.due) == (NOW, later + timedelta(hours=24))


def test_an_illegal_step_changes_nothing(writer: Writer) -> None:
    cases = Cases(writer, 101)
    number = spoken(cases)
    refusal = cases.reopen(number, NOW)
    assert isinstance(refusal.exception(10), HotlineError)
    assert cases.assign(number, "ana").result(10).state is CaseState.ASSIGNED


def test_a_step_on_a_case_that_does_not_exist_is_refused(writer: Writer) -> None:
    refusal = Cases(writer, 101).assign(999, "ana").exception(10)
    assert isinstance(refusal, HotlineError)
    assert refusal.cause == "There is no case 999."


def test_a_message_cut_off_by_a_restart_is_filed(
    cases: Cases, at_once: AtOnce, recordings: Path
) -> None:
    number = opened(cases)
    (recordings / "000101-complaint.wav").write_bytes(b"x" * 9)
    assert adopt(at_once.database, recordings) == Adopted(102, (number,), ())
    (case,) = complaints.list_cases(at_once.database)
    assert (case.number, case.seconds) == (number, 9.0)


@pytest.mark.parametrize("left", [None, b""])
def test_a_message_of_which_nothing_reached_the_disk_is_dropped(
    cases: Cases, at_once: AtOnce, recordings: Path, left: bytes | None
) -> None:
    opened(cases)
    if left is not None:
        (recordings / "000101-complaint.wav").write_bytes(left)
    assert adopt(at_once.database, recordings) == Adopted(102, (), ())
    assert shown(at_once.database, Show.ALL) == []


def test_a_recording_without_a_row_becomes_a_case(at_once: AtOnce, recordings: Path) -> None:
    (recordings / "000140-message.wav").write_bytes(b"x" * 5)
    (recordings / "holiday.wav").write_bytes(b"x" * 5)
    assert adopt(at_once.database, recordings) == Adopted(141, (), (140,))
    (case,) = complaints.list_cases(at_once.database)
    assert (case.kind, case.recording, case.seconds) == (
        CaseKind.MESSAGE,
        "000140-message.wav",
        5.0,
    )
    assert case.unheard


def test_a_second_restart_finds_nothing_new(at_once: AtOnce, recordings: Path) -> None:
    (recordings / "000140-message.wav").write_bytes(b"x" * 5)
    adopt(at_once.database, recordings)
    assert adopt(at_once.database, recordings) == Adopted(141, (), ())


def test_a_recording_nobody_can_repair_is_kept_for_a_person(
    cases: Cases, at_once: AtOnce, recordings: Path
) -> None:
    def broken(path: Path) -> float:
        raise ValueError(f"{path.name} is no WAV")

    number = opened(cases)
    file = recordings / "000101-complaint.wav"
    file.write_bytes(b"rubbish")
    assert complaints.adopt(at_once.database, recordings, NOW, broken).filed == (number,)
    (case,) = complaints.list_cases(at_once.database)
    assert "could not be read" in case.note
    assert file.exists()


def test_a_number_is_not_given_twice_even_when_only_an_empty_file_carries_it(
    at_once: AtOnce, recordings: Path
) -> None:
    (recordings / "000300-complaint.wav").write_bytes(b"")
    assert adopt(at_once.database, recordings).next_number == 301


def test_the_first_case_of_a_new_box_has_three_digits(at_once: AtOnce, recordings: Path) -> None:
    assert adopt(at_once.database, recordings).next_number == 101


def test_a_row_whose_file_is_gone_says_so(cases: Cases, at_once: AtOnce, recordings: Path) -> None:
    heard, unheard = spoken(cases), spoken(cases)
    cases.heard(heard, NOW)
    cases.note(unheard, "Ana asks")
    adopt(at_once.database, recordings)
    newest, oldest = complaints.list_cases(at_once.database)
    assert (newest.recording, newest.note) == (None, f"Ana asks {complaints.GONE}")
    assert (oldest.recording, oldest.note) == (None, "")


def test_a_file_in_which_nothing_was_said_goes_at_the_next_start(
    cases: Cases, at_once: AtOnce, recordings: Path
) -> None:
    file = recordings / "000101-complaint.wav"
    cases.dropped(opened(cases))
    file.write_bytes(b"x" * 12)
    assert adopt(at_once.database, recordings).found == ()
    assert not file.exists()


def test_a_start_without_the_disk_of_the_recordings_loses_none(
    cases: Cases, at_once: AtOnce, recordings: Path, tmp_path: Path
) -> None:
    number = spoken(cases)
    (recordings / "000101-complaint.wav").write_bytes(b"x" * 12)
    unplugged = tmp_path / "empty"
    unplugged.mkdir()
    adopt(at_once.database, unplugged)
    adopt(at_once.database, recordings)
    case = complaints.get(at_once.database, number)
    assert case is not None
    assert (case.recording, case.note) == ("000101-complaint.wav", "")
