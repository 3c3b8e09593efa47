"""A modem that is lost comes back by itself, and while it is lost nobody else is."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from tests import soak
from tests.sim import lateness, virtual
from tests.soak import BOOTS_S, HUNG, UNPLUGGED, Report, World, recovered, world

from hotline.errors import CallerGone
from hotline.lines import ladder
from hotline.lines.finder import Finder
from hotline.lines.gsm import GsmLine
from hotline.lines.place import Place
from hotline.lines.port import Cause
from hotline.lines.quirks import MODELS
from hotline.options import Modem

ANA = "+37369000101"
# As conftest.py does for all rooms that live in real time: bytes are real here, too.
pytestmark = pytest.mark.flaky(reruns=2, condition=lateness.stalled)


def play(
    folder: Path, story: Callable[[World], Awaitable[None]], *, undisturbed: bool = True
) -> None:
    """With two modems, both in use, in virtual time. undisturbed: the other one's line stays up."""

    async def whole() -> None:
        async with world(folder, random.Random(7)) as one:
            await asyncio.sleep(ladder.STEADY_S)
            await story(one)
            if undisturbed:
                said = [state.words for state in one.other.states if not state.up]
                assert said == [], "the other line was disturbed"

    virtual.run(whole())


# -- the soak, in small ----------------------------------------------------------------------------

SAMPLE = [
    "unplugged in a call",
    "silent until its power is off",
    "lists no calls, until it is restarted",
    "never answers a call, until it is restarted",
]


def test_modems_that_are_pulled_out_or_hang_answer_again_in_time() -> None:
    report, seed = Report(), random.randrange(10**6)
    print(f"seed {seed}")
    soak.run(seed, SAMPLE, report)
    assert report.failures == [], f"with seed {seed}"
    assert all(report.took[name] for name in SAMPLE)


def test_the_soak_knows_at_least_25_ways_to_hang() -> None:
    assert len(HUNG) >= 25
    assert set(SAMPLE) <= HUNG.keys() | UNPLUGGED.keys()


# -- what is done to it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cured_by", "done"),
    [("restart", ["restart"]), ("reset", ["reset"]), ("power", ["reset", "power"])],
)
def test_a_hung_modem_is_brought_back_by_the_least_that_helps(
    tmp_path: Path, cured_by: str, done: list[str]
) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill(cured_by)
        began = one.now()
        assert await recovered(one, one.ours, 300) - began <= soak.HUNG_S
        assert one.stick.done_to_it == done

    play(tmp_path, story)


