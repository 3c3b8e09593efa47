"""What people are told of the plan: of holes in it, the day before; of shifts that are changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hotline.notify.words import OFFICE_IN_TEXT, About, Words
from hotline.routing.coverage import Hole
from hotline.routing.difference import ChangedDay
from hotline.routing.shifts import Duty

LISTED = 12
DAYS_TEXTED = 6  # a text of three parts


@dataclass(frozen=True)
class _Phrases:
    subject: str
    nobody: str
    few: str
    instead: str
    more: str
    body: str
    changed: str
    free: str
    was: str


_PHRASES = {
    "en": _Phrases(
        "Nobody answers: {first}",
        "nobody answers",
        "only {people}, and the office wants {needed}",
        "could stand in: {people}",
        "and {count} more",
        "While the line is open, too few people are there then. Callers wait longer or leave"
        " messages. Have somebody stand in on the page Shifts.",
        "Your shifts are changed:",
        "free",
        "{now} (was {before})",
    ),
    "ro": _Phrases(
        "Nu răspunde nimeni: {first}",
        "nu răspunde nimeni",
        "doar {people}, iar biroul vrea {needed}",
        "pot înlocui: {people}",
        "și încă {count}",
        "Cât linia este deschisă, atunci sunt prea puțini oameni. Apelanții așteaptă mai mult sau"
        " lasă mesaje. Puneți pe cineva să înlocuiască pe pagina Ture.",
        "Turele dvs. s-au schimbat:",
        "liber",
        "{now} (era {before})",
    ),
    "ru": _Phrases(
        "Некому ответить: {first}",
        "никто не ответит",
        "только {people}, а офису нужно {needed}",
        "могут заменить: {people}",
        "и ещё {count}",
        "Линия в это время открыта, а людей не хватает: звонящие ждут дольше или оставляют"
        " сообщения. Назначьте замену на странице «Смены».",
        "Ваши смены изменились:",
        "выходной",
        "{now} (было {before})",
    ),
    "uk": _Phrases(
        "Нікому відповісти: {first}",
        "ніхто не відповість",
        "лише {people}, а офісу потрібно {needed}",
        "можуть замінити: {people}",
        "і ще {count}",
        "Лінія в цей час відкрита, а людей не вистачає: абоненти чекають довше або лишають"
        " повідомлення. Призначте заміну на сторінці «Зміни».",
        "Ваші зміни оновлено:",
        "вихідний",
        "{now} (було {before})",
    ),
}


def about_holes(holes: Sequence[Hole], about: About) -> Words:
    """At least one. The subject says when the first one is; it is also the text."""
    phrases = _PHRASES.get(about.language, _PHRASES["en"])
    subject = phrases.subject.format(first=_when(holes[0], about))
    lines = [_line(hole, phrases, about) for hole in holes[:LISTED]]
    if left := len(holes) - LISTED:
        lines += [phrases.more.format(count=left)] if left > 0 else []
    return Words(subject, "\n".join([*lines, "", phrases.body, "", about.office]))


def about_changes(days: Sequence[ChangedDay], about: About) -> str:
    """A text to one person: day by day what they work now, and what it was before."""
    phrases = _PHRASES.get(about.language, _PHRASES["en"])
    lines = [f"{about.office[:OFFICE_IN_TEXT]}. {phrases.changed}"]
    for one in days[:DAYS_TEXTED]:
        now, before = (_hours(duties, phrases, about) for duties in (one.after, one.before))
        lines.append(f"{one.day:%d.%m.} {phrases.was.format(now=now, before=before)}")
    if (left := len(days) - DAYS_TEXTED) > 0:
        lines.append(phrases.more.format(count=left))
    return "\n".join(lines)


def _hours(duties: Sequence[Duty], phrases: _Phrases, about: About) -> str:
    spans = (tuple(edge.astimezone(about.zone) for edge in duty.span) for duty in duties)
    return ", ".join(f"{start:%H:%M}-{end:%H:%M}" for start, end in spans) or phrases.free


def _line(hole: Hole, phrases: _Phrases, about: About) -> str:
    people = ", ".join(person.name for person in hole.there if person.number)
    lacks = phrases.few.format(people=people, needed=hole.needed) if people else phrases.nobody
    instead = ", ".join(person.name for person in hole.instead)
    helps = f"; {phrases.instead.format(people=instead)}" if instead else ""
    return f"{_when(hole, about)}: {lacks}{helps}"


def _when(hole: Hole, about: About) -> str:
    start, end = (edge.astimezone(about.zone) for edge in hole.span)
    return f"{start:%d.%m. %H:%M}-{end:%H:%M}"
