"""What a caller says into a recording is on the disk, whatever happens to the box or the disk."""

from __future__ import annotations

import asyncio
import errno
import os
import subprocess
import sys
import threading
import wave
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from hotline.media import growing, tones, wav
from hotline.media import recorder as recorder_room
from hotline.media.growing import Disk, Syncer
from hotline.media.recorder import QUEUE_BYTES, Recorder, WavRecording

SECOND = wav.BYTES_PER_SECOND


def speech(seconds: float, seed: int = 1) -> bytes:
    """Something loud that differs everywhere and comes in syllables, so nothing can be mixed up."""
    rng = np.random.default_rng(seed)
    length = round(seconds * 8000)
    syllables = 0.55 + 0.45 * np.sin(2 * np.pi * 4 * np.arange(length) / 8000)
    return tones.pcm(rng.normal(0, 0.1, length) * syllables).tobytes()


def silence(seconds: float) -> bytes:
    return bytes(round(seconds * 8000) * 2)


def frames(sound: bytes) -> list[bytes]:
    return [sound[i : i + wav.FRAME_BYTES] for i in range(0, len(sound), wav.FRAME_BYTES)]


async def recorded(path: Path, sound: bytes, disk: Disk | None = None) -> WavRecording:
    recorder = Recorder(disk, patience=0.0)
    recording = recorder.start(path)
    for frame in frames(sound):
        recording.feed(frame)
    await recording.stop()
    recorder.close()
    return recording


def sound_in(path: Path) -> bytes:
    return wav.read(path).tobytes()


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def until(condition: Callable[[], bool], recorder: Recorder) -> None:
    """Let the recorder's thread work until it has come so far."""
    while not condition():
        recorder._wake.set()
        os.sched_yield()


class WatchedDisk(Disk):
    """Asks before each call; `before` may fail or wait."""

    def before(self, call: str) -> None:
        raise NotImplementedError

    def create(self, path: Path, *, again: bool = False) -> int:
        self.before("create")
        return super().create(path, again=again)

    def write(self, fd: int, data: bytes, offset: int) -> int:
        self.before("write")
        return super().write(fd, data, offset)

    def sync(self, fd: int) -> None:
        self.before("sync")
        super().sync(fd)

    def sync_directory(self, path: Path) -> None:
        self.before("sync_directory")
        super().sync_directory(path)


class BadDisk(WatchedDisk):
    """Lets the `bad`-th call of one kind fail; `bad` None means all of them."""

    def __init__(self, call: str, number: int = errno.ENOSPC, bad: int | None = None) -> None:
        self.call, self.number, self.bad = call, number, bad
        self.calls = 0

    def before(self, call: str) -> None:
        if call == self.call:
            self.calls += 1
            if self.bad is None or self.calls == self.bad:
                raise OSError(self.number, os.strerror(self.number))


class ForgetfulDisk(Disk):
    """A disk as Linux shows it: after a failed sync the unwritten part is gone, and the next sync
    says that all is well.
    """

    def __init__(self, failing_sync: int) -> None:
        self.syncs, self.failing, self.safe = 0, failing_sync, 0

    def sync(self, fd: int) -> None:
        self.syncs += 1
        size = os.fstat(fd).st_size
        if self.syncs == self.failing:
            os.pwrite(fd, bytes(size - self.safe), self.safe)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self.safe = size
        super().sync(fd)


class TestARecording:
    async def test_holds_every_sample_in_order(self, tmp_path: Path) -> None:
        sound = speech(3)
        recording = await recorded(tmp_path / "a.wav", sound)
        assert sound_in(tmp_path / "a.wav") == sound
        assert (recording.seconds, recording.trouble) == (3.0, "")

    async def test_is_an_ordinary_wav_file(self, tmp_path: Path) -> None:
        await recorded(tmp_path / "a.wav", speech(1))
        with wave.open(str(tmp_path / "a.wav")) as file:
            assert file.getparams()[:4] == (1, 2, 8000, 8000)

    async def test_of_a_caller_who_says_nothing_is_a_valid_empty_file(self, tmp_path: Path) -> None:
        recording = await recorded(tmp_path / "a.wav", b"")
        assert len(wav.read(tmp_path / "a.wav")) == recording.seconds == 0

    async def test_never_replaces_an_older_one(self, tmp_path: Path) -> None:
        await recorded(tmp_path / "a.wav", speech(1, seed=1))
        second = await recorded(tmp_path / "a.wav", speech(1, seed=2))
        assert sound_in(tmp_path / "a.wav") == speech(1, seed=1)
        assert second.trouble

    async def test_ignores_what_comes_after_the_end(self, tmp_path: Path) -> None:
        recorder = Recorder()
        recording = recorder.start(tmp_path / "a.wav")
        recording.feed(speech(0.02))
        done = recording.stop()
        recording.feed(speech(0.02))
        await done
        assert recording.stop() is done
        assert recording.seconds == 0.02
        recorder.close()

    async def test_is_complete_after_the_daemon_closes(self, tmp_path: Path) -> None:
        recorder = Recorder()
        recordings = [recorder.start(tmp_path / f"{n}.wav") for n in range(20)]
        for n, recording in enumerate(recordings):
            recording.feed(speech(0.02, seed=n))
        recorder.close()
        for n in range(20):
            assert sound_in(tmp_path / f"{n}.wav") == speech(0.02, seed=n)

    async def test_whose_call_was_forgotten_by_the_loop_ends_all_the_same(
        self, tmp_path: Path
    ) -> None:
        recorder = Recorder()
        recording = recorder.start(tmp_path / "a.wav")
        recording.feed(speech(0.02))
        recording.stop().cancel()
        recorder.close()
        assert sound_in(tmp_path / "a.wav") == speech(0.02)


