"""A box whose callers come over a modem, and which may have a SIP line beside it."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from tests.sim.box import BoxUnderTest, running, trunk
from tests.sim.gsm import Ec25, Ec25Card, Faults, GsmModem, HuntGroup, MobileNetwork
from tests.sim.gsm.usb import Stick, UsbTree
from tests.sim.sip import Provider
from tests.stories.stage import OURS, PASSWORD, PLENTY, USER, Stage, office, voices

SIM = "+37369000900"


def modem_table(name: str, modem: GsmModem, more: str = "") -> str:
    """The [[modem]] of box.toml."""
    sound = f'card = "{modem.card}"' if isinstance(modem, Ec25Card) else f'sound = "{modem.sound}"'
    return f"""
[[modem]]
name = "{name}"
at = "{modem.at}"
{sound}
model = "{modem.model}"
{more}
"""


@dataclass
class Mobiles:
    """The stage on which callers come over a modem, that of the SIP line, and the modem itself.

    stick: the USB port it is in, for a box that has to look for it.
    """

    stage: Stage
    sip: Stage
    modem: GsmModem
    stick: Stick


@contextlib.asynccontextmanager
async def box_with_a_modem(
    folder: Path,
    spoken: Path,
    *,
    sip_first: bool = False,
    channels: int = 20,
    named: bool = True,
    more: str = "",
    faults: Faults,
    kind: type[GsmModem] = Ec25,
    network_time: datetime | None = None,
    **box_more: Any,
) -> AsyncIterator[Mobiles]:
    """Ready when both lines are up. sip_first: the box dials over SIP, else over the modem.

    (A trunk stands before all modems: where the modem is to dial, the trunk only takes calls, or
    all its channels are in use.) named: box.toml names the modem's ports; else the box finds it.
    box_more: what else `BoxUnderTest` takes.
    """
    async with contextlib.AsyncExitStack() as closing:
        provider = await closing.enter_async_context(await Provider.start(users={USER: PASSWORD}))
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        ports = folder / "ports"
        ports.mkdir(parents=True)
        modem = kind(network, ports, SIM, faults)
        modem.services.clock = network_time
        stick = closing.enter_context(Stick(modem, UsbTree(folder / "machine")))
        outbound = "" if sip_first else "outbound = false"
        login = {"user": USER, "password": PASSWORD}
        line = trunk("office", provider.address, channels=channels, more=outbound, **login)
        table = modem_table("mobile", modem, more) if named else '[[modem]]\nname = "mobile"\n'
        machine = {"HOTLINE_DEVICES": str(stick.tree.root)} | box_more.pop("environment", {})
        if isinstance(modem, Ec25Card):
            machine["ALSA_CONFIG_PATH"] = str(modem.alsa)
        box = BoxUnderTest(folder, office(), line + table, PLENTY, environment=machine, **box_more)
        voice = voices(box.data, spoken)
        await closing.enter_async_context(running(box))
        target = await provider.registered(USER)
        await box.until(lambda status: all(one.up for one in status.lines), "all lines up", 30)
        mobiles = Stage(box, network, modem, voice)  # type: ignore[arg-type]
        yield Mobiles(mobiles, Stage(box, provider, target, voice), modem, stick)


@contextlib.asynccontextmanager
async def box_with_modems(
    folder: Path,
    spoken: Path,
    sims: Sequence[str],
    more: str = "",
    beyond: Provider | None = None,
    channels: int = 20,
    **box_more: Any,
) -> AsyncIterator[Stage]:
    """A box with a modem for each of these SIM cards; callers ring the first that is free.

    more: of each [[modem]]. beyond: the provider over whose trunk the box dials, with so many
    channels; it dials over the modems where there is none. box_more: what else `BoxUnderTest`
    takes.
    """
    async with contextlib.AsyncExitStack() as closing:
        network = MobileNetwork()
        closing.push_async_callback(network.stop)
        login = {"user": USER, "password": PASSWORD}
        own = f'number = "{OURS}"\n'
        tables = ""
        if beyond:
            tables = trunk("office", beyond.address, channels=channels, more=own, **login)
        modems = []
        for n, sim in enumerate(sims):
            ports = folder / f"ports{n}"
            ports.mkdir(parents=True)
            modems.append(closing.enter_context(Ec25(network, ports, sim)))
            tables += modem_table(f"mobile{n}", modems[n], f'number = "{sim}"\n{more}')
        box = BoxUnderTest(folder, office(), tables, **{"settings": PLENTY} | box_more)
        voice = voices(box.data, spoken)
        await closing.enter_async_context(running(box))
        await box.until(lambda status: all(one.up for one in status.lines), "all lines up", 30)
        callers = HuntGroup(sims[0], modems) if len(modems) > 1 else modems[0]
        yield Stage(box, network, callers, voice, beyond)  # type: ignore[arg-type]


async def clear(mobiles: Mobiles) -> None:
    """Everybody hangs up, in both networks: callers first, who would else wait for another."""
    await mobiles.sip.all_hang_up()
    for stage in (mobiles.stage, mobiles.sip):
        await stage.clear()
