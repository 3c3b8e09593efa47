"""A change of the address that takes itself back, unless somebody confirms it from there.

Whatever is killed meanwhile, the disk of NetworkManager says what holds: the old address until it
was confirmed, the new one from then on. Beginning anew therefore is always `settle`.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from ipaddress import IPv4Interface
from pathlib import Path
from typing import Protocol

from hotline.errors import HotlineError
from hotline.lan.manager import Device
from hotline.lan.wanted import Wanted
from hotline.said import NOTHING, Said, say, together
from hotline.storage.durable import sync_directory, write_whole

TRIAL_S = 120.0  # to find the new address, log in there and press a button
FAREWELL_S = 2.0  # for the answer to reach who asked, before the way to them is gone
AGAIN_S = 15.0  # after NetworkManager refused to take a change back

log = logging.getLogger(__name__)


class Manager(Protocol):
    """See lan/manager.py."""

    async def devices(self) -> tuple[Device, ...]: ...
    async def try_out(self, profile: str, wanted: Wanted) -> None: ...
    async def keep(self, profile: str, wanted: Wanted) -> None: ...
    async def settle(self, profile: str, device: str) -> None: ...


@dataclass(frozen=True)
class Trial:
    """A change that nobody confirmed. by: who asked. profile: of NetworkManager. until: loop time.

    before: the address the box had.
    """

    wanted: Wanted
    by: str
    profile: str
    before: IPv4Interface | None
    until: float


@dataclass
class Lan:
    """The box's own network. path: where a trial is noted. busy: is a caller on the line?

    told: what became of the last trial, for who looks at the page again.
    """

    manager: Manager
    path: Path
    busy: Callable[[], bool]
    patience: float = TRIAL_S
    trial: Trial | None = None
    told: Said = NOTHING
    in_force: bool = False  # is the trial at work yet?
    _ending: asyncio.Task[None] | None = None
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def resume(self) -> None:
        """At the start: nobody can confirm any more what was tried before it."""
        if (left := await asyncio.to_thread(_noted, self.path)) is not None:
            self.told = say("The box started anew before the new address was confirmed.")
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

    async def begin(self, wanted: Wanted, by: str) -> Trial:
        """Noted on the disk; the address changes after FAREWELL_S. Raises HotlineError."""
        async with self._turn:
            if self.undecided:
                raise HotlineError(
                    say("The address is being changed already."),
                    say("Confirm that change or take it back, then try again."),
                )
            if self.busy():
                raise HotlineError(
                    say("Somebody is on the telephone; the change would cut them off."),
                    say("Wait until the call is over, then try again."),
                )
            device = _of(wanted.device, await self.manager.devices())
            await asyncio.to_thread(_note, self.path, device.profile, device.name)
            until = asyncio.get_running_loop().time() + FAREWELL_S + self.patience
            self.trial = Trial(wanted, by, device.profile, device.address, until)
            self.told, self.in_force = NOTHING, False
            self._ending = asyncio.create_task(self._try(self.trial))
            return self.trial

    async def confirm(self, by: str, at: str) -> None:
        """The new address holds for good. at: where the browser of `by` found it.

        Raises HotlineError for somebody else, and for an address that is not the new one.
        """
        async with self._turn:
            trial = self._running()
            if by != trial.by:
                raise HotlineError(
                    say("%(who)s changes the address, and alone can confirm it.", who=trial.by)
                )
            device = _of(trial.wanted.device, await self.manager.devices())
            if not self.in_force or device.address is None or at != str(device.address.ip):
                raise HotlineError(
                    say("The change is confirmed from the new address alone."),
                    say("Open the page there, then press the button."),
                )
            await self.manager.keep(trial.profile, trial.wanted)
            self._end(trial, say("The new address is confirmed."))

    async def take_back(self) -> None:
        """The old address, now. Raises HotlineError."""
        async with self._turn:
            self._end(self._running(), say("The change was taken back."))

    def _running(self) -> Trial:
        if self.trial is None:
            raise HotlineError(
                say("No change of the address waits to be confirmed."),
                say("Its time may be over. Look at the address, and try again."),
            )
        return self.trial

    def _end(self, trial: Trial, told: Said) -> None:
        self.trial, self.told = None, told
        if self._ending and self._ending is not asyncio.current_task():
            self._ending.cancel()
        self._ending = asyncio.create_task(self._settle(trial.profile, trial.wanted.device))

    async def _try(self, trial: Trial) -> None:
        await asyncio.sleep(FAREWELL_S)
        told = say("Nobody confirmed the new address, so the change was taken back.")
        try:
            await self.manager.try_out(trial.profile, trial.wanted)
            self.in_force = True
            await asyncio.sleep(self.left())
        except HotlineError as trouble:
            told = together(trouble.cause, say("The change was taken back."))
        async with self._turn:
            if self.trial is trial:
                self._end(trial, told)

    async def _settle(self, profile: str, device: str) -> None:
        """Until it is done: a box without its address is found by nobody."""
        await asyncio.sleep(FAREWELL_S)
        while True:
            try:
                await self.manager.settle(profile, device)
                break
            except HotlineError as trouble:
                log.warning("%s", trouble)
            await asyncio.sleep(AGAIN_S)
        await asyncio.to_thread(_forget, self.path)


def _of(name: str, devices: tuple[Device, ...]) -> Device:
    for device in devices:
        if device.name == name and device.profile:
            return device
    raise HotlineError(
        say("The box is not connected by %(device)s.", device=name),
        say("Plug the cable in, then try again."),
    )


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
