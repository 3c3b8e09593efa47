"""When the box is dead the network sends callers elsewhere, and nothing the owner had is lost."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.lines.test_gsm import ANA, UP, Desk, desk
from tests.sim.gsm import Faults

from hotline.at.services import Reason
from hotline.errors import HotlineError, LineDown
from hotline.lines import diverts
from hotline.lines.diverts import NOT_SET, STANDS, STILL_STRAIGHT, STRAIGHT

OWNER, VOICEMAIL = "+37369111222", "+37369000999"
UNREACHABLE = int(Reason.UNREACHABLE)
SIM = "259010000000016"
SET = f'AT+CCFC=3,3,"{OWNER}",145,1'


class Disk:
    """What survives a power cut. broken: the disk takes nothing."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], str] = {}
        self.targets: list[tuple[str, str]] = []
        self.broken = False

    def recall(self, sim: str, reason: int) -> str | None:
        return self.kept.get((sim, reason))

    async def remember(self, sim: str, reason: int, before: str, *, line: str, target: str) -> None:
        if self.broken:
            raise LineDown("The disk is full.")
        self.kept.setdefault((sim, reason), before)
        self.targets.append((line, target))

    async def forget(self, sim: str, reason: int) -> None:
        del self.kept[sim, reason]


@pytest.fixture(autouse=True)
def in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a quiet moment longer than a test lasts."""
    monkeypatch.setattr(diverts, "QUIET_S", 0.01)
    monkeypatch.setattr(diverts, "BUSY_LOOK_S", 0.02)
    monkeypatch.setattr(diverts, "FIRST_RETRY_S", 0.1)


@pytest.fixture
def disk() -> Disk:
    return Disk()


async def seen(there: Callable[[], bool]) -> None:
    """Look until it is so: nothing tells of what the network keeps."""
    async with asyncio.timeout(10):
        for _ in itertools.count():
            if there():
                return
            await asyncio.sleep(0.02)


async def until(one: Desk, words: str) -> None:
    """Wait until the owner reads this of the divert."""

    def read() -> bool:
        state = one.line.divert()
        return state is not None and words in f"{state.words} {state.why}"

    await seen(read)


async def asked(one: Desk, command: str, times: int = 1) -> None:
    """Wait until the modem was given this command."""
    await seen(lambda: one.modem.commands.count(command) >= times)


async def test_callers_of_a_dead_box_reach_the_number_the_owner_chose(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        await until(one, STANDS)
        assert one.modem.services.diverts == {UNREACHABLE: OWNER}
        state = one.line.divert()
        assert state is not None
        assert state.well


async def test_what_was_diverted_before_is_on_the_disk_before_it_is_changed(
    tmp_path: Path, disk: Disk
) -> None:
    disk.broken = True
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[UNREACHABLE] = VOICEMAIL
        await until(one, "The disk is full")
        assert one.modem.services.diverts == {UNREACHABLE: VOICEMAIL}
        disk.broken = False
        await until(one, STANDS)
        assert disk.kept == {(SIM, UNREACHABLE): VOICEMAIL}
        assert disk.targets == [("mobile", OWNER)]


async def test_a_divert_set_before_its_target_was_written_down_is_written_down(
    tmp_path: Path, disk: Disk
) -> None:
    disk.kept[SIM, UNREACHABLE] = VOICEMAIL
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[UNREACHABLE] = OWNER
        await until(one, STANDS)
        assert (disk.kept, disk.targets) == ({(SIM, UNREACHABLE): VOICEMAIL}, [("mobile", OWNER)])


@pytest.mark.parametrize("before", [VOICEMAIL, ""], ids=["a voicemail", "nothing"])
async def test_what_was_there_is_put_back_when_the_owner_wants_no_divert_any_more(
    tmp_path: Path, disk: Disk, before: str
) -> None:
    disk.kept[SIM, UNREACHABLE] = before
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[UNREACHABLE] = OWNER
        await seen(lambda: not disk.kept)
        assert one.modem.services.diverts.get(UNREACHABLE, "") == before
        assert one.line.divert() is None


async def test_a_sim_card_the_box_never_changed_is_left_alone(tmp_path: Path, disk: Disk) -> None:
    disk.kept["another SIM card", UNREACHABLE] = VOICEMAIL
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[UNREACHABLE] = VOICEMAIL
        await one.until(UP)
        await asked(one, "AT+CIMI")
        assert not [c for c in one.modem.commands if c.startswith("AT+CCFC")]


async def test_a_divert_that_stands_is_not_set_again(tmp_path: Path, disk: Disk) -> None:
    disk.kept[SIM, UNREACHABLE] = ""
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[UNREACHABLE] = OWNER
        one.modem.services.national = True  # the network writes numbers in its own way
        await until(one, STANDS)
        assert SET not in one.modem.commands


async def test_a_divert_the_network_forgot_is_set_again(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverts, "LOOK_EVERY_S", 0.1)
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        await until(one, STANDS)
        one.modem.services.diverts.clear()
        await asked(one, SET, times=2)
        assert disk.kept == {(SIM, UNREACHABLE): ""}


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (133, "is not part of this SIM card's plan"),
        (3, "does not let this SIM card divert"),
        (30, "The network did not do it (error 30)"),
    ],
)
async def test_a_network_that_refuses_is_told_to_the_owner(
    tmp_path: Path, disk: Disk, code: int, words: str
) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.refuses = code
        await until(one, words)
        state = one.line.divert()
        assert state is not None
        assert not state.well


async def test_a_network_that_refused_is_asked_again(tmp_path: Path, disk: Disk) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.refuses = 30
        await until(one, "error 30")
        one.modem.services.refuses = None
        await until(one, STANDS)


async def test_a_divert_that_could_not_be_looked_at_is_looked_at_again(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        await until(one, STANDS)
        one.modem.faults.answers["AT+CIMI"] = "ERROR"
        one.line.diverts.look()
        await until(one, NOT_SET)
        one.modem.faults.answers.clear()
        await until(one, STANDS)


async def test_a_network_that_says_yes_and_does_nothing_is_found_out(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.forgets = True
        await until(one, "did not keep it")


async def test_the_network_is_never_asked_in_a_call(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverts, "QUIET_S", 1.0)
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        await leg.answer()
        await call.lasts(1.5)
        assert not [c for c in one.modem.commands if c.startswith("AT+CCFC")]
        leg.hang_up()
        await until(one, STANDS)


async def test_the_network_is_asked_as_soon_as_it_was_quiet_for_long_enough(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverts, "QUIET_S", 5.0)
    monkeypatch.setattr(diverts, "BUSY_LOOK_S", 60.0)
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        await until(one, STANDS)


async def test_the_network_is_not_asked_behind_a_text_that_is_being_sent(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path, Faults(late={"AT+CIMI": 0.7}), when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.texts.takes_s = 1.0
        await one.until(UP)
        await asked(one, "AT+CIMI", times=2)
        sending = asyncio.ensure_future(one.line.send_text(ANA, "hello", lambda _reference: None))
        await seen(lambda: any(c.startswith("AT+CMGS") for c in one.modem.commands))
        await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 2)
        await leg.answer()
        await sending
        assert not [c for c in one.modem.commands if c.startswith("AT+CCFC")]


async def test_who_rings_while_the_network_thinks_is_answered_right_after(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path, when_dead=OWNER) as one:
        one.line.diverts.memory = disk
        one.modem.services.takes_s = 1.5
        await one.until(UP)
        await asked(one, "AT+CCFC=3,2")
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 2)
        await asyncio.wait_for(leg.answer(), 6)
        assert call.answered_at is not None


# -- every caller past the box ---------------------------------------------------------------------

ALWAYS = int(Reason.ALWAYS)


async def until_straight(one: Desk, words: str) -> None:
    """Wait until the owner reads this of the callers who are sent past the box."""

    def read() -> bool:
        state = one.line.straight()
        return state is not None and words in f"{state.words} {state.why}"

    await seen(read)


async def test_callers_are_sent_straight_on_and_get_back_as_it_was(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(ANA)
        await until_straight(one, STRAIGHT)
        assert (one.modem.services.diverts, disk.kept) == ({ALWAYS: ANA}, {(SIM, ALWAYS): ""})
        one.line.wish(None)
        await seen(lambda: one.line.straight() is None)
        assert (one.modem.services.diverts, disk.kept) == ({}, {})


async def test_what_a_power_cut_left_diverted_is_undone(tmp_path: Path, disk: Disk) -> None:
    disk.kept[SIM, ALWAYS] = ""
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts[ALWAYS] = ANA
        one.line.wish(None)
        await seen(lambda: not disk.kept)
        assert one.modem.services.diverts == {}


async def test_while_callers_are_sent_straight_on_the_box_looks_every_few_minutes(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverts, "LOOK_OFTEN_S", 0.1)
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(ANA)
        await until_straight(one, STRAIGHT)
        one.modem.services.diverts.clear()
        await asked(one, f'AT+CCFC=0,3,"{ANA}",145,1', times=2)


async def test_callers_who_cannot_be_brought_back_are_told_of_and_it_is_tried_again(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(ANA)
        await until_straight(one, STRAIGHT)
        one.modem.services.refuses = 30
        one.line.wish(None)
        await until_straight(one, STILL_STRAIGHT)
        one.modem.services.refuses = None
        await seen(lambda: one.line.straight() is None)
        assert one.modem.services.diverts == {}


async def test_a_shift_that_ends_while_the_modem_is_lost_is_told_of_until_callers_are_back(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(ANA)
        await until_straight(one, STRAIGHT)
        one.modem.faults.hangs = True
        one.line.wish(None)
        told = one.line.straight()
        assert told is not None
        assert (told.well, told.words, told.number) == (False, STILL_STRAIGHT, ANA)
        assert one.modem.services.diverts == {ALWAYS: ANA}
        one.modem.faults.hangs = False
        await seen(lambda: one.line.straight() is None)
        assert one.modem.services.diverts == {}


async def test_what_the_owner_changes_their_mind_about_meanwhile_counts(
    tmp_path: Path, disk: Disk
) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.modem.services.takes_s = 0.3
        one.line.wish(ANA)
        await asked(one, f'AT+CCFC=0,3,"{ANA}",145,1')
        one.line.wish(None)
        await seen(lambda: not disk.kept)
        assert one.modem.services.diverts == {}


async def test_when_the_box_stops_what_is_to_be_undone_waits_for_no_quiet_moment(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(ANA)
        await until_straight(one, STRAIGHT)
        monkeypatch.setattr(diverts, "QUIET_S", 3600.0)
        one.line.wish(None)
        await one.line.stop()
        assert (one.modem.services.diverts, disk.kept) == ({}, {})


async def test_an_order_waits_for_the_end_of_a_call(
    tmp_path: Path, disk: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(diverts, "QUIET_S", 0.3)
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        await one.until(UP)
        call = await one.network.caller(ANA).call()
        leg = await asyncio.wait_for(one.rings.get(), 5)
        await leg.answer()
        ordering = asyncio.ensure_future(one.line.order(OWNER))
        await call.lasts(1.0)
        assert not [c for c in one.modem.commands if c.startswith("AT+CCFC")]
        leg.hang_up()
        await asyncio.wait_for(ordering, 10)
        assert (await one.line.diverted()).always == OWNER


async def test_an_order_that_is_refused_leaves_nothing_behind(tmp_path: Path, disk: Disk) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.line.wish(None)
        await asked(one, "AT+CIMI", times=2)  # it saw to both
        one.modem.services.forgets = True
        with pytest.raises(HotlineError, match="did not keep it"):
            await one.line.order(OWNER)
        assert disk.kept  # it may be there for all that was heard
        await seen(lambda: not disk.kept)
        assert one.line.straight() is None


async def test_off_ends_what_somebody_else_set_up_too(tmp_path: Path, disk: Disk) -> None:
    async with desk(tmp_path) as one:
        one.line.diverts.memory = disk
        one.modem.services.diverts |= {ALWAYS: VOICEMAIL, UNREACHABLE: OWNER}
        await one.line.order(None)
        assert one.modem.services.diverts == {UNREACHABLE: OWNER}
