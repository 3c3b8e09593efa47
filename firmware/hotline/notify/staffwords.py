"""What staff and their supervisor are told, in a text: one part, in the languages of the office.

A text with other letters than Latin ones holds 70 characters; Romanian is written without marks,
which would make it such a one.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from hotline.inbox.label import label
from hotline.routing.office import Office, Person
from hotline.routing.presence import Away, Decision, Verdict, Why

NAME_IN_TEXT = 12
NAMES_IN_TEXT = 3


class Say(StrEnum):
    """Answers to texts that only need a name and a day."""

    HELP = "help"
    SWAP_ASK = "swap ask"
    SWAP_ASKED = "swap asked"
    SWAP_DONE = "swap done"
    SWAP_REFUSED = "swap refused"
    SWAP_UNKNOWN = "swap unknown"
    SWAP_SEVERAL = "swap several"
    SWAP_NO_DUTY = "swap no duty"
    SWAP_PAST = "swap past"
    SWAP_CANNOT = "swap cannot"
    SWAP_NO_TEXT = "swap no text"
    BACK = "back"
    LATE = "late"
    PIN_USED = "pin used"


@dataclass(frozen=True)
class _Phrases:
    verdicts: Mapping[Verdict, str]
    never_on: str
    away: Mapping[Why, str]
    nobody_left: str
    back_again: str
    alone_and_missing: str
    on_now: str
    nobody_on: str
    next: str
    welcome: str
    says: Mapping[Say, str]


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
    nobody_left="Nobody can be rung now: {names}",
    back_again="Calls are put through again: {names}",
    alone_and_missing="{name} missed {n} calls, and nobody else is there.",
    on_now="On now: {names}.",
    nobody_on="Nobody is on now.",
    next="Next {time}: {names}.",
    welcome="{name} just called you: save the number. Press 1 to take a call.",
    says={
        Say.HELP: "Write: BREAK 15, OFF, ON, WHO, SWAP name, BACK case",
        Say.SWAP_ASK: "{name} asks to swap duties with you on {day}. Reply 1: yes, 2: no.",
        Say.SWAP_ASKED: "{name} was asked; you will be told.",
        Say.SWAP_DONE: "Swapped: on {day} {name} and {other} work each other's duties.",
        Say.SWAP_REFUSED: "{name} does not swap on {day}.",
        Say.SWAP_UNKNOWN: "Nobody here is called {name}.",
        Say.SWAP_SEVERAL: "Several are called {name}: write the whole name.",
        Say.SWAP_NO_DUTY: "Neither you nor {name} has a duty on {day}.",
        Say.SWAP_PAST: "There is no such day to come.",
        Say.SWAP_CANNOT: "The plan does not allow this swap.",
        Say.SWAP_NO_TEXT: "{name} cannot be texted now.",
        Say.BACK: "Calling back by text is not possible here.",
        Say.LATE: "Your text came hours late; nothing was changed.",
        Say.PIN_USED: "Your PIN was used from another phone. Not you? Tell the office.",
    },
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
    nobody_left="Звонить некому: {names}",
    back_again="Звонки снова принимают: {names}",
    alone_and_missing="Пропускает звонки ({n}) и один на смене: {name}",
    on_now="На линии: {names}.",
    nobody_on="На линии никого.",
    next="Потом {time}: {names}.",
    welcome="Только что звонила линия {name}: сохраните номер. Взять звонок: 1.",
    says={
        Say.HELP: "ПЕРЕРЫВ 15, УШЕЛ, ТУТ, КТО, ОБМЕН имя, ПЕРЕЗВОНИТЬ номер",
        Say.SWAP_ASK: "{name} предлагает обмен сменами {day}. Ответьте 1 - да, 2 - нет.",
        Say.SWAP_ASKED: "Спросили: {name}. Об ответе сообщим.",
        Say.SWAP_DONE: "Обмен {day}: {name} и {other}.",
        Say.SWAP_REFUSED: "Обмена {day} не будет: {name}.",
        Say.SWAP_UNKNOWN: "Здесь никого не зовут {name}.",
        Say.SWAP_SEVERAL: "{name} не один: напишите имя полностью.",
        Say.SWAP_NO_DUTY: "{day} смен нет ни у вас, ни у {name}.",
        Say.SWAP_PAST: "Такого дня впереди нет.",
        Say.SWAP_CANNOT: "План не допускает такого обмена.",
        Say.SWAP_NO_TEXT: "{name}: СМС сейчас не отправить.",
        Say.BACK: "Перезвонить по СМС здесь нельзя.",
        Say.LATE: "Ваше СМС опоздало на часы; ничего не изменено.",
        Say.PIN_USED: "Ваш ПИН набрали с другого телефона. Не вы? Скажите в офисе.",
    },
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
    nobody_left="Дзвонити нікому: {names}",
    back_again="Дзвінки знову приймають: {names}",
    alone_and_missing="Пропускає дзвінки ({n}) і один на зміні: {name}",
    on_now="На лінії: {names}.",
    nobody_on="На лінії нікого.",
    next="Потім {time}: {names}.",
    welcome="Щойно дзвонила лінія {name}: збережіть номер. Взяти дзвінок: 1.",
    says={
        Say.HELP: "ПЕРЕРВА 15, ПІШОВ, ТУТ, ХТО, ОБМІН ім'я, ПЕРЕДЗВОНИТИ номер",
        Say.SWAP_ASK: "{name} пропонує обмін змінами {day}. Відповідь: 1 - так, 2 - ні.",
        Say.SWAP_ASKED: "Спитали: {name}. Про відповідь повідомимо.",
        Say.SWAP_DONE: "Обмін {day}: {name} і {other}.",
        Say.SWAP_REFUSED: "Обміну {day} не буде: {name}.",
        Say.SWAP_UNKNOWN: "Тут нікого не звати {name}.",
        Say.SWAP_SEVERAL: "{name} не один: напишіть ім'я повністю.",
        Say.SWAP_NO_DUTY: "{day} змін немає ні у вас, ні у {name}.",
        Say.SWAP_PAST: "Такого дня попереду немає.",
        Say.SWAP_CANNOT: "План не дозволяє такого обміну.",
        Say.SWAP_NO_TEXT: "{name}: СМС зараз не надіслати.",
        Say.BACK: "Передзвонити через СМС тут не можна.",
        Say.LATE: "Ваше СМС запізнилося на години; нічого не змінено.",
        Say.PIN_USED: "Ваш ПІН набрали з іншого телефону. Не ви? Скажіть в офісі.",
    },
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
    nobody_left="Nu e nimeni de sunat: {names}",
    back_again="Apelurile se primesc din nou: {names}",
    alone_and_missing="{name} a pierdut {n} apeluri si este singur.",
    on_now="De serviciu: {names}.",
    nobody_on="Nu e nimeni de serviciu.",
    next="Apoi {time}: {names}.",
    welcome="V-a sunat {name}: salvati numarul. Preluati apelul cu tasta 1.",
    says={
        Say.HELP: "Scrieti: PAUZA 15, PLECAT, REVENIT, CINE, SCHIMB nume, INAPOI numar",
        Say.SWAP_ASK: "{name} vrea schimb de tura cu dvs. pe {day}. Raspuns: 1 da, 2 nu.",
        Say.SWAP_ASKED: "{name} a fost intrebat; veti fi anuntat.",
        Say.SWAP_DONE: "Schimb facut pe {day}: {name} si {other}.",
        Say.SWAP_REFUSED: "{name} nu face schimb pe {day}.",
        Say.SWAP_UNKNOWN: "Nimeni de aici nu se numeste {name}.",
        Say.SWAP_SEVERAL: "Sunt mai multi {name}: scrieti numele intreg.",
        Say.SWAP_NO_DUTY: "Nici dvs., nici {name} nu are tura pe {day}.",
        Say.SWAP_PAST: "Nu exista o astfel de zi de acum inainte.",
        Say.SWAP_CANNOT: "Planul nu permite acest schimb.",
        Say.SWAP_NO_TEXT: "{name} nu poate primi acum un SMS.",
        Say.BACK: "Aici nu se poate suna inapoi prin SMS.",
        Say.LATE: "SMS-ul dvs. a venit cu ore intarziere; nu s-a schimbat nimic.",
        Say.PIN_USED: "PIN-ul dvs. a fost folosit de pe alt telefon. Nu de dvs.? Anuntati biroul.",
    },
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
        return f"{local:%H:%M}" if today else f"{local:%d.%m %H:%M}"


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


def about_welcome(office: str, told: Told) -> str:
    """To who just confirmed their number: whose number that was, and what to press."""
    return told.phrases.welcome.format(name=label(office, NAME_IN_TEXT))


def about_back_again(names: Iterable[str], told: Told) -> str:
    """To the supervisor: somebody can be rung again."""
    return told.phrases.back_again.format(names=_some(label(n, NAME_IN_TEXT) for n in names))


def about_alone_and_missing(name: str, missed: int, told: Told) -> str:
    """To the supervisor: who misses calls could not be paused, being the only one."""
    return told.phrases.alone_and_missing.format(name=label(name, NAME_IN_TEXT), n=missed)


def about_who(
    on: Iterable[tuple[str, Away | None]], then: tuple[datetime, Iterable[str]] | None, told: Told
) -> str:
    """The answer to WHO. on: who is on duty, and how they are away. then: who comes next."""
    phrases, names = told.phrases, [_with_away(name, away, told) for name, away in on]
    now = phrases.on_now.format(names=_some(names)) if names else phrases.nobody_on
    if then is None:
        return now
    coming = _some(label(name, NAME_IN_TEXT) for name in then[1])
    return f"{now} {phrases.next.format(time=told.time(then[0]), names=coming)}"


def say(what: Say, told: Told, name: str = "", other: str = "", day: date | None = None) -> str:
    """One of the short answers."""
    return told.phrases.says[what].format(
        name=label(name, NAME_IN_TEXT),
        other=label(other, NAME_IN_TEXT),
        day=f"{day:%d.%m}" if day else "",
    )


def _with_away(name: str, away: Away | None, told: Told) -> str:
    shown = label(name, NAME_IN_TEXT)
    return f"{shown} ({told.phrases.away[away.why]} {told.time(away.until)})" if away else shown


def _some(names: Iterable[str]) -> str:
    """The first few, so that a text is not cut into parts."""
    first = list(names)
    more = ", …" if len(first) > NAMES_IN_TEXT else ""
    return ", ".join(first[:NAMES_IN_TEXT]) + more
