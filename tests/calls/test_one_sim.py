"""With one line that holds and joins callers, people are rung one by one and no caller is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import hunt, testcall
from hotline.calls.selftest import SelfTests
from hotline.errors import LineDown, NumberRefused
from hotline.lines.port import Caller, Capabilities, Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person, Strategy
from hotline.storage.linetests import LineTests, Outcome, handing
from tests.calls.hotline import ANA, OFFICE, Hotline, StaffLine, Telephone

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
CARD = "861107030000016 259010000000016"
OWNER, FRIEND = "+37369111222", "+37369111333"


class Aside(Telephone):
    """Somebody rung while the caller is on hold."""

    def __init__(self, number: str, line: OneSim) -> None:
        keys = {Prompt.WHISPER: line.key, Prompt.SELF_TEST: "2", Prompt.SELF_TEST_JOINED: "2"}
        super().__init__(Caller(number), keys)
        self._line, self.joined = line, False

    async def join(self) -> bool:
        if not self._line.joins:
            raise LineDown("The mobile network does not join the two calls.")
        self.joined = True
        return True

    async def parted(self) -> None:
        assert self.gone.done(), "somebody waits for a caller whose line is still in use"

    def hears(self, sentence: str) -> None:
        super().hears(sentence)
        if self.joined and self._line.both_press:
            self.keys.put_nowait("1")


class OneSim(StaffLine):
    """The caller's own line is the only one."""

    def __init__(self) -> None:
        super().__init__(full_duplex=True)
        self.capabilities = Capabilities(hands_on=True)
        self.joins = self.picks_up = self.both_press = True
        self.free = 0

    def free_channels(self) -> int:
        return self.free

    def card(self) -> str:
        return CARD

    def dial_aside(self, caller: Telephone, number: str) -> Aside:
        assert all(phone.gone.done() for phone in self.rung), "two rung at once over one SIM"
        phone = Aside(number, self)
        if self.picks_up:
            phone.picks_up()
        self.rung.append(phone)
        return phone


def one_sim(folder: Path, **office: Any) -> Hotline:
    hotline = Hotline(folder, replace(OFFICE, survey=False, **office))
    hotline.line = OneSim()
    hotline.board.lines = (hotline.line,)
    hotline.board.hands_on = lambda card: card == CARD
    return hotline


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hunt, "BACK_S", 0.01)


async def test_who_pressed_1_is_joined_by_the_network(tmp_path: Path) -> None:
    hotline = one_sim(tmp_path)
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    assert hotline.line.rung[0].joined  # type: ignore[attr-defined]
    hotline.line.rung[0].hang_up(Cause.HUNG_UP)
    assert (await hotline.over(caller)).call.outcome == "spoken"
    assert len(hotline.board.caps.spent) == 1
    assert hotline.staff_is_free()


async def test_the_caller_is_told_to_hold_before_the_line_falls_silent(tmp_path: Path) -> None:
    hotline = one_sim(tmp_path)
    caller = hotline.rings("1")
    heard_when_held: list[list[str]] = []
    hold = hotline.line.dial_aside  # type: ignore[attr-defined]

    def held(of: Telephone, number: str) -> Aside:
        heard_when_held.append(list(of.heard))
        return hold(of, number)  # type: ignore[no-any-return]

    hotline.line.dial_aside = held  # type: ignore[attr-defined]
    await hotline.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    await hotline.over(caller)
    assert Prompt.PLEASE_HOLD in heard_when_held[0]


@pytest.mark.parametrize("strategy", list(Strategy))
async def test_people_are_rung_one_by_one_whatever_the_ring_strategy(
    tmp_path: Path, strategy: Strategy
) -> None:
    hotline = one_sim(tmp_path, people=(ANA, ION), strategy=strategy)
    hotline.line.key = "2"
    story = await hotline.called("1")
    assert story.call.outcome == "message"
    assert {phone.caller.number for phone in hotline.line.rung} == {ANA.number, ION.number}


async def test_a_sim_card_that_was_not_tried_holds_nobody(tmp_path: Path) -> None:
    hotline = one_sim(tmp_path)
    hotline.board.hands_on = lambda _card: False
    story = await hotline.called("1")
    assert hotline.line.rung == []
    assert story.call.outcome == "message"


async def test_a_person_the_network_joins_not_is_told_and_the_caller_leaves_word(
    tmp_path: Path,
) -> None:
    hotline = one_sim(tmp_path)
    hotline.line.joins = False  # type: ignore[attr-defined]
    story = await hotline.called("1")
    (ana,) = hotline.line.rung
    assert Prompt.LINE_ERROR in ana.heard
    assert ana.gone.done()
    assert story.call.outcome == "message"
    assert "not_joined" in [step.what for step in story.steps]


