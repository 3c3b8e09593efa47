"""What a line can do is told as it was seen: by calls first, then by tests, then by its model."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from hotline.calls.board import Board
from hotline.clock import Clock
from hotline.control.hardwaredesk import RESTARTS_NOW, RESTARTS_SOON, HardwareDesk
from hotline.control.messages.hardware import Ability, LineLook, LineRestart
from hotline.errors import HotlineError, LineDown
from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome as CallOutcome
from hotline.lines.port import Caller, Capabilities, Hardware, Reading
from hotline.storage.audit import Act
from hotline.storage.calls import Journal
from hotline.storage.complaints import Cases
from hotline.storage.linetests import Check, LineTest, LineTests, Outcome, SelfCall
from hotline.storage.schema import records_file
from hotline.storage.writer import Writer
from tests.storage.conftest import NOW

HOUR = timedelta(hours=1)
ANA = Caller("+37369000101")


@dataclass
class Line:
    """A line on a modem. busy: a call is on it. lost: it is being brought back."""

    name: str = "mobile"
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(channels=1, can_text=True)
    )
    what: Hardware = field(default_factory=lambda: Hardware("Quectel EC25", restarts=True))
    busy: bool = False
    lost: bool = False

    def reading(self) -> Reading:
        return Reading(-91, "Orange 4G")

    async def hardware(self) -> Hardware:
        return self.what

    def restart(self) -> bool:
        if self.lost:
            raise LineDown("The modem is lost.")
        return not self.busy

    def card(self) -> str:
        return "imei imsi"


@dataclass
class Wires:
    """A line that no modem carries."""

    name: str = "office"
    capabilities: Capabilities = field(default_factory=lambda: Capabilities(channels=2))


@dataclass
class Lines:
    """What is asked of the board."""

    lines: tuple[Any, ...]
    joins: bool = False

    def hands_on(self, card: str) -> bool:
        return self.joins and bool(card)


class World:
    def __init__(self, folder: Path) -> None:
        self.file = records_file(folder)
        self.file.prepare(NOW)
        self.writer = Writer(self.file, Clock())
        self.journal, self.cases = Journal(self.writer, 1), Cases(self.writer, 101)
        self.line, self.board = Line(), Lines(())
        self.board.lines = (self.line,)
        self.results = LineTests(self.writer, {})
        self.noted: list[tuple[Act, str, str]] = []
        self.desk = HardwareDesk(
            cast(Board, self.board), self.results, self.file, "pcma", self._note
        )

    def _note(self, act: Act, line: str, by: str) -> None:
        self.noted.append((act, line, by))

    async def can(self, what: str) -> Ability:
        self.writer.submit(lambda _database: None).result(10)
        seen = await self.desk.look(LineLook(line="mobile"))
        return next(one for one in seen.abilities if one.what == what)

    def call(self, outcome: CallOutcome, *, caller: Caller = ANA, key: str = "") -> int:
        number = self.journal.begin("mobile", caller, NOW)
        self.journal.answered(number, NOW)
        if key:
            self.journal.step(number, NOW, "key", "pressed 1", key=key)
        self.journal.end(number, NOW + HOUR, outcome)
        return number

    def tested(self, what: str, outcome: Outcome, at: timedelta = -HOUR) -> None:
        self.results.keep(LineTest("mobile", NOW + at, "", (Check(what, outcome, ""),)))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.writer.close()


async def test_before_any_call_only_what_the_model_can_do_is_told(world: World) -> None:
    assert (await world.can("answers")).state == "known"
    assert (await world.can("shows")).state == "unknown"
    assert (await world.can("connects")).state == "no"


async def test_a_real_call_proves_what_it_showed(world: World) -> None:
    number = world.call(CallOutcome.SPOKEN, key="1")
    opened = world.cases.open(CaseKind.MESSAGE, number, "", ANA, "ro", NOW)
    world.cases.filed(opened.number, 2.0)
    for what in ("answers", "shows", "keys", "records", "connects"):
        assert await world.can(what) == Ability(what=what, state="proven", at=NOW)  # type: ignore[arg-type]


async def test_a_call_without_a_number_shows_nobody(world: World) -> None:
    world.call(CallOutcome.MISSED, caller=Caller(None))
    assert (await world.can("shows")).state == "unknown"


async def test_the_call_of_the_box_to_its_own_line_proves_that_it_answers(world: World) -> None:
    called = SelfCall("mobile", NOW, "office", Outcome.WORKS, "")
    world.results.keep_self_call(called)
    assert await world.can("answers") == Ability(what="answers", state="proven", at=NOW)


@pytest.mark.parametrize(
    ("at", "state"), [(-HOUR, "proven"), (HOUR, "failed")], ids=["before", "afterwards"]
)
async def test_the_newer_of_a_call_and_a_test_is_believed(
    world: World, at: timedelta, state: str
) -> None:
    world.call(CallOutcome.MISSED, key="1")
    world.tested("keys", Outcome.FAILS, at)
    assert (await world.can("keys")).state == state


async def test_a_test_that_works_proves_it(world: World) -> None:
    world.tested("texts", Outcome.WORKS)
    assert await world.can("texts") == Ability(what="texts", state="proven", at=NOW - HOUR)


async def test_a_second_line_connects_the_callers_of_this_one(world: World) -> None:
    world.board.lines = (world.line, Wires())
    assert await world.can("connects") == Ability(what="connects", state="known", over="office")
    assert (await world.can("both")).state == "no"
    assert (await world.can("conference")).state == "known"


async def test_one_sim_card_connects_where_the_network_was_seen_to_join(world: World) -> None:
    world.line.capabilities = Capabilities(channels=1, can_text=True, hands_on=True)
    assert (await world.can("hands_on")).state == "unknown"
    assert (await world.can("connects")).state == "no"
    world.board.joins = True
    assert (await world.can("hands_on")).state == "proven"
    assert (await world.can("connects")).state == "known"


async def test_a_modem_for_texts_only_answers_nobody(world: World) -> None:
    world.line.what = Hardware("modem", speech=False)
    world.line.capabilities = Capabilities(channels=1, can_dial=False, can_text=True)
    states = {what: (await world.can(what)).state for what in ("answers", "keys", "texts")}
    assert states == {"answers": "no", "keys": "no", "texts": "known"}


async def test_the_expert_reads_what_it_is(world: World) -> None:
    seen = await world.desk.look(LineLook(line="mobile"))
    assert (seen.model, seen.dbm, seen.network) == ("Quectel EC25", -91, "Orange 4G")
    assert seen.restarts
    assert seen.codecs == "pcma"


@pytest.mark.parametrize(("busy", "words"), [(False, RESTARTS_NOW), (True, RESTARTS_SOON)])
async def test_a_restart_is_noted_with_who_wanted_it_and_waits_for_the_call(
    world: World, busy: bool, words: str
) -> None:
    world.line.busy = busy
    assert (await world.desk.restart(LineRestart(line="mobile", by="maria"))).words == words
    assert world.noted == [(Act.LINE_RESTARTED, "mobile", "maria")]


async def test_what_cannot_be_restarted_says_so_and_nothing_is_noted(world: World) -> None:
    world.board.lines = (world.line, Wires())
    world.line.lost = True
    for line in ("office", "mobile", "nobody"):
        with pytest.raises(HotlineError):
            await world.desk.restart(LineRestart(line=line, by="maria"))
    assert world.noted == []
