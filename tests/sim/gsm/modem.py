"""What all simulated modems have in common: an AT port and a sound port on ptys, one SIM.

Written from the facts that drivers of others and the AT manuals agree on; never held against a real
modem. It lies, stumbles and falls silent as `Faults` say. What a family does in its own way is in
ec25.py, huawei.py, sim7600.py and generic.py.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import itertools
import os
import pty
import re
import termios
import time
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from tests.sim import lateness
from tests.sim.g711 import Samples
from tests.sim.gsm.arranging import COMMANDS as CALL_COMMANDS
from tests.sim.gsm.arranging import Arranging
from tests.sim.gsm.network import AirCall, MobileNetwork
from tests.sim.gsm.services import ALWAYS, ModemServices
from tests.sim.gsm.services import COMMANDS as SERVICE_COMMANDS
from tests.sim.gsm.standard import COMMANDS as STANDARD_COMMANDS
from tests.sim.gsm.texts import COMMANDS as TEXT_COMMANDS
from tests.sim.gsm.texts import ModemTexts
from tests.sim.sound import FRAME

BEAT_S = 0.020
RING_EVERY_S = 3.0
MOST_QUEUED = 10 * FRAME * 2  # sound the modem keeps for the air; what is more is lost
ACTIVE, HELD, DIALING, ALERTING, INCOMING, WAITING = range(6)


@dataclass
class Faults:
    """How the modem differs from one that works. Seconds, parts per million.

    clip: "full", "withheld", "no plus" or "none". keys: "both", "told" or "sound", how keys
    arrive. ends: CallEnded is said, not only seen in +CLCC. inside: said within each answer.
    data: a data session is listed in +CLCC, too, as LTE modems do.
    answers: what given commands are answered with instead; every: any command. hangs: it says
    nothing at all. takes: until each answer. half: the second half of all it says is lost.
    line_end: "" is that of the family.
    sound: what the sound port gives: "full", "silent" (nothing but noughts), "none" (no byte);
    "deaf": it takes none.
    """

    line_end: str = ""
    split: bool = False
    inside: str = ""
    clip: str = "full"
    clip_after: float = 0.05
    keys: str = "both"
    data: bool = True
    ends: bool = True
    reports: bool = True
    answer_takes: float = 0.15
    ppm: float = 0.0
    creg: int = 1
    cereg: int = 1
    pin: str = ""
    pin_tries: int = 3
    sim_busy: int = 0
    hangs: bool = False
    takes: float = 0.002
    half: bool = False
    every: str = ""
    sound: str = "full"
    late: dict[str, float] = field(default_factory=dict)
    answers: dict[str, str] = field(default_factory=dict)


@dataclass
class _Call:
    call: AirCall
    state: int
    incoming: bool
    index: int = 1
    joined: bool = False
    said: Samples = field(default_factory=lambda: np.zeros(FRAME, dtype="<i2"))


class GsmModem:
    """One modem with its SIM. folder: where the links `at` and `sound` to its ports are.

    commands: every command line that came. model: its name in box.toml. own: the commands of its
    family.
    """

    model = "generic"
    maker, product, firmware = "Simulated", "Modem", "1.0"
    line_end = "\r\n"
    unknown = "ERROR"
    has_sound = True
    own: ClassVar[list[tuple[str, Any]]] = []

    def __init__(
        self, network: MobileNetwork, folder: Path, number: str = "", faults: Faults | None = None
    ) -> None:
        self.network, self.number, self.folder = network, number, folder
        self.faults = faults or Faults()
        self.imei, self.imsi = "861107030000016", "259010000000016"
        self.commands: list[str] = []
        self.at, self.sound = folder / "at", folder / "sound"
        self.dropped = 0
        self.queued: list[int] = []
        self.listened_to = True  # else no sound is carried, and its clock stands still
        self.beats_late: list[float] = []
        self._came: deque[tuple[int, float]] = deque()
        self.on_restart: Callable[[], None] = lambda: None  # see tests/sim/gsm/usb.py
        self.loop = self._loop = asyncio.get_running_loop()
        self._masters: list[int] = []
        self._slaves: list[int] = []
        self._sound_in = self._sound_out = -1
        self._bytes_in = self._bytes_out = 0
        self._notes = False
        self._typed = b""
        self.calls: list[_Call] = []
        self._timers: list[asyncio.TimerHandle] = []
        self._clock: asyncio.TimerHandle | None = None
        self._unlocked = not self.faults.pin
        if self.faults.line_end:
            self.line_end = self.faults.line_end
        self.texts = ModemTexts(self)
        self.services = ModemServices(self)
        self.arranging = Arranging(self)
        self._reset()
        network.modems.append(self)

    def _reset(self) -> None:
        self._echo = True
        self._clip = self._tells_keys = self._reports = False
        self._pcm = False
        self._alphabet = "GSM"
        self.operator_as = 0
        self.says_what_rings = False
        self._cause = 16
        self._to_air = b""
        self.texts.reset()

    @property
    def diverted_to(self) -> str:
        """Where the network sends every caller of this SIM card, "" for the modem."""
        return self.services.diverts.get(ALWAYS, "")

    # -- the plug --------------------------------------------------------------------------------

    def plug(self) -> None:
        """Appear on the bus, under the same names, with new ports."""
        self._reset()
        self._port(self.at)
        self._open_sound()
        self._loop.add_reader(self._masters[0], self._readable)
        self.network.texts.room_at(self)

    def _port(self, link: Path) -> int:
        """A new port with this name; our end of it."""
        master, slave = pty.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._masters.append(master)
        self._slaves.append(slave)  # kept open: a master whose slave is closed cannot be read
        link.unlink(missing_ok=True)
        link.symlink_to(os.ttyname(slave))
        return master

    def _open_sound(self) -> None:
        if self.has_sound:
            self._sound_in = self._sound_out = self._port(self.sound)

    def unplug(self) -> None:
        """Vanish; the network ends the call."""
        if not self._masters:
            return
        self._loop.remove_reader(self._masters[0])
        if self._notes:
            self._loop.remove_reader(self._sound_in)
        for link in (self.at, self.sound):  # before the pty: the next one may have its number
            link.unlink(missing_ok=True)
        for end in (*self._masters, *self._slaves):
            os.close(end)
        self._masters, self._slaves = [], []
        for timer in self._timers:
            timer.cancel()
        self._drop_all()
        self._stop_clock()

    def _drop_all(self) -> None:
        calls, self.calls = self.calls, []
        for one in calls:
            one.call.over(False, 27)

    def __enter__(self) -> GsmModem:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()

    # -- what the network tells ------------------------------------------------------------------

    def rung(self, call: AirCall) -> bool:
        """Somebody calls this SIM; False when it is busy, or not there."""
        if self.calls or not self.reachable:
            return False
        self._begins(call, INCOMING, True)
        self._ring(call)
        return True

    @property
    def reachable(self) -> bool:
        """Is it plugged in and in the network?"""
        registered = self.faults.creg in (1, 5) or self.faults.cereg in (1, 5)
        return bool(self._masters) and registered

    @property
    def alphabet(self) -> str:
        """In which the modem writes strings (+CSCS)."""
        return self._alphabet

    def alerting(self, call: AirCall) -> None:
        self._becomes(call, ALERTING)

    def connected(self, call: AirCall) -> None:
        self._becomes(call, ACTIVE)

    def released(self, call: AirCall, cause: int) -> None:
        """The other end is gone."""
        one = self._of(call)
        if one is None:
            return
        self.forget(one, cause)
        if self.faults.ends:
            self._tell_end(one, cause)

    def _tell_end(self, one: _Call, cause: int) -> None:
        """How the family says that the other end is gone."""
        outgoing = not one.incoming and one.state != ACTIVE
        self._say("BUSY" if outgoing and cause == 17 else "NO CARRIER")

    def key_came(self, call: AirCall, key: str) -> None:
        one = self._of(call)
        if one is None or one.state != ACTIVE:
            return
        if self._tells_keys and self.faults.keys != "sound":
            self._later(0.08, lambda: self._say(self._key_line(key)))

    def _key_line(self, key: str) -> str:
        """How the family tells a key."""
        return f"+DTMF: {key},120"

    def _becomes(self, call: AirCall, state: int) -> None:
        one = self._of(call)
        if one is not None:
            self.put(one, state)
            if state == ACTIVE:
                call.rtp.keys_in_sound = self.faults.keys != "told"
                if self._clock is None:
                    self._start_clock()

    def put(self, one: _Call, state: int) -> None:
        """This call is in that state now."""
        one.state = state
        self._report(one)

    def _begins(self, call: AirCall, state: int, incoming: bool) -> None:
        taken = {one.index for one in self.calls} | ({2} if self.faults.data else set())
        index = next(n for n in itertools.count(1) if n not in taken)
        one = _Call(call, state, incoming, index)
        self.calls.append(one)
        self._report(one)

    def _of(self, call: AirCall) -> _Call | None:
        return next((one for one in self.calls if one.call is call), None)

    @property
    def _call(self) -> _Call | None:
        """The one that is not held, if there is any."""
        return next((one for one in self.calls if one.state != HELD), None) or next(
            iter(self.calls), None
        )

    def forget(self, one: _Call, cause: int = 16) -> None:
        """The call is over here; after the last, sound has to be switched on anew."""
        self._cause = cause
        self._report(one, state=-1)
        self.calls.remove(one)
        if len(self.calls) == 1:
            self.calls[0].joined = False
        if not self.calls:
            self._pcm = False
            self._stop_clock()

    def drop(self, one: _Call, cause: int = 16) -> None:
        """End this call, from our side."""
        self.forget(one, cause)
        one.call.over(False, cause)

    def _ring(self, call: AirCall) -> None:
        if self._call is None or self._call.call is not call or self._call.state != INCOMING:
            return
        line = self._clip_line(call.number) if self._clip else ""
        together = [line] if line and not self.faults.clip_after else []
        self._say("+CRING: VOICE" if self.says_what_rings else "RING", *together)
        if line and not together:
            self._later(self.faults.clip_after, lambda: self._ringing(call) and self._say(line))
        self._later(RING_EVERY_S, lambda: self._ring(call))

    def _ringing(self, call: AirCall) -> bool:
        return self._call is not None and self._call.call is call and self._call.state == INCOMING

    def _clip_line(self, number: str) -> str:
        clip = self.faults.clip
        if clip == "none":
            return ""
        if clip == "withheld" or not number:
            return '+CLIP: "",128,,,,1'
        return f'+CLIP: "{number.lstrip("+") if clip == "no plus" else number}",145,,,,0'

    def _report(self, one: _Call, state: int | None = None) -> None:
        """How the family tells of a change of a call. state: -1 when it is over."""

    # -- sound -----------------------------------------------------------------------------------

    def note_arrivals(self) -> None:
        """Sound is from now on read as it comes: its time is when its last byte was at the port.

        Else it is that of the beat that takes it to the network, up to 20 ms later.
        """
        self._notes = True
        self._loop.add_reader(self._sound_in, self._take_sound)

    def _start_clock(self) -> None:
        self._stop_clock()
        self._to_air = b""
        self._came.clear()
        self._bytes_in = self._bytes_out = 0
        self._begun, self._beats = self._loop.time(), 0
        if self.listened_to:
            self._tick()

    def _stop_clock(self) -> None:
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None

    def _tick(self) -> None:
        """The modem's own 20 ms; after a stall of this process the missed ones follow at once."""
        beat = BEAT_S / (1 + self.faults.ppm * 1e-6)
        while (due := self._begun + (self._beats + 1) * beat) <= self._loop.time() + 0.0005:
            self._beats += 1
            late = self._loop.time() - due
            self.beats_late.append(late)
            lateness.note(late)
            self._beat()
            if self._call is None:
                return
        self._clock = self._loop.call_at(due, self._tick)

    def _beat(self) -> None:
        if self.has_sound:
            self._take_sound()
            self.queued.append(len(self._to_air))
        frame, came = np.zeros(FRAME, dtype="<i2"), None
        if self._pcm and len(self._to_air) >= self._frame_bytes:
            came = self._arrival() if self._notes else None
            frame = self._from_box(np.frombuffer(self._to_air[: self._frame_bytes], dtype="<i2"))
            self._to_air = self._to_air[self._frame_bytes :]
        heard = self.arranging.carry(frame, came)
        if self._pcm:
            self._give_sound(self._to_box(heard).astype("<i2").tobytes())

    @property
    def _frame_bytes(self) -> int:
        """What goes over the sound port in a beat, each way."""
        return FRAME * 2

    def _from_box(self, frame: Samples) -> Samples:
        return frame

    def _to_box(self, frame: Samples) -> Samples:
        return frame

    def _take_sound(self) -> None:
        if self.faults.sound == "deaf":
            return
        with contextlib.suppress(BlockingIOError):
            came = os.read(self._sound_in, 65536)
            room = MOST_QUEUED - len(self._to_air)
            self.dropped += max(0, len(came) - room)
            self._to_air += came[:room]
            self._bytes_in += len(came[:room])
            self._came.append((self._bytes_in, time.monotonic()))

    def _arrival(self) -> float:
        """When the last byte of the frame that is taken now was read."""
        self._bytes_out += self._frame_bytes
        while self._came[0][0] < self._bytes_out:
            self._came.popleft()
        return self._came[0][1]

    def _give_sound(self, data: bytes) -> None:
        if self.faults.sound == "none":
            return
        if self.faults.sound == "silent":
            data = bytes(len(data))
        with contextlib.suppress(BlockingIOError):
            os.write(self._sound_out, data)

    # -- the AT port -----------------------------------------------------------------------------

    def _readable(self) -> None:
        try:
            data = os.read(self._masters[0], 4096)
        except BlockingIOError:
            return
        if self.faults.hangs:
            return
        if self._echo:
            self._write(data)
        if self.texts.prompting is not None:
            data = self.texts.typed(data)
        *lines, self._typed = re.split(rb"\r", self._typed + data)
        for line in lines:
            text = line.strip(b"\n\0\x1b ").decode("ascii", "replace")
            if text.upper().startswith("AT"):
                self.commands.append(text)
                self._later(
                    self.faults.late.get(text, self.faults.takes), lambda text=text: self._do(text)
                )

    def _do(self, line: str) -> None:
        instead = self.faults.answers.get(line, self.faults.every)
        if instead:
            self._say(instead)
            return
        said: list[str] = []
        for command in _parts(line[2:]):
            answer = self._answer(command)
            if self.faults.inside:
                said.append(self.faults.inside)
            if not answer:
                return  # the final word comes later
            said += answer[:-1]
            if answer[-1] != "OK":
                self._say(*said, answer[-1])
                return
        self._say(*said, "OK")

    def _answer(self, command: str) -> list[str]:
        """The lines of the answer, its last the final word; nothing if that comes later."""
        upper = command.upper()
        for pattern, do in (*self.own, *_COMMANDS):
            found = re.fullmatch(pattern, upper)
            if found:
                given: list[str] | None = do(self, found)
                return ["OK"] if given is None else given
        return [self.unknown]

    def _say(self, *lines: str) -> None:
        end = self.line_end
        self._write("".join(f"{end}{line}{end}" for line in lines).encode())

    def _write(self, data: bytes) -> None:
        if not self._masters or self.faults.hangs:
            return
        if self.faults.half:
            data = data[: len(data) // 2]
        pieces = [data[n : n + 1] for n in range(len(data))] if self.faults.split else [data]
        for piece in pieces:
            with contextlib.suppress(BlockingIOError):
                os.write(self._masters[0], piece)

    def forgets(self, *says: str) -> None:
        """Its firmware begins anew without a word of warning; its ports stay."""
        self._drop_all()
        self._stop_clock()
        self._reset()
        self._say(*says)

    def closed(self) -> None:
        """Whoever used the ports has ended: with the last close exclusive use ends, too. These
        ports are held open by us, so the kernel does not see that close.
        """
        for slave in self._slaves:
            fcntl.ioctl(slave, termios.TIOCNXCL)

    def lose(self, number: int) -> None:
        """One of its ports (0: AT, 1: sound) vanishes, the other one stays."""
        self._loop.remove_reader(self._masters[number])
        (self.at, self.sound)[number].unlink()  # see `unplug`
        for ends in (self._masters, self._slaves):
            os.close(ends[number])
            ends[number] = os.open(os.devnull, os.O_RDWR)

    def babble(self, data: bytes) -> None:
        """Say any bytes on the AT port."""
        self._write(data)

    def say_later(self, seconds: float, *lines: str) -> None:
        """Say these lines after a while."""
        self.later(seconds, lambda: self._say(*lines))

    def later(self, seconds: float, do: Callable[[], Any]) -> None:
        """Do something after a while, unless it is unplugged before."""
        self._later(seconds, do)

    def _later(self, seconds: float, do: Callable[[], Any]) -> None:
        self._timers = [timer for timer in self._timers if timer.when() > self._loop.time()]
        self._timers.append(self._loop.call_later(seconds, do))

    # -- commands --------------------------------------------------------------------------------

    def _set_echo(self, found: re.Match[str]) -> None:
        self._echo = found[1] != "0"

    def _set_clip(self, found: re.Match[str]) -> None:
        self._clip = found[1] == "1"

    def _set_tones(self, found: re.Match[str]) -> None:
        self._tells_keys = found[1] == "1"

    def _asked_pin(self, _found: re.Match[str]) -> list[str]:
        if self.faults.sim_busy > 0:
            self.faults.sim_busy -= 1
            return ["+CME ERROR: 14"]
        if self._unlocked:
            return ["+CPIN: READY", "OK"]
        return [f"+CPIN: SIM {'PIN' if self.faults.pin_tries else 'PUK'}", "OK"]

    def _pin_given(self, found: re.Match[str]) -> list[str]:
        if found[1] == self.faults.pin and self.faults.pin_tries:
            self._unlocked, self.faults.pin_tries = True, 3
            return ["OK"]
        self.faults.pin_tries -= 1
        return ["+CME ERROR: 16"]

    def _asked_creg(self, found: re.Match[str]) -> list[str]:
        status = self.faults.cereg if found[1] == "E" else self.faults.creg
        return [f'+C{found[1] or ""}REG: 2,{status},"1A2B","01C3D4E5",7', "OK"]

    def _asked_calls(self, _found: re.Match[str]) -> list[str]:
        rows = ['+CLCC: 2,1,0,1,0,"",128'] if self.faults.data else []
        for one in self.calls:
            number = one.call.number
            kind = 145 if number.startswith("+") else (129 if number else 128)
            shown = f"{one.index},{int(one.incoming)},{one.state},0,{int(one.joined)}"
            rows.append(f'+CLCC: {shown},"{number}",{kind}')
        return [*rows, "OK"]

    def _asked_why(self, _found: re.Match[str]) -> list[str]:
        return [f"+CEER: {self._cause}", "OK"]

    def _picked_up(self, _found: re.Match[str]) -> list[str]:
        one = self._call
        if one is None or one.state != INCOMING:
            return ["NO CARRIER"]

        def through() -> None:
            if one in self.calls:
                one.call.is_answered()
                self._becomes(one.call, ACTIVE)
                self._tell_picked_up()
            else:
                self._say("NO CARRIER")

        self._later(self.faults.answer_takes, through)
        return []

    def _tell_picked_up(self) -> None:
        self._say("OK")

    def _dialled(self, found: re.Match[str]) -> list[str]:
        if len(self.calls) > 1 or not self.arranging.makes_room():
            return ["ERROR"]
        self._begins(self.network.dial(self, found[1]), DIALING, False)
        return ["OK"]

    def _hung_up(self, _found: re.Match[str]) -> list[str]:
        """All of them, also who is held: so Quectel's manual says of +CHUP."""
        for one in tuple(self.calls):
            self.drop(one, 17 if one.incoming and one.state == INCOMING else 16)
        return ["OK"]

    def _restarts(self, _found: re.Match[str]) -> list[str]:
        self._later(0.2, self.on_restart)
        return ["OK"]

    def _identity(self, found: re.Match[str]) -> list[str]:
        words = {
            "CGMI": self.maker, "GMI": self.maker, "CGMM": self.product, "GMM": self.product,
            "CGMR": self.firmware, "GMR": self.firmware, "CGSN": self.imei,
            "GSN": self.imei, "CIMI": self.imsi,
        }  # fmt: skip
        return [words[found[1]], "OK"]

    def _alphabets(self, found: re.Match[str]) -> list[str]:
        offered = '("GSM","IRA","UCS2")' if found[1] == "=?" else f'"{self._alphabet}"'
        return [f"+CSCS: {offered}", "OK"]

    def _set_alphabet(self, found: re.Match[str]) -> None:
        self._alphabet = found[1]

    def _strength(self, _found: re.Match[str]) -> list[str]:
        return ["+CSQ: 21,99", "OK"]

    def _info(self, _found: re.Match[str]) -> list[str]:
        return [self.maker, self.product, f"Revision: {self.firmware}", "OK"]


def _parts(line: str) -> list[str]:
    """The commands of one line (V.250 5.4.1): `;` parts them, and a `;` ends a voice call's."""
    parts: list[str] = []
    for part in re.split(r';(?=(?:[^"]*"[^"]*")*[^"]*$)', line):
        if part or not parts:
            parts.append(part)
    if line.endswith(";") and parts and parts[-1].upper().startswith("D"):
        parts[-1] += ";"
    return parts


_COMMANDS: list[tuple[str, Any]] = [
    *TEXT_COMMANDS,
    *SERVICE_COMMANDS,
    *CALL_COMMANDS,
    *STANDARD_COMMANDS,
    ("", lambda _modem, _found: ["OK"]),
    (r"E([01]?)", GsmModem._set_echo),
    (r"I0?", GsmModem._info),
    (r"A", GsmModem._picked_up),
    (r"D[TP]?(\+?[0-9*#]+);", GsmModem._dialled),
    (r"H0?|\+CHUP", GsmModem._hung_up),
    (r"\+CLCC", GsmModem._asked_calls),
    (r"\+CEER", GsmModem._asked_why),
    (r"\+CLIP=([01])", GsmModem._set_clip),
    (r"\+CPIN\?", GsmModem._asked_pin),
    (r'\+CPIN="?(\d+)"?', GsmModem._pin_given),
    (r"\+C([EG]?)REG\?", GsmModem._asked_creg),
    (r"\+CSQ", GsmModem._strength),
    (r"\+CSCS(=\?|\?)", GsmModem._alphabets),
    (r'\+CSCS="(GSM|IRA|UCS2)"', GsmModem._set_alphabet),
    (r"\+(C?GM[IMR]|C?GSN|CIMI)", GsmModem._identity),
    (r"\+CFUN=1,1", GsmModem._restarts),
    (
        r"Z|&F|V1|Q0|X\d|\+CMEE=\d|\+CVHU=\d|\+C[EG]?REG=\d|\+CHUP=\?|\+CCWA=.*|\+CLCC=\d"
        r"|\+CFUN=1|\+COPS=3,\d|\+COLP=\d|\+CMGF=\d"
        r"|\+CNMI=.*|\+CSMP=.*|\+CVHU=0",
        lambda _modem, _found: ["OK"],
    ),
]
