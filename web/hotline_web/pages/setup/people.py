"""Who takes the calls."""

from __future__ import annotations

import re

from flask import request
from werkzeug.wrappers import Response

from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show

ROWS = 3
Row = tuple[str, str]  # name and number


@pages.get("/people")
def people() -> str:
    """Names and numbers."""
    held = looked_at("people")
    rows = [(one["name"], one.get("number", "")) for one in held["people"]]
    return _shown(rows, held.seen)


@pages.post("/people")
def people_put() -> Response | str:
    """These are the people from now on; who stands already keeps everything else."""
    names, numbers = request.form.getlist("name"), request.form.getlist("number")
    rows = [(name.strip(), number.strip()) for name, number in zip(names, numbers, strict=False)]
    rows = [row for row in rows if any(row)]
    held = {one["name"]: one for one in looked_at("people")["people"]}
    named = [
        {**held.get(name, {"id": _id(name)}), "name": name} | ({"number": number} if number else {})
        for name, number in rows
    ]
    seen = request.form.get("seen", "")
    wrong = put_in_force({"people": named}, seen)
    return _shown(rows, seen, wrong) if wrong else onward("people")


def _shown(rows: list[Row], seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    blank = [("", "")] * max(1, ROWS - len(rows))
    return show("people", rows=[*rows, *blank], seen=seen, wrong=wrong)


def _id(name: str) -> str:
    return re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:40]
