"""A fresh file of records for each test, and the means to take the disk away."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from hotline.clock import Clock
from hotline.storage.database import DatabaseFile
from hotline.storage.schema import RECORDS, records_file
from hotline.storage.sqlite import Database
from hotline.storage.writer import Writer

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
T = TypeVar("T")


@dataclass
class FakeTime:
    """A clock that a test moves by hand."""

    at: datetime = NOW

    def now(self) -> datetime:
        return self.at

    def pass_by(self, span: timedelta) -> None:
        self.at += span

    def clock(self) -> Clock:
        return Clock(wall=self.now)


@dataclass
class Someone:
    """A caller as the records see one."""

    number: str | None = "+37369111222"
    name: str = "Ion"


@dataclass
class AtOnce:
    """Runs what is submitted at once, in memory: for rules that need no disk."""

    database: Database = field(default_factory=lambda: Database(memory=True))

    def __post_init__(self) -> None:
        self.database.execute("pragma foreign_keys=on")
        RECORDS.apply(self.database)

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        future: Future[T] = Future()
        with self.database.atomic():
            future.set_result(work(self.database))
        return future


def until(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for another thread to bring this about."""
    end, never = time.monotonic() + seconds, threading.Event()
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        never.wait(0.005)


@pytest.fixture
def fake_time() -> FakeTime:
    return FakeTime()


@pytest.fixture
def tmp_path() -> Iterator[Path]:
    """In memory where there is such a directory: most tests ask nothing of a real disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        yield Path(directory)


@pytest.fixture
def records(tmp_path: Path) -> DatabaseFile:
    file = records_file(tmp_path)
    file.prepare(NOW)
    return file


@pytest.fixture
def writer(records: DatabaseFile, fake_time: FakeTime) -> Iterator[Writer]:
    started = Writer(records, fake_time.clock(), longest_wait=0.05)
    yield started
    started.close(2.0)
