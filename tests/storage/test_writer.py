"""The writer never loses, reorders or blocks."""

from __future__ import annotations

import contextlib
import os
import resource
import sqlite3
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.storage.database import FULL, READ_ONLY, DatabaseFile
from hotline.storage.schema import records_file
from hotline.storage.sqlite import Database
from hotline.storage.writer import NotStored, Writer
from tests.storage.conftest import NOW, FakeTime, until
from tests.storage.test_database import spoil


def version(number: int, size: int = 0) -> Callable[[Database], int]:
    def insert(database: Database) -> int:
        database.execute(
            "insert into office_versions (id, at, author, yaml) values (?, ?, '', ?)",
            (number, number, "x" * size),
        )
        return number

    return insert


def stored(file: DatabaseFile) -> list[int]:
    with file.reading() as database:
        return [row["id"] for row in database.query("select id from office_versions order by id")]


def failed_write() -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorcode = sqlite3.SQLITE_IOERR_FSYNC
    return error


def all_done(futures: list[Future[int]]) -> list[int]:
    wait(futures, timeout=30)
    return [future.result(0) for future in futures]


@pytest.fixture(scope="module")
def shared() -> Iterator[DatabaseFile]:
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        file = records_file(Path(directory))
        file.prepare(NOW)
        yield file


@settings(max_examples=25)
@given(failures=st.lists(st.integers(0, 3), min_size=1, max_size=8))
def test_whatever_the_disk_refuses_is_written_once_and_in_order(
    shared: DatabaseFile, failures: list[int]
) -> None:
    with shared.writing() as database:
        database.execute("delete from office_versions")
    writer = Writer(shared, FakeTime().clock(), longest_wait=0.001)

    def work(number: int, times: list[int]) -> Callable[[Database], int]:
        def insert(database: Database) -> int:
            before = database.execute("select count(*) from office_versions").fetchone()[0]
            version(number)(database)
            if times[0] > 0:
                times[0] -= 1
                raise failed_write()
            return int(before)

        return insert

    futures = [writer.submit(work(n, [times])) for n, times in enumerate(failures, 1)]
    assert all_done(futures) == list(range(len(failures)))
    assert stored(shared) == list(range(1, len(failures) + 1))
    assert writer.close()


def test_a_wrong_function_fails_alone(writer: Writer, records: DatabaseFile) -> None:
    def broken(database: Database) -> int:
        database.execute("insert into nowhere values (1)")
        return 0

    def crashing(database: Database) -> int:
        version(7)(database)
        raise KeyError("a mistake of the program")

    futures = [
        writer.submit(work) for work in (version(1), broken, crashing, version(1), version(2))
    ]
    wait(futures, timeout=10)
    outcomes = [type(future.exception(0)) for future in futures]
    expected = [type(None), sqlite3.OperationalError, KeyError, sqlite3.IntegrityError, type(None)]
    assert outcomes == expected
    assert stored(records) == [1, 2]
    assert writer.trouble == ""


def test_submitting_does_not_wait_for_the_disk(writer: Writer) -> None:
    disk_answers = threading.Event()
    writer.submit(lambda database: disk_answers.wait(10))
    futures = [writer.submit(version(n)) for n in range(1, 100)]
    assert writer.backlog == 100
    assert not any(future.done() for future in futures)
    disk_answers.set()
    assert all_done(futures) == list(range(1, 100))
    until(lambda: writer.backlog == 0)


def test_what_was_submitted_cannot_be_taken_back(writer: Writer, records: DatabaseFile) -> None:
    disk_answers = threading.Event()
    writer.submit(lambda database: disk_answers.wait(10))
    future = writer.submit(version(1))
    assert not future.cancel()
    disk_answers.set()
    assert future.result(10) == 1
    assert stored(records) == [1]


def test_too_long_a_backlog_refuses_the_newest_and_keeps_the_rest(
    records: DatabaseFile, fake_time: FakeTime
) -> None:
    writer = Writer(records, fake_time.clock(), limit=3)
    disk_answers = threading.Event()
    writer.submit(lambda database: disk_answers.wait(10))
    futures = [writer.submit(version(n)) for n in (1, 2, 3)]
    assert isinstance(futures[2].exception(0), NotStored)
    disk_answers.set()
    assert writer.close()
    assert stored(records) == [1, 2]


