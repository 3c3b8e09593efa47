"""What a text for callers had better not say: praise, comparisons, days that are over. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

# In any of the box's languages: a text may hold a sentence of another one.
_PRAISE = re.compile(
    r"""
    \bthe\ best\b | \bbest\ (?:price|choice|offer|quality|service|shop|company|in)\w*\b
    | \bnumber\ one\b | \bcheapest\b | \bunbeatable\b | \bunrivalled\b | \bmarket\ leader\b
    | \bbetter\ than\b | \bcheaper\ than\b
    | [№\#]\s?1\b | \bno\.\s?1\b | \bnr\.\s?1\b
    | \bлучш(?:ий|ая|ее|ие|его|ей|их|им|ими|ую|ем|ему)\b | \bлучше(?:\ всех|\ других|,?\ чем)\b
    | \bномер\ один\b | \bдешевле\ всех\b | \bдешевле,?\ чем\b
    | \bсам\w+\ (?:низк|дешёв|дешев|быстр)\w*
    | \bнайкращ\w* | \bнайдешевш\w* | \bнайшвидш\w* | \bкращ\w+\ (?:за\ (?:всіх|інших)|ніж)\b
    | \bнайнижч\w*
    | \bce(?:l|a|i|le)\ mai\ (?:bun|bună|buni|bune|bun\w+|ieftin\w*|rapid\w*|mic\w*\ preț\w*)\b
    | \bnumărul\ unu\b | \bmai\ (?:bun|ieftin)\w*\ decât\b | \blider(?:ul|ii)?\ pieței\b
    | \bлидер\w*\ рынка\b | \bлідер\w*\ ринку\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
# School No. 1 is a name and no praise.
_NUMBERED = re.compile(
    r"""(?:school|office|room|line|hospital|clinic|pharmacy|branch|kindergarten
    |школ|лице|гимнази|сад|больниц|поликлиник|аптек|отделени|кабинет|лини|филиал
    |ліце|гімназі|лікарн|поліклінік|відділенн|лінія|філі|закл
    |școal|liceu|gimnazi|grădini|spital|policlinic|farmaci|secți|cabinet|linia|birou|filial)
    \w*\W*$""",
    re.IGNORECASE | re.VERBOSE,
)
_MONTHS = {
    "en": "january february march april may june july august september october november december",
    "ro": "ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie"
    " decembrie",
    "ru": "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "uk": "січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня",
}
_MONTH = {
    name: number for names in _MONTHS.values() for number, name in enumerate(names.split(), start=1)
}
_NUMERIC = re.compile(r"\b(\d{1,2})[./](\d{1,2})[./](\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b")
_NAMED = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?(?:\ of)? (\w+),? (\d{4})\b")
_NAMED_FIRST = re.compile(r"\b(\w+) (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})\b")


def praise_in(text: str) -> list[str]:
    """Words that praise oneself or compare with others, as they stand there, each once."""
    found = (
        match[0]
        for match in _PRAISE.finditer(text)
        if not (match[0][-1] == "1" and _NUMBERED.search(text[: match.start()]))
    )
    return list(dict.fromkeys(found))


def days_in(text: str) -> list[date]:
    """The days a text names with their year: 31.12.2026, 2026-12-31, 31 December 2026."""
    return list(dict.fromkeys(day for day in _days(text.lower()) if day is not None))


def _days(text: str) -> Iterator[date | None]:
    for day, month, year in _NUMERIC.findall(text):
        yield _date(year, month, day)
    for year, month, day in _ISO.findall(text):
        yield _date(year, month, day)
    for day, name, year in _NAMED.findall(text):
        yield _date(year, _MONTH.get(name, 0), day)
    for name, day, year in _NAMED_FIRST.findall(text):
        yield _date(year, _MONTH.get(name, 0), day)


def _date(year: str, month: str | int, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None
