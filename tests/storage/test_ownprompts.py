"""An office's own sentences: nothing that was heard once is lost by a change or by a power cut."""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from hotline.errors import HotlineError
from hotline.routing.announcement import Announcement
from hotline.storage import durable
from hotline.storage.announcements import Announcements
from hotline.storage.files import RESERVE
from hotline.storage.ownprompts import KEPT, Origin, OwnPrompts
from hotline.storage.uploads import KEPT_FOR, LARGEST_UPLOAD, Uploads

NOW = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)


class Disk(NamedTuple):
    free: int


@pytest.fixture
def prompts(tmp_path: Path) -> OwnPrompts:
    return OwnPrompts(tmp_path / "prompts")


def sound(folder: Path, letter: str, seconds: float = 1.0) -> Path:
    path = folder / f"finished-{letter}"
    path.write_bytes(b"h" * 44 + letter.encode() * round(16_000 * seconds))
    return path


def origin(text: str = "") -> Origin:
    return Origin(NOW, "maria", text, "Hello.")


def heard(folder: Path) -> str:
    """The letter of the sound that a caller hears."""
    return chr((folder / "prompts" / "en" / "goodbye.wav").read_bytes()[-1])


def put(prompts: OwnPrompts, folder: Path, letters: str) -> None:
    for letter in letters:
        prompts.put("en", "goodbye", sound(folder, letter), origin(letter))


