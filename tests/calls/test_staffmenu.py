"""The staff calls the box from any telephone; a number and a PIN let them in, and nothing else."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hotline.calls import choosing, guesses, keying, sentencerecording, staffdoor, staffmenu
from hotline.calls.alarms import Alarms
from hotline.calls.guesses import DIGITS, WRONG_A_DAY
from hotline.calls.notices import Texting
from hotline.calls.staffdoor import StaffDoor
from hotline.calls.staffmenu import BY_TELEPHONE, StaffMenu
from hotline.calls.stafftexts import StaffTexts
from hotline.control.livedesk import live_call
from hotline.errors import HotlineError
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Closure, Do, Key, Menu, Person, Shift, WallTime
from hotline.storage import audit as audit_storage
from hotline.storage import passwords, presence, staffpins, uses
from hotline.storage.audit import Act, Audit
from hotline.storage.calls import CallStory
from hotline.storage.presence import SwapAsks
from hotline.storage.staffpins import StaffPin, StaffPins
from hotline.storage.uses import Uses
from tests.calls.hotline import BEEP, OFFICE, Hotline, StaffLine, Telephone
from tests.storage.conftest import NOW

ANA = Person("ana", "Ana", "+37369000101")
ION = Person("ion", "Ion", "+37369000102", languages=("ru", "ro"))
EVA = Person("eva", "Eva", "+37369000103", languages=("ro",))
EVERY = frozenset(range(7))
SHIFTS = (
    Shift("ana", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("ion", EVERY, WallTime(9 * 60), WallTime(18 * 60)),
    Shift("eva", EVERY, WallTime(18 * 60), WallTime(22 * 60)),
)
MENU = Menu("main", (Key("1", Do.PERSON), Key("2", Do.COMPLAINT), Key("#", Do.STAFF)))
SHOP = replace(
    OFFICE, people=(ANA, ION, EVA), shifts=SHIFTS, menus=(MENU,), survey=False, supervisor="eva"
)
ELSEWHERE = "+37322999888"  # any telephone
PINS = {"ana": "20461357", "ion": "91735028"}
WRONG = "11111111"
ASKED = Prompt.STAFF_LEAVE  # the last sentence of the menu


@pytest.fixture(scope="module")
def kept() -> dict[str, str]:
    """What the box keeps of them."""
    return {person: passwords.hashed(digits) for person, digits in PINS.items()}


@dataclass
class Said:
    """The sentences of the office, of which one has the code 1234. kept: what was kept of them."""

    unusable: int = 0  # recordings, before one can be used
    kept: list[tuple[str, str, str]] = field(default_factory=list)
    on: bool = False
    spans: list[timedelta | None] = field(default_factory=list)

    def coded(self, code: str) -> tuple[str, str] | None:
        return ("en", "greeting_open") if code == "1234" else None

    async def heard(self, language: str, name: str) -> list[Path]:
        return [Path("what callers hear")]

    async def room(self) -> Path:
        return Path("room")

    async def made(self, recording: Path) -> Path:
        if self.unusable:
            self.unusable -= 1
            raise HotlineError("Nothing was said.")
        return Path("what was spoken")

    async def keep(self, language: str, name: str, sound: Path, by: str) -> None:
        self.kept.append((language, name, by))

    def announced(self) -> bool:
        return self.on

    def recorded(self) -> bool:
        return bool(self.kept)

    async def announce_for(self, span: timedelta | None, by: str) -> None:
        self.on = span is not None
        self.spans.append(span)


@dataclass
class Entrance:
    """The hotline with its staff's menu, 11:00 on a Sunday."""

    box: Hotline

    def __post_init__(self) -> None:
        self.starts()

    def starts(self) -> None:
        """The box starts, now or again."""
        box, database = self.box, self.box.records.database
        writer: Any = box.records
        clock, audit = box.exchange.clock, Audit(writer)
        alarms = Alarms(box.board.caps, box.exchange.notices, audit, clock, box.exchange.office)
        pins = StaffPins(writer, staffpins.known(database), staffpins.shut_at(database))
        self.door = StaffDoor(box.exchange, pins, Uses(writer), alarms, audit)
        self.door.remember(uses.last_day(database, clock.steady()))
        self.texts = StaffTexts(
            box.exchange, box.staff, SwapAsks(writer, presence.swap_asks(database)), box.trail,
            frozenset(), box.change_plan,
        )  # fmt: skip
        self.said = Said()
        menu = StaffMenu(self.door, box.staff, self.texts, box.returning, box.trail, self.said)
        box.exchange.doors.staff = menu.used

    def calls(
        self,
        *chooses: str,
        person: str = "ana",
        pin: str = "",
        number: str = ELSEWHERE,
        **more: list[str],
    ) -> Telephone:
        """Somebody calls, keys the person's number and PIN, and presses these keys in the menu.

        more: what they press at other sentences, one after another.
        """
        phone = self.box.rings("", number=number)
        at: dict[str, list[str]] = {
            Prompt.MENU_PERSON: ["#"],
            Prompt.STAFF_NUMBER: [f"{1 if person == 'ana' else 2}#"] * 9,
            Prompt.STAFF_PIN: [pin or PINS[person]] * 9,
            ASKED: [*chooses, "*"],
            BEEP: ["#"] * 9,
        }
        phone.presses = Script(at | {Prompt[name]: keys for name, keys in more.items()})
        return phone

    async def called(self, *chooses: str, **how: Any) -> tuple[Telephone, CallStory]:
        """A whole such call."""
        phone = self.calls(*chooses, **how)
        return phone, await self.box.over(phone)

    def told(self, prompt: Prompt) -> dict[str, object]:
        """The values with which a sentence was said."""
        return self.box.words.values[prompt]

    def texted(self) -> list[tuple[str, str]]:
        waiting = self.box.outbox.waiting()
        return [(one.recipient, one.subject) for one in waiting if one.way == "sms"]

    def acts(self) -> list[tuple[Act, str, str]]:
        found = audit_storage.newest(self.box.records.database)
        return [(one.what, one.person, one.by) for one in found][::-1]

    def everything_written(self) -> str:
        """The records of the box, whole."""
        return "\n".join(self.box.records.database.conn.iterdump())


