"""A line that leaves caller and person to each other: what the box may say of it, and what not."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import confirmaside
from hotline.calls.confirming import Confirming, State
from hotline.calls.selftest import SelfTests
from hotline.errors import LineDown, NumberRefused
from hotline.lines.port import Caller, Capabilities, Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Person
from hotline.storage.audit import Audit
from hotline.storage.linetests import LineTests, Outcome, handing
from tests.calls.hotline import OFFICE, Hotline, StaffLine, Telephone

CARD = "office /dev/serial/by-id/modem usr5637"
OWNER, FRIEND, STRANGER = "+37369111222", "+37369111333", "+37322111222"
ASKED = {Prompt.WHISPER: "1", Prompt.SELF_TEST: "1"}


class Aside(Telephone):
    """Somebody rung while the caller is on hold."""

    def __init__(self, number: str, line: OfficeLine, caller: Telephone) -> None:
        super().__init__(Caller(number), ASKED)
        self._line, self._caller, self._joined = line, caller, False

    async def join(self) -> bool:
        if not self._line.joins:
            raise LineDown("The caller could not be handed on.")
        self._joined = True
        return False

    async def parted(self) -> None: ...

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        if self._joined:
            super().hang_up(Cause.HANDED_ON)
            self._caller.hang_up(Cause.HANDED_ON)
        super().hang_up(cause)


class OfficeLine(StaffLine):
    """A line that speaks or listens, calls nobody by itself, and hands on."""

    def __init__(self) -> None:
        super().__init__(full_duplex=False)
        self.capabilities = Capabilities(full_duplex=False, can_dial=False, hands_on=True)
        self.joins = self.picks_up = True

    def card(self) -> str:
        return CARD

    def dial_aside(self, caller: Telephone, number: str) -> Aside:
        phone = Aside(number, self, caller)
        if self.picks_up:
            phone.picks_up()
        self.rung.append(phone)
        return phone


class Mobile(StaffLine):
    """A modem with a SIM card beside it."""

    name = "mobile"


@pytest.fixture
def hotline(tmp_path: Path) -> Hotline:
    hotline = Hotline(tmp_path, replace(OFFICE, survey=False))
    hotline.line = OfficeLine()
    hotline.board.lines = (Mobile(full_duplex=True), hotline.line)
    hotline.board.hands_on = lambda card: card == CARD
    return hotline


async def test_who_was_handed_on_counts_as_spoken_with_and_its_length_is_not_claimed(
    hotline: Hotline,
) -> None:
    story = await hotline.called("1")
    assert (story.call.outcome, story.call.person) == ("spoken", "ana")
    steps = {step.what: step.words for step in story.steps}
    assert "how long the two talk the box cannot know" in steps["handed_on"]
    assert "until the caller was handed on" in steps["leg_cost"]
    assert "caller_gone" not in steps
    assert hotline.missed() == []


async def test_the_person_is_free_again_and_no_talk_is_counted(hotline: Hotline) -> None:
    await hotline.called("1")
    assert hotline.staff_is_free()
    assert not hotline.board.past_talks


async def test_nobody_is_rung_over_a_line_that_cannot_be_joined_with_the_caller_s(
    hotline: Hotline,
) -> None:
    mobile, line = hotline.board.lines
    hotline.line.picks_up = False  # type: ignore[attr-defined]
    caller = hotline.rings("1")
    await hotline.step(caller, "held")
    line.rung[0].hang_up(Cause.LINE_FAILED)  # type: ignore[attr-defined]
    await hotline.over(caller)
    assert mobile.rung == []  # type: ignore[attr-defined]


async def test_who_is_not_handed_on_after_all_leaves_a_message(hotline: Hotline) -> None:
    hotline.line.joins = False  # type: ignore[attr-defined]
    story = await hotline.called("1")
    assert story.call.outcome == "message"
    assert story.call.person != "ana"


async def test_a_line_that_was_not_tried_hands_on_nobody(hotline: Hotline) -> None:
    hotline.board.hands_on = lambda _card: False
    story = await hotline.called("1")
    assert story.call.outcome == "callback"
    assert hotline.line.rung == []


# -- what the test of it finds ---------------------------------------------------------------------


@pytest.fixture
def tried(hotline: Hotline, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    for name in ("handingtest.RINGS_FOR_S", "handingtest.RINGS_S", "handingtest.RING_S"):
        monkeypatch.setattr(f"hotline.calls.{name}", 0.05)
    for name in ("handingtest.KEY_S", "transfertest.KEY_S", "transfertest.CALL_S"):
        monkeypatch.setattr(f"hotline.calls.{name}", 0.05)
    return hotline


class Trial:
    """The doctor with two telephones."""

    def __init__(self, hotline: Hotline, *cards: str) -> None:
        writer: Any = hotline.records
        self.hotline, self.results = hotline, LineTests(writer, {}, cards)
        tests = SelfTests(hotline.exchange, self.results, switchboard=hotline.switchboard)
        self._run = asyncio.ensure_future(tests.run("office", OWNER, FRIEND))

    async def calls(self, number: str = OWNER, **presses: str) -> Telephone:
        """Somebody calls, once the line waits for it."""
        async with asyncio.timeout(5):
            while not self.hotline.switchboard.next_story:  # noqa: ASYNC110
                await asyncio.sleep(0)
        phone = self.hotline.rings("1", number)
        phone.presses = phone.presses | {Prompt[what]: key for what, key in presses.items()}
        await self.hotline.over(phone)
        return phone

    async def found(self) -> Outcome:
        test = await self._run
        return next(check.outcome for check in test.checks if check.what == "transfers")


async def test_what_both_telephones_proved_is_used_also_after_a_restart(tried: Hotline) -> None:
    trial = Trial(tried)
    await trial.calls(SELF_TEST="1")
    await trial.calls(SELF_TEST_HANDED="1")
    assert await trial.found() is Outcome.WORKS
    assert trial.results.hands_on(CARD)
    assert handing(tried.records.database) == {CARD}


async def test_telephones_that_did_not_hear_each_other_end_its_use(tried: Hotline) -> None:
    trial = Trial(tried, CARD)
    await trial.calls(SELF_TEST="1")
    await trial.calls(SELF_TEST_HANDED="2")
    assert await trial.found() is Outcome.FAILS
    assert not trial.results.hands_on(CARD)


async def test_an_exchange_that_holds_nobody_is_found_out(tried: Hotline) -> None:
    tried.line.picks_up = False  # type: ignore[attr-defined]
    trial = Trial(tried, CARD)
    await trial.calls(SELF_TEST="1")
    assert await trial.found() is Outcome.FAILS
    assert not trial.results.hands_on(CARD)


@pytest.mark.parametrize("second_call", [None, {}])
async def test_that_they_heard_each_other_is_believed_only_if_somebody_says_so(
    tried: Hotline, second_call: dict[str, str] | None
) -> None:
    trial = Trial(tried)
    await trial.calls(SELF_TEST="1")
    if second_call is not None:
        await trial.calls(**second_call)
    assert await trial.found() is Outcome.UNKNOWN
    assert not trial.results.hands_on(CARD)


async def test_nobody_who_calls_is_no_proof_either(tried: Hotline) -> None:
    assert await Trial(tried).found() is Outcome.UNKNOWN
    assert not tried.switchboard.next_story


async def test_another_caller_meanwhile_is_served_as_ever(tried: Hotline) -> None:
    trial = Trial(tried)
    stranger = await trial.calls(STRANGER)
    assert Prompt.SELF_TEST not in stranger.heard
    assert Prompt.GREETING_OPEN in stranger.heard
    assert await trial.found() is Outcome.UNKNOWN


async def test_a_caller_without_a_number_is_known_by_the_key(tried: Hotline) -> None:
    trial = Trial(tried)
    stranger = await trial.calls("")
    assert Prompt.SELF_TEST in stranger.heard
    assert Prompt.GREETING_OPEN in stranger.heard
    assert await trial.found() is Outcome.UNKNOWN


# -- confirming a number over such a line ----------------------------------------------------------


@pytest.fixture
def alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hotline:
    """A box with nothing but this line, and nobody confirmed."""
    monkeypatch.setattr(confirmaside, "KEY_S", 0.02)
    hotline = Hotline(tmp_path, replace(OFFICE, survey=False), confirmed=())
    hotline.line = OfficeLine()
    hotline.board.lines = (hotline.line,)
    hotline.board.hands_on = lambda card: card == CARD
    return hotline


def asking(hotline: Hotline) -> Confirming:
    writer: Any = hotline.records
    return Confirming(hotline.exchange, hotline.confirmed, Audit(writer), hotline.switchboard)


async def over(one: Confirming) -> None:
    for task in tuple(one._calls):
        await task


async def test_who_calls_the_line_and_presses_one_has_the_owner_rung_beside_the_call(
    alone: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = asking(alone)
    attempt = one.begin("ana", "maria")
    assert (attempt.line, attempt.state) == ("office", State.WAITING)
    await asyncio.sleep(0)
    monkeypatch.setitem(ASKED, Prompt.CONFIRM_ASK, attempt.code)
    caller = alone.rings()
    caller.presses = {Prompt.CONFIRM_CALL: "1"}
    story = await alone.over(caller)
    await over(one)
    assert attempt.state is State.CONFIRMED
    assert story.call.outcome == "self-service"
    assert caller.heard[-1] == Prompt.GOODBYE
    assert [phone.caller.number for phone in alone.line.rung] == ["+37369000101"]
    assert alone.staff_is_free()


async def test_a_customer_who_calls_meanwhile_is_served_as_ever(alone: Hotline) -> None:
    one = asking(alone)
    attempt = one.begin("ana", "maria")
    await asyncio.sleep(0)
    caller = alone.rings("2")
    story = await alone.over(caller)
    await over(one)
    assert story.call.outcome == "complaint"
    assert attempt.state is State.NOT_CALLED
    assert alone.line.rung == []


async def test_where_nobody_calls_nothing_waits_for_ever(
    alone: Hotline, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(confirmaside, "CALL_S", 0.02)
    one = asking(alone)
    attempt = one.begin("ana", "maria")
    await over(one)
    assert attempt.state is State.NOT_CALLED
    assert alone.switchboard.next_story == {}
    assert alone.staff_is_free()


async def test_a_line_that_has_not_proved_that_it_hands_on_confirms_nobody(alone: Hotline) -> None:
    alone.board.hands_on = lambda _card: False
    with pytest.raises(LineDown):
        asking(alone).begin("ana", "maria")
    assert alone.staff_is_free()


async def test_a_caller_of_such_a_box_is_promised_a_call_before_anybody_is_confirmed(
    alone: Hotline,
) -> None:
    alone.board.hands_on = lambda _card: False
    assert (await alone.called("1")).call.outcome == "callback"


@pytest.mark.parametrize("number", ["+37369000101", "+37390012345", "+40722123456", "112", "0112"])
async def test_over_the_callers_own_line_nobody_is_rung_who_may_not_be(
    alone: Hotline, number: str
) -> None:
    caller: Any = Telephone(Caller(STRANGER), {})
    taken = alone.board.engage(Person("ana", "Ana", number), lambda _seconds: None)
    assert taken
    with pytest.raises(NumberRefused):
        alone.board.dial_aside(taken, caller)
    assert alone.line.rung == []
