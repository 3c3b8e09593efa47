"""The public holidays of a country, as the library `holidays` knows them: a suggestion."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from hotline.errors import HotlineError
from hotline.routing.office import Closure


def suggested_holidays(country: str, year: int, language: str) -> tuple[Closure, ...]:
    """The public holidays of a country, named in this language or as people there call them.

    Only a suggestion: shops choose their own days, and governments move them. Raises HotlineError
    where no list is known for this country or year.
    """
    import holidays  # 15 MB of memory that only setting up an office needs

    days: Mapping[date, str] = {}
    try:
        there = holidays.country_holidays(country)
        spoken, own = there.supported_languages, there.default_language
        named = next((code for code in spoken if code.split("_")[0] == language), own)
        days = holidays.country_holidays(country, years=year, language=named)
    except NotImplementedError:
        pass  # the library's way of saying that it does not know the country
    if not days:
        raise HotlineError(
            f"No public holidays of {country} are known for {year}.",
            "Enter the days on which the line is closed yourself.",
        )
    return tuple(Closure(day, day, days[day]) for day in sorted(days))
