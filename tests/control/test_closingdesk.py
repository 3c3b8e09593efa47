"""Who closes the line is believed at once, it stays closed over a restart, and ends by itself."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from hotline.clock import Clock
from hotline.control.answering import answer_of
from hotline.control.closingdesk import ClosingDesk
from hotline.control.messages.closing import Closed
from hotline.errors import HotlineError
from hotline.media.catalogue import Prompt
from hotline.media.engine import Prompts
from hotline.routing.office import EarlyClosing, Office
from hotline.routing.plan import plan_for
from hotline.said import together
from hotline.storage.audit import Act
from hotline.storage.earlyclosings import EarlyClosings
from tests.control.test_draftdesk import Shop
from tests.routing.shop import at, hours, office, person

SHOP = office(person("Ana"), hours=(hours("mon-fri", "09:00-18:00"),))
AFTERNOON, MORNING = at("2026-11-23 15:00"), at("2026-11-24 09:00")


class _Voice(Prompts):
    """Remembers what it was to speak."""

    def __init__(self) -> None:
        self.spoken: list[tuple[str, str]] = []

    async def made(self, language: str, text: str) -> Path:
        self.spoken.append((language, text))
        return Path("/spoken.wav")


class Place:
    """A desk over a file, at an instant."""

    def __init__(self, folder: Path, shop: Office = SHOP, now: datetime = AFTERNOON) -> None:
        self.now, self.file = now, folder / "closed-early.json"
        self.voice, self.audit, self.told = _Voice(), list[tuple[Act, str, str]](), list[str]()
        self.desk = ClosingDesk(
            lambda: shop,
            self.voice,
            EarlyClosings(self.file),
            Clock(wall=lambda: self.now),
            lambda *line: self.audit.append(line),
            self.told.append,
        )

    def closes(self, until: datetime | None = None, **notice: str) -> None:
        asyncio.run(self.desk.close_early(until, "Maria", notice))

    def refused(self, until: datetime | None = None, **notice: str) -> str:
        with pytest.raises(HotlineError) as refused:
            self.closes(until, **notice)
        assert not self.file.exists()
        return str(together(refused.value.cause, refused.value.action))


def test_without_a_time_it_is_closed_until_the_hours_open_it_on_another_day(
    tmp_path: Path,
) -> None:
    place = Place(tmp_path)
    place.closes()
    assert place.desk.closed() == Closed(at=AFTERNOON, until=MORNING, by="Maria")
    assert place.audit == [(Act.CLOSED_EARLY, "2026-11-24 09:00", "Maria")]
    assert place.told == ["Maria"]


def test_it_is_over_by_itself(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.closes()
    place.now = MORNING
    assert place.desk.closed() is None


def test_a_restart_opens_nothing(tmp_path: Path) -> None:
    Place(tmp_path).closes(ro="S-a spart o țeavă.")
    look = Place(tmp_path, now=AFTERNOON + timedelta(hours=1)).desk.look()
    assert look.closed is not None
    assert look.notice == {"ro": "S-a spart o țeavă."}


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"at": "2026-11-23", "until": 3}'])
def test_a_file_that_cannot_be_read_closes_nothing(tmp_path: Path, broken: str) -> None:
    place = Place(tmp_path)
    place.file.write_text(broken)
    assert Place(tmp_path).desk.closed() is None


def test_opening_again_is_at_once_and_stands_in_the_audit_once(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.closes()
    for _ in range(2):
        asyncio.run(place.desk.open_again("Ana"))
    assert place.desk.closed() is None
    assert Place(tmp_path).desk.closed() is None
    assert place.audit[1:] == [(Act.OPENED_AGAIN, "", "Ana")]


def test_no_caller_waits_until_the_sentence_is_spoken(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.closes(ro="S-a spart o țeavă.", ru=" ")
    assert place.voice.spoken == [("ro", "S-a spart o țeavă.")]


def test_what_is_closed_already_is_told_so(tmp_path: Path) -> None:
    evening = at("2026-11-23 19:00")
    assert "closed already" in Place(tmp_path, now=evening).refused()


def test_an_office_open_day_and_night_is_asked_for_a_time(tmp_path: Path) -> None:
    place = Place(tmp_path, office(person("Ana")))
    assert "Say until when" in place.refused()
    place.closes(AFTERNOON + timedelta(hours=2))
    assert place.desk.closed() is not None


@pytest.mark.parametrize("hours_ahead", [-1, 0, 7 * 24 + 1])
def test_a_time_that_is_past_or_weeks_ahead_is_refused(tmp_path: Path, hours_ahead: int) -> None:
    assert "at most 7 days" in Place(tmp_path).refused(AFTERNOON + timedelta(hours=hours_ahead))


def test_a_language_the_office_does_not_speak_is_refused(tmp_path: Path) -> None:
    assert "does not speak" in Place(tmp_path).refused(None, fr="Fermé.")


def test_who_asks_why_nobody_is_rung_hears_who_closed() -> None:
    early = EarlyClosing(AFTERNOON, MORNING, "Maria")
    closed = replace(SHOP, closed_early=early)
    answer = answer_of(plan_for(None, closed, AFTERNOON), AFTERNOON, closed, None)
    assert not answer.open
    assert [str(one) for one in answer.why] == ["Closed early, by Maria."]


async def test_the_very_next_caller_hears_it_and_after_opening_again_is_connected(
    tmp_path: Path,
) -> None:
    shop = Shop(tmp_path)
    voice, clock = shop.exchange.prompts, shop.exchange.clock
    desk = ClosingDesk(shop.exchange.office, voice, shop.early, clock, lambda *_: None)

    async def first_heard() -> str:
        caller = shop.rings("2")
        await shop.over(caller)
        return str(caller.heard[0])

    assert await first_heard() == Prompt.GREETING_OPEN
    await desk.close_early(clock.now() + timedelta(hours=2), "Maria")
    assert await first_heard() == Prompt.GREETING_CLOSED
    await desk.open_again("Maria")
    assert await first_heard() == Prompt.GREETING_OPEN
