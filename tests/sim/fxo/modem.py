"""A V.253 voice modem on a pty, on an analogue line: it rings, answers, speaks or listens.

Written from what drivers of others and two makers' references agree on; never held against a real
modem. It stumbles as `Faults` say.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import pty
import re
import tty
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from tests.sim import g711, lateness
from tests.sim.fxo.line import (
    BEAT_S,
    RING_S,
    RINGING,
    TOLD_AFTER_S,
    Abandoned,
    Faults,
    HangUp,
    Recall,
    caller_id,
)
from tests.sim.g711 import Samples
from tests.sim.gsm.network import AirCall, MobileNetwork
from tests.sim.sound import FRAME

DLE, ETX, CAN, SUB, DC4 = 0x10, 0x03, 0x18, 0x1A, 0x14
ROOM = 4096  # bytes of speech it takes ahead
MODELS = {
    "usr5637": ("5601", ['1,"UNSIGNED PCM",8,0,8000,0,0', '128,"8-BIT LINEAR",8,0,(7200,8000),0,0',
        '129,"16-BIT ADPCM",4,0,(7200,8000),0,0', '130,"UNSIGNED PCM",8,0,(8000),0,0',
        '131,"ULAW",8,0,(8000),0,0', '132,"ALAW",8,0,(8000),0,0', '133,"LINEAR",16,0,(8000),0,0']),
    "cx930xx": ("56000", ['0,"SIGNED PCM",8,0,8000,0,0', '1,"UNSIGNED PCM",8,0,8000,0,0',
        '129,"IMA ADPCM",4,0,8000,0,0', '130,"UNSIGNED PCM",8,0,8000,0,0']),
    "mt9234": ("MT9234MU", ['1,"UNSIGNED PCM",8,0,(7200,8000,11025),(0),(0)',
        '4,"G.711U",8,0,(8000),(0),(0)', '5,"G.711A",8,0,(8000),(0),(0)']),
}  # fmt: skip


class VoiceModem:
    """One modem; the other end of calls in a `MobileNetwork`. folder: where the link `port` is.

    commands: every command line that came. ahead: the most bytes of speech that ever waited; it
    takes no more than ROOM, and lets the others wait in the port. underruns: how often it had
    nothing to say in the middle of a speech. held: who waits while another is dialled. flashes: how
    often the hook was flashed.
    """

    diverted_to = ""
    outside = ""  # what a number begins with that is not the exchange's own

    def __init__(
        self,
        network: MobileNetwork,
        folder: Path,
        number: str = "",
        faults: Faults | None = None,
        model: str = "usr5637",
    ) -> None:
        self.network, self.number, self.folder = network, number, folder
        self.faults, self.model = faults or Faults(), model
        self.port = folder / "port"
        self.commands: list[str] = []
        self.ahead = self.underruns = 0
        self.on_hook_at: list[float] = []
        self.off_hook_at: list[float] = []
        self._loop = asyncio.get_running_loop()
        self._master = self._slave = -1
        self._timers: list[asyncio.TimerHandle] = []
        self._clock: asyncio.TimerHandle | None = None
        self._call: AirCall | None = None
        self.held: AirCall | None = None
        self.flashes = 0
        self._aside = self._takes_digits = False  # the line has another call than the first
        self._rung_at = 0
        self._abandoned: Abandoned | None = None
        self._phone_lifted = False
        self._rings = 0
        self._idle_at = 0.0
        self._reset()
        network.modems.append(self)

    def _reset(self) -> None:
        self._echo, self._voice = True, False
        self._caller_id = False
        self._format = 128
        self._off_hook = False
        self._mode = ""  # or "speak", "listen"
        self._typed = b""
        self._after_dle = False
        self._speech = bytearray()
        self._draining = self._dry = False

    # -- the plug --------------------------------------------------------------------------------

    def plug(self) -> None:
        """Appear on the bus, under the same name, with a new port."""
        self._reset()
        self._master, self._slave = pty.openpty()
        tty.setraw(self._slave)
        os.set_blocking(self._master, False)
        self.port.unlink(missing_ok=True)
        self.port.symlink_to(os.ttyname(self._slave))
        self._loop.add_reader(self._master, self._readable)

    def unplug(self) -> None:
        """Vanish: the line is on hook then."""
        if self._master < 0:
            return
        self._loop.remove_reader(self._master)
        self.port.unlink(missing_ok=True)  # before the pty: the next one may have its number
        os.close(self._master)
        os.close(self._slave)
        self._master = self._slave = -1
        for timer in self._timers:
            timer.cancel()
        self._line_free()

    def __enter__(self) -> VoiceModem:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    # -- what the line brings --------------------------------------------------------------------

    def rung(self, call: AirCall) -> bool:
        """Somebody calls this line; False when it is busy."""
        if self._call is not None or self._off_hook or self._phone_lifted:
            return False
        self._call, self._rings = call, 0
        if self.faults.caller_id == "before it":
            self._tell_caller(call)
            self._later(0.3, lambda: self._ring(call))
        else:
            self._ring(call)
        return True

    def alerting(self, call: AirCall) -> None: ...

    def connected(self, call: AirCall) -> None: ...

    def released(self, call: AirCall, _cause: int) -> None:
        """The caller is gone; whether the line says so, and how, is up to the exchange."""
        if self.held is call:
            self.held = None  # nobody is told
            return
        if self._call is not call:
            return
        self._call = None
        if not self._off_hook:
            return
        if call.answered_at is None:  # it was dialled, and not taken
            self._abandoned = Abandoned(HangUp.BUSY)
            return
        self._abandoned = Abandoned(self.faults.hang_up)
        if self.faults.hang_up is HangUp.LOOP_BREAK:
            self._later(0.4, lambda: self._sign("l"))
        elif self.faults.hang_up is HangUp.POLARITY:
            self._later(0.1, lambda: self._sign("L"))
        elif self.faults.hears_tones:
            sign = "b" if self.faults.hang_up is HangUp.BUSY else "d"
            for after in (3.0, 5.0, 7.0):
                self._later(after, lambda: self._off_hook and self._sign(sign))

    def key_came(self, call: AirCall, key: str) -> None:
        if self._call is not call or not self._off_hook:
            return
        match self.faults.keys:
            case "pairs":
                self._signs(f"/{key}{key}~")
            case "bare":
                self._signs(f"{key}{key}")
            case "thrice":
                self._signs(f"/{key}~/{key}~/{key}~")

    def phone_lifted(self) -> None:
        """Somebody picks up another telephone on this line."""
        self._phone_lifted = True
        if self._call is not None and not self._off_hook:
            self._call.is_answered()
        self._sign("H")

    def phone_down(self) -> None:
        """That telephone is put down again; the call ends if nobody else has it."""
        self._phone_lifted = False
        if not self._off_hook:
            self._line_free()

    @property
    def off_hook(self) -> bool:
        """Does it hold the line?"""
        return self._off_hook

    def _ring(self, call: AirCall) -> None:
        if self._call is not call or self._off_hook or self._phone_lifted:
            return
        self._rings += 1
        self._ringing_until = self._loop.time() + RING_S
        if self._voice:
            self._sign("R")
        elif self.faults.cadence:
            self._say(f"DRON={round(RING_S * 10)}")
            self._later(RING_S, lambda: self._say(f"DROF={round(self.faults.ring_every * 10)}"))
        else:
            self._say("RING")
        if self._rings == 1 and self.faults.caller_id not in ("none", "before it"):
            self._later(TOLD_AFTER_S, lambda: self._tell_caller(call))
        self._later(self.faults.ring_every, lambda: self._ring(call))

    _ringing_until = 0.0

    def _tell_caller(self, call: AirCall) -> None:
        if self._caller_id and self._call is call and not self._off_hook:
            self._say(*caller_id(call.number, self.faults))

    def _line_free(self) -> None:
        """The line is on hook: the call, if there is one, is over."""
        if self._off_hook:
            self.on_hook_at.append(self._loop.time())
        self._off_hook, self._mode = False, ""
        self._abandoned, self._aside, self._takes_digits = None, False, False
        held, self.held = self.held, None
        if held is not None:
            self._left_to_each_other(held)
            return
        call = self._call
        if call is not None and not self._phone_lifted and call.answered_at is not None:
            self._call = None
            call.over(False, 16)

    def _left_to_each_other(self, held: AirCall) -> None:
        """On hook with somebody on hold."""
        other, self._call = self._call, None
        if self.faults.recall is Recall.JOINS and other is not None:
            self.network.connect(held, other)
            return
        if other is not None:
            other.over(False, 16)
        self._later(1.0, lambda: held.ending is None and self._ring_back(held))

    def _ring_back(self, held: AirCall) -> None:
        self._call, self._rings = held, 0
        if self.faults.caller_id == "before it":
            self._tell_caller(held)
        self._ring(held)

    def flashed(self) -> None:
        """The line was open for a moment."""
        self.flashes += 1
        if self.faults.tells_flash:
            self._later(0.1, lambda: self._sign("l"))
        match self.faults.recall:
            case Recall.DROPS:
                self._end_call()
                self._abandoned = Abandoned(HangUp.DIAL)
            case Recall.JOINS | Recall.RINGS_BACK if self._aside:
                self._end_call()
                self._call, self.held = self.held, None
                self._aside = self._takes_digits = False
                self._abandoned = None if self._call else Abandoned(HangUp.BUSY)
            case Recall.JOINS | Recall.RINGS_BACK:
                self.held, self._call = self._call, None
                self._aside = self._takes_digits = True
                self._abandoned = Abandoned(HangUp.DIAL)

    def _end_call(self) -> None:
        call, self._call = self._call, None
        if call is not None:
            call.over(False, 16)

    def _dials(self, digits: str) -> None:
        """By tones, which the exchange took because it gave its dial tone."""
        if self._aside and self._call is None:
            number = re.sub("^0", "+373", digits.removeprefix(self.outside))
            self._abandoned, self._rung_at = None, 0
            self._call = self.network.dial(self, number)

    # -- sound -----------------------------------------------------------------------------------

    def _start_clock(self) -> None:
        if self._clock is None:
            self._begun, self._beats = self._loop.time(), 0
            self._tick()

    def _tick(self) -> None:
        """The line's 20 ms; after a stall of this process the missed ones follow at once."""
        while (due := self._begun + (self._beats + 1) * BEAT_S) <= self._loop.time() + 0.0005:
            self._beats += 1
            lateness.note(self._loop.time() - due)
            self._beat()
            if not self._off_hook and not self._mode:
                self._clock = None
                return
        self._clock = self._loop.call_at(due, self._tick)

    def _beat(self) -> None:
        said = self._spoken() if self._mode == "speak" else np.zeros(FRAME, dtype=np.int16)
        heard = self._carried(said)
        if self._mode == "listen" and not self.faults.deaf:
            data = _write(heard, self._format_name())
            self._write(data.replace(b"\x10", b"\x10\x10"))

    def _carried(self, said: Samples) -> Samples:
        if self.held is not None:
            self.held.carry(np.zeros(FRAME, dtype=np.int16))
        if self._call is not None and self._off_hook and self._call.answered_at is None:
            self._rung_at += FRAME
            return RINGING.at(self._rung_at - FRAME, FRAME)
        if self._call is not None and self._off_hook:
            return self._call.carry(said)
        if self._abandoned is not None:
            return self._abandoned.frame()
        return np.zeros(FRAME, dtype=np.int16)

    def _spoken(self) -> Samples:
        size = FRAME * (2 if self._format_name().endswith("16") else 1)
        frame = bytes(self._speech[:size])
        del self._speech[:size]
        self._loop.add_reader(self._master, self._readable)
        if len(frame) < size and self._draining:
            self._mode, self._draining = "", False
            self._say_after("AT+VTX", "OK")
        elif len(frame) < size and not self._dry:
            self.underruns += 1
            self._sign("u")
        self._dry = len(frame) < size
        samples = _read(
            frame[: len(frame) // (size // FRAME) * (size // FRAME)], self._format_name()
        )
        return np.pad(samples, (0, FRAME - len(samples)))

    def _format_name(self) -> str:
        row = next(r for r in MODELS[self.model][1] if r.startswith(f"{self._format},"))
        name, bits = re.findall(r'"(.*)",(\d+)', row)[0]
        return f"{name} {bits}"

    # -- the port --------------------------------------------------------------------------------

    def _readable(self) -> None:
        room = ROOM - len(self._speech)
        if room <= 0:
            self._loop.remove_reader(self._master)  # until it has said some of it
            return
        try:
            data = os.read(self._master, room)
        except BlockingIOError:
            return
        if self.faults.hangs:
            return
        for byte in data:
            if self._mode:
                self._streamed(byte)
            else:
                self._typed_in(byte)

    def _typed_in(self, byte: int) -> None:
        if self._echo:
            self._write(bytes([byte]))
        if byte != 0x0D:
            self._typed += bytes([byte])
            return
        line, self._typed = self._typed.strip(b"\n\0\x1b ").decode("ascii", "replace"), b""
        if line.upper().startswith("AT"):
            self.commands.append(line)
            self._idle_at = max(self._loop.time(), self._idle_at) + self.faults.late.get(
                line, 0.002
            )
            self._later(self._idle_at - self._loop.time(), lambda: self._do(line))

    def _streamed(self, byte: int) -> None:
        """While it speaks or listens: shielded bytes, one by one."""
        if self._after_dle:
            self._after_dle = False
            self._shielded(byte)
        elif byte == DLE:
            self._after_dle = True
        elif self._mode == "speak":
            self._take(bytes([byte]))

    def _shielded(self, byte: int) -> None:
        if self._mode == "listen":
            if byte in (ord("!"), 0x1B, ord("^"), ETX):
                self._mode = ""
                self._write(bytes([DLE, ETX]))
                self._say_after("AT+VRX", "OK")
        elif byte == DLE:
            self._take(b"\x10")
        elif byte == SUB:
            self._take(b"\x10\x10")
        elif byte == ETX:
            self._draining = True
        elif byte in (CAN, DC4):
            self._speech.clear()
            self._draining = byte == DC4

    def _take(self, data: bytes) -> None:
        self._dry = False
        self._speech += data
        self.ahead = max(self.ahead, len(self._speech))

    def _say_after(self, command: str, word: str) -> None:
        """The final word of a stream; `late` may hold it back, under the name COMMAND-end."""
        self._later(self.faults.late.get(f"{command}-end", 0.01), lambda: self._say(word))

    def _do(self, line: str) -> None:
        """One command after the other; what was typed while a stream was about to begin is lost."""
        if self._mode:
            return
        if line in self.faults.answers:
            self._say(self.faults.answers[line])
            return
        said: list[str] = []
        for command in re.split(r";", line[2:]):
            answer = self._answer(command)
            said += answer[:-1]
            if answer[-1] != "OK":
                self._say(*said, answer[-1])
                return
        self._say(*said, "OK")

    def _answer(self, command: str) -> list[str]:
        for pattern, do in _COMMANDS:
            found = re.fullmatch(pattern, command.strip().upper())
            if found:
                given: list[str] | None = do(self, found)
                return ["OK"] if given is None else given
        return ["ERROR"]

    def _sign(self, code: str) -> None:
        self._signs(code)

    def _signs(self, codes: str) -> None:
        self._write(b"".join(b"\x10" + code.encode("latin-1") for code in codes))

    def _say(self, *lines: str) -> None:
        self._write("".join(f"\r\n{line}\r\n" for line in lines).encode("latin-1"))

    def _write(self, data: bytes) -> None:
        if self._master < 0 or self.faults.hangs:
            return
        pieces = [data[n : n + 1] for n in range(len(data))] if self.faults.split else [data]
        for piece in pieces:
            with contextlib.suppress(BlockingIOError):
                os.write(self._master, piece)

    def babble(self, data: bytes) -> None:
        """Say any bytes."""
        for place in range(0, len(data), 1000):
            self._later(place / 20_000, lambda place=place: self._write(data[place : place + 1000]))

    def _later(self, seconds: float, do: Callable[[], Any]) -> None:
        self._timers = [timer for timer in self._timers if timer.when() > self._loop.time()]
        self._timers.append(self._loop.call_later(seconds, do))

    # -- commands --------------------------------------------------------------------------------

    def _set_echo(self, found: re.Match[str]) -> None:
        self._echo = found[1] != "0"

    def _restarted(self, _found: re.Match[str]) -> None:
        """ATZ: caller ID is forgotten with all the rest."""
        if not self.faults.clings:
            self._line_free()
        held = self._off_hook
        self._reset()
        self._off_hook = held

    def _identity(self, _found: re.Match[str]) -> list[str]:
        return [MODELS[self.model][0], "OK"]

    def _set_class(self, found: re.Match[str]) -> list[str]:
        if found[1] == "8" and self._refuses:
            return ["ERROR"]
        self._voice = found[1] == "8"
        return ["OK"]

    def _asked_class(self, found: re.Match[str]) -> list[str]:
        return ["0,1,2,8" if found[1] == "=?" else "8" if self._voice else "0", "OK"]

    def _set_caller_id(self, found: re.Match[str]) -> None:
        self._caller_id = found[1] != "0"

    def _formats(self, _found: re.Match[str]) -> list[str]:
        return [*MODELS[self.model][1], "OK"]

    def _set_format(self, found: re.Match[str]) -> list[str]:
        numbers = [int(row.split(",")[0]) for row in MODELS[self.model][1]]
        if not self._voice or int(found[1]) not in numbers:
            return ["ERROR"]
        self._format = int(found[1])
        return ["OK"]

    @property
    def _refuses(self) -> bool:
        return self.faults.refuses and self._loop.time() < self._ringing_until

    def _line_select(self, found: re.Match[str]) -> list[str]:
        if not self._voice or self._refuses:
            return ["ERROR"]
        if found[1] == "0":
            self._line_free()
        else:
            self._lift()
        return ["OK"]

    def _picked_up(self, _found: re.Match[str]) -> list[str]:
        if self._refuses:
            return ["ERROR"]
        self._lift()
        return ["OK"]

    def _lift(self) -> None:
        if self._off_hook:
            return
        if self.faults.rings_on > 0:  # it says OK, and the telephone rings on
            self.faults.rings_on -= 1
            self._later(0.6, self._ring_now)
            return
        self._off_hook = True
        self.off_hook_at.append(self._loop.time())
        if self._call is None:
            self._abandoned = Abandoned(HangUp.DIAL)
        else:
            self._call.is_answered()
        self._start_clock()

    def _ring_now(self) -> None:
        if self._call is not None and not self._off_hook:
            self._sign("R") if self._voice else self._say("RING")

    def _hung_up(self, _found: re.Match[str]) -> None:
        self._line_free()
        self._voice = False

    def _flashes(self, _found: re.Match[str]) -> list[str]:
        """Each maker's modem its own way, in the class of voice."""
        if not (self._voice and self._off_hook):
            return ["ERROR"]
        self.flashed()
        return ["OK"]

    def _dialled(self, found: re.Match[str]) -> list[str]:
        if not (self._voice and self._off_hook):
            return ["ERROR"]
        if self._takes_digits:
            self._takes_digits, self._abandoned = False, Abandoned(HangUp.NOTHING)
            self._later(0.1 * len(found[1]), lambda: self._dials(found[1]))
        return ["OK"]

    def _speaks(self, _found: re.Match[str]) -> list[str]:
        return self._stream("speak")

    def _listens(self, _found: re.Match[str]) -> list[str]:
        return self._stream("listen")

    def _stream(self, mode: str) -> list[str]:
        if not self._voice:
            return ["ERROR"]
        self._mode, self._after_dle = mode, False
        self._speech.clear()
        self._draining, self._dry = False, True
        self._start_clock()
        return ["CONNECT"]


def _write(samples: Samples, name: str) -> bytes:
    """Samples as bytes of a format of the modem's own list."""
    match name:
        case "ULAW 8" | "G.711U 8":
            return g711.encode(samples, g711.PCMU)
        case "ALAW 8" | "G.711A 8":
            return g711.encode(samples, g711.PCMA)
        case "LINEAR 16":
            return samples.astype("<i2").tobytes()
        case "SIGNED PCM 8":
            return bytes((int(sample) >> 8) & 0xFF for sample in samples)
    return bytes((int(sample) >> 8) + 128 for sample in samples)


def _read(data: bytes, name: str) -> Samples:
    match name:
        case "ULAW 8" | "G.711U 8":
            return g711.decode(data, g711.PCMU)
        case "ALAW 8" | "G.711A 8":
            return g711.decode(data, g711.PCMA)
        case "LINEAR 16":
            return np.frombuffer(data, dtype="<i2").astype(np.int16)
        case "SIGNED PCM 8":
            return np.array([(b - 256 if b > 127 else b) * 256 for b in data], dtype=np.int16)
    return np.array([(b - 128) * 256 for b in data], dtype=np.int16)


_COMMANDS: list[tuple[str, Any]] = [
    ("", lambda _modem, _found: ["OK"]),
    (r"E([01]?)(?:Q0)?(?:V1)?", VoiceModem._set_echo),
    (r"Z|&F", VoiceModem._restarted),
    (r"I[0-9]?", VoiceModem._identity),
    (r"\+FCLASS=([0128])", VoiceModem._set_class),
    (r"\+FCLASS(=\?|\?)", VoiceModem._asked_class),
    (r"\+VCID=([012])", VoiceModem._set_caller_id),
    (r"\+VSM=\?", VoiceModem._formats),
    (r"\+VSM=(\d+),8000(?:,\d+,\d+)?", VoiceModem._set_format),
    (r"\+VLS=([01])", VoiceModem._line_select),
    (r"A", VoiceModem._picked_up),
    (r"H0?", VoiceModem._hung_up),
    (r"\+VTS=!|D!", VoiceModem._flashes),
    (r"DT([0-9*#]+)", VoiceModem._dialled),
    (r"S29=\d+", lambda _modem, _found: ["OK"]),
    (r"\+VTX", VoiceModem._speaks),
    (r"\+VRX", VoiceModem._listens),
    (
        r"Q0V1H0|Q0|V1|S0=0|X\d|&[A-Z]\d?|\+V(?:IT|NH|GT|GR|RA|RN|TD)=\d+|\+V(?:SD|DR)=\d+,\d+"
        r"|\+VTS=.*|\+IFC=\d,\d|\+GCI=[0-9A-F]{2}|-STE=\d|-SCID=\d|\+VIP|\+FAA=\d",
        lambda _modem, _found: ["OK"],
    ),
]
