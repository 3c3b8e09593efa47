"""Our own WAV files: 8 kHz, mono, 16 bit. A recording is on disk as it comes.

PJSIP's recorder writes the length only when it closes and never syncs, so a power cut leaves a
file of "0 seconds". Here one thread writes for all recordings: samples every 200 ms, length and
fsync every second. Lost at a kill of the daemon: 0.5 s at most; at a power cut: 2 s at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import struct
import threading
import time
import wave
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import numpy.typing as npt

from hotline.errors import HotlineError
from hotline.media.engine import CLOCK_RATE, FRAME_MS, HangUpTone
from hotline.media.linetone import LineTone, ToneListener

Samples = npt.NDArray[np.int16]

BYTES_PER_SECOND = CLOCK_RATE * 2
FRAME_BYTES = BYTES_PER_SECOND * FRAME_MS // 1000
TURN_SECONDS = 0.2
SYNC_SECONDS = 1.0
HEARING_SECONDS = 1.0  # unless somebody asks earlier: many frames at once cost half of each alone
RETRY_SECONDS = 1.0
SYNCERS = 4
# Kept in memory, per recording, while the disk refuses (30 s) and while it only hangs (30 s more).
MEMORY_BYTES = 30 * BYTES_PER_SECOND
QUEUE_BYTES = 30 * BYTES_PER_SECOND
# After a recording has ended its rest waits in memory until there is room again; a daemon that
# is being stopped cannot wait for that.
PATIENCE_S = 3600.0
CLOSING_PATIENCE_S = 3.0

_HEADER = struct.Struct("<4sI4s4sIHHIIHH4sI")
HEADER_BYTES = _HEADER.size


def header(data_bytes: int) -> bytes:
    """The 44 bytes before `data_bytes` of samples."""
    return _HEADER.pack(
        b"RIFF", 36 + data_bytes, b"WAVE", b"fmt ", 16, 1, 1, CLOCK_RATE, BYTES_PER_SECOND, 2, 16,
        b"data", data_bytes,
    )  # fmt: skip


def write(path: Path, samples: Samples) -> None:
    """Write a whole file at once, synced and renamed into place: it is there complete, or not."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{threading.get_ident()}.part")
    data = samples.astype("<i2").tobytes()
    with part.open("wb") as file:
        file.write(header(len(data)) + data)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)


def read(path: Path) -> Samples:
    """The samples of one of our own files. Raises HotlineError when it is not one."""
    try:
        with wave.open(str(path), "rb") as file:
            form = file.getnchannels(), file.getsampwidth(), file.getframerate()
            if form != (1, 2, CLOCK_RATE):
                raise _not_ours(path)
            data = file.readframes(file.getnframes())
    except (wave.Error, EOFError) as error:
        raise _not_ours(path) from error
    return np.frombuffer(data[: len(data) & ~1], dtype="<i2").astype(np.int16)


def repair(path: Path) -> float:
    """Make a half-written recording playable: the length comes from the size of the file.

    Returns its seconds; harmless when repeated. A file that is empty, or whose first sector the
    card lost (zeros), becomes a valid one. Raises HotlineError when it never was a recording of
    ours, OSError when the disk refuses.
    """
    with path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(0)
        start = file.read(HEADER_BYTES)
        if not _is_our_start(start):
            raise _not_ours(path)
        data_bytes = max(0, size - HEADER_BYTES) & ~1
        if start != header(data_bytes) or size != HEADER_BYTES + data_bytes:
            file.seek(0)
            file.write(header(data_bytes))
            file.truncate(HEADER_BYTES + data_bytes)
            file.flush()
            os.fsync(file.fileno())
    return data_bytes / BYTES_PER_SECOND


def _is_our_start(start: bytes) -> bool:
    """True for our header with any two lengths, for its beginning, and for lost (zero) bytes."""
    ours = header(0)
    fixed = ours[:4], ours[8:40]
    return not start.strip(b"\0") or (
        fixed[0].startswith(start[:4]) and fixed[1].startswith(start[8:40])
    )


def _not_ours(path: Path) -> HotlineError:
    return HotlineError(
        f"{path.name} is not a recording made by this box.",
        "Upload sound files on the page, which converts them; do not copy them by hand.",
    )


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


class _GrowingFile:
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

    def sync(self, syncer: Executor) -> None:
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


