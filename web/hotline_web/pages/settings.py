"""Settings: every page of the set-up, a search over all of it, and each setting in a form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline_web import settinghub
from hotline_web.anew import begun_since
from hotline_web.desk import desk
from hotline_web.languages import LANGUAGES, _
from hotline_web.officeforms import NOTHING_WRONG, Wrong
from hotline_web.settingfields import Value
from hotline_web.settingforms import (
    SEEN,
    WAS,
    at_first_sight,
    changes_of,
    followed,
    held_of,
    lines_of,
    names,
    put,
    typed_in,
)
from hotline_web.settingsearch import LONGEST_ASKED
from hotline_web.settingwords import CHOICES, Group, group_of

pages = Blueprint("settings", __name__, url_prefix="/settings")

NOT_TAKEN = 422


@pages.app_context_processor
def bar() -> dict[str, Any]:
    """For the bar of every page."""
    return {"in_settings": settinghub.in_settings}


@pages.before_request
def theirs() -> None:
    """Everybody of the office may look; only some may change it."""
    if request.method not in ("GET", "HEAD", "OPTIONS") and not current_user.may_set_up:
        abort(403)


@pages.get("")
def settings() -> str:
    """Every page there is, or what was searched for."""
    asked = request.args.get("q", "")[:LONGEST_ASKED].strip()
    return render_template(
        "settings/hub.html",
        asked=asked,
        hits=settinghub.found_now(asked) if asked else [],
        hub=settinghub.rows_seen(),
    )


@pages.get("/<name>")
def group(name: str) -> str:
    """One group of settings. at: the one that was searched for."""
    return _form(_known(name), at=request.args.get("at", ""))


@pages.post("/<name>")
def change(name: str) -> Response | tuple[str, int] | str:
    """First what would change is shown; it is put in force from there."""
    asked = _known(name)
    changed, was = typed_in(asked, request.form)
    step, seen = request.form.get("step", "look"), request.form.get(SEEN, "")
    if step == "back":
        return _form(asked, changed)
    if not changed:
        flash(_("Nothing was changed."), "good")
        return redirect(url_for("settings.group", name=name))
    wrong = at_first_sight(changed) or put(asked, changed, was, seen, only_look=step != "put")
    if wrong:
        return _form(asked, changed, wrong), NOT_TAKEN
    if step != "put":
        return _look(asked, changed, was)
    flash(
        _("It is written down. It is in force once the box has begun anew.")
        if asked.of_box
        else _("It is changed, and in force from the next call on."),
        "good",
    )
    return redirect(url_for("settings.group", name=name))


@pages.post("/box/anew")
def begin_anew() -> Response:
    """Have the box begin anew once no call is up; where that is now, wait until it has."""
    here = desk()
    before = here.status.started_at if here.status else None
    at_once = here.control.box_anew(current_user.name)
    if not at_once or before is None:
        flash(_("The box begins anew as soon as no call is up."), "good")
    elif begun_since(here.control, before):
        flash(_("The box has begun anew. Your settings are in force."), "good")
    else:
        flash(_("The box has not begun anew yet. Wait a minute, then look again."), "bad")
    return redirect(url_for("settings.group", name="box"))


def _known(name: str) -> Group:
    return group_of(name) or abort(404)


def _form(
    asked: Group,
    typed: dict[str, Value] | None = None,
    wrong: Wrong = NOTHING_WRONG,
    at: str = "",
) -> str:
    held = held_of(asked)
    lines = lines_of(asked, held, typed, wrong)
    return render_template(
        "settings/group.html",
        group=asked,
        held=held,
        basic=[one for one in lines if one.setting.basic],
        more=[one for one in lines if not one.setting.basic],
        at=at,
        changed=typed or {},
        wrong=wrong,
        shown=[one.key.split(".")[0] for one in asked.settings],
        people=names(),
        spoken=LANGUAGES,
        choices={key: _(words) for key, words in CHOICES.items()},
        was=WAS,
        may_change=current_user.may_set_up,
    )


def _look(asked: Group, changed: dict[str, Value], was: dict[str, Value]) -> str:
    kept = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in ("csrf_token", "step")
    ]
    return render_template(
        "settings/look.html",
        group=asked,
        changes=changes_of(asked, changed, was),
        kept=kept,
        follow=followed(changed),
    )
