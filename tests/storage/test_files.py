"""Recordings and prompts as files."""

from __future__ import annotations

from collections import namedtuple
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import HotlineError
from hotline.inbox.case import Case, CaseKind, CaseState
from hotline.storage import files
from hotline.storage.files import (
    FLOOR,
    RESERVE,
    Recordings,
    case_of_name,
    recording_name,
)
from tests.storage.conftest import NOW

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def recordings(tmp_path: Path) -> Recordings:
    return Recordings(tmp_path / "recordings")


def disk_with(monkeypatch: pytest.MonkeyPatch, free: int) -> None:
    monkeypatch.setattr(files.shutil, "disk_usage", lambda _: Usage(10**10, 0, free))  # type: ignore[attr-defined]


def heard(number: int, kind: CaseKind, days: int, recordings: Recordings, size: int) -> Case:
    name = recording_name(number, kind)
    recordings.path(name).write_bytes(b"x" * size)
    created = NOW - timedelta(days=days)
    return Case(
        number,
        kind,
        created,
        created,
        CaseState.DONE,
        recording=name,
        filed=True,
        heard_at=NOW,
        done_at=NOW,
    )


@given(st.integers(0, 10**12), st.sampled_from(CaseKind))
def test_a_file_name_says_number_and_kind(number: int, kind: CaseKind) -> None:
    assert case_of_name(recording_name(number, kind)) == (number, kind)


@pytest.mark.parametrize(
    "name",
    ["../hotline.sqlite", "000104-complaint.wav/..", "/etc/passwd", "104-complaint.wav", "", "."],
)
def test_no_name_leads_out_of_the_recordings(recordings: Recordings, name: str) -> None:
    with pytest.raises(HotlineError):
        recordings.path(name)


def test_recordings_are_listed_by_number(recordings: Recordings) -> None:
    for name in ("001000-message.wav", "000104-complaint.wav", "notes.txt"):
        (recordings.directory / name).write_bytes(b"")
    assert recordings.names() == ["000104-complaint.wav", "001000-message.wav"]


def test_deleting_a_recording_twice_is_harmless(recordings: Recordings) -> None:
    recordings.path("000104-complaint.wav").write_bytes(b"x")
    recordings.remove("000104-complaint.wav")
    recordings.remove("000104-complaint.wav")
    assert recordings.names() == []


def test_half_an_hour_of_messages_fits_into_the_reserve(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_with(monkeypatch, RESERVE)
    assert recordings.room_for_recording(30 * 60)


def test_no_recording_begins_that_would_take_the_room_of_the_records(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk_with(monkeypatch, FLOOR + 60 * 16_000)
    assert recordings.room_for_recording(60)
    assert not recordings.room_for_recording(61)


def test_only_as_much_sound_is_given_up_as_is_needed(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    complaint = heard(101, CaseKind.COMPLAINT, 300, recordings, 1000)
    newer = heard(102, CaseKind.MESSAGE, 10, recordings, 1000)
    older = heard(103, CaseKind.MESSAGE, 200, recordings, 1000)
    disk_with(monkeypatch, RESERVE - 1500)
    assert recordings.to_give_up([complaint, newer, older]) == [older, newer]
    disk_with(monkeypatch, RESERVE)
    assert recordings.to_give_up([complaint, newer, older]) == []
