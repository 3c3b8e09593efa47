"""USB as the kernel shows it, in a folder: modems come and go there, under other ttyUSB numbers.

What is shown is what drivers look at: ids, interfaces and their serial ports. What is done to a
device (reset, power) reaches the modem that is plugged in.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import pty
import shutil
import tty
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from hotline.lines.usb import Bus
from tests.sim.gsm.modem import GsmModem

EC25 = ("2c7c", "0125")
AT, SOUND, SPARE = 2, 1, 3
VENDOR_SPECIFIC, STORAGE = "ff", "08"


class UsbTree:
    """/sys/bus/usb/devices and /dev below `root`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.devices, self.dev = root / "sys/bus/usb/devices", root / "dev"
        for folder in (self.devices, self.dev):
            folder.mkdir(parents=True, exist_ok=True)
        self._turns = itertools.count(2)
        self._ttys = itertools.count()

    def show(
        self,
        path: str,
        ids: tuple[str, str],
        ttys: dict[int, Path | None],
        kind: str = VENDOR_SPECIFIC,
        card: tuple[int, int] | None = None,
    ) -> None:
        """A device appears. ttys: the interfaces, and the port behind each that has one."""
        turn = next(self._turns)
        said = {"idVendor": ids[0], "idProduct": ids[1], "devnum": turn, "busnum": 1}
        _write(self.devices / path, said | {"authorized": 1})
        node = self.dev / f"bus/usb/001/{turn:03d}"
        node.parent.mkdir(parents=True, exist_ok=True)
        node.touch()
        for number, port in ttys.items():
            place = self.devices / f"{path}:1.{number}"
            _write(place, {"bInterfaceNumber": f"{number:02x}", "bInterfaceClass": kind})
            if port is not None:
                name = f"ttyUSB{next(self._ttys)}"
                (place / name / "tty" / name).mkdir(parents=True)
                (self.dev / name).symlink_to(port)
            if card is not None and card[0] == number:
                (place / "sound" / f"card{card[1]}").mkdir(parents=True)

    def hide(self, path: str) -> None:
        """It is gone."""
        for place in (*self.devices.glob(path), *self.devices.glob(f"{path}:*")):
            self._forget(place)

    def hide_interface(self, path: str, number: int) -> None:
        """One port of it is gone, the others are there still."""
        for place in (self.devices / f"{path}:1.{number}").glob("ttyUSB*"):
            self._forget(place)

    def _forget(self, place: Path) -> None:
        for name in {one.name for one in place.rglob("ttyUSB*")} | {place.name}:
            (self.dev / name).unlink(missing_ok=True)
        shutil.rmtree(place)


def _write(place: Path, said: dict[str, object]) -> None:
    place.mkdir()
    for name, value in said.items():
        (place / name).write_text(f"{value}\n")


