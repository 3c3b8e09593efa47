"""What the office is told of its own checks: of telephones each week, of lines each day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hotline.inbox.label import label
from hotline.notify.words import About, Words
from hotline.numbering import mask
from hotline.routing.rollcall import Result, Summary


@dataclass(frozen=True)
class _Phrases:
    week: str
    week_well: str
    week_body: str
    results: Mapping[Result, str]
    gone: str
    gone_body: str
    fails: str
    fails_body: str
    works: str
    works_body: str


_PHRASES = {
    "en": _Phrases(
        week="Weekly check of telephones: {well} of {all} pressed the key. {others}",
        week_well="Weekly check of telephones: all {all} pressed the key.",
        week_body="Callers are still sent to the others, and the next person is rung when nobody"
        " presses 1. When a voicemail answers, `hotline numbers measure NAME` or the page People"
        " measures it, and the box rings off before it.",
        results={
            Result.NO_KEY: "picked up, no key (a voicemail?)",
            Result.NO_ANSWER: "no answer",
            Result.BUSY: "busy",
            Result.DECLINED: "declined",
            Result.UNREACHABLE: "not reachable",
            Result.DEAD: "no such number",
            Result.UNKNOWN: "not seen",
        },
        gone="{name} cannot be reached: {number}, {result}, twice",
        gone_body="The weekly check rang this telephone on two days. Ask {name}, and correct the"
        " number in the office if it is wrong; the new one has to be confirmed.",
        fails="Callers do not get through on the line {line}",
        fails_body="The box called it over {over}, as it does each day; that worked before."
        " Call it from another telephone, and see `hotline doctor`.",
        works="Callers get through on the line {line} again",
        works_body="The box called it over {over}.",
    ),
    "ro": _Phrases(
        week="Verificarea telefoanelor: {well} din {all} au apăsat tasta. {others}",
        week_well="Verificarea telefoanelor: toate {all} au apăsat tasta.",
        week_body="Apelanții ajung în continuare și la ceilalți, iar dacă nimeni nu apasă 1, sună"
        " următorul coleg. Dacă răspunde mesageria vocală, măsurați-o pe pagina „Oameni”: cutia"
        " închide înaintea ei.",
        results={
            Result.NO_KEY: "răspuns fără tastă (mesagerie?)",
            Result.NO_ANSWER: "nu răspunde",
            Result.BUSY: "ocupat",
            Result.DECLINED: "respins",
            Result.UNREACHABLE: "indisponibil",
            Result.DEAD: "număr inexistent",
            Result.UNKNOWN: "neverificat",
        },
        gone="{name} nu poate fi găsit(ă): {number}, {result}, de două ori",
        gone_body="Verificarea săptămânală a sunat la acest telefon în două zile. Întrebați {name}"
        " și corectați numărul în birou, dacă este greșit; cel nou trebuie confirmat.",
        fails="Apelurile nu ajung pe linia {line}",
        fails_body="Cutia a sunat-o prin {over}, ca în fiecare zi; înainte mergea. Sunați"
        " de pe alt telefon.",
        works="Apelurile ajung din nou pe linia {line}",
        works_body="Cutia a sunat-o prin {over}.",
    ),
    "ru": _Phrases(
        week="Проверка телефонов: кнопку нажали {well} из {all}. {others}",
        week_well="Проверка телефонов: кнопку нажали все ({all}).",
        week_body="Остальным звонки тоже переводятся; если никто не нажал 1, звонит следующий"
        " телефон. Если отвечает автоответчик, измерьте его на странице «Люди»: коробка положит"
        " трубку раньше него.",
        results={
            Result.NO_KEY: "сняли, но не нажали (автоответчик?)",
            Result.NO_ANSWER: "не отвечает",
            Result.BUSY: "занято",
            Result.DECLINED: "отклонено",
            Result.UNREACHABLE: "недоступен",
            Result.DEAD: "нет такого номера",
            Result.UNKNOWN: "не проверен",
        },
        gone="{name}: дозвониться нельзя, {number}, {result}, дважды",
        gone_body="Недельная проверка звонила на этот телефон в два разных дня. Спросите: {name}."
        " Если номер неверный, исправьте его; новый нужно подтвердить.",
        fails="Звонки не доходят по линии {line}",
        fails_body="Коробка позвонила на неё через {over}, как каждый день; раньше получалось."
        " Позвоните на неё с другого телефона.",
        works="Звонки снова доходят по линии {line}",
        works_body="Коробка позвонила на неё через {over}.",
    ),
    "uk": _Phrases(
        week="Перевірка телефонів: кнопку натиснули {well} з {all}. {others}",
        week_well="Перевірка телефонів: кнопку натиснули всі ({all}).",
        week_body="Решті дзвінки теж переводяться; якщо ніхто не натиснув 1, дзвонить наступний"
        " телефон. Якщо відповідає автовідповідач, виміряйте його на сторінці «Люди»: коробка"
        " покладе слухавку раніше за нього.",
        results={
            Result.NO_KEY: "зняли, але не натиснули (автовідповідач?)",
            Result.NO_ANSWER: "не відповідає",
            Result.BUSY: "зайнято",
            Result.DECLINED: "відхилено",
            Result.UNREACHABLE: "недоступний",
            Result.DEAD: "немає такого номера",
            Result.UNKNOWN: "не перевірено",
        },
        gone="{name}: додзвонитися не можна, {number}, {result}, двічі",
        gone_body="Тижнева перевірка дзвонила на цей телефон у два різні дні. Запитайте: {name}."
        " Якщо номер неправильний, виправте його; новий треба підтвердити.",
        fails="Дзвінки не доходять лінією {line}",
        fails_body="Коробка зателефонувала на неї через {over}, як щодня; раніше виходило."
        " Зателефонуйте на неї з іншого телефону.",
        works="Дзвінки знову доходять лінією {line}",
        works_body="Коробка зателефонувала на неї через {over}.",
    ),
}


def about_roll_call(found: Summary, about: About) -> Words:
    """The week's check, once for all numbers. The subject is also the text."""
    phrases, every = _phrases(about), found.well + len(found.others)
    if not found.others:
        return _words(phrases.week_well, "", about, all=every)
    others = "; ".join(f"{p.name}: {phrases.results[result]}" for p, result in found.others)
    return _words(phrases.week, phrases.week_body, about, well=found.well, all=every, others=others)


def about_gone(number: str, name: str, result: Result, about: About) -> Words:
    """Nobody was behind a number on two days."""
    phrases = _phrases(about)
    values = {"number": mask(number), "name": name, "result": phrases.results[result]}
    return _words(phrases.gone, phrases.gone_body, about, **values)


def about_self_call(line: str, over: str, about: About, *, works: bool) -> Words:
    """A line that worked does not any more, or does again. over: the line it was called over."""
    phrases = _phrases(about)
    subject, body = (
        (phrases.works, phrases.works_body) if works else (phrases.fails, phrases.fails_body)
    )
    return _words(subject, body, about, line=line, over=over)


def _phrases(about: About) -> _Phrases:
    return _PHRASES.get(about.language, _PHRASES["en"])


def _words(subject: str, body: str, about: About, **values: object) -> Words:
    """The body repeats the subject: some readers show only one of them."""
    title, said = subject.format(**values), body.format(**values)
    paragraphs = [part for part in (title, said, label(about.office)) if part]
    return Words(label(title, 140), "\n\n".join(paragraphs) + "\n")
