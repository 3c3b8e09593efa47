"""What a colleague does with a caller during the talk; and whoever hangs up, nobody is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.calls import choosing, hunt, intalk, offer, orders, survey
from hotline.calls.call import Call
from hotline.inbox.outcome import Outcome
from hotline.inbox.step import StepName
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.options import Limits
from hotline.routing.office import Office, Person
from hotline.storage.calls import CallStory
from tests.calls.hotline import ANA, BEEP, OFFICE, Hotline, Telephone

ION = Person("ion", "Ion", "+37369000102", ring_seconds=5)
EVA = Person("eva", "Eva", "+37369000103", ring_seconds=5, level=3)
COURIER = Person("courier", "The courier", "+37369000201", ring_seconds=5)
SHOP = replace(OFFICE, people=(ANA, ION, EVA), directory=(COURIER,), survey=False)
CALLER, LATER = "+37322111222", "+37322111333"
HOLD, TRANSFER, CONSULT, HARD, HELP = "*1", "*2", "*3", "*4", "*0"
TO_ION, TO_EVA, TO_COURIER = "1", "2", "3"  # of Ana's list
SEEDS = range(200)
A_WORD = timedelta(seconds=intalk.A_WORD_S)


@pytest.fixture(autouse=True)
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a key, nor between two rounds."""
    monkeypatch.setattr(offer, "KEY_PATIENCE_S", 0.0)
    monkeypatch.setattr(offer, "WHISPER_PATIENCE_S", 0.3)
    monkeypatch.setattr(offer, "FROM_S", 0.0)
    monkeypatch.setattr(hunt, "ROUND_PAUSE_S", 0.01)
    monkeypatch.setattr(choosing, "PATIENCE_S", 0.0)
    monkeypatch.setattr(orders, "DIGIT_WITHIN_S", 0.01)


class Shop(Hotline):
    """Ana has a caller; she can reach Ion, Eva who manages, and the courier outside."""

    def __init__(self, folder: Path, office: Office = SHOP, speech_seconds: float = 3.0) -> None:
        super().__init__(folder, office, speech_seconds=speech_seconds)
        self.board.caps.limits = Limits(concurrent=9, calls_per_hour_per_number=1000)
        self.caller: Telephone

    async def talks(self) -> Telephone:
        """Ana's telephone, joined with the caller's."""
        self.caller = self.rings("1", CALLER)
        await self.until(lambda: self.together(self.caller, self.line.rung[-1]))
        return self.line.rung[-1]

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait for what has to come."""
        async with asyncio.timeout(5):
            while not self._is(true):  # noqa: ASYNC110 - turns of the loop, no time passes
                await asyncio.sleep(0)

    def _is(self, true: Callable[[], bool]) -> bool:
        try:
            return true()
        except IndexError:
            return False

    async def rung(self, person: Person, *, calls: int = 1) -> Telephone:
        """That person's telephone, once it has rung so often."""
        await self.until(lambda: len(self.calls_of(person)) >= calls)
        return self.calls_of(person)[-1]

    def calls_of(self, person: Person) -> list[Telephone]:
        return [phone for phone in self.line.rung if phone.caller.number == person.number]

    def together(self, *phones: Telephone) -> bool:
        """Do exactly these hear each other?"""
        pairs = {frozenset({a, b}) for a in phones for b in phones if a is not b}
        return bool(self.sounds.joined == pairs)

    def told(self, what: StepName) -> int:
        """How often the call came to that step."""
        (call,) = (one for one in self.switchboard.live.values() if one.leg is self.caller)
        return [step.what for step in call.steps].count(what)

    async def ends(self) -> CallStory:
        """The caller hangs up, and everybody is free."""
        self.caller.hang_up(Cause.HUNG_UP)
        story = await self.over(self.caller)
        assert self.staff_is_free()
        assert not self.sounds.joined
        return story


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return Shop(tmp_path)


def presses(phone: Telephone, keys: str) -> None:
    for key in keys:
        phone.keys.put_nowait(key)


def leaves(phone: Telephone) -> None:
    phone.hang_up(Cause.HUNG_UP)


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


async def consulting(shop: Shop) -> tuple[Telephone, Telephone]:
    """Ana asks Ion while the caller waits."""
    ana = await shop.talks()
    presses(ana, CONSULT + TO_ION)
    ion = await shop.rung(ION)
    await shop.until(lambda: shop.together(ana, ion))
    return ana, ion


