"""What the page does about the box's own network."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from hotline.control.messages.network import (
    Network,
    NetworkAnswer,
    NetworkConfirm,
    NetworkDevice,
    NetworkHear,
    NetworkHeard,
    NetworkJoin,
    NetworkTakeBack,
    NetworkTrial,
    NetworkTry,
    NetworkWifi,
)
from hotline.control.table import Row, row
from hotline.lan.manager import Device
from hotline.lan.trial import Lan, Trial
from hotline.lan.wanted import Typed, Wanted, fixed
from hotline.lan.wifi import Chosen, Heard, Join, joined, kind, shown
from hotline.storage.audit import Act


@dataclass(frozen=True)
class NetworkDesk:
    """Part of the front desk. note: for the audit, which has the instant."""

    lan: Lan
    note: Callable[[Act, str, str], None]

    def rows(self) -> Iterator[Row]:
        """What it answers."""
        yield row(Network, lambda _: self.look())
        yield row(NetworkTry, self.try_out)
        yield row(NetworkHear, self.hear)
        yield row(NetworkJoin, self.join)
        yield row(NetworkConfirm, self.confirm)
        yield row(NetworkTakeBack, self.take_back)

    async def look(self) -> NetworkAnswer:
        """How it is. Raises HotlineError where the network is not the box's to change."""
        devices = await self.lan.manager.devices()
        trial = self._trial(self.lan.trial) if self.lan.trial else None
        shown = tuple(_shown(one) for one in devices)
        return NetworkAnswer(devices=shown, trial=trial, told=self.lan.told)

    async def try_out(self, ask: NetworkTry) -> NetworkAnswer:
        """Begin a change that takes itself back. Raises BadSettings with the places."""
        wanted = Wanted(ask.device)
        if ask.address:
            wanted = fixed(ask.device, Typed(ask.address, ask.mask, ask.router, ask.dns))
        if not ask.only_look:
            await self.lan.begin(wanted, ask.by)
            self.note(Act.NETWORK_TRIED, str(wanted.address or ""), ask.by)
        return await self.look()

    async def hear(self, ask: NetworkHear) -> NetworkHeard:
        """Which Wi-Fis there are; it never waits for the air."""
        aerial = await self._aerial()
        if aerial is None:
            return NetworkHeard()
        if ask.again:
            await self.lan.manager.look_around(aerial.name)
        air = await self._air(aerial)
        return NetworkHeard(
            device=aerial.name, hotspot=aerial.hotspot, wifis=tuple(map(_in_the_air, air))
        )

    async def join(self, ask: NetworkJoin) -> NetworkAnswer:
        """Begin to go into a Wi-Fi. Raises BadSettings with the places."""
        aerial = await self._aerial()
        name = aerial.name if aerial else ""
        air = await self._air(aerial) if aerial and ask.wifi else ()
        wanted = joined(name, Chosen(ask.wifi, ask.other, ask.password), air)
        await self.lan.begin(wanted, ask.by)
        self.note(Act.NETWORK_TRIED, shown(wanted.name), ask.by)
        return await self.look()

    async def confirm(self, ask: NetworkConfirm) -> NetworkAnswer:
        """Keep it."""
        await self.lan.confirm(ask.by, ask.at)
        self.note(Act.NETWORK_CHANGED, ask.at, ask.by)
        return await self.look()

    async def take_back(self, ask: NetworkTakeBack) -> NetworkAnswer:
        """Not keep it."""
        await self.lan.take_back()
        return await self.look()

    async def _air(self, aerial: Device) -> tuple[Heard, ...]:
        air = await self.lan.manager.heard(aerial.name)
        itself = aerial.hotspot  # it hears its own Wi-Fi, too
        return tuple(one for one in air if not (itself and one.used))

    async def _aerial(self) -> Device | None:
        devices = await self.lan.manager.devices()
        return next((one for one in devices if one.kind == "wifi"), None)

    def _trial(self, trial: Trial) -> NetworkTrial:
        wanted, address, wifi, patience = trial.wanted, None, None, self.lan.patience
        if isinstance(wanted, Join):
            wifi, patience = shown(wanted.name), self.lan.join_patience
        else:
            address = wanted.address
        return NetworkTrial(
            by=trial.by,
            device=wanted.device,
            address=str(address.ip) if address else "",
            seconds=min(self.lan.left(), patience),
            in_force=self.lan.in_force,
            wifi=wifi,
            asks=trial.asks,
        )


def _shown(device: Device) -> NetworkDevice:
    own = device.address
    return NetworkDevice(
        name=device.name,
        kind=device.kind,
        up=bool(device.profile),
        fixed=device.fixed,
        address=str(own.ip) if own else "",
        mask=str(own.netmask) if own else "",
        router=device.router,
        dns=device.dns,
        hotspot=device.hotspot,
    )


def _in_the_air(one: Heard) -> NetworkWifi:
    name, lock = shown(one.name), kind(one.lock)
    return NetworkWifi(id=one.id, name=name, bars=one.bars, lock=lock, used=one.used)
