"""Where an office can be: countries and time zones by name, and what is spoken there."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache

from babel import Locale
from babel.core import get_global

from hotline.numbering import is_country
from hotline_web.languages import LANGUAGES, spoken

NEAR = ("MD", "RO", "UA", "RU")  # the countries the box was made in and for, first in the list
USUAL_ZONE = {"MD": "Europe/Chisinau", "RO": "Europe/Bucharest", "UA": "Europe/Kyiv"}
USUAL_ZONE |= {"RU": "Europe/Moscow"}
USUAL_LANGUAGES = {"MD": ("ro", "ru"), "RO": ("ro",), "UA": ("uk", "ru"), "RU": ("ru",)}


def countries() -> list[tuple[str, str]]:
    """Codes with names in the visitor's language: the near ones, then all others by name."""
    named = _countries(spoken())
    return [(code, named[code]) for code in NEAR] + [
        one for one in sorted(named.items(), key=lambda one: one[1]) if one[0] not in NEAR
    ]


def zones() -> list[tuple[str, str]]:
    """Every time zone where somebody lives: its id, and where it is in the visitor's language."""
    return _zones(spoken())


def zone_of(country: str) -> str:
    """The time zone of most people there, as far as one can be named; else "UTC"."""
    of_country = [zone for zone, code in _zones_of().items() if code == country]
    return USUAL_ZONE.get(country) or (of_country[0] if len(of_country) == 1 else "UTC")


def languages_of(country: str, also: Iterable[str] = ()) -> list[str]:
    """What callers from there speak, as far as the box does, and `also`; each once."""
    usual = USUAL_LANGUAGES.get(country, ())
    return list(dict.fromkeys(code for code in (*usual, *also) if code in LANGUAGES))


@cache
def _countries(language: str) -> dict[str, str]:
    names = Locale.parse(language).territories
    return {code: str(name) for code, name in names.items() if is_country(code)}


@cache
def _zones(language: str) -> list[tuple[str, str]]:
    locale = Locale.parse(language)
    named = [
        (zone, f"{locale.territories[code]}: {_city(locale, zone)}")
        for zone, code in _zones_of().items()
        if code in locale.territories and not zone.startswith("Etc/")
    ]
    return [*sorted(named, key=lambda one: one[1]), ("UTC", "UTC")]


def _city(locale: Locale, zone: str) -> str:
    """The place after which a zone is called; few have no name in a language."""
    return str(locale.time_zones.get(zone, {}).get("city") or _last(zone))


def _last(zone: str) -> str:
    return zone.rpartition("/")[2].replace("_", " ")


@cache
def _zones_of() -> dict[str, str]:
    return dict(get_global("zone_territories"))
