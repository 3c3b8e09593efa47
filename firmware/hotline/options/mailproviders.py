"""Mailboxes whose server needs not be typed: a row for each provider, no code.

Only what several public set-ups agree on is here; none was tried with an account of ours. Whoever
has another mailbox types its server, which its provider tells.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

STARTTLS_PORT, TLS_PORT = 587, 465  # RFC 6409 §3.1, RFC 8314 §7.3


@dataclass(frozen=True)
class MailProvider:
    """One provider. domains: what stands behind the @ of its addresses. host: takes letters.

    own_password: it takes no letter for the password of the mailbox; one for programs alone is
    made on the provider's page.
    """

    words: str
    domains: tuple[str, ...]
    host: str
    security: Literal["starttls", "tls"] = "tls"
    own_password: bool = True

    @property
    def port(self) -> int:
        """Of the server, by how it encrypts."""
        return TLS_PORT if self.security == "tls" else STARTTLS_PORT


MAIL_PROVIDERS = (
    MailProvider("Gmail", ("gmail.com", "googlemail.com"), "smtp.gmail.com"),
    MailProvider("Mail.ru", ("mail.ru", "bk.ru", "inbox.ru", "list.ru"), "smtp.mail.ru"),
    MailProvider("Yandex", ("yandex.ru", "yandex.com", "yandex.ua", "ya.ru"), "smtp.yandex.ru"),
    MailProvider("UKR.NET", ("ukr.net",), "smtp.ukr.net"),
    MailProvider("Yahoo", ("yahoo.com", "yahoo.ro", "ymail.com"), "smtp.mail.yahoo.com"),
    MailProvider("iCloud", ("icloud.com", "me.com", "mac.com"), "smtp.mail.me.com", "starttls"),
    MailProvider("Zoho", ("zoho.com", "zohomail.com"), "smtp.zoho.com", own_password=False),
    MailProvider("Fastmail", ("fastmail.com", "fastmail.fm"), "smtp.fastmail.com"),
    MailProvider("GMX", ("gmx.com", "gmx.us"), "mail.gmx.com", own_password=False),
)
# Whose servers take no password of a program at all any more, only their own way of logging in.
CLOSED = frozenset({"outlook.com", "hotmail.com", "live.com", "msn.com"})


def mail_provider(address: str) -> MailProvider | None:
    """Of whom this mailbox is."""
    return next((one for one in MAIL_PROVIDERS if _domain(address) in one.domains), None)


def closed_to_programs(address: str) -> bool:
    """Can the box not write from this mailbox, whatever is typed?"""
    return _domain(address) in CLOSED


def _domain(address: str) -> str:
    return address.rpartition("@")[2].strip().lower()
