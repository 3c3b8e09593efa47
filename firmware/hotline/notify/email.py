"""E-mail: a letter over SMTP. The only caller of smtplib."""

from __future__ import annotations

import asyncio
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path

from hotline.notify.outbox import LetterRefused, Way, WayDown
from hotline.storage.outbox import Letter

TIMEOUT = 30.0  # seconds for each answer of the server
LARGEST_ATTACHMENT = 8 * 1024 * 1024  # most providers refuse 10 MiB and more, encoded


class Security(StrEnum):
    """How the way to the server is protected. NONE is for a server in the same house."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


@dataclass(frozen=True)
class SmtpSettings:
    """The mailbox the box writes from. user "" means that the server asks for no login."""

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str


def email_way(settings: Callable[[], SmtpSettings | None], recordings: Path) -> Way:
    """The way "email". settings: read at each letter, None while nothing is set up."""

    async def send(letter: Letter) -> None:
        current = settings()
        if current is None:
            raise WayDown("No mailbox is set up.", "Enter one under Notifications.")
        await asyncio.to_thread(deliver, current, letter, recordings)

    return send


def deliver(settings: SmtpSettings, letter: Letter, recordings: Path) -> None:
    """Send one letter; blocks. Raises WayDown or LetterRefused."""
    message = written(settings, letter, recordings)
    try:
        with _connected(settings) as server:
            _log_in(server, settings)
            server.send_message(message)
    except (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError) as error:
        raise _refused(letter, error) from error
    except smtplib.SMTPException as error:
        raise WayDown(f"The mail server {settings.host} said: {_said(error)}.") from error
    except ssl.SSLCertVerificationError as error:
        raise WayDown(
            f"The certificate of the mail server {settings.host} is not accepted:"
            f" {error.verify_message.rstrip('.')}.",
            "Check the server's name; is the package ca-certificates installed?",
        ) from error
    except OSError as error:
        raise WayDown(
            f"The mail server {settings.host} does not answer: {error}.",
            "Check its name and the Internet connection.",
        ) from error


def written(settings: SmtpSettings, letter: Letter, recordings: Path) -> EmailMessage:
    """The letter as an e-mail. Its Message-ID is the letter's id in every attempt.

    Raises LetterRefused when a header would hold a line break or an address is none: nobody
    may add headers or recipients by the text of a name.
    """
    domain = _address(settings.sender).rpartition("@")[2]
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(settings.sender)
    message["To"] = _address(letter.recipient)
    message["Subject"] = _one_line(letter.subject)
    message["Date"] = format_datetime(letter.created)
    message["Message-ID"] = f"<{letter.id}@{domain}>"
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: holiday robots must not answer
    message.set_content(letter.body.encode("utf-8", "replace").decode())
    if letter.attachment:
        _attach(message, recordings / Path(letter.attachment).name)
    return message


def _attach(message: EmailMessage, path: Path) -> None:
    """Add the recording; a letter without it is better than no letter."""
    if not path.is_file() or path.stat().st_size > LARGEST_ATTACHMENT:
        return
    message.add_attachment(path.read_bytes(), maintype="audio", subtype="x-wav", filename=path.name)


def _connected(settings: SmtpSettings) -> smtplib.SMTP:
    where = (settings.host, settings.port)
    if settings.security is Security.TLS:
        return smtplib.SMTP_SSL(*where, timeout=TIMEOUT, context=ssl.create_default_context())
    return smtplib.SMTP(*where, timeout=TIMEOUT)


def _log_in(server: smtplib.SMTP, settings: SmtpSettings) -> None:
    """Protect the way and log in; a password never goes over an unprotected one."""
    if settings.security is Security.STARTTLS:
        server.starttls(context=ssl.create_default_context())
    if not settings.user:
        return
    if settings.security is Security.NONE:
        raise WayDown(
            "The password would travel readable.", "Choose STARTTLS or TLS for the mailbox."
        )
    server.login(settings.user, settings.password)


def _address(text: str) -> str:
    """An address of one line with one @ and only ASCII, which every server takes."""
    line = _one_line(text)
    name, _, domain = line.rpartition("@")
    plain = line.isascii() and line.isprintable() and not set(line) & set(' ,;<>"()[]\\:')
    if not (name and domain and plain and "@" not in name):
        raise LetterRefused(f"{line[:80]!r} is not an e-mail address.", "Correct it.")
    return line


def _one_line(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise LetterRefused("A line break stands in an address or subject.", "Remove it.")
    return text.encode("utf-8", "replace").decode()


def _refused(letter: Letter, error: smtplib.SMTPException) -> LetterRefused:
    return LetterRefused(
        f"The mail server refuses the letter to {letter.recipient}: {_said(error)}.",
        "Check the address.",
    )


def _said(error: smtplib.SMTPException) -> str:
    """The server's own words, which are its operator's: shown, never trusted."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, words = next(iter(error.recipients.values()))
        return f"{code} {_text(words)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error)[:200]


def _text(words: bytes | str) -> str:
    plain = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return " ".join(plain.split())[:200]
