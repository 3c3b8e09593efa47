"""Every page there is, with a good address of each: from the page's own map of its routes.

A new route with an address in ROUTES is a page and is looked at, unless it is named here as none.
"""

from __future__ import annotations

from flask import Flask

from tests.lan.fake import AIR
from tests.web.test_doors import ROUTES

# What is fetched by GET and is no page of its own.
PARTS = frozenset(
    {
        *("home.live", "lines.live", "network.live", "people.live", "tryout.steps"),
        "wifi.air",
        *("setup.lines_live", "setup.people_live", "setup.test_lights"),
        *("backup.live", "update.live"),
        "notices.live",
    }
)
FILES = frozenset(
    {
        *("static", "inbox.sound", "calls.why", "calendar.feed", "tryout.call"),
        "atdesk.line",
        *("prompts.heard", "prompts.version", "menu.sound", "answers.heard", "network.code"),
        *("setup.begin", "setup.notice_sound", "setup.office_file"),
        *("backup.file", "backup.copy"),
        *("launch.passport_file", "launch.flyer_file", "launch.code_file"),
    }
)
# Shown to who has not logged in.
DOORS = frozenset({"door.login", "door.claim"})
# Pages that look another way at another address.
OTHERWISE = (
    "/calls?show=missed",
    "/calls?only=missed&day=2026-12-05&q=4555",
    "/calls?only=wrong",
    "/inbox?show=done",
    "/inbox?show=mine",
    "/inbox?show=overdue",
    "/inbox/102",
    "/calls/9",
    "/duty?at=2026-12-05T09:00&topic=orders",
    "/shifts/change?kind=away&person=ana&first=2026-12-08",
    "/lines/new?as=gateway",
    "/lines/one?line=mobile&days=7",
    "/lines/one?line=office&days=30",
    "/notices/messenger?as=other",
    "/nothing",
    "/settings?q=queue",
    "/settings/ringing?at=overflow",
    "/settings/limits",
    "/settings/box",
    f"/network/wifi?wifi={AIR[0].id}",
    f"/network/wifi?wifi={AIR[1].id}",
)


def readable(app: Flask) -> set[str]:
    """Endpoints that answer GET."""
    return {rule.endpoint for rule in app.url_map.iter_rules() if "GET" in (rule.methods or ())}


def pages_of(app: Flask) -> list[str]:
    """Addresses of all pages that somebody sees who has logged in."""
    inside = readable(app) - PARTS - FILES - DOORS
    return [*(ROUTES[endpoint] for endpoint in sorted(inside)), *OTHERWISE]


def name_of(address: str) -> str:
    """The address as a name of a file."""
    return "".join(c if c.isalnum() else "-" for c in address.strip("/")) or "home"