async def ringing(shop: Shop, keys: str) -> Telephone:
    """Ana's telephone; Ion's rings, and he does not pick up."""
    ana = await shop.talks()
    shop.line.silent.add(ION.number or "")
    presses(ana, keys)
    await shop.until(lambda: Prompt.TALK_CALLING in ana.heard)
    return ana


# -- what is heard ---------------------------------------------------------------------------------


async def test_on_hold_the_caller_hears_music_and_the_colleague_not_the_caller(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, HOLD)
    await shop.until(lambda: shop.caller.hears_music and Prompt.TALK_ON_HOLD in ana.heard)
    assert not shop.sounds.joined
    presses(ana, HOLD)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert (await shop.ends()).call.person == "ana"


async def test_help_is_heard_by_the_colleague_alone_and_the_talk_goes_on(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, HELP)
    await shop.until(lambda: Prompt.TALK_HELP in ana.heard)
    assert shop.together(shop.caller, ana)
    assert Prompt.TALK_HELP not in shop.caller.heard
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ana.heard)
    await shop.ends()


async def test_the_caller_orders_nothing(shop: Shop) -> None:
    ana = await shop.talks()
    presses(shop.caller, HOLD)
    presses(ana, HELP)
    await shop.until(lambda: Prompt.TALK_HELP in ana.heard)
    assert shop.together(shop.caller, ana)
    await shop.ends()


async def test_what_the_caller_pressed_during_the_talk_answers_no_question_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "PATIENCE_S", 0.0)
    shop = Shop(tmp_path, replace(SHOP, survey=True))
    ana = await shop.talks()
    shop.caller.presses = {}
    presses(shop.caller, "3")
    shop.time.pass_by(A_WORD)
    leaves(ana)
    story = await shop.over(shop.caller)
    assert "survey" not in steps(story)


@pytest.mark.parametrize("keys", ["1", "2", "11", "*", "**", "*9", "*#", "*5"])
async def test_a_single_key_and_a_star_alone_order_nothing(shop: Shop, keys: str) -> None:
    ana = await shop.talks()
    presses(ana, keys)
    await asyncio.sleep(0.03)
    presses(ana, HELP)
    await shop.until(lambda: Prompt.TALK_HELP in ana.heard)
    assert shop.together(shop.caller, ana)
    assert len(shop.line.rung) == 1
    await shop.ends()


async def test_a_caller_who_is_held_too_long_is_back_with_the_colleague(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intalk, "MINUTE_S", 0.01)
    ana = await shop.talks()
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_BACK in ana.heard)
    await shop.until(lambda: shop.together(shop.caller, ana))
    story = await shop.ends()
    assert "held_too_long" in steps(story)
    assert story.call.outcome is Outcome.SPOKEN


async def test_from_hold_the_call_is_passed_on_at_once(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ana.heard)
    presses(ana, TRANSFER + TO_ION)
    ion = await shop.rung(ION)
    await shop.until(lambda: shop.together(shop.caller, ion))
    await shop.ends()


async def test_who_only_hears_that_the_caller_is_gone_is_told(shop: Shop) -> None:
    ana, ion = await consulting(shop)
    await shop.ends()
    assert ana.heard[-1] == ion.heard[-1] == Prompt.TALK_CALLER_LEFT


# -- passing on ------------------------------------------------------------------------------------


async def test_who_is_passed_a_call_hears_from_whom_and_takes_it_with_key_one(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, TRANSFER + TO_ION)
    ion = await shop.rung(ION)
    await shop.until(lambda: shop.together(shop.caller, ion))
    assert ion.heard[:2] == [Prompt.TALK_FROM, Prompt.WHISPER]
    assert shop.words.values[Prompt.TALK_FROM] == {"colleague": "Ana"}
    await shop.until(ana.gone.done)
    assert ana.heard[-1] == Prompt.TALK_THANKS
    assert shop.board.load(None).busy == {"ion"}
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ion")
    assert steps(story).count("leg_cost") == 2
    assert shop.board.load(CALLER).last_spoken_with == "ion"


async def test_while_somebody_is_rung_both_colleagues_are_busy(shop: Shop) -> None:
    await ringing(shop, TRANSFER + TO_ION)
    assert shop.board.load(None).busy == {"ana", "ion"}
    await shop.ends()


