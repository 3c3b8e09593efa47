"""A caller on the office's line is held by a flash, given back by another, left to a person."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.lines.test_fxo import ANA, Desk
from tests.sim.fxo import Faults, HangUp, Recall
from tests.sim.gsm import AirCall
from tests.sim.sip import behaviours
from tests.sim.sound import Silence, Tone

from hotline.at import voice
from hotline.at.voice import Encoding
from hotline.errors import LineDown
from hotline.lines.fxo import ON_HOOK_S, UP_AND_ON, OfficeLine
from hotline.lines.port import AsideLeg, Cause, Leg
from hotline.media.halfduplex import TurnTalk
from hotline.numbering import national
from hotline.options import VoiceModem as Options

BOSS = "+37369000101"
AT_ONCE = behaviours.answers(after=0.1, thinks=0)
NEVER = behaviours.never_answers()


class NoBridge:
    """A port of the bridge with nothing on it. music: but it may come at any moment."""

    def __init__(self, music: bool) -> None:
        self.stack = self.bridge = self
        self._music = music

    def port(self) -> Any:
        return self

    def post(self, do: Any) -> None:
        do()

    def swap(self, heard: bytes) -> bytes:
        return bytes(len(heard))

    def plays_to(self, _talk: Any) -> bool:
        return self._music

    def lift(self, _talk: Any) -> None: ...
    def refresh(self, _talk: Any) -> None: ...


class RealEars:
    """The line's sound, with the ear that listens to real lines."""

    def __init__(self, music: bool = False) -> None:
        self._music = music

    def open(self) -> None: ...

    def talk(self, encoding: Encoding) -> TurnTalk:
        return TurnTalk(NoBridge(self._music), encoding)  # type: ignore[arg-type]


class Held:
    """A caller on the line, and somebody whom the box rings meanwhile."""

    def __init__(self, one: Desk, caller: AirCall, first: Leg, phone: Any, second: Any) -> None:
        self.desk, self.caller, self.first = one, caller, first
        self.phone, self.second = phone, second

    async def back(self) -> None:
        await asyncio.wait_for(self.second.parted(), 30)
        assert not self.first.gone.done()
        assert self.desk.modem.held is None
        assert self.desk.modem._call is self.caller

    async def through(self) -> AirCall:
        """Until the person is heard."""
        await asyncio.wait_for(asyncio.shield(self.second.answered), 30)
        (call,) = self.phone.calls
        return call  # type: ignore[no-any-return]


@contextlib.asynccontextmanager
async def held(
    folder: Path,
    behaviour: Any = AT_ONCE,
    *,
    model: str = "usr5637",
    how: Recall = Recall.JOINS,
    flash_ms: int = 0,
    music: bool = False,
    **more: Any,
) -> AsyncIterator[Held]:
    one = Desk(folder, Faults(recall=how, **more), model, "MD")
    told = Options("office", one.modem.port, model, "transfer", flash_ms, "0")  # type: ignore[arg-type]
    one.line = OfficeLine(told, "MD", RealEars(music))
    one.line.on_state = lambda _state: one._changed.set()
    one.modem.outside = "0"
    phone = one.network.mobile(BOSS, behaviour, tone=Tone(2150))
    with one.modem:
        await one.line.start(one.rings.put_nowait)
        await one.until(UP_AND_ON)
        caller, first = await one.answered(tone=Tone(1800))
        second: AsideLeg = one.line.dial_aside(first, BOSS)
        yield Held(one, caller, first, phone, second)
        await one.line.stop()
        await one.network.stop()


@pytest.mark.parametrize("model", ["usr5637", "cx930xx"])
async def test_the_two_are_left_to_each_other_and_the_line_is_free(
    tmp_path: Path, model: str
) -> None:
    async with held(tmp_path, model=model) as it:
        person = await it.through()
        assert await it.second.join() is False
        it.second.hang_up()
        assert await asyncio.wait_for(it.first.gone, 5) is Cause.HANDED_ON
        await person.hears(Tone(1800), lasting=1)
        await it.caller.hears(Tone(2150), lasting=1)
        assert not it.desk.modem.off_hook
        await asyncio.sleep(5)
        assert it.desk.line.free_channels() == 1
        assert it.desk.rings.empty()
        assert it.desk.network.dialled == [BOSS]
        assert "ATDT0069000101" in it.desk.modem.commands


async def test_a_modem_that_takes_its_own_flash_for_a_hang_up_loses_nobody(tmp_path: Path) -> None:
    async with held(tmp_path, tells_flash=True) as it:
        await it.through()
        it.second.hang_up()
        await it.back()
        await it.caller.lasts(1)
        assert not it.first.gone.done()


async def test_who_was_not_taken_is_given_back(tmp_path: Path) -> None:
    async with held(tmp_path, NEVER) as it:
        await asyncio.wait_for(it.second.taken, 10)
        await it.caller.lasts(8)
        assert not it.second.answered.done()  # a ringing tone is nobody's voice
        it.second.hang_up()
        await it.back()
        assert it.desk.modem.flashes == 2


async def test_caller_and_person_hear_nothing_of_what_the_other_is_told(tmp_path: Path) -> None:
    async with held(tmp_path) as it:
        await it.through()
        first, second = it.first.audio, it.second.audio
        assert first.port() is None  # type: ignore[attr-defined]
        assert second.port() is not None
        it.second.hang_up()
        await it.back()
        assert first.port() is not None  # type: ignore[attr-defined]


