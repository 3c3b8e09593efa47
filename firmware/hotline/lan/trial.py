"""Another address, or another Wi-Fi: it takes itself back, unless somebody confirms it from there.

Whatever is killed meanwhile, the disk of NetworkManager says what holds: the old way in until the
other one was confirmed, the new one from then on. Beginning anew therefore is always `settle`.

A Wi-Fi that takes nothing away from anybody holds as soon as it has given an address: beside a
cable, and where the box was in no network. A box that was a Wi-Fi itself would soon be none any
more, and found by nobody; if it does not get into the other one, hotspot.sh of the image opens its
own again as soon as the note of the trial is gone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Protocol

from hotline.errors import HotlineError
from hotline.lan.manager import Device
from hotline.lan.wanted import Wanted
from hotline.lan.wifi import Heard, Join, shown
from hotline.said import NOTHING, Said, say, together
from hotline.storage.durable import sync_directory, write_whole

TRIAL_S = 120.0  # to find the new address, log in there and press a button
JOIN_TRIAL_S = 300.0  # the same, and before that a telephone has to be moved to the other Wi-Fi
FAREWELL_S = 2.0  # for the answer to reach who asked, before the way to them is gone
JOIN_FAREWELL_S = 6.0  # for a page as well, which says where to go: no way leads back to it
AGAIN_S = 15.0  # after NetworkManager refused to take a change back

log = logging.getLogger(__name__)


class Manager(Protocol):
    """See lan/manager.py."""

    async def devices(self) -> tuple[Device, ...]: ...
    async def heard(self, device: str) -> tuple[Heard, ...]: ...
    async def look_around(self, device: str) -> None: ...
    async def try_out(self, profile: str, wanted: Wanted | Join) -> None: ...
    async def keep(self, profile: str, wanted: Wanted | Join) -> str: ...
    async def settle(self, profile: str, device: str) -> None: ...


@dataclass(frozen=True)
class Trial:
    """A change that nobody confirmed. by: who asked. until: loop time.

    profile: of NetworkManager, to go back to; "" if there is nothing. before: the address the box
    had. asks: does somebody have to confirm it?
    """

    wanted: Wanted | Join
    by: str
    profile: str
    before: IPv4Interface | None
    until: float
    asks: bool = True


@dataclass
class Lan:
    """The box's own network. path: where a trial is noted. busy: is a caller on the line?

    told: what became of the last trial, for who looks at the page again. kept: hears of a Wi-Fi
    that nobody had to confirm, and who asked for it.
    """

    manager: Manager
    path: Path
    busy: Callable[[], bool]
    patience: float = TRIAL_S
    join_patience: float = JOIN_TRIAL_S
    trial: Trial | None = None
    told: Said = NOTHING
    in_force: bool = False  # is the trial at work yet?
    stuck: bool = False  # does the old way in not come back, such as the Wi-Fi of a dead router?
    kept: Callable[[str, str], None] = lambda wifi, by: None
    _ending: asyncio.Task[None] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def resume(self) -> None:
        """At the start: nobody can confirm any more what was tried before it."""
        if (left := await asyncio.to_thread(_noted, self.path)) is not None:
            self.told = say("The box started anew before the change was confirmed.")
            self._ending = asyncio.create_task(self._settle(*left))

    async def close(self) -> None:
        """The next start settles what is on trial."""
        if self._ending:
            self._ending.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._ending

    @property
    def undecided(self) -> bool:
        """Is a change on trial, or being settled?"""
        return self.trial is not None or bool(self._ending and not self._ending.done())

    def left(self) -> float:
        """Seconds in which the trial may be confirmed."""
        now = asyncio.get_running_loop().time()
        return max(0.0, self.trial.until - now) if self.trial else 0.0

    async def begin(self, wanted: Wanted | Join, by: str) -> Trial:
        """Noted on the disk; the box goes there after a farewell. Raises HotlineError."""
        async with self._turn:
            if self.undecided and not self.stuck:
                raise HotlineError(
                    say("The network is being changed already."),
                    say("Confirm that change or take it back, then try again."),
                )
            if self.busy():
                raise HotlineError(
                    say("Somebody is on the telephone; the change would cut them off."),
                    say("Wait until the call is over, then try again."),
                )
            trial = self._trial(wanted, by, await self.manager.devices())
            await asyncio.to_thread(_note, self.path, trial.profile, wanted.device)
            if self._ending:
                self._ending.cancel()
            self.trial, self.told, self.in_force, self.stuck = trial, NOTHING, False, False
            self._ending = asyncio.create_task(self._try(trial))
            return trial

    async def confirm(self, by: str, at: str) -> None:
        """It holds for good. at: where the browser of `by` found the box, "" for its name.

        Raises HotlineError for somebody else, and for an address that is not the new one.
        """
        async with self._turn:
            trial = self._running()
            if by != trial.by:
                raise HotlineError(
                    say("%(who)s changes the network, and alone can confirm it.", who=trial.by)
                )
            device = _of(trial.wanted.device, await self.manager.devices())
            if not self.in_force or device.address is None or not _there(trial, device, at):
                raise HotlineError(
                    say("The change is confirmed from the new address alone."),
                    say("Open the page there, then press the button."),
                )
            await self._keep(trial)

    async def take_back(self) -> None:
        """The old way in, now. Raises HotlineError."""
        async with self._turn:
            self._end(self._running(), say("The change was taken back."))

    def _running(self) -> Trial:
        if self.trial is None:
            raise HotlineError(
                say("No change of the network waits to be confirmed."),
                say("Its time may be over. Look at the network, and try again."),
            )
        return self.trial

    def _trial(self, wanted: Wanted | Join, by: str, devices: tuple[Device, ...]) -> Trial:
        now = asyncio.get_running_loop().time()
        if not isinstance(wanted, Join):
            device = _of(wanted.device, devices)
            until = now + FAREWELL_S + self.patience
            return Trial(wanted, by, device.profile, device.address, until)
        aerial = _aerial(wanted.device, devices)
        left = aerial.profile if aerial.address and not aerial.hotspot else ""
        others = any(one.address for one in devices if one is not aerial)
        until = now + JOIN_FAREWELL_S + self.join_patience
        return Trial(wanted, by, left, aerial.address, until, asks=bool(left) and not others)

    async def _keep(self, trial: Trial) -> None:
        kept = await self.manager.keep(trial.profile, trial.wanted)
        told = say("The new address is confirmed.")
        if isinstance(trial.wanted, Join):
            told = say("The box is in the Wi-Fi “%(name)s” now.", name=shown(trial.wanted.name))
        self._end(replace(trial, profile=kept), told)

    def _end(self, trial: Trial, told: Said) -> None:
        self.trial, self.told = None, told
        if self._ending and self._ending is not asyncio.current_task():
            self._ending.cancel()
        self._ending = asyncio.create_task(self._settle(trial.profile, trial.wanted.device))

    async def _try(self, trial: Trial) -> None:
        await asyncio.sleep(JOIN_FAREWELL_S if isinstance(trial.wanted, Join) else FAREWELL_S)
        told = say("Nobody confirmed the change, so it was taken back.")
        try:
            await self.manager.try_out(trial.profile, trial.wanted)
            self.in_force = True
            if not trial.asks:
                await self._keep_at_once(trial)
            await asyncio.sleep(self.left())  # nothing is left where it was kept
        except HotlineError as trouble:
            told = together(trouble.cause, say("The change was taken back."))
        async with self._turn:
            if self.trial is trial:
                self._end(trial, told)

    async def _keep_at_once(self, trial: Trial) -> None:
        async with self._turn:
            if self.trial is trial and isinstance(trial.wanted, Join):
                await self._keep(trial)
                self.kept(shown(trial.wanted.name), trial.by)

    async def _settle(self, profile: str, device: str) -> None:
        """Until it is done: a box without its address is found by nobody."""
        await asyncio.sleep(FAREWELL_S)
        while True:
            try:
                await self.manager.settle(profile, device)
                break
            except HotlineError as trouble:
                log.warning("%s", trouble)
                self.stuck = True
            await asyncio.sleep(AGAIN_S)
        self.stuck = False
        await asyncio.to_thread(_forget, self.path)


def _of(name: str, devices: tuple[Device, ...]) -> Device:
    for device in devices:
        if device.name == name and device.profile:
            return device
    raise HotlineError(
        say("The box is not connected by %(device)s.", device=name),
        say("Plug the cable in, then try again."),
    )


def _aerial(name: str, devices: tuple[Device, ...]) -> Device:
    for device in devices:
        if device.name == name and device.kind == "wifi":
            return device
    raise HotlineError(
        say("The box has no Wi-Fi."),
        say("Plug a cable in, or a stick for Wi-Fi, then look again."),
    )


def _there(trial: Trial, device: Device, at: str) -> bool:
    """Was the box found by the way in that is on trial? A Wi-Fi is asked about where it is the only
    one, so that its name leads there, too."""
    named = isinstance(trial.wanted, Join) and at == ""
    return named or at == str(device.address and device.address.ip)


def _note(path: Path, profile: str, device: str) -> None:
    try:
        write_whole(path, json.dumps({"profile": profile, "device": device}).encode(), 0o600)
    except OSError as error:
        raise HotlineError(
            say("The change could not be written down: %(why)s.", why=error.strerror),
            say("See that the disk has room, then try again."),
        ) from None


def _noted(path: Path) -> tuple[str, str] | None:
    """Profile and device of a trial that was not ended."""
    try:
        kept = json.loads(path.read_bytes())
        return str(kept["profile"]), str(kept["device"])
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as damaged:
        log.warning("%s is damaged (%s), so no trial is ended by it", path.name, damaged)
        return None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    sync_directory(path.parent)