@pytest.mark.parametrize("does", ["2", "busy", "9"], ids=["not now", "busy", "a voicemail"])
@pytest.mark.parametrize("order", [TRANSFER, CONSULT])
async def test_a_call_that_is_not_taken_is_back_with_the_colleague(
    shop: Shop, order: str, does: str
) -> None:
    ana = await shop.talks()
    shop.line.does[ION.number or ""] = does
    presses(ana, order + TO_ION)
    await shop.until(lambda: Prompt.TALK_NOT_TAKEN in ana.heard)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert shop.board.load(None).busy == {"ana"}
    assert (await shop.ends()).call.person == "ana"


@pytest.mark.parametrize("order", [TRANSFER, CONSULT])
async def test_star_one_while_somebody_is_rung_leads_back_to_the_caller(
    shop: Shop, order: str
) -> None:
    ana = await ringing(shop, order + TO_ION)
    presses(ana, HOLD)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert (await shop.rung(ION)).gone.done()
    await shop.ends()


@pytest.mark.parametrize("keys", ["*", "", "888"], ids=["star", "no key", "keys nobody has"])
async def test_who_chooses_nobody_is_back_with_the_caller_and_nobody_is_rung(
    shop: Shop, keys: str
) -> None:
    ana = await shop.talks()
    presses(ana, TRANSFER + keys)
    await shop.until(lambda: shop.told("back_again") == 1)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert len(shop.line.rung) == 1
    await shop.ends()


@pytest.mark.parametrize("order", [TRANSFER, CONSULT])
async def test_a_colleague_who_hangs_up_while_somebody_is_rung_leaves_the_caller_to_them(
    shop: Shop, order: str
) -> None:
    ana = await ringing(shop, order + TO_ION)
    leaves(ana)
    await shop.until(lambda: shop.told("left_waiting") == 1)
    assert shop.board.load(None).busy == {"ion"}
    ion = await shop.rung(ION)
    ion.answered.set_result(None)
    await shop.until(lambda: shop.together(shop.caller, ion))
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ion")


async def test_nobody_is_put_through_to_who_is_busy_away_or_the_caller(shop: Shop) -> None:
    shop.rings("1", LATER)
    await shop.rung(ANA)
    shop.caller = shop.rings("1", EVA.number or "")
    ion = await shop.rung(ION)
    await shop.until(lambda: frozenset({shop.caller, ion}) in shop.sounds.joined)
    presses(ion, TRANSFER)
    await shop.until(lambda: Prompt.TALK_WHOM in ion.heard)
    assert [one for one in ion.heard if " " in one or one in ("Ana", "Eva")] == ["The courier"]
    for call in list(shop.switchboard.live.values()):
        call.leg.hang_up(Cause.HUNG_UP)


async def test_a_long_list_goes_on_with_zero(tmp_path: Path) -> None:
    crowd = tuple(replace(ION, id=f"p{n}", name=f"P{n}", number=f"+373690003{n:02d}", level=2)
                  for n in range(12))  # fmt: skip
    shop = Shop(tmp_path, replace(SHOP, people=(ANA, *crowd)))
    ana = await shop.talks()
    presses(ana, TRANSFER + "02")
    chosen = await shop.rung(crowd[10])
    await shop.until(lambda: shop.together(shop.caller, chosen))
    await shop.ends()


async def test_where_no_more_calls_may_go_out_the_colleague_is_told_and_keeps_the_caller(
    shop: Shop,
) -> None:
    shop.board.caps.limits = Limits(concurrent=1)
    ana = await shop.talks()
    presses(ana, TRANSFER + TO_ION)
    await shop.until(lambda: Prompt.TALK_NOBODY in ana.heard)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert len(shop.line.rung) == 1
    await shop.ends()


# -- telephones outside ----------------------------------------------------------------------------


async def test_a_call_is_passed_on_to_the_directory_and_comes_back_to_the_colleague_next_time(
    shop: Shop,
) -> None:
    ana = await shop.talks()
    presses(ana, TRANSFER + TO_COURIER)
    courier = await shop.rung(COURIER)
    await shop.until(lambda: shop.together(shop.caller, courier))
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "courier")
    assert shop.board.load(CALLER).last_spoken_with == "ana"


async def test_who_is_of_the_directory_orders_nothing(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, TRANSFER + TO_COURIER)
    courier = await shop.rung(COURIER)
    await shop.until(lambda: shop.together(shop.caller, courier))
    presses(courier, TRANSFER + "1" + HOLD + HELP)
    await asyncio.sleep(0.03)
    assert shop.together(shop.caller, courier)
    assert len(shop.line.rung) == 2
    await shop.ends()


