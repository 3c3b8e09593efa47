"""The set-up: from the one-time code to the first call that was heard, one decision a screen.

`/setup` leads to the first step that still wants an answer. Which do is seen from the office and
the lines themselves; beside that a mark is kept of each step that was opened, finished or put off,
so that a power cut at any step leads back to the same one (`steps.py`).

A step `NAME` is an entry in `steps.py`, a file here with `GET /setup/NAME` as `show("NAME", ...)`,
and a template `setup/NAME.html` that extends `setup/frame.html` and fills its block `step`, most
often with the partial of the daily page. Its form is sent to a route of the step's own file, which
puts it in force (`officeforms.put_in_force`) and answers `onward("NAME")`, or shows the step again
with what was typed. A step whose pieces are changed one by one has no form of its own: the macro
`go_on` of `setup/pieces.html` is its button. "Later" and "Back" come from the frame.
"""

from __future__ import annotations

from flask import redirect, request, url_for
from werkzeug.wrappers import Response

from hotline.storage.setupsteps import Mark
from hotline_web.desk import desk
from hotline_web.pages.setup import about, hours, lines, menu, notice, people, test, wifi
from hotline_web.pages.setup.frame import onward, pages
from hotline_web.pages.setup.steps import next_step

__all__ = ["about", "hours", "lines", "menu", "notice", "pages", "people", "test", "wifi"]


@pages.get("")
def begin() -> Response:
    """On to where the owner stands; the report when everything was asked."""
    step = next_step(desk())
    return redirect(url_for(f"setup.{step.name}") if step else url_for("setup.report"))


@pages.post("/onward")
def go_on() -> Response:
    """Leave a step: it is finished, or put off."""
    put_off = "later" in request.form
    return onward(request.form.get("step", ""), Mark.PUT_OFF if put_off else Mark.FINISHED)
