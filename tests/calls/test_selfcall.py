"""Each day the box calls its own lines: a line that died is noticed before a caller is lost on it.

Two lines of one box, and a network between them that carries keys and sound, or does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import selfcall, selftest
from hotline.calls.notices import Texting
from hotline.calls.selfcall import SelfCalls
from hotline.inbox.outcome import Outcome as Ended
from hotline.lines.port import Caller, Capabilities, Cause, LineState
from hotline.media.catalogue import Prompt
from hotline.media.engine import Level
from hotline.storage import calls as journal
from hotline.storage import linetests
from hotline.storage.linetests import LineTests, Outcome
from tests.calls.hotline import ANA, BEEP, OFFICE, Ear, Hotline, Telephone

OFFICES, MOBILES = "+37322000001", "+37369000900"
NUMBERS = {"office": OFFICES, "mobile": MOBILES}
SHOP = replace(OFFICE, supervisor="ana", self_call="11:00")


class End(Telephone):
    """One end of a call over the network. deaf: no sound of the other end arrives."""

    def __init__(self, number: str | None, line: str) -> None:
        super().__init__(Caller(number), {})
        self.line = line
        self.far: End | None = None
        self.loud = self.deaf = False

    def picks_up(self) -> None:
        super().picks_up()
        if self.far is not None and not self.far.answered.done():
            self.far.picks_up()

    def hang_up(self, cause: Cause = Cause.OURS) -> None:
        super().hang_up(cause)
        if self.far is not None and not self.far.gone.done():
            self.far.hang_up(Cause.HUNG_UP)


class Wire(Ear):
    """The sound of one end."""

    def press(self, digits: str) -> None:
        far = getattr(self._leg, "far", None)
        for digit in digits if far else "":
            far.keys.put_nowait(digit)

    async def play(self, files: Sequence[Path], *, loop: bool = False) -> None:
        far = getattr(self._leg, "far", None)
        if far is not None:
            far.loud = not far.deaf
        await super().play(files, loop=loop)

    async def level(self) -> Level:
        return Level(1.0 if getattr(self._leg, "loud", False) else 0.0, 0.0)


class Mobile:
    """A line that can call the office's. shows: the number the office's line sees, None for hidden.

    network: "carries" calls, "loses" them, is "mute", or finds the line "busy" with a caller; deaf:
    which end hears nothing.
    """

    name = "mobile"

    def __init__(self, box: Hotline) -> None:
        self._box = box
        self.capabilities = Capabilities(channels=1)
        self.shows: str | None = MOBILES
        self.network, self.deaf = "carries", ""
        self.before: list[Any] = []
        self.dialled: list[str] = []

    def state(self) -> LineState:
        return LineState(True, "Ready.")

    def free_channels(self) -> int:
        return 1

    def dial(self, number: str) -> End:
        self.dialled.append(number)
        mine = End(number, self.name)
        for act in self.before:
            act()
        if self.network in ("loses", "busy"):
            mine.hang_up(Cause.BUSY if self.network == "busy" else Cause.UNREACHABLE)
            return mine
        theirs = End(self.shows, "office")
        mine.far, theirs.far = theirs, mine
        mine.deaf, theirs.deaf = self.deaf == "caller", self.deaf == "box"
        if self.network == "mute":
            mine.deaf = theirs.deaf = True
        self._box.switchboard.ring(theirs)
        return mine


class Shop(Hotline):
    """Eleven o'clock, when the box is to call itself. The clock of the tests begins then."""

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, SHOP)
        self.exchange.notices.texting = Texting("MD", lambda: 9)
        self.mobile = Mobile(self)
        lines: Any = (self.line, self.mobile)
        self.board.lines = lines
        engine: Any = self.exchange.engine
        engine.attach = lambda audio, keys, in_band: Wire(audio, self.faults, 3.0)
        # The staff's line dials first; it has no number of its own here, so it is not called over.
        self.starts()

    def starts(self) -> None:
        """As after a restart."""
        writer: Any = self.records
        known = linetests.self_calls(self.records.database)
        self.tests = LineTests(writer, {}, (), known)
        self.selfcalls = SelfCalls(self.exchange, self.switchboard, self.tests, NUMBERS)
        self.line.capabilities = replace(self.line.capabilities, can_dial=False)

    async def looks(self, *, again: bool = False) -> linetests.SelfCall | None:
        """Look; again: a second time, as a failure is believed when it is seen twice."""
        for _ in range(1 + again):
            await asyncio.wait_for(self.selfcalls.look(), 5)
        return self.tests.self_call("office")

    def outcomes(self) -> list[str]:
        """Of the calls in the journal, the first first."""
        rows = journal.recent(self.records.database, 99)
        return [str(call.outcome) for call in reversed(rows)]