@pytest.mark.parametrize("behaviour", [behaviours.rejects(after=0.2), behaviours.off()])
async def test_a_busy_telephone_is_heard_and_the_caller_is_back(
    tmp_path: Path, behaviour: Any
) -> None:
    async with held(tmp_path, behaviour) as it:
        assert await asyncio.wait_for(it.second.gone, 15) is Cause.BUSY
        await it.back()


async def test_who_picks_up_and_says_nothing_is_noticed(tmp_path: Path) -> None:
    async with held(tmp_path) as it:
        it.desk.network.mobiles[BOSS].manner = type(it.caller.manner)(Silence())
        await it.through()


@pytest.mark.parametrize("how", [HangUp.LOOP_BREAK, HangUp.BUSY])
async def test_a_person_who_hangs_up_does_not_lose_the_caller(tmp_path: Path, how: HangUp) -> None:
    async with held(tmp_path, hang_up=how) as it:
        person = await it.through()
        await person.hang_up()
        assert await asyncio.wait_for(it.second.gone, 10) is Cause.HUNG_UP
        await it.back()


async def test_who_hangs_up_on_hold_is_noticed_as_soon_as_he_would_be_back(tmp_path: Path) -> None:
    async with held(tmp_path, music=True) as it:
        person = await it.through()
        await it.caller.hang_up()
        it.second.hang_up()
        assert not (await person.ended()).ours
        assert await asyncio.wait_for(it.first.gone, 15) is Cause.HUNG_UP


async def test_an_exchange_without_recall_keeps_the_caller_and_nobody_is_rung(
    tmp_path: Path,
) -> None:
    async with held(tmp_path, how=Recall.NONE) as it:
        assert await asyncio.wait_for(it.second.gone, 15) is Cause.LINE_FAILED
        await it.back()
        assert it.desk.network.dialled == []


async def test_who_need_not_be_held_any_more_is_not_flashed_at(tmp_path: Path) -> None:
    async with held(tmp_path) as it:
        it.second.hang_up()
        await it.back()
        assert it.desk.modem.flashes == 0


async def test_a_modem_that_refuses_to_flash_rings_nobody(tmp_path: Path) -> None:
    async with held(tmp_path, answers={"AT+VTS=!": "ERROR"}) as it:
        assert await asyncio.wait_for(it.second.gone, 3) is Cause.LINE_FAILED
        await it.back()
        assert it.desk.network.dialled == []


async def test_an_exchange_that_rings_back_brings_the_caller_as_a_new_call(tmp_path: Path) -> None:
    async with held(tmp_path, how=Recall.RINGS_BACK, caller_id="before it") as it:
        await it.through()
        await it.second.join()
        it.second.hang_up()
        again = await asyncio.wait_for(it.desk.rings.get(), 20)
        await again.answer()
        assert it.desk.modem._call is it.caller
        assert it.desk.modem.off_hook_at[1] - it.desk.modem.on_hook_at[0] >= ON_HOOK_S


async def test_a_box_that_stops_gives_the_caller_back_before_it_hangs_up(tmp_path: Path) -> None:
    async with held(tmp_path, NEVER) as it:
        await asyncio.wait_for(it.second.taken, 10)
        await it.desk.line.stop()
        assert it.second.gone.done()
        assert it.caller.ending is not None  # nobody was left to a telephone that rings


async def test_an_exchange_that_drops_the_caller_at_a_flash_leaves_no_line_busy(
    tmp_path: Path,
) -> None:
    async with held(tmp_path, how=Recall.DROPS) as it:
        assert await asyncio.wait_for(it.first.gone, 30) is Cause.HUNG_UP
        await asyncio.sleep(3)
        assert it.desk.line.free_channels() == 1


async def test_the_length_of_a_flash_is_set_where_it_can_be(tmp_path: Path) -> None:
    async with held(tmp_path, model="cx930xx", flash_ms=100) as it:
        assert "ATS29=10" in it.desk.modem.commands


async def test_nobody_is_rung_beside_two_calls(tmp_path: Path) -> None:
    async with held(tmp_path) as it:
        await it.through()
        with pytest.raises(LineDown, match="in use"):
            it.desk.line.dial_aside(it.first, BOSS)


async def test_who_is_gone_is_not_handed_on(tmp_path: Path) -> None:
    async with held(tmp_path) as it:
        person = await it.through()
        await person.hang_up()
        await it.back()
        with pytest.raises(LineDown, match="could not be handed on"):
            await asyncio.wait_for(it.second.join(), 5)


async def test_a_line_whose_owner_did_not_ask_for_it_holds_nobody(tmp_path: Path) -> None:
    one = Desk(tmp_path, Faults(), "usr5637", "MD")
    assert not one.line.capabilities.hands_on
    assert one.line.card() == ""
    with pytest.raises(LineDown):
        one.line.dial_aside(None, ANA)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "other",
    [{"name": "hall"}, {"port": Path("/dev/other")}, {"flash_ms": 100}, {"outside": "0"}],
)
def test_what_was_proved_of_one_line_is_not_believed_of_another(other: dict[str, Any]) -> None:
    told = Options("office", Path("/dev/modem"), "cx930xx", "transfer")
    cards = {OfficeLine(one, "MD", RealEars()).card() for one in (told, replace(told, **other))}
    assert len(cards) == 2


@pytest.mark.parametrize(("country", "digits"), [("MD", "0069000101"), ("RO", "00037369000101")])
def test_numbers_are_dialled_as_at_home(country: str, digits: str) -> None:
    assert "0" + national(BOSS, country) == digits
    assert voice.dial(digits).text == f"ATDT{digits}"


@pytest.mark.parametrize("digits", ["", "+37369000101", "069;H", "W069"])
def test_nothing_but_digits_is_dialled(digits: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        voice.dial(digits)
