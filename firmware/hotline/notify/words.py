"""What letters and texts say, in the office's languages."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from hotline.inbox.case import Case, CaseKind
from hotline.inbox.label import label
from hotline.inbox.waiting import Waiting

# A text with other letters than Latin ones holds 70.
TOPIC_IN_TEXT = 20
NAME_IN_TEXT = 14
OFFICE_IN_TEXT = 20
LETTER_TEXT, LETTER_LINE = 4000, 500
LISTED = 50
OWNERS_IN_TEXT = NUMBERS_IN_TEXT = 3


@dataclass(frozen=True)
class Words:
    """A letter's texts. subject: one line, enough by itself."""

    subject: str
    body: str


@dataclass(frozen=True)
class About:
    """What every letter needs to know. on_duty: names of who is on duty now, may be empty."""

    office: str
    zone: ZoneInfo
    language: str
    on_duty: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Phrases:
    kinds: dict[CaseKind, str]
    missed: str
    topic: str
    caller: str
    withheld: str
    when: str
    length: str
    on_duty: str
    nobody: str
    due: str
    call_back: str
    instant: str
    missed_you: str
    text_came: str
    sender: str
    still: str
    all_returned: str
    since: str
    more: str
    given_up: str


_ENGLISH = _Phrases(
    kinds={
        CaseKind.MESSAGE: "Message",
        CaseKind.COMPLAINT: "Complaint",
        CaseKind.CALLBACK: "Call back",
    },
    missed="Missed call",
    topic="Topic",
    caller="Caller",
    withheld="number withheld",
    when="When",
    length="Recording",
    on_duty="On duty now",
    nobody="nobody",
    due="Answer by",
    call_back="Please call back. The call stays on the list until somebody has spoken to the"
    " caller.",
    instant="%Y-%m-%d %H:%M",
    missed_you="We missed your call and will call you back.",
    text_came="A text came",
    sender="From",
    still="Still waiting for a call",
    all_returned="Everybody who was missed today was called back",
    since="since",
    more="and more",
    given_up="The box did not get through, please call back",
)
_RUSSIAN = _Phrases(
    kinds={
        CaseKind.MESSAGE: "Сообщение",
        CaseKind.COMPLAINT: "Жалоба",
        CaseKind.CALLBACK: "Просьба перезвонить",
    },
    missed="Пропущенный звонок",
    topic="Тема",
    caller="Звонил",
    withheld="номер скрыт",
    when="Когда",
    length="Запись",
    on_duty="Сейчас дежурит",
    nobody="никто",
    due="Ответить до",
    call_back="Пожалуйста, перезвоните. Звонок останется в списке, пока с человеком не поговорят.",
    instant="%d.%m.%Y %H:%M",
    missed_you="Мы пропустили ваш звонок и перезвоним вам.",
    text_came="Пришло СМС",
    sender="От",
    still="Ещё ждут звонка",
    all_returned="Сегодня перезвонили всем, кого пропустили",
    since="с",
    more="и ещё",
    given_up="Перезвоните, коробка не смогла",
)
_UKRAINIAN = _Phrases(
    kinds={
        CaseKind.MESSAGE: "Повідомлення",
        CaseKind.COMPLAINT: "Скарга",
        CaseKind.CALLBACK: "Прохання передзвонити",
    },
    missed="Пропущений дзвінок",
    topic="Тема",
    caller="Дзвонив",
    withheld="номер приховано",
    when="Коли",
    length="Запис",
    on_duty="Зараз чергує",
    nobody="ніхто",
    due="Відповісти до",
    call_back="Будь ласка, передзвоніть. Дзвінок лишається у списку, доки з людиною не поговорять.",
    instant="%d.%m.%Y %H:%M",
    missed_you="Ми пропустили ваш дзвінок і передзвонимо вам.",
    text_came="Надійшло СМС",
    sender="Від",
    still="Ще чекають на дзвінок",
    all_returned="Сьогодні передзвонили всім, кого пропустили",
    since="з",
    more="і ще",
    given_up="Передзвоніть, коробка не змогла",
)
_ROMANIAN = _Phrases(
    kinds={
        CaseKind.MESSAGE: "Mesaj",
        CaseKind.COMPLAINT: "Reclamație",
        CaseKind.CALLBACK: "Rugăminte de a suna înapoi",
    },
    missed="Apel pierdut",
    topic="Subiect",
    caller="A sunat",
    withheld="număr ascuns",
    when="Când",
    length="Înregistrare",
    on_duty="De serviciu acum",
    nobody="nimeni",
    due="Răspundeți până la",
    call_back="Vă rugăm să sunați înapoi. Apelul rămâne în listă până când cineva vorbește cu"
    " persoana.",
    instant="%d.%m.%Y %H:%M",
    missed_you="Am pierdut apelul dvs. si va vom suna inapoi.",  # without marks: they cost a part
    text_came="A sosit un SMS",
    sender="De la",
    still="Așteaptă încă să fie sunați",
    all_returned="Toți cei pierduți astăzi au fost sunați înapoi",
    since="din",
    more="și încă",
    given_up="Cutia nu a reusit sa sune, sunati dvs.",  # as above
)
_PHRASES = {"en": _ENGLISH, "ru": _RUSSIAN, "uk": _UKRAINIAN, "ro": _ROMANIAN}


