"""The proof: a call that somebody hears, each step lit as it happens."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import abort, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.messages.status import Who
from hotline.inbox.outcome import Outcome
from hotline.options import FROM_THE_PAGE
from hotline.storage.calls import CallStory
from hotline.storage.setupsteps import Mark
from hotline.storage.users import Role
from hotline_web.auditing import note_export
from hotline_web.desk import desk
from hotline_web.pages.setup.frame import onward, pages, show
from hotline_web.pages.setup.steps import STEPS
from hotline_web.records import LARGEST
from hotline_web.testcall import Happened, Light, lights, troubles
from hotline_web.whowords import who_now

RECENT = timedelta(minutes=10)  # whoever comes back to the page finds the call just made
LOOKED_THROUGH = 20


@pages.get("/test")
def test() -> str:
    """Which number to call, and what has happened so far."""
    status = desk().status
    numbers = [line.number for line in status.lines if line.number] if status else []
    who = who_now(desk().control.who(Who()))
    return show("test", numbers=numbers, who=who, **_news())


@pages.get("/test/lights")
def test_lights() -> str:
    """What changes on it; asked for each second."""
    return render_template("setup/_lights.html", **_news())


@pages.post("/test/heard")
def test_heard() -> Response:
    """Somebody heard the call: it is kept as the proof."""
    number = request.form.get("call", 0, type=int)
    story = desk().records.call(number) if 0 < number <= LARGEST else None
    if story is None:
        abort(400)
    worked = tuple(light.name for light in _lights(story) if light.state == "done")
    desk().tools.setup.prove(story.call.id, worked, current_user.name)
    onward("test")
    return redirect(url_for("setup.report"))


@pages.get("/test/wrong")
def test_wrong() -> str:
    """What was wrong with the call, and what to do about it."""
    here, story = desk(), _newest()
    found = troubles(here.status, _happened(story))
    return render_template("setup/wrong.html", troubles=found, call=story.call if story else None)


@pages.get("/report")
def report() -> str:
    """What was proved, what is left to do, and a copy to keep."""
    here = desk()
    proof, marks = here.tools.setup.proof(), here.tools.setup.marks()
    gone = {(name, mark) for name, (mark, _version) in marks.items()}
    story = here.records.call(proof.call) if proof else None
    put_off = [step for step in STEPS if (step.name, Mark.PUT_OFF) in gone]
    return render_template(
        "setup/report.html",
        proof=proof,
        call=story.call if story else None,
        worked=[light for light in _lights(story) if light.state == "done"] if story else [],
        left=[step for step in put_off if not step.done(here)],
        owner=current_user.role is Role.OWNER,
    )


@pages.get("/office.yaml")
def office_file() -> Response:
    """All that the office has set up, as a file to keep."""
    if current_user.role is not Role.OWNER:
        abort(403)
    note_export("office")
    answer = Response(desk().control.office_get(), mimetype="application/yaml")
    answer.headers["Content-Disposition"] = 'attachment; filename="office.yaml"'
    return answer


def _news() -> dict[str, Any]:
    story = _newest()
    return {"call": story.call if story else None, "lights": _lights(story)}


def _lights(story: CallStory | None) -> list[Light]:
    saved = desk().records.office()
    menu = bool(saved and saved[1].menus)
    over = bool(story and story.call.ended_at)
    return lights(_happened(story), over=over, menu=menu)


def _happened(story: CallStory | None) -> list[Happened]:
    here = desk()
    return [
        Happened(
            step.what,
            step.at,
            here.person_name(str(step.facts["person"])) if "person" in step.facts else "",
            str(step.facts.get("key", "")),
        )
        for step in (story.steps if story else ())
    ]


def _newest() -> CallStory | None:
    """The last call that came in, not long ago; what the box calls itself is none."""
    here = desk()
    for one in here.records.calls(LOOKED_THROUGH, None):
        itself = one.outcome is Outcome.TEST and one.line != FROM_THE_PAGE
        if one.started_at < here.now - RECENT:
            return None
        if not one.outgoing and not itself:
            return here.records.call(one.id)
    return None
