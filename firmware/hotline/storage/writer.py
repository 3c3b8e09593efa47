"""The one thread that writes. Whoever submits goes on at once: no call waits for the disk."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlite_utils import Database

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.storage.database import DAMAGED, DatabaseFile, disk_trouble

T = TypeVar("T")

# A closure with its row is about 1 KiB: a full backlog is some 100 MiB, a month of a small
# office without a disk. What comes after that is refused, so that calls go on.
BACKLOG_LIMIT = 100_000
FIRST_WAIT = 0.05
LONGEST_WAIT = 5.0


class NotStored(HotlineError):  # noqa: N818 - it names an outcome
    """The box ended, or its memory was full, before this could be written."""


@dataclass(frozen=True)
class _Job(Generic[T]):
    work: Callable[[Database], T]
    future: Future[T]

    def fail(self, error: BaseException) -> None:
        self.future.set_exception(error)


class Writer:
    """Runs submitted functions one after another, each in a transaction of its own.

    When the disk is full, read-only, locked or failing, the writer tries the same function again
    until it succeeds; those behind it wait in their order. So a function may run more than once,
    also after a commit that was reported as failed: write rows by numbers known before ("on
    conflict do nothing"), never by one the database makes. Any other error fails only that
    function's future. A future cannot be cancelled: what was submitted is written.

    trouble: one sentence for the owner while the disk refuses, else "". finding: what was
    repaired while running, or "".
    """

    def __init__(
        self,
        file: DatabaseFile,
        clock: Clock,
        *,
        limit: int = BACKLOG_LIMIT,
        longest_wait: float = LONGEST_WAIT,
    ) -> None:
        self.trouble = ""
        self.finding = ""
        self._file = file
        self._clock = clock
        self._limit = limit
        self._longest_wait = longest_wait
        self._jobs: queue.SimpleQueue[_Job[Any] | None] = queue.SimpleQueue()
        self._waiting = 0
        self._closed = False
        self._lock = threading.Lock()
        self._given_up = threading.Event()
        self._database: Database | None = None
        self._damaged = False
        self._abandoned = False
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._thread.start()

    @property
    def backlog(self) -> int:
        """How many submitted functions are not written yet."""
        return self._waiting

    def submit(self, work: Callable[[Database], T]) -> Future[T]:
        """Have `work` run in a transaction; returns at once, from any thread.

        The future is done when the rows are on the disk. It fails with NotStored when the
        backlog is full or the writer was closed, else with the error of `work` itself.
        """
        job = _Job(work, Future())
        job.future.set_running_or_notify_cancel()
        with self._lock:
            refusal = self._refusal()
            if refusal is None:
                self._waiting += 1
                self._jobs.put(job)
        if refusal is not None:
            job.fail(refusal)
        return job.future

    def close(self, deadline: float = 10.0) -> bool:
        """Write what waits, for at most `deadline` seconds, and end the thread.

        Returns whether everything was written; what was not fails with NotStored.
        """
        with self._lock:
            if not self._closed:
                self._closed = True
                self._jobs.put(None)
        self._thread.join(deadline)
        self._given_up.set()
        self._thread.join(1.0)
        return not self._thread.is_alive() and not self._abandoned

    def _refusal(self) -> NotStored | None:
        if self._closed:
            return NotStored("The box is shutting down.", "Nothing more is written.")
        if self._waiting >= self._limit:
            return NotStored("Too many records wait for the disk.", self.trouble)
        return None

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            self._settle(job)
        self._disconnect()

    def _settle(self, job: _Job[Any]) -> None:
        try:
            result = self._until_written(job.work)
        except Exception as error:  # noqa: BLE001 - one wrong function must not end all writing
            self._count_off()
            job.fail(error)
        else:
            self._count_off()
            job.future.set_result(result)

    def _count_off(self) -> None:
        with self._lock:
            self._waiting -= 1

    def _until_written(self, work: Callable[[Database], T]) -> T:
        wait = FIRST_WAIT
        while not self._given_up.is_set():
            try:
                result = self._write(work)
            except (sqlite3.Error, OSError) as error:
                self._note(error)
            else:
                self.trouble = ""
                return result
            self._given_up.wait(wait)
            wait = min(2 * wait, self._longest_wait)
        self._abandoned = True
        raise NotStored("The box ended before this was written.", self.trouble)

    def _write(self, work: Callable[[Database], T]) -> T:
        if self._damaged:
            self.finding = self._file.mend(self._clock.now()) or self.finding
            self._damaged = False
        if self._database is None:
            self._database = self._file.connect()
        with self._database.atomic():
            return work(self._database)

    def _note(self, error: Exception) -> None:
        """Keep the disk's trouble in words; raise again what is the program's own mistake."""
        words = disk_trouble(error)
        if not words:
            raise error
        self.trouble = words
        self._damaged = self._damaged or words == DAMAGED
        # A new connection rolls back by the journal and reads its pages anew from the disk.
        self._disconnect()

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
