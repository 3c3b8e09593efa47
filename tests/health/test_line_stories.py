"""What the page tells of a modem that was pulled out, hung or was restarted, as it happened."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import pytest
from tests.sim import lateness, virtual
from tests.soak import World, recovered, world

from hotline.calls.board import Board
from hotline.clock import Clock
from hotline.errors import LineDown
from hotline.health.linewatch import LineWatch
from hotline.lines import ladder
from hotline.lines.gsm import GsmLine
from hotline.lines.keeper import WANTED
from hotline.lines.port import LineState
from hotline.storage import linehistory, linetroubles
from hotline.storage.database import DatabaseFile
from hotline.storage.linehistory import LineHistory, Quarter
from hotline.storage.linetroubles import Kind, LineTrouble, LineTroubles
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer

ANA = "+37369000101"
NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
# As tests/lines/conftest.py does for all that live in virtual time: bytes are real here, too.
pytestmark = pytest.mark.flaky(reruns=2, condition=lateness.stalled)


@dataclass
class Lines:
    """What of the board is watched."""

    lines: tuple[GsmLine, ...]


@dataclass
class Watched:
    """A modem's line, and what is kept of it."""

    modem: World
    file: DatabaseFile
    writer: Writer
    watch: LineWatch

    @property
    def line(self) -> GsmLine:
        return self.modem.ours.line

    def told(self) -> list[LineTrouble]:
        """The newest first."""
        self.watch.look()
        self.writer.submit(lambda _database: None).result(30)
        with self.file.reading() as database:
            return linetroubles.of_line(database, self.line.name, NOW - timedelta(days=1))

    def quarters(self) -> list[Quarter]:
        self.writer.submit(lambda _database: None).result(30)
        with self.file.reading() as database:
            return linehistory.quarters(
                database, self.line.name, NOW - timedelta(days=1), NOW + timedelta(days=1)
            )

    async def back(self) -> None:
        await recovered(self.modem, self.modem.ours, 300)


def play(folder: Path, story: Callable[[Watched], Awaitable[None]]) -> None:
    """With a modem that is up, in virtual time."""
    file = records_file(folder)
    file.prepare(NOW)
    writer = Writer(file, Clock())

    async def whole() -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        wall = Clock(wall=lambda: NOW + timedelta(seconds=loop.time() - began), monotonic=loop.time)
        async with world(folder, random.Random(7)) as one:
            line, heard = one.ours.line, one.ours.states.append
            board = cast(Board, Lines((line,)))
            watch = LineWatch(board, wall, LineHistory(writer), LineTroubles(writer))

            def changed(state: LineState) -> None:
                heard(state)
                watch.changed(line.name, state)

            line.on_state = changed
            line.on_mending(lambda step: watch.mending(line.name, step))
            keeping = asyncio.create_task(watch.keep())
            await asyncio.sleep(ladder.STEADY_S)
            await story(Watched(one, file, writer, watch))
            keeping.cancel()

    try:
        virtual.run(whole())
    finally:
        writer.close()


@pytest.mark.parametrize(
    ("cured_by", "done"),
    [
        ("restart", ["The box opens it anew.", "The box restarts it."]),
        (
            "reset",
            [
                "The box opens it anew.",
                "The box restarts it.",
                "The box resets its USB connection.",
            ],
        ),
    ],
)
def test_a_modem_that_hung_is_told_with_every_rung_and_what_helped(
    tmp_path: Path, cured_by: str, done: list[str]
) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.falls_ill(cured_by)
        await one.back()
        (told,) = one.told()
        assert told.kind is Kind.HUNG
        assert "does not answer" in told.why
        assert [step.did for step in told.steps if step.did] == done
        assert [step.helped for step in told.steps if step.did == done[-1]] == [True]
        assert told.ended is not None
        assert 1 < told.seconds <= 60

    play(tmp_path, story)


