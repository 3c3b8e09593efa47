"""`MediaEngine` on PJSIP's bridge: prompts, recordings, keys in the sound, joining.

Methods are called on the loop and queue their work for PJSIP's thread; what runs there is marked.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from hotline.errors import LineDown
from hotline.media.bridge import TalkEnd
from hotline.media.dtmf import Detector
from hotline.media.engine import CLOCK_RATE, HangUpTone, KeyWays, Level, Recording, Sound
from hotline.media.halfduplex import TurnTalk
from hotline.media.listening import Listener, Listening
from hotline.media.pjsip.ports import MODEM_KEEPS_MS, ModemTalk, Nowhere, Player, Tap
from hotline.media.pjsip.seam import fail, give
from hotline.media.pjsip.stack import Pjsip
from hotline.media.recorder import Recorder, WavRecording
from hotline.media.tonestudy import Study

FRAMES_READ_AHEAD = 3


class Mixer:
    """`MediaEngine` on the same bridge. hush: one frame of nothing, as a file."""

    def __init__(self, stack: Pjsip, recorder: Recorder, hush: Path) -> None:
        self._stack, self._recorder = stack, recorder
        self._hush = hush
        self.listening = Listening()
        self.nowhere = Nowhere(stack)

    def close(self) -> None:
        """Listen to nobody any more."""
        self.listening.close()

    def attach(self, audio: object, keys: asyncio.Queue[str], *, in_band: bool) -> MixedSound:
        """See MediaEngine."""
        if not isinstance(audio, TalkEnd):
            raise LineDown("This line's sound does not fit the bridge.", "Report this as a fault.")
        return MixedSound(self, audio, keys, in_band)

    def join(self, one: Sound, other: Sound) -> None:
        """See MediaEngine."""
        a, b = _ours(one), _ours(other)
        self._stack.post(lambda: self._join(a, b))

    def part(self, one: Sound, other: Sound) -> None:
        """See MediaEngine."""
        a, b = _ours(one), _ours(other)
        self._stack.post(lambda: self._part(a, b))

    def _join(self, one: MixedSound, other: MixedSound) -> None:
        one.hush()
        other.hush()
        self._stack.bridge.connect(one.call, other.call)
        self._stack.bridge.connect(other.call, one.call)

    def _part(self, one: MixedSound, other: MixedSound) -> None:
        self._stack.bridge.disconnect(one.call, other.call)
        self._stack.bridge.disconnect(other.call, one.call)

    def recording(self, path: Path, hang_up_tone: HangUpTone | None) -> WavRecording:
        """A new recording on disk, not yet fed."""
        return self._recorder.start(path, hang_up_tone)

    def playlist(self, files: Sequence[Path]) -> list[Path]:
        """What PJSIP must be given so that `files` are heard to their last sample.

        Its playlist reads ahead by as much as the shortest file holds, 0.25 s at most, and drops
        what it has read but not played when it meets the end (pjmedia/wav_playlist.c). So the end
        is a few files of one frame each.
        """
        return [*files, *[self._hush] * FRAMES_READ_AHEAD]

    @property
    def stack(self) -> Pjsip:
        """The stack this engine plays on."""
        return self._stack


class MixedSound:
    """`Sound` of one call."""

    def __init__(self, engine: Mixer, call: TalkEnd, keys: asyncio.Queue[str], in_band: bool):
        self._engine, self.stack, self.call = engine, engine.stack, call
        self._keys = keys
        self._playing: _Playing | None = None
        self._ear: _Ear | None = None
        self._measured = False
        if in_band:
            self.hear_keys()

    async def play(self, files: Sequence[Path], *, loop: bool = False) -> None:
        """See Sound."""
        if not files:
            return
        playing = _Playing(self, files if loop else self._engine.playlist(files), loop)
        self.stack.post(playing.start)
        try:
            await playing.done
        finally:
            self.stack.post(playing.stop)

    def record(self, path: Path) -> Recording:
        """See Sound."""
        learned = self.call.hang_up_tone if isinstance(self.call, TurnTalk) else None
        recording = self._engine.recording(path, learned)
        return _TappedRecording(recording, _Ear(self._engine, self.call, recording.feed))

    async def level(self) -> Level:
        """See Sound."""
        return await self.stack.ask(self._level)

    def key_ways(self) -> KeyWays:
        """See Sound."""
        return KeyWays(self.call.keys.told_any, self.call.keys.heard_any)

    def hear_keys(self) -> None:
        """See Sound."""
        if self._ear is None:
            self._ear = _Ear(self._engine, self.call, self._feed_keys(), often=True)

    async def learn_tone(self) -> HangUpTone:
        """See Sound."""
        learned: asyncio.Future[HangUpTone] = asyncio.get_running_loop().create_future()
        study = Study()

        def feed(sound: bytes) -> None:
            if tone := study.feed(sound):
                self.stack.tell(give, learned, tone)

        ear = _Ear(self._engine, self.call, feed)
        try:
            return await learned
        finally:
            ear.close()

    def press(self, digits: str) -> None:
        """See Sound."""
        self.stack.post(lambda: self.call.send_keys(digits))

    def close(self) -> None:
        """See Sound."""
        if self._ear is not None:
            self._ear.close()
        self.stack.post(self._close)

    # -- in PJSIP's thread -----------------------------------------------------------------

    def hush(self) -> None:
        """Stop what is being played."""
        if self._playing is not None:
            self._playing.stop()

    def replace_playing(self, playing: _Playing) -> None:
        """One prompt at a time: the newer one stops the older."""
        self.hush()
        self._playing = playing

    def playing_ended(self, playing: _Playing) -> None:
        """That prompt is over."""
        if self._playing is playing:
            self._playing = None

    def _level(self) -> Level:
        if not self._measured:
            self._measured = True
            self.stack.bridge.connect(self.call, self._engine.nowhere)
        return self.call.level()

    def _close(self) -> None:
        self.hush()
        self.stack.bridge.disconnect(self.call, self._engine.nowhere)

    # -- in the listening thread -------------------------------------------------------------

    def _feed_keys(self) -> Callable[[bytes], None]:
        detector, keys = Detector(), self._keys
        # A key that ended the call before may still be in there, and would count in this one.
        old = CLOCK_RATE * MODEM_KEEPS_MS // 1000 * 2 if isinstance(self.call, ModemTalk) else 0

        def feed(sound: bytes) -> None:
            nonlocal old
            old, sound = max(0, old - len(sound)), sound[old:]
            for digit in detector.feed(sound):
                if self.call.keys.heard(digit, time.monotonic()):
                    self.stack.tell(keys.put_nowait, digit)

        return feed


class _Ear:
    """What hears one call and hands it over, from now until `close`. feed: see `Listener`."""

    def __init__(
        self, engine: Mixer, call: TalkEnd, feed: Callable[[bytes], None], *, often: bool = False
    ) -> None:
        self._engine, self._stack, self._call = engine, engine.stack, call
        self._feed, self._often = feed, often
        self._closed = False
        self._tap: Tap | None = None
        self._listener: Listener | None = None
        self._stack.post(self._open)

    def close(self) -> None:
        """Hand over what was heard until now, and nothing more; harmless when repeated."""
        self._closed = True
        if self._listener is not None:
            self._engine.listening.end(self._listener)
        self._stack.post(self._take_off)

    # -- in PJSIP's thread -----------------------------------------------------------------

    def _open(self) -> None:
        if self._closed:
            return
        self._tap = Tap(self._stack)
        self._listener = Listener(self._tap, self._feed, self._often)
        self._stack.bridge.connect(self._call, self._tap)
        self._engine.listening.begin(self._listener)

    def _take_off(self) -> None:
        tap, self._tap = self._tap, None
        if tap is not None and self._listener is not None:
            self._engine.listening.end(self._listener)
            self._stack.bridge.disconnect(self._call, tap)
            self._stack.bridge.remove(tap)
            self._stack.bury(tap)


class _Playing:
    """Files being played to one call. All but `done` lives in PJSIP's thread."""

    def __init__(self, sound: MixedSound, files: Sequence[Path], loop: bool) -> None:
        self._sound, self._files, self._loop = sound, files, loop
        self._stack = sound.stack
        self._player: Player | None = None
        self._over = False
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def start(self) -> None:
        """Begin, unless it was stopped before it could."""
        if self._over:
            return
        self._sound.replace_playing(self)
        try:
            self._player = Player(self._stack, self._files, self._ended, loop=self._loop)
        except FileNotFoundError as missing:
            self._over = True
            self._stack.tell(fail, self.done, missing)
            return
        self._stack.bridge.connect(self._player, self._sound.call)

    def stop(self) -> None:
        """End now; harmless when repeated."""
        if self._over:
            return
        self._over = True
        player, self._player = self._player, None
        if player is not None:
            self._stack.bridge.disconnect(player, self._sound.call)
            player.ended = None
            self._stack.bury(player)
        self._sound.playing_ended(self)
        self._stack.tell(give, self.done, None)

    def _ended(self) -> None:
        self._stack.post(self.stop)


class _TappedRecording:
    """A recording fed by an ear; `Recording` for the call."""

    def __init__(self, recording: WavRecording, ear: _Ear) -> None:
        self._recording, self._ear = recording, ear
        self._stopped: asyncio.Future[None] | None = None
        self.path: Path = recording.path

    @property
    def seconds(self) -> float:
        return self._recording.seconds

    @property
    def speech_seconds(self) -> float:
        return self._recording.speech_seconds

    @property
    def silent_for(self) -> float:
        return self._recording.silent_for

    @property
    def trouble(self) -> str:
        return self._recording.trouble

    def stop(self) -> asyncio.Future[None]:
        if self._stopped is None:
            self._ear.close()
            self._stopped = self._recording.stop()
        return self._stopped


def _ours(sound: Sound) -> MixedSound:
    if not isinstance(sound, MixedSound):
        raise TypeError("a sound of another engine")
    return sound
