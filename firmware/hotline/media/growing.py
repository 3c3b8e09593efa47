"""WAV files that grow while somebody speaks, and what of them is certainly on the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path

from hotline.media.wav import BYTES_PER_SECOND, HEADER_BYTES, header

# Kept in memory, per recording, while the disk refuses.
MEMORY_BYTES = 30 * BYTES_PER_SECOND
SYNCERS = 4  # a card that hangs holds up what it was asked before, and not what comes after


class Disk:
    """The system calls of a recording, in one place so that a test can let them fail.

    Every method raises OSError.
    """

    def create(self, path: Path, *, again: bool = False) -> int:
        """Open a new file; `again` lets it replace a failed attempt of the same name."""
        flags = os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | (os.O_TRUNC if again else os.O_EXCL)
        return os.open(path, flags, 0o640)

    def write(self, fd: int, data: bytes, offset: int) -> int:
        return os.pwrite(fd, data, offset)

    def read(self, fd: int, size: int, offset: int) -> bytes:
        return os.pread(fd, size, offset)

    def sync(self, fd: int) -> None:
        os.fsync(fd)

    def replace(self, old: Path, new: Path) -> None:
        old.replace(new)

    def sync_directory(self, path: Path) -> None:
        fd = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(fd)
        finally:
            os.close(fd)

    def close(self, fd: int) -> None:
        os.close(fd)


class GrowingFile:
    """A WAV file that grows. Knows which part is certainly on the disk and keeps the rest.

    A failed fsync is never asked again: Linux marks the pages clean, and the next fsync would
    succeed without having written them. Everything since the last good one is still in
    `_tail`, so it goes into a fresh file that then takes the old one's name.
    """

    def __init__(self, path: Path, disk: Disk) -> None:
        self._path = path
        self._disk = disk
        self._fd: int | None = None
        self._named = False
        self._doubtful = False
        self._safe = 0
        self._tail = bytearray()
        self._written = 0
        self._syncing: Future[None] | None = None
        self._covered = 0  # of `_written`, what the fsync under way is about

    @property
    def saved(self) -> int:
        """Bytes of sound in the file, handed to the kernel at least."""
        return self._safe + self._written

    @property
    def waiting(self) -> int:
        """Bytes of sound that are not yet certainly on the disk."""
        return len(self._tail)

    def take(self, data: bytes) -> int:
        """Keep `data` until it is safe. Returns how many bytes found no room in memory."""
        room = MEMORY_BYTES - len(self._tail)
        self._tail += data[:room]
        return max(0, len(data) - room)

    def write(self) -> None:
        """Hand what is waiting to the kernel: that outlives the daemon, not a power cut."""
        if self._doubtful:
            self._rewrite()
        if self._fd is None:
            self._fd = self._disk.create(self._path)
            self._put(self._fd, header(0), 0)
        while self._written < len(self._tail):
            rest = bytes(self._tail[self._written :])
            self._written += self._disk.write(self._fd, rest, HEADER_BYTES + self.saved)

    def sync(self, syncer: Syncer) -> None:
        """Write, set the length and begin to wait for the disk; `settle` hears of the end.

        The wait is another thread's: a card may take seconds over it, and what is said meanwhile
        must reach the kernel, where it outlives the daemon.
        """
        self.write()
        if self._fd is None or self._syncing is not None or not self._tail:
            return
        self._put(self._fd, header(self.saved), 0)
        self._covered = self._written
        self._syncing = syncer.submit(self._to_disk, self._fd)

    def sync_now(self) -> None:
        """The last try: wait here, also for a wait under way."""
        if self._syncing is not None:
            wait([self._syncing])
            self.settle()
        self.write()
        if self._fd is None:
            return
        self._put(self._fd, header(self.saved), 0)
        self._covered = self._written
        self._syncing = Future()
        try:
            self._to_disk(self._fd)
        except OSError as error:
            self._syncing.set_exception(error)
        else:
            self._syncing.set_result(None)
        self.settle()

    def settle(self) -> None:
        """Take note of a wait that has ended. Raises OSError if the disk refused."""
        if self._syncing is None or not self._syncing.done():
            return
        ended, self._syncing = self._syncing, None
        try:
            ended.result()
        except OSError:
            self._doubtful = True
            raise
        self._safe += self._covered
        self._written -= self._covered
        del self._tail[: self._covered]

    def close(self) -> None:
        """Let the file go as it is, or as it will be when a wait that hangs has ended."""
        if self._syncing is not None and self._fd is not None:
            fd, self._fd = self._fd, None
            self._syncing.add_done_callback(lambda _ended: self._disk.close(fd))
        if self._fd is not None:
            self._disk.close(self._fd)
            self._fd = None

    def _to_disk(self, fd: int) -> None:
        """Wait for the disk; the first time also for the file's name in its folder."""
        self._disk.sync(fd)
        if not self._named:
            self._disk.sync_directory(self._path.parent)
            self._named = True

    def _all_safe(self) -> None:
        self._safe += self._written
        del self._tail[: self._written]
        self._written = 0

    def _rewrite(self) -> None:
        fresh = self._path.with_suffix(".new")
        fd = self._disk.create(fresh, again=True)
        try:
            self._copy_to(fd)
            self._disk.sync(fd)
            self._disk.replace(fresh, self._path)
            self._disk.sync_directory(self._path.parent)
        except OSError:
            self._disk.close(fd)
            raise
        self.close()
        self._fd, self._doubtful, self._written = fd, False, len(self._tail)
        self._all_safe()

    def _copy_to(self, fd: int) -> None:
        self._put(fd, header(self._safe + len(self._tail)), 0)
        for offset in range(0, self._safe, 1 << 16):
            size = min(1 << 16, self._safe - offset)
            self._put(fd, self._get(size, HEADER_BYTES + offset), HEADER_BYTES + offset)
        self._put(fd, bytes(self._tail), HEADER_BYTES + self._safe)

    def _get(self, size: int, offset: int) -> bytes:
        part = self._disk.read(self._fd, size, offset) if self._fd is not None else b""
        if len(part) != size:
            raise OSError(errno.EIO, "the recording cannot be read back")
        return part

    def _put(self, fd: int, data: bytes, offset: int) -> None:
        done = 0
        while done < len(data):
            done += self._disk.write(fd, data[done:], offset + done)


class Syncer:
    """Waits for the disk in other threads, once a turn for all files that asked in it: the first
    wait writes what they all have to write, and the others find it done.
    """

    def __init__(self) -> None:
        self._asked: list[tuple[Future[None], Callable[[int], None], int]] = []
        self._threads = ThreadPoolExecutor(SYNCERS, thread_name_prefix="recorder-sync")

    def submit(self, wait_for: Callable[[int], None], fd: int) -> Future[None]:
        """Begin to wait, at the next `go`; the future has the end of it, or its OSError."""
        ended = Future[None]()
        self._asked.append((ended, wait_for, fd))
        return ended

    def go(self) -> None:
        """Let those who asked in this turn be waited for."""
        if self._asked:
            asked, self._asked = self._asked, []
            self._threads.submit(_wait_for_all, asked)

    def close(self) -> None:
        """Take nothing more; what is under way ends by itself."""
        self._threads.shutdown(wait=False)


def _wait_for_all(asked: list[tuple[Future[None], Callable[[int], None], int]]) -> None:
    for ended, wait_for, fd in asked:
        try:
            wait_for(fd)
        except OSError as error:
            ended.set_exception(error)
        else:
            ended.set_result(None)
