"""Somebody's shifts for the calendar of their telephone, under an address that only they know."""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, session, url_for
from flask_babel import force_locale
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from hotline.routing.office import Office, Person
from hotline.storage.office import OfficeVersion
from hotline_web.desk import NEW_FEED, desk
from hotline_web.languages import _

pages = Blueprint("calendar", __name__, url_prefix="/calendar")


@pages.get("/<string(maxlength=64):secret>.ics")
def feed(secret: str) -> Response:
    """The coming weeks of one person; whoever has the address needs no password."""
    here = desk()
    person = here.tools.feeds.person(secret)
    found = here.records.office() if person else None
    whose = found[1].person(person or "") if found else None
    if found is None or whose is None:
        abort(404)
    return _written(*found, whose)


@pages.post("/renew")
def renew() -> Answer:
    """A new address, shown once; the one before leads nowhere."""
    person = _person()
    session[NEW_FEED] = [person, desk().tools.feeds.renew(person, current_user.name)]
    return redirect(url_for("shifts.board", _anchor="calendar"))


@pages.post("/close")
def close() -> Answer:
    """No calendar reads these shifts any more."""
    person = _person()
    desk().tools.feeds.close(person)
    session.pop(NEW_FEED, None)
    flash(_("No calendar reads these shifts any more."), "good")
    return redirect(url_for("shifts.board", _anchor="calendar"))


def _written(version: OfficeVersion, office: Office, person: Person) -> Response:
    """Written once an hour for each plan: in a large office it takes half a second."""
    from hotline_web.ics import calendar_of  # loaded with the first calendar

    kept, now = desk().tools.calendars, desk().now
    state = version.id, now.date(), now.hour
    if person.id not in kept or kept[person.id][0] != state:
        with force_locale(office.language):
            shift, pause = _("Shift at the telephone"), _("Break of the shift")
        kept[person.id] = state, calendar_of(office, person, now, shift, pause)
    return Response(kept[person.id][1], mimetype="text/calendar")


def _person() -> str:
    found = desk().records.office()
    given = request.form.get("person", "")
    if found is None or found[1].person(given) is None:
        abort(400)
    return given
