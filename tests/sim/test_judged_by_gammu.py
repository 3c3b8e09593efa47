"""gammu, which drives real modems, finds ours believable: calls and texts go to and fro."""

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


async def started(modem: Ec25, *words: str) -> asyncio.subprocess.Process:
    settings = modem.folder / "gammurc"
    settings.write_text(f"[gammu]\ndevice={modem.at}\nconnection=at115200\n")
    return await asyncio.create_subprocess_exec(
        "gammu", "-c", str(settings), *words,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip


async def gammu(modem: Ec25, *words: str) -> str:
    """What gammu says; it has to succeed."""
    child = await started(modem, *words)
    said, _ = await asyncio.wait_for(child.communicate(), 30)
    modem.closed()
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


async def test_it_diverts_calls_and_tells_of_it(modem: Ec25) -> None:
    await gammu(modem, "divert", "set", "outofreach", "voice", ANA, "20")
    assert modem.services.diverts == {3: ANA}
    assert f"Number               : {ANA}" in await gammu(
        modem, "divert", "get", "outofreach", "voice"
    )


async def test_it_asks_the_network_for_the_balance(modem: Ec25) -> None:
    modem.services.replies["*100#"] = '+CUSD: 0,"Balance 25.40 lei",15'
    child = await started(modem, "getussd", "*100#")
    assert child.stdout
    said = await asyncio.wait_for(child.stdout.readuntil(b"lei"), 20)
    child.terminate()  # it would wait for more for a long while
    await child.wait()
    assert b"Balance 25.40 lei" in said


CENTRE = ("-smscnumber", "+37369000000")


async def test_it_reads_texts_in_both_alphabets_and_all_their_parts(modem: Ec25) -> None:
    words = "Жалоба 🙂 " * 12
    modem.network.texts.text(modem, ANA, words)
    modem.network.texts.text(modem, "Bank", "code {1234} €")
    said = await gammu(modem, "getallsms")
    assert [part for part in said.split("\n\n") if part in words and part.strip()] != []
    assert "Concatenated (linked) message, ID (8 bit) 7, part 2 of 2" in said
    assert f'Remote number        : "{ANA}"' in said
    assert 'Remote number        : "Bank"' in said
    assert "code {1234} €" in said


async def test_it_sends_texts_in_both_alphabets_and_in_parts(modem: Ec25) -> None:
    await gammu(modem, "sendsms", "TEXT", ANA, *CENTRE, "-unicode", "-text", "Привет, Ана")
    assert await modem.network.texts.arrives(ANA) == "Привет, Ана"
    words = "hello {} " * 30
    await gammu(modem, "sendsms", "TEXT", ANA, *CENTRE, "-len", "400", "-text", words)
    assert await modem.network.texts.arrives(ANA) == words


async def test_it_deletes_a_text(modem: Ec25) -> None:
    modem.network.texts.text(modem, ANA, "hello")
    await gammu(modem, "deletesms", "0", "1")
    assert modem.texts.store == {}
