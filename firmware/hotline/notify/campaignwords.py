"""What the office is told of a campaign that is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from hotline.inbox.label import label
from hotline.notify.words import NAME_IN_TEXT, About, Words
from hotline.storage.campaignends import CampaignEnd

_MOMENT = timedelta(microseconds=1)


@dataclass(frozen=True)
class _Phrases:
    subject: str
    span: str
    calls: str
    spoken: str
    messages: str
    informed: str
    missed: str
    owed: str
    day: str


_PHRASES = {
    "en": _Phrases(
        subject="«{name}» is over: {calls} calls, {spoken} answered, {missed} missed",
        span="From {began} to {ended}",
        calls="Calls",
        spoken="Talked with a person",
        messages="Messages, complaints and wishes to be called back",
        informed="Answered by the menu",
        missed="Missed",
        owed="of these not called back yet",
        day="%Y-%m-%d",
    ),
    "ro": _Phrases(
        subject="«{name}» s-a încheiat: apeluri {calls}, preluate {spoken}, pierdute {missed}",
        span="De la {began} până la {ended}",
        calls="Apeluri",
        spoken="Au vorbit cu cineva",
        messages="Mesaje, reclamații și rugăminți de a suna înapoi",
        informed="Au aflat totul din meniu",
        missed="Pierdute",
        owed="dintre ele încă nesunate înapoi",
        day="%d.%m.%Y",
    ),
    "ru": _Phrases(
        subject="«{name}»: закончено. Звонков {calls}, отвечено {spoken}, пропущено {missed}",
        span="С {began} по {ended}",
        calls="Звонков",
        spoken="Поговорили с сотрудником",
        messages="Сообщений, жалоб и просьб перезвонить",
        informed="Узнали всё из меню",
        missed="Пропущено",
        owed="из них ещё не перезвонили",
        day="%d.%m.%Y",
    ),
    "uk": _Phrases(
        subject="«{name}»: завершено. Дзвінків {calls}, прийнято {spoken}, пропущено {missed}",
        span="З {began} по {ended}",
        calls="Дзвінків",
        spoken="Поговорили з працівником",
        messages="Повідомлень, скарг і прохань передзвонити",
        informed="Дізналися все з меню",
        missed="Пропущено",
        owed="з них ще не передзвонили",
        day="%d.%m.%Y",
    ),
}


def about_campaign_end(end: CampaignEnd, about: About) -> Words:
    """What came of it. The subject is also the text to whoever watches."""
    phrases = _PHRASES.get(about.language, _PHRASES["en"])
    name = label(end.name, NAME_IN_TEXT * 2)
    subject = phrases.subject.format(
        name=name, calls=end.calls, spoken=end.spoken, missed=end.missed
    )
    # What ends at midnight ended on the day before.
    began, ended = (_day(at, phrases, about) for at in (end.began, end.ended - _MOMENT))
    span = phrases.span.format(began=began, ended=ended)
    facts = "\n".join(f"{what}: {count}" for what, count in _counts(end, phrases))
    return Words(label(subject, 140), f"{subject}\n\n{span}\n{facts}\n\n{label(about.office)}\n")


def _counts(end: CampaignEnd, phrases: _Phrases) -> Iterator[tuple[str, int]]:
    yield phrases.calls, end.calls
    yield phrases.spoken, end.spoken
    yield phrases.messages, end.messages
    yield phrases.informed, end.informed
    yield phrases.missed, end.missed
    if end.owed:
        yield phrases.owed, end.owed


def _day(at: datetime, phrases: _Phrases, about: About) -> str:
    return at.astimezone(about.zone).strftime(phrases.day)
