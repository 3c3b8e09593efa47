"""The hotline on paper: what it is, as its owner would tell it. No private number is among it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hotline.inbox.retention import Retention
from hotline.storage.officesections import sections_of
from hotline_web import menuwords, words
from hotline_web.desk import Desk
from hotline_web.hoursforms import ALWAYS, days_words
from hotline_web.languages import LANGUAGES, _, ngettext
from hotline_web.menutree import LevelShown, tree_of

Row = tuple[str, str]  # what, and what of it


@dataclass(frozen=True)
class Chapter:
    """One heading with its rows; "" before a row that is only text."""

    title: str
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Passport:
    """The whole sheet. foot: when it was made, and by which version."""

    title: str
    chapters: tuple[Chapter, ...]
    foot: str


def passport_of(here: Desk) -> Passport:
    """As it is now, in the visitor's language. Raises ServiceDown while nobody knows."""
    office = sections_of(here.control.office_get())
    chapters = (
        Chapter(_("Number"), tuple(_numbers(here))),
        Chapter(_("Opening hours"), hours_rows(office)),
        Chapter(_("Who answers"), tuple(_answering(office))),
        Chapter(_("Menu"), tuple(_menu(office))),
        Chapter(_("Languages of callers"), (("", _spoken(office["languages"])),)),
        Chapter(_("Before a recording"), tuple(_notice(here))),
        Chapter(_("How long it is kept"), tuple(_kept())),
        Chapter(_("Tests of the lines"), tuple(_tests(here))),
    )
    version = here.status.version if here.status else ""
    foot = _(
        "As of %(when)s, version %(version)s.", when=here.times.exactly(here.now), version=version
    )
    return Passport(str(office["name"]), tuple(one for one in chapters if one.rows), foot)


def numbers_of(here: Desk) -> list[tuple[str, str]]:
    """Under which numbers callers reach the office: the line's name, and the number."""
    lines = here.status.lines if here.status else ()
    return [(line.name, line.number) for line in lines if line.number]


def _numbers(here: Desk) -> Iterator[Row]:
    for name, number in numbers_of(here):
        yield name, words.phone(number)


def hours_rows(office: Mapping[str, Any]) -> tuple[Row, ...]:
    """Days, and from when until when. office: its sections."""
    hours: Any = office.get("hours") or ALWAYS
    if hours == ALWAYS:
        return (("", _("Around the clock")),)
    return tuple((days_words(one["days"]), one["time"].replace("-", "–")) for one in hours)


def _answering(office: Mapping[str, Any]) -> Iterator[Row]:
    people = office.get("people") or []
    topics = office.get("topics") or []
    for topic in topics:
        able = [p["name"] for p in people if not p.get("topics") or topic["id"] in p["topics"]]
        yield menuwords.of(topic.get("name"), topic["id"]), ", ".join(able) or _("nobody")
    if not topics and people:
        yield "", ", ".join(person["name"] for person in people)


def _menu(office: Mapping[str, Any]) -> Iterator[Row]:
    levels = tree_of(
        office.get("menus") or [],
        office.get("topics") or [],
        office.get("campaigns") or [],
        str(office.get("fallback") or ""),
        lambda place: [],
        office.get("answers") or [],
    )
    for level in levels:
        yield from _level(level, "")


def _level(level: LevelShown, before: str) -> Iterator[Row]:
    for key in level.keys:
        pressed = f"{before}{key.key}"
        label = menuwords.of(key.label)
        yield pressed, f"{label}: {key.leads}" if label else key.leads
        if key.below:
            yield from _level(key.below, f"{pressed} ")


def _spoken(languages: list[str]) -> str:
    return ", ".join(LANGUAGES.get(code, code) for code in languages)


def _notice(here: Desk) -> Iterator[Row]:
    for code, text in here.control.notice_texts().items():
        yield LANGUAGES.get(code, code), text


def _kept() -> Iterator[Row]:
    kept = Retention()
    yield _("Messages and complaints, once done"), _days(kept.cases.days)
    yield _("Calls"), _days(kept.calls.days)


def _days(number: int) -> str:
    return ngettext("%(num)d day", "%(num)d days", number)


def _tests(here: Desk) -> Iterator[Row]:
    for line in here.status.lines if here.status else ():
        if line.test:
            found = ", ".join(words.check_words(check) for check in line.test.checks)
            yield line.name, f"{here.times.exactly(line.test.at)}: {found}"
        else:
            yield line.name, _("Not tested yet")
