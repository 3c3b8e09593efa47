"""The telephone lines and how each is."""

from __future__ import annotations

from flask import Blueprint, render_template

from hotline_web.desk import desk

pages = Blueprint("lines", __name__, url_prefix="/lines")


@pages.get("")
def lines() -> str:
    """Every line with its state."""
    here = desk()
    status = here.status
    return render_template(
        "lines.html",
        lines=status.lines if status else (),
        diverts_left=status.diverts_left if status else (),
        down=here.down,
    )
