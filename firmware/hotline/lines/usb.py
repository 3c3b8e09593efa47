"""The kernel's view of USB devices, and what can be done to one. The only file on sysfs and usbfs.

Linux's Documentation/ABI/testing/sysfs-bus-usb, and linux/usbdevice_fs.h.
"""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import logging
import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

log = logging.getLogger(__name__)

RESET = ord("U") << 8 | 20  # USBDEVFS_RESET
OFF_S = 3  # until the capacitors of a modem are empty
UHUBCTL_S = 15.0
STORAGE = "08"  # class of an interface
_DEVICE = re.compile(r"[0-9]+-[0-9]+(?:\.[0-9]+)*")
_TTY = re.compile(r"tty(?:USB|ACM)[0-9]+")
_CARD = re.compile(r"card([0-9]+)")


@dataclass(frozen=True)
class Interface:
    """One interface of a device. tty, card: what the kernel made of it, "" and None if nothing."""

    number: int
    kind: str = ""
    tty: str = ""
    card: int | None = None


@dataclass(frozen=True)
class Device:
    """A USB device. path: where it is plugged in, such as 1-1.3. turn: new with each plugging in.

    vendor, product: as four hexadecimal digits.
    """

    path: str
    vendor: str
    product: str
    turn: int = 0
    interfaces: tuple[Interface, ...] = ()

    def tty(self, number: int) -> str:
        """The serial port of this interface, "" while there is none."""
        return next((one.tty for one in self.interfaces if one.number == number), "")


class Bus:
    """All USB devices of this machine. root: where its /sys and /dev are."""

    def __init__(self, root: Path = Path("/")) -> None:
        self._sys, self.dev = root / "sys/bus/usb/devices", root / "dev"

    def devices(self) -> tuple[Device, ...]:
        """What is plugged in now, by its place. One that vanishes meanwhile is left out."""
        if not self._sys.is_dir():
            return ()
        return tuple(filter(None, map(self._device, sorted(self._sys.iterdir()))))

    # -- what can be done to one -----------------------------------------------------------------

    def can_reset(self, path: str) -> bool:
        """Does this machine let us reset the device that is plugged in there?"""
        node = self._node(path)
        return node is not None and os.access(node, os.W_OK)

    def can_switch(self, path: str) -> bool:
        """Does it let us turn the port off, or let go of what is plugged in there?"""
        return shutil.which("uhubctl") is not None or os.access(
            self._sys / path / "authorized", os.W_OK
        )

    async def reset(self, path: str) -> bool:
        """Reset the device and have it enumerated anew; False if it could not be done."""
        return await asyncio.to_thread(self._reset, path)

    async def switch(self, path: str) -> bool:
        """Turn the port off and on, no other port with it; else let go of the device for a while.

        False if neither could be done. The second leaves the modem its power.
        """
        return await self._power(path) or await self._let_go(path)

    def _reset(self, path: str) -> bool:
        node = self._node(path)
        try:
            with (node or Path()).open("wb") as usbfs:
                fcntl.ioctl(usbfs, RESET, 0)
        except OSError as error:
            log.warning("USB %s cannot be reset: %s", path, error.strerror)
            return False
        return True

    async def _power(self, path: str) -> bool:
        """Only where the hub can switch one port alone (ppps): others may carry calls."""
        hub, port = _hub_and_port(path)
        if "ppps" not in await _uhubctl("-l", hub):
            return False
        return bool(await _uhubctl("-l", hub, "-p", port, "-a", "cycle", "-d", str(OFF_S)))

    async def _let_go(self, path: str) -> bool:
        switch = self._sys / path / "authorized"
        try:
            await asyncio.to_thread(switch.write_text, "0")
            await asyncio.sleep(OFF_S)
            await asyncio.to_thread(switch.write_text, "1")
        except OSError as error:
            log.warning("USB %s cannot be let go of: %s", path, error.strerror)
            return False
        return True

    # -- reading -----------------------------------------------------------------------------------

    def _device(self, place: Path) -> Device | None:
        if _DEVICE.fullmatch(place.name) is None:
            return None
        try:
            vendor, product = _said(place / "idVendor"), _said(place / "idProduct")
            turn = int(_said(place / "devnum"))
            interfaces = tuple(_interfaces(self._sys, place.name))
        except (OSError, ValueError):
            return None  # it is being unplugged
        return Device(place.name, vendor, product, turn, interfaces)

    def _node(self, path: str) -> Path | None:
        try:
            bus, device = (int(_said(self._sys / path / name)) for name in ("busnum", "devnum"))
        except (OSError, ValueError):
            return None
        return self.dev / f"bus/usb/{bus:03d}/{device:03d}"


def this_machine() -> Bus:
    """The real one, or the tree that HOTLINE_DEVICES names: simulated modems are on no bus."""
    return Bus(Path(os.environ.get("HOTLINE_DEVICES", "/")))


def _interfaces(devices: Path, path: str) -> Iterator[Interface]:
    for place in sorted(devices.glob(f"{path}:*")):
        number = int(_said(place / "bInterfaceNumber"), 16)
        # usbserial's ports lie in the interface itself, cdc-acm's in its folder `tty`.
        ttys = (*place.glob("tty*"), *place.glob("tty/tty*"))
        tty = next((one.name for one in ttys if _TTY.fullmatch(one.name)), "")
        found = [_CARD.fullmatch(one.name) for one in place.glob("sound/card*")]
        card = next((int(one[1]) for one in found if one), None)
        kind = ""
        with contextlib.suppress(FileNotFoundError):
            kind = _said(place / "bInterfaceClass")
        yield Interface(number, kind, tty, card)


def _said(file: Path) -> str:
    return file.read_text(encoding="ascii").strip()


def _hub_and_port(path: str) -> tuple[str, str]:
    """1-1.3 is port 3 of hub 1-1, 1-2 is port 2 of root hub 1; so uhubctl names them."""
    for cut in (".", "-"):
        hub, found, port = path.rpartition(cut)
        if found:
            return hub, port
    return path, ""


async def _uhubctl(*words: str) -> str:
    """What uhubctl says; "" if it is not there, fails, or takes too long."""
    program = shutil.which("uhubctl")
    if program is None:
        return ""
    child = await asyncio.create_subprocess_exec(
        program, *words, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(UHUBCTL_S):
            said, _ = await child.communicate()
    except TimeoutError:
        child.kill()
        await child.wait()
        return ""
    return said.decode(errors="replace") if child.returncode == 0 else ""
