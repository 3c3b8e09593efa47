"""A box that burnt is the same box again from one file: all of it, or nothing was touched."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from hotline.errors import HotlineError
from hotline.storage import sealed
from hotline.storage.accountschema import accounts_file
from hotline.storage.belongings import SETTINGS, SPOKEN_NOW, allowed, contents
from hotline.storage.looked import drop, waiting
from hotline.storage.places import Places
from hotline.storage.restored import complete, forget_previous, previous, take, take_back
from hotline.storage.schema import records_file
from hotline.storage.sealed import Opened, Sealing
from hotline.storage.unpacked import look
from hotline.storage.users import Accounts, Role
from hotline.storage.wholebackup import ABOUT, About, write_backup
from tests.storage.conftest import NOW, FakeTime

PASSPHRASE = "roua plop cizme vioara"
ROOT = Path(__file__).parents[2]
OFFICE = """name: {name}
zone: Europe/Chisinau
country: MD
languages: [ro]
people:
  - {{id: ana, name: Ana, number: "+37369111222"}}
"""
LINES = '[[trunk]]\nname = "office"\nserver = "sip.example"\npassword = "not-for-everybody"\n'


@pytest.fixture(autouse=True, scope="module")
def cheap() -> object:
    """A key that costs little: what it costs is not what is tested here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed, "_COST", (4, 8, 1))
        yield


def box(folder: Path, name: str = "Flori", calls: int = 3, *, people: str = "maria") -> Places:
    """A box with a day behind it; `name` says which it is."""
    places = Places(folder)
    folder.mkdir(parents=True, exist_ok=True)
    records, accounts = records_file(folder), accounts_file(folder)
    records.prepare(NOW)
    accounts.prepare(NOW)
    with records.writing() as database:
        database.execute(
            "insert into office_versions values (1, ?, 'ana', ?)",
            (NOW.isoformat(), OFFICE.format(name=name)),
        )
        for number in range(1, calls + 1):
            at = (NOW + timedelta(minutes=number)).isoformat()
            database.execute(
                "insert into calls (id, line, caller_number, started_at, ended_at, words)"
                " values (?, 'office', '+37369000111', ?, ?, ?)",
                (number, at, at, name),
            )
            database.execute(
                "insert into cases (number, kind, state, created, due, recording, filed, call_id)"
                " values (?, 'complaint', 'new', ?, ?, ?, 1, ?)",
                (number, f"{at} {name}", at, f"{number:06d}-complaint.wav", number),
            )
    places.recordings.mkdir(exist_ok=True)
    for number in range(1, calls + 1):
        data = f"{name} {number} ".encode() * 400
        (places.recordings / f"{number:06d}-complaint.wav").write_bytes(data)
    Accounts(accounts, FakeTime().clock()).add(people, "lapte miere fagure stup", Role.OWNER)
    sentence = places.own_prompts / "ro" / "greeting_open"
    sentence.mkdir(parents=True)
    (sentence / "000001.wav").write_bytes(b"first " + name.encode())
    (sentence / "000002.wav").write_bytes(b"second " + name.encode())
    (sentence / "000002.json").write_text("{}")
    (places.own_prompts / "ro" / "greeting_open.wav").symlink_to("greeting_open/000001.wav")
    places.lines.write_text(LINES + f"# {name}\n")
    places.announcement.write_text(json.dumps({"text": name}))
    places.closed_early.write_text(json.dumps({"notice": {"ro": name}}))
    places.notices.write_text(f"# {name}\n")
    places.chosen.write_text(f"# {name}\n")
    return places


def everything(places: Places) -> dict[str, Any]:
    """All that a box is, to be held against another one."""
    found: dict[str, Any] = {}
    for file in (records_file(places.data), accounts_file(places.data)):
        if file.path.exists():
            with file.reading() as database:
                found[file.path.name] = sorted(database.conn.iterdump())
    for part in ("recordings", "prompts", *SETTINGS, *SPOKEN_NOW):
        for path in (places.data / part, *sorted((places.data / part).rglob("*"))):
            name = path.relative_to(places.data).as_posix()
            if path.is_symlink():
                found[name] = str(path.readlink())
            elif path.is_file():
                found[name] = path.read_bytes()
    return found


