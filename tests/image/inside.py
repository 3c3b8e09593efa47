"""Runs inside the virtual machine, beside the box: pins, a modem on USB and its sound card, all of
them the kernel's own, with nobody behind them but this program.

Writes a line of JSON for each promise; tests/image/hardware.py reads them from outside.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import subprocess
import sys
import threading
import time
import tty
import wave
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np

from hotline.control.client import Control, ServiceDown
from hotline.storage.places import Places
from tests.sim import listen
from tests.sim.gsm import Ec25Card, MobileNetwork
from tests.sim.sound import Tone

GREEN, YELLOW, RED, BUTTON, RELAY = 17, 27, 22, 23, 24  # as in the box.toml of hardware.py
PORT, FAR_END = Path("/dev/ttyACM0"), Path("/dev/ttyGS0")
SOCKETS = Path("/sys/devices/platform/dummy_hcd.0")
GATEWAY = ("127.0.0.1", 5090)
NAMES = Path("/etc/machine-id"), Path("/data/machine-id")
HOTLINE = "/usr/lib/hotline/venv/bin/hotline"
DATA = Path("/data/hotline")
SETTINGS = DATA / "box.toml"
PAUSE_S = 1.0  # before the box is asked: it has little time, and is not to answer us alone
LOOK_S, LONG_S = 0.02, 240.0  # the machine is some thirty times slower than a real one
CALLER = "+3736900000"
SOUND = ("-q", "-D", "plughw:Loopback,1,0", "-t", "raw", "-f", "S16_LE", "-r", "8000", "-c", "1")
SAYS_S = 45.0  # the caller, a tone, also while the box still speaks: half a minute at most
KEPT_S = 3.0  # of it, at least
RECORDINGS = DATA / "recordings"


class Chip:
    """The simulated pins, as who looks at the box sees them."""

    def __init__(self) -> None:
        (self._lines,) = Path("/sys/devices/platform").glob("gpio-sim.*/gpiochip*")

    def level(self, pin: int) -> int:
        return int((self._lines / f"sim_gpio{pin}/value").read_text())

    def seen(self, pin: int, seconds: float) -> set[int]:
        """Every level that it has within these seconds."""
        end, levels = time.monotonic() + seconds, set()
        while time.monotonic() < end:
            levels.add(self.level(pin))
            time.sleep(LOOK_S)
        return levels

    def longest(self, pin: int, seconds: float) -> float:
        """For how long it is lit in a row, at most, within these seconds."""
        end, began, most = time.monotonic() + seconds, None, 0.0
        while (now := time.monotonic()) < end:
            began = (began or now) if self.level(pin) else None
            most = max(most, now - began) if began else most
            time.sleep(LOOK_S)
        return most

    def press(self, seconds: float) -> None:
        """Hold the button down."""
        pull = self._lines / f"sim_gpio{BUTTON}/pull"
        pull.write_text("pull-down")
        time.sleep(seconds)
        pull.write_text("pull-up")


class Gateway:
    """A gateway on the office's own line that says that it is there."""

    def __init__(self) -> None:
        self._ear = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._ear.bind(GATEWAY)
        threading.Thread(target=self._answer, daemon=True).start()

    def _answer(self) -> None:
        while True:
            asked, who = self._ear.recvfrom(4096)
            rows = asked.decode(errors="replace").split("\r\n")
            if rows[0].startswith("OPTIONS "):
                wanted = ("via:", "from:", "to:", "call-id:", "cseq:")
                kept = [row for row in rows if row.lower().startswith(wanted)]
                said = ["SIP/2.0 200 OK", *kept, "Content-Length: 0", "", ""]
                self._ear.sendto("\r\n".join(said).encode(), who)


class CardModem(Ec25Card):
    """One with a sound card: its sound lies at the other end of the kernel's looped card."""

    _ends: tuple[subprocess.Popen[bytes], ...] = ()

    def _open_sound(self) -> None:
        super()._open_sound()
        with self._said.open("r+b", 0) as said, self._heard.open("r+b", 0) as heard:
            self._ends = (
                subprocess.Popen(["arecord", *SOUND], stdout=said),
                subprocess.Popen(["aplay", *SOUND], stdin=heard),
            )

    def unplug(self) -> None:
        super().unplug()
        for end in self._ends:
            end.kill()
            end.wait()
        self._ends = ()


