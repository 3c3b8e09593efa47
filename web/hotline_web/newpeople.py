"""New people on a page: what was typed or brought, what is wrong with it, and who is taken.

Nothing typed is lost: what is not taken comes back as it was, with what to do about it beside it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Flask, request

from hotline.errors import HotlineError, NumberRefused
from hotline.numbering import dialable, normalise
from hotline.storage.officepeople import DIRECTORY, PEOPLE, added, entries
from hotline.storage.officesections import mark_of, sections_of
from hotline.storage.peoplelist import MOST, one_line, read_people, too_many
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.officeforms import NOTHING_WRONG, Wrong, put_in_force
from hotline_web.words import say

LIST_BYTES = 2 * 1024 * 1024  # address cards bring their pictures along
WITH_LISTS = {"people.add", "people.look_through", "setup.people_put", "setup.people_list"}


@dataclass(frozen=True)
class NewRow:
    """Somebody to be added. others: numbers that were not chosen. take: unless it is left out.

    double: whose number it is already. warned: the number of which that was said before; whoever
    then takes the row means it.
    """

    name: str = ""
    number: str = ""
    others: str = ""
    take: bool = True
    warned: str = ""
    wrong_name: str = ""
    wrong_number: str = ""
    double: str = ""

    @property
    def stands(self) -> bool:
        """Can it be taken as it is?"""
        return not (self.wrong_name or self.wrong_number or self.double)


@dataclass(frozen=True)
class Brought:
    """A list that was looked through; or, with `wrong`, why it was not, and what was pasted."""

    rows: tuple[NewRow, ...] = ()
    text: str = ""
    wrong: str = ""


@dataclass(frozen=True)
class Taken:
    """Who is in the office now. rows: all of them again, where anything is wrong with one."""

    names: tuple[str, ...] = ()
    rows: tuple[NewRow, ...] = ()
    wrong: Wrong = NOTHING_WRONG


def make_room(app: Flask) -> None:
    """Lists may be longer than other forms."""

    @app.before_request
    def room() -> None:
        if request.endpoint in WITH_LISTS:
            request.max_content_length = request.max_form_memory_size = LIST_BYTES


def whole_office() -> dict[str, Any]:
    """Every section of the office as it is now. Raises HotlineError while the daemon is down."""
    return sections_of(desk().control.office_get())


def brought() -> Brought:
    """What was pasted, or the file that was chosen."""
    text, file = request.form.get("list", ""), request.files.get("file")
    raw = file.read() if file and file.filename else b""
    office = whole_office()
    country = str(office["country"])
    try:
        found = (*read_people(text, country), *read_people(raw, country))
        if len(found) > MOST:
            raise too_many()
    except HotlineError as refused:
        return Brought(text=text, wrong=f"{say(refused.cause)} {say(refused.action)}")
    if not found:
        nothing = _("Nobody is named in it. Write a name and a number on each line.")
        return Brought(text=text, wrong=nothing)
    rows = (NewRow(one.name, one.number, ", ".join(one.others)) for one in found)
    seen = looked_through(rows, office)
    return Brought(tuple(replace(row, take=not row.double) for row in seen))


def typed() -> list[NewRow]:
    """The rows of the form that say anything; one empty row if none does."""
    columns = [request.form.getlist(name) for name in ("name", "number", "others", "warned")]
    longest = min(max(map(len, columns)), MOST)
    names, numbers, others, warned = ([*one, *[""] * longest] for one in columns)
    wanted = set(request.form.getlist("take"))
    rows = [
        NewRow(
            one_line(names[n]), numbers[n].strip()[:40], others[n], str(n) in wanted, warned[n][:40]
        )
        for n in range(longest)
    ]
    return [row for row in rows if row.name or row.number] or [NewRow()]


def looked_through(rows: Iterable[NewRow], office: Mapping[str, Any]) -> tuple[NewRow, ...]:
    """The rows with what is wrong with each."""
    country = str(office["country"])
    held = numbers_of(office, country)
    seen = []
    for row in rows:
        number, wrong = checked_number(row.number, country)
        row = replace(
            row,
            wrong_name="" if row.name else _("The name is missing. Type it."),
            wrong_number=wrong,
            double=held.get(number, "") if number != row.warned else "",
            warned=number if number in held else "",
        )
        if row.take and number:
            held.setdefault(number, row.name)
        seen.append(row)
    return tuple(seen)


def taken(rows: Sequence[NewRow], name: str = PEOPLE) -> Taken:
    """In the office from now on, or what is wrong with whom. name: `people` or `directory`."""
    office = whole_office()
    seen = looked_through(rows, office)
    wanted = [row for row in seen if row.take]
    if not all(row.stands for row in wanted):
        return Taken(rows=seen)
    country = str(office["country"])
    new = [(row.name, checked_number(row.number, country)[0]) for row in wanted]
    if not new:
        return Taken()
    wrong = put_in_force(added(office, name, new), mark_of(office, [name]))
    if wrong:
        first = len(entries(office, name))
        places = {row.name: wrong.at(name, first + n) for n, row in enumerate(wanted)}
        return Taken(rows=tuple(_with(row, places.get(row.name, "")) for row in seen), wrong=wrong)
    return Taken(tuple(row.name for row in wanted))


def checked_number(number: str, country: str) -> tuple[str, str]:
    """As it is dialled, and ""; or "" and what to do."""
    if not number:
        return "", _("The number is missing. Type it.")
    status = desk().status
    try:
        return dialable(number, country, {country, *(status.countries if status else ())}), ""
    except NumberRefused as refused:
        return "", f"{say(refused.cause)} {say(refused.action)}"


def numbers_of(office: Mapping[str, Any], country: str, but: str = "") -> dict[str, str]:
    """Whose number it is, of everybody but this id."""
    known = [*entries(office, PEOPLE), *entries(office, DIRECTORY)]
    held = {
        normalise(str(one.get("number") or ""), country): str(one.get("name"))
        for one in known
        if one.get("id") != but
    }
    return {number: name for number, name in held.items() if number is not None}


def _with(row: NewRow, wrong: str) -> NewRow:
    return replace(row, wrong_number=wrong) if wrong else row