async def test_an_entry_that_nobody_confirmed_is_not_even_read_out(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    confirmed = {p.number for p in SHOP.people}
    shop._holds = lambda number: number in confirmed
    ana = await shop.talks()
    presses(ana, TRANSFER + TO_COURIER)
    await shop.until(lambda: shop.told("back_again") == 1)
    assert COURIER.name not in ana.heard
    assert shop.calls_of(COURIER) == []
    await shop.ends()


async def test_no_plan_ever_rings_the_directory(tmp_path: Path) -> None:
    shop = Shop(tmp_path, replace(SHOP, people=()))
    story = await shop.called("1")
    assert (story.call.outcome, shop.line.rung) == (Outcome.MESSAGE, [])


# -- asking a colleague ----------------------------------------------------------------------------


async def test_who_is_asked_hears_the_colleague_and_the_caller_music(shop: Shop) -> None:
    ana, _ = await consulting(shop)
    assert shop.caller.hears_music
    await shop.until(lambda: Prompt.TALK_CONSULT in ana.heard)
    assert Prompt.TALK_CONSULT not in shop.caller.heard
    assert (await shop.ends()).call.person == "ana"


async def test_star_three_again_and_all_three_hear_each_other(shop: Shop) -> None:
    ana, ion = await consulting(shop)
    presses(ana, CONSULT)
    await shop.until(lambda: shop.together(shop.caller, ana, ion))
    assert (await shop.ends()).call.person == "ana"


@pytest.mark.parametrize("three", [False, True], ids=["aside", "all three"])
async def test_who_leaves_leaves_the_caller_with_the_other(shop: Shop, three: bool) -> None:
    ana, ion = await consulting(shop)
    if three:
        presses(ana, CONSULT)
        await shop.until(lambda: shop.together(shop.caller, ana, ion))
    leaves(ana)
    await shop.until(lambda: shop.together(shop.caller, ion))
    assert shop.board.load(None).busy == {"ion"}
    presses(ion, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ion.heard)
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ion")


@pytest.mark.parametrize("three", [False, True], ids=["aside", "all three"])
@pytest.mark.parametrize("how", ["hangs up", "is let go"])
async def test_without_who_was_asked_the_two_talk_on(shop: Shop, three: bool, how: str) -> None:
    ana, ion = await consulting(shop)
    if three:
        presses(ana, CONSULT)
        await shop.until(lambda: shop.together(shop.caller, ana, ion))
    if how == "hangs up":
        leaves(ion)
    else:
        presses(ana, HOLD)
    await shop.until(lambda: shop.together(shop.caller, ana))
    await shop.until(ion.gone.done)
    assert shop.board.load(None).busy == {"ana"}
    assert (await shop.ends()).call.person == "ana"


async def test_whoever_asks_for_long_is_reminded_of_the_caller(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intalk, "MINUTE_S", 0.01)
    ana, ion = await consulting(shop)
    await shop.until(lambda: Prompt.TALK_STILL in ana.heard)
    assert shop.together(ana, ion)
    await shop.ends()


async def test_when_both_colleagues_hang_up_on_a_caller_who_waits_somebody_else_is_rung(
    shop: Shop,
) -> None:
    ana, ion = await consulting(shop)
    leaves(ion)
    leaves(ana)
    again = await shop.rung(ANA, calls=2)
    await shop.until(lambda: shop.together(shop.caller, again))
    await shop.ends()


# -- left alone ------------------------------------------------------------------------------------


async def test_who_presses_1_and_is_gone_before_a_word_was_said_leaves_the_caller_in_the_line(
    shop: Shop,
) -> None:
    ana = await shop.talks()
    shop.time.pass_by(A_WORD - timedelta(seconds=0.1))
    leaves(ana)
    await shop.until(lambda: len(shop.line.rung) == 2)
    await shop.until(lambda: shop.together(shop.caller, shop.line.rung[1]))
    shop.time.pass_by(A_WORD)
    leaves(shop.line.rung[1])
    story = await shop.over(shop.caller)
    assert (story.call.outcome, len(shop.line.rung)) == (Outcome.SPOKEN, 2)
    assert steps(story).count("left_waiting") == 1


async def test_a_colleague_who_hangs_up_on_hold_is_rung_again_and_the_caller_is_first_in_line(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, replace(SHOP, people=(ANA,)))
    other = shop.rings("1", LATER)
    first = await shop.rung(ANA)
    shop.caller = shop.rings("1", CALLER)
    await shop.step(shop.caller, "waiting")
    leaves(other)
    ana = await shop.rung(ANA, calls=2)
    await shop.until(lambda: shop.together(shop.caller, ana))
    third = shop.rings("1", "+37322111444")
    await shop.step(third, "waiting")
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ana.heard)
    leaves(ana)
    again = await shop.rung(ANA, calls=3)
    await shop.until(lambda: shop.together(shop.caller, again))
    assert first.gone.done()
    leaves(third)
    await shop.over(third)
    assert (await shop.ends()).call.outcome is Outcome.SPOKEN


