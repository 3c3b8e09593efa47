"""Notifications: by what the office is told, whether that works, and what did not arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, get_args

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from hotline.control.client import Refused
from hotline.control.messages.letters import (
    LetterAgain,
    LetterGiveUp,
    LettersAnswer,
    LetterTry,
    LetterWay,
    MailRemove,
    MailSet,
    MessengerAdd,
    MessengerRemove,
)
from hotline.errors import HotlineError
from hotline.numbering import can_be_texted
from hotline.options.mailproviders import MAIL_PROVIDERS
from hotline.options.messengers import FIELDS, KINDS, Kind
from hotline.routing.office import Office
from hotline_web import noticewords
from hotline_web.desk import desk
from hotline_web.languages import _
from hotline_web.noticeforms import (
    NoticeForm,
    addresses_of,
    mail_form,
    mail_of,
    messenger_form,
)
from hotline_web.officeforms import NOTHING_WRONG, Wrong, looked_at, put_in_force, told_at

pages = Blueprint("notices", __name__, url_prefix="/notices")

TOLD = ("notify_to", "text_staff", "text_missed", "text_caller", "supervisor")
FLAGS = ("text_staff", "text_missed", "text_caller")
YES = "true"
MOST_ADDRESSES = 20


@pages.before_request
def theirs() -> None:
    """Whoever answers for the office says who hears of its callers."""
    if not current_user.may_set_up:
        abort(403)


@pages.get("")
def notices() -> str:
    """The whole page."""
    return render_template("notices/notices.html", **_news())


@pages.get("/live")
def live() -> str:
    """What changes on it."""
    return render_template("notices/_letters.html", **_news())


@pages.route("/mail", methods=["GET", "POST"])
def mail() -> Response | str | tuple[str, int]:
    """The mailbox from which letters leave."""
    before = desk().control.letters().mail
    if request.method == "GET":
        return _mail_form(mail_of(before))
    form = mail_form(request.form, before)
    if form.wrong:
        return _mail_form(form), 409
    try:
        ask = MailSet(settings=dict(form.settings), by=current_user.name)
        desk().control.set_letters(ask)
    except Refused as refused:
        return _mail_form(form, refused), 409
    return _back(_("Letters leave from %(address)s from now on.", address=form.given["sender"]))


@pages.post("/mail/remove")
def remove_mail() -> Response:
    """Write from no mailbox any more."""
    desk().control.set_letters(MailRemove(by=current_user.name))
    return _back(_("The box writes no e-mail any more."))


@pages.route("/messenger", methods=["GET", "POST"])
def messenger() -> Response | str | tuple[str, int]:
    """One more messenger, ?as=telegram."""
    kind = _kind(request.values.get("as", "telegram"))
    if request.method == "GET":
        return _messenger_form(kind, NoticeForm())
    form = messenger_form(kind, request.form)
    if form.wrong:
        return _messenger_form(kind, form), 409
    try:
        ask = MessengerAdd(kind=kind, settings=dict(form.settings), by=current_user.name)
        name = desk().control.messenger_add(ask)
    except Refused as refused:
        return _messenger_form(kind, form, refused), 409
    return _back(_("The messenger %(name)s is added. Test it now.", name=name))


@pages.post("/messenger/remove")
def remove_messenger() -> Response:
    """Tell a messenger nothing more."""
    name = request.form.get("name", "")[:40]
    known = {one.name for one in desk().control.letters().messengers}
    if name not in known:
        abort(404)
    desk().control.set_letters(MessengerRemove(name=name, by=current_user.name))
    return _back(_("The messenger %(name)s is removed.", name=name))


@pages.get("/who")
def who() -> str:
    """Who hears of what."""
    return _who_form(*_told_now())


@pages.post("/who")
def put_who() -> Response | tuple[str, int]:
    """In force for the next call."""
    found, wrong = addresses_of(request.form.get("notify_to", "")[:2000])
    told: dict[str, Any] = {"notify_to": found[:MOST_ADDRESSES]}
    told |= {name: name in request.form for name in FLAGS}
    told["supervisor"] = request.form.get("supervisor", "")
    given = told | {name: YES if told[name] else "" for name in FLAGS}
    given["notify_to"] = found
    seen = request.form.get("seen", "")
    if wrong:
        words = _("This is no e-mail address: %(words)s.", words=", ".join(wrong)[:200])
        return _who_form(given, seen, Wrong(places=((("notify_to",), words),))), 409
    if refused := put_in_force(told, seen):
        return _who_form(given, seen, refused), 409
    return _back(_("Who hears of what is changed."))


@pages.post("/try")
def try_out() -> Response:
    """A letter that says nothing leaves now."""
    way = request.form.get("way", "")
    if way not in get_args(LetterWay):
        abort(400)
    recipient = request.form.get("recipient", "")[:200]
    ask = LetterTry(way=way, recipient=recipient, by=current_user.name)  # type: ignore[arg-type]
    desk().control.letter_try(ask)
    return redirect(url_for("notices.notices", _anchor="tests"))


@pages.post("/letter/again")
def again() -> Response:
    """Try a letter that waits at once."""
    desk().control.set_letters(LetterAgain(id=_letter(), by=current_user.name))
    return _back(_("The box tries it now."))


@pages.post("/letter/give_up")
def give_up() -> Response:
    """Send a letter that waits no more."""
    desk().control.set_letters(LetterGiveUp(id=_letter(), by=current_user.name))
    return _back(_("This letter is not sent any more."))


def _news() -> dict[str, Any]:
    here = desk()
    try:
        answer = here.control.letters()
    except HotlineError as down:
        if isinstance(down, Refused):
            raise
        answer, here.down = LettersAnswer(), down
    office = here.stored
    people = (*office.people,) if office else ()
    waiting = [one for one in answer.waiting if not one.test]
    texted = [p for p in people if can_be_texted(p.number or p.unconfirmed)]
    return {
        "answer": answer,
        "waiting": waiting,
        "late": [one for one in waiting if here.now - one.created > noticewords.TOO_LONG],
        "down": here.down,
        "people": texted if answer.can_text else [],
        "addresses": office.notify_to if office else (),
        "told": noticewords.who_is_told(office, answer) if office else [],
        "kinds": KINDS,
        "kind_words": noticewords.kind_words,
        "letter_to": lambda letter: noticewords.letter_to(letter, people),
        "letter_level": noticewords.letter_level,
        "letter_state": noticewords.letter_state,
    }


def _letter() -> str:
    """The id of a letter; another word is none of ours."""
    given = request.form.get("id", "")[:64]
    if not given or not all(c.isascii() and (c.isalnum() or c == "-") for c in given):
        abort(404)
    return given.lower()


def _kind(given: str) -> Kind:
    found = next((kind for kind in KINDS if kind == given), None)
    if found is None:
        abort(400)
    return found


def _told_now() -> tuple[dict[str, Any], str]:
    sections = looked_at(*TOLD)
    given = dict(sections.values)
    for name in FLAGS:
        usual = getattr(Office, name, False)
        said = given[name]
        given[name] = YES if said == YES or (said is None and usual) else ""
    return given, sections.seen


def _mail_form(form: NoticeForm, refused: Refused | None = None) -> str:
    top, wrong = told_at(refused, form.given.keys() | {"password"}) if refused else ((), {})
    form = replace(form, wrong={**form.wrong, **wrong})
    return render_template("notices/mail.html", form=form, refused=top, providers=MAIL_PROVIDERS)


def _messenger_form(kind: Kind, form: NoticeForm, refused: Refused | None = None) -> str:
    return render_template(
        "notices/messenger.html",
        form=form,
        kind=kind,
        kinds=KINDS,
        kind_words=noticewords.kind_words,
        fields=FIELDS[kind],
        refused=told_at(refused, form.given.keys())[0] if refused else (),
    )


def _who_form(given: dict[str, Any], seen: str, wrong: Wrong = NOTHING_WRONG) -> str:
    office = desk().stored
    people = office.people if office else ()
    return render_template(
        "notices/who.html", given=given, seen=seen, wrong=wrong, everybody=people
    )


def _back(words: str) -> Response:
    flash(words, "good")
    return redirect(url_for("notices.notices"))
