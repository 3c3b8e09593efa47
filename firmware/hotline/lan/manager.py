"""NetworkManager, by its command nmcli(1). The only file that speaks to it.

A change on trial is a profile that lives in memory alone: a box whose power is cut starts with the
one on its disk. nmcli, not D-Bus: what is asked here is said in a line that anybody can type.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import re
from dataclasses import dataclass
from ipaddress import IPv4Interface

from hotline.errors import HotlineError
from hotline.lan.wanted import Wanted
from hotline.said import say

TRIAL = "hotline-trial"  # the name of the profile
WAIT_S = 20  # for an address of the router
PATIENCE_S = WAIT_S + 10.0  # for one command
KINDS = {"ethernet": "cable", "wifi": "wifi"}

log = logging.getLogger(__name__)


class NotManaged(HotlineError):  # noqa: N818 - an answer
    """Nobody here takes orders about the network."""


class NotTaken(HotlineError):  # noqa: N818 - an answer
    """NetworkManager did not do what it was asked."""


@dataclass(frozen=True)
class Device:
    """A plug or an aerial. kind: "cable" or "wifi". profile: what it is up with, "" if it is not.

    fixed: its address is not the router's gift. address: with the mask, None while it has none.
    """

    name: str
    kind: str
    profile: str = ""
    fixed: bool = False
    address: IPv4Interface | None = None
    router: str = ""
    dns: tuple[str, ...] = ()


class NetworkManager:
    """command: where nmcli is, or its name."""

    def __init__(self, command: str = "nmcli") -> None:
        self._command = command

    async def devices(self) -> tuple[Device, ...]:
        """What the box is connected by. Raises NotManaged."""
        listed = await self._ask("-t", "-f", "DEVICE,TYPE,CON-UUID", "device", "status")
        rows = [_fields(line) for line in listed.splitlines()]
        return tuple(
            [
                await self._device(name, KINDS[kind], profile)
                for name, kind, profile in rows
                if kind in KINDS
            ]
        )

    async def try_out(self, profile: str, wanted: Wanted) -> None:
        """Have the device up with `wanted`, until the power is cut or `settle`. Raises NotTaken."""
        await self._forget_trial()
        await self._ask("connection", "clone", "--temporary", profile, TRIAL)
        await self._ask("connection", "modify", "--temporary", TRIAL, *_words(wanted))
        await self._ask("--wait", str(WAIT_S), "connection", "up", TRIAL, "ifname", wanted.device)

    async def keep(self, profile: str, wanted: Wanted) -> None:
        """On the disk `profile` says what is wanted from here on, or what it said before."""
        await self._ask("connection", "modify", profile, *_words(wanted))

    async def settle(self, profile: str, device: str) -> None:
        """Have the device up with what the disk says."""
        try:
            await self._ask("--wait", str(WAIT_S), "connection", "up", profile, "ifname", device)
        finally:
            await self._forget_trial()  # a cable that is not plugged in comes up by itself later

    async def _forget_trial(self) -> None:
        with contextlib.suppress(NotTaken):  # there is none
            await self._ask("connection", "delete", TRIAL)

    async def _device(self, name: str, kind: str, profile: str) -> Device:
        if not profile:
            return Device(name, kind)
        method = await self._ask("-g", "ipv4.method", "connection", "show", profile)
        asked = "IP4.ADDRESS,IP4.GATEWAY,IP4.DNS"
        got = await self._ask("-e", "no", "-g", asked, "device", "show", name)
        addresses, router, dns = (*got.splitlines(), "", "", "")[:3]
        own = next((IPv4Interface(one) for one in _several(addresses)), None)
        fixed = method.strip() == "manual"
        return Device(name, kind, profile, fixed, own, router.strip(), tuple(_several(dns)))

    async def _ask(self, *words: str) -> str:
        """What it prints. Raises NotTaken, or NotManaged where it does not run."""
        try:
            child = await asyncio.create_subprocess_exec(
                self._command,
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
            )
        except OSError:
            raise _not_managed() from None
        try:
            said, wrong = await asyncio.wait_for(child.communicate(), PATIENCE_S)
        except TimeoutError:
            raise _not_taken() from None
        finally:
            if child.returncode is None:  # it hangs, or nobody waits for it any more
                child.kill()
        if child.returncode == 8:  # NetworkManager is not running
            raise _not_managed()
        if child.returncode:
            log.info("nmcli %s: %s", " ".join(words), wrong.decode(errors="replace").strip())
            raise _not_taken()
        return said.decode(errors="replace")


def _words(wanted: Wanted) -> list[str]:
    """Of a profile. All of them each time, so that none of an older wish is left."""
    given = {
        "ipv4.method": "manual" if wanted.address else "auto",
        "ipv4.addresses": str(wanted.address or ""),
        "ipv4.gateway": str(wanted.router or ""),
        "ipv4.dns": " ".join(map(str, wanted.dns)),
    }
    if not wanted.address:  # the method goes first: without it a profile may not lose its address
        return [word for pair in given.items() for word in pair]
    return [word for pair in reversed(given.items()) for word in pair]


def _fields(line: str) -> list[str]:
    """Of a terse line, in which a colon that belongs to a value is escaped."""
    return [re.sub(r"\\(.)", r"\1", one) for one in re.split(r"(?<!\\):", line)]


def _several(values: str) -> list[str]:
    return [one.strip() for one in values.split("|") if one.strip()]


def _not_managed() -> NotManaged:
    return NotManaged(
        say("The network of this computer is not set up by the box."),
        say("Change it where it was set up: in the router, or in this computer's own settings."),
    )


def _not_taken() -> NotTaken:
    return NotTaken(
        say("The network did not take the change."),
        say("Look at the cable and at the values, then try again."),
    )