def test_a_modem_that_was_pulled_out_is_told_from_then_until_it_is_back(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.unplug()
        await asyncio.sleep(120)
        one.modem.stick.plug()
        await one.back()
        (told,) = one.told()
        assert told.kind is Kind.GONE
        assert told.why == "The modem is gone."
        assert told.seconds == pytest.approx(130, abs=25)
        assert told.steps[-1].helped

    play(tmp_path, story)


def test_the_seconds_that_are_told_are_those_that_are_counted(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.unplug()
        await asyncio.sleep(200)
        one.modem.stick.plug()
        await one.back()
        await asyncio.sleep(900)
        (told,) = one.told()
        assert sum(each.down for each in one.quarters()) == pytest.approx(told.seconds, abs=0.5)

    play(tmp_path, story)


def test_the_signal_and_the_operator_of_a_modem_are_kept(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        await asyncio.sleep(1000)
        (quarter, *_) = one.quarters()
        assert (quarter.lowest, quarter.mean, quarter.highest) == (-71, -71.0, -71)
        assert quarter.network == "Simulated 4G"
        assert quarter.heard > 80

    play(tmp_path, story)


# -- restarted by hand -----------------------------------------------------------------------------


def test_who_wants_a_modem_restarted_has_it_back_in_half_a_minute(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.falls_ill("restart", answers={"AT+COPS?": "ERROR"})
        assert one.line.restart()
        began = one.modem.now()
        await one.back()
        assert one.modem.now() - began <= 60
        assert one.modem.stick.done_to_it == ["restart"]
        (told,) = one.told()
        assert (told.kind, told.why) == (Kind.ASKED, WANTED)
        assert one.modem.ours.line.state().up

    play(tmp_path, story)


def test_a_modem_is_not_restarted_while_somebody_talks_but_right_afterwards(
    tmp_path: Path,
) -> None:
    async def story(one: Watched) -> None:
        modem = one.modem
        modem.stick.falls_ill("restart", answers={"AT+COPS?": "ERROR"})
        call = await modem.network.caller(ANA).call(modem.modem)
        leg = await modem.ours.rings.get()
        await leg.answer()
        assert not one.line.restart()
        assert not one.line.restart()
        await asyncio.sleep(60)
        assert call.ending is None
        assert modem.stick.done_to_it == []
        await call.hang_up()
        await asyncio.sleep(10)
        assert modem.stick.done_to_it == ["restart"]
        await one.back()
        await asyncio.sleep(60)
        assert modem.stick.done_to_it == ["restart"]

    play(tmp_path, story)


def test_a_modem_that_does_not_feel_its_restart_is_brought_back_by_what_does(
    tmp_path: Path,
) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.falls_ill("reset")
        assert one.line.restart()
        await one.back()
        assert one.modem.stick.done_to_it == ["reset"]

    play(tmp_path, story)


def test_a_modem_that_is_lost_cannot_be_restarted_and_the_owner_reads_why(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        one.modem.stick.unplug()
        await asyncio.sleep(5)
        with pytest.raises(LineDown, match="at it already"):
            one.line.restart()

    play(tmp_path, story)


def test_the_expert_reads_which_modem_it_is(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        one.modem.modem.imei = "861107030000111"
        hardware = await one.line.hardware()
        assert (hardware.imei, hardware.usb) == ("8611…0111", "1-1.3")
        assert hardware.firmware == one.modem.modem.firmware
        assert len(hardware.ports) >= 2
        assert "CREG 1" in hardware.registration

    play(tmp_path, story)


def test_who_rings_while_a_modem_is_asked_which_it_is_still_rings(tmp_path: Path) -> None:
    async def story(one: Watched) -> None:
        looking = asyncio.create_task(one.line.hardware())
        await one.modem.network.caller(ANA).call(one.modem.modem)
        leg = await asyncio.wait_for(one.modem.ours.rings.get(), 10)
        assert leg.caller.number == ANA
        await looking
        leg.hang_up()

    play(tmp_path, story)
