"""Whoever has a shell on the box learns whether what was done is all still there."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hotline.__main__ import main
from hotline.storage import audit
from hotline.storage.accountschema import accounts_file
from hotline.storage.audit import Act, Entry

NOW = datetime(2026, 12, 5, 10, 30, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with two lines of the page."""
    file = accounts_file(tmp_path)
    file.prepare(NOW)
    with file.writing() as database:
        for by in ("maria", "ion"):
            audit.append(database, Entry(NOW, Act.LOGGED_IN, person=by, by=by))
    return tmp_path


def verified(data: Path, capsys: pytest.CaptureFixture[str], *more: str) -> tuple[int, str]:
    code = main(["--data", str(data), "audit", "verify", *more])
    told = capsys.readouterr()
    return code, told.out + told.err


def test_what_nobody_touched_is_said_to_be_whole(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, words = verified(data, capsys)
    assert code == 0
    assert "page: 2 lines, each as it was written." in words


def test_the_first_line_that_was_changed_is_named(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with closing(sqlite3.connect(data / "web.sqlite")) as connection:
        connection.execute("drop trigger audit_is_written_once")
        connection.execute("update audit set \"by\" = 'eve' where id = 2")
        connection.commit()
    code, words = verified(data, capsys)
    assert code == 1
    assert "page: line 2 was changed or taken out." in words


def test_lines_cut_off_are_noticed_with_the_fingerprint_of_before(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = verified(data, capsys)[1].split()[-1]
    assert verified(data, capsys, "--known", last)[0] == 0
    with closing(sqlite3.connect(data / "web.sqlite")) as connection:
        connection.execute("drop trigger audit_keeps_its_lines")
        connection.execute("delete from audit where id = 2")
        connection.commit()
    assert verified(data, capsys)[0] == 0
    assert verified(data, capsys, "--known", last)[0] == 1
