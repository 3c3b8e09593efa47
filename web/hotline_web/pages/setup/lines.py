"""Over which telephone lines callers come; the box looks for them itself."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for

from hotline_web.pages.lines import lines_news
from hotline_web.pages.setup.frame import pages, show


@pages.get("/lines")
def lines() -> str:
    """What was found, and how it is."""
    return show("lines", **_news())


@pages.get("/lines/live")
def lines_live() -> str:
    """What changes on it."""
    return render_template("_lines.html", **_news())


def _news() -> dict[str, Any]:
    return lines_news() | {"back": url_for("setup.lines")}
