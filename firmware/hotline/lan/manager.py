"""NetworkManager: what the box is connected by, what it hears, and a change on trial.

A change on trial is a profile that lives in memory alone: a box whose power is cut starts with the
one on its disk.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from ipaddress import IPv4Interface
from pathlib import Path

from hotline.lan.nmcli import WAIT_S, Nmcli, NotTaken, fields, several
from hotline.lan.wanted import Wanted
from hotline.lan.wifi import Heard, Join, Lock, heard, shown
from hotline.said import Said, say

TRIAL = "hotline-trial"  # the name of the profile
OFFICE = "office"  # and of the Wi-Fi's that holds; see boot/root/usr/lib/hotline/firstboot.sh
JOIN_S = 60  # for the password to be taken and an address to be given
GIVEN_S = 30  # of them for the address
KINDS = {"ethernet": "cable", "wifi": "wifi"}
# What a box heard before it became a Wi-Fi itself; see boot/root/usr/lib/hotline/hotspot.sh.
HEARD_BEFORE = Path("/run/hotline/wifis")
HEARD = "SSID-HEX,MODE,SIGNAL,SECURITY,IN-USE"
PASSWORD = "802-11-wireless-security.psk"  # noqa: S105 - the name of a setting
LOCKED_BY = {Lock.PASSWORD: "wpa-psk", Lock.NEWER: "sae"}


@dataclass(frozen=True)
class Device:
    """A plug or an aerial. kind: "cable" or "wifi". profile: what it is up with, "" if it is not.

    fixed: its address is not the router's gift. address: with the mask, None while it has none.
    hotspot: it is a Wi-Fi of the box itself, and leads nowhere.
    """

    name: str
    kind: str
    profile: str = ""
    fixed: bool = False
    address: IPv4Interface | None = None
    router: str = ""
    dns: tuple[str, ...] = ()
    hotspot: bool = False


class NetworkManager:
    """command: where nmcli is, or its name. before: what was heard before the box's own Wi-Fi."""

    def __init__(self, command: str = "nmcli", before: Path = HEARD_BEFORE) -> None:
        self._ask = Nmcli(command).ask
        self._before = before

    async def devices(self) -> tuple[Device, ...]:
        """What the box is connected by. Raises NotManaged."""
        listed = await self._ask("-t", "-f", "DEVICE,TYPE,CON-UUID", "device", "status")
        rows = [fields(line) for line in listed.splitlines()]
        return tuple(
            [
                await self._device(name, KINDS[kind], profile)
                for name, kind, profile in rows
                if kind in KINDS
            ]
        )

    async def heard(self, device: str) -> tuple[Heard, ...]:
        """Which Wi-Fis there are, as far as it is known already."""
        ask = ("device", "wifi", "list", "ifname", device, "--rescan", "no")
        lines = (await self._ask("-t", "-f", HEARD, *ask)).splitlines()
        with contextlib.suppress(OSError):  # there is none
            lines += self._before.read_text("utf-8", "replace").splitlines()
        return heard(row for row in map(fields, lines) if len(row) == 5)

    async def look_around(self, device: str) -> None:
        """What is heard is looked for again; it takes some seconds, and nobody waits for it."""
        with contextlib.suppress(NotTaken):  # it does so already, or is a Wi-Fi itself
            await self._ask("device", "wifi", "rescan", "ifname", device)

    async def try_out(self, profile: str, wanted: Wanted | Join) -> None:
        """Have the device up with `wanted`, until the power is cut or `settle`. Raises NotTaken."""
        await self._forget_trial()
        if isinstance(wanted, Join):
            await self._join(wanted)
            return
        await self._ask("connection", "clone", "--temporary", profile, TRIAL)
        await self._ask("connection", "modify", "--temporary", TRIAL, *_words(wanted))
        await self._ask("connection", "up", TRIAL, "ifname", wanted.device, wait=WAIT_S)

    async def keep(self, profile: str, wanted: Wanted | Join) -> str:
        """It is on the disk from here on, or what was there before is. Returns the profile."""
        if isinstance(wanted, Join):
            return await self._keep_trial()
        await self._ask("connection", "modify", profile, *_words(wanted))
        return profile

    async def settle(self, profile: str, device: str) -> None:
        """Have the device up with what the disk says; profile "": with nothing, if it may."""
        try:
            if profile in await self._profiles() and not await self._is_up(profile, device):
                await self._ask("connection", "up", profile, "ifname", device, wait=WAIT_S)
        finally:
            await self._forget_trial()  # a cable that is not plugged in comes up by itself later

    async def _join(self, wanted: Join) -> None:
        hidden = ("802-11-wireless.hidden", "yes") if wanted.hidden else ()
        lock = LOCKED_BY.get(wanted.lock)
        locked = ("802-11-wireless-security.key-mgmt", lock) if lock else ()
        address = ("ipv4.may-fail", "no", "ipv4.dhcp-timeout", str(GIVEN_S))
        new = ("type", "wifi", "ifname", wanted.device, "con-name", TRIAL, "ssid", wanted.name)
        by_hand = ("connection.autoconnect", "no")
        await self._ask(
            "connection", "add", "save", "no", *new, *by_hand, *hidden, *locked, *address
        )
        if locked:
            typed = f"set {PASSWORD} {_as_typed(wanted)}\nsave temporary\nquit\n"
            await self._ask("connection", "edit", TRIAL, typed=typed)
        try:
            await self._ask("connection", "up", TRIAL, "ifname", wanted.device, wait=JOIN_S)
        except NotTaken as trouble:
            raise NotTaken(_why_not(trouble.why, shown(wanted.name))) from None

    async def _keep_trial(self) -> str:
        """Its password is NetworkManager's already, which writes all of it at once."""
        before = await self._wifis()
        trial = (await self._ask("-g", "connection.uuid", "connection", "show", TRIAL)).strip()
        await self._ask(
            *("connection", "modify", trial, "connection.id", OFFICE),
            *("connection.autoconnect", "yes"),
        )
        for profile in before - {trial}:  # none comes back by itself some day
            await self._ask("connection", "delete", profile)
        return trial

    async def _wifis(self) -> set[str]:
        """Profiles of Wi-Fis that are the office's."""
        listed = await self._ask("-t", "-f", "UUID,TYPE", "connection", "show")
        rows = [fields(line) for line in listed.splitlines()]
        every = [uuid for uuid, kind in rows if kind == "802-11-wireless"]
        return {uuid for uuid in every if not await self._is_hotspot(uuid)}

    async def _profiles(self) -> set[str]:
        return set((await self._ask("-g", "UUID", "connection", "show")).split())

    async def _is_up(self, profile: str, device: str) -> bool:
        now = await self._ask("-g", "GENERAL.CON-UUID", "device", "show", device)
        return now.strip() == profile

    async def _is_hotspot(self, profile: str) -> bool:
        mode = await self._ask("-g", "802-11-wireless.mode", "connection", "show", profile)
        return mode.strip() == "ap"

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
        own = next((IPv4Interface(one) for one in several(addresses)), None)
        fixed = method.strip() == "manual"
        hotspot = kind == "wifi" and await self._is_hotspot(profile)
        names = tuple(several(dns))
        return Device(name, kind, profile, fixed, own, router.strip(), names, hotspot)


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


def _as_typed(wanted: Join) -> str:
    """nmcli takes spaces off both ends; what is reckoned out of such a password has none."""
    if wanted.password == wanted.password.strip():
        return wanted.password
    from hashlib import pbkdf2_hmac

    return pbkdf2_hmac("sha1", wanted.password.encode(), wanted.name, 4096, 32).hex()


def _why_not(why: str, name: str) -> Said:
    """Why it did not join, of NetworkManager's own words."""
    if "ecrets were required" in why or "802.1X supplicant" in why:
        return say("“%(name)s” did not take the password.", name=name)
    if "could not be found" in why:
        return say("“%(name)s” is not heard here.", name=name)
    if "IP configuration" in why:
        return say("“%(name)s” let the box in, but gave it no address.", name=name)
    return say("“%(name)s” did not let the box in.", name=name)