def test_the_newest_sound_is_heard_and_each_says_whose_it_is(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    prompts.put("en", "goodbye", sound(tmp_path, "a", 2.0), origin())
    prompts.put("en", "goodbye", sound(tmp_path, "b"), origin("Bye."))
    newest, first = prompts.sounds("en", "goodbye")
    assert (newest.in_force, newest.seconds, newest.origin) == (True, 1.0, origin("Bye."))
    assert (first.in_force, first.seconds, first.origin) == (False, 2.0, origin())
    assert heard(tmp_path) == "b"
    assert prompts.names("en") == {"goodbye"}
    assert prompts.names("ru") == set()


def test_an_earlier_sound_is_heard_again_and_then_the_box_itself(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    put(prompts, tmp_path, "ab")
    prompts.use("en", "goodbye", 1)
    assert heard(tmp_path) == "a"
    prompts.use("en", "goodbye", 0)
    assert prompts.names("en") == set()
    assert [one.in_force for one in prompts.sounds("en", "goodbye")] == [False, False]
    prompts.use("en", "goodbye", 2)
    assert heard(tmp_path) == "b"


def test_ten_sounds_are_kept_and_the_one_that_is_heard_is_among_them(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    put(prompts, tmp_path, "abcdefghijklm")
    numbers = [one.number for one in prompts.sounds("en", "goodbye")]
    assert numbers == list(range(13, 13 - KEPT, -1))
    files = [path.suffix for path in (tmp_path / "prompts" / "en" / "goodbye").iterdir()]
    assert sorted(files) == [".json"] * KEPT + [".wav"] * KEPT


def test_a_sound_that_was_put_there_by_hand_is_not_lost(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    by_hand = tmp_path / "prompts" / "en" / "goodbye.wav"
    by_hand.parent.mkdir(parents=True)
    sound(tmp_path, "h").rename(by_hand)
    (only,) = prompts.sounds("en", "goodbye")
    assert (only.in_force, only.origin) == (True, None)
    put(prompts, tmp_path, "a")
    assert heard(tmp_path) == "a"
    prompts.use("en", "goodbye", 1)
    assert heard(tmp_path) == "h"


@pytest.mark.parametrize("cut", range(1, 12))
def test_a_power_cut_in_the_middle_leaves_the_old_sentence_or_the_new_one(
    prompts: OwnPrompts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cut: int
) -> None:
    put(prompts, tmp_path, "a")
    done = 0

    def until_the_cut(real: object) -> object:
        def call(*words: object, **more: object) -> object:
            nonlocal done
            done += 1
            if done >= cut:
                raise OSError("the power is gone")
            return real(*words, **more)  # type: ignore[operator]

        return call

    with monkeypatch.context() as power:
        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "symlink_to")):
            power.setattr(owner, name, until_the_cut(getattr(owner, name)))
        try:
            put(prompts, tmp_path, "b")
            survived = True
        except OSError:
            survived = False
    assert heard(tmp_path) in ("b" if survived else "ab")
    put(prompts, tmp_path, "c")
    assert heard(tmp_path) == "c"
    assert {"a"} <= {_letter(prompts, one.number) for one in prompts.sounds("en", "goodbye")}


def _letter(prompts: OwnPrompts, number: int) -> str:
    path = prompts.path("en", "goodbye", number)
    assert path
    return chr(path.read_bytes()[-1])


def test_a_spoilt_note_about_a_sound_does_not_hide_the_sound(
    prompts: OwnPrompts, tmp_path: Path
) -> None:
    put(prompts, tmp_path, "a")
    for spoilt in ("", "[]", '{"at": "2026-12-05T09:00:00", "by": "", "text": ""}', "\0"):
        (tmp_path / "prompts" / "en" / "goodbye" / "000001.json").write_text(spoilt)
        (only,) = prompts.sounds("en", "goodbye")
        assert (only.in_force, only.origin) == (True, None)


def test_what_is_kept_free_for_callers_is_not_taken_by_a_sound(
    prompts: OwnPrompts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(prompts, tmp_path, "a")
    finished = sound(tmp_path, "b")
    size = finished.stat().st_size
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(RESERVE + size - 1))
    with pytest.raises(HotlineError, match="disk is full"):
        prompts.put("en", "goodbye", finished, origin())
    assert heard(tmp_path) == "a"
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Disk(RESERVE + size))
    prompts.put("en", "goodbye", finished, origin())
    assert heard(tmp_path) == "b"


@pytest.mark.parametrize(
    ("language", "name"),
    [("..", "goodbye"), ("en", "../goodbye"), ("en", ""), ("en", "a/b"), ("EN", "a"), ("en", "A")],
)
def test_a_sentence_cannot_be_written_elsewhere(
    prompts: OwnPrompts, tmp_path: Path, language: str, name: str
) -> None:
    with pytest.raises(HotlineError, match="no such sentence"):
        prompts.put(language, name, sound(tmp_path, "a"), origin())
    assert [path.name for path in tmp_path.iterdir()] == ["finished-a"]


def test_a_sound_that_has_gone_is_not_put_in_force(prompts: OwnPrompts, tmp_path: Path) -> None:
    put(prompts, tmp_path, "a")
    with pytest.raises(HotlineError, match="not there any more"):
        prompts.use("en", "goodbye", 7)
    assert heard(tmp_path) == "a"


class TestUploads:
    def test_only_a_file_that_the_page_has_put_there_is_taken(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path / "uploads")
        given = uploads.new(NOW)
        given.write_bytes(b"x")
        assert uploads.path(given.name) == given
        secret = tmp_path / "secret"
        secret.write_text("s")
        link = given.with_name("0" * 32)
        link.symlink_to(secret)
        for name in ("../secret", "0" * 32, "f" * 32, "", str(secret), "..", given.name.upper()):
            with pytest.raises(HotlineError, match="has gone"):
                uploads.path(name)

    def test_a_file_that_is_too_large_is_not_taken(self, tmp_path: Path) -> None:
        uploads = Uploads(tmp_path / "uploads")
        given = uploads.new(NOW)
        with given.open("wb") as file:
            file.truncate(LARGEST_UPLOAD + 1)
        with pytest.raises(HotlineError, match="larger than 12 MB"):
            uploads.path(given.name)

    def test_what_a_killed_page_has_left_goes_and_what_is_being_taken_stays(
        self, tmp_path: Path
    ) -> None:
        uploads = Uploads(tmp_path / "uploads")
        old, young = uploads.new(NOW), uploads.new(NOW)
        for path, age in ((old, KEPT_FOR * 2), (young, KEPT_FOR / 2)):
            path.write_bytes(b"x")
            at = (NOW - age).timestamp()
            os.utime(path, (at, at))
        uploads.new(NOW)
        assert [path.exists() for path in (old, young)] == [False, True]


class TestTheAnnouncement:
    said = Announcement(NOW + timedelta(hours=2), NOW, "maria", {"en": "Storm.", "ru": "Буря."})

    def test_is_there_after_a_restart_and_over_by_itself(self, tmp_path: Path) -> None:
        file = tmp_path / "announcement.json"
        Announcements(file).switch_on(self.said)
        again = Announcements(file).current()
        assert again == self.said
        assert again.on(NOW + timedelta(minutes=119))
        assert not again.on(NOW + timedelta(hours=2))

    def test_is_gone_when_it_is_switched_off_also_twice(self, tmp_path: Path) -> None:
        announcements = Announcements(tmp_path / "announcement.json")
        announcements.switch_on(self.said)
        announcements.switch_off()
        announcements.switch_off()
        assert announcements.current() is None

    @pytest.mark.parametrize(
        "spoilt", ["", "[1]", "{}", '{"until": 1}', '{"until": "x", "at": "y"}', "\0\0", '"x"']
    )
    def test_in_a_spoilt_file_keeps_nobody_from_being_greeted(
        self, tmp_path: Path, spoilt: str
    ) -> None:
        file = tmp_path / "announcement.json"
        file.write_text(spoilt)
        assert Announcements(file).current() is None

    def test_is_the_old_one_where_the_disk_refuses_the_new_one(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        announcements = Announcements(tmp_path / "announcement.json")
        announcements.switch_on(self.said)

        def refuse(_path: Path) -> None:
            raise OSError("full")

        monkeypatch.setattr(durable, "sync_file", refuse)
        with pytest.raises(OSError, match="full"):
            announcements.switch_on(Announcement(NOW, NOW, "ion"))
        assert announcements.current() == self.said
