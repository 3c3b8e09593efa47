"""The one thread that writes. Whoever submits goes on at once: no call waits for the disk."""

from __future__ import annotations

import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Generic, TypeVar

from hotline.clock import Clock
from hotline.errors import HotlineError
from hotline.storage.database import DAMAGED, DatabaseFile, disk_trouble
from hotline.storage.sqlite import Database

T = TypeVar("T")

# A closure with its row is about 1 KiB: a full backlog is some 100 MiB, a month of a small
# office without a disk. What comes after that is refused, so that calls go on.
BACKLOG_LIMIT = 100_000
FIRST_WAIT = 0.05
LONGEST_WAIT = 5.0
TOGETHER = 200  # functions in one commit


class NotStored(HotlineError):  # noqa: N818 - it names an outcome
    """The box ended, or its memory was full, before this could be written."""


class _Job(Generic[T]):
    """A submitted function with its promise, and what became of the last run."""

    def __init__(self, work: Callable[[Database], T]) -> None:
        self.future: Future[T] = Future()
        self.future.set_running_or_notify_cancel()
        self.error: Exception | None = None
        self._work = work
        self._result: T

    def run(self, database: Database) -> None:
        """Run inside the open transaction. Raises only what the disk is to blame for."""
        self.error = None
        try:
            with database.atomic():
                self._result = self._work(database)
        except Exception as error:  # one wrong function must not end all writing
            if disk_trouble(error):
                raise
            self.error = error

    def settle(self) -> None:
        """Keep the promise: the result, or the error."""
        if self.error is not None:
            self.future.set_exception(self.error)
        else:
            self.future.set_result(self._result)


class Writer:
    """Runs submitted functions one after another, each wholly or not at all.

    Functions that wait together are committed together, so that a burst of calls costs a few
    syncs of the disk and nobody waits long for "your message is saved".

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

        `work` leaves the transaction alone: no commit, no executescript, no vacuum.

        The future is done when the rows are on the disk. It fails with NotStored when the
        backlog is full or the writer was closed, else with the error of `work` itself.
        """
        job = _Job(work)
        with self._lock:
            job.error = self._refusal()
            if job.error is None:
                self._waiting += 1
                self._jobs.put(job)
                return job.future
        job.settle()
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
        while batch := self._next_batch():
            if not self._written(batch):
                for job in batch:  # as far as there is room
                    self._until_written(job)
        self._disconnect()

    def _next_batch(self) -> list[_Job[Any]]:
        """Wait for work and take what is there; empty when the writer was closed."""
        job = self._jobs.get()
        batch: list[_Job[Any]] = []
        while job is not None:
            batch.append(job)
            if len(batch) == TOGETHER or self._jobs.empty():
                return batch
            job = self._jobs.get()
        if batch:
            self._jobs.put(None)  # nothing comes after it: close() put it there
        return batch

    def _until_written(self, job: _Job[Any]) -> None:
        wait = min(FIRST_WAIT, self._longest_wait)
        while not self._given_up.is_set():
            if self._written([job]):
                return
            self._given_up.wait(wait)
            wait = min(2 * wait, self._longest_wait)
        self._abandoned = True
        job.error = NotStored("The box ended before this was written.", self.trouble)
        self._settle([job])

    def _written(self, batch: list[_Job[Any]]) -> bool:
        """Try once; False when the disk refused and the same has to be tried again."""
        try:
            self._write(batch)
        except (sqlite3.Error, OSError) as error:
            if self._note(error):
                return False
            for job in batch:
                job.error = error
        else:
            self.trouble = ""
        self._settle(batch)
        return True

    def _settle(self, batch: list[_Job[Any]]) -> None:
        with self._lock:
            self._waiting -= len(batch)
        for job in batch:
            job.settle()

    def _write(self, batch: list[_Job[Any]]) -> None:
        if self._damaged:
            self.finding = self._file.mend(self._clock.now()) or self.finding
            self._damaged = False
        if self._database is None:
            self._database = self._file.connect()
        with self._database.atomic():
            for job in batch:
                job.run(self._database)

    def _note(self, error: Exception) -> bool:
        """Keep the disk's trouble in words; False when the program is to blame instead."""
        # A new connection rolls back by the journal and reads its pages anew from the disk.
        self._disconnect()
        words = disk_trouble(error)
        self.trouble = words or self.trouble
        self._damaged = self._damaged or words == DAMAGED
        return bool(words)

    def _disconnect(self) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
