"""What the office is told of answers whose last day comes, or is past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from hotline.inbox.label import label
from hotline.notify.words import About, Words


@dataclass(frozen=True)
class Answered:
    """One answer. owner: the name of who keeps it right, "" for nobody. over: its day is past."""

    question: str
    until: date
    owner: str
    over: bool


@dataclass(frozen=True)
class _Phrases:
    subject: str
    soon: str
    over: str
    owner: str
    do: str
    day: str


_PHRASES = {
    "en": _Phrases(
        "Answers to look at: {first}",
        "{question}: good until {day}",
        "{question}: past since {day}, callers are led to a person",
        "kept right by {owner}",
        "Look whether they are right and date them anew, on the page Answers.",
        "%Y-%m-%d",
    ),
    "ro": _Phrases(
        "Răspunsuri de verificat: {first}",
        "{question}: valabil până la {day}",
        "{question}: expirat la {day}, apelanții ajung la un coleg",
        "îl ține la zi {owner}",
        "Verificați dacă sunt corecte și puneți o dată nouă, pe pagina Răspunsuri.",
        "%d.%m.%Y",
    ),
    "ru": _Phrases(
        "Проверьте ответы: {first}",
        "{question}: верно до {day}",
        "{question}: срок истёк {day}, звонящих соединяют с сотрудником",
        "следит {owner}",
        "Проверьте, верны ли они, и поставьте новую дату на странице «Ответы».",
        "%d.%m.%Y",
    ),
    "uk": _Phrases(
        "Перевірте відповіді: {first}",
        "{question}: правильно до {day}",
        "{question}: термін минув {day}, тих, хто телефонує, з'єднують із працівником",
        "стежить {owner}",
        "Перевірте, чи вони правильні, і поставте нову дату на сторінці «Відповіді».",
        "%d.%m.%Y",
    ),
}


def about_answers(answers: Sequence[Answered], about: About) -> Words:
    """At least one. The subject is also the text to who keeps them right."""
    phrases = _PHRASES.get(about.language, _PHRASES["en"])
    lines = [_line(one, phrases) for one in answers]
    subject = label(phrases.subject.format(first=lines[0]), 140)
    return Words(subject, "\n".join([*lines, "", phrases.do, "", label(about.office)]) + "\n")


def _line(one: Answered, phrases: _Phrases) -> str:
    told = (phrases.over if one.over else phrases.soon).format(
        question=label(one.question, 60), day=one.until.strftime(phrases.day)
    )
    return f"{told}; {phrases.owner.format(owner=label(one.owner))}" if one.owner else told