class Cable:
    """Carries bytes between the far end of the USB serial port and the simulator's."""

    def __init__(self, modem: Path) -> None:
        self._modem = modem
        threading.Thread(target=self._keep, daemon=True).start()

    def _keep(self) -> None:
        while True:
            with contextlib.suppress(OSError):
                self._carry()
            time.sleep(0.2)

    def _carry(self) -> None:
        flags = os.O_RDWR | os.O_NOCTTY
        with (
            os.fdopen(os.open(FAR_END, flags), "r+b", 0) as far,
            os.fdopen(os.open(self._modem, flags), "r+b", 0) as near,
        ):
            tty.setraw(far.fileno())
            over = threading.Event()
            back = threading.Thread(target=_copy, args=(near, far, over), daemon=True)
            back.start()
            _copy(far, near, over)


def _copy(source: Any, sink: Any, over: threading.Event) -> None:
    with contextlib.suppress(OSError, ValueError):
        while not over.is_set() and (data := source.read(512)):
            sink.write(data)
    over.set()


def plugged(there: bool) -> None:
    """Turn the USB socket off, as when the plug is pulled, or on again."""
    (switch,) = SOCKETS.glob("usb*/*-0:1.0/usb*-port1/disable")
    switch.write_text("0" if there else "1")


async def until(true: Callable[[], bool], what: str, within: float = LONG_S) -> float:
    """Seconds until it is so. Raises AssertionError."""
    began = time.monotonic()
    while not await asyncio.to_thread(true):
        await asyncio.sleep(0.1)
        assert time.monotonic() - began < within, f"not within {within:g} s: {what}"
    return time.monotonic() - began


def asked(*words: str) -> str:
    """What the box itself says."""
    done = subprocess.run(
        [HOTLINE, "--settings", str(SETTINGS), *words], capture_output=True, text=True, check=False
    )
    return done.stdout


def log_of_the_box(lines: int = 80) -> str:
    """Its last words, each with the second of the machine's life at which it was said."""
    words = ["journalctl", "-u", "hotline.service", "-n", str(lines), "--no-pager"]
    words += ["-o", "short-monotonic"]
    return subprocess.run(words, capture_output=True, text=True, check=False).stdout


def line_is_up(name: str) -> bool:
    """As the box itself says it."""
    time.sleep(PAUSE_S)
    try:
        status = Control(Places(DATA).control, LONG_S).status()
    except ServiceDown:  # it is beginning anew
        return False
    return any(line.name == name and line.up for line in status.lines)


def message_of(number: str) -> str:
    """The recording of what that caller left, "" if there is none."""
    time.sleep(PAUSE_S)
    try:
        rows = json.loads(asked("messages", "--json"))
    except ValueError:  # the box is beginning anew
        return ""
    return next((str(row["recording"]) for row in rows if row["caller_number"] == number), "")


def heard_in(recording: Path, tone: Tone) -> float:
    """Seconds of it in which the tone is."""
    with wave.open(str(recording)) as file:
        sound = np.frombuffer(file.readframes(file.getnframes()), np.int16)
    return listen.seconds_of(sound, tone)