class _Ear:
    """Tells speech from silence: frames well above the quietest sound of the last seconds, and not
    a tone of the exchange. The busy tone after a caller hung up is silence.
    """

    QUIETEST = 30.0  # rms; below this a line's own noise is not worth following
    LOUD_AT_LEAST = 180.0  # rms, -45 dBFS
    LOUDER_THAN_FLOOR = 3.0
    FLOOR_RISES = 1.007  # per frame: 3 dB in a second
    STARTS_AFTER = 3  # frames in a row; a click is shorter
    HOLDS = 10  # frames; the gap between two syllables

    def __init__(self, hang_up_tone: HangUpTone | None) -> None:
        self.line_tone: LineTone | None = None
        self.speech_frames = 0
        self.silent_frames = 0
        self._floor = self.QUIETEST
        self._loud_run = 0
        self._hold = 0
        self._rest = b""
        self._tones = ToneListener(hang_up_tone)

    def hear(self, data: bytes) -> None:
        """Take more sound; what does not fill a frame waits for the next call."""
        data = self._rest + data
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        samples = np.frombuffer(data[:whole], dtype="<i2").astype(np.float32)
        frames = samples.reshape(-1, FRAME_BYTES // 2)
        tonal, told = self._tones.feed(frames)
        levels = np.sqrt(np.einsum("ij,ij->i", frames, frames) / (FRAME_BYTES // 2))
        for level, tone in zip(levels.tolist(), tonal, strict=True):
            self._frame(level, tonal=tone)
        if told:
            self.line_tone = told[-1]

    def _frame(self, level: float, *, tonal: bool) -> None:
        self._floor = max(self.QUIETEST, min(level, self._floor * self.FLOOR_RISES))
        threshold = max(self.LOUD_AT_LEAST, self._floor * self.LOUDER_THAN_FLOOR)
        loud = level > threshold and not tonal
        self._loud_run = self._loud_run + 1 if loud else 0
        self._hold = self.HOLDS if self._loud_run >= self.STARTS_AFTER else max(0, self._hold - 1)
        self.speech_frames += self._hold > 0
        self.silent_frames = 0 if self._hold else self.silent_frames + 1


class WavRecording:
    """A recording under way (`engine.Recording`). `feed` comes from the audio thread, the file is
    written by the recorder's thread, everything else is asked on the loop.

    trouble: "" means that nothing is missing. A sentence stands while the disk refuses, and stays
    for good once sound had to be dropped.
    """

    def __init__(
        self,
        path: Path,
        disk: Disk,
        loop: asyncio.AbstractEventLoop,
        wake: Callable[[], None],
        hang_up_tone: HangUpTone | None = None,
    ) -> None:
        self.path = path
        self.trouble = ""
        self._loop = loop
        self._wake = wake
        self._done: asyncio.Future[None] = loop.create_future()
        self._queue: deque[bytes] = deque()
        self._unheard: deque[bytes] = deque()
        self._fed = 0
        self._drained = 0
        self._lost = 0
        self._overrun = 0
        self._last_fed = time.monotonic()
        self._stopped_at: float | None = None
        self._file = _GrowingFile(path, disk)
        self._ear = _Ear(hang_up_tone)
        self._hearing = threading.Lock()
        self._next_hearing = 0.0
        self._next_sync = 0.0
        self._next_try = 0.0
        self._length: int | None = None

    @property
    def seconds(self) -> float:
        """Length of what was heard so far; after the end, of what is in the file."""
        return (self._fed if self._length is None else self._length) / BYTES_PER_SECOND

    @property
    def speech_seconds(self) -> float:
        """How much of it was louder than silence."""
        self._hear()
        return self._ear.speech_frames * FRAME_MS / 1000

    @property
    def silent_for(self) -> float:
        """Seconds since something louder than silence was heard; no sound at all is silence."""
        self._hear()
        pause = time.monotonic() - self._last_fed
        stopped_coming = pause if pause > 2 * TURN_SECONDS else 0.0
        return self._ear.silent_frames * FRAME_MS / 1000 + stopped_coming

    @property
    def line_tone(self) -> LineTone | None:
        """The last tone of an exchange in the sound; BUSY or DIAL mean that the caller hung up."""
        self._hear()
        return self._ear.line_tone

    def feed(self, sound: bytes) -> None:
        """Take sound, some 100 ms at a time, from the listening thread; never blocks or raises."""
        if self._stopped_at is not None:
            return
        self._last_fed = time.monotonic()
        self._fed += len(sound)
        if self._fed - self._overrun - self._drained <= QUEUE_BYTES:
            self._queue.append(sound)
            self._unheard.append(sound)
        else:
            self._overrun += len(sound)

    def stop(self) -> asyncio.Future[None]:
        """Stop taking sound. The future is done when the file is complete and synced, or when the
        disk refused for longer than the recorder's patience: then `trouble` says so.
        """
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self._wake()
        return self._done

    def work(self, patience: float, syncer: Executor) -> bool:
        """One turn of the recorder's thread. True when this recording is finished."""
        now = time.monotonic()
        if now >= self._next_hearing:
            self._next_hearing = now + HEARING_SECONDS
            self._hear()
        stopped_at = self._stopped_at
        last_try = stopped_at is not None and now >= stopped_at + patience
        self._drain()
        if last_try or now >= self._next_try:
            sync = stopped_at is not None or now >= self._next_sync
            self._save(now, syncer, sync=sync, last=last_try)
        finished = stopped_at is not None and (last_try or not self._file.waiting)
        if finished:
            self._finish()
        return finished

    def _drain(self) -> None:
        chunk = _all_of(self._queue)
        self._drained += len(chunk)
        self._lost += self._file.take(chunk)
        if self._lost or self._overrun:
            self._say(None)

    def _hear(self) -> None:
        with self._hearing:
            if chunk := _all_of(self._unheard):
                self._ear.hear(chunk)

    def _save(self, now: float, syncer: Executor, *, sync: bool, last: bool) -> None:
        try:
            self._file.settle()
            if last:
                self._file.sync_now()
            elif sync:
                self._file.sync(syncer)
                self._next_sync = now + SYNC_SECONDS
            else:
                self._file.write()
        except OSError as error:
            self._next_try = now + RETRY_SECONDS
            self._say(error)
        else:
            if not (self._lost or self._overrun):
                self.trouble = ""

    def _say(self, error: OSError | None) -> None:
        missing = (self._lost + self._overrun) / BYTES_PER_SECOND
        why = _why(error) if error else self.trouble.partition(";")[0] or "The disk is too slow"
        rest = f"{missing:.0f} s of sound are missing" if missing else "the sound waits in memory"
        self.trouble = f"{why}; {rest}."

    def _finish(self) -> None:
        if self._file.waiting:
            self._lost += self._file.waiting
            self._say(None)
        self._length = self._file.saved
        with contextlib.suppress(OSError):  # everything was synced, or counted as lost above
            self._file.close()
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            self._loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if not self._done.done():
            self._done.set_result(None)


def _all_of(queue: deque[bytes]) -> bytes:
    return b"".join([queue.popleft() for _ in range(len(queue))])


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "The disk is full"
    if error.errno == errno.EROFS:
        return "The memory card has become read-only"
    return f"The disk reports an error ({error.strerror or error})"


class Recorder:
    """Writes all recordings of the daemon in one thread; others wait for the disk.

    Make one, close it at the end.
    """

    def __init__(self, disk: Disk | None = None, *, patience: float = PATIENCE_S) -> None:
        """patience: seconds to go on trying after `stop` when the disk refuses.

        After `close` no more than CLOSING_PATIENCE_S.
        """
        self._disk = disk or Disk()
        self._patience = patience
        self._recordings: list[WavRecording] = []
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._closing = False
        self._syncer = ThreadPoolExecutor(SYNCERS, thread_name_prefix="recorder-sync")

    def start(self, path: Path, hang_up_tone: HangUpTone | None = None) -> WavRecording:
        """Begin a new recording; called on the loop, never waits for the disk.

        hang_up_tone: what is no speech, besides the usual tones of an exchange.
        """
        loop = asyncio.get_running_loop()
        recording = WavRecording(path, self._disk, loop, self._wake.set, hang_up_tone)
        with self._lock:
            self._recordings.append(recording)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="recorder", daemon=True)
            self._thread.start()
        self._wake.set()
        return recording

    def close(self) -> None:
        """Stop what is still recording and wait until it is on the disk; waits 10 s at most."""
        self._closing = True
        for recording in self._now():
            recording.stop()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(timeout=10)
        self._syncer.shutdown(wait=False)

    def _patience_now(self) -> float:
        return min(self._patience, CLOSING_PATIENCE_S) if self._closing else self._patience

    def _now(self) -> list[WavRecording]:
        with self._lock:
            return list(self._recordings)

    def _run(self) -> None:
        while True:
            recordings = self._now()
            if self._closing and not recordings:
                return
            self._wake.wait(TURN_SECONDS if recordings else None)
            self._wake.clear()
            for recording in self._now():
                if recording.work(self._patience_now(), self._syncer):
                    with self._lock:
                        self._recordings.remove(recording)
