"""What was done is written once; whoever changes it afterwards is noticed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.storage import audit, auditchain
from hotline.storage.accountschema import accounts_file
from hotline.storage.audit import Act, Entry, Wanted
from hotline.storage.auditchain import Checked
from hotline.storage.database import DatabaseFile
from tests.storage.conftest import NOW

WHO = ("maria", "ion", "ana", "maria")


@pytest.fixture
def log(tmp_path: Path) -> DatabaseFile:
    """Four lines."""
    file = accounts_file(tmp_path)
    file.prepare(NOW)
    with file.writing() as database:
        for minute, by in enumerate(WHO):
            at = NOW + timedelta(minutes=minute)
            audit.append(database, Entry(at, Act.LISTENED, by=by, thing=f"case {minute}"))
    return file


def tampered(file: DatabaseFile, *statements: str) -> Checked:
    """What the chain says after somebody wrote into the file, around what keeps it."""
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute("drop trigger audit_is_written_once")
        connection.execute("drop trigger audit_keeps_its_lines")
        for statement in statements:
            connection.execute(statement)
        connection.commit()
    return checked(file)


def checked(file: DatabaseFile, known: str = "") -> Checked:
    with file.reading() as database:
        return auditchain.checked(database, known)


def test_lines_that_nobody_touched_are_as_they_were_written(log: DatabaseFile) -> None:
    found = checked(log)
    assert (found.lines, found.broken) == (4, None)
    assert checked(log, found.last).broken is None


@pytest.mark.parametrize("column", ["at", "what", "number", "person", "by", "thing", "address"])
def test_a_changed_word_is_noticed(log: DatabaseFile, column: str) -> None:
    changed = f"update audit set \"{column}\" = 'logged in' where id = 2"
    assert tampered(log, changed).broken == 2


@pytest.mark.parametrize("line", [1, 2])
def test_a_line_taken_out_is_noticed(log: DatabaseFile, line: int) -> None:
    assert tampered(log, f"delete from audit where id = {line}").broken == line


def test_a_line_put_in_another_place_is_noticed(log: DatabaseFile) -> None:
    swaps = [f"update audit set id = {b} where id = {a}" for a, b in ((2, 9), (3, 2), (9, 3))]
    assert tampered(log, *swaps).broken == 2


def test_lines_cut_off_at_the_end_are_noticed_by_who_wrote_the_last_one_down(
    log: DatabaseFile,
) -> None:
    last = checked(log).last
    assert tampered(log, "delete from audit where id = 4").broken is None
    assert checked(log, last).broken == 4


@pytest.mark.parametrize(
    "statement", ["update audit set thing = '' where id = 2", "delete from audit where id = 4"]
)
def test_the_file_itself_refuses_it(log: DatabaseFile, statement: str) -> None:
    with (
        pytest.raises(sqlite3.IntegrityError, match="line of the audit is never"),
        log.writing() as database,
    ):
        database.execute(statement)
    assert checked(log).lines == 4


def test_the_oldest_lines_go_and_the_others_still_vouch_for_each_other(
    log: DatabaseFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(sqlite3.connect(log.path)) as connection:
        connection.execute("drop trigger audit_keeps_its_lines")
    monkeypatch.setattr(auditchain, "KEPT", 5)
    with log.writing() as database:
        for _ in range(4):
            audit.append(database, Entry(NOW, Act.LOGGED_IN, by="ana"))
    found = checked(log)
    assert (found.lines, found.broken, found.last[:2]) == (5, None, "8:")
    assert tampered_again(log, "update audit set thing = 'x' where id = 6").broken == 6


def tampered_again(file: DatabaseFile, statement: str) -> Checked:
    with closing(sqlite3.connect(file.path)) as connection:
        connection.execute("drop trigger audit_is_written_once")
        connection.execute(statement)
        connection.commit()
    return checked(file)


def test_lines_of_an_older_version_are_vouched_for_from_the_update_on(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(
            "create table audit (id integer primary key, at text not null, what text not null,"
            " number text not null default '', person text not null default '',"
            " \"by\" text not null default '')"
        )
        connection.execute(
            "insert into audit (at, what, person) values (?, 'PIN made', 'Ana')",
            (NOW.isoformat(timespec="microseconds"),),
        )
        connection.commit()
    file = DatabaseFile(path, accounts_file(tmp_path).migrations, tmp_path / "copy")
    with file.writing() as database:
        auditchain.begin(database)
    assert checked(file).lines == 1
    assert tampered(file, "update audit set person = 'Ion'").broken == 1


def test_one_persons_lines_of_one_kind_and_day_are_found(log: DatabaseFile) -> None:
    with log.writing() as database:
        audit.append(database, Entry(NOW, Act.LOGGED_IN, by="maria"))
    wanted = Wanted("maria", frozenset({Act.LISTENED}), NOW, NOW + timedelta(minutes=3))
    with log.reading() as database:
        found = audit.newest(database, 10, wanted)
        assert audit.everybody(database) == ["ana", "ion", "maria"]
    assert [(one.by, one.thing) for one in found] == [("maria", "case 0")]
