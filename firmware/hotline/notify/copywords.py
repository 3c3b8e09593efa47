"""What the office is told when the box could not copy itself by night, or the copy is worthless."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.inbox.label import label
from hotline.notify.words import About, Words


@dataclass(frozen=True)
class _Phrases:
    missing: str
    missing_body: str
    worthless: str
    worthless_body: str


_PHRASES = {
    "en": _Phrases(
        missing="Two nights in a row the box made no copy of itself",
        missing_body="Calls are not affected. Why, and what to do, stands on the page Backup.",
        worthless="The newest copy of the box could not be restored in a rehearsal",
        worthless_body="Calls are not affected. Make a backup on the page Backup now and keep it"
        " elsewhere; what went wrong stands there, too.",
    ),
    "ru": _Phrases(
        missing="Две ночи подряд коробка не смогла сделать свою копию",
        missing_body="На звонки это не влияет. Причина и что делать — на странице «Резервная"
        " копия».",
        worthless="Пробное восстановление из новейшей копии не удалось",
        worthless_body="На звонки это не влияет. Сделайте сейчас резервную копию на странице"
        " «Резервная копия» и храните её в другом месте; там же написано, что случилось.",
    ),
    "uk": _Phrases(
        missing="Дві ночі поспіль коробка не змогла зробити свою копію",
        missing_body="На дзвінки це не впливає. Причина і що робити — на сторінці «Резервна"
        " копія».",
        worthless="Пробне відновлення з найновішої копії не вдалося",
        worthless_body="На дзвінки це не впливає. Зробіть зараз резервну копію на сторінці"
        " «Резервна копія» і зберігайте її в іншому місці; там само написано, що сталося.",
    ),
    "ro": _Phrases(
        missing="Două nopți la rând cutia nu și-a făcut copia",
        missing_body="Apelurile nu sunt afectate. Cauza și ce este de făcut se găsesc pe pagina"
        " „Copie de rezervă”.",
        worthless="Restaurarea de probă din cea mai nouă copie nu a reușit",
        worthless_body="Apelurile nu sunt afectate. Faceți acum o copie pe pagina „Copie de"
        " rezervă” și păstrați-o în altă parte; tot acolo scrie ce s-a întâmplat.",
    ),
}


def about_copies(about: About, *, missing: bool) -> Words:
    """No copy was made for two nights; else: the one that was made could not be restored."""
    phrases = _PHRASES.get(about.language, _PHRASES["en"])
    title, said = (
        (phrases.missing, phrases.missing_body)
        if missing
        else (phrases.worthless, phrases.worthless_body)
    )
    return Words(label(title, 140), f"{title}\n\n{said}\n\n{label(about.office)}\n")
