"""python-gsmmodem, which drives real modems, finds ours believable: calls and texts pass."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import pytest
import pytest_asyncio

from tests.sim.gsm import Ec25, Faults, MobileNetwork

gsmmodem = pytest.importorskip("gsmmodem")
ANA = "+37369000101"
VOICE = 0
pytestmark = pytest.mark.asyncio(loop_scope="module")


@dataclass
class Judged:
    """A modem and the library that drives it. rung, came: the calls and texts it tells of."""

    modem: Ec25
    network: MobileNetwork
    library: Any
    rung: asyncio.Queue[Any]
    came: asyncio.Queue[Any]

    async def until(self, wanted: Callable[[], object], what: str) -> None:
        """Wait until the library knows something."""
        for _ in range(200):
            if wanted():
                return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{what}; the modem was asked {self.modem.commands[-10:]}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Judged]:
    loop, network = asyncio.get_running_loop(), MobileNetwork()
    rung, came = asyncio.Queue[Any](), asyncio.Queue[Any]()
    # It knows a number only if it comes with RING, and takes a data session for its own call.
    faults = Faults(clip_after=0, data=False, pin="4321")
    with Ec25(network, tmp_path_factory.mktemp("gsmmodem"), "+37369000900", faults) as modem:
        library = gsmmodem.GsmModem(
            str(modem.at), 115200,
            incomingCallCallbackFunc=lambda call: loop.call_soon_threadsafe(rung.put_nowait, call),
            smsReceivedCallbackFunc=lambda text: loop.call_soon_threadsafe(came.put_nowait, text),
        )  # fmt: skip
        await asyncio.to_thread(library.connect, "4321")
        yield Judged(modem, network, library, rung, came)
        await network.stop()
        await asyncio.to_thread(library.close)


@pytest_asyncio.fixture(loop_scope="module")
async def judged(shared: Judged) -> AsyncIterator[Judged]:
    yield shared
    for call in shared.network.calls:
        await call.hang_up()
    shared.network.mobiles.clear()
    shared.modem.texts.store.clear()  # it misses a report that comes while it asks for something


async def test_it_is_identified_unlocked_and_in_the_network(judged: Judged) -> None:
    def known() -> tuple[object, ...]:
        library = judged.library
        return library.manufacturer, library.model, library.imei, library.imsi, library.networkName

    assert await asyncio.to_thread(known) == (
        "Quectel", "EC25", "861107030000016", "259010000000016", "Simulated",
    )  # fmt: skip
    assert await asyncio.to_thread(judged.library.waitForNetworkCoverage, 10) == 21


async def test_it_rings_with_the_number_and_is_answered(judged: Judged) -> None:
    call = await judged.network.caller(ANA).call()
    seen = await asyncio.wait_for(judged.rung.get(), 10)
    assert (seen.number, seen.type) == (ANA, VOICE)
    await asyncio.to_thread(seen.answer)
    await call.answered()
    await asyncio.to_thread(seen.hangup)
    assert not (await call.ended()).ours
    assert judged.library.activeCalls == {}


async def test_it_dials_and_sees_answer_and_end(judged: Judged) -> None:
    ana = judged.network.mobile(ANA)
    call = await asyncio.to_thread(judged.library.dial, ANA)
    rung = await ana.rings()
    assert not call.answered
    rung.answer()
    await judged.until(lambda: call.answered, "the call is answered")
    await rung.hang_up()
    await judged.until(lambda: not call.active, "the call is over")


async def test_it_hangs_up_what_it_dialled(judged: Judged) -> None:
    ana = judged.network.mobile(ANA)
    call = await asyncio.to_thread(judged.library.dial, ANA)
    rung = await ana.rings()
    await asyncio.to_thread(call.hangup)
    assert not (await rung.ended()).ours


@pytest.mark.parametrize("words", ["hello {1} €", "Привет, Ана"])
async def test_its_texts_arrive_and_it_hears_that_they_did(judged: Judged, words: str) -> None:
    sent = await asyncio.to_thread(judged.library.sendSms, ANA, words, True)
    assert await judged.network.texts.arrives(ANA) == words
    assert sent.report.deliveryStatus == 0
    assert judged.modem.texts.store == {}


async def test_its_long_texts_arrive_whole(judged: Judged) -> None:
    words = "Очень длинный текст. " * 10
    sent = await asyncio.to_thread(judged.library.sendSms, ANA, words)
    assert await judged.network.texts.arrives(ANA) == words
    await judged.until(lambda: sent.report is not None, "the last part is known to have arrived")


@pytest.mark.parametrize("words", ["hello {1} €", "Привет, Ана"])
async def test_texts_come_with_their_sender(judged: Judged, words: str) -> None:
    judged.network.texts.text(judged.modem, ANA, words)
    text = await asyncio.wait_for(judged.came.get(), 10)
    assert (text.number, text.text) == (ANA, words)
    await judged.until(lambda: judged.modem.texts.store == {}, "the text is deleted")


async def test_texts_of_which_it_was_not_told_are_found(judged: Judged) -> None:
    judged.modem.texts.reset()
    judged.network.texts.text(judged.modem, ANA, "hello")
    await asyncio.to_thread(judged.library.processStoredSms)
    assert (await asyncio.wait_for(judged.came.get(), 10)).text == "hello"
    assert judged.modem.texts.store == {}