class Script(dict[str, list[str]]):
    """What is pressed on hearing a sentence, each time the next of the list."""

    def get(self, sentence: str, default: Any = "") -> Any:
        keys = super().get(sentence)
        return keys.pop(0) if keys else default


@pytest.fixture
def entrance(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: dict[str, str]) -> Entrance:
    monkeypatch.setattr(keying, "QUIET_S", 0.0)
    box = Hotline(tmp_path, SHOP, texting=Texting("MD", lambda: 500))
    for number, (person, of_pin) in enumerate(kept.items(), start=1):
        pin = StaffPin(person, str(number), of_pin, NOW, "maria")
        StaffPins(box.records, ()).keep(pin)  # type: ignore[arg-type]
    return Entrance(box)


def steps(story: CallStory) -> list[str]:
    return [step.what for step in story.steps]


def away(entrance: Entrance) -> set[str]:
    return set(entrance.box.staff.away())


# -- the door --------------------------------------------------------------------------------------


async def test_number_and_pin_let_somebody_in_from_any_telephone(entrance: Entrance) -> None:
    phone, story = await entrance.called("1", STAFF_MINUTES=["#"])
    assert away(entrance) == {"ana"}
    assert Prompt.STAFF_BREAK in phone.heard
    assert entrance.told(Prompt.STAFF_BREAK)["when"] == "today at eleven fifteen in the morning"
    assert [step.facts for step in story.steps if step.what in {"staff_in", "staff_break"}] == [
        {"person": "ana"}
    ] * 2
    (turn,) = presence.trail(entrance.box.records.database)
    assert (turn.person, turn.by, turn.asked) == ("ana", BY_TELEPHONE, "break 15")


async def test_such_a_call_is_not_missed_whatever_is_done_in_it(entrance: Entrance) -> None:
    phone = entrance.calls()
    phone.leaves_on(ASKED)
    story = await entrance.box.over(phone)
    assert story.call.outcome is Outcome.SELF_SERVICE
    assert entrance.box.missed() == []
    assert story.steps[-1].words == "Ana used the staff's menu."


async def test_the_own_telephone_alone_opens_nothing(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keying, "FIRST_KEY_S", 0.0)
    phone = entrance.calls("1", number=ANA.number or "", STAFF_NUMBER=[], MENU_PERSON=["#", "2"])
    await entrance.box.over(phone)
    assert ASKED not in phone.heard
    assert away(entrance) == set()


async def test_who_is_not_let_in_hears_the_ordinary_menu_and_is_served_as_anybody(
    entrance: Entrance,
) -> None:
    phone, story = await entrance.called(pin=WRONG, MENU_PERSON=["#", "2"])
    assert phone.heard.count(Prompt.STAFF_PIN) == staffmenu.TRIES
    assert phone.heard.count(Prompt.STAFF_WRONG) == staffmenu.TRIES - 1
    assert phone.heard.count(Prompt.STAFF_REFUSED) == 1
    assert story.call.outcome is Outcome.COMPLAINT
    assert "staff_wrong" in steps(story)


async def test_the_tries_of_a_call_are_not_more_for_who_asks_for_the_menu_again(
    entrance: Entrance,
) -> None:
    phone, _ = await entrance.called(pin=WRONG, MENU_PERSON=["#", "#", "2"])
    assert phone.heard.count(Prompt.STAFF_PIN) == staffmenu.TRIES


async def test_who_only_asks_for_it_and_hangs_up_is_missed_as_anybody(entrance: Entrance) -> None:
    phone = entrance.calls()
    phone.leaves_on(Prompt.STAFF_NUMBER)
    assert (await entrance.box.over(phone)).call.outcome is Outcome.MISSED


