"""Recordings, on the disk as they come.

PJSIP's recorder writes the length only when it closes and never syncs, so a power cut leaves a
file of "0 seconds". Here one thread writes for all recordings: samples as they come, length and
fsync every second. Lost at a kill of the daemon: 0.5 s at most; at a power cut: 2 s at most.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import threading
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

import numpy as np

from hotline.media.engine import FRAME_MS, HangUpTone
from hotline.media.growing import Disk, GrowingFile, Syncer
from hotline.media.linetone import Tones
from hotline.media.wav import BYTES_PER_SECOND, FRAME_BYTES

# Sound makes a turn of the recorder's thread; only where none comes, time does.
TURN_SECONDS = 0.4
WORTH_A_TURN_BYTES = BYTES_PER_SECOND // 10
GATHER_SECONDS = 0.005  # all who listen are read in one go: one turn serves them all
SYNC_SECONDS = 1.0
HEARING_SECONDS = 2.0  # unless somebody asks earlier: many frames at once cost half of each alone
RETRY_SECONDS = 1.0
# Kept in memory, per recording, while the disk only hangs: beside `growing.MEMORY_BYTES`.
QUEUE_BYTES = 30 * BYTES_PER_SECOND
# After a recording has ended its rest waits in memory until there is room again; a daemon that
# is being stopped cannot wait for that.
PATIENCE_S = 3600.0
CLOSING_PATIENCE_S = 3.0


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
        self.speech_frames = 0
        self.silent_frames = 0
        self._floor = self.QUIETEST
        self._loud_run = 0
        self._hold = 0
        self._rest = b""
        self._tones = Tones(hang_up_tone)

    def hear(self, data: bytes) -> None:
        """Take more sound; what does not fill a frame waits for the next call."""
        data = self._rest + data
        whole = len(data) - len(data) % FRAME_BYTES
        self._rest = data[whole:]
        samples = np.frombuffer(data[:whole], dtype="<i2").astype(np.float32)
        frames = samples.reshape(-1, FRAME_BYTES // 2)
        powers, tonal = self._tones.judge(frames)
        for level, tone in zip(np.sqrt(powers).tolist(), tonal, strict=True):
            self._frame(level, tonal=tone)

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
        self._file = GrowingFile(path, disk)
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
        stopped_coming = pause if pause > TURN_SECONDS else 0.0
        return self._ear.silent_frames * FRAME_MS / 1000 + stopped_coming

    def feed(self, sound: bytes) -> None:
        """Take sound, some 200 ms at a time, from the listening thread; never blocks or raises."""
        if self._stopped_at is not None:
            return
        self._last_fed = time.monotonic()
        self._fed += len(sound)
        waiting = self._fed - self._overrun - self._drained
        if waiting <= QUEUE_BYTES:
            self._queue.append(sound)
            self._unheard.append(sound)
        else:
            self._overrun += len(sound)
        if waiting >= WORTH_A_TURN_BYTES:
            self._wake()

    def stop(self) -> asyncio.Future[None]:
        """Stop taking sound. The future is done when the file is complete and synced, or when the
        disk refused for longer than the recorder's patience: then `trouble` says so.
        """
        if self._stopped_at is None:
            self._stopped_at = time.monotonic()
            self._wake()
        return self._done

    def work(self, patience: float, syncer: Syncer) -> bool:
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

    def _save(self, now: float, syncer: Syncer, *, sync: bool, last: bool) -> None:
        try:
            self._file.settle()
            if last:
                self._file.sync_now()
            elif sync:
                self._file.sync(syncer)
                self._next_sync = (now // SYNC_SECONDS + 1) * SYNC_SECONDS  # all in one turn
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
        self._syncer = Syncer()

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
        self._syncer.close()

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
            if self._wake.wait(TURN_SECONDS if recordings else None):
                time.sleep(GATHER_SECONDS)
            self._wake.clear()
            for recording in self._now():
                if recording.work(self._patience_now(), self._syncer):
                    with self._lock:
                        self._recordings.remove(recording)
            self._syncer.go()