def backed_up(places: Places, *, recordings: bool = True) -> Path:
    target = places.data.parent / f"{places.data.name}.hotlinebackup"
    write_backup(places, target, PASSPHRASE, NOW, recordings=recordings)
    return target


def restore(file: Path, places: Places) -> None:
    looked = look(file, PASSPHRASE, places)
    take(places, looked.mark, "maria", NOW)
    assert complete(places) is not None


def test_a_blank_box_becomes_the_one_that_was_backed_up(tmp_path: Path) -> None:
    old = box(tmp_path / "old")
    restore(backed_up(old), blank := Places(tmp_path / "blank"))
    assert everything(blank) == everything(old)


TEXTS = some.text(some.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@settings(deadline=None, max_examples=15)
@given(
    calls=some.lists(some.tuples(TEXTS, TEXTS), max_size=8),
    sounds=some.dictionaries(
        some.from_regex(r"\A[a-z0-9][a-z0-9_-]{0,60}\Z"), some.binary(max_size=300), max_size=4
    ),
    sizes=some.lists(some.sampled_from([0, 1, 511, 512, 513, 65_536, 70_001]), max_size=3),
)
def test_whatever_an_office_has_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory,
    calls: list[tuple[str, str]],
    sounds: dict[str, bytes],
    sizes: list[int],
) -> None:
    folder = tmp_path_factory.mktemp("any")
    old = box(folder / "old", calls=len(sizes))
    with records_file(old.data).writing() as database:
        for name, words in calls:
            database.execute(
                "insert into calls (line, caller_name, started_at, words) values ('a', ?, '', ?)",
                (name, words),
            )
    for number, size in enumerate(sizes, start=1):
        (old.recordings / f"{number:06d}-complaint.wav").write_bytes(os.urandom(size))
    for name, sound in sounds.items():
        (old.own_prompts / "ro" / name).mkdir(exist_ok=True)
        (old.own_prompts / "ro" / name / "000007.wav").write_bytes(sound)
    restore(backed_up(old), again := Places(folder / "again"))
    assert everything(again) == everything(old)
    restore(backed_up(again), third := Places(folder / "third"))
    assert everything(third) == everything(old)


def test_nobody_is_logged_in_by_a_restore(tmp_path: Path) -> None:
    old = box(tmp_path / "old")
    accounts = Accounts(accounts_file(old.data), FakeTime().clock())
    login = accounts.log_in("maria", "lapte miere fagure stup", "10.0.0.1", "")
    assert accounts.session(login.session)
    restore(backed_up(old), new := Places(tmp_path / "new"))
    there = Accounts(accounts_file(new.data), FakeTime().clock())
    assert there.session(login.session) is None
    assert there.log_in("maria", "lapte miere fagure stup", "10.0.0.1", "").session