class TestSpeechInARecording:
    async def test_is_told_from_silence(self, tmp_path: Path) -> None:
        sound = silence(1) + speech(2) + silence(3)
        recording = await recorded(tmp_path / "a.wav", sound)
        assert recording.speech_seconds == pytest.approx(2.2, abs=0.3)
        assert recording.silent_for == pytest.approx(2.8, abs=0.3)

    async def test_is_told_from_the_hum_of_a_bad_line(self, tmp_path: Path) -> None:
        hum = np.random.default_rng(5).normal(0, 0.01, 10 * 8000)
        recording = await recorded(tmp_path / "a.wav", tones.pcm(hum).tobytes())
        assert recording.speech_seconds < 5

    async def test_is_not_a_click(self, tmp_path: Path) -> None:
        sound = b"".join(silence(0.5) + speech(0.02) for _ in range(10))
        recording = await recorded(tmp_path / "a.wav", sound)
        assert recording.speech_seconds == 0

    @pytest.mark.parametrize("country", ["", "US", "GB"])
    async def test_is_not_the_busy_tone_after_the_caller_hung_up(
        self, tmp_path: Path, country: str
    ) -> None:
        tone = np.tile(tones.busy(country).render(-15), 12)
        recording = await recorded(tmp_path / "a.wav", speech(2) + tones.pcm(tone).tobytes())
        assert recording.speech_seconds < 3
        assert recording.silent_for > 5

    async def test_ends_when_no_sound_comes_any_more(self, tmp_path: Path) -> None:
        recorder = Recorder()
        recording = recorder.start(tmp_path / "a.wav")
        recording.feed(speech(0.02))
        recording._last_fed -= 7.0
        assert recording.silent_for >= 7.0
        recorder.close()


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recorder neither waits to try again nor to sync."""
    monkeypatch.setattr(recorder_room, "RETRY_SECONDS", 0.0)
    monkeypatch.setattr(recorder_room, "SYNC_SECONDS", 1e-6)


class HangingDisk(WatchedDisk):
    """Takes its time over an fsync, of a file or of a folder, as worn memory cards do."""

    def __init__(self, call: str) -> None:
        self.call = call
        self.hangs, self.goes_on = threading.Event(), threading.Event()
        self.was_waited_for = False

    def before(self, call: str) -> None:
        if call == self.call:
            self.hangs.set()
            self.was_waited_for |= not self.goes_on.wait(10)


@pytest.mark.usefixtures("at_once")
class TestADiskThatRefuses:
    @pytest.mark.parametrize("call", ["create", "write", "sync", "sync_directory"])
    @pytest.mark.parametrize("bad", range(1, 4))
    @pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS])
    async def test_once_costs_no_sound(
        self, tmp_path: Path, call: str, bad: int, number: int
    ) -> None:
        sound = speech(0.5)
        recorder = Recorder(BadDisk(call, number, bad), patience=30)
        recording = recorder.start(tmp_path / "a.wav")
        for frame in frames(sound):
            recording.feed(frame)
        await recording.stop()
        recorder.close()
        assert sound_in(tmp_path / "a.wav") == sound
        assert recording.trouble == ""

    @pytest.mark.parametrize("failing", [1, 2])
    async def test_to_sync_is_not_believed_when_it_later_says_all_is_well(
        self, tmp_path: Path, failing: int
    ) -> None:
        sound = speech(0.5)
        recorder = Recorder(ForgetfulDisk(failing), patience=30)
        recording = recorder.start(tmp_path / "a.wav")
        for frame in frames(sound):
            recording.feed(frame)
        await recording.stop()
        recorder.close()
        assert sound_in(tmp_path / "a.wav") == sound
        assert names(tmp_path) == ["a.wav"]

    @pytest.mark.parametrize(
        ("number", "words"),
        [(errno.ENOSPC, "full"), (errno.EROFS, "read-only"), (errno.EIO, "error")],
    )
    async def test_for_good_is_said_in_plain_words(
        self, tmp_path: Path, number: int, words: str
    ) -> None:
        recording = await recorded(tmp_path / "a.wav", speech(2), BadDisk("write", number))
        assert words in recording.trouble
        assert "2 s" in recording.trouble
        assert recording.seconds == 0

    async def test_does_not_fill_the_memory(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(growing, "MEMORY_BYTES", SECOND)
        recorder = Recorder(BadDisk("create"), patience=0.0)
        recording = recorder.start(tmp_path / "a.wav")
        for frame in frames(speech(3)):
            recording.feed(frame)
        until(lambda: not recording._queue, recorder)
        await recording.stop()
        assert recording._file.waiting == SECOND
        assert "3 s of sound are missing" in recording.trouble
        recorder.close()

    async def test_to_take_any_sound_at_all_does_not_fill_the_memory(self, tmp_path: Path) -> None:
        recording = WavRecording(
            tmp_path / "a.wav", Disk(), asyncio.get_running_loop(), lambda: None
        )
        for frame in frames(speech(1)) * 100:
            recording.feed(frame)
        assert sum(map(len, recording._queue)) == QUEUE_BYTES
        syncer = Syncer()
        recording.work(0.0, syncer)
        syncer.close()
        assert "70 s of sound are missing" in recording.trouble

    async def test_for_a_while_goes_on_later_and_says_what_is_missing(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(growing, "MEMORY_BYTES", SECOND)
        disk = BadDisk("write")
        recorder = Recorder(disk, patience=30)
        recording = recorder.start(tmp_path / "a.wav")
        early, late = speech(3, seed=1), speech(1, seed=2)
        for frame in frames(early):
            recording.feed(frame)
        until(lambda: "missing" in recording.trouble and not recording._queue, recorder)
        disk.bad = -1
        until(lambda: not recording._file.waiting, recorder)
        for frame in frames(late):
            recording.feed(frame)
        await recording.stop()
        recorder.close()
        assert sound_in(tmp_path / "a.wav") == early[:SECOND] + late
        assert "2 s of sound are missing" in recording.trouble

    @pytest.mark.parametrize("call", ["sync", "sync_directory"])
    async def test_by_hanging_keeps_nothing_from_outliving_the_daemon(
        self, tmp_path: Path, call: str
    ) -> None:
        disk = HangingDisk(call)
        recorder = Recorder(disk)
        recording = recorder.start(tmp_path / "a.wav")
        early, late = speech(1, seed=1), speech(2, seed=2)
        for frame in frames(early):
            recording.feed(frame)
        until(disk.hangs.is_set, recorder)
        for frame in frames(late):
            recording.feed(frame)
        until(lambda: recording._file.saved == len(early + late), recorder)
        disk.goes_on.set()
        await recording.stop()
        recorder.close()
        assert not disk.was_waited_for
        assert sound_in(tmp_path / "a.wav") == early + late

    async def test_keeps_what_was_saved_before(self, tmp_path: Path) -> None:
        disk = BadDisk("write", bad=-1)
        recorder = Recorder(disk, patience=0.0)
        recording = recorder.start(tmp_path / "a.wav")
        early, late = speech(1, seed=1), speech(1, seed=2)
        for frame in frames(early):
            recording.feed(frame)
        until(lambda: recording._file._safe == len(early), recorder)
        disk.bad = None
        for frame in frames(late):
            recording.feed(frame)
        await recording.stop()
        recorder.close()
        wav.repair(tmp_path / "a.wav")
        assert sound_in(tmp_path / "a.wav") == early
        assert "1 s" in recording.trouble


KILLED = """
import asyncio, sys
from pathlib import Path
from hotline.media.recorder import Recorder

async def main():
    recording = Recorder().start(Path(sys.argv[1]))
    sound = sys.stdin.buffer.read()
    for start in range(0, len(sound), 320):
        recording.feed(sound[start:start + 320])
    while recording._file.saved < len(sound):
        await asyncio.sleep(0)
    print("saved", flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"""


def test_a_daemon_killed_in_the_middle_leaves_a_recording_that_plays(tmp_path: Path) -> None:
    path, sound = tmp_path / "a.wav", speech(4)
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write(sound)
    child.stdin.close()
    assert child.stdout.readline() == b"saved\n"
    child.kill()
    child.wait()
    child.stdout.close()
    assert wav.repair(path) == 4.0
    assert sound_in(path) == sound
