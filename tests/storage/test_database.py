"""The file of the records: opened safely, repaired by itself, copied while in use."""

from __future__ import annotations

import shutil
import sqlite3
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import HotlineError
from hotline.storage.accountschema import ACCOUNTS
from hotline.storage.database import DatabaseFile, instant, text_of
from hotline.storage.schema import RECORDS, records_file
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW


def note(file: DatabaseFile, yaml: str) -> None:
    with file.writing() as database:
        database.execute(
            "insert into office_versions (at, author, yaml) values (?, 'ana', ?)",
            (text_of(NOW), yaml),
        )


def notes(file: DatabaseFile) -> list[str]:
    with file.reading() as database:
        return [row["yaml"] for row in database.query("select yaml from office_versions")]


def spoil(path: Path) -> None:
    """Overwrite the middle of every page but the first, as a dying card does."""
    content = bytearray(path.read_bytes())
    for start in range(4096, len(content), 4096):
        content[start : start + 2000] = b"\xa5" * 2000
    path.write_bytes(content)


def schema(database: Database) -> list[str]:
    return sorted(row["sql"] or "" for row in database.query("select sql from sqlite_master"))


def test_the_file_is_opened_so_that_a_power_cut_loses_nothing(records: DatabaseFile) -> None:
    database = records.connect()
    names = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    values = [database.execute(f"pragma {name}").fetchone()[0] for name in names]
    assert values == ["delete", 3, 1, 5000, 1]
    database.close()


@pytest.mark.parametrize("migrations", [RECORDS, ACCOUNTS], ids=["records", "accounts"])
def test_an_office_of_any_earlier_version_gets_the_same_tables(migrations: object) -> None:
    assert migrations in (RECORDS, ACCOUNTS)
    chosen = RECORDS if migrations is RECORDS else ACCOUNTS
    whole = Database(memory=True)
    chosen.apply(whole)
    for step in [m.name for m in chosen.pending(Database(memory=True))]:
        old = Database(memory=True)
        chosen.apply(old, stop_before=step)
        chosen.apply(old)
        assert schema(old) == schema(whole)


def test_starting_again_changes_nothing(records: DatabaseFile) -> None:
    note(records, "kept")
    with records.reading() as database:
        before = schema(database)
    assert records.prepare(NOW) == ""
    with records.reading() as database:
        assert schema(database) == before
    assert notes(records) == ["kept"]


def test_a_damaged_file_is_replaced_by_the_last_good_copy(records: DatabaseFile) -> None:
    note(records, "in the copy")
    records.back_up()
    note(records, "lost with the card")
    spoil(records.path)
    finding = records.prepare(NOW)
    assert notes(records) == ["in the copy"]
    assert "hotline-corrupt-20261122T090000.sqlite" in finding
    assert records.path.with_name("hotline-corrupt-20261122T090000.sqlite").exists()


def test_a_damaged_file_without_a_copy_lets_the_box_begin_anew(records: DatabaseFile) -> None:
    note(records, "lost")
    spoil(records.path)
    assert "begin anew" in records.prepare(NOW)
    assert notes(records) == []


def test_a_file_that_is_no_database_is_replaced_too(records: DatabaseFile) -> None:
    note(records, "in the copy")
    records.back_up()
    records.path.write_bytes(b"\0" * 8192)
    assert records.prepare(NOW) != ""
    assert notes(records) == ["in the copy"]