def test_the_owner_reads_what_the_box_does_and_at_last_what_to_do(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill("nothing")
        await asyncio.sleep(120)
        said = [state.words for state in one.ours.states]
        for words in ("restarts it", "resets its USB connection", "port off and on"):
            assert any(words in one for one in said), said
        assert said[-1].endswith(ladder.UNPLUG)

    play(tmp_path, story)


def test_a_modem_that_hangs_while_nobody_calls_is_noticed_in_20_seconds(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        await asyncio.sleep(one.dice.uniform(0, 20))
        one.stick.falls_ill("nothing")
        await asyncio.sleep(20)
        assert not one.ours.line.state().up

    play(tmp_path, story)


def test_a_dead_modem_is_left_in_peace_and_comes_back_when_it_is_plugged_in_again(
    tmp_path: Path,
) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill("nothing")
        await asyncio.sleep(420)
        assert one.stick.done_to_it.count("power") == 2
        assert await one.other.answers(ANA)
        one.stick.unplug()
        await asyncio.sleep(5)
        one.stick.plug()
        plugged = one.now() + BOOTS_S
        assert await recovered(one, one.ours, 300) - plugged <= soak.REPLUGGED_S

    play(tmp_path, story)


@pytest.mark.parametrize("cured_by", ["restart", "power"])
def test_a_box_that_stood_still_for_minutes_while_its_modem_hung_brings_it_back(
    tmp_path: Path, cured_by: str
) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill(cured_by)
        await asyncio.sleep(one.dice.uniform(10, 30))
        virtual.leap(400)
        woke = one.now()
        assert await recovered(one, one.ours, 300) - woke <= soak.HUNG_S

    play(tmp_path, story)


def test_nothing_is_done_to_a_modem_that_is_only_slow_to_wake_up(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        one.stick.deaf_s = 12.0
        one.stick.unplug()
        await asyncio.sleep(5)
        one.stick.plug()
        await recovered(one, one.ours, 60)
        assert one.stick.done_to_it == []

    play(tmp_path, story)


def test_nothing_is_done_to_a_modem_whose_sim_card_is_missing(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill("nothing", answers={"AT+CPIN?": "+CME ERROR: 10"})
        one.modem.forgets("RDY")
        await asyncio.sleep(600)
        assert "finds no SIM card" in one.ours.line.state().words
        assert one.stick.done_to_it == []

    play(tmp_path, story)


# -- calls -----------------------------------------------------------------------------------------


def test_nothing_is_done_while_somebody_talks(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        call = await one.network.caller(ANA).call(one.modem)
        leg = await one.ours.rings.get()
        await leg.answer()
        one.stick.falls_ill("nothing")
        await asyncio.sleep(3)  # no longer than a busy modem may be silent
        one.stick.recovers()
        await asyncio.sleep(9)
        assert call.ending is None
        assert not leg.gone.done()
        assert one.stick.done_to_it == []
        await call.hang_up()

    play(tmp_path, story)


def test_a_caller_whom_the_box_cannot_keep_sight_of_does_not_hold_on_in_silence(
    tmp_path: Path,
) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill("restart", answers={"AT+CLCC": "ERROR"})
        call = await one.network.caller(ANA).call(one.modem)
        leg = await one.ours.rings.get()
        with contextlib.suppress(CallerGone):
            await leg.answer()
        await call.ended(10)
        assert one.stick.done_to_it == ["restart"]

    play(tmp_path, story)


def test_nothing_is_done_to_a_modem_that_lists_its_calls_only_some_seconds_after_it_was_opened(
    tmp_path: Path,
) -> None:
    async def story(one: World) -> None:
        one.stick.falls_ill("nothing", answers={"AT+CLCC": "+CME ERROR: 14"})
        one.modem.forgets("RDY")
        await asyncio.sleep(5)
        assert not one.ours.line.state().up
        one.stick.recovers()
        began = one.now()
        assert await recovered(one, one.ours, 60) - began <= soak.REPLUGGED_S
        assert one.stick.done_to_it == []

    play(tmp_path, story)


def test_a_hang_up_whose_answer_is_lost_does_not_hold_the_line(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        await one.network.caller(ANA).call(one.modem)
        leg = await one.ours.rings.get()
        await leg.answer()
        one.modem.faults.late = {"AT+CHUP": 1e6}
        began = one.now()
        leg.hang_up()
        assert await leg.gone is Cause.OURS
        assert one.now() - began <= 20
        await one.ours.idle()

    play(tmp_path, story)


def test_a_caller_whom_the_modem_does_not_hang_up_on_is_not_served_again(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        await one.network.caller(ANA).call(one.modem)
        leg = await one.ours.rings.get()
        await leg.answer()
        one.stick.falls_ill("restart", answers={"AT+CHUP": "OK", "ATH": "OK"})
        leg.hang_up()
        await asyncio.sleep(120)
        assert one.ours.rings.empty()
        assert one.stick.done_to_it == ["restart"]

    play(tmp_path, story)


# -- which modem -----------------------------------------------------------------------------------


def test_a_line_follows_its_modem_by_the_number_printed_on_it(tmp_path: Path) -> None:
    async def story(one: World) -> None:
        finder = Finder(one.finder.bus)
        ours, other = one.stick, one.other.stick
        ours.modem.imei, other.modem.imei = "861107030000111", "861107030000222"
        await one.ours.line.stop()
        await one.other.line.stop()
        for stick in (ours, other):
            stick.unplug()
        ours.path, other.path = other.path, ours.path
        for stick in (other, ours):
            stick.plug()
        await asyncio.sleep(2 * BOOTS_S)
        for stick in (ours, other):
            told = Modem(f"by-{stick.modem.imei}", imei=stick.modem.imei)
            place = Place(told, finder, MODELS[told.model].restart)
            assert (await place.find()).usb == stick.path
            line = GsmLine(told, "MD", soak.SoundDouble(place), place)
            await line.start(lambda leg: leg.hang_up())
            await asyncio.sleep(20)
            assert line.state().up
            await line.stop()

    play(tmp_path, story, undisturbed=False)
