"""A NetworkManager of a few lines: one cable, an aerial, a disk, and what is up now."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

from hotline.lan.manager import Device
from hotline.lan.nmcli import NotTaken
from hotline.lan.wanted import Wanted
from hotline.lan.wifi import Heard, Join, Lock
from hotline.said import say

AT_FIRST = Wanted("eth0", IPv4Interface("192.168.1.9/24"), IPv4Address("192.168.1.1"))
GIVEN = IPv4Interface("192.168.1.77/24")  # what its router gives
IN_THE_AIR = IPv4Interface("192.168.7.30/24")  # and that of a Wi-Fi
ITS_OWN = IPv4Interface("10.42.0.1/24")  # while it is a Wi-Fi itself
HOTSPOT = Join("wlan0", b"hotline-ab12", Lock.PASSWORD, "its own one")
OLD = Join("wlan0", b"Office", Lock.PASSWORD, "the old one")
AIR = (
    Heard(b"Flori & Pomi", Lock.PASSWORD, 82),
    Heard(b"Cafe", Lock.OPEN, 60),
    Heard(b"<b>\xe2\x80\xaeevil\x07\xff", Lock.PASSWORD, 41),
    Heard(b"University", Lock.ACCOUNT, 33),
    Heard(b"Cellar", Lock.FOREIGN, 12),
)


class FakeManager:
    """broken: what it refuses to do, by the name of the method. plugged: is the cable in?

    air_disk, air_up: which Wi-Fi is on its disk, and which it is in.
    """

    def __init__(self) -> None:
        self.disk = self.up = AT_FIRST
        self.broken: set[str] = set()
        self.plugged = True
        self.air = AIR
        self.air_disk: Join | None = None
        self.air_up: Join | None = None
        self.looked = 0

    @property
    def address(self) -> str:
        """Where the box is."""
        return str((self.up.address or GIVEN).ip)

    async def devices(self) -> tuple[Device, ...]:
        cable = Device(
            "eth0",
            "cable",
            "cable-profile",
            self.up.address is not None,
            self.up.address or GIVEN,
            str(self.up.router or "192.168.1.1"),
            tuple(map(str, self.up.dns)),
        )
        aerial = Device("wlan0", "wifi")
        if self.air_up == HOTSPOT:
            aerial = replace(aerial, profile="hotspot", address=ITS_OWN, hotspot=True)
        elif self.air_up:
            aerial = replace(aerial, profile=_profile(self.air_up), address=IN_THE_AIR)
        return (cable if self.plugged else Device("eth0", "cable"), aerial)

    async def heard(self, device: str) -> tuple[Heard, ...]:
        used = self.air_up.name if self.air_up else None
        own = (Heard(HOTSPOT.name, Lock.PASSWORD, 0),) if self.air_up == HOTSPOT else ()
        return tuple(replace(one, used=one.name == used) for one in (*own, *self.air))

    async def look_around(self, device: str) -> None:
        self.looked += 1

    async def try_out(self, profile: str, wanted: Wanted | Join) -> None:
        if isinstance(wanted, Join):
            self.air_up = None
        self._may("try_out")
        if isinstance(wanted, Join):
            self.air_up = wanted
        else:
            self.up = wanted

    async def keep(self, profile: str, wanted: Wanted | Join) -> str:
        self._may("keep")
        if isinstance(wanted, Join):
            self.air_disk = wanted
            return _profile(wanted)
        self.disk = replace(wanted)
        return profile

    async def settle(self, profile: str, device: str) -> None:
        self._may("settle")
        if device == "wlan0":
            self.air_up = self.air_disk if profile else None
        else:
            self.up = self.disk

    def _may(self, what: str) -> None:
        if what in self.broken:
            raise NotTaken(say("The network did not take the change."), say("Try again."))


def _profile(join: Join) -> str:
    return f"wifi {join.name.hex()}"
