"""A box whose callers come over a modem, and which may have a SIP line beside it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.gsm import Ec25, Faults, MobileNetwork
from tests.sim.sip import Provider
from tests.stories.stage import PASSWORD, PLENTY, USER, Stage, office, voices

SIM = "+37369000900"


def modem_table(name: str, modem: Ec25, more: str = "") -> str:
    """The [[modem]] of box.toml."""
    return f"""
[[modem]]
name = "{name}"
at = "{modem.at}"
sound = "{modem.sound}"
model = "ec25"
{more}
"""


@dataclass
class Mobiles:
    """The stage on which callers come over a modem, that of the SIP line, and the modem itself."""

    stage: Stage
    sip: Stage
    modem: Ec25


@contextlib.asynccontextmanager
async def box_with_a_modem(
    folder: Path,
    spoken: Path,
    *,
    sip_first: bool = False,
    more: str = "",
    faults: Faults,
    network_time: datetime | None = None,
    **box_more: Any,
) -> AsyncIterator[Mobiles]:
    """Ready when both lines are up. sip_first: the box dials over SIP, else over the modem.

    box_more: what else `BoxUnderTest` takes.

    (A trunk stands before all modems: where the modem is to dial, the trunk only takes calls.)
    """
    async with contextlib.AsyncExitStack() as closing:
        provider = await closing.enter_async_context(await Provider.start(users={USER: PASSWORD}))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        ports = folder / "ports"
        ports.mkdir(parents=True)
        modem = closing.enter_context(Ec25(network, ports, SIM, faults))
        modem.services.clock = network_time
        outbound = "" if sip_first else "outbound = false"
        line = trunk("office", provider.address, user=USER, password=PASSWORD, more=outbound)
        tables = line + modem_table("mobile", modem, more)
        box = BoxUnderTest(folder, office(), tables, settings=PLENTY, **box_more)
        voice = voices(box.data, spoken)
        await closing.enter_async_context(running(box))
        target = await provider.registered(USER)
        await box.until(lambda status: all(one.up for one in status.lines), "all lines up")
        mobiles = Stage(box, network, modem, voice)  # type: ignore[arg-type]
        yield Mobiles(mobiles, Stage(box, provider, target, voice), modem)


@contextlib.asynccontextmanager
async def box_with_modems_alone(
    folder: Path, spoken: Path, sims: tuple[str, ...]
) -> AsyncIterator[Stage]:
    """A box with a modem for each of these SIM cards, and no other line. Callers ring the first."""
    async with contextlib.AsyncExitStack() as closing:
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        tables, modems = "", []
        for n, sim in enumerate(sims):
            ports = folder / f"ports{n}"
            ports.mkdir(parents=True)
            modems.append(closing.enter_context(Ec25(network, ports, sim)))
            tables += modem_table(f"mobile{n}", modems[n])
        box = BoxUnderTest(folder, office(), tables, settings=PLENTY)
        voice = voices(box.data, spoken)
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(one.up for one in status.lines), "all lines up")
        yield Stage(box, network, modems[0], voice)  # type: ignore[arg-type]


async def clear(mobiles: Mobiles) -> None:
    """Everybody hangs up, in both networks."""
    for stage in (mobiles.stage, mobiles.sip):
        await stage.clear()
