"""The lines of the audit as sentences, and the kinds of them one can ask for."""

from __future__ import annotations

from collections.abc import Mapping

from hotline.storage.audit import Act, Entry
from hotline.storage.users import ON_THE_BOX
from hotline_web.languages import _
from hotline_web.rolewords import role_words
from hotline_web.words import phone

KINDS: Mapping[str, frozenset[Act]] = {
    "logins": frozenset(
        {
            *(Act.LOGGED_IN, Act.LOGIN_FAILED, Act.LOGGED_OUT, Act.LOGGED_OUT_EVERYWHERE),
            *(Act.CONFIRM_FAILED, Act.CLAIMED, Act.CODE_SPENT),
        }
    ),
    "accounts": frozenset(
        {
            *(Act.INVITED, Act.INVITATION_TAKEN_BACK, Act.JOINED, Act.ROLE_CHANGED),
            *(Act.ACCOUNT_REMOVED, Act.PASSWORD_CHANGED, Act.PASSWORD_RESET),
            *(Act.CODE_ON, Act.CODE_OFF, Act.CODES_MADE),
        }
    ),
    "recordings": frozenset({Act.LISTENED, Act.EXPORTED}),
    "numbers": frozenset(
        {
            *(Act.ASKED, Act.CONFIRMED, Act.NOT_CONFIRMED, Act.FORGOTTEN, Act.LEFT),
            *(Act.REFUSED, Act.BREACH, Act.RESUMED),
            *(Act.PIN_MADE, Act.PIN_FORGOTTEN, Act.STAFF_SHUT, Act.STAFF_OPENED),
        }
    ),
    "changes": frozenset(
        {
            *(Act.CHANGED, Act.LINE_ADDED, Act.LINE_CHANGED, Act.LINE_REMOVED),
            *(Act.LINE_RESTARTED, Act.CLOSED_EARLY, Act.OPENED_AGAIN),
            *(Act.COPIES_ON, Act.COPIES_OFF, Act.PASSPHRASE_SHOWN),
            *(Act.BACKED_UP, Act.RESTORED, Act.MAILBOX_SET, Act.MAILBOX_REMOVED),
            *(Act.MESSENGER_ADDED, Act.MESSENGER_REMOVED, Act.LETTER_GIVEN_UP),
            *(Act.SETTINGS_CHANGED, Act.BOX_ANEW, Act.NETWORK_TRIED, Act.NETWORK_CHANGED),
        }
    ),
}


def kind_words(kind: str) -> str:
    """What is asked for by that kind."""
    return {
        "logins": _("Logging in and out"),
        "accounts": _("Accounts and passwords"),
        "recordings": _("Recordings and files"),
        "numbers": _("Telephone numbers, minutes and PINs"),
        "changes": _("Settings and lines"),
    }[kind]


def audit_words(entry: Entry) -> str:
    """What was done, without who did it."""
    said = _of_the_page(entry) or _of_the_calls(entry)
    return said.get(entry.what, str(entry.what))


def doer_words(entry: Entry) -> str:
    """Who did it."""
    if entry.by == ON_THE_BOX:
        return _("Somebody at the box itself")
    if entry.by:
        return entry.by
    return _("Unknown") if entry.what is Act.LOGIN_FAILED else _("The box")


def _of_the_page(entry: Entry) -> dict[Act, str]:
    person, role = entry.person, role_words(entry.thing)
    said = {
        Act.CLAIMED: _("took the box over with its one-time code"),
        Act.LOGGED_IN: _("logged in"),
        Act.LOGIN_FAILED: _("gave a wrong name, password or code"),
        Act.LOGGED_OUT: _("logged out"),
        Act.LOGGED_OUT_EVERYWHERE: _("ended the sessions of %(person)s", person=person),
        Act.CONFIRM_FAILED: _("gave a wrong password when asked again"),
        Act.INVITED: _("invited %(person)s: %(role)s", person=person, role=role),
        Act.INVITATION_TAKEN_BACK: _("took the invitation of %(person)s back", person=person),
        Act.JOINED: _("accepted the invitation and chose a password"),
        Act.ROLE_CHANGED: _("changed what %(person)s may: %(role)s", person=person, role=role),
        Act.ACCOUNT_REMOVED: _("took %(person)s out of the page", person=person),
        Act.PASSWORD_CHANGED: _("changed the password of %(person)s", person=person),
        Act.PASSWORD_RESET: _("set a new password for %(person)s", person=person),
        Act.CODE_ON: _("switched the code of the telephone on"),
        Act.CODE_OFF: _("switched the code of %(person)s off", person=person),
        Act.CODES_MADE: _("made new codes on paper"),
        Act.CODE_SPENT: _("used a code from paper"),
        Act.CHANGED: _("changed something: %(where)s", where=_page_words(entry.thing)),
        Act.LISTENED: _("listened: %(what)s", what=_thing_words(entry.thing)),
        Act.EXPORTED: _("saved as a file: %(what)s", what=_thing_words(entry.thing)),
    }
    return said if entry.what in said else {}