@pytest.fixture
def shop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    for name, seconds in (
        ("PROOF_S", 0.2), ("ASKED_EVERY_S", 0.05), ("LATE_S", 0.01), ("LISTEN_S", 0.05),
        ("ANSWERED_S", 0.1),
    ):  # fmt: skip
        monkeypatch.setattr(selfcall, name, seconds)
    monkeypatch.setattr(selftest, "METER_S", 0.001)
    return Shop(tmp_path)


def alarms(shop: Shop) -> list[str]:
    return [one for one in shop.texts(ANA.number or "") if "line" in one]


async def test_a_line_on_which_callers_get_through_is_seen_to_work(shop: Shop) -> None:
    found = await shop.looks()
    assert found
    assert (found.outcome, found.over, found.worked) == (Outcome.WORKS, "mobile", True)
    assert shop.mobile.dialled == [OFFICES]
    assert linetests.self_calls(shop.records.database) == [found]


async def test_the_box_is_no_caller_of_its_own(shop: Shop) -> None:
    await shop.looks()
    assert shop.outcomes() == ["test"]
    assert shop.missed() == []
    assert shop.letters() == []
    (call,) = journal.recent(shop.records.database, 9)
    story = journal.get(shop.records.database, call.id)
    assert story
    assert "self_call" in [step.what for step in story.steps]
    assert shop.staff_is_free()


async def test_a_power_cut_in_the_middle_leaves_no_missed_caller(shop: Shop) -> None:
    call_id = shop.exchange.journal.begin("office", Caller(MOBILES), shop.time.now())
    shop.exchange.journal.is_test(call_id)
    journal.file_open_rows(shop.records.database, shop.time.now())
    assert shop.outcomes() == ["test"]


async def test_once_a_day_over_restarts_too(shop: Shop) -> None:
    await shop.looks()
    shop.starts()
    await shop.looks()
    assert len(shop.mobile.dialled) == 1
    shop.time.pass_by(timedelta(days=1))
    await shop.looks()
    assert len(shop.mobile.dialled) == 2


async def test_a_box_that_died_in_it_does_not_call_itself_again_that_day(shop: Shop) -> None:
    shop.mobile.before.append(asyncio.current_task().cancel)  # type: ignore[union-attr]
    with pytest.raises(asyncio.CancelledError):
        await shop.selfcalls.look()
    asyncio.current_task().uncancel()  # type: ignore[union-attr]
    shop.mobile.before.clear()
    shop.starts()
    await shop.looks()
    assert len(shop.mobile.dialled) == 1


@pytest.mark.parametrize(
    ("network", "deaf"), [("loses", ""), ("mute", ""), ("carries", "box"), ("carries", "caller")]
)
async def test_a_line_that_worked_and_does_not_any_more_is_an_alarm(
    shop: Shop, network: str, deaf: str
) -> None:
    await shop.looks()
    shop.time.pass_by(timedelta(days=1))
    shop.mobile.network, shop.mobile.deaf = network, deaf
    found = await shop.looks(again=True)
    assert found
    assert found.outcome is Outcome.FAILS
    assert alarms(shop) == ["Callers do not get through on the line office"]
    shop.time.pass_by(timedelta(days=1))
    await shop.looks(again=True)
    assert len(alarms(shop)) == 1
    shop.mobile.network, shop.mobile.deaf = "carries", ""
    shop.time.pass_by(timedelta(days=1))
    await shop.looks()
    assert alarms(shop)[1:] == ["Callers get through on the line office again"]


async def test_one_failure_may_be_the_networks_and_is_no_alarm(shop: Shop) -> None:
    await shop.looks()
    shop.time.pass_by(timedelta(days=1))
    shop.mobile.network = "loses"
    await shop.looks()
    shop.mobile.network = "carries"
    found = await shop.looks()
    assert found
    assert found.outcome is Outcome.WORKS
    assert alarms(shop) == []