async def test_keys_of_who_goes_on_keying_choose_nothing(entrance: Entrance) -> None:
    """Neither in the staff's menu, where 2 is off, nor in the callers', where 1 rings people."""
    await entrance.called(STAFF_PIN=[PINS["ana"] + "2"])
    assert away(entrance) == set()
    _, story = await entrance.called(pin=WRONG, STAFF_REFUSED=["1111"], MENU_PERSON=["#", "2"])
    assert story.call.outcome is Outcome.COMPLAINT
    assert entrance.box.line.rung == []


async def test_star_leads_back_to_the_menu(entrance: Entrance) -> None:
    phone, story = await entrance.called(STAFF_NUMBER=["*"], MENU_PERSON=["#", "2"])
    assert story.call.outcome is Outcome.COMPLAINT
    assert Prompt.STAFF_PIN not in phone.heard


async def test_the_staff_is_let_in_while_the_office_is_closed(entrance: Entrance) -> None:
    entrance.box.changes(replace(SHOP, closures=(Closure(NOW.date(), NOW.date()),)))
    phone = entrance.calls("3", GREETING_CLOSED=["#"])
    await entrance.box.over(phone)
    assert Prompt.STAFF_RUNG in phone.heard


async def test_each_is_spoken_to_in_their_own_language(entrance: Entrance) -> None:
    _, story = await entrance.called(person="ion")
    assert story.call.language == "ru"
    _, story = await entrance.called(person="ana")
    assert story.call.language == "en"