async def test_nobody_stays_on_the_telephone_past_the_office_s_deadline(tmp_path: Path) -> None:
    hotline = one_sim(tmp_path, total_seconds=0)
    hotline.line.picks_up = False  # type: ignore[attr-defined]
    story = await hotline.called("1")
    assert all(phone.gone.done() for phone in hotline.line.rung)
    assert story.call.outcome == "message"
    assert hotline.staff_is_free()


async def test_who_hangs_up_on_hold_frees_the_person_and_is_missed(tmp_path: Path) -> None:
    hotline = one_sim(tmp_path)
    hotline.line.picks_up = False  # type: ignore[attr-defined]
    caller = hotline.rings("1")
    await hotline.step(caller, "held")
    caller.hang_up(Cause.HUNG_UP)
    story = await hotline.over(caller)
    assert hotline.line.rung[0].gone.done()
    assert story.call.outcome == "missed"
    assert hotline.missed() == [caller.caller.number]


# -- what the test of it finds ---------------------------------------------------------------------


@pytest.fixture
def tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """A hotline whose line was never tried; the first telephone follows the words."""
    monkeypatch.setattr(testcall, "KEY_S", 0.05)
    for name in ("RINGS_S", "RINGS_FOR_S", "RING_S", "KEY_S", "JOINED_KEYS_S"):
        monkeypatch.setattr(f"hotline.calls.handingtest.{name}", 0.05)
    hotline = one_sim(tmp_path)
    dial = hotline.line.dial
    hotline.line.free = 1  # type: ignore[attr-defined]

    def follows(number: str) -> Telephone:
        phone = dial(number)
        phone.presses = {Prompt.SELF_TEST: "1"}
        hotline.line.rung.clear()
        return phone

    hotline.line.dial = follows  # type: ignore[method-assign]
    return hotline


async def found(hotline: Hotline, tests: LineTests) -> Outcome:
    """What the test says of holding and joining."""
    test = await SelfTests(hotline.exchange, tests).run("office", OWNER, FRIEND)
    return next(check.outcome for check in test.checks if check.what == "transfers")


async def test_what_worked_once_is_used_from_then_on_also_after_a_restart(tried: Hotline) -> None:
    tests = LineTests(tried.records, {})  # type: ignore[arg-type]
    assert not tests.hands_on(CARD)
    assert await found(tried, tests) is Outcome.WORKS
    assert tests.hands_on(CARD)
    assert not tests.hands_on("another card")
    assert handing(tried.records.database) == {CARD}


@pytest.mark.parametrize("what", ["joins", "both_press"])
async def test_what_fails_in_the_test_is_used_no_more(tried: Hotline, what: str) -> None:
    tests = LineTests(tried.records, {}, {CARD})  # type: ignore[arg-type]
    setattr(tried.line, what, False)
    assert await found(tried, tests) is Outcome.FAILS
    assert not tests.hands_on(CARD)
    assert handing(tried.records.database) == set()


async def test_a_second_telephone_nobody_takes_proves_nothing(tried: Hotline) -> None:
    tests = LineTests(tried.records, {}, {CARD})  # type: ignore[arg-type]
    dial_aside = tried.line.dial_aside  # type: ignore[attr-defined]

    def rings_only(caller: Telephone, number: str) -> Aside:
        phone: Aside = dial_aside(caller, number)
        phone.taken.set_result(None)
        return phone

    tried.line.picks_up = False  # type: ignore[attr-defined]
    tried.line.dial_aside = rings_only  # type: ignore[attr-defined]
    assert await found(tried, tests) is Outcome.UNKNOWN
    assert tests.hands_on(CARD)


async def test_a_network_that_does_not_hold_is_found_out(tried: Hotline) -> None:
    tests = LineTests(tried.records, {})  # type: ignore[arg-type]
    tried.line.picks_up = False  # type: ignore[attr-defined]
    assert await found(tried, tests) is Outcome.FAILS


async def test_no_second_telephone_is_rung_that_may_not_be_dialled(tried: Hotline) -> None:
    tests = SelfTests(tried.exchange, LineTests(tried.records, {}))  # type: ignore[arg-type]
    with pytest.raises(NumberRefused):
        await tests.run("office", OWNER, "112")
    assert tried.line.rung == []


async def test_both_calls_of_the_test_cost_their_minutes(tried: Hotline) -> None:
    await found(tried, LineTests(tried.records, {}))  # type: ignore[arg-type]
    assert len(tried.board.caps.spent) == 2
    assert tried.board.caps.forwarding == 0
