"""Texts over a modem: none is lost, none stops the next, none stops the calls."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from tests.lines.test_gsm import ANA, UP, Desk, desk
from tests.sim.gsm import Faults

from hotline.at import pdu
from hotline.at.pdu import Received, Report, Unreadable
from hotline.errors import HotlineError, LineDown, TextRefused
from hotline.lines import texts

LONG = "Жалоба: цветы завяли, а деньги не вернули. " * 5 + "🙂"


class Records:
    """Where texts go; `broken` keeps nothing."""

    def __init__(self) -> None:
        self.kept: list[tuple[str, str]] = []
        self.broken, self.poison = False, ""
        self._changed = asyncio.Event()

    async def keep(self, line: str, written: str) -> None:
        if self.broken:
            raise HotlineError("The disk is full.")
        if self.poison and self.poison in written:
            raise ZeroDivisionError
        self.kept.append((line, written))
        self._changed.set()

    def read(self) -> list[Received | Report | Unreadable]:
        return [pdu.decode(written) for _, written in self.kept]

    async def until(self, there: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not there():
                self._changed.clear()
                await self._changed.wait()


@contextlib.asynccontextmanager
async def texting(
    folder: Path, faults: Faults | None = None
) -> AsyncIterator[tuple[Desk, Records]]:
    """A line that is up, and where its texts go."""
    records = Records()
    async with desk(folder, faults) as one:
        one.line.texts.on_text = records.keep
        await one.until(UP)
        yield one, records


async def until(there: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not there():  # noqa: ASYNC110 - the modem tells nobody
            await asyncio.sleep(0.01)


def said(records: Records) -> list[str]:
    return [one.text for one in records.read() if isinstance(one, Received)]


# -- sending ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "faults",
    [Faults(), Faults(line_end="\r\r\n"), Faults(split=True), Faults(inside="^RSSI:26")],
)
async def test_a_text_arrives_whole_and_is_reported(tmp_path: Path, faults: Faults) -> None:
    async with texting(tmp_path, faults) as (one, records):
        taken: list[int] = []
        await one.line.send_text(ANA, LONG, taken.append)
        assert await one.network.texts.arrives(ANA) == LONG
        await records.until(lambda: len(records.kept) == len(taken))
        reports = [report for report in records.read() if isinstance(report, Report)]
        assert [report.reference for report in reports] == taken
        assert all(report.arrived for report in reports)


@pytest.mark.parametrize(
    ("code", "error", "words"),
    [
        (1, TextRefused, "the number is not in use"),
        (21, TextRefused, "rejects"),
        (331, LineDown, "no mobile network"),
        (500, LineDown, "error 500"),
    ],
)
async def test_a_refusal_is_said_in_words(
    tmp_path: Path, code: int, error: type[HotlineError], words: str
) -> None:
    async with texting(tmp_path) as (one, _):
        one.modem.texts.refuses = code
        with pytest.raises(error, match=words):
            await one.line.send_text(ANA, "hello", lambda _: None)
        assert one.line.state().up
        one.modem.texts.refuses = None
        await one.line.send_text(ANA, "hello again", lambda _: None)
        assert await one.network.texts.arrives(ANA) == "hello again"


async def test_nothing_is_sent_to_what_is_no_number(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, _):
        with pytest.raises(TextRefused):
            await one.line.send_text("+373;ATD112", "hello", lambda _: None)
        assert not [c for c in one.modem.commands if "CMGS" in c]


async def test_a_line_that_is_down_says_so_at_once(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, _):
        one.modem.unplug()
        await one.until("gone")
        with pytest.raises(LineDown):
            await one.line.send_text(ANA, "hello", lambda _: None)


async def test_a_modem_pulled_out_while_it_sends_ends_the_wait(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, _):
        one.modem.texts.takes_s = 60
        sending = asyncio.ensure_future(one.line.send_text(ANA, "hello", lambda _: None))
        await until(lambda: any("CMGS" in c for c in one.modem.commands))
        one.modem.unplug()
        with pytest.raises(LineDown):
            await asyncio.wait_for(sending, 5)


async def test_a_text_waits_while_somebody_talks(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, _):
        caller = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 15)
        await leg.answer()
        sending = asyncio.ensure_future(one.line.send_text(ANA, "hello", lambda _: None))
        await asyncio.sleep(0.3)
        assert not one.network.texts.got(ANA)
        await caller.hang_up()
        await asyncio.wait_for(sending, 15)
        assert await one.network.texts.arrives(ANA) == "hello"


async def test_a_prompt_left_open_by_a_run_that_was_killed_swallows_nothing(
    tmp_path: Path,
) -> None:
    one = Desk(tmp_path, Faults(), "")
    with one.modem:
        one.modem.texts.prompting = 20
        await one.line.start(one.rings.put_nowait)
        await one.until(UP)
        await one.line.send_text(ANA, "hello", lambda _: None)
        assert await one.network.texts.arrives(ANA) == "hello"
        assert [part.text for part in one.network.texts.parts] == ["hello"]
        await one.line.stop()


# -- receiving -------------------------------------------------------------------------------------


async def test_what_came_before_the_box_was_there_is_kept_and_then_deleted(tmp_path: Path) -> None:
    one = Desk(tmp_path, Faults(), "")
    records = Records()
    one.line.texts.on_text = records.keep
    with one.modem:
        one.network.texts.text(one.modem, ANA, LONG)
        assert len(one.modem.texts.store) > 1
        await one.line.start(one.rings.put_nowait)
        await until(lambda: not one.modem.texts.store)
        parts = [part for part in records.read() if isinstance(part, Received)]
        assert pdu.joined(parts) == LONG
        await one.line.stop()


async def test_a_text_that_comes_is_kept_at_once(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, records):
        await until(lambda: "AT+CMGL=4" in one.modem.commands)
        one.network.texts.text(one.modem, "Bank", "Ваш код 1234")
        await until(lambda: not one.modem.texts.store)
        assert said(records) == ["Ваш код 1234"]


async def test_a_text_that_cannot_be_kept_stays_in_the_modem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texts, "LOOK_EVERY_S", 0.2)
    async with texting(tmp_path) as (one, records):
        records.broken = True
        one.network.texts.text(one.modem, ANA, "keep me")
        await until(lambda: one.modem.commands.count("AT+CMGL=4") >= 3)
        assert len(one.modem.texts.store) == 1
        records.broken = False
        await until(lambda: not one.modem.texts.store)
        assert said(records) == ["keep me"]


async def test_a_store_that_is_full_and_silent_is_emptied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever listens for +CMTI alone never hears of a text again."""
    monkeypatch.setattr(texts, "LOOK_EVERY_S", 0.2)
    async with texting(tmp_path, Faults(answers={"AT+CNMI=2,1,0,1,0": "ERROR"})) as (one, records):
        one.modem.texts.room = 2
        for number in range(5):
            one.network.texts.text(one.modem, ANA, f"text {number}")
        await records.until(lambda: len(records.kept) == 5)
        assert said(records) == [f"text {number}" for number in range(5)]


