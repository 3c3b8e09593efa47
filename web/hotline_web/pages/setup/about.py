"""Who the office is: its name, where it is, what its callers speak."""

from __future__ import annotations

from dataclasses import dataclass

from flask import request
from werkzeug.wrappers import Response

from hotline.routing.office import NOT_SET_UP, UNKNOWN_ZONE
from hotline_web import places
from hotline_web.languages import LANGUAGES, spoken
from hotline_web.officeforms import NOTHING_WRONG, Sections, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show

ASKED = ("name", "country", "zone", "languages")


@dataclass(frozen=True)
class About:
    """What stands in the form. guessed: nobody chose the zone, the browser may know better."""

    name: str
    country: str
    zone: str
    languages: list[str]
    guessed: bool = False


@pages.get("/about")
def about() -> str:
    """What is known already stands in the form."""
    held = looked_at(*ASKED)
    return _shown(_known(held), held.seen)


@pages.post("/about")
def about_put() -> Response | str:
    """This is the office."""
    form, seen = request.form, request.form.get("seen", "")
    given = About(
        form.get("name", "").strip(),
        form.get("country", ""),
        form.get("zone", ""),
        form.getlist("languages"),
    )
    wrong = put_in_force({key: getattr(given, key) for key in ASKED}, seen)
    return _shown(given, seen, wrong) if wrong else onward("about")


def _known(held: Sections) -> About:
    if held["name"] != NOT_SET_UP or held["zone"] != UNKNOWN_ZONE.key:
        return About(held["name"], held["country"], held["zone"], held["languages"])
    country = held["country"]
    speak = places.languages_of(country, (spoken(),))
    return About("", country, places.zone_of(country), speak, guessed=True)


def _shown(given: About, seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    return show(
        "about",
        given=given,
        seen=seen,
        wrong=wrong,
        countries=places.countries(),
        zones=places.zones(),
        speakable=list(dict.fromkeys((*given.languages, *LANGUAGES))),
    )