def _of_the_calls(entry: Entry) -> dict[Act, str]:
    number, person = phone(entry.number), entry.person
    whose = ", ".join(part for part in (person, number) if part)
    return {
        Act.ASKED: _("had this telephone asked for the code: %(whose)s", whose=whose),
        Act.CONFIRMED: _("this telephone is confirmed: %(whose)s", whose=whose),
        Act.NOT_CONFIRMED: _("this telephone was not confirmed: %(whose)s", whose=whose),
        Act.FORGOTTEN: _("rings this telephone no more: %(whose)s", whose=whose),
        Act.LEFT: _("forgot a telephone that was in no office for long: %(whose)s", whose=whose),
        Act.REFUSED: _("did not ring a number that may not be rung: %(whose)s", whose=whose),
        Act.BREACH: _("connects nobody any more: the minutes of the day are used up"),
        Act.RESUMED: _("allowed more minutes for that day"),
        Act.PIN_MADE: _("made a new PIN for %(person)s", person=person),
        Act.PIN_FORGOTTEN: _("took the PIN of %(person)s", person=person),
        Act.STAFF_SHUT: _("shut the staff's menu: too many PINs were wrong"),
        Act.STAFF_OPENED: _("opened the staff's menu again"),
        Act.LINE_ADDED: _("added the line %(line)s", line=person),
        Act.LINE_CHANGED: _("changed the line %(line)s", line=person),
        Act.LINE_REMOVED: _("removed the line %(line)s", line=person),
        Act.MAILBOX_SET: _("set up the mailbox %(name)s", name=person),
        Act.MAILBOX_REMOVED: _("took the mailbox %(name)s out", name=person),
        Act.MESSENGER_ADDED: _("added the messenger %(name)s", name=person),
        Act.MESSENGER_REMOVED: _("took the messenger %(name)s out", name=person),
        Act.LETTER_GIVEN_UP: _("gave up a letter: %(what)s", what=person),
        Act.BACKED_UP: _("made a backup of the whole box"),
        Act.RESTORED: _("restored the box from a backup"),
        Act.COPIES_ON: _("switched the nightly copies of the box on"),
        Act.COPIES_OFF: _("switched the nightly copies of the box off"),
        Act.PASSPHRASE_SHOWN: _("looked at the passphrase of the nightly copies"),
        Act.LINE_RESTARTED: _("had the modem of %(line)s start anew", line=person),
        Act.CLOSED_EARLY: _("closed the line early, until %(when)s", when=person),
        Act.OPENED_AGAIN: _("opened the line again"),
        Act.SETTINGS_CHANGED: _("changed settings of the box: %(which)s", which=person),
        Act.BOX_ANEW: _("had the box begin anew"),
        Act.NETWORK_TRIED: _("tried another address or Wi-Fi: %(address)s", address=person),
        Act.NETWORK_CHANGED: _(
            "gave the box another address or Wi-Fi: %(address)s", address=person
        ),
    }


def _page_words(endpoint: str) -> str:
    """The page that a change was made on."""
    page = endpoint.partition(".")[0]
    return {
        "people": _("People"),
        "duty": _("On duty"),
        "shifts": _("Shifts"),
        "calendar": _("Shifts"),
        "hours": _("Opening hours"),
        "menu": _("Menu"),
        "prompts": _("Sentences"),
        "setup": _("Set-up"),
        "tryout": _("Call your hotline"),
        "atdesk": _("Take calls here"),
        "settings": _("Settings"),
        "inbox": _("Inbox"),
        "calls": _("Calls"),
        "lines": _("Lines"),
        "backup": _("Backup"),
        "update": _("Update"),
        "notices": _("Notifications"),
        "answers": _("Answers"),
        "today": _("Today"),
        "network": _("Network"),
        "closing": _("Close early"),
    }.get(page, page)


def _thing_words(thing: str) -> str:
    kind, _space, number = thing.partition(" ")
    if kind == "case":
        return _("message or complaint %(number)s", number=number)
    if kind == "call":
        return _("why the caller of call %(number)s called", number=number)
    known = {"office": _("the whole office"), "backup": _("a backup of the whole box")}
    return known.get(thing, thing)
