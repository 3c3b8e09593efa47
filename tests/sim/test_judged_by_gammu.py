"""gammu, which drives real modems, finds ours believable: it identifies it, dials and answers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest_asyncio

from tests.sim.gsm import Ec25, MobileNetwork

ANA = "+37369000101"
Gammu = Callable[..., Awaitable[str]]


@pytest_asyncio.fixture
async def modem(tmp_path: Path) -> AsyncIterator[Ec25]:
    network = MobileNetwork()
    with Ec25(network, tmp_path, "+37369000900") as modem:
        yield modem
        await network.stop()


async def gammu(modem: Ec25, *words: str) -> str:
    """What gammu says; it has to succeed."""
    settings = modem.folder / "gammurc"
    settings.write_text(f"[gammu]\ndevice={modem.at}\nconnection=at115200\n")
    child = await asyncio.create_subprocess_exec(
        "gammu", "-c", str(settings), *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    said, _ = await asyncio.wait_for(child.communicate(), 30)
    assert child.returncode == 0, said.decode()
    return said.decode()


async def test_it_is_identified(modem: Ec25) -> None:
    said = await gammu(modem, "identify")
    for words in ("Quectel", "EC25", "861107030000016", "259010000000016"):
        assert words in said


async def test_it_needs_no_pin(modem: Ec25) -> None:
    assert "Nothing to enter" in await gammu(modem, "getsecuritystatus")


async def test_it_dials_and_hangs_up(modem: Ec25) -> None:
    ana = modem.network.mobile(ANA)
    await gammu(modem, "dialvoice", ANA)
    rung = await ana.rings()
    assert rung.ending is None
    await gammu(modem, "cancelcall")
    assert not (await rung.ended()).ours


async def test_it_answers_a_call(modem: Ec25) -> None:
    call = await modem.network.caller(ANA).call()
    await gammu(modem, "answercall")
    await call.answered()
    await gammu(modem, "cancelcall")
    assert not (await call.ended()).ours
