"""The sound of a modem that cannot hear while it speaks, between its stream and the bridge.

The bridge knows nothing of turns: to it the caller is silent while the modem speaks. What the
bridge says meanwhile waits here until the modem can say it, so nothing of a prompt is lost when the
modem has to turn from listening to speaking first.

Lives on the loop. What keeps the loop busy for a moment is not heard: the modem is given some sound
ahead, and what it hears waits in the port.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import numpy as np

from hotline.at.voice import Encoding
from hotline.media import companding
from hotline.media.engine import CLOCK_RATE, FRAME_MS, HangUpTone
from hotline.media.linetone import LineTone, ToneListener
from hotline.media.pjsip.ports import ModemPort, ModemTalk, modem_port
from hotline.media.pjsip.stack import Pjsip

FRAME_S = FRAME_MS / 1000
_FRAME = CLOCK_RATE * FRAME_MS // 1000
_VOICED = 15.0  # frames: 0.3 s of sound that is no tone of an exchange
_FADES = 0.25  # of a frame, with each frame of anything else
_NOTHING = bytes(_FRAME * 2)
MOST_FRAMES = 8  # after a stall the newest sound counts, not the oldest
MOST_WAITING = 250  # 5 s of speech for a modem that does not come to speak
IN_THE_PORT = 4  # frames that are still on their way when whoever spoke has ended
STREAM_STALLS_S = 0.1
PAUSE = 328  # the most in a pause between two words, -40 dBFS
LOUD = 180.0  # rms, -45 dBFS: what is quieter is the line's own noise
_NOBODY_THERE = (LineTone.BUSY, LineTone.DIAL)


class TurnTalk(ModemTalk):
    """One call: what `Leg.audio` is on such a line. Times are monotonic seconds.

    hang_up_tone: what the exchange sends besides the usual tones when the caller has gone.
    """

    def __init__(
        self, port: ModemPort, encoding: Encoding, hang_up_tone: HangUpTone | None = None
    ) -> None:
        super().__init__(port)
        self.hang_up_tone = hang_up_tone
        self._modem, self._encoding = port, encoding
        self._rest = b""
        self._words: deque[bytes] = deque()
        self._tail = 0
        self._begun = False
        self._swapped_at = self._heard_at = 0.0
        self._tones = ToneListener(hang_up_tone)
        self._quiet = self._toned = self._toneless = 0
        self._voice = 0.0
        self.voiced = False
        self.abandoned = False

    # -- what the modem hears ----------------------------------------------------------------------

    def hear(self, sound: bytes, now: float) -> None:
        """Sound from the modem, cut anywhere."""
        data = self._rest + sound
        size = _FRAME * companding.width(self._encoding)
        whole = len(data) - len(data) % size
        self._rest = data[whole:]
        samples = companding.decode(data[:whole], self._encoding)
        self._heard_at = now
        if len(samples):
            self._judge(samples)
            self._swap(samples[-MOST_FRAMES * _FRAME :].astype("<i2").tobytes(), now)

    def beat(self, now: float) -> None:
        """Let time pass for the bridge while the modem hears nothing."""
        if now - self._heard_at < STREAM_STALLS_S:
            return  # its own clock sets the pace
        passed = int((now - self._swapped_at) / FRAME_S + 0.5) if self._swapped_at else 1
        if passed:
            self._swap(_NOTHING * min(passed, MOST_FRAMES), now)

    def turn(self) -> None:
        """The modem stops to listen, or begins: half a sample of before would spoil the next."""
        self._rest, self._heard_at = b"", 0.0
        self._begun = False

    @property
    def quiet_seconds(self) -> float:
        """How long the modem has heard nothing but quiet and tones of the exchange."""
        return self._quiet * FRAME_S

    @property
    def tone_seconds(self) -> float:
        """For how long a tone of an exchange has been heard without a pause."""
        return self._toned * FRAME_S

    @property
    def toneless_seconds(self) -> float:
        """How long the modem has heard no tone of an exchange."""
        return self._toneless * FRAME_S

    def stirred(self) -> None:
        """The caller gave another sign of life."""
        self._quiet = 0

    # -- what it has to say ------------------------------------------------------------------------

    @property
    def spoken_to(self) -> bool:
        """Is there something to say to the caller, or about to be?"""
        return bool(self._words) or self._played_to

    @property
    def waiting(self) -> bool:
        """Is there something to say right now?"""
        return bool(self._words)

    def words(self, *, behind: bool = False) -> bytes:
        """The next 20 ms to be said, as the modem wants them; none if there are none now.

        behind: the modem has too little ahead, so a pause may take longer.
        """
        if not self._words:
            return b""
        samples = np.frombuffer(self._words[0], dtype="<i2").astype(np.int16)
        if not (behind and len(self._words) == 1 and np.abs(samples).max() < PAUSE):
            self._words.popleft()
        return companding.encode(samples, self._encoding)

    def forget_words(self) -> None:
        """What was not said yet is not to be said any more."""
        self._words.clear()
        self._tail = 0
        self._begun = False

    # -- inside ------------------------------------------------------------------------------------

    @property
    def _played_to(self) -> bool:
        return self._modem.stack.bridge.plays_to(self)

    def _swap(self, heard: bytes, now: float) -> None:
        self._swapped_at = now
        said = self._modem.swap(heard)
        playing = self._played_to
        self._tail = IN_THE_PORT if playing else self._tail
        for place in range(0, len(said), len(_NOTHING)):
            frame = said[place : place + len(_NOTHING)]
            if not self._tail:
                return
            self._tail -= not playing
            # No silence before the first word, and none behind the last.
            if frame == _NOTHING and not (playing and (self._begun or self._words)):
                continue
            if len(self._words) < MOST_WAITING:
                self._begun = True
                self._words.append(frame)

    def _judge(self, samples: companding.Samples) -> None:
        """Is anybody there? Prompts are never in this sound, so a tone is the exchange's."""
        frames = samples.astype(np.float32).reshape(-1, _FRAME)
        tonal, told = self._tones.feed(frames)
        self.abandoned = self.abandoned or any(tone in _NOBODY_THERE for tone in told)
        levels = np.sqrt(np.mean(np.square(frames), axis=1)).tolist()
        for level, tone in zip(levels, tonal, strict=True):
            self._count(loud=level > LOUD, tone=tone)

    def _count(self, *, loud: bool, tone: bool) -> None:
        """One more frame. voiced: somebody, or something that is no exchange, was heard."""
        heard, toned = loud and not tone, loud and tone
        self._quiet = 0 if heard else self._quiet + 1
        self._toned = self._toned + 1 if toned else 0
        self._toneless = 0 if toned else self._toneless + 1
        self._voice = self._voice + 1 if heard else max(0.0, self._voice - _FADES)
        self.voiced = self.voiced or self._voice >= _VOICED


class TurnSound:
    """The sound of one such modem: its port on the bridge stays, calls come and go.

    hang_up_tone: asked with each call, what the exchange of this line was learned to send.
    """

    def __init__(
        self, stack: Pjsip, hang_up_tone: Callable[[], HangUpTone | None] = lambda: None
    ) -> None:
        self._stack, self._hang_up_tone = stack, hang_up_tone
        self._port: ModemPort | None = None

    def open(self) -> None:
        """Be on the bridge from here on; harmless when repeated."""
        if self._port is None:
            self._port = modem_port(self._stack)

    def leave(self) -> None:
        """The line is taken out: its port on the bridge is for the next one."""
        if self._port is not None:
            self._stack.spare_ports.append(self._port)
        self._port = None

    def talk(self, encoding: Encoding) -> TurnTalk:
        """The sound of a new call. Only after `open`."""
        if self._port is None:
            raise RuntimeError("the sound was never opened")
        return TurnTalk(self._port, encoding, self._hang_up_tone())
