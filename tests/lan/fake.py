"""A NetworkManager of a few lines: one cable, a disk, and what is up now."""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Interface

from hotline.lan.manager import Device, NotTaken
from hotline.lan.wanted import Wanted

AT_FIRST = Wanted("eth0", IPv4Interface("192.168.1.9/24"), IPv4Address("192.168.1.1"))
GIVEN = IPv4Interface("192.168.1.77/24")  # what its router gives


class FakeManager:
    """broken: what it refuses to do, by the name of the method."""

    def __init__(self) -> None:
        self.disk = self.up = AT_FIRST
        self.broken: set[str] = set()

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
        return (cable, Device("wlan0", "wifi"))

    async def try_out(self, profile: str, wanted: Wanted) -> None:
        self._may("try_out")
        self.up = wanted

    async def keep(self, profile: str, wanted: Wanted) -> None:
        self._may("keep")
        self.disk = replace(wanted)

    async def settle(self, profile: str, device: str) -> None:
        self._may("settle")
        self.up = self.disk

    def _may(self, what: str) -> None:
        if what in self.broken:
            raise NotTaken("The network did not take the change.", "Try again.")
