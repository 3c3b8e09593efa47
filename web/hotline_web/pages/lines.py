"""The telephone lines: how each is, what is plugged in, and lines added, changed and taken out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.control.messages.lines import AddedLine, FoundModem, LineAdd, LineChange, LinesAnswer
from hotline.errors import HotlineError
from hotline.options.providers import PROVIDERS
from hotline.storage.users import Role
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.lineforms import GATEWAY, OTHER, SECRET, LineForm, filled_in
from hotline_web.officeforms import told_at
from hotline_web.security import safe_next

pages = Blueprint("lines", __name__, url_prefix="/lines")


@pages.get("")
def lines() -> str:
    """Every line with its state."""
    return render_template("lines.html", **lines_news())


@pages.get("/live")
def live() -> str:
    """What changes on it."""
    return render_template("_lines.html", **lines_news())


@pages.route("/new", methods=["GET", "POST"])
def new() -> Response | str | tuple[str, int]:
    """A provider, or a gateway in the house."""
    _owner_alone()
    kind = request.values.get("as", OTHER)
    if kind not in {OTHER, GATEWAY, *(one.id for one in PROVIDERS)}:
        abort(400)
    if request.method == "GET":
        return _form(LineForm(kind))
    form = filled_in(kind, request.form)
    if form.wrong:
        return _form(form), 409
    ask = LineAdd(section=form.section, settings=dict(form.settings), by=current_user.name)
    try:
        name = desk().control.line_add(ask)
    except Refused as refused:
        return _form(form, refused), 409
    return _back(_("The line %(line)s is added, and at work.", line=name))


@pages.post("/use")
def use() -> Response:
    """Make a modem that was found a line."""
    _owner_alone()
    place = request.form.get("place", "")
    one = next((each for each in _found().found if each.settings and _place(each) == place), None)
    if one is None:
        raise HotlineError(
            _("This modem is not plugged in any more."), _("Plug it in, and try again.")
        )
    ask = LineAdd(section=one.section, settings=dict(one.settings), by=current_user.name)
    name = desk().control.line_add(ask)
    return _back(_("The line %(line)s is added, and at work.", line=name))


@pages.route("/change", methods=["GET", "POST"])
def change() -> Response | str | tuple[str, int]:
    """Other settings of a line that was added."""
    _owner_alone()
    line = _added(request.values.get("line", ""))
    if request.method == "GET":
        return _form(_of(line), line=line.line)
    form = filled_in(_kind(line), request.form, changing=True)
    if form.wrong:
        return _form(form, line=line.line), 409
    ask = LineChange(line=line.line, settings=dict(form.settings), by=current_user.name)
    try:
        desk().control.line_change(ask)
    except Refused as refused:
        return _form(form, refused, line=line.line), 409
    return _back(_("The line %(line)s is changed, and at work.", line=line.line))


@pages.post("/remove")
def remove() -> Response:
    """Take a line out that was added."""
    _owner_alone()
    line = _added(request.form.get("line", ""))
    desk().control.line_remove(line.line, current_user.name)
    return _back(_("The line %(line)s is removed.", line=line.line))


def lines_news() -> dict[str, Any]:
    """What `_lines.html` shows, on whichever page it stands; `back` may name that page."""
    here = desk()
    status = here.status
    answer = _found() if status else LinesAnswer()
    return {
        "lines": status.lines if status else (),
        "diverts_left": status.diverts_left if status else (),
        "down": here.down,
        "found": answer.found,
        "wrong": answer.wrong,
        "added": {one.line for one in answer.added},
        "room": answer.room,
        "owner": current_user.role is Role.OWNER,
        "back": url_for("lines.lines"),
        "place": _place,
        "line_kind": _kind_words,
    }


def _found() -> LinesAnswer:
    return desk().control.lines_found()


def _place(one: FoundModem) -> str:
    return one.settings.get("usb") or one.settings.get("port", "")


def _kind_words(kind: str) -> str:
    known = {
        "trunk": _("Telephone provider or gateway"),
        "modem": _("Modem with a SIM card"),
        "voice_modem": _("Modem on the office's own telephone line"),
    }
    return known.get(kind, kind)


def _added(name: str) -> AddedLine:
    line = next((one for one in _found().added if one.line == name), None)
    if line is None:
        abort(404)
    return line


def _kind(line: AddedLine) -> str:
    if line.section != "trunk":
        return line.section
    return GATEWAY if line.settings.get("kind") == "gateway" else OTHER


def _of(line: AddedLine) -> LineForm:
    return LineForm(_kind(line), {key: str(value) for key, value in line.settings.items()})


def _form(form: LineForm, refused: Refused | None = None, line: str = "") -> str:
    top, wrong = told_at(refused, form.given.keys() | SECRET) if refused else ((), {})
    return render_template(
        "line_form.html",
        form=replace(form, wrong={**form.wrong, **wrong}),
        line=line,
        refused=top,
        providers=PROVIDERS,
        back=safe_next(request.values.get("next") or url_for("lines.lines")),
    )


def _back(words: str) -> Response:
    flash(words, "good")
    return redirect(safe_next(request.form.get("next") or url_for("lines.lines")))


def _owner_alone() -> None:
    if current_user.role is not Role.OWNER:
        abort(403)