async def test_a_text_that_makes_no_sense_stops_none_behind_it(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, records):
        one.network.texts.pass_on(one.modem, "07917363090000F0FF", "FF" * 20)
        one.network.texts.text(one.modem, ANA, "sense")
        await records.until(lambda: len(records.kept) == 3)
        await until(lambda: not one.modem.texts.store)
        assert [type(one) for one in records.read()] == [Unreadable, Unreadable, Received]


async def test_a_text_over_which_the_box_stumbles_stops_none_behind_it(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, records):
        (records.poison,) = one.network.texts.text(one.modem, ANA, "stumble")
        one.network.texts.text(one.modem, ANA, "sense")
        await records.until(lambda: len(records.kept) == 1)
        await until(lambda: len(one.modem.texts.store) == 1)
        one.network.texts.text(one.modem, ANA, "and more")
        await records.until(lambda: len(records.kept) == 2)
        assert said(records) == ["sense", "and more"]


async def test_what_somebody_else_wrote_into_the_store_is_left_there(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, records):
        draft = (2, "0011000B917363090001F10000A904F4F29C0E")
        one.modem.texts.store[1] = draft
        one.network.texts.text(one.modem, ANA, "hello")
        await records.until(lambda: len(records.kept) == 1)
        await until(lambda: one.modem.texts.store == {1: draft})
        assert said(records) == ["hello"]


async def test_texts_come_while_somebody_talks(tmp_path: Path) -> None:
    async with texting(tmp_path) as (one, records):
        caller = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 15)
        await leg.answer()
        one.network.texts.text(one.modem, ANA, "I am calling you")
        await records.until(lambda: len(records.kept) == 1)
        assert not leg.gone.done()
        await caller.hang_up()
