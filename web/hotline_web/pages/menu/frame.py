"""What every page of the menu shares: its door, the office it is about, how one goes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline_web.languages import _
from hotline_web.officeforms import Place, Sections, Wrong, looked_at

pages = Blueprint("menu", __name__, url_prefix="/menu")


@pages.before_request
def theirs() -> None:
    """Whoever answers for the office says what callers hear."""
    if not current_user.may_set_up:
        abort(403)


def listed(sections: Sections | Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """One of the lists of the office, empty where it says nothing."""
    return list(sections[name] or [])


def languages_of(sections: Sections) -> list[str]:
    """What callers of this office can hear, the first language first."""
    return list(sections["languages"] or [])


def as_seen(*names: str) -> Sections:
    """The sections as the form was filled from them. Raises HotlineError if they have changed.

    A form says where in them something stands, which would be another place by now.
    """
    held = looked_at(*names)
    if held.seen != request.form.get("seen", ""):
        raise HotlineError(
            _("Somebody has changed this meanwhile."), _("Look at it again, then change it.")
        )
    return held


def number(name: str, most: int) -> int:
    """A place that was asked for, below `most`; else there is nothing here."""
    found: int | None = request.values.get(name, type=int)
    if found is None or not 0 <= found < most:
        abort(404)
    return found


def texts(field: str, languages: list[str]) -> dict[str, str]:
    """What was typed in each language, `<field>_<language>`; what is empty is left out."""
    given = {code: request.form.get(f"{field}_{code}", "").strip() for code in languages}
    return {code: text for code, text in given.items() if text}


def kept(
    before: Mapping[str, str] | None, typed: Mapping[str, str], languages: list[str]
) -> dict[str, str]:
    """What was typed, and as it was what the form did not show."""
    hidden = {code: text for code, text in (before or {}).items() if code not in languages}
    return {**typed, **hidden}


def elsewhere(wrong: Wrong, *place: str | int) -> list[str]:
    """What is wrong, but not inside this place."""
    return [words for where, words in wrong.places if where[: len(place)] != place]


def changed(anchor: str = "") -> Response:
    """Back to the menu; the next caller hears it so."""
    flash(_("Changed. The next caller hears it so."), "good")
    return redirect(url_for("menu.tree", _anchor=anchor or None))


def inside(where: Place, place: Place) -> bool:
    """Is it this place or inside it?"""
    return where[: len(place)] == place
