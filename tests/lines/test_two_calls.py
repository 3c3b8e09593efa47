"""Who is on hold over a modem is not lost, whoever hangs up and whatever the network does."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.lines.test_gsm import Desk, SoundDouble, desk
from tests.sim.gsm import AirCall, Faults, RingingCall

from hotline.errors import LineDown
from hotline.lines.port import Cause, Leg
from hotline.lines.quirks import quirks_of
from hotline.lines.twocalls import SecondLeg
from hotline.options import Modem

ANA, CALLER = "+37369000101", "+37322000001"


class Talking(SoundDouble):
    """The sound of the modem; `away` says of which call it is not now."""

    def __init__(self) -> None:
        super().__init__()
        self.talks: list[Talk] = []

    def talk(self) -> Any:
        self.talks.append(Talk())
        return self.talks[-1]


class Talk:
    """The sound of one call."""

    def __init__(self) -> None:
        self.is_away = False

    def tells(self, _digit: str) -> bool:
        return True

    def away(self, away: bool) -> None:
        self.is_away = away


@dataclass
class Two:
    """A caller on hold and a person who talks with the box, over one modem."""

    desk: Desk
    caller: AirCall
    first: Leg
    rung: RingingCall
    second: SecondLeg

    @property
    def away(self) -> list[bool]:
        """Of which of the two calls the sound is not the modem's now."""
        return [talk.is_away for talk in self.desk.sound.talks]  # type: ignore[attr-defined]

    async def back(self) -> None:
        """Wait until the caller has the modem for himself again."""
        async with asyncio.timeout(10):
            await self.second.parted()

    def asked(self, command: str) -> bool:
        return command in self.desk.modem.commands


async def answered(one: Desk) -> tuple[AirCall, Leg]:
    await one.until("Callers can reach you")
    caller = await one.network.caller(CALLER).call()
    leg = await asyncio.wait_for(one.rings.get(), 5)
    await leg.answer()
    return caller, leg


async def rung_beside(one: Desk, first: Leg) -> tuple[RingingCall, SecondLeg]:
    ana = one.network.mobiles.get(ANA) or one.network.mobile(ANA)
    second = one.line.dial_aside(first, ANA)
    return await ana.rings(), second


@contextlib.asynccontextmanager
async def two_calls(folder: Path, *, answers: bool = True, **faults: Any) -> AsyncIterator[Two]:
    async with desk(folder, Faults(**faults), hands_on="conference", sound=Talking()) as one:
        caller, first = await answered(one)
        rung, second = await rung_beside(one, first)
        if answers:
            rung.answer()
            await asyncio.wait_for(second.answered, 5)
        else:
            await rung.ringing()
        yield Two(one, caller, first, rung, second)


async def test_the_sound_of_the_modem_is_that_of_the_person_while_the_caller_waits(
    tmp_path: Path,
) -> None:
    async with two_calls(tmp_path) as two:
        assert two.away == [True, False]
        two.second.hang_up()
        await two.back()
        assert two.away[0] is False
        assert not two.first.gone.done()
        assert not (await two.rung.ended()).ours


