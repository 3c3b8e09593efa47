"""What is typed about the mailbox and the messengers, and what of it cannot be meant.

The daemon checks it again. Passwords and tokens are never sent back.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from hotline.control.messages.letters import MailNow
from hotline.control.messages.lines import Setting
from hotline.options.mailproviders import (
    STARTTLS_PORT,
    TLS_PORT,
    MailProvider,
    closed_to_programs,
    mail_provider,
)
from hotline.options.messengers import FIELDS, Kind, unfit
from hotline_web.languages import _

LONGEST = 255
ADDRESS = re.compile(r"[^@\s,;<>\"()\[\]\\:]+@[^@\s,;<>\"()\[\]\\:]+\.[^@\s,;<>\"()\[\]\\:]+")
HOST = re.compile(r"[A-Za-z0-9.-]{1,253}")
EXAMPLE, SERVER = "flowers@example.com", "mail.example.com"
NOT_ENCRYPTED = "none"
ENCRYPTED = ("starttls", "tls")


@dataclass(frozen=True)
class NoticeForm:
    """One form. given: as it was typed, without secrets. settings: of it, for the daemon.

    wrong: by field, what to do.
    """

    given: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Setting] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @property
    def by_hand(self) -> bool:
        """Is there something to see beside address and password?"""
        typed = any(self.given.get(key) for key in ("host", "port", "security", "user", "house"))
        return typed or bool(self.wrong.keys() - {"sender", "password"})


def mail_of(now: MailNow | None) -> NoticeForm:
    """The form as it is now; what goes without saying is left out."""
    if now is None or now.fixed:
        return NoticeForm()
    given = {"sender": now.sender}
    known = mail_provider(now.sender)
    if known is None or (known.host, known.port) != (now.host, now.port):
        given |= {"host": now.host, "port": str(now.port), "security": now.security}
        given["house"] = "1" if now.house else ""
    if now.user not in ("", now.sender):
        given["user"] = now.user
    return NoticeForm(given)


def mail_form(typed: Mapping[str, str], before: MailNow | None) -> NoticeForm:
    """What was typed about the mailbox. before: whose password may stay."""
    keys = ("sender", "host", "port", "security", "user", "house")
    given = {key: typed.get(key, "").strip()[:LONGEST] for key in keys}
    password = typed.get("password", "")[:LONGEST]
    known = None if given["host"] else mail_provider(given["sender"])
    security = _security(given, known)
    wrong = _wrong_in_mail(given, known)
    kept = before is not None and not before.fixed and before.sender == given["sender"]
    if not password and not kept and security != NOT_ENCRYPTED:
        wrong["password"] = _("Write the password of this mailbox.")
    port = known.port if known else TLS_PORT if security == "tls" else STARTTLS_PORT
    settings: dict[str, Setting] = {
        "sender": given["sender"],
        "host": known.host if known else given["host"],
        "port": int(given["port"]) if given["port"].isdecimal() else port,
        "security": security,
        "user": (given["user"] or given["sender"]) if security != NOT_ENCRYPTED else "",
        "house": bool(given["house"]),
    }
    if password and security != NOT_ENCRYPTED:
        settings["password"] = password
    return NoticeForm(given, settings, wrong)


def _security(given: Mapping[str, str], known: MailProvider | None) -> str:
    if known:
        return known.security
    if given["security"] in (*ENCRYPTED, NOT_ENCRYPTED):
        return given["security"]
    return "tls" if given["port"] == str(TLS_PORT) else "starttls"


def _wrong_in_mail(given: Mapping[str, str], known: MailProvider | None) -> dict[str, str]:
    wrong: dict[str, str] = {}
    if ADDRESS.fullmatch(given["sender"]) is None:
        wrong["sender"] = _("Write the whole address, such as %(example)s.", example=EXAMPLE)
    elif not given["host"] and closed_to_programs(given["sender"]):
        wrong["sender"] = _("This provider lets no box like this one write. Use another mailbox.")
    elif not known and not given["host"]:
        wrong["host"] = _("Write the mail server of this mailbox; its provider tells it.")
    elif given["host"] and HOST.fullmatch(given["host"]) is None:
        wrong["host"] = _(
            "Write the address alone, such as %(example)s.", example="mail.example.com"
        )
    if given["port"] and not (given["port"].isdecimal() and 0 < int(given["port"]) < 65536):
        wrong["port"] = _("Write the number of the port, such as %(example)s.", example=TLS_PORT)
    return wrong


def messenger_form(kind: Kind, typed: Mapping[str, str]) -> NoticeForm:
    """What was typed about a messenger."""
    fields = FIELDS[kind]
    words = {one.key: typed.get(one.key, "").strip()[:LONGEST] for one in fields}
    house = bool(typed.get("house"))
    wrong = {key: _advice(kind, key) for key in unfit(kind, words)}
    given = {one.key: words[one.key] for one in fields if not one.secret}
    settings: dict[str, Setting] = {key: text for key, text in words.items() if text}
    return NoticeForm(given | {"house": "1" if house else ""}, settings | {"house": house}, wrong)


def _advice(kind: Kind, key: str) -> str:
    match kind, key:
        case "telegram", "token":
            return _("Copy it whole from @BotFather; it looks like 123456789:AAE…")
        case "telegram", "chat":
            return _("Write the number of the chat, or the name of a channel with @.")
        case "webhook", _k:
            return _("Write an address that begins with https://")
        case "other", _k:
            return _("Write it as Apprise does, such as %(example)s.", example="matrixs://…")
    if key == "server":
        return _("Write the address alone, such as %(example)s.", example="push.example.com")
    return _("Copy it whole from the service.")


def addresses_of(text: str) -> tuple[list[str], list[str]]:
    """E-mail addresses, one in each line or with commas between; and what is none."""
    words = [word for word in re.split(r"[\s,;]+", text) if word]
    found = list(dict.fromkeys(words))
    return found, [word for word in found if ADDRESS.fullmatch(word) is None]