class Stick:
    """An Ec25 in a USB port: it starts, hangs, and is brought back by what brings it back.

    boots_s: from its power to its ports. deaf_s: from there to its first answer.
    cured_by: what brings it back when it is ill: "restart", "reset", "power" or "nothing" short of
    being plugged in again; "" while it is well. done_to_it: what the box did.
    """

    def __init__(self, modem: GsmModem, tree: UsbTree, path: str = "1-1.3") -> None:
        self.modem, self.tree, self.path = modem, tree, path
        self.boots_s, self.deaf_s = 0.0, 0.0
        self.cured_by = ""
        self._well: dict[str, Any] = {}
        self.done_to_it: list[str] = []
        self._plugged_in = False
        self._spare: list[int] = []
        self._later: list[Callable[[], object]] = []
        modem.on_restart = self.restarted

    def plug(self) -> None:
        """Be plugged in; shown at once, or after it has started."""
        self._plugged_in = True
        self._in(self.boots_s)

    def unplug(self) -> None:
        """Be pulled out."""
        self._plugged_in = False
        for cancel in self._later:
            cancel()
        self._later.clear()
        self._cured()
        self.tree.hide(self.path)
        self._close_spare()
        self.modem.unplug()

    def falls_ill(self, cured_by: str, **faults: Any) -> None:
        """Be faulty until it is brought back; silent if no faults are named."""
        self._cured()
        self._well = {name: getattr(self.modem.faults, name) for name in faults or {"hangs": True}}
        for name, value in (faults or {"hangs": True}).items():
            setattr(self.modem.faults, name, value)
        self.cured_by = cured_by

    def lose(self, number: int) -> None:
        """One of its ports (0: AT, 1: sound) vanishes."""
        self.tree.hide_interface(self.path, (AT, SOUND)[number])
        self.modem.lose(number)

    def recovers(self) -> None:
        """Be well again by itself."""
        self._cured()

    def restarted(self) -> None:
        """It was told to restart, and does: with all its settings forgotten."""
        if self.cured_by in ("restart", ""):
            self.done_to_it.append("restart")
            self.cycle()

    def reset(self) -> None:
        """Its USB connection is reset: it is there again at once, with other numbers."""
        self.done_to_it.append("reset")
        if self.cured_by == "reset":
            self.unplug()
            self._plugged_in = True
            self._in(0)

    def power(self) -> None:
        """Its port is turned off and on."""
        self.done_to_it.append("power")
        if self.cured_by != "nothing" and self._plugged_in:
            self.cycle()

    def cycle(self) -> None:
        """Begin anew from nothing."""
        self.unplug()
        self.plug()

    def _cured(self) -> None:
        for name, value in self._well.items():
            setattr(self.modem.faults, name, value)
        self._well, self.cured_by = {}, ""

    def _in(self, seconds: float) -> None:
        if seconds:
            self._after(seconds, self._appear)
        else:
            self._appear()

    def _after(self, seconds: float, do: Callable[[], None]) -> None:
        self._later.append(self.modem.loop.call_later(seconds, do).cancel)

    def _appear(self) -> None:
        self.modem.plug()
        if self.deaf_s:
            self.falls_ill("nothing")
            self._after(self.deaf_s, self._cured)
        self._open_spare()
        ports = {AT: self.modem.at, SOUND: self.modem.sound}
        shown = {n: port.readlink() for n, port in ports.items() if port.is_symlink()}
        spare = Path(os.ttyname(self._spare[1]))
        self.tree.show(self.path, EC25, {0: None, **shown, SPARE: spare})

    # -- the spare AT port: it answers nothing, and still hears the one command --------------------

    def _open_spare(self) -> None:
        self._spare = list(pty.openpty())
        tty.setraw(self._spare[1])
        os.set_blocking(self._spare[0], False)
        self.modem.loop.add_reader(self._spare[0], self._hear_spare)

    def _close_spare(self) -> None:
        if self._spare:
            self.modem.loop.remove_reader(self._spare[0])
        for end in self._spare:
            os.close(end)
        self._spare = []

    def _hear_spare(self) -> None:
        with contextlib.suppress(BlockingIOError):
            if b"AT+CFUN=1,1" in os.read(self._spare[0], 4096):
                self.restarted()

    def __enter__(self) -> Stick:
        self.plug()
        return self

    def __exit__(self, *_: object) -> None:
        self.unplug()


class SimulatedBus(Bus):
    """The bus as the box sees it, with hands that reach the sticks."""

    def __init__(self, tree: UsbTree, sticks: Iterable[Stick]) -> None:
        super().__init__(tree.root)
        self._sticks = {stick.path: stick for stick in sticks}

    def can_reset(self, path: str) -> bool:
        return path in self._sticks

    def can_switch(self, path: str) -> bool:
        return path in self._sticks

    async def reset(self, path: str) -> bool:
        self._sticks[path].reset()
        return True

    async def switch(self, path: str) -> bool:
        self._sticks[path].power()
        return True