async def test_a_day_full_of_callers_does_not_make_the_next_days_first_failure_an_alarm(
    shop: Shop,
) -> None:
    await shop.looks()
    shop.time.pass_by(timedelta(days=1))
    shop.mobile.network = "busy"
    callers: list[Telephone] = []
    shop.mobile.before.append(lambda: callers.append(shop.rings("2")))
    for tries in range(1, 5):
        await shop.looks()
        await shop.over(callers[-1])
        assert len(callers) == min(tries, selfcall.TRIES)
    shop.mobile.before.clear()
    shop.time.pass_by(timedelta(days=1))
    shop.mobile.network = "loses"
    await shop.looks()
    assert alarms(shop) == []
    await shop.looks()
    assert len(alarms(shop)) == 1


async def test_a_line_that_never_worked_is_no_alarm_but_the_doctor_knows(shop: Shop) -> None:
    shop.mobile.network = "loses"
    found = await shop.looks(again=True)
    assert found
    assert found.outcome is Outcome.FAILS
    assert alarms(shop) == []


@pytest.mark.parametrize("number", ["+37322111222", "", MOBILES])
@pytest.mark.parametrize(
    ("network", "outcome"), [("carries", Outcome.WORKS), ("busy", Outcome.UNKNOWN)]
)
async def test_a_caller_who_rings_meanwhile_is_served_as_ever(
    shop: Shop, number: str, network: str, outcome: Outcome
) -> None:
    """Also one who hides the number, or shows ours; beside our own call, or in its place."""
    shop.mobile.network = network
    callers: list[Telephone] = []
    shop.mobile.before.append(lambda: callers or callers.append(shop.rings("2", number)))
    found = await shop.looks()
    assert found
    assert found.outcome is outcome
    assert (found.words == selfcall.CALLER_FIRST) is (network == "busy")
    (caller,) = callers
    story = await shop.over(caller)
    assert story.call.outcome is Ended.COMPLAINT
    assert caller.heard.count(Prompt.GREETING_OPEN) == 1
    assert [one for one in shop.outcomes() if one == "missed"] == []


async def test_a_caller_who_knows_the_menu_and_comes_meanwhile_need_not_press_again(
    shop: Shop,
) -> None:
    callers: list[Telephone] = []

    def comes() -> None:
        caller = shop.rings()
        caller.presses = {"ringback": "2", BEEP: "#"}
        callers.append(caller)

    shop.mobile.before.append(lambda: callers or comes())
    await shop.looks()
    (caller,) = callers
    assert (await shop.over(caller)).call.outcome is Ended.COMPLAINT


async def test_nobody_is_called_while_a_caller_is_with_the_box(shop: Shop) -> None:
    caller = shop.rings("1")
    await shop.step(caller, "answered")
    await shop.looks()
    assert shop.mobile.dialled == []
    caller.hang_up(Cause.HUNG_UP)
    await shop.over(caller)


@pytest.mark.parametrize("shows", [None, "+37322999999", "hotline"])
async def test_our_own_call_is_known_whatever_number_the_network_shows_of_it(
    shop: Shop, shows: str | None
) -> None:
    shop.mobile.shows = shows
    found = await shop.looks()
    assert found
    assert found.outcome is Outcome.WORKS
    assert shop.outcomes() == ["test"]


async def test_it_keeps_to_the_caps_and_costs_minutes(shop: Shop) -> None:
    await shop.looks()
    assert [use.number for use in shop.board.caps.spent] == [OFFICES]
    shop.time.pass_by(timedelta(days=1))
    shop.board.caps.talked(ANA.number or "", 3600, shop.board.clock.steady())
    found = await shop.looks()
    assert found
    assert found.outcome is Outcome.UNKNOWN
    assert len(shop.mobile.dialled) == 1


@pytest.mark.parametrize("hour", [-1, 1])
async def test_only_at_its_time(shop: Shop, hour: int) -> None:
    shop.time.pass_by(timedelta(hours=hour))
    await shop.looks()
    assert shop.mobile.dialled == []


async def test_a_line_whose_number_is_not_known_is_not_called(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shop.selfcalls, "numbers", {"mobile": MOBILES})
    await shop.looks()
    assert shop.mobile.dialled == []
