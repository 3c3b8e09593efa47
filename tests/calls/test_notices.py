"""Who is told of a call, and how: letters by e-mail, texts to who is on duty."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hotline.calls.notices import TEXTS_TOLD_AN_HOUR, Notices, Texting
from hotline.inbox.case import CaseKind
from hotline.lines.port import Caller
from hotline.routing.office import Absence, Office, Person, Topic
from tests.calls.hotline import OFFICE, Hotline
from tests.storage.conftest import NOW, FakeTime

ANA, ION, DESK = "+37369000101", "+37369000102", "+37322100001"
CALLER = "+37379123456"


@dataclass
class OutboxDouble:
    letters: list[tuple[str, str, str]] = field(default_factory=list)

    def add(self, way: str, recipient: str, subject: str, body: str, **_: object) -> None:
        self.letters.append((way, recipient, subject))

    def texts(self) -> list[tuple[str, str]]:
        return [(to, words) for way, to, words in self.letters if way == "sms"]


def office(*people: Person, **more: Any) -> Office:
    zone = ZoneInfo("Europe/Chisinau")
    topics = (Topic("orders", {"ru": "заказы"}),)
    return Office("Магазин", zone, "MD", ("ru", "ro"), people=people, topics=topics, **more)


def person(name: str, number: str | None) -> Person:
    return Person(name, name, number)


class Desk:
    """Notices, and calls that end."""

    def __init__(self, of: Office, texting: Texting | None = None) -> None:
        self.office, self.outbox, self.time = of, OutboxDouble(), FakeTime()
        self.notices = Notices(self.outbox, (), texting)  # type: ignore[arg-type]

    def call(self, number: str | None = CALLER, language: str = "ru") -> Any:
        exchange = SimpleNamespace(clock=self.time.clock())
        ending = SimpleNamespace(topic="orders")
        return SimpleNamespace(
            exchange=exchange, ending=ending, caller=Caller(number), language=language,
            office=self.office, started_at=NOW, id=1,
        )  # fmt: skip

    def files(self) -> list[tuple[str, str]]:
        self.notices.case_filed(self.call(), 104, CaseKind.COMPLAINT, 12.0)
        return self.outbox.texts()

    def misses(self, number: str | None = CALLER, language: str = "ru") -> list[tuple[str, str]]:
        self.notices.missed(self.call(number, language))
        return self.outbox.texts()


TWO = office(person("ana", ANA), person("desk", DESK), person("twin", ANA), person("none", None))


def card(room: int = 50, reserve: int = 0, **told: date) -> Texting:
    return Texting(
        "MD", lambda: room, reserve, {"+" + number[1:]: day for number, day in told.items()}
    )


CARD = card()


def test_each_mobile_of_who_is_on_duty_gets_one_text_of_a_case() -> None:
    assert Desk(TWO, CARD).files() == [(ANA, f"Жалоба 104: заказы, {CALLER}")]


@pytest.mark.parametrize(
    ("number", "wanted", "texts"),
    [
        (CALLER, True, [(ANA, f"Звонил: {CALLER}, заказы")]),
        (CALLER, False, []),
        (None, True, []),
    ],
)
def test_who_takes_a_call_is_texted_the_number_of_the_caller_where_the_office_wants_it(
    number: str | None, wanted: bool, texts: list[tuple[str, str]]
) -> None:
    ana = person("Ana", ANA)
    desk = Desk(office(ana, text_caller=wanted), Texting("MD", lambda: 9))
    desk.notices.taken(desk.call(number), ana)
    assert desk.outbox.texts() == texts


def test_who_is_off_duty_gets_none() -> None:
    away = Absence("ion", date(2026, 11, 1), date(2026, 11, 30))
    of = office(person("ana", ANA), person("ion", ION), absences=(away,))
    assert [to for to, _ in Desk(of, CARD).misses()] == [ANA]


@pytest.mark.parametrize(
    ("of", "texting"),
    [(TWO, None), (office(person("ana", ANA), text_staff=False, text_missed=True), None),
     (office(person("ana", ANA), text_staff=False), CARD)],
)  # fmt: skip
def test_no_text_is_written_where_none_can_go_or_none_is_wanted(
    of: Office, texting: Texting | None
) -> None:
    desk = Desk(of, texting)
    assert desk.files() == desk.misses() == []


def test_the_missed_caller_is_told_in_the_language_of_the_call() -> None:
    desk = Desk(office(text_missed=True), card())
    assert desk.misses(language="ro") == [
        (CALLER, "Am pierdut apelul dvs. si va vom suna inapoi. Магазин")
    ]


def test_the_missed_caller_is_told_once_a_day() -> None:
    desk = Desk(office(text_missed=True), card(n37369000102=date(2026, 11, 22)))
    desk.misses()
    desk.misses()
    assert desk.misses(ION) == desk.misses()
    assert len(desk.misses()) == 1
    desk.time.pass_by(timedelta(days=1))
    assert len(desk.misses()) == 2


@pytest.mark.parametrize("number", [None, "anonymous", DESK, "+40721000001", "+37390012345", "112"])
def test_only_mobiles_of_the_country_are_told(number: str | None) -> None:
    assert Desk(office(text_missed=True), card()).misses(number) == []


def test_texts_that_could_not_go_today_are_not_written() -> None:
    assert Desk(TWO, card(room=0)).files() == []


def test_callers_leave_texts_for_who_is_on_duty() -> None:
    of = office(person("ana", ANA), text_missed=True)
    assert [to for to, _ in Desk(of, card(room=25, reserve=25)).misses()] == [ANA]
    assert [to for to, _ in Desk(of, card(room=26, reserve=25)).misses()] == [ANA, CALLER]


def test_who_was_told_yesterday_is_not_remembered_for_ever() -> None:
    texting = card()
    desk = Desk(office(text_missed=True), texting)
    desk.misses()
    desk.time.pass_by(timedelta(days=1))
    desk.misses("+37379123457")
    assert set(texting.told) == {"+37379123457"}


def test_a_text_that_came_is_told_by_letter() -> None:
    desk = Desk(replace(TWO, notify_to=("owner@example.org",)))
    desk.notices.text_came(desk.office, CALLER, "Are you open?", NOW)
    ((way, to, subject),) = desk.outbox.letters
    assert (way, to) == ("email", "owner@example.org")
    assert CALLER in subject
    assert "Are you open?" in subject


def test_a_flood_of_texts_is_no_flood_of_letters_and_ends() -> None:
    desk = Desk(replace(TWO, notify_to=("owner@example.org",)))
    for _ in range(100):
        desk.notices.text_came(desk.office, CALLER, "spam", NOW)
    assert len(desk.outbox.letters) == TEXTS_TOLD_AN_HOUR
    desk.notices.text_came(desk.office, CALLER, "hello", NOW + timedelta(hours=2))
    assert len(desk.outbox.letters) == TEXTS_TOLD_AN_HOUR + 1


async def test_the_text_comes_when_the_call_is_taken_and_not_before(tmp_path: Path) -> None:
    wanted = replace(OFFICE, text_caller=True)
    hotline = Hotline(tmp_path, wanted, texting=Texting("MD", lambda: 9))
    hotline.line.on_hearing = lambda _: told.append(hotline.texts(ANA))
    told: list[list[str]] = []
    caller = hotline.rings("1")
    await hotline.step(caller, "joined")
    assert hotline.texts(ANA) == ["Caller: +37322111222"]
    assert told[0] == []
    caller.hang_up()
    await hotline.over(caller)
