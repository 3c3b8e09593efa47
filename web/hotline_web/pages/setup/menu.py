"""Which keys callers can press."""

from __future__ import annotations

from flask import request
from werkzeug.wrappers import Response

from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force
from hotline_web.pages.setup.frame import onward, pages, show

PLAIN = {
    "id": "main",
    "keys": [
        {"key": "1", "do": "person"},
        {"key": "2", "do": "complaint"},
        {"key": "3", "do": "message"},
    ],
}


@pages.get("/menu")
def menu() -> str:
    """A menu that can be taken as it is."""
    return _shown(looked_at("menus").seen)


@pages.post("/menu")
def menu_put() -> Response | str:
    """Take it."""
    seen = request.form.get("seen", "")
    wrong = put_in_force({"menus": [PLAIN]}, seen)
    return _shown(seen, wrong) if wrong else onward("menu")


def _shown(seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    return show("menu", seen=seen, wrong=wrong)