def test_a_journal_of_the_damaged_file_is_not_played_into_the_copy(
    records: DatabaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    note(records, "in the copy")
    records.back_up()
    Path(f"{records.path}-journal").write_bytes(b"left by a cut")
    monkeypatch.setattr(DatabaseFile, "_check", lambda self: "damaged")
    records.prepare(NOW)
    aside = records.path.with_name("hotline-corrupt-20261122T090000.sqlite-journal")
    assert aside.read_bytes() == b"left by a cut"
    assert notes(records) == ["in the copy"]


def test_a_copy_is_taken_when_a_cut_fell_between_moving_and_restoring(
    records: DatabaseFile,
) -> None:
    note(records, "in the copy")
    records.back_up()
    records.path.unlink()
    assert "took its place" in records.prepare(NOW)
    assert notes(records) == ["in the copy"]


def test_a_damaged_file_never_replaces_the_last_good_copy(records: DatabaseFile) -> None:
    note(records, "good")
    records.back_up()
    good = records.backup.read_bytes()
    spoil(records.path)
    with pytest.raises(HotlineError):
        records.back_up()
    assert records.backup.read_bytes() == good


def test_a_file_that_only_a_full_check_finds_damaged_is_not_copied(records: DatabaseFile) -> None:
    with records.writing() as database:
        database.execute("pragma writable_schema=on")
        (index,) = database.query("select * from sqlite_master where name = 'cases_by_number'")
        database.execute("delete from sqlite_master where name = 'cases_by_number'")
    with records.writing() as database:  # a row that the index does not know
        database.execute(
            "insert into cases (number, kind, state, created, due) values (1,'','','','')"
        )
    with records.writing() as database:
        database.execute("pragma writable_schema=on")
        database.execute("insert into sqlite_master values (?, ?, ?, ?, ?)", list(index.values()))
    said = r"hotline\.sqlite is damaged \((row 1 missing|wrong # of entries)"
    with pytest.raises(HotlineError, match=said):
        records.back_up()
    assert not records.backup.exists()


def test_a_copy_made_while_calls_are_written_is_whole(
    records: DatabaseFile, writer: Writer, tmp_path: Path
) -> None:
    futures = [
        writer.submit(
            lambda db, n=n: db.execute("insert into office_versions values (?,'','','')", (n,))
        )
        for n in range(1, 1000)
    ]
    futures[20].result(10)
    records.back_up()
    copy = records_file(tmp_path / "copy")
    copy.path.parent.mkdir()
    shutil.copy(records.backup, copy.path)
    assert copy.prepare(NOW) == ""
    with copy.reading() as database:
        ids = [row["id"] for row in database.query("select id from office_versions order by id")]
    assert ids == list(range(1, len(ids) + 1))
    assert len(ids) >= 20


def test_what_was_deleted_is_not_left_in_the_file(records: DatabaseFile) -> None:
    marker = "Семейная тайна" * 50
    note(records, marker)
    assert marker.encode() in records.path.read_bytes()
    with records.writing() as database:
        database.execute("delete from office_versions")
    assert marker.encode() not in records.path.read_bytes()


def test_reading_cannot_change_anything(records: DatabaseFile) -> None:
    with pytest.raises(HotlineError), records.reading() as database:
        database.execute("delete from calls")


def test_a_mistake_of_the_program_is_not_blamed_on_the_disk(records: DatabaseFile) -> None:
    with pytest.raises(sqlite3.OperationalError), records.reading() as database:
        database.execute("select * from nowhere")


def test_half_a_change_is_no_change(records: DatabaseFile) -> None:
    def half() -> None:
        with records.writing() as database:
            database.execute("insert into office_versions values (1, '', '', '')")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        half()
    assert notes(records) == []


def test_a_directory_that_is_not_there_is_said_in_plain_words(tmp_path: Path) -> None:
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    file = DatabaseFile(nowhere / "hotline.sqlite", RECORDS, tmp_path / "backup" / "b.sqlite")
    with pytest.raises(HotlineError) as told:
        file.prepare(NOW)
    assert "hotline.sqlite cannot be opened" in told.value.cause


zones = st.integers(-14 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
instants = st.datetimes(datetime(1971, 1, 1), datetime(2100, 1, 1), timezones=zones)


@given(instants, instants)
def test_the_order_of_stored_instants_is_the_order_of_time(one: datetime, other: datetime) -> None:
    assert (text_of(one) < text_of(other)) == (one < other)
    assert instant(text_of(one)) == one


def test_an_instant_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        text_of(datetime(2026, 11, 22))