async def test_a_caller_whom_nobody_takes_again_is_asked_for_a_message_and_was_not_served(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, replace(SHOP, people=(ANA,)))
    ana = await shop.talks()
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ana.heard)
    shop.line.key = "2"
    leaves(ana)
    story = await shop.over(shop.caller)
    assert (story.call.outcome, story.call.person) == (Outcome.MESSAGE, "")


async def test_a_caller_who_gives_up_after_being_left_is_missed(shop: Shop) -> None:
    ana = await ringing(shop, TRANSFER + TO_ION)
    leaves(ana)
    await shop.until(lambda: shop.told("left_waiting") == 1)
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.MISSED, "")
    assert shop.missed() == [CALLER]


@pytest.mark.parametrize("turns", range(30))
async def test_a_caller_who_goes_in_the_very_moment_in_which_a_call_is_passed_on_meets_nobody(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, turns: int
) -> None:
    talks: list[bool] = []
    note = intalk.note_talk

    def noted(call: Call, reached: offer.Reached) -> None:
        talks.append(not call.party.gone.done())
        note(call, reached)

    monkeypatch.setattr(intalk, "note_talk", noted)
    ana = await ringing(shop, TRANSFER + TO_ION)
    leaves(ana)
    await shop.until(lambda: shop.told("left_waiting") == 1)
    (await shop.rung(ION)).answered.set_result(None)
    for _ in range(turns):
        await asyncio.sleep(0)
    story = await shop.ends()
    assert all(talks)
    assert story.call.person == ("ion" if len(talks) == 2 else "")


async def test_a_caller_who_hangs_up_on_hold_was_spoken_with(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, HOLD)
    await shop.until(lambda: Prompt.TALK_ON_HOLD in ana.heard)
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "ana")
    assert ana.heard[-1] == Prompt.TALK_CALLER_LEFT


# -- a hard call -----------------------------------------------------------------------------------


async def test_a_manager_takes_a_hard_call_and_who_had_it_leaves_a_note_and_has_a_pause(
    shop: Shop,
) -> None:
    ana = await shop.talks()
    ana.presses |= {BEEP: "#"}
    presses(ana, HARD)
    eva = await shop.rung(EVA)
    await shop.until(lambda: shop.together(shop.caller, eva))
    assert shop.calls_of(ION) == []
    await shop.until(ana.gone.done)
    assert set(shop.staff.away()) == {"ana"}
    assert ana.heard[-3:] == [Prompt.TALK_NOTE, BEEP, Prompt.TALK_NOTED]
    story = await shop.ends()
    assert (story.call.outcome, story.call.person) == (Outcome.SPOKEN, "eva")
    (case,) = shop.cases()
    assert (case.kind, case.caller_number, bool(case.recording)) == ("complaint", CALLER, True)
    assert case.note == "A hard call; Ana had it. The recording is Ana's note."
    assert "hard_case" in steps(story)


async def test_a_note_of_nothing_and_a_colleague_who_hangs_up_leave_the_case_alone(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, speech_seconds=0.2)
    ana = await shop.talks()
    ana.presses |= {BEEP: "#"}
    presses(ana, HARD)
    await shop.until(ana.gone.done)
    await shop.ends()
    (case,) = shop.cases()
    assert (case.recording, case.note) == (None, "A hard call; Ana had it.")
    assert shop.unfinished() == 0


async def test_who_hangs_up_after_asking_for_a_manager_leaves_the_caller_to_the_manager(
    shop: Shop,
) -> None:
    shop.line.silent.add(EVA.number or "")
    ana = await shop.talks()
    presses(ana, HARD)
    eva = await shop.rung(EVA)
    leaves(ana)
    await shop.until(lambda: shop.told("left_waiting") == 1)
    eva.answered.set_result(None)
    await shop.until(lambda: shop.together(shop.caller, eva))
    assert (await shop.ends()).call.person == "eva"
    (case,) = shop.cases()
    assert case.recording is None
    assert set(shop.staff.away()) == {"ana"}


