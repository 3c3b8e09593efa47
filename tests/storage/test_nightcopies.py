"""The box copies itself by night: how many stay, when the next is due, and whether it is of use."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hotline.errors import HotlineError
from hotline.said import parts_of, say
from hotline.storage import nightcopies, sealed, wholebackup
from hotline.storage.database import text_of
from hotline.storage.nightcopies import (
    LAST,
    WEEKS,
    Nights,
    begun,
    copies,
    failed,
    file_of,
    give_room,
    remember,
    remembered,
    staying,
    sweep,
    thin,
)
from hotline.storage.places import Places
from hotline.storage.unpacked import prove
from hotline.storage.wholebackup import write_backup
from tests.storage.test_wholebackup import box

ZONE = ZoneInfo("Europe/Chisinau")
NIGHT = datetime(2026, 12, 5, 2, 10, tzinfo=UTC)  # by the wall ten minutes after four
DAY = timedelta(days=1)


@pytest.fixture
def places(tmp_path: Path) -> Places:
    places = Places(tmp_path)
    begun(places, NIGHT)
    return places


def lay(places: Places, *at: datetime) -> None:
    for one in at:
        file_of(places, one).write_bytes(b"sealed")


def test_after_a_year_of_nights_the_last_week_and_four_weeks_before_it_are_there() -> None:
    held: frozenset[datetime] = frozenset()
    for night in range(365):
        held = staying({*held, NIGHT + night * DAY}, ZONE)
        newest = sorted(held, reverse=True)
        assert newest[:LAST] == [NIGHT + n * DAY for n in range(night, max(night - LAST, -1), -1)]
        assert len(newest) <= LAST + WEEKS
    ages = [(NIGHT + 364 * DAY - at).days for at in newest[LAST:]]
    first, *others = [late - early for early, late in pairwise(ages)]
    assert 1 <= first <= 7
    assert others == [7, 7]


def test_what_is_no_copy_of_the_night_is_never_deleted_with_the_old_ones(places: Places) -> None:
    other = places.nights / "hotline-20261205T021000.hotlinebackup"  # by hand, with recordings
    other.write_bytes(b"")
    lay(places, *(NIGHT - n * DAY for n in range(60)))
    thin(places, ZONE)
    assert len(copies(places)) == LAST + WEEKS
    assert other.exists()


@pytest.mark.parametrize(
    ("tried", "now", "due"),
    [
        (NIGHT - DAY, NIGHT - timedelta(minutes=1), False),
        (NIGHT - DAY, NIGHT, True),
        (NIGHT, NIGHT + timedelta(hours=23), False),
        (NIGHT - DAY, NIGHT + timedelta(hours=5), True),  # off by night, switched on at nine
        (NIGHT - timedelta(hours=8), NIGHT - timedelta(hours=1), False),
        (NIGHT + 30 * DAY, NIGHT, False),  # the clock was wrong then
    ],
)
def test_a_copy_is_due_once_each_night_and_made_up_for(
    tried: datetime, now: datetime, due: bool
) -> None:
    nights = Nights("words", tried)
    assert nights.due(now, ZONE) is due
    assert not replace(nights, on=False).due(now, ZONE)


def test_a_rehearsal_is_due_each_week_and_at_once_after_one_that_failed() -> None:
    nights = Nights("words", NIGHT, proven=NIGHT)
    assert [n for n in range(1, 9) if nights.to_prove(NIGHT + n * DAY)] == [7, 8]
    bad = failed(nights.proving, say("It is worthless."), say("Make another."))
    assert replace(nights, proving=bad).to_prove(NIGHT + DAY)
    assert replace(nights, proven=None).to_prove(NIGHT)


def test_what_went_wrong_is_remembered_in_words_that_can_be_translated(places: Places) -> None:
    nights = begun(places, NIGHT + DAY)
    assert (nights.tried, nights.on) == (NIGHT, True)
    trouble = failed(nights.making, say("The disk %(disk)s is full.", disk="one"), say("Delete."))
    remember(places, replace(nights, making=trouble, proven=NIGHT, on=False))
    again = remembered(places)
    assert again == replace(nights, making=trouble, proven=NIGHT, on=False)
    assert again is not None
    assert parts_of(again.making.cause) == trouble.cause.parts
    assert (places.nights / nightcopies.REMEMBERED).stat().st_mode & 0o077 == 0
    assert nights.passphrase not in repr(nights)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"tried": 1}', '{"passphrase": "x"}'])
def test_what_cannot_be_read_begins_anew(places: Places, text: str) -> None:
    (places.nights / nightcopies.REMEMBERED).write_text(text)
    assert remembered(places) is None
    assert begun(places, NIGHT).on


def test_old_copies_make_room_before_any_recording_has_to_go(
    places: Places, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay(places, NIGHT, NIGHT - DAY, NIGHT - 2 * DAY)
    give_room(places)
    assert len(copies(places)) == 3
    monkeypatch.setattr(nightcopies, "ROOM", 1 << 62)
    give_room(places)
    assert [one.at for one in copies(places)] == [NIGHT]


def test_what_a_kill_has_left_is_swept_away(places: Places) -> None:
    lay(places, NIGHT)
    (places.nights / ".hotline-20261204T021000-short.hotlinebackup.new").write_bytes(b"half")
    (places.nights / ".backup-x1").mkdir()
    (places.nights / ".backup-x1" / "hotline.sqlite").write_bytes(b"half")
    sweep(places)
    assert {path.name for path in places.nights.iterdir()} == {
        nightcopies.REMEMBERED,
        file_of(places, NIGHT).name,
    }
    assert remembered(places) is not None


# --- a rehearsal -------------------------------------------------------------------------------


@pytest.fixture
def copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """A box with a day behind it and its copy; calling it rehearses a restore."""
    monkeypatch.setattr(sealed, "_COST", (4, 8, 1))
    places = box(tmp_path / "box")
    words = begun(places, NIGHT).passphrase
    file = file_of(places, NIGHT)
    write_backup(places, file, words, NIGHT, recordings=False)

    def rehearse() -> None:
        prove(copies(places)[0].path, words, places.nights / "rehearsal")

    return rehearse


def nights_of(tmp_path: Path) -> Path:
    return Places(tmp_path / "box").nights


def test_a_rehearsal_of_a_good_copy_leaves_nothing_and_touches_nothing(
    copied: Callable[[], None], tmp_path: Path
) -> None:
    places = Places(tmp_path / "box")
    before = sorted(path.name for path in places.nights.iterdir())
    copied()
    assert sorted(path.name for path in places.nights.iterdir()) == before
    assert not places.restore.exists()


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (lambda data: data[:-1], "damaged"),
        (lambda data: data[:5000] + bytes(16) + data[5016:], "altered"),
        (lambda data: b"RIFF" + data, "not a backup"),
    ],
)
def test_a_rehearsal_finds_a_copy_that_has_rotted(
    copied: Callable[[], None], tmp_path: Path, spoil: Callable[[bytes], bytes], words: str
) -> None:
    (file,) = nights_of(tmp_path).glob("*.hotlinebackup")
    file.write_bytes(spoil(file.read_bytes()))
    with pytest.raises(HotlineError, match=words):
        copied()
    assert not (nights_of(tmp_path) / "rehearsal").exists()


def test_a_rehearsal_counts_what_is_inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealed, "_COST", (4, 8, 1))
    places = box(tmp_path / "box")
    words, file = begun(places, NIGHT).passphrase, file_of(places, NIGHT)
    held = wholebackup._held
    monkeypatch.setattr(wholebackup, "_held", lambda *a: replace(held(*a), calls=99))
    write_backup(places, file, words, NIGHT, recordings=False)
    with pytest.raises(HotlineError, match="something else than it says"):
        prove(file, words, places.nights / "rehearsal")


def test_a_call_that_comes_while_a_copy_is_made_does_not_spoil_its_rehearsal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sealed, "_COST", (4, 8, 1))
    places = box(tmp_path / "box")
    words, file, counted = begun(places, NIGHT).passphrase, file_of(places, NIGHT), []
    forget = wholebackup._forget_visitors

    def and_a_call(folder: Path) -> None:
        forget(folder)
        with wholebackup.records_file(places.data).writing() as database:
            database.execute(
                "insert into calls (id, line, started_at, words) values (99, 'office', ?, '')",
                (text_of(NIGHT),),
            )
        counted.append(99)

    monkeypatch.setattr(wholebackup, "_forget_visitors", and_a_call)
    about = write_backup(places, file, words, NIGHT, recordings=False)
    prove(file, words, places.nights / "rehearsal")
    assert (about.contents.calls, counted) == (3, [99])
