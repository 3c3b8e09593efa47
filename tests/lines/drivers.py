"""Every kind of line with its far side and the real sound engine, for the contract they all keep.

A new driver joins with one entry, in `BOTH_WAYS` or, if it only takes calls, in `INWARD`.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from tests.sim import fxo
from tests.sim.box import free_port, free_rtp_range
from tests.sim.browser import Browser
from tests.sim.gsm import (
    Ec25,
    Ec25Card,
    Faults,
    GsmModem,
    Huawei,
    MobileNetwork,
    Sim7600,
    SimcomFaults,
    modem,
)
from tests.sim.sip import Exchange

from hotline.lines import ladder
from hotline.lines.browser import BrowserLine
from hotline.lines.fxo import OfficeLine
from hotline.lines.gsm import GsmLine
from hotline.lines.port import Leg, Line
from hotline.lines.quirks import quirks_of
from hotline.lines.sip import Guard, SipLine
from hotline.media import tones
from hotline.media.browser import BrowserPlace
from hotline.media.halfduplex import TurnSound
from hotline.media.mixer import Mixer
from hotline.media.modem import ModemSound
from hotline.media.pjsip.stack import Pjsip
from hotline.media.rate import Known, Measured
from hotline.media.recorder import Recorder
from hotline.media.soundcard import CardSound
from hotline.options import Modem, Sip, Trunk, VoiceModem

HERE = "127.0.0.1"
NUMBER = "+37369000900"


@dataclass
class Driver:
    """A line that was started, and who can ring it.

    world: the network behind the line: its `caller` and `mobile`. target: what a caller rings.
    shows_numbers: False where nobody who calls has one.
    """

    line: Line
    world: Any
    target: Any
    engine: Mixer
    rings: asyncio.Queue[Leg] = field(default_factory=asyncio.Queue)
    shows_numbers: bool = True

    async def free(self, within: float = 20.0) -> None:
        """Wait until the line is up and in no call."""
        async with asyncio.timeout(within):
            while not (self.line.state().up and self.line.free_channels()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def rung(self, number: str = "", **manner: Any) -> tuple[Any, Leg]:
        """Somebody's call, and our leg of it."""
        call = await self.world.caller(number, **manner).call(self.target)
        return call, await asyncio.wait_for(self.rings.get(), 5)

    async def clear(self) -> None:
        """Everybody hangs up."""
        for call in self.world.calls:
            if call.ending is None:
                await call.hang_up()
        self.world.calls.clear()
        self.world.mobiles.clear()
        await self.free()
        while not self.rings.empty():
            self.rings.get_nowait()


@dataclass(frozen=True)
class Engine:
    """The real one, with a SIP port of its own. There can be only one in a process."""

    sip: Sip
    stack: Pjsip
    mixer: Mixer


@contextlib.asynccontextmanager
async def sound_engine(folder: Path) -> AsyncIterator[Engine]:
    """From start to stop."""
    first = free_rtp_range()
    sip = Sip(listen=HERE, port=free_port(), rtp_first=first, rtp_last=first + 199)
    stack = Pjsip(sip, 4)
    await stack.start()
    recorder = Recorder()
    mixer = Mixer(stack, recorder, tones.files(folder / "sounds").hush)
    yield Engine(sip, stack, mixer)
    mixer.close()
    await stack.stop()
    recorder.close()


@contextlib.asynccontextmanager
async def over_sip(engine: Engine, _folder: Path) -> AsyncIterator[Driver]:
    """A provider that wants no registration."""
    async with await Exchange.start() as far:
        host, port = far.address
        trunk = Trunk("line", "provider", host, port, register=False, channels=1)
        line = SipLine(trunk, "MD", engine.stack, Guard(engine.stack))
        driver = Driver(line, far, f"sip:a@{HERE}:{engine.sip.port}", engine.mixer)
        async with _started(driver):
            yield driver