async def test_without_a_manager_the_colleague_keeps_the_caller_and_is_asked_for_a_note_later(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path, replace(SHOP, people=(ANA, ION)))
    ana = await shop.talks()
    ana.presses |= {BEEP: "#"}
    presses(ana, HARD)
    await shop.until(lambda: Prompt.TALK_NOBODY in ana.heard)
    await shop.until(lambda: shop.together(shop.caller, ana))
    assert shop.staff.away() == {}
    story = await shop.ends()
    assert story.call.person == "ana"
    assert Prompt.TALK_CALLER_LEFT in ana.heard
    assert (len(shop.cases()), set(shop.staff.away())) == (1, {"ana"})


async def test_the_last_one_has_no_pause_after_a_hard_call(tmp_path: Path) -> None:
    shop = Shop(tmp_path, replace(SHOP, people=(ANA,)))
    ana = await shop.talks()
    presses(ana, HARD)
    await shop.until(lambda: Prompt.TALK_NOBODY in ana.heard)
    leaves(ana)
    await shop.over(shop.caller)
    assert (shop.staff.away(), len(shop.cases())) == ({}, 1)


async def test_the_next_manager_is_rung_when_the_first_cannot(tmp_path: Path) -> None:
    people = (ANA, replace(ION, level=2), EVA)
    shop = Shop(tmp_path, replace(SHOP, people=people))
    shop.line.does[EVA.number or ""] = "2"
    ana = await shop.talks()
    ana.presses |= {BEEP: "#"}
    presses(ana, HARD)
    ion = await shop.rung(ION)
    await shop.until(lambda: shop.together(shop.caller, ion))
    assert len(shop.calls_of(EVA)) == 1
    await shop.ends()


async def test_a_note_is_kept_when_the_box_stops_in_the_middle_of_it(shop: Shop) -> None:
    ana = await shop.talks()
    presses(ana, HARD)
    await shop.until(lambda: BEEP in ana.heard)
    await shop.switchboard.close()
    (case,) = shop.cases()
    assert case.recording
    assert shop.unfinished() == 0
    assert shop.staff_is_free()


# -- whatever they do ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", SEEDS)
async def test_whatever_is_pressed_and_whoever_hangs_up_nobody_is_lost_or_busy_for_ever(
    tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    print(f"seed {seed}")
    shop = Shop(tmp_path)
    await shop.talks()
    for _ in range(chance.randint(1, 25)):
        _does_something(shop, chance)
        for _ in range(chance.randint(0, 30)):
            await asyncio.sleep(0)
        await shop.until(lambda: _is_with_somebody(shop))
    for phone in (shop.caller, *shop.line.rung):
        leaves(phone)
    story = await shop.over(shop.caller)
    assert shop.staff_is_free(), f"seed {seed}"
    assert not shop.sounds.joined, f"seed {seed}"
    served = story.call.outcome in (Outcome.MESSAGE, Outcome.COMPLAINT)
    assert served or (story.call.outcome is Outcome.SPOKEN) == bool(story.call.person)
    assert served or bool(shop.missed()) == (story.call.outcome is Outcome.MISSED)
    assert shop.unfinished() == 0


def _does_something(shop: Shop, chance: random.Random) -> None:
    there = [phone for phone in shop.line.rung if not phone.gone.done()]
    answered = [phone for phone in there if phone.answered.done()]
    ways: list[Callable[[], None]] = [
        lambda: shop.line.does.update({p.number or "": chance.choice("1112") for p in SHOP.people}),
        lambda: shop.line.silent.symmetric_difference_update({ION.number or ""}),
    ]
    if there:
        ways += [lambda: leaves(chance.choice(there))]
        ringing_now = [phone for phone in there if not phone.answered.done()]
        if ringing_now:
            ways += [lambda: ringing_now[0].answered.set_result(None)] * 2
    if answered:
        keys = [TRANSFER + TO_ION, *[CONSULT + TO_ION, CONSULT] * 3]
        keys += [HOLD, TRANSFER, HARD, HELP, "1", "2", "3", "*", "#"]
        ways += [lambda: presses(chance.choice(answered), chance.choice(keys))] * 6
    if chance.random() < 0.03:
        ways.append(lambda: leaves(shop.caller))
    chance.choice(ways)()


def _is_with_somebody(shop: Shop) -> bool:
    """The caller hears a person or music, if they are still there."""
    heard = shop.caller.hears_music or any(shop.caller in pair for pair in shop.sounds.joined)
    return heard or shop.caller.gone.done()
