"""Opening hours as a form has them: rows of days with two times, or one of the usual answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date, get_day_names
from werkzeug.datastructures import MultiDict

from hotline.errors import HotlineError
from hotline.routing.office import Closure
from hotline.storage.officewords import DAYS, read_days, write_days
from hotline.storage.publicholidays import suggested_holidays
from hotline_web.languages import spoken

ALWAYS = "always"
OFFICE = [{"days": "mon-fri", "time": "09:00-18:00"}]
USUAL: Mapping[str, Any] = {"office": OFFICE, "always": ALWAYS}
WEEKDAYS = tuple(day[:3] for day in DAYS)
CHOICES = ("mon-fri", "mon-sat", "every day", "sat, sun", *WEEKDAYS)
ROWS = 3


@dataclass(frozen=True)
class Row:
    """Open on these days, from and until a time of day; all empty in a row not filled in."""

    days: str = ""
    begin: str = ""
    end: str = ""


def rows_of(hours: Any) -> list[Row]:
    """What the office file says, and room for more."""
    filled = [] if hours == ALWAYS else [_row(one) for one in hours]
    return filled + [Row()] * max(1, ROWS - len(filled))


def hours_of(form: MultiDict[str, str]) -> Any:
    """What was chosen or filled in, as the office file has it."""
    if form.get("which") in USUAL:
        return USUAL[form["which"]]
    columns = (form.getlist(name) for name in ("days", "begin", "end"))
    rows = [Row(*cells) for cells in zip(*columns, strict=False)]
    return [{"days": r.days, "time": f"{r.begin}-{r.end}"} for r in rows if r.days]


def day_of(section: str, form: MultiDict[str, str]) -> dict[str, Any]:
    """One entry of `closures` or `moved_days`, as the office file has it."""
    if section == "moved_days":
        return {"date": form.get("date", ""), "as": form.get("as", "")}
    given = {key: form.get(key, "").strip() for key in ("from", "to", "name")}
    return {key: text for key, text in given.items() if text} | (
        {"yearly": True} if "yearly" in form else {}
    )


def day_words(day: str) -> str:
    """A day of the office file as people read it: 25 Dec 2026."""
    try:
        return str(format_date(date.fromisoformat(day), "d MMM y", locale=spoken()))
    except ValueError:
        return day


def days_words(days: str) -> str:
    """Days of the office file in the visitor's language: Monday – Friday."""
    names = get_day_names("wide", locale=spoken())
    try:
        parts = write_days(read_days(days)).replace("every day", "mon-sun").split(", ")
        runs = [[str(names[min(read_days(day))]) for day in part.split("-")] for part in parts]
    except ValueError:
        return days
    return ", ".join(" – ".join(run) for run in runs)


def holidays_of(country: str, today: date, closures: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Public holidays of the country until the end of next year that are no closures yet."""
    known = {one["from"] for one in closures}
    found: list[Closure] = []
    for year in (today.year, today.year + 1):
        try:
            found += suggested_holidays(country, year, spoken())
        except HotlineError:
            continue  # no list is known for this year
    return [
        {"from": one.first.isoformat(), "name": one.name}
        for one in found
        if one.first >= today and one.first.isoformat() not in known
    ]


def _row(interval: Mapping[str, Any]) -> Row:
    begin, _, end = str(interval["time"]).partition("-")
    return Row(str(interval["days"]), begin.strip(), end.strip())