def test_before_anything_is_done_both_sides_are_shown(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old", calls=5), box(tmp_path / "now", "Other", calls=2)
    before = everything(now)
    looked = look(backed_up(old), PASSPHRASE, now)
    assert (looked.inside.office, looked.inside.calls, looked.inside.people) == ("Flori", 5, 1)
    assert (looked.here.office, looked.here.calls, looked.here.recordings) == ("Other", 2, 2)
    assert (looked.inside.lines, looked.inside.accounts, looked.inside.sentences) == (1, 1, 1)
    assert waiting(now) == looked
    assert everything(now) == before


def test_a_backup_that_was_looked_at_and_dropped_leaves_nothing(tmp_path: Path) -> None:
    now = box(tmp_path / "now")
    look(backed_up(now), PASSPHRASE, now)
    drop(now)
    assert waiting(now) is None
    assert list(now.restore.iterdir()) == []


def test_only_the_backup_that_was_shown_is_restored(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old"), box(tmp_path / "now", "Other")
    shown = look(backed_up(old), PASSPHRASE, now)
    look(backed_up(now), PASSPHRASE, now)
    with pytest.raises(HotlineError, match="does not wait any more"):
        take(now, shown.mark, "maria", NOW)
    assert complete(now) is None


def test_what_was_before_is_kept_and_can_be_taken_back(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old"), box(tmp_path / "now", "Other", people="ion")
    first, second = everything(now), everything(old)
    restore(backed_up(old), now)
    assert everything(now) == second
    assert everything(Places(now.previous)) == first
    for expected in (first, second):
        take_back(now, "maria", NOW)
        complete(now)
        assert everything(now) == expected


def test_what_was_before_is_not_kept_for_ever(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old"), box(tmp_path / "now", "Other")
    restore(backed_up(old), now)
    forget_previous(now, NOW + timedelta(days=29))
    assert previous(now)
    forget_previous(now, NOW + timedelta(days=31))
    assert previous(now) is None
    assert not now.previous.exists()


def test_a_backup_without_recordings_keeps_those_that_belong_to_its_cases(tmp_path: Path) -> None:
    now = box(tmp_path / "now", calls=3)
    small = backed_up(now, recordings=False)
    first = (now.recordings / "000001-complaint.wav").read_bytes()
    (now.recordings / "000002-complaint.wav").unlink()
    with records_file(now.data).writing() as database:
        database.execute("update cases set created = 'another case' where number = 3")
    restore(small, now)
    kept = sorted(path.name for path in now.recordings.iterdir())
    assert kept == ["000001-complaint.wav"]
    assert (now.recordings / kept[0]).read_bytes() == first
    assert (now.previous / "recordings" / "000003-complaint.wav").exists()


def test_without_recordings_a_backup_holds_none(tmp_path: Path) -> None:
    now = box(tmp_path / "now")
    restore(backed_up(now, recordings=False), blank := Places(tmp_path / "blank"))
    assert contents(blank).recordings == 0
    assert contents(blank).cases == 3


def test_a_damaged_box_is_restored_all_the_same(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old"), box(tmp_path / "now", "Other")
    file = backed_up(old)
    for name in ("hotline.sqlite", "web.sqlite"):
        (now.data / name).write_bytes(b"\xff" * 8192)
        (now.data / f"{name}-journal").write_bytes(b"\xff" * 2048)
    restore(file, now)
    assert everything(now) == everything(old)


def test_a_page_that_has_its_accounts_open_sees_those_of_the_backup(tmp_path: Path) -> None:
    old, now = box(tmp_path / "old"), box(tmp_path / "now", "Other", people="ion")
    with accounts_file(now.data).reading() as database:
        assert database.execute("select name from users").fetchone() == ("ion",)
    inode = (now.data / "web.sqlite").stat().st_ino
    restore(backed_up(old), now)
    assert (now.data / "web.sqlite").stat().st_ino == inode  # its journal belongs to the name
    with accounts_file(now.data).reading() as database:
        assert database.execute("select name from users").fetchone() == ("maria",)


def test_records_are_whole_though_calls_go_on_meanwhile(tmp_path: Path) -> None:
    """Each call is written together with its case: a backup has both or none of them."""
    old = box(tmp_path / "old", calls=0)
    child = subprocess.Popen(
        [sys.executable, "-m", "tests.storage.restless_office", str(old.data)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(["firmware", ".", *sys.path])},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert child.stdout is not None
        promised = [json.loads(child.stdout.readline()) for _ in range(12)]
        target = tmp_path / "file"
        write_backup(old, target, PASSPHRASE, NOW, recordings=True)
    finally:
        child.kill()
        child.wait()
    restore(target, new := Places(tmp_path / "new"))
    with records_file(new.data).reading() as database:
        known = {row["id"] for row in database.query("select id from calls")}
        assert {one["call"] for one in promised if "call" in one} <= known


# --- what is refused -----------------------------------------------------------------------------


def hostile(tmp_path: Path, put: Callable[[tarfile.TarFile, Path], None], **about: Any) -> Path:
    """A backup that was sealed with the right passphrase, and holds what no box writes."""
    good = box(tmp_path / "good")
    told = write_backup(good, tmp_path / "of-good", PASSPHRASE, NOW, recordings=False)
    file = tmp_path / "hostile"
    with file.open("wb") as out:
        sealing = Sealing(out, PASSPHRASE)
        with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|") as tar:
            data = json.dumps(plain(told) | about).encode()
            add(tar, ABOUT, data)
            put(tar, good.data)
        sealing.close()
    return file


def plain(about: About) -> dict[str, Any]:
    return vars(about) | {"contents": vars(about.contents)}


def add(tar: tarfile.TarFile, name: str, data: bytes = b"x", **more: Any) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(data)
    for key, value in more.items():
        setattr(entry, key, value)
    tar.addfile(entry, io.BytesIO(data))


def records(tar: tarfile.TarFile, good: Path) -> None:
    add(tar, "hotline.sqlite", (good / "hotline.sqlite").read_bytes())


NAMES = [
    "../outside",
    "/etc/passwd",
    "recordings/../../outside",
    "recordings/000001-complaint.wav/../../../outside",
    "web.key",
    "control.sock",
    "prompts/ro/../../web.key",
    "prompts/ro/x/000001.py",
    "hotline.sqlite-journal",
    "restore/taken/decision.json",
    "recordings/a.wav",
    "prompts",
    "",
    "box.toml",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, name: str) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        records(tar, good)
        add(tar, name)

    refused(hostile(tmp_path, put), tmp_path, "no box of this version")
    assert not (tmp_path / "outside").exists()
    assert not allowed(name)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("prompts/ro/greeting_open.wav", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("prompts/ro/greeting_open.wav", {"type": tarfile.SYMTYPE, "linkname": "../../web.key"}),
        ("prompts/ro/greeting_open.wav", {"type": tarfile.SYMTYPE, "linkname": "other/000001.wav"}),
        ("prompts/ro", {"type": tarfile.SYMTYPE, "linkname": "/tmp"}),
        ("recordings", {"type": tarfile.SYMTYPE, "linkname": "/tmp"}),
        ("recordings/000001-complaint.wav", {"type": tarfile.LNKTYPE, "linkname": "web.key"}),
        ("lines.toml", {"type": tarfile.FIFOTYPE}),
        ("lines.toml", {"type": tarfile.CHRTYPE}),
        ("recordings", {"type": tarfile.DIRTYPE}),
    ],
)
def test_what_is_no_plain_file_is_refused(tmp_path: Path, name: str, more: dict[str, Any]) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        records(tar, good)
        add(tar, name, b"", **more)

    refused(hostile(tmp_path, put), tmp_path, "no box of this version")


def test_the_same_file_twice_is_refused(tmp_path: Path) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        records(tar, good)
        add(tar, "lines.toml")
        add(tar, "lines.toml")

    refused(hostile(tmp_path, put), tmp_path, "no box of this version")


def test_a_file_that_claims_more_than_fits_is_refused(tmp_path: Path) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        records(tar, good)
        entry = tarfile.TarInfo("recordings/000009-complaint.wav")
        entry.size = 1 << 50
        tar.fileobj.write(entry.tobuf(tarfile.PAX_FORMAT))  # type: ignore[union-attr]

    refused(hostile(tmp_path, put), tmp_path, "The disk is full")


def test_holes_that_unpack_to_much_more_are_refused(tmp_path: Path) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        records(tar, good)
        entry = tarfile.TarInfo("recordings/000009-complaint.wav")
        entry.pax_headers = {
            "GNU.sparse.major": "0",
            "GNU.sparse.minor": "1",
            "GNU.sparse.map": "0,1",
            "GNU.sparse.size": str(1 << 40),
            "GNU.sparse.realsize": str(1 << 40),
        }
        entry.size = 1
        tar.addfile(entry, io.BytesIO(b"x"))

    refused(hostile(tmp_path, put), tmp_path)


def test_a_backup_without_records_is_refused(tmp_path: Path) -> None:
    refused(hostile(tmp_path, lambda tar, good: None), tmp_path, "no box of this version")


def test_records_that_are_no_database_are_refused(tmp_path: Path) -> None:
    file = hostile(tmp_path, lambda tar, _: add(tar, "hotline.sqlite", b"SQLite" * 1000))
    refused(file, tmp_path, "no box of this version")


def test_a_backup_of_a_newer_box_is_refused_with_what_to_do(tmp_path: Path) -> None:
    refused(hostile(tmp_path, records, format=2), tmp_path, "newer version")


def test_records_of_a_newer_box_are_refused_with_what_to_do(tmp_path: Path) -> None:
    def put(tar: tarfile.TarFile, good: Path) -> None:
        with records_file(good).writing() as database:
            database.execute(
                "insert into _sqlite_migrations (migration_set, name, applied_at)"
                " values ('records', 'of_the_future', '')"
            )
        records(tar, good)

    refused(hostile(tmp_path, put), tmp_path, "newer version")


def test_another_passphrase_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    now = box(tmp_path / "now")
    before, file = everything(now), backed_up(now)
    with pytest.raises(HotlineError, match="passphrase does not open"):
        look(file, PASSPHRASE.upper(), now)
    assert everything(now) == before


@pytest.mark.parametrize("left", [0.0, 0.3, 0.9, 0.999])
def test_a_backup_that_was_cut_off_is_told_and_nothing_is_lost(tmp_path: Path, left: float) -> None:
    file = backed_up(box(tmp_path / "old", calls=30))
    os.truncate(file, int(file.stat().st_size * left))
    refused(file, tmp_path)


def test_one_changed_byte_is_told_and_nothing_is_lost(tmp_path: Path) -> None:
    file = backed_up(box(tmp_path / "old", calls=30))
    chance = random.Random(seed := random.SystemRandom().randrange(2**32))
    print(f"seed {seed}")
    for place in (0, 20, 60, *(chance.randrange(file.stat().st_size) for _ in range(6))):
        data = bytearray(file.read_bytes())
        data[place] ^= 0x40
        (tmp_path / "altered").write_bytes(data)
        refused(tmp_path / "altered", tmp_path)


def test_a_change_behind_the_last_file_is_noticed_too(tmp_path: Path) -> None:
    """The seal is proved to its end, though nothing of use lies there."""
    good = box(tmp_path / "good")
    told = write_backup(good, tmp_path / "of-good", PASSPHRASE, NOW, recordings=False)
    with (tmp_path / "padded").open("wb") as out:
        sealing = Sealing(out, PASSPHRASE)
        with tarfile.open(fileobj=cast(BinaryIO, sealing), mode="w|") as tar:
            add(tar, ABOUT, json.dumps(plain(told)).encode())
            records(tar, good.data)
        sealing.write(bytes(5 * sealed.CHUNK))
        sealing.close()
    data = bytearray((tmp_path / "padded").read_bytes())
    look(tmp_path / "padded", PASSPHRASE, Places(tmp_path / "blank"))
    data[-1] ^= 1
    (tmp_path / "padded").write_bytes(data)
    refused(tmp_path / "padded", tmp_path)


def refused(file: Path, tmp_path: Path, words: str = ".") -> None:
    """It is refused in plain words; the box is as before, and nothing lies about."""
    shutil.rmtree(tmp_path / "now", ignore_errors=True)
    now = box(tmp_path / "now", "Other")
    before = everything(now)
    with pytest.raises(HotlineError, match=words) as trouble:
        look(file, PASSPHRASE, now)
    assert trouble.value.action
    assert everything(now) == before
    assert list(now.restore.iterdir()) == []
    assert waiting(now) is None
    assert complete(now) is None


def test_a_full_disk_makes_no_backup_and_leaves_no_half_of_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = box(tmp_path / "now")
    full = shutil._ntuple_diskusage(100, 99, 1)  # type: ignore[attr-defined]
    monkeypatch.setattr(shutil, "disk_usage", lambda _: full)
    with pytest.raises(HotlineError, match="disk is full"):
        write_backup(now, tmp_path / "file", PASSPHRASE, NOW, recordings=True)
    assert [path.name for path in tmp_path.iterdir()] == ["now"]


def test_a_backup_can_be_read_by_nobody_else(tmp_path: Path) -> None:
    file = backed_up(box(tmp_path / "old"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert b"not-for-everybody" not in file.read_bytes()


def test_everything_in_the_data_folder_is_backed_up_or_left_out_on_purpose(tmp_path: Path) -> None:
    """Who adds a place decides here whether it belongs into a backup."""
    left_out = {
        "data": "the folder itself",
        "control": "a socket",
        "calling": "a socket",
        "uploads": "not taken yet",
        "spoken": "made again",
        "sounds": "made again",
        "backups": "backups themselves",
        "nights": "copies of this one box",
        "updates": "the program, and beside the data folder",
        "restore": "a backup on its way back",
        "answers_told": "told once more at worst",
        "country": "made again from the office",
        "lan": "the network this one machine is in",
        "previous": "what a backup took the place of",
        "page": "a folder; the accounts in it are backed up",
        "peers": "written anew at each start",
        "erase_wanted": "a wish for this one machine",
    }
    backed = {"lines", "chosen", "notices", "recordings", "own_prompts"}
    backed |= {"announcement", "closed_early"}
    known = {name for name, what in vars(Places).items() if isinstance(what, property)}
    assert known == (set(left_out) - {"data"}) | backed
    opened = Opened(backed_up(box(tmp_path / "old")).open("rb"), PASSPHRASE)
    with tarfile.open(fileobj=cast(BinaryIO, opened), mode="r|") as tar:
        tops = {name.partition("/")[0] for name in tar.getnames()}
    assert tops == {
        *(ABOUT, "hotline.sqlite", "web.sqlite"),
        *(*SETTINGS, *SPOKEN_NOW, "prompts", "recordings"),
    }


# --- killed at any step --------------------------------------------------------------------------


class Killed(BaseException):
    """The power is cut here."""


@pytest.mark.parametrize("back", [False, True])
def test_killed_at_any_step_a_restore_leaves_the_old_box_or_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, back: bool
) -> None:
    """Every rename, removal and exchange is a step; each is tried as the last one that was done."""
    old = box(tmp_path / "old", calls=4)
    file, new = backed_up(old), everything(old)
    shutil.rmtree(old.own_prompts)  # a part that one of the two does not have
    here = box(tmp_path / "here", "Other", people="ion")
    here.announcement.unlink()
    (here.data / "backup").mkdir(exist_ok=True)
    (here.data / "backup" / "hotline.sqlite").write_bytes(b"of the night")
    look(file, PASSPHRASE, here)
    if back:
        restore(file, here)
    before = everything(here)
    after = everything(Places(here.previous)) if back else new
    steps = 0
    while True:
        trial = Places(tmp_path / f"trial{steps}")
        shutil.copytree(here.data, trial.data, symlinks=True)
        with monkeypatch.context() as patch:
            kill_after(patch, steps)
            try:
                if back:
                    take_back(trial, "maria", NOW)
                else:
                    looked = waiting(trial)
                    assert looked
                    take(trial, looked.mark, "maria", NOW)
                complete(trial)
                whole = True
            except Killed:
                whole = False
        complete(trial)
        found = everything(trial)
        assert found in (before, after), steps
        if found == after:
            assert everything(Places(trial.previous)) == before, steps
            assert not (trial.data / "backup").exists() or back
        shutil.rmtree(trial.data)
        if whole:
            assert found == after
            break
        steps += 1
    assert steps > 20


def test_a_page_that_makes_folders_anew_meanwhile_loses_nothing(tmp_path: Path) -> None:
    """Between the two halves of a move the page looks for recordings, and makes their folder."""
    old, here = box(tmp_path / "old"), box(tmp_path / "here", "Other")
    looked = look(backed_up(old), PASSPHRASE, here)
    before = everything(here)
    take(here, looked.mark, "maria", NOW)
    outgoing = here.restore / "outgoing"
    outgoing.mkdir()
    here.recordings.replace(outgoing / "recordings")
    here.recordings.mkdir()
    complete(here)
    assert everything(here) == everything(old)
    assert everything(Places(here.previous)) == before


def kill_after(patch: pytest.MonkeyPatch, steps: int) -> None:
    """Let so many steps on the disk happen; the next one does not, nor anything after it."""
    left = [steps]

    def guarded(real: Callable[..., Any]) -> Callable[..., Any]:
        def step(*given: Any, **more: Any) -> Any:
            if left[0] <= 0:
                raise Killed
            left[0] -= 1
            return real(*given, **more)

        return step

    for name in ("replace", "unlink", "mkdir", "touch"):
        patch.setattr(Path, name, guarded(getattr(Path, name)))
    patch.setattr(shutil, "rmtree", guarded(shutil.rmtree))
    patch.setattr(os, "fsync", guarded(os.fsync))
    file = type(accounts_file(Path()))
    patch.setattr(file, "take_over", guarded(file.take_over))
    patch.setattr(file, "copy_to", guarded(file.copy_to))
