"""What is on the bridge besides calls: what is played, tapped and pressed, and modems."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pjsua2 as pj

from hotline.media.engine import CLOCK_RATE, Level
from hotline.media.keys import OneOfEach
from hotline.media.pjsip.seam import destroy, why

if TYPE_CHECKING:
    from hotline.media.pjsip.stack import Pjsip

# The most that waits between two clocks, one way; modems give up to 60 ms at once.
MODEM_DELAY_MS = 100
MODEM_KEEPS_MS = MODEM_DELAY_MS + 120  # of a call's sound when it ends, and what is made up then
TAP_KEEPS_MS = 4000  # readers come ten times a second; four seconds are for a machine that stalls
KEY_MS = 100
KEY_PAUSE_MS = 80


class Tap:
    """A port that keeps what it hears; an `End` of the bridge. Made in PJSIP's thread.

    `read` may be asked by any one thread, also after the tap has died.
    """

    def __init__(self, stack: Pjsip) -> None:
        self._port = pj.HotlineTap(CLOCK_RATE, TAP_KEEPS_MS)
        stack.adopt(self)

    def port(self) -> Any:
        return self._port

    def read(self) -> bytes:
        """All the sound since the last time, up to TAP_KEEPS_MS; never waits."""
        return bytes(self._port.read())

    def die(self) -> None:
        self._port.close()


class ModemPort:
    """A modem's sound on the bridge, for as long as the stack runs; an `End` of the bridge.

    `swap` may be called by any one thread, also before the port is made and after it has died.
    """

    def __init__(self, stack: Pjsip) -> None:
        self.stack = stack
        self._port: Any = None
        stack.post(self._make)

    def _make(self) -> None:
        self._port = pj.HotlineModemPort(CLOCK_RATE, MODEM_DELAY_MS)
        self.stack.adopt(self)

    def port(self) -> Any:
        return self._port

    def swap(self, heard: bytes) -> bytes:
        """Give whole frames that the modem heard, get as many for it to say; never waits."""
        return bytes(self._port.swap(heard)) if self._port is not None else bytes(len(heard))

    def die(self) -> None:
        self._port.close()


def modem_port(stack: Pjsip) -> ModemPort:
    """For a new line: the port of one that was taken out, as none is ever destroyed, or its own."""
    spare: list[ModemPort] = stack.spare_ports
    return spare.pop() if spare else ModemPort(stack)


class ModemTalk:
    """One call over a modem: what `Leg.audio` is there. It comes and goes, the port stays."""

    def __init__(self, port: ModemPort) -> None:
        self._port, self._away = port, False
        self.keys = OneOfEach()

    def tells(self, digit: str) -> bool:
        """The modem reported a key: does it count?"""
        return self.keys.told(digit, time.monotonic())

    def away(self, away: bool) -> None:
        """Another call has the modem's sound, or no more; what plays to this one pauses then."""
        self._port.stack.post(lambda: self._put(away))

    # -- in PJSIP's thread -----------------------------------------------------------------

    def _put(self, away: bool) -> None:
        bridge = self._port.stack.bridge
        if away and not self._away:
            bridge.lift(self)
        came_back, self._away = self._away and not away, away
        if came_back:
            bridge.refresh(self)

    def port(self) -> Any:
        return None if self._away else self._port.port()

    def level(self) -> Level:
        """Loudness now."""
        return level_of(self.port())

    def send_keys(self, digits: str) -> None:
        """As tones in the sound: modems that send keys themselves do not say whether they did."""
        port = self._port
        if port.port() is not None:
            port.stack.bury(Keys(port.stack, digits, port.port()), seconds_of(digits))


class Nowhere:
    """An `End` that hears everything and nothing: PJSIP measures only what somebody hears."""

    def __init__(self, stack: Pjsip) -> None:
        self._stack = stack

    def port(self) -> Any:
        return self._stack.endpoint.audDevManager().getPlaybackDevMedia()


class Player(pj.AudioMediaPlayer):  # type: ignore[misc]
    """Plays WAV files one after another, once or for ever. An `End` of the bridge.

    ended: called after the last sample, from a thread of PJSIP's that may only hand over; never
    when it plays for ever, although PJSIP tells us of each end of the list.
    Raises FileNotFoundError. To be given to `Pjsip.bury` when done with.
    """

    def __init__(
        self, stack: Pjsip, files: Sequence[Path], ended: Callable[[], None], *, loop: bool
    ) -> None:
        super().__init__()
        stack.adopt(self)
        self.ended: Callable[[], None] | None = None if loop else ended
        names = pj.StringVector([str(file) for file in files])
        try:
            if loop and len(files) == 1:  # a looped playlist is silent for 0.25 s at its end
                self.createPlayer(names[0], 0)
            else:
                self.createPlaylist(names, "prompt", 0 if loop else pj.PJMEDIA_FILE_NO_LOOP)
        except pj.Error as error:
            self.ended = None
            stack.bury(self)
            raise FileNotFoundError(f"{list(names)}: {why(error)}") from error

    def port(self) -> Any:
        return self

    def die(self) -> None:
        destroy(self)

    def onEof2(self) -> None:  # noqa: N802 - PJSIP's name
        ended = self.ended
        if ended is not None:
            ended()


class Keys(pj.ToneGenerator):  # type: ignore[misc]
    """Keys being sent as tones."""

    def __init__(self, stack: Pjsip, digits: str, audio: Any) -> None:
        super().__init__()
        stack.adopt(self)
        self.createToneGenerator(CLOCK_RATE, 1)
        tones = pj.ToneDigitVector()
        for digit in digits:
            tone = pj.ToneDigit()
            tone.digit, tone.on_msec, tone.off_msec = digit, KEY_MS, KEY_PAUSE_MS
            tones.append(tone)
        self.playDigits(tones)
        self.startTransmit(audio)

    def die(self) -> None:
        destroy(self)


def level_of(port: Any | None) -> Level:
    """What goes through a port of the bridge. In PJSIP's thread."""
    if port is None:
        return Level(0.0, 0.0)
    return Level(heard=port.getTxLevel() / 255, sent=port.getRxLevel() / 255)


def seconds_of(digits: str) -> float:
    return len(digits) * (KEY_MS + KEY_PAUSE_MS) / 1000