class Trial:
    """The promises, one after another."""

    def __init__(self, out: Any) -> None:
        self._out, self.chip, self.network = out, Chip(), MobileNetwork()
        folder = Path("/run/trial")
        folder.mkdir(exist_ok=True)
        self.modem = CardModem(self.network, folder, "+37369000099")

    async def judge(self, promise: str, ask: Callable[[], Awaitable[object]]) -> None:
        """One that fails does not keep the next from being tried."""
        row = {"promise": promise, "seen": "", "failed": ""}
        try:
            row["seen"] = str(await ask())
        except Exception as error:  # noqa: BLE001 - whatever it is, it is told
            row["failed"] = f"{type(error).__name__}: {error}\n{log_of_the_box()}"
        self._out.write(json.dumps(row) + "\n")
        self._out.flush()

    async def all(self) -> None:
        await self.judge("the red lamp blinks while nobody can call", self.nobody_can_call)
        self.modem.plug()
        Cable(self.modem.at)
        await self.judge("a modem on a real USB port is set up", self.modem_up)
        await self.judge("who calls it is greeted, and what they say is kept", self.a_call)
        await self.judge("a modem that is pulled out is down at once", self.pulled_out)
        await self.judge("plugged in again it carries calls", self.plugged_in)
        await self.judge("nothing made the box begin anew", self.never_anew)
        Gateway()
        await self.judge("the relay beats while the office's line is answered", self.line_taken)
        await self.judge("a short press lights all lamps", self.lamp_test)
        await self.judge("a box that is killed lets the line go, and takes it again", self.killed)
        await self.judge("the card's small partition is closed again", self.card_closed)
        await self.judge("the box has a name that it keeps", self.named)
        await self.judge("a press for erasing is under way", self.erased)

    async def nobody_can_call(self) -> object:
        blinks = lambda: self.chip.seen(RED, 1.5) == {0, 1}  # noqa: E731
        seconds = await until(blinks, "the red lamp blinks")
        assert self.chip.seen(GREEN, 1.0) == {0}, "the green lamp is lit"
        assert self.chip.seen(RELAY, 1.0) == {0}, "the relay is driven"
        return f"{seconds:.0f} s"

    async def modem_up(self) -> object:
        seconds = await until(lambda: line_is_up("mobile"), f"{self.modem.commands[-3:]}")
        lit = lambda: self.chip.seen(GREEN, 1.0) == {1}  # noqa: E731
        await until(lit, "the green lamp is lit")
        return f"{seconds:.0f} s, {len(self.modem.commands)} commands"

    async def a_call(self) -> object:
        """Both ways through the sound card: the greeting, and the caller's own tone."""
        number = f"{CALLER}{len(self.network.calls)}"
        call = await self.network.caller(number).call(self.modem)
        await call.answered(LONG_S)
        await call.hears_speech(LONG_S)
        asks = lambda: "is asked for a message" in log_of_the_box(3)  # noqa: E731
        await until(asks, "the caller is asked for a message")
        await asyncio.sleep(SAYS_S)
        await call.hang_up()
        listed = await until(lambda: bool(message_of(number)), f"a message of {number}")
        seconds = await asyncio.to_thread(heard_in, RECORDINGS / message_of(number), call.tone)
        assert seconds >= KEPT_S, f"{seconds:.1f} s of it were kept"
        return f"{seconds:.1f} s of it kept, listed after {listed:.0f} s"

    async def pulled_out(self) -> object:
        self.modem.unplug()
        await asyncio.to_thread(plugged, False)
        gone = await until(lambda: not PORT.exists(), "the port is gone")
        down = await until(lambda: not line_is_up("mobile"), "the line is down")
        return f"port {gone:.1f} s, line {down:.0f} s"

    async def plugged_in(self) -> object:
        self.modem.plug()
        await asyncio.to_thread(plugged, True)
        there = await until(PORT.exists, "the port is there")
        up = await until(lambda: line_is_up("mobile"), "the line is up")
        await self.a_call()
        return f"port {there:.1f} s, line {up:.0f} s"

    async def never_anew(self) -> object:
        show = ["systemctl", "show", "-P", "NRestarts", "hotline.service"]
        done = await asyncio.to_thread(subprocess.run, show, capture_output=True, check=True)
        assert done.stdout.strip() == b"0", f"{done.stdout.decode().strip()} times"
        return "never"

    async def line_taken(self) -> object:
        beats = lambda: self.chip.seen(RELAY, 1.0) == {0, 1}  # noqa: E731
        return f"{await until(beats, 'the relay beats'):.0f} s"

    async def lamp_test(self) -> object:
        """Lit in a row for longer than any other sign is: a second."""
        lamp = next((one for one in (RED, YELLOW) if 0 in self.chip.seen(one, 2.5)), None)
        assert lamp, "all lamps are lit before"
        watched = asyncio.to_thread(self.chip.longest, lamp, 6.0)
        seconds, _ = await asyncio.gather(watched, asyncio.to_thread(self.chip.press, 0.5))
        assert seconds >= 1.5, f"lit for {seconds:.1f} s"
        dark = lambda: 0 in self.chip.seen(lamp, 2.5)  # noqa: E731
        await until(dark, "the lamp is dark again", 20)
        return f"lit for {seconds:.1f} s"

    async def killed(self) -> object:
        kill = ["systemctl", "kill", "-s", "KILL", "hotline.service"]
        await asyncio.to_thread(subprocess.run, kill, check=True)
        still = lambda: self.chip.seen(RELAY, 1.0) == {0}  # noqa: E731
        dropped = await until(still, "the relay is still", 10)
        beats = lambda: self.chip.seen(RELAY, 1.0) == {0, 1}  # noqa: E731
        return f"dropped {dropped:.1f} s, back {await until(beats, 'the relay beats'):.0f} s"

    async def card_closed(self) -> object:
        def closed() -> bool:
            return "/boot/config vfat" not in Path("/proc/mounts").read_text()

        return f"{await until(closed, 'nobody looks at it', 60):.0f} s"

    async def named(self) -> object:
        names = [await asyncio.to_thread(path.read_text) for path in NAMES]
        assert all(len(name) == 33 for name in names)
        return f"now {names[0][:8]}, kept {names[1][:8]}"

    async def erased(self) -> object:
        def press() -> None:
            self.chip.press(11)
            time.sleep(4)
            self.chip.press(4)

        await asyncio.to_thread(press)
        return "pressed"


async def _tell(file: Path) -> None:
    await until(file.exists, f"{file} is there")
    with file.open("w", encoding="utf-8") as out:
        await Trial(out).all()


if __name__ == "__main__":
    asyncio.run(_tell(Path(sys.argv[1])))
