"""A machine with USB sockets and a firmware: sticks come and go, and it starts again by itself."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tests.image.machine import Machine, sound_ports

TRYBOOT = "firmware: tryboot"  # on the console: system-shutdown/hotline-tryboot
SOCKETS = ("-device", "qemu-xhci,id=usb", "-no-reboot")
DEVICE = "usb-storage,bus=usb.0"
LOOK_S = 0.5
PROMPT = b"(qemu) "


class Plugs(Machine):
    """One start. Ends when the box starts itself anew; what follows is another one."""

    @classmethod
    def on(
        cls, card: Path, room: Path, trial: bool = False, *more: str, disk: Sequence[str] = ()
    ) -> Self:
        """Power on."""
        room.mkdir(parents=True, exist_ok=True)
        (room / "monitor").unlink(missing_ok=True)
        monitor = f"unix:{room / 'monitor'},server=on,wait=off"
        made = cls.start(
            card, room, sound_ports(), trial, *SOCKETS, "-monitor", monitor, *more, disk=disk
        )
        made._room, made._stick = room, 0
        return made

    _room: Path
    _stick: int

    def tell(self, words: str, within: float = 60) -> str:
        """A command of QEMU's monitor and its answer."""
        until = time.monotonic() + within
        while True:
            try:
                with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                    line.settimeout(within)
                    line.connect(str(self._room / "monitor"))
                    _heard(line)
                    line.sendall(f"{words}\n".encode())
                    return _heard(line)
            except (FileNotFoundError, ConnectionRefusedError):
                if time.monotonic() > until:
                    raise
                time.sleep(LOOK_S)

    def plug(self, stick: Path) -> None:
        """A stick is put in, in place of the one before."""
        if self._stick:
            self.tell(f"device_del stick{self._stick}")
        self._stick += 1
        name = f"stick{self._stick}"
        self.tell(f"drive_add 0 if=none,id={name}d,file={stick},format=raw,readonly=on")
        self.tell(f"device_add {DEVICE},id={name},drive={name}d,port={self._stick}")

    def shows(self, words: str, within: float) -> float:
        """Seconds from power on until the console shows these words."""
        while self.seconds < within:
            if words in self.console:
                return self.seconds
            if self._process.poll() is not None and words not in self.console:
                break
            time.sleep(LOOK_S)
        raise AssertionError(f"the console does not say {words!r}: {self.log}")

    @property
    def console(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def starts_anew(self, within: float) -> bool:
        """Waits until the box starts itself anew; is the next start to be a trial?"""
        while self.seconds < within:
            if self._process.poll() is not None:
                return TRYBOOT in self.console
            time.sleep(LOOK_S)
        raise AssertionError(f"it does not start anew: {self.log}")


def _heard(line: socket.socket) -> str:
    heard = b""
    while not heard.endswith(PROMPT):
        part = line.recv(4096)
        if not part:
            break
        heard += part
    return heard.decode(errors="replace")