def test_ending_writes_what_still_waits(records: DatabaseFile, fake_time: FakeTime) -> None:
    writer = Writer(records, fake_time.clock())
    for number in range(1, 50):
        writer.submit(version(number))
    assert writer.close()
    assert stored(records) == list(range(1, 50))
    assert isinstance(writer.submit(version(99)).exception(0), NotStored)


def test_ending_with_a_broken_disk_says_that_something_was_not_written(
    records: DatabaseFile, fake_time: FakeTime
) -> None:
    writer = Writer(records, fake_time.clock(), longest_wait=0.01)

    def refused(database: Database) -> int:
        raise failed_write()

    future = writer.submit(refused)
    until(lambda: writer.trouble)
    assert not writer.close(deadline=0.05)
    assert isinstance(future.exception(1), NotStored)


def test_another_program_holding_the_file_only_delays(
    writer: Writer, records: DatabaseFile
) -> None:
    other = records.connect()
    other.execute("begin exclusive")
    future = writer.submit(version(1))
    other.rollback()
    other.close()
    assert future.result(10) == 1


def test_a_file_damaged_while_running_is_replaced_and_writing_goes_on(
    records: DatabaseFile, fake_time: FakeTime
) -> None:
    with records.writing() as database:
        version(1, size=20_000)(database)
    records.back_up()
    spoil(records.path)
    writer = Writer(records, fake_time.clock(), longest_wait=0.01)
    assert writer.submit(version(2)).result(10) == 2
    assert stored(records) == [1, 2]
    assert "took its place" in writer.finding
    assert writer.close()


@contextlib.contextmanager
def small_tmpfs(directory: Path) -> Iterator[Callable[[], None]]:
    """A disk of one MiB; the function given makes room by removing what filled it."""
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(directory)]
    if os.geteuid() != 0 or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    try:
        yield (
            lambda: (
                subprocess.run(["mount", "-o", "remount,size=16m", str(directory)], check=True)
                and None
            )
        )
    finally:
        subprocess.run(["umount", "-l", str(directory)], check=True)


@contextlib.contextmanager
def short_files(directory: Path) -> Iterator[Callable[[], None]]:
    """No file may become longer than 768 KiB, until room is made."""
    directory.mkdir()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)

    def make_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)

    resource.setrlimit(resource.RLIMIT_FSIZE, (768 * 1024, before[1]))
    try:
        yield make_room
    finally:
        make_room()


@pytest.mark.parametrize("disk", [small_tmpfs, short_files])
def test_a_full_disk_loses_nothing_and_recovers_without_a_restart(
    disk: Callable[[Path], contextlib.AbstractContextManager[Callable[[], None]]],
    tmp_path: Path,
    fake_time: FakeTime,
) -> None:
    with disk(tmp_path / "disk") as make_room:
        records = records_file(tmp_path / "disk")
        records.prepare(NOW)
        writer = Writer(records, fake_time.clock(), longest_wait=0.02)
        futures = [writer.submit(version(n, size=25_000)) for n in range(1, 61)]
        until(lambda: writer.trouble)
        assert futures[10].result(10) == 11
        assert not futures[-1].done()
        late = writer.submit(version(61))
        make_room()
        assert all_done([*futures, late]) == list(range(1, 62))
        until(lambda: writer.trouble == "")
        assert stored(records) == list(range(1, 62))
        assert writer.close()


def test_a_full_disk_is_said_in_plain_words(tmp_path: Path, fake_time: FakeTime) -> None:
    with small_tmpfs(tmp_path / "disk"):
        records = records_file(tmp_path / "disk")
        records.prepare(NOW)
        writer = Writer(records, fake_time.clock(), longest_wait=0.02)
        writer.submit(version(1, size=2_000_000))
        until(lambda: writer.trouble)
        assert writer.trouble == FULL
        writer.close(0.01)


def test_a_read_only_card_loses_nothing(tmp_path: Path, fake_time: FakeTime) -> None:
    with small_tmpfs(tmp_path / "disk"):
        records = records_file(tmp_path / "disk")
        records.prepare(NOW)
        remount = ["mount", str(tmp_path / "disk"), "-o"]
        subprocess.run([*remount, "remount,ro"], check=True)
        writer = Writer(records, fake_time.clock(), longest_wait=0.02)
        futures = [writer.submit(version(n)) for n in range(1, 20)]
        until(lambda: writer.trouble)
        assert writer.trouble == READ_ONLY
        assert writer.backlog == 19
        subprocess.run([*remount, "remount,rw"], check=True)
        assert all_done(futures) == list(range(1, 20))
        assert writer.close()
