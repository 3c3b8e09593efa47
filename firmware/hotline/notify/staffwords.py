"""What staff and their supervisor are told, in a text: one part, in the languages of the office.

A text with other letters than Latin ones holds 70 characters; Romanian is written without marks,
which would make it such a one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.inbox.label import label
from hotline.routing.office import Office, Person
from hotline.routing.presence import Away, Decision, Verdict, Why

NAME_IN_TEXT = 12
NAMES_IN_TEXT = 3


@dataclass(frozen=True)
class _Phrases:
    verdicts: Mapping[Verdict, str]
    never_on: str
    away: Mapping[Why, str]
    nobody: str
    nobody_left: str
    back_again: str
    alone_and_missing: str


_ENGLISH = _Phrases(
    verdicts={
        Verdict.BREAK: "Break until {time}. Reply 1 if you are back sooner.",
        Verdict.OFF: "You are off until {time}. Reply 1 when you are back.",
        Verdict.ON: "You are on until {time}.",
        Verdict.PAUSED: "You missed {n} calls and are not rung now. Reply 1 to come back.",
        Verdict.LAST: "Break denied, you are the last one.",
        Verdict.FEW: "Break denied, only {n} would stay.",
        Verdict.NOT_ON_DUTY: "You are not on duty now, but from {time}.",
    },
    never_on="You are not on duty, now or in the weeks to come.",
    away={Why.BREAK: "on a break", Why.OFF: "off", Why.PAUSED: "paused, missed calls"},
    nobody="Nobody",
    nobody_left="Nobody can be rung now: {names}",
    back_again="Calls are put through again: {names}",
    alone_and_missing="{name} missed {n} calls, and nobody else is there.",
)
_RUSSIAN = _Phrases(
    verdicts={
        Verdict.BREAK: "Перерыв до {time}. Вернётесь раньше - ответьте 1.",
        Verdict.OFF: "Вы не на линии до {time}. Вернётесь - ответьте 1.",
        Verdict.ON: "Вы на линии до {time}.",
        Verdict.PAUSED: "Пропущено звонков: {n}. Вам не звоним. Ответьте 1, чтобы вернуться.",
        Verdict.LAST: "Перерыва нет: вы последний на линии.",
        Verdict.FEW: "Перерыва нет: на линии останется только {n}.",
        Verdict.NOT_ON_DUTY: "Сейчас не ваша смена. Она начнётся {time}.",
    },
    never_on="Ваших смен нет ни сейчас, ни в ближайшие недели.",
    away={Why.BREAK: "перерыв", Why.OFF: "не на линии", Why.PAUSED: "не отвечает"},
    nobody="Никого",
    nobody_left="Звонить некому: {names}",
    back_again="Звонки снова принимают: {names}",
    alone_and_missing="Пропускает звонки ({n}) и один на смене: {name}",
)
_UKRAINIAN = _Phrases(
    verdicts={
        Verdict.BREAK: "Перерва до {time}. Повернетеся раніше - дайте 1.",
        Verdict.OFF: "Ви не на лінії до {time}. Повернетеся - дайте 1.",
        Verdict.ON: "Ви на лінії до {time}.",
        Verdict.PAUSED: "Пропущено дзвінків: {n}. Вам не дзвонимо. Дайте 1, щоб повернутись.",
        Verdict.LAST: "Перерви немає: ви останній на лінії.",
        Verdict.FEW: "Перерви немає: на лінії лишиться тільки {n}.",
        Verdict.NOT_ON_DUTY: "Зараз не ваша зміна. Вона почнеться {time}.",
    },
    never_on="Ваших змін немає ні зараз, ні найближчими тижнями.",
    away={Why.BREAK: "перерва", Why.OFF: "не на лінії", Why.PAUSED: "не відповідає"},
    nobody="Нікого",
    nobody_left="Дзвонити нікому: {names}",
    back_again="Дзвінки знову приймають: {names}",
    alone_and_missing="Пропускає дзвінки ({n}) і один на зміні: {name}",
)
_ROMANIAN = _Phrases(
    verdicts={
        Verdict.BREAK: "Pauza pana la {time}. Raspundeti cu 1 daca reveniti mai devreme.",
        Verdict.OFF: "Nu sunteti de serviciu pana la {time}. Cand reveniti, raspundeti cu 1.",
        Verdict.ON: "Sunteti de serviciu pana la {time}.",
        Verdict.PAUSED: "Ati pierdut {n} apeluri si nu mai sunteti sunat. Raspundeti cu 1 ca sa"
        " reveniti.",
        Verdict.LAST: "Pauza refuzata, sunteti ultimul.",
        Verdict.FEW: "Pauza refuzata, ar ramane doar {n}.",
        Verdict.NOT_ON_DUTY: "Acum nu sunteti de serviciu, ci de la {time}.",
    },
    never_on="Nu sunteti de serviciu nici acum, nici in saptamanile urmatoare.",
    away={Why.BREAK: "in pauza", Why.OFF: "plecat", Why.PAUSED: "nu raspunde"},
    nobody="Nimeni",
    nobody_left="Nu e nimeni de sunat: {names}",
    back_again="Apelurile se primesc din nou: {names}",
    alone_and_missing="{name} a pierdut {n} apeluri si este singur.",
)
_PHRASES = {"en": _ENGLISH, "ru": _RUSSIAN, "uk": _UKRAINIAN, "ro": _ROMANIAN}


@dataclass(frozen=True)
class Told:
    """For whom a text is written: their language, the wall clock of the office, and now."""

    language: str
    zone: ZoneInfo
    now: datetime

    @classmethod
    def to(cls, person: Person | None, office: Office, now: datetime) -> Told:
        """In the person's first language, else in the office's."""
        first = next(iter(person.languages if person else ()), office.language)
        return cls(first, office.zone, now)

    @property
    def phrases(self) -> _Phrases:
        """English where a language has no texts of its own."""
        return _PHRASES.get(self.language, _ENGLISH)

    def time(self, at: datetime) -> str:
        """14:15 if it is today, else with the day."""
        local = at.astimezone(self.zone)
        today = local.date() == self.now.astimezone(self.zone).date()
        return f"{local:%H:%M}" if today else f"{local:%d.%m. %H:%M}"


def about_decision(decision: Decision, told: Told, missed: int = 0) -> str:
    """The answer to BREAK, OFF or ON, and what who was paused is told. missed: how many rings."""
    if decision.verdict is Verdict.NOT_ON_DUTY and decision.until is None:
        return told.phrases.never_on
    time = told.time(decision.until) if decision.until else ""
    return told.phrases.verdicts[decision.verdict].format(time=time, n=missed or decision.stay)


def about_nobody_left(away: Iterable[tuple[str, Away]], told: Told) -> str:
    """To the supervisor: everybody of the plan is away. away: names with why and until when."""
    names = (
        f"{label(name, NAME_IN_TEXT)} {told.phrases.away[one.why]}, {told.time(one.until)}"
        for name, one in away
    )
    return told.phrases.nobody_left.format(names=_some(names))


def about_back_again(names: Iterable[str], told: Told) -> str:
    """To the supervisor: somebody can be rung again."""
    return told.phrases.back_again.format(names=_some(label(n, NAME_IN_TEXT) for n in names))


def about_alone_and_missing(name: str, missed: int, told: Told) -> str:
    """To the supervisor: who misses calls could not be paused, being the only one."""
    return told.phrases.alone_and_missing.format(name=label(name, NAME_IN_TEXT), n=missed)


def _some(names: Iterable[str]) -> str:
    """The first few, so that a text is not cut into parts."""
    first = list(names)
    more = ", …" if len(first) > NAMES_IN_TEXT else ""
    return ", ".join(first[:NAMES_IN_TEXT]) + more
