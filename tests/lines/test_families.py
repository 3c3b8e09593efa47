"""What the families of modems do in their own way, and what goes wrong with them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.lines.drivers import soon
from tests.lines.test_gsm import UP, SoundDouble
from tests.sim.gsm import (
    Ec25,
    Faults,
    Generic,
    GsmModem,
    Huawei,
    HuaweiFaults,
    MobileNetwork,
    RingingCall,
    Sim7600,
    SimcomFaults,
)
from tests.sim.sip import behaviours

from hotline.errors import CallerGone, LineDown
from hotline.lines import gsm, speechpath
from hotline.lines.gsm import GsmLine
from hotline.lines.port import Cause, Leg
from hotline.options import Modem, Secret

ANA = "+37369000101"
AT_ONCE = behaviours.answers(after=0.1, press="", thinks=0)


class Desk:
    """One line over a modem of any family, and who rang on it."""

    def __init__(self, folder: Path, kind: type[GsmModem], faults: Faults, pin: str) -> None:
        self.network = MobileNetwork()
        self.modem: Any = kind(self.network, folder, "+37369000900", faults)
        self.sound = SoundDouble()
        path = self.modem.sound if self.modem.has_sound else None
        told = Modem("mobile", self.modem.at, path, self.modem.model, pin=Secret(pin))
        self.line = GsmLine(told, "MD", self.sound if self.modem.has_sound else None)
        self.rings: asyncio.Queue[Leg] = asyncio.Queue()
        self.words: list[str] = []
        self.line.on_state = lambda state: self.words.append(state.words)

    async def until(self, true: Callable[[], Any], within: float = 15) -> None:
        async with asyncio.timeout(within):
            while not true():  # noqa: ASYNC110 - the modem tells nobody
                await asyncio.sleep(0.01)

    async def says(self, words: str) -> None:
        await self.until(lambda: words in self.line.state().words)

    async def free(self) -> None:
        await self.until(lambda: self.line.state().up and self.line.free_channels())

    async def answered(self) -> tuple[Any, Leg]:
        """A call, answered by the box."""
        call = await self.network.caller(ANA).call()
        leg = await asyncio.wait_for(self.rings.get(), 5)
        await asyncio.wait_for(leg.answer(), 20)
        return call, leg

    def asked(self, command: str) -> int:
        """How often the modem was asked this."""
        return self.modem.commands.count(command)


@contextlib.asynccontextmanager
async def desk(
    folder: Path, kind: type[GsmModem], faults: Faults | None = None, pin: str = ""
) -> AsyncIterator[Desk]:
    one = Desk(folder, kind, faults or Faults(), pin)
    with one.modem:
        await one.line.start(one.rings.put_nowait)
        try:
            yield one
        finally:
            await one.line.stop()
            await one.network.stop()


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    soon(monkeypatch)


async def end_of(leg: Leg) -> Cause:
    return await asyncio.wait_for(asyncio.shield(leg.gone), 10)


FAMILIES = [Ec25, Huawei, Sim7600, Generic]


@pytest.mark.parametrize("line_end", ["\r\n", "\r\r\n", "\r\n\r\n"])
@pytest.mark.parametrize("kind", FAMILIES)
async def test_every_family_is_set_up_however_it_ends_its_lines(
    tmp_path: Path, kind: type[GsmModem], line_end: str
) -> None:
    async with desk(tmp_path, kind, Faults(line_end=line_end, split=True)) as one:
        await one.until(lambda: one.line.state().up)


@pytest.mark.parametrize("kind", FAMILIES)
async def test_every_family_gets_its_pin_once_and_only_where_none_was_wrong_before(
    tmp_path: Path, kind: type[GsmModem]
) -> None:
    async with desk(tmp_path, kind, Faults(pin="1234"), pin="9999") as one:
        await one.says("a wrong one was given before")
        assert [c for c in one.modem.commands if c.startswith("AT+CPIN=")] == ['AT+CPIN="9999"']


@pytest.mark.parametrize("kind", [Ec25, Huawei, Sim7600])
async def test_the_sound_of_a_call_begins_and_ends_with_it(
    tmp_path: Path, kind: type[GsmModem]
) -> None:
    async with desk(tmp_path, kind) as one:
        await one.free()
        call, leg = await one.answered()
        assert one.sound.calls == ["begun"]
        await call.hang_up()
        await end_of(leg)
        await one.until(lambda: one.sound.calls == ["begun", "ended"])


async def test_a_call_whose_sound_card_cannot_be_opened_is_ended(tmp_path: Path) -> None:
    async with desk(tmp_path, Ec25) as one:
        await one.free()
        one.sound.broken = True
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        with pytest.raises(CallerGone):
            await asyncio.wait_for(leg.answer(), 10)
        assert await end_of(leg) is Cause.NO_SOUND
        assert not (await call.ended()).ours


# -- Huawei ----------------------------------------------------------------------------------------


async def test_huawei_s_sound_is_switched_on_in_every_call(tmp_path: Path) -> None:
    async with desk(tmp_path, Huawei) as one:
        await one.says(UP)
        for times in (1, 2):
            call, leg = await one.answered()
            assert one.asked("AT^DDSETEX=2") == times
            await call.hang_up()
            assert await end_of(leg) is Cause.HUNG_UP


@pytest.mark.parametrize("early", [True, False])
async def test_a_call_is_through_when_its_sound_is_whichever_word_comes_first(
    tmp_path: Path, early: bool
) -> None:
    faults = HuaweiFaults(early=early, late={"AT^DDSETEX=2": 1.0})
    async with desk(tmp_path, Huawei, faults) as one:
        await one.says(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        answering = asyncio.ensure_future(leg.answer())
        await call.answered()
        await call.lasts(0.6)
        assert not leg.answered.done()
        await asyncio.wait_for(answering, 5)


async def test_a_stick_whose_speech_is_locked_off_is_told_apart_at_once(tmp_path: Path) -> None:
    async with desk(tmp_path, Huawei, HuaweiFaults(claims=False)) as one:
        await one.says("carries no speech over USB")


async def test_a_stick_that_lies_about_its_speech_costs_no_caller_a_silent_call(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Huawei, HuaweiFaults(voice=False)) as one:
        await one.says(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        with pytest.raises(CallerGone):
            await asyncio.wait_for(leg.answer(), 10)
        assert await end_of(leg) is Cause.NO_SOUND
        assert not (await call.ended()).ours


@pytest.mark.parametrize(
    "faults",
    [
        HuaweiFaults(answers={"AT+CEER": "ERROR"}),
        HuaweiFaults(causes=False),
        HuaweiFaults(ends=False, reports=False),
    ],
    ids=["told why", "told that", "told nothing"],
)
async def test_why_nobody_answered_is_known_whatever_the_stick_tells(
    tmp_path: Path, faults: HuaweiFaults
) -> None:
    async with desk(tmp_path, Huawei, faults) as one:
        await one.says(UP)
        one.network.mobile(ANA, behaviours.rejects(486, after=0.3))
        assert await end_of(one.line.dial(ANA)) is Cause.BUSY


async def _thinks(call: RingingCall) -> None:
    """A network that takes its time until the telephone rings."""
    await call.lasts(1.5)
    call.ring()


async def test_a_second_caller_is_refused_only_when_that_does_not_kill_the_stick(
    tmp_path: Path,
) -> None:
    def waiting(state: int) -> str:
        return f'+CLCC: 1,0,{state},0,0,"{ANA}",145\r\n+CLCC: 2,1,5,0,0,"+37322900001",145\r\nOK'

    async with desk(tmp_path, Huawei) as one:
        await one.says(UP)
        ana = one.network.mobile(ANA, _thinks)
        leg = one.line.dial(ANA)
        call = await ana.rings()
        one.modem.faults.answers["AT+CLCC"] = waiting(2)
        await call.ringing()
        assert not one.asked("AT+CHLD=0")
        one.modem.faults.answers["AT+CLCC"] = waiting(3)
        await one.until(lambda: one.asked("AT+CHLD=0"))
        assert (await asyncio.wait_for(one.rings.get(), 5)).caller.number == "+37322900001"
        assert not one.modem.locked_up
        one.modem.faults.answers.clear()
        leg.hang_up()
        assert await end_of(leg) is Cause.OURS


async def test_a_stick_that_tells_keys_is_listened_to(tmp_path: Path) -> None:
    async with desk(tmp_path, Huawei, HuaweiFaults(tells=True)) as one:
        await one.says(UP)
        call, leg = await one.answered()
        await call.press("5")
        assert await asyncio.wait_for(leg.keys.get(), 5) == "5"


async def test_a_report_of_a_text_that_the_stick_stores_arrives_too(tmp_path: Path) -> None:
    kept: list[str] = []

    async def keep(_line: str, written: str) -> None:
        kept.append(written)

    async with desk(tmp_path, Huawei) as one:
        one.line.texts.on_text = keep
        await one.says(UP)
        await one.line.send_text(ANA, "hello", lambda _reference: None)
        await one.until(lambda: kept and not one.modem.texts.store)


# -- SIM7600 ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults",
    [SimcomFaults(refuses=2), SimcomFaults(ready_after=2.0), SimcomFaults(bare=True)],
    ids=["refuses at first", "takes its time", "says little"],
)
async def test_a_caller_is_through_when_simcom_s_sound_is(
    tmp_path: Path, faults: SimcomFaults
) -> None:
    refused = faults.refuses
    async with desk(tmp_path, Sim7600, faults) as one:
        await one.says(UP)
        call, leg = await one.answered()
        assert one.modem._pcm
        assert one.asked("AT+CPCMREG=1") == refused + 1
        assert one.asked("AT+CPCMREG=0,1") == bool(refused)
        await call.hang_up()
        assert await end_of(leg) is Cause.HUNG_UP


async def test_simcom_starts_anew_after_each_call_and_says_so(tmp_path: Path) -> None:
    async with desk(tmp_path, Sim7600, SimcomFaults(restarts=1.5)) as one:
        for times in (1, 2):
            await one.free()
            one.words.clear()
            call, _ = await one.answered()
            assert not one.modem.worn or one.modem._fresh
            await call.hang_up()
            await one.until(lambda: one.words[-1:] == [gsm.RESTING])
            await one.free()
            assert set(one.words) <= {gsm.RESTING, UP, "The modem looks for the mobile network."}
            assert one.asked("AT+CRESET") == times


async def test_a_modem_that_does_not_come_back_is_not_called_resting_for_ever(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path, Sim7600, SimcomFaults(restarts=3600.0)) as one:
        monkeypatch.setattr(one.line, "_quirks", replace(one.line._quirks, away_s=1.0))
        await one.free()
        call, _ = await one.answered()
        await call.hang_up()
        await one.says("There is no modem")


async def test_a_call_that_had_no_sound_costs_no_restart(tmp_path: Path) -> None:
    async with desk(tmp_path, Sim7600) as one:
        await one.free()
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        await call.hang_up()
        assert await end_of(leg) is Cause.HUNG_UP
        await one.free()
        assert not one.asked("AT+CRESET")


async def test_sound_that_never_comes_ends_the_call_instead_of_leaving_it_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(speechpath, "REGISTERED_S", 1.0)
    async with desk(tmp_path, Sim7600, SimcomFaults(ready_after=3600.0)) as one:
        await one.free()
        one.network.mobile(ANA, AT_ONCE)
        leg = one.line.dial(ANA)
        assert await end_of(leg) is Cause.NO_SOUND
        assert leg.answered.cancelled()


# -- a modem without sound -------------------------------------------------------------------------


async def test_a_modem_without_sound_answers_nobody_and_writes_everybody_down(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, Generic) as one:
        await one.says("carries texts only")
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        assert leg.caller.number == ANA
        with pytest.raises(CallerGone):
            await asyncio.wait_for(leg.answer(), 5)
        assert not (await call.ended()).ours
        assert await end_of(leg) is Cause.OURS
        assert not one.asked("ATA")
        assert one.rings.empty()


async def test_a_modem_without_sound_dials_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path, Generic) as one:
        await one.says("carries texts only")
        assert not one.line.capabilities.can_dial
        assert not one.line.free_channels()
        with pytest.raises(LineDown, match="carries no speech"):
            one.line.dial(ANA)


async def test_a_modem_without_sound_carries_texts(tmp_path: Path) -> None:
    async with desk(tmp_path, Generic) as one:
        await one.says("carries texts only")
        await one.line.send_text(ANA, "hello", lambda _reference: None)
        assert await one.network.texts.arrives(ANA) == "hello"