async def test_a_wrong_number_and_a_wrong_pin_are_one_and_the_same(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same words, the same work, the same count."""
    looked: list[str] = []
    matches = passwords.matches
    monkeypatch.setattr(
        passwords, "matches", lambda kept, digits: looked.append(digits) or matches(kept, digits)
    )
    wrong_pin, _ = await entrance.called(pin=WRONG, MENU_PERSON=["#", "2"])
    before = len(entrance.door.guesses.wrong)
    nobody, _ = await entrance.called(
        STAFF_NUMBER=["777#"] * 3, STAFF_PIN=[WRONG] * 3, MENU_PERSON=["#", "2"]
    )
    assert wrong_pin.heard == nobody.heard
    assert looked == [WRONG] * 6
    assert (before, len(entrance.door.guesses.wrong)) == (3, 6)


async def test_somebody_elses_pin_opens_nothing(entrance: Entrance) -> None:
    assert await entrance.door.admit("1", PINS["ion"]) is None
    assert await entrance.door.admit("2", PINS["ion"]) == ION


@pytest.mark.parametrize("digits", ["", "2046135", "204613570"])
async def test_what_has_not_the_length_of_a_pin_is_no_guess(
    entrance: Entrance, digits: str
) -> None:
    assert await entrance.door.admit("1", digits) is None
    assert not entrance.door.guesses.wrong


async def test_a_pin_used_on_another_telephone_is_told_to_its_owner(entrance: Entrance) -> None:
    await entrance.called()
    assert entrance.texted() == [
        (ANA.number, "Your PIN was used from another phone. Not you? Tell the office.")
    ]
    await entrance.called(number=ANA.number)
    assert len(entrance.texted()) == 1


# -- no digit is written down ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {},
        {"STAFF_PIN": ["204613579"]},
        {"STAFF_PIN": ["20461353798", "2046#", "20461357"]},
        {"STAFF_NUMBER": ["20461357#"] * 3, "MENU_PERSON": ["#", "7", "2"]},
        {"STAFF_NUMBER": ["1#20461357#"], "STAFF_PIN": []},
        {
            "STAFF_PIN": ["20461353"] * 3,
            "STAFF_REFUSED": ["20461357"],
            "MENU_PERSON": ["#", "46", "2"],
        },
    ],
    ids=["right", "one too many", "hasty", "PIN for the number", "all at once", "goes on keying"],
)
async def test_no_digit_keyed_at_the_door_is_in_a_log_the_journal_or_the_live_page(
    entrance: Entrance, how: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    shown: list[str] = []
    entrance.box.switchboard.listeners.append(
        lambda call, step: shown.append(live_call(call).model_dump_json())
    )
    _, story = await entrance.called(**how)
    assert shown
    pin = PINS["ana"]
    for written in (caplog.text, entrance.everything_written(), *shown):
        assert [
            pin[n : n + 3] for n in range(6) if pin[n : n + 3] in _without_numbers(written)
        ] == []
    assert [step.words for step in story.steps if step.what == "wrong_key"] in (
        [],
        ["The caller pressed a key, which the menu does not have."]
        * len([step for step in story.steps if step.what == "wrong_key"]),
    )


def _without_numbers(written: str) -> str:
    """What the network and the clock said, ids and what argon2 made are no keys of anybody."""
    for known in (*(person.number or "" for person in SHOP.people), ELSEWHERE):
        written = written.replace(known, "")
    written = re.sub(r"\$argon2id\$[^']+|\b[0-9a-f]{32}\b", "", written)
    return re.sub(r"\d{4}-\d\d-\d\d[T ][\d:.+Z]+", "", written)


def test_a_key_that_a_modem_hears_is_in_none_of_its_logs() -> None:
    from hotline.at.answers import Key as Heard

    assert "5" not in f"{Heard('5')}"


# -- guessing --------------------------------------------------------------------------------------


async def guess(entrance: Entrance, times: int) -> None:
    for _ in range(times):
        assert await entrance.door.admit("1", WRONG) is None


async def test_ten_wrong_pins_shut_the_menu_and_the_supervisor_hears_it_once(
    entrance: Entrance,
) -> None:
    await guess(entrance, WRONG_A_DAY)
    assert entrance.door.shut
    await guess(entrance, 3)
    shut = "The staff's menu by telephone is shut: too many wrong PINs"
    assert entrance.box.letters().count(shut) == 2  # a letter to the office, a text to Eva
    assert [who for who, words in entrance.texted() if words == shut] == [EVA.number]
    assert [act for act, _, _ in entrance.acts()] == [Act.STAFF_SHUT]


async def test_a_shut_menu_lets_nobody_in_until_the_office_opens_it(entrance: Entrance) -> None:
    await guess(entrance, WRONG_A_DAY)
    phone, story = await entrance.called(MENU_PERSON=["#", "2"])
    assert Prompt.STAFF_SHUT in phone.heard
    assert "staff_shut" in steps(story)
    assert await entrance.door.admit("1", PINS["ana"]) is None
    entrance.box.time.pass_by(timedelta(days=30))
    assert not entrance.door.takes_guesses()
    entrance.door.open_again("maria")
    assert await entrance.door.admit("1", PINS["ana"]) == ANA
    assert entrance.acts()[-1] == (Act.STAFF_OPENED, "", "maria")


async def test_what_is_open_cannot_be_opened(entrance: Entrance) -> None:
    with pytest.raises(HotlineError, match="open already"):
        entrance.door.open_again("maria")


async def test_a_right_pin_does_not_make_room_for_guesses_at_another(entrance: Entrance) -> None:
    await guess(entrance, WRONG_A_DAY - 1)
    assert await entrance.door.admit("2", PINS["ion"]) == ION
    await guess(entrance, 1)
    assert entrance.door.shut


async def test_many_calls_at_once_get_no_more_guesses(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []
    monkeypatch.setattr(staffdoor, "_same", lambda _kept, digits: bool(looked.append(digits)))
    await asyncio.gather(*(entrance.door.admit("1", WRONG) for _ in range(25)))
    assert len(looked) == WRONG_A_DAY


async def test_a_caller_who_hangs_up_while_the_pin_is_looked_at_has_guessed(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    phone = entrance.calls(pin=WRONG)

    def same(_kept: str, _digits: str) -> bool:
        phone_loop.call_soon_threadsafe(phone.hang_up, Cause.HUNG_UP)
        return False

    phone_loop = asyncio.get_running_loop()
    monkeypatch.setattr(staffdoor, "_same", same)
    await entrance.box.over(phone)
    assert (len(entrance.door.guesses.wrong), entrance.door.guesses.pending) == (1, 0)


async def test_wrong_pins_and_a_shut_menu_outlive_a_restart(entrance: Entrance) -> None:
    await guess(entrance, WRONG_A_DAY - 1)
    entrance.starts()
    await guess(entrance, 1)
    assert entrance.door.shut
    entrance.starts()
    assert entrance.door.shut
    entrance.door.open_again("maria")
    entrance.starts()
    assert entrance.door.takes_guesses()


@pytest.mark.parametrize("jump", [timedelta(days=-20000), timedelta(minutes=-5), timedelta(0)])
async def test_no_clock_that_goes_back_over_a_restart_sets_guesses_free(
    entrance: Entrance, jump: timedelta
) -> None:
    await guess(entrance, WRONG_A_DAY - 1)
    entrance.box.time.pass_by(jump)
    entrance.starts()
    entrance.box.time.pass_by(timedelta(hours=23))
    await guess(entrance, 1)
    assert entrance.door.shut


async def test_wrong_pins_of_yesterday_are_forgotten(entrance: Entrance) -> None:
    await guess(entrance, WRONG_A_DAY - 1)
    entrance.box.time.pass_by(timedelta(days=1, seconds=1))
    await guess(entrance, WRONG_A_DAY - 1)
    assert not entrance.door.shut


def test_nobody_hits_a_pin_within_a_year_with_more_than_one_chance_in_ten_thousand() -> None:
    """Whoever guesses all year, at an office that opens the menu again every day."""
    once_a_day = guesses.DAYS_A_YEAR
    assert guesses.chance_a_year(once_a_day) == pytest.approx(6964e-8)
    assert guesses.chance_a_year(once_a_day) <= 1e-4
    assert guesses.chance_a_year(0) == pytest.approx(3304e-8)


# -- PINs ------------------------------------------------------------------------------------------


async def test_a_pin_is_made_at_random_told_once_and_kept_as_a_hash(entrance: Entrance) -> None:
    number, digits = await entrance.door.make(EVA, "maria")
    assert number == "3"
    assert (len(digits), digits.isdigit()) == (DIGITS, True)
    assert await entrance.door.admit(number, digits) == EVA
    assert digits not in entrance.everything_written()
    assert entrance.acts() == [(Act.PIN_MADE, "Eva", "maria")]


async def test_every_digit_of_every_place_is_as_likely(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    """PINs come from the system's randomness, all of them alike."""
    asked: list[int] = []

    def below(most: int) -> int:
        asked.append(most)
        return 7

    monkeypatch.setattr(staffdoor.secrets, "randbelow", below)
    assert (await entrance.door.make(EVA, ""))[1] == "00000007"
    assert asked == [10**DIGITS]


async def test_a_new_pin_takes_the_place_of_the_last_one_and_keeps_the_number(
    entrance: Entrance,
) -> None:
    number, digits = await entrance.door.make(ANA, "maria")
    assert number == "1"
    assert await entrance.door.admit("1", PINS["ana"]) is None
    assert await entrance.door.admit("1", digits) == ANA


async def test_a_pin_outlives_a_restart(entrance: Entrance) -> None:
    number, digits = await entrance.door.make(EVA, "maria")
    entrance.starts()
    assert await entrance.door.admit(number, digits) == EVA


async def test_a_forgotten_pin_opens_nothing(entrance: Entrance) -> None:
    entrance.door.forget(ANA, "maria")
    entrance.starts()
    assert await entrance.door.admit("1", PINS["ana"]) is None
    assert entrance.door.number_of("ana") == ""
    with pytest.raises(HotlineError, match="Ana has no PIN"):
        entrance.door.forget(ANA, "maria")


async def test_who_leaves_the_office_has_no_pin_any_more(entrance: Entrance) -> None:
    without = replace(SHOP, people=(ION, EVA), shifts=SHIFTS[1:])
    entrance.box.changes(without)
    assert await entrance.door.admit("1", PINS["ana"]) is None
    entrance.door.look(without)
    entrance.box.changes(SHOP)
    entrance.starts()
    assert await entrance.door.admit("1", PINS["ana"]) is None


async def test_a_pin_that_was_replaced_while_it_was_looked_at_opens_nothing(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    same, loop = staffdoor._same, asyncio.get_running_loop()

    def meanwhile(kept: str, digits: str) -> bool:
        done = asyncio.run_coroutine_threadsafe(_forget(), loop)
        done.result(5)
        return same(kept, digits)

    async def _forget() -> None:
        entrance.door.forget(ANA, "maria")

    monkeypatch.setattr(staffdoor, "_same", meanwhile)
    assert await entrance.door.admit("1", PINS["ana"]) is None


# -- own duty --------------------------------------------------------------------------------------


async def test_off_and_back(entrance: Entrance) -> None:
    phone, _ = await entrance.called("2")
    assert Prompt.STAFF_GONE in phone.heard
    assert away(entrance) == {"ana"}
    phone, _ = await entrance.called("3")
    assert Prompt.STAFF_RUNG in phone.heard
    assert away(entrance) == set()


async def test_the_minutes_of_a_break_can_be_keyed(entrance: Entrance) -> None:
    await entrance.called("1", STAFF_MINUTES=["20#"])
    (ana,) = entrance.box.staff.away().values()
    assert ana.until - ana.since == timedelta(minutes=20)


async def test_who_thinks_better_of_a_break_has_none(entrance: Entrance) -> None:
    await entrance.called("1", STAFF_MINUTES=["*"])
    assert away(entrance) == set()


async def test_the_last_one_hears_that_nobody_would_be_left(entrance: Entrance) -> None:
    await entrance.called("2", person="ion")
    phone, story = await entrance.called("1", STAFF_MINUTES=["#"])
    assert Prompt.STAFF_LAST in phone.heard
    assert away(entrance) == {"ion"}
    assert "Ana asks for a break of 15 minutes: last." in [step.words for step in story.steps]


async def test_a_refused_break_names_who_would_be_the_last_one(entrance: Entrance) -> None:
    entrance.box.changes(replace(SHOP, least_on_duty=2))
    phone, _ = await entrance.called("1", STAFF_MINUTES=["#"])
    assert Prompt.STAFF_FEW in phone.heard
    assert entrance.told(Prompt.STAFF_FEW)["names"] == "Ion"
    assert away(entrance) == set()


async def test_who_is_not_on_duty_hears_when_they_are(entrance: Entrance) -> None:
    number, digits = await entrance.door.make(EVA, "maria")
    phone = entrance.calls("3", STAFF_NUMBER=[f"{number}#"], STAFF_PIN=[digits])
    await entrance.box.over(phone)
    assert Prompt.STAFF_NOT_ON in phone.heard
    assert entrance.told(Prompt.STAFF_NOT_ON)["when"] == "astăzi, la ora optsprezece"


async def test_who_is_on_who_is_away_and_who_comes_next(entrance: Entrance) -> None:
    await entrance.called("2", person="ion")
    await entrance.called("4")
    told = entrance.told(Prompt.STAFF_WHO)
    assert (told["names"], told["away"], told["next"]) == ("Ana", "Ion", "Eva")
    assert told["when"] == "today at six o'clock in the evening"


async def test_only_what_somebody_can_ask_for_now_is_named(entrance: Entrance) -> None:
    phone, _ = await entrance.called("2")
    first, second = (
        phone.heard[start:end] for start, end in zip(_ends(phone), _ends(phone)[1:], strict=False)
    )
    assert Prompt.STAFF_OFFER_BREAK in first
    assert Prompt.STAFF_OFFER_ON not in first
    assert Prompt.STAFF_OFFER_BREAK not in second
    assert Prompt.STAFF_OFFER_ON in second


def _ends(phone: Telephone) -> list[int]:
    """Where the menu is over, each time it is said."""
    return [0, *(place for place, said in enumerate(phone.heard, start=1) if said == ASKED)]


async def test_a_wrong_key_is_told_and_the_menu_said_again(entrance: Entrance) -> None:
    phone, _ = await entrance.called("A", "#")
    assert (phone.heard.count(Prompt.WRONG_KEY), phone.heard.count(ASKED)) == (1, 3)


# -- swapping --------------------------------------------------------------------------------------


async def swap_asked(entrance: Entrance, **how: Any) -> Telephone:
    """Ana asks Eva, for today: the first of her next duties, the second of the colleagues."""
    at = {"STAFF_DUTY": ["", "", "1"], "TALK_KEY": ["", "2"]} | how
    phone, _ = await entrance.called("5", **at)
    return phone


async def test_a_colleague_is_chosen_by_digit_and_asked_by_text(entrance: Entrance) -> None:
    phone = await swap_asked(entrance)
    assert Prompt.STAFF_SWAP_ASKED in phone.heard
    (asked,) = [words for who, words in entrance.texted() if who == EVA.number]
    assert "Ana" in asked
    assert entrance.box.exchange.office().swaps == ()
    (ask,) = presence.swap_asks(entrance.box.records.database)
    assert (ask.one, ask.other, ask.day) == ("ana", "eva", NOW.date())


async def test_the_colleague_agrees_by_calling_and_the_plan_is_changed(entrance: Entrance) -> None:
    await swap_asked(entrance)
    number, digits = await entrance.door.make(EVA, "maria")
    phone = entrance.calls("7", STAFF_NUMBER=[f"{number}#"], STAFF_PIN=[digits])
    await entrance.box.over(phone)
    assert [Prompt.STAFF_WISH in phone.heard, Prompt.STAFF_SWAP_DONE in phone.heard] == [True] * 2
    (swap,) = entrance.box.exchange.office().swaps
    assert (swap.day, {swap.one, swap.other}) == (NOW.date(), {"ana", "eva"})
    assert "Swapped" in [words for who, words in entrance.texted() if who == ANA.number][-1]


async def test_who_refuses_changes_nothing_and_the_other_hears_it(entrance: Entrance) -> None:
    await swap_asked(entrance)
    number, digits = await entrance.door.make(EVA, "maria")
    phone = entrance.calls("8", STAFF_NUMBER=[f"{number}#"], STAFF_PIN=[digits])
    await entrance.box.over(phone)
    assert Prompt.STAFF_SWAP_REFUSED in phone.heard
    assert entrance.box.exchange.office().swaps == ()
    told = [words for who, words in entrance.texted() if who == ANA.number]
    assert told[-1] == "Eva does not swap on 22.11."


async def test_where_nobody_wishes_anything_there_is_nothing_to_agree_to(
    entrance: Entrance,
) -> None:
    phone, _ = await entrance.called("7", "8")
    assert phone.heard.count(Prompt.WRONG_KEY) == 2


async def test_more_colleagues_than_there_are_digits_come_after_0(entrance: Entrance) -> None:
    more = tuple(Person(f"p{n}", f"P{n}", f"+373690002{n:02}") for n in range(10))
    office = replace(SHOP, people=(*SHOP.people, *more))
    entrance.box.changes(office)
    phone = await swap_asked(entrance, TALK_KEY=[], TALK_MORE=["0", "3"])
    (ask,) = presence.swap_asks(entrance.box.records.database)
    assert ask.other == "p9"
    assert Prompt.STAFF_SWAP_ASKED in phone.heard


@pytest.mark.parametrize("slip", ["", "7"], ids=["no key", "a wrong key"])
async def test_the_names_are_read_again_to_who_presses_none_of_them(
    entrance: Entrance, slip: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(choosing, "PATIENCE_S", 0.0)
    await swap_asked(entrance, TALK_KEY=["", slip, "", "2"])
    (ask,) = presence.swap_asks(entrance.box.records.database)
    assert ask.other == "eva"


async def test_who_thinks_better_of_a_swap_leaves_the_names_by_star(entrance: Entrance) -> None:
    phone = await swap_asked(entrance, TALK_KEY=["", "*"])
    assert presence.swap_asks(entrance.box.records.database) == []
    assert phone.heard.count(ASKED) == 2


async def test_a_colleague_without_a_mobile_cannot_be_asked(entrance: Entrance) -> None:
    office = replace(SHOP, people=(ANA, ION, replace(EVA, number="+37322123456")))
    entrance.box.changes(office)
    phone = await swap_asked(entrance)
    assert Prompt.STAFF_SWAP_NO_TEXT in phone.heard


# -- calling back ----------------------------------------------------------------------------------


async def missed(entrance: Entrance, number: str) -> int:
    caller = entrance.box.rings(number=number)
    caller.leaves_on(Prompt.GREETING_OPEN)
    return (await entrance.box.over(caller)).call.id


async def until(condition: Callable[[], object]) -> None:
    """Let the loop and the threads go round until it is so."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - what argon2's threads do tells no event
            await asyncio.sleep(0.001)


VERA, OLEG = "+37322111001", "+37322111002"


async def test_who_waits_longest_is_called_at_once_and_nobody_else_is_rung(
    entrance: Entrance,
) -> None:
    await missed(entrance, VERA)
    await missed(entrance, OLEG)
    phone = entrance.calls("6", RETURN_WHISPER=["1"])
    await until(lambda: entrance.box.line.rung)
    assert [leg.caller.number for leg in entrance.box.line.rung] == [VERA]
    assert entrance.told(Prompt.RETURN_WHISPER)["caller"] == VERA
    assert "ana" in entrance.box.board.load(None).busy
    await until(lambda: "back_answered" in _all_steps(entrance))
    entrance.box.line.rung[0].hang_up(Cause.HUNG_UP)
    await entrance.box.over(phone)
    assert phone.heard.count(ASKED) == 2  # the menu goes on behind the talk
    assert entrance.box.missed() == [OLEG]
    assert entrance.box.staff_is_free()


def _all_steps(entrance: Entrance) -> list[str]:
    return [row["what"] for row in entrance.box.records.database.query("select what from steps")]


async def test_2_leads_to_the_next_one_who_waits(entrance: Entrance) -> None:
    await missed(entrance, VERA)
    await missed(entrance, OLEG)
    phone, _ = await entrance.called("6", RETURN_WHISPER=["2", "2"])
    assert phone.heard.count(Prompt.RETURN_WHISPER) == 2
    assert entrance.told(Prompt.RETURN_WHISPER)["caller"] == OLEG
    assert Prompt.STAFF_NOBODY_WAITS in phone.heard
    assert entrance.box.line.rung == []


async def test_whom_a_colleague_wants_to_call_back_is_left_to_them(entrance: Entrance) -> None:
    call = await missed(entrance, VERA)
    entrance.box.waiting.claim(call, "ion", NOW).result()
    phone, _ = await entrance.called("6")
    assert Prompt.STAFF_NOBODY_WAITS in phone.heard
    phone, _ = await entrance.called("6", person="ion", RETURN_WHISPER=["*"])
    assert Prompt.RETURN_WHISPER in phone.heard


async def test_who_hangs_up_in_the_talk_ends_it_for_both(entrance: Entrance) -> None:
    await missed(entrance, VERA)
    phone = entrance.calls("6", RETURN_WHISPER=["1"])
    await until(lambda: "back_answered" in _all_steps(entrance))
    phone.hang_up(Cause.HUNG_UP)
    await entrance.box.over(phone)
    assert entrance.box.line.rung[0].gone.done()
    assert (entrance.box.missed(), entrance.box.staff_is_free()) == ([], True)


async def test_who_passes_the_caller_on_is_back_in_the_menu_while_the_others_talk(
    entrance: Entrance,
) -> None:
    await missed(entrance, VERA)
    phone = entrance.calls("6", RETURN_WHISPER=["1"], TALK_WHOM=["1"])
    await until(lambda: "back_answered" in _all_steps(entrance))
    for key in "*2":
        phone.keys.put_nowait(key)
    story = await entrance.box.over(phone)
    assert phone.heard.count(ASKED) == 2
    assert story.call.outcome == "self-service"
    vera, ion = entrance.box.line.rung
    assert ion.caller.number == ION.number
    assert entrance.box.sounds.joined == {frozenset({vera, ion})}
    vera.hang_up(Cause.HUNG_UP)
    await until(entrance.box.staff_is_free)
    assert entrance.box.missed() == []


async def test_a_caller_who_cannot_be_called_is_said_to_be_so(entrance: Entrance) -> None:
    await missed(entrance, "+881612345678")  # a satellite
    phone, story = await entrance.called("6", RETURN_WHISPER=["1"])
    assert Prompt.STAFF_CANNOT_CALL in phone.heard
    assert entrance.box.line.rung == []
    assert entrance.box.missed() == ["+881612345678"]
    assert "staff_back" in steps(story)


async def test_over_a_line_that_joins_nobody_nobody_is_called(
    tmp_path: Path, kept: dict[str, str]
) -> None:
    box = Hotline(tmp_path, SHOP, full_duplex=False)
    StaffPins(box.records, ()).keep(StaffPin("ana", "1", kept["ana"], NOW, ""))  # type: ignore[arg-type]
    entrance, other = Entrance(box), StaffLine(full_duplex=True)
    other.name = "mobile"
    box.board.lines = (*box.board.lines, other)
    await missed(entrance, VERA)
    phone, _ = await entrance.called("6", RETURN_WHISPER=["1"])
    assert Prompt.STAFF_CANNOT_CALL in phone.heard
    assert other.rung == []


# -- ends ------------------------------------------------------------------------------------------


async def test_nobody_stays_in_the_menu_for_ever(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staffmenu, "LIMIT_S", 0.0)
    phone, story = await entrance.called()
    assert "staff_over" in steps(story)
    assert phone.heard[-1] == Prompt.GOODBYE


async def test_who_presses_nothing_is_said_goodbye_to(
    entrance: Entrance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staffmenu, "CHOICE_S", 0.0)
    phone = entrance.calls(STAFF_LEAVE=[])
    await entrance.box.over(phone)
    assert phone.heard.count(ASKED) == staffmenu.SILENCES
    assert phone.heard[-1] == Prompt.GOODBYE


async def test_an_office_whose_menu_has_no_key_for_it_has_no_entrance(entrance: Entrance) -> None:
    entrance.box.changes(replace(SHOP, menus=OFFICE.menus))
    phone, _ = await entrance.called(MENU_PERSON=["#", "2"])
    assert Prompt.WRONG_KEY in phone.heard
    assert Prompt.STAFF_NUMBER not in phone.heard


# -- what callers hear -----------------------------------------------------------------------------


@pytest.fixture
def speaking(entrance: Entrance) -> Entrance:
    """Of an office without a manager."""
    entrance.box.changes(replace(SHOP, supervisor=""))
    return entrance


async def test_a_sentence_is_spoken_heard_and_kept(speaking: Entrance) -> None:
    phone, story = await speaking.called("9", STAFF_RECORD_CODE=["1234#"], STAFF_RECORD_KEEP=["1"])
    assert speaking.said.kept == [("en", "greeting_open", "Ana")]
    heard = phone.heard
    assert heard.index("what callers hear") < heard.index(BEEP) < heard.index("what was spoken")
    assert Prompt.STAFF_RECORD_KEPT in heard
    assert "staff_recorded" in steps(story)
    asked = [turn.asked for turn in presence.trail(speaking.box.records.database)]
    assert asked == ["record en/greeting_open"]


async def test_who_does_not_like_it_speaks_again(speaking: Entrance) -> None:
    phone, _ = await speaking.called("9", STAFF_RECORD_CODE=["1234#"], STAFF_RECORD_KEEP=["2", "1"])
    assert phone.heard.count("what was spoken") == 2
    assert len(speaking.said.kept) == 1


async def test_what_cannot_be_used_is_spoken_again(speaking: Entrance) -> None:
    speaking.said.unusable = 1
    phone, _ = await speaking.called("9", STAFF_RECORD_CODE=["1234#"], STAFF_RECORD_KEEP=["1"])
    assert Prompt.STAFF_RECORD_FAILED in phone.heard
    assert len(speaking.said.kept) == 1


@pytest.mark.parametrize("key", ["*", ""])
async def test_what_is_not_kept_changes_nothing(
    speaking: Entrance, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sentencerecording, "CHOICE_S", 0.0)
    phone, _ = await speaking.called("9", STAFF_RECORD_CODE=["1234#"], STAFF_RECORD_KEEP=[key])
    assert "what was spoken" in phone.heard
    assert speaking.said.kept == []


async def test_a_code_of_no_sentence_records_nothing(speaking: Entrance) -> None:
    phone, _ = await speaking.called("9", STAFF_RECORD_CODE=["9999#"])
    assert Prompt.STAFF_RECORD_UNKNOWN in phone.heard
    assert BEEP not in phone.heard


async def test_the_announcement_is_recorded_and_on_at_once_and_off_by_a_key(
    speaking: Entrance,
) -> None:
    await speaking.called("0", STAFF_ANNOUNCE_OFF=["2"], STAFF_RECORD_KEEP=["1"])
    assert speaking.said.kept == [("en", "announcement", "Ana")]
    assert speaking.said.spans == [sentencerecording.ANNOUNCED_FOR]
    _, story = await speaking.called("0", STAFF_ANNOUNCE_ON=["1"])
    assert speaking.said.spans[1:] == [None]
    assert "staff_announced" in steps(story)


async def test_an_announcement_that_nobody_recorded_is_not_switched_on(speaking: Entrance) -> None:
    await speaking.called("0", STAFF_ANNOUNCE_OFF=["1"])
    assert speaking.said.spans == []


async def test_where_there_is_a_manager_nobody_else_changes_what_callers_hear(
    entrance: Entrance,
) -> None:
    entrance.box.changes(replace(SHOP, supervisor="ion"))
    phone, _ = await entrance.called("9", "0")
    assert phone.heard.count(Prompt.STAFF_NOT_ALLOWED) == 2
    assert Prompt.STAFF_OFFER_RECORD not in phone.heard
    phone, _ = await entrance.called(
        "9", person="ion", STAFF_RECORD_CODE=["1234#"], STAFF_RECORD_KEEP=["1"]
    )
    assert entrance.said.kept == [("en", "greeting_open", "Ion")]