async def test_keys_are_those_of_the_person_while_the_caller_waits(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        await two.caller.press("9")
        await two.rung.press("1")
        assert await asyncio.wait_for(two.second.keys.get(), 2) == "1"
        assert two.first.keys.empty()


@pytest.mark.parametrize("ends", [True, False])
async def test_a_person_who_hangs_up_gives_the_caller_back(tmp_path: Path, ends: bool) -> None:
    async with two_calls(tmp_path, ends=ends, reports=ends) as two:
        await two.rung.hang_up()
        assert await asyncio.wait_for(two.second.gone, 10) is Cause.HUNG_UP
        await two.back()
        assert not two.first.gone.done()
        assert two.caller.ending is None
        assert two.desk.line.free_channels() == 0


@pytest.mark.parametrize("status", [486, 603])
async def test_a_person_who_is_busy_or_refuses_gives_the_caller_back(
    tmp_path: Path, status: int
) -> None:
    async with two_calls(tmp_path, answers=False) as two:
        two.rung.reject(status)
        cause = await asyncio.wait_for(two.second.gone, 10)
        assert cause is {486: Cause.BUSY, 603: Cause.REJECTED}[status]
        await two.back()
        assert not two.first.gone.done()


async def test_nothing_that_would_end_both_calls_is_asked_while_somebody_waits(
    tmp_path: Path,
) -> None:
    async with two_calls(tmp_path, answers=False) as two:
        two.second.hang_up()
        await two.back()
        assert not two.asked("AT+CHUP")
        assert not two.asked("ATH")
        assert two.caller.ending is None


async def test_somebody_who_is_not_dialled_yet_is_never_rung(tmp_path: Path) -> None:
    async with desk(tmp_path, hands_on="conference", sound=Talking()) as one:
        _caller, first = await answered(one)
        second = one.line.dial_aside(first, ANA)
        second.hang_up()
        assert await asyncio.wait_for(second.gone, 5) is Cause.OURS
        await asyncio.wait_for(second.parted(), 5)
        assert one.network.dialled == []
        assert not first.gone.done()


@pytest.mark.parametrize("answers", [False, True])
async def test_a_caller_who_hangs_up_on_hold_leaves_a_call_that_can_be_ended(
    tmp_path: Path, answers: bool
) -> None:
    async with two_calls(tmp_path, answers=answers) as two:
        await two.caller.hang_up()
        assert await asyncio.wait_for(two.first.gone, 10) is Cause.HUNG_UP
        assert not two.second.gone.done()
        assert two.desk.line.free_channels() == 0
        two.second.hang_up()
        assert await asyncio.wait_for(two.second.gone, 10) is Cause.OURS
        assert two.desk.line.free_channels() == 1


@pytest.mark.parametrize("who", ["caller", "person"])
async def test_of_two_who_are_joined_the_other_stays_when_one_leaves(
    tmp_path: Path, who: str
) -> None:
    async with two_calls(tmp_path) as two:
        await two.second.join()
        leaves, left = (two.caller, two.second) if who == "caller" else (two.rung, two.first)
        goes = two.first if who == "caller" else two.second
        await leaves.hang_up()
        assert await asyncio.wait_for(goes.gone, 10) is Cause.HUNG_UP
        assert not left.gone.done()
        left.hang_up()
        await asyncio.wait_for(left.gone, 10)
        assert two.caller.ending
        assert two.rung.ending
        assert two.desk.line.free_channels() == 1


async def test_to_hang_up_on_both_who_are_joined_ends_both(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        await two.second.join()
        two.second.hang_up()
        two.first.hang_up()
        await asyncio.wait_for(asyncio.gather(two.first.gone, two.second.gone), 10)
        assert two.caller.ending
        assert two.rung.ending


async def test_to_hang_up_on_a_caller_on_hold_ends_both(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        two.first.hang_up()
        two.second.hang_up()
        await asyncio.wait_for(asyncio.gather(two.first.gone, two.second.gone), 10)
        assert two.caller.ending


async def test_to_hang_up_on_a_caller_who_is_just_being_given_back_ends_the_call(
    tmp_path: Path,
) -> None:
    async with two_calls(tmp_path) as two:
        await two.rung.hang_up()
        async with asyncio.timeout(10):
            while two.desk.modem.commands.count("AT+CHLD=2") < 2:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        two.first.hang_up()
        assert await asyncio.wait_for(two.first.gone, 4) is Cause.OURS


async def test_an_operator_that_refuses_to_join_leaves_all_as_it_was(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        two.desk.network.joins = False
        with pytest.raises(LineDown, match="does not join"):
            await two.second.join()
        assert not two.second.gone.done()
        two.second.hang_up()
        await two.back()
        assert not two.first.gone.done()


async def test_an_operator_that_refuses_to_hold_rings_nobody_and_keeps_the_caller(
    tmp_path: Path,
) -> None:
    async with desk(tmp_path, hands_on="conference", sound=Talking()) as one:
        one.network.holds = False
        _caller, first = await answered(one)
        second = one.line.dial_aside(first, ANA)
        assert await asyncio.wait_for(second.gone, 5) is Cause.LINE_FAILED
        await asyncio.wait_for(second.parted(), 5)
        assert f"ATD{ANA};" not in one.modem.commands
        assert one.sound.talks[0].is_away is False  # type: ignore[attr-defined]
        assert not first.gone.done()


async def test_a_network_that_holds_too_late_gives_the_caller_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.lines.twocalls.ARRANGED_S", 0.1)
    async with desk(tmp_path, hands_on="conference", sound=Talking()) as one:
        caller, first = await answered(one)
        one.modem.arranging.ok_first, one.network.arranges_s = True, 0.6
        second = one.line.dial_aside(first, ANA)
        assert await asyncio.wait_for(second.gone, 5) is Cause.LINE_FAILED
        await asyncio.wait_for(second.parted(), 5)
        (row,) = one.modem.calls
        async with asyncio.timeout(10):
            while one.modem.commands.count("AT+CHLD=2") < 2 or row.state:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert caller.ending is None
        assert not first.gone.done()


async def test_a_network_that_says_ok_before_it_does_it_is_waited_for(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        two.desk.modem.arranging.ok_first, two.desk.network.arranges_s = True, 1.0
        await two.second.join()
        assert [call.joined for call in two.desk.modem.calls] == [True, True]
        two.second.hang_up()
        await two.back()
        assert [call.state for call in two.desk.modem.calls] == [0]


async def test_a_network_that_keeps_the_caller_is_left_and_the_line_comes_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.lines.twocalls.ARRANGED_S", 0.3)
    async with two_calls(tmp_path) as two:
        two.desk.modem.arranging.loses_held = True
        two.second.hang_up()
        assert await asyncio.wait_for(two.first.gone, 10) is Cause.LINE_FAILED
        await two.desk.until("Callers can reach you")


async def test_who_was_on_hold_when_the_box_starts_anew_is_led_on(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        two.desk.line._keeper.fail("as if the daemon had died")
        assert await asyncio.wait_for(two.first.gone, 5) is Cause.LINE_FAILED
        assert await asyncio.wait_for(two.second.gone, 5) is Cause.LINE_FAILED
        again = await asyncio.wait_for(two.desk.rings.get(), 20)
        assert again.caller.number == CALLER
        await asyncio.wait_for(again.answer(), 5)
        assert two.rung.ending
        assert two.caller.ending is None


async def test_only_a_caller_who_is_answered_is_put_on_hold(tmp_path: Path) -> None:
    async with desk(tmp_path, hands_on="conference", sound=Talking()) as one:
        await one.until("Callers can reach you")
        await one.network.caller(CALLER).call()
        ringing = await asyncio.wait_for(one.rings.get(), 5)
        with pytest.raises(LineDown, match="in use"):
            one.line.dial_aside(ringing, ANA)


async def test_nobody_is_rung_beside_two_calls(tmp_path: Path) -> None:
    async with two_calls(tmp_path) as two:
        with pytest.raises(LineDown, match="in use"):
            two.desk.line.dial_aside(two.first, ANA)


@pytest.mark.parametrize(
    ("modem", "can"),
    [
        (Modem("mobile"), True),
        (Modem("mobile", card="Android"), False),
        (Modem("mobile", model="huawei"), False),
        (Modem("mobile", model="sim7600"), False),
        (Modem("mobile", model="generic"), False),
    ],
)
def test_models_that_lose_the_sound_of_the_other_call_hold_nobody(modem: Modem, can: bool) -> None:
    assert quirks_of(modem).hands_on is can


async def test_a_modem_whose_owner_did_not_ask_for_it_holds_nobody(tmp_path: Path) -> None:
    async with desk(tmp_path) as one:
        await one.until("Callers can reach you")
        assert not one.line.capabilities.hands_on
        assert one.line.card() == ""
