"""What every step of the set-up shares: its door, its bar, and how one goes on."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.storage.setupsteps import Mark
from hotline_web.desk import desk
from hotline_web.pages.setup.steps import Step, step_named, steps_for

pages = Blueprint("setup", __name__, url_prefix="/setup")


@pages.before_request
def theirs() -> None:
    """Whoever answers for the office sets it up."""
    if not current_user.may_set_up:
        abort(403)


def show(name: str, **values: Any) -> str:
    """The page of a step: `setup/NAME.html`, which extends `setup/frame.html`."""
    step = _step(name)
    here = desk()
    steps = steps_for(here, step)
    place = steps.index(step)
    if name not in here.tools.setup.marks() and not step.done(here):
        here.tools.setup.mark(name, Mark.OPENED, step.version, current_user.name)
    return render_template(
        f"setup/{name}.html",
        step=step,
        number=place + 1,
        count=len(steps),
        before=steps[place - 1] if place else None,
        **values,
    )


def onward(name: str, mark: Mark = Mark.FINISHED) -> Response:
    """The step is behind the owner; on to the next one that wants an answer."""
    step = _step(name)
    desk().tools.setup.mark(name, mark, step.version, current_user.name)
    return redirect(url_for("setup.begin"))


def _step(name: str) -> Step:
    step = step_named(name)
    if step is None:
        abort(404)
    return step
