"""Who may use the page: the owner invites people, says what they may, and takes them out."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.errors import HotlineError
from hotline.inbox.label import label
from hotline.storage.users import Role, User
from hotline_web.languages import _
from hotline_web.pages.door import address, told
from hotline_web.qr import drawn
from hotline_web.rolewords import role_means, role_words
from hotline_web.sessions import accounts, invitations

pages = Blueprint("users", __name__, url_prefix="/users")

NAME_LENGTH = 40
SECRET = "string(maxlength=64):secret"  # noqa: S105 - a piece of an address


@pages.before_request
def theirs() -> None:
    """Only the owner decides who may be here."""
    if not current_user.owns:
        abort(403)


@pages.get("")
def users() -> str:
    """Everybody, and who is invited."""
    return _listed()


@pages.get("/new")
def new() -> str:
    """Whom to invite."""
    return _form()


@pages.post("/new")
def invite() -> Response | str | tuple[str, int]:
    """Make an invitation; its address is shown in this answer alone."""
    name, role = label(request.form.get("name", "")), _role()
    try:
        if len(name) > NAME_LENGTH:
            raise HotlineError(_("The name is too long."), _("Use at most 40 characters."))
        secret = invitations().invite(name, role, current_user.name, address())
    except HotlineError as refusal:
        return _form(name, role, told(refusal)), 400
    return _listed(secret)


@pages.get(f"/invitation/<{SECRET}>.svg")
def invitation(secret: str) -> Response:
    """The address of an invitation for the camera of a telephone."""
    if invitations().found(secret) is None:
        abort(404)
    return drawn(url_for("join.join", secret=secret, _external=True))


@pages.post("/take-back")
def take_back() -> Response:
    """An invitation counts no more."""
    name = request.form.get("name", "")
    invitations().take_back(name, current_user.name, address())
    flash(_("The invitation of %(name)s counts no more.", name=name), "good")
    return redirect(url_for("users.users"))


@pages.get("/one")
def one() -> str:
    """One of them, ?name=..., with what can be changed."""
    return _one(_user())


@pages.post("/one")
def change() -> Response | tuple[str, int]:
    """Another role; whoever has it logs in anew."""
    user, role = _user(), _role()
    try:
        accounts().change(user.name, role, user.language, by=current_user.name, address=address())
    except HotlineError as refusal:
        return _one(user, told(refusal)), 409
    flash(_("%(name)s: %(role)s.", name=user.name, role=role_words(role)), "good")
    return redirect(url_for("users.users"))


@pages.post("/sign-out")
def sign_out() -> Response:
    """End every session of one of them."""
    user = _user()
    accounts().log_out_everywhere(user.name, by=current_user.name, address=address())
    flash(_("%(name)s is signed out everywhere.", name=user.name), "good")
    return redirect(url_for("users.users"))


@pages.post("/remove")
def remove() -> Response | tuple[str, int]:
    """Somebody may not come in any more."""
    user = _user()
    try:
        accounts().remove(user.name, by=current_user.name, address=address())
    except HotlineError as refusal:
        return _one(user, told(refusal)), 409
    flash(_("%(name)s may not log in any more.", name=user.name), "good")
    return redirect(url_for("users.users"))


def _user() -> User:
    name = request.values.get("name", "")
    found = next((user for user in accounts().users() if user.name == name), None)
    return found or abort(404)


def _role() -> Role:
    given = request.form.get("role", "")
    return Role(given) if given in set(Role) else abort(400)


def _listed(invited: str = "") -> str:
    known = accounts()
    made = invitations().found(invited) if invited else None
    return render_template(
        "users.html",
        users=known.users(),
        with_code=known.codes.everybody(),
        waiting=invitations().waiting(),
        made=made,
        secret=invited,
    )


def _form(name: str = "", role: Role = Role.AGENT, wrong: str = "") -> str:
    return render_template(
        "user_new.html", name=name, chosen=role, wrong=wrong, roles=list(Role), means=role_means
    )


def _one(user: User, wrong: str = "") -> str:
    known = accounts()
    return render_template(
        "user_change.html",
        user=user,
        wrong=wrong,
        roles=list(Role),
        means=role_means,
        code=known.codes.switched_on(user.name),
        places=known.places(user.name),
    )
