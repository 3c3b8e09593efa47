"""The staff steer their own duty by text, each in their language; strangers and machines do not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.at import pdu
from hotline.calls.notices import Texting
from hotline.calls.stafftexts import TEXTS_AN_HOUR, StaffTexts
from hotline.notify import staffwords
from hotline.notify.staffwords import Say, Told
from hotline.routing.office import Person, Shift, Swap, WallTime
from hotline.routing.presence import Away, Decision, Verdict, Why
from hotline.routing.staffwords import read
from hotline.storage import presence
from hotline.storage.officewriting import write_office
from hotline.storage.presence import SwapAsks, Turn
from hotline.storage.texts import Direction, Text, TextState
from tests.calls.hotline import OFFICE, Hotline
from tests.calls.test_returning import until
from tests.storage.conftest import NOW

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", "+37369000102", languages=("ru", "ro"))
EVA = Person("eva", "Eva", "+37369000103", languages=("ro",))
DESK = Person("desk", "Desk", "+37322123456")
STRANGER, BOX = "+37379123456", "+37369000900"
EVERY = frozenset(range(7))
SHIFTS = (
    Shift("ana", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("ion", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("eva", EVERY, WallTime(18 * 60), WallTime(22 * 60)),
)
SHOP = replace(OFFICE, menus=(), people=(ANA, ION, EVA, DESK), shifts=SHIFTS, supervisor="eva")
HELP = "Write: BREAK 15, OFF, ON, WHO, SWAP name, BACK case"
TODAY = date(2026, 11, 22)


@dataclass
class Phones:
    """The hotline, 11:00 on a Sunday, and what its staff text to it."""

    box: Hotline
    texts: StaffTexts = field(init=False)
    _seen: int = 0

    def __post_init__(self) -> None:
        self.starts()

    def starts(self) -> None:
        """The box starts, now or again."""
        writer: Any = self.box.records
        asks = SwapAsks(writer, presence.swap_asks(self.box.records.database))
        self.texts = StaffTexts(
            self.box.exchange, self.box.staff, asks, self.box.trail, frozenset({BOX}),
            self.box.change_plan,
        )  # fmt: skip

    async def text(self, number: str | None, words: str, **how: Any) -> list[tuple[str, str]]:
        """Somebody texts the box; whom it texts then, and what."""
        before = len(self.sent())
        usual = Text(
            1, Direction.IN, "mobile", number or "", words, NOW, None, TextState.RECEIVED, "", 1
        )
        self.texts.came(replace(usual, **how))
        await self.box.board.settle()
        return self.sent()[before:]

    async def answer(self, person: Person, words: str, **how: Any) -> str:
        """The one text that this person gets for theirs."""
        ((number, answer),) = await self.text(person.number, words, **how)
        assert number == person.number
        return answer

    def sent(self) -> list[tuple[str, str]]:
        waiting = self.box.outbox.waiting()
        return [(one.recipient, one.subject) for one in waiting if one.way == "sms"]

    def trail(self) -> list[Turn]:
        return presence.trail(self.box.records.database)[::-1]

    def told_office(self) -> int:
        """How many letters tell the office of a text."""
        return sum("A text came" in subject for subject in self.box.letters())


@pytest.fixture
def phones(tmp_path: Path) -> Phones:
    numbers = [*(person.number or "" for person in SHOP.people), BOX]
    box = Hotline(tmp_path, SHOP, texting=Texting("MD", lambda: 500), confirmed=numbers)
    return Phones(box)


def away(phones: Phones) -> set[str]:
    return set(phones.box.staff.away())


# -- own duty --------------------------------------------------------------------------------------


async def test_each_is_answered_in_their_first_language(phones: Phones) -> None:
    assert await phones.answer(ANA, "BREAK 10") == (
        "Break until 11:10. Reply 1 if you are back sooner."
    )
    assert await phones.answer(ION, "перерыв 10") == "Перерыва нет: вы последний на линии."
    assert away(phones) == {"ana"}
    assert phones.told_office() == 0


@pytest.mark.parametrize("back", ["ON", "1", "on."])
async def test_who_is_off_comes_back_by_text(phones: Phones, back: str) -> None:
    assert await phones.answer(ANA, "OFF") == "You are off until 18:00. Reply 1 when you are back."
    assert away(phones) == {"ana"}
    assert await phones.answer(ANA, back) == "You are on until 18:00."
    assert away(phones) == set()


async def test_who_is_not_on_duty_hears_when_they_are(phones: Phones) -> None:
    assert await phones.answer(EVA, "revenit") == "Acum nu sunteti de serviciu, ci de la 18:00."


async def test_who_is_paused_replies_1_and_is_rung_again(phones: Phones) -> None:
    for _ in range(3):
        phones.box.staff.rung(ION, taken=False)
    assert phones.sent() == [
        (ION.number, "Пропущено звонков: 3. Вам не звоним. Ответьте 1, чтобы вернуться.")
    ]
    assert await phones.answer(ION, "1") == "Вы на линии до 18:00."
    assert away(phones) == set()


async def test_who_says_who_is_on_and_who_comes_next(phones: Phones) -> None:
    await phones.text(ANA.number, "BREAK 15")
    assert await phones.answer(ION, "кто?") == (
        "На линии: Ana (перерыв 11:15), Ion. Потом 18:00: Eva."
    )


async def test_the_trail_tells_who_asked_what_and_was_told_what(phones: Phones) -> None:
    await phones.text(ANA.number, "BREAK 10")
    await phones.text(ION.number, "хто")
    told = [(turn.person, turn.by, turn.asked) for turn in phones.trail()]
    assert told == [("ana", "text", "BREAK 10"), ("ion", "text", "хто")]
    assert [turn.answer for turn in phones.trail()] == [words for _, words in phones.sent()]


# -- what is no command ----------------------------------------------------------------------------


async def test_other_words_reach_the_office_and_are_answered_once_with_the_list(
    phones: Phones,
) -> None:
    assert await phones.answer(ANA, "I will be late") == HELP
    assert await phones.text(ANA.number, "very late") == []
    assert phones.told_office() == 2
    phones.box.time.pass_by(timedelta(days=1))
    assert await phones.answer(ANA, "late again") == HELP


@pytest.mark.parametrize(
    ("number", "how"),
    [
        (STRANGER, {}),
        (BOX, {}),
        ("ANA", {}),
        ("", {}),
        (ANA.number, {"state": TextState.INCOMPLETE}),
        (ANA.number, {"state": TextState.UNREADABLE}),
    ],
    ids=["a stranger", "the box itself", "a name", "nobody", "in pieces", "unreadable"],
)
async def test_nobody_else_steers_anything(
    phones: Phones, number: str, how: dict[str, Any]
) -> None:
    if number == BOX:
        phones.box.changes(replace(SHOP, people=(replace(ANA, number=BOX), ION)))
    assert await phones.text(number, "OFF", **how) == []
    assert away(phones) == set()
    assert phones.told_office() == 1


async def test_a_number_that_nobody_confirmed_steers_nothing(phones: Phones) -> None:
    phones.box.changes(replace(SHOP, people=(replace(ANA, number=STRANGER), ION)))
    assert await phones.text(STRANGER, "OFF") == []
    assert away(phones) == set()


async def test_a_text_from_yesterday_changes_nothing(phones: Phones) -> None:
    """The box was off, or the network slow: the break it asks for is long over."""
    late = NOW - timedelta(hours=13)
    assert await phones.answer(ANA, "BREAK 15", sent_at=late) == (
        "Your text came hours late; nothing was changed."
    )
    assert away(phones) == set()
    await phones.text(ANA.number, "BREAK 15", sent_at=NOW - timedelta(hours=3))  # a wrong zone
    assert away(phones) == {"ana"}


async def test_two_boxes_do_not_text_each_other_for_ever(phones: Phones) -> None:
    answers = 0
    for _ in range(5 * TEXTS_AN_HOUR):
        answers += len(await phones.text(ANA.number, "WHO"))
    assert answers == TEXTS_AN_HOUR
    phones.box.time.pass_by(timedelta(hours=1, seconds=1))
    assert len(await phones.text(ANA.number, "WHO")) == 1


async def test_what_is_texted_is_done_also_when_no_more_answers_are_sent(phones: Phones) -> None:
    for _ in range(TEXTS_AN_HOUR):
        await phones.text(ANA.number, "WHO")
    assert await phones.text(ANA.number, "OFF") == []
    assert away(phones) == {"ana"}


@pytest.mark.parametrize("number", ["+37322123456", None])
async def test_a_landline_gets_no_text(phones: Phones, number: str | None) -> None:
    assert await phones.text(number, "WHO") == []


# -- swapping --------------------------------------------------------------------------------------


ASKED = "Ana vrea schimb de tura cu dvs. pe {}. Raspuns: 1 da, 2 nu."


async def test_two_people_swap_a_day_by_text_and_everybody_concerned_hears(phones: Phones) -> None:
    assert await phones.text(ANA.number, "SWAP eva 14.12") == [
        (EVA.number, ASKED.format("14.12")),
        (ANA.number, "Eva was asked; you will be told."),
    ]
    assert phones.box.exchange.office().swaps == ()
    assert await phones.text(EVA.number, "1") == [
        (EVA.number, "Schimb facut pe 14.12: Ana si Eva."),
        (ANA.number, "Swapped: on 14.12 Ana and Eva work each other's duties."),
    ]
    assert phones.box.exchange.office().swaps == (Swap(date(2026, 12, 14), "ana", "eva"),)


async def test_the_supervisor_hears_of_a_swap_of_others(phones: Phones) -> None:
    await phones.text(ANA.number, "SWAP ion 14.12")
    told = await phones.text(ION.number, "1")
    assert (EVA.number, "Schimb facut pe 14.12: Ana si Ion.") in told


async def test_without_a_day_today_is_meant_and_counts_at_once(phones: Phones) -> None:
    await phones.text(ANA.number, "SWAP eva")
    await phones.text(EVA.number, "1")
    assert phones.box.exchange.office().swaps == (Swap(TODAY, "ana", "eva"),)
    assert [p.id for p in _on_duty(phones)] == ["ion", "eva"]


async def test_in_a_night_shift_today_is_the_day_on_which_it_began(phones: Phones) -> None:
    night = replace(SHOP, shifts=(Shift("ana", EVERY, WallTime(22 * 60), WallTime(6 * 60)),))
    phones.box.changes(night)
    phones.box.time.pass_by(timedelta(hours=16))  # 03:00
    await phones.text(ANA.number, "SWAP eva")
    await phones.text(EVA.number, "1")
    assert [p.id for p in _on_duty(phones)] == ["eva"]


def _on_duty(phones: Phones) -> tuple[Person, ...]:
    from hotline.routing.rules import on_duty

    return on_duty(phones.box.exchange.office(), phones.box.time.now())


async def test_who_refuses_changes_nothing_and_the_other_hears_it(phones: Phones) -> None:
    await phones.text(ANA.number, "SWAP eva 14.12")
    assert await phones.text(EVA.number, "2") == [
        (EVA.number, "Eva nu face schimb pe 14.12."),
        (ANA.number, "Eva does not swap on 14.12."),
    ]
    assert await phones.answer(EVA, "1") == "Acum nu sunteti de serviciu, ci de la 18:00."
    assert phones.box.exchange.office().swaps == ()


async def test_who_swapped_a_day_and_swaps_it_again_works_it_as_before(phones: Phones) -> None:
    for _ in range(2):
        await phones.text(ANA.number, "SWAP eva 14.12")
        told = await phones.text(EVA.number, "1")
        assert [words.partition(":")[0] for _, words in told] == [
            "Schimb facut pe 14.12",
            "Swapped",
        ]
    assert phones.box.exchange.office().swaps == ()


async def test_an_answer_that_comes_too_late_changes_nothing(phones: Phones) -> None:
    await phones.text(ANA.number, "SWAP eva 14.12")
    phones.box.time.pass_by(timedelta(hours=6))
    await phones.text(EVA.number, "1")
    assert phones.box.exchange.office().swaps == ()


async def test_a_question_outlives_a_restart(phones: Phones) -> None:
    await phones.text(ANA.number, "SWAP eva 14.12")
    phones.starts()
    await phones.text(EVA.number, "1")
    assert len(phones.box.exchange.office().swaps) == 1


async def test_1_answers_what_came_last(phones: Phones) -> None:
    """A wish of a colleague before the pause; the pause is what is answered, then the wish."""
    await phones.text(ANA.number, "SWAP ion 14.12")
    phones.box.time.pass_by(timedelta(minutes=1))
    for _ in range(3):
        phones.box.staff.rung(ION, taken=False)
    await phones.text(ION.number, "1")
    assert (away(phones), phones.box.exchange.office().swaps) == (set(), ())
    await phones.text(ION.number, "1")
    assert len(phones.box.exchange.office().swaps) == 1


async def test_a_wish_that_came_after_the_pause_is_what_1_agrees_to(phones: Phones) -> None:
    for _ in range(3):
        phones.box.staff.rung(ION, taken=False)
    phones.box.time.pass_by(timedelta(minutes=1))
    await phones.text(ANA.number, "SWAP ion 14.12")
    await phones.text(ION.number, "1")
    assert (away(phones), len(phones.box.exchange.office().swaps)) == ({"ion"}, 1)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        ("swap bob 14.12", "Nobody here is called bob."),
        ("swap ana 14.12", "Nobody here is called ana."),
        ("swap eva 31.2", "There is no such day to come."),
        ("swap eva 14.12.2025", "There is no such day to come."),
        ("swap desk 14.12", "Desk cannot be texted now."),
        ("swap eva 15.12", "The plan does not allow this swap."),
        ("swap eva 16.12", "Neither you nor Eva has a duty on 16.12."),
    ],
)
async def test_a_swap_that_cannot_be_is_told_at_once(
    phones: Phones, words: str, answer: str
) -> None:
    until = date(2026, 12, 15)
    shifts = tuple(replace(shift, valid_to=until) for shift in SHIFTS)
    shop = replace(SHOP, shifts=shifts, swaps=(Swap(until, "ana", "ion"),))
    phones.box.changes(shop)
    assert await phones.answer(ANA, words) == answer


# -- calling back ----------------------------------------------------------------------------------


async def test_a_case_is_handed_to_whoever_calls_back(phones: Phones) -> None:
    assert await phones.answer(ANA, "BACK 117") == "Calling back by text is not possible here."
    asked: list[tuple[str, int]] = []

    async def back(person: Person, case: int) -> str:
        asked.append((person.id, case))
        return "Your phone rings now."

    phones.texts.back = back
    assert await phones.answer(ANA, "BACK 117") == "Your phone rings now."
    assert asked == [("ana", 117)]


async def test_back_rings_the_colleague_and_then_who_left_the_case(tmp_path: Path) -> None:
    box = Hotline(tmp_path, replace(SHOP, menus=OFFICE.menus), texting=Texting("MD", lambda: 500))
    phones = Phones(box, write_office(SHOP))
    phones.texts.back = box.returning.by_text
    await box.called("2")
    (case,) = box.cases()
    assert await phones.answer(ANA, f"BACK {case.number}") == (
        "Ana is rung now; pick up and press 1."
    )
    await until(lambda: len(box.line.rung) == 2)
    assert [phone.caller.number for phone in box.line.rung] == [ANA.number, case.caller_number]
    await box.returning.close()


async def test_back_says_why_nobody_is_called(phones: Phones) -> None:
    phones.texts.back = phones.box.returning.by_text
    assert "4711" in await phones.answer(ANA, "BACK 4711")
    assert phones.box.line.rung == []


# -- the words -------------------------------------------------------------------------------------

LANGUAGES = ["en", "ru", "uk", "ro"]
UNTIL = datetime.fromisoformat("2026-12-14T18:00+00:00")


def told(language: str) -> Told:
    return Told(language, SHOP.zone, NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_answer_is_one_part(language: str) -> None:
    to, name = told(language), "Екатерина"
    made = [staffwords.say(what, to, name, name, TODAY) for what in Say]
    made += [
        staffwords.about_decision(Decision(verdict, UNTIL, stay=2), to, 3) for verdict in Verdict
    ]
    made += [
        staffwords.about_decision(Decision(Verdict.NOT_ON_DUTY), to),
        staffwords.about_back_again([name] * 2, to),
        staffwords.about_welcome(name, to),
        staffwords.about_alone_and_missing(name, 3, to),
        staffwords.about_nobody_left([(name, Away("x", Why.BREAK, NOW, NOW))], to),
        staffwords.about_who([("Анна", None), ("Ион", None)], (NOW, ["Ева"]), to),
    ]
    assert [text for text in made if len(pdu.encode("+37369000101", text)) > 1] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_list_of_commands_names_words_that_are_understood(language: str) -> None:
    parts = staffwords.say(Say.HELP, told(language)).split(": ")[-1].split(", ")
    example = {"name": "Ion", "имя": "Ion", "ім'я": "Ion", "nume": "Ion"}
    numbers = {"case": "7", "номер": "7", "numar": "7"}
    written = [
        " ".join((example | numbers).get(word, word) for word in part.split()) for part in parts
    ]
    assert len(written) == 6
    assert [part for part in written if read(part) is None] == []