@contextlib.asynccontextmanager
async def over(
    kind: type[GsmModem], engine: Engine, folder: Path, faults: Faults | None = None
) -> AsyncIterator[Driver]:
    """A modem of this family."""
    network = MobileNetwork()
    with kind(network, folder, NUMBER, faults) as far, _sound_cards(far):
        line = GsmLine(*_told(far, engine.stack))
        driver = Driver(line, network, far, engine.mixer)
        async with _started(driver):
            yield driver
        await network.stop()


@contextlib.contextmanager
def _sound_cards(far: GsmModem) -> Iterator[None]:
    """Only while it is there: PJSIP looks at all cards, and waits for one without a far end."""
    with pytest.MonkeyPatch.context() as patch:
        if isinstance(far, Ec25Card):
            patch.setenv("ALSA_CONFIG_PATH", str(far.alsa))
        yield


def _told(far: GsmModem, stack: Pjsip) -> tuple[Modem, str, Any]:
    """What `box` makes of box.toml."""
    if isinstance(far, Ec25Card):
        told = Modem("line", far.at, None, far.model, card=far.card)  # type: ignore[arg-type]
        return told, "MD", CardSound(stack, far.card)
    told = Modem("line", far.at, far.sound, far.model)  # type: ignore[arg-type]
    rate = Measured if quirks_of(told).any_rate else Known
    return told, "MD", ModemSound(stack, lambda: far.sound, rate)


@contextlib.asynccontextmanager
async def over_the_office_line(engine: Engine, folder: Path) -> AsyncIterator[Driver]:
    """A voice modem on an analogue line."""
    network = MobileNetwork()
    faults = fxo.Faults(caller_id="before it", ring_every=0.6)
    with fxo.VoiceModem(network, folder, NUMBER, faults) as far:
        told = VoiceModem("line", far.port, "usr5637")
        line = OfficeLine(told, "MD", TurnSound(engine.stack))
        driver = Driver(line, network, far, engine.mixer)
        async with _started(driver):
            yield driver
        await network.stop()


@contextlib.asynccontextmanager
async def over_the_page(engine: Engine, folder: Path) -> AsyncIterator[Driver]:
    """A browser, as far as the page's process passes it on."""
    network, path = MobileNetwork(), folder / "calling.sock"
    line = BrowserLine(path, [BrowserPlace(engine.stack)])
    driver = Driver(line, network, Browser(path), engine.mixer, shows_numbers=False)
    async with _started(driver):
        yield driver
    await network.stop()


@contextlib.asynccontextmanager
async def _started(driver: Driver) -> AsyncIterator[None]:
    await driver.line.start(driver.rings.put_nowait)
    try:
        await driver.free()
        yield
    finally:
        await driver.line.stop()


Start = Callable[[Engine, Path], AbstractAsyncContextManager[Driver]]
BOTH_WAYS: dict[str, Start] = {
    "sip": over_sip,
    "ec25": partial(over, Ec25),
    "ec25 as a sound card": partial(over, Ec25Card),
    "huawei": partial(over, Huawei),
    # Nothing but the bytes tells that this one sends 16000 samples a second.
    "sim7600 over LTE": partial(over, Sim7600, faults=SimcomFaults(wide=True, restarts=0.2)),
}
INWARD: dict[str, Start] = {"office line": over_the_office_line, "page": over_the_page}
DRIVERS = BOTH_WAYS | INWARD


def soon(patch: Any) -> None:
    """Modems come back and ring again sooner than real ones, and are waited for accordingly."""
    patch.setattr(ladder, "FIRST_RETRY_S", 0.3)
    patch.setattr(ladder, "LOOK_AGAIN_S", 0.3)
    patch.setattr(modem, "RING_EVERY_S", 0.6)
    patch.setattr("hotline.at.ringing.NO_MORE_RINGS_S", 1.2)
    patch.setattr("hotline.lines.fxo.ON_HOOK_S", 0.3)