def about_case(case: Case, topic: str, about: About) -> Words:
    """A new message, complaint or wish to be called back. topic: its name in that language."""
    phrases = _phrases(about)
    title = _title(phrases, case)
    lines = [
        (phrases.topic, label(topic)),
        (phrases.caller, _caller(phrases, case.caller_number, case.caller_name)),
        (phrases.when, _local(phrases, case.created, about)),
        (phrases.length, _minutes(case.seconds) if case.recording else ""),
        (phrases.on_duty, _names(phrases, about)),
        (phrases.due, _local(phrases, case.due, about)),
    ]
    return Words(_short(phrases, case, label(topic)), _body(title, lines, "", about))


def text_about_case(case: Case, topic: str, about: About) -> str:
    """The same as a text for who is on duty: one part, whatever the language."""
    return _short(_phrases(about), case, label(topic, TOPIC_IN_TEXT))


def about_missed(number: str | None, name: str, at: datetime, about: About) -> Words:
    """A caller left without a person, a message or an answer."""
    phrases = _phrases(about)
    lines = [
        (phrases.caller, _caller(phrases, number, name)),
        (phrases.when, _local(phrases, at, about)),
        (phrases.on_duty, _names(phrases, about)),
    ]
    subject = f"{phrases.missed}: {number or phrases.withheld}, {_local(phrases, at, about)}"
    return Words(label(subject, 140), _body(phrases.missed, lines, phrases.call_back, about))


def about_given_up(number: str, came: datetime, case: int, about: About) -> Words:
    """The box promised a caller to call back, and does not any more. The subject is also the text.

    One part, whatever the language.
    """
    phrases = _phrases(about)
    facts = f"{label(number)}, {_local(phrases, came, about)}, {case}"
    subject = label(f"{phrases.given_up}: {facts}", 140)
    lines = [(phrases.on_duty, _names(phrases, about))]
    return Words(subject, _body(subject, lines, phrases.call_back, about))


def text_about_missed(number: str | None, name: str, at: datetime, about: About) -> str:
    """The same as a text for who is on duty."""
    return about_missed(number, name, at, about).subject


def text_about_talk(number: str, name: str, topic: str, about: About) -> str:
    """To who talks with this caller. number, name: as they came, untrusted."""
    called = label(name, NAME_IN_TEXT)
    known = f"{label(number)} ({called})" if called else label(number)
    wants = f", {label(topic, TOPIC_IN_TEXT)}" if topic else ""
    return f"{_phrases(about).caller}: {known}{wants}"


