"""Where one modem is now, and what can be done to it from outside: the ground under its line."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Awaitable, Callable, Set
from dataclasses import replace
from pathlib import Path

from hotline.at import commands
from hotline.at.commands import Command
from hotline.at.services import Identity
from hotline.errors import LineDown, Unplugged
from hotline.lines.atport import AtPort
from hotline.lines.finder import Finder, Ports, Seen
from hotline.lines.ladder import Rung
from hotline.lines.port import Hardware
from hotline.options import Modem
from hotline.said import say
from hotline.tty import Tty, opened

FEELS_S = 3.0  # in which a modem that was told to restart lets its port go
IDENTITY_S = 8.0
_IMEI = re.compile("[0-9]{15}")


Cut = Callable[[], Awaitable[bool]]


class Place:
    """One modem of box.toml on this machine. restart: the command that restarts its firmware.

    cut: what takes this modem's power away for a moment, beside its USB port; None if nothing does.
    """

    def __init__(
        self,
        modem: Modem,
        finder: Finder,
        restart: Command,
        cut: Callable[[], Cut | None] = lambda: None,
    ) -> None:
        self._modem, self._finder, self._restart, self._cut = modem, finder, restart, cut
        self._ports: Ports | None = None
        self._usb = modem.usb

    async def find(self) -> Ports:
        """Look for it, wherever it is plugged in by now. Raises LineDown, Unplugged."""
        self._ports = await self._found()
        self._usb = self._ports.usb or self._usb
        return self._ports

    def sound(self) -> Path:
        """Its sound port. Only after `find`."""
        if self._ports is None or self._ports.sound is None:
            raise LineDown(
                say("The modem %(line)s has no port for its sound.", line=self._modem.name)
            )
        return self._ports.sound

    def hardware(self, known: Hardware) -> Hardware:
        """The same with where it is plugged in."""
        ports = self._ports
        named = (ports.at, ports.sound, ports.spare) if ports else ()
        return replace(known, usb=self._usb, ports=tuple(str(port) for port in named if port))

    # -- Means, for its keeper ---------------------------------------------------------------------

    def possible(self) -> Set[Rung]:
        """See Means."""
        rungs = {Rung.RESTART} if self._ports is not None else set[Rung]()
        if self._usb and self._finder.bus.can_reset(self._usb):
            rungs.add(Rung.RESET)
        if self._cut() or (self._usb and self._finder.bus.can_switch(self._usb)):
            rungs.add(Rung.POWER)
        return rungs

    async def take(self, rung: Rung) -> bool:
        """See Means."""
        match rung:
            case Rung.RESTART:
                return await self._told_to_restart()
            case Rung.RESET:
                return await self._finder.bus.reset(self._usb)
            case Rung.POWER:
                return await self._powered_anew()
        return True

    # -- inside ------------------------------------------------------------------------------------

    async def _powered_anew(self) -> bool:
        """A port that is turned off leaves many a modem its power: what cuts it goes first."""
        cut = self._cut()
        if cut is not None and await cut():
            return True
        return bool(self._usb) and await self._finder.bus.switch(self._usb)

    async def _found(self) -> Ports:
        modem, finder = self._modem, self._finder
        if modem.at is not None:
            return finder.named(modem)
        if modem.imei:
            return (await self._with_imei()).ports(finder.bus.dev)
        return finder.find(modem).ports(finder.bus.dev)

    async def _with_imei(self) -> Seen:
        """Asks each modem that may be it once; one that another line has open is not."""
        for seen in self._finder.candidates(self._modem):
            key = seen.device.path, seen.device.turn
            if key not in self._finder.imeis:
                with contextlib.suppress(LineDown, TimeoutError):
                    async with asyncio.timeout(IDENTITY_S):
                        if imei := await self._asked(seen):  # else it is asked again
                            self._finder.imeis[key] = imei
            if self._finder.imeis.get(key) == self._modem.imei:
                return seen
        raise Unplugged(
            say("No modem with the IMEI %(imei)s is plugged in.", imei=self._modem.imei),
            say("Plug it in."),
        )

    async def _asked(self, seen: Seen) -> str:
        path = seen.ports(self._finder.bus.dev).at
        port = AtPort(seen.words, await opened(path), lambda _event: None, lambda _why: None)
        try:
            await port.ask(commands.PROBE)
            said = (await port.ask(commands.IDENTITY)).events
        finally:
            port.close()
        told = [event.digits for event in said if isinstance(event, Identity)]
        return next((digits for digits in told if _IMEI.fullmatch(digits)), "")

    async def _told_to_restart(self) -> bool:
        """Write the command without hoping for an answer, to every port that takes commands.

        Did one of the ports go away? A modem that restarts takes them all from the bus.
        """
        ports = self._ports
        if ports is None:
            return False
        gone = asyncio.Event()
        written: list[Tty] = []
        for path in filter(None, (ports.at, ports.spare)):
            with contextlib.suppress(LineDown):
                written.append(Tty(await opened(path), lambda _data: None, lambda _why: gone.set()))
        for port in written:
            # The first ends whatever was half said: a text at a prompt, a command.
            port.write(b"\x1b\r" + self._restart.text.encode("ascii") + b"\r")
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(FEELS_S):
                await gone.wait()
        for port in written:
            port.close()
        return gone.is_set()
