"""Which keys callers can press."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at
from hotline_web.pages.menu.templates import cards, taken
from hotline_web.pages.setup.frame import onward, pages, show


@pages.get("/menu")
def menu() -> str:
    """Menus that can be taken as they are."""
    return _shown()


@pages.post("/menu")
def menu_put() -> Response | str:
    """Take one."""
    wrong = taken(request.form.get("name", ""), request.form.get("seen", ""))
    return _shown(wrong) if wrong else onward("menu")


def _shown(wrong: Wrong = NOTHING_WRONG) -> str:
    found, seen = cards()
    there = bool(looked_at("menus")["menus"])
    return show("menu", cards=found, seen=seen, wrong=wrong, there=there)