def about_text(number: str, text: str, at: datetime, about: About) -> Words:
    """Somebody sent a text to the hotline. number, text: as they came, untrusted."""
    phrases = _phrases(about)
    lines = [(phrases.sender, label(number)), (phrases.when, _local(phrases, at, about))]
    said = "\n".join(label(line, LETTER_LINE) for line in text[:LETTER_TEXT].splitlines())
    subject = label(f"{phrases.text_came}: {label(number)}, {label(text)}", 140)
    return Words(subject, _body(phrases.text_came, lines, said, about))


def text_to_missed(office: str, language: str) -> str:
    """What the missed caller is told. A long name of the office is cut: one part."""
    words = _PHRASES.get(language, _ENGLISH).missed_you
    return f"{words} {label(office, OFFICE_IN_TEXT)}"


def text_to_call_back(
    number: str, name: str, came: datetime, case: int | None, about: About
) -> str:
    """What a person needs to call somebody back from the own telephone."""
    phrases = _phrases(about)
    facts = [_caller(phrases, number, name), _local(phrases, came, about), case and str(case)]
    words = ", ".join(str(fact) for fact in facts if fact)
    return label(f"{phrases.kinds[CaseKind.CALLBACK]}: {words}", 140)


def about_waiting(waiting: Sequence[Waiting], names: Mapping[str, str], about: About) -> Words:
    """Who still waits for a call at the end of the day. names: of people, by id."""
    phrases = _phrases(about)
    subject = _how_many(phrases, waiting)
    lines = [
        (
            _caller(phrases, one.caller_number, one.caller_name),
            f"{phrases.since} {_local(phrases, one.since, about)}, {_owner(phrases, one, names)}",
        )
        for one in waiting[:LISTED]
    ]
    left = len(waiting) - LISTED
    closing = f"{phrases.more} {left}" if left > 0 else ""
    return Words(subject, _body(subject, lines, closing, about))


def text_about_waiting(waiting: Sequence[Waiting], names: Mapping[str, str], about: About) -> str:
    """The same as a text for the supervisor: how many, whose they are, the first few numbers."""
    phrases = _phrases(about)
    if not waiting:
        return _how_many(phrases, waiting)
    owners = Counter(_owner(phrases, one, names) for one in waiting)
    whose = ", ".join(f"{who} {many}" for who, many in owners.most_common(OWNERS_IN_TEXT))
    numbers = [one.caller_number or phrases.withheld for one in waiting[:NUMBERS_IN_TEXT]]
    return label(f"{_how_many(phrases, waiting)} ({whose}). {', '.join(numbers)}", 140)


def _title(phrases: _Phrases, case: Case) -> str:
    return f"{phrases.kinds[case.kind]} {case.number}"


def _short(phrases: _Phrases, case: Case, topic: str) -> str:
    """Everything in one line."""
    facts = [topic, case.caller_number or phrases.withheld]
    return label(f"{_title(phrases, case)}: {', '.join(part for part in facts if part)}", 140)


def _how_many(phrases: _Phrases, waiting: Sequence[Waiting]) -> str:
    return f"{phrases.still}: {len(waiting)}" if waiting else phrases.all_returned


def _owner(phrases: _Phrases, one: Waiting, names: Mapping[str, str]) -> str:
    return label(names.get(one.owner, one.owner), TOPIC_IN_TEXT) or phrases.nobody


def _phrases(about: About) -> _Phrases:
    """English where a language has no texts of its own."""
    return _PHRASES.get(about.language, _ENGLISH)


def _body(title: str, lines: list[tuple[str, str]], closing: str, about: About) -> str:
    facts = [f"{what}: {value}" for what, value in lines if value]
    blocks = [title, "\n".join(facts), closing, label(about.office)]
    return "\n\n".join(block for block in blocks if block) + "\n"


def _caller(phrases: _Phrases, number: str | None, name: str) -> str:
    known, called = label(number) or phrases.withheld, label(name)
    return f"{known} ({called})" if called and called != known else known


def _names(phrases: _Phrases, about: About) -> str:
    return ", ".join(label(name) for name in about.on_duty) or phrases.nobody


def _local(phrases: _Phrases, at: datetime, about: About) -> str:
    return at.astimezone(about.zone).strftime(phrases.instant)


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    return f"{whole // 60}:{whole % 60:02d}"
