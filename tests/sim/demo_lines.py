"""The lines by which callers of the demo reach the shop; the shop dials its people over SIP."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from tests.sim.fxo import Faults, HangUp, VoiceModem
from tests.sim.gsm import AirCall, Ec25, MobileNetwork
from tests.sim.sip import OutgoingCall, Provider
from tests.sim.sound import Tone

Call = AirCall | OutgoingCall
SIMS = ("+37369000900", "+37369000901")  # one SIM card carries one call: two take two


@dataclass(frozen=True)
class Line:
    """tables: the line in box.toml. names: its lines there. call: a number, name and tone calls.

    mobiles: where callers cannot be connected, the network that brings the staff its texts.
    """

    tables: str
    names: tuple[str, ...]
    call: Callable[[str, str, Tone], Awaitable[Call]]
    mobiles: MobileNetwork | None = None


@contextlib.asynccontextmanager
async def sip(provider: Provider, _folder: Path) -> AsyncIterator[Line]:
    """Callers come over the shop's own account, too."""

    async def call(number: str, name: str, tone: Tone) -> Call:
        return await provider.caller(number, name=name, tone=tone).call(provider.box("shop"))

    yield Line("", (), call)


@contextlib.asynccontextmanager
async def gsm(_provider: Provider, folder: Path) -> AsyncIterator[Line]:
    """Callers ring the SIM cards of two modems, one after the other as a hunt group does."""
    network = MobileNetwork()
    async with contextlib.AsyncExitStack() as closing:
        closing.push_async_callback(network.stop)
        modems = [
            closing.enter_context(Ec25(network, _made(folder / f"modem{n}"), number))
            for n, number in enumerate(SIMS, 1)
        ]
        turn = itertools.cycle(modems)

        async def call(number: str, _name: str, tone: Tone) -> Call:
            return await network.caller(number, tone=tone).call(next(turn))

        names = tuple(f"sim{n}" for n in range(1, len(modems) + 1))
        tables = "".join(_table(*pair) for pair in zip(names, modems, strict=True))
        yield Line(tables, names, call)


@contextlib.asynccontextmanager
async def fxo(_provider: Provider, folder: Path) -> AsyncIterator[Line]:
    """Callers ring the shop's own telephone line; a GSM modem beside it sends texts.

    Its exchange says with a busy tone that a caller has gone, as in most of Europe.
    """
    network, air = MobileNetwork(), MobileNetwork()
    async with contextlib.AsyncExitStack() as closing:
        for one in (network, air):
            closing.push_async_callback(one.stop)
        modem = closing.enter_context(
            VoiceModem(network, _made(folder / "line"), faults=Faults(hang_up=HangUp.BUSY))
        )
        mobile = closing.enter_context(Ec25(air, _made(folder / "mobile"), SIMS[0]))

        async def call(number: str, _name: str, tone: Tone) -> Call:
            while modem.off_hook:  # noqa: ASYNC110 - who finds it busy tries again
                await asyncio.sleep(0.1)
            return await network.caller(number, tone=tone).call(modem)

        table = f"""
[[voice_modem]]
name = "line"
port = "{modem.port}"
model = "{modem.model}"
"""
        yield Line(table + _table("sim", mobile), ("line", "sim"), call, air)


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _table(name: str, modem: Ec25) -> str:
    return f"""
[[modem]]
name = "{name}"
at = "{modem.at}"
sound = "{modem.sound}"
model = "ec25"
outbound = false
"""


LINES = {"gsm": gsm, "sip": sip, "fxo": fxo}
