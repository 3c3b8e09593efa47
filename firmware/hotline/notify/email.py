"""E-mail: a letter over SMTP. The only caller of smtplib."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from hotline.errors import HotlineError
from hotline.notify.outbox import LetterRefused, Way, WayDown
from hotline.notify.reach import Reach, forbidden, refusal
from hotline.said import say, together
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
    """The mailbox the box writes from. user "" means that the server asks for no login.

    reach: where its server may be.
    """

    host: str
    port: int
    security: Security
    user: str
    password: str = field(repr=False)
    sender: str
    reach: Reach = Reach.ANYWHERE


def email_way(settings: Callable[[], SmtpSettings | None], recordings: Path) -> Way:
    """The way "email". settings: read at each letter, None while nothing is set up."""

    async def send(letter: Letter) -> None:
        current = settings()
        if current is None:
            raise WayDown(say("No mailbox is set up."), say("Enter one on the page Notifications."))
        await asyncio.to_thread(deliver, current, letter, recordings)

    return send


def deliver(settings: SmtpSettings, letter: Letter, recordings: Path) -> None:
    """Send one letter; blocks. Raises WayDown or LetterRefused."""
    message = written(settings, letter, recordings)
    try:
        with _connected(settings) as server:
            _log_in(server, settings)
            server.send_message(message)
    except (smtplib.SMTPException, OSError) as error:
        raise _trouble(settings, letter, error) from error


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
        context = ssl.create_default_context()
        return _EncryptedServer(settings.reach, *where, timeout=TIMEOUT, context=context)
    return _Server(settings.reach, *where, timeout=TIMEOUT)


class _Server(smtplib.SMTP):
    """Looks at each address before it is connected to."""

    def __init__(self, reach: Reach, *where: Any, **how: Any) -> None:
        self._reach = reach
        super().__init__(*where, **how)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        return _reached(host, port, timeout, self._reach)


class _EncryptedServer(smtplib.SMTP_SSL):
    """The same, encrypted from the first byte on."""

    def __init__(self, reach: Reach, host: str, *where: Any, **how: Any) -> None:
        self._reach = reach
        super().__init__(host, *where, **how)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        bare = _reached(host, port, timeout, self._reach)
        return self.context.wrap_socket(bare, server_hostname=host)


def _reached(host: str, port: int, timeout: float, reach: Reach) -> socket.socket:
    """The first address of the server that answers. Raises OSError, WayDown for a forbidden one."""
    trouble: Exception = OSError("it has no address")
    for *_kind, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if why := forbidden(address, reach):
            trouble = WayDown(
                together(say("Nothing was sent to %(server)s.", server=host), refusal(why)),
                say("If that is meant, say so where it is set up."),
            )
            continue
        try:
            return socket.create_connection((str(address[0]), port), timeout)
        except OSError as error:
            trouble = error
    raise trouble


def _log_in(server: smtplib.SMTP, settings: SmtpSettings) -> None:
    """Protect the way and log in; a password never goes over an unprotected one."""
    if settings.security is Security.STARTTLS:
        server.starttls(context=ssl.create_default_context())
    if not settings.user:
        return
    if settings.security is Security.NONE:
        raise WayDown(
            say("The password would travel readable."), say("Choose another way to encrypt.")
        )
    server.login(settings.user, settings.password)


def _address(text: str) -> str:
    """An address of one line with one @ and only ASCII, which every server takes."""
    line = _one_line(text)
    name, _, domain = line.rpartition("@")
    plain = line.isascii() and line.isprintable() and not set(line) & set(' ,;<>"()[]\\:')
    if not (name and domain and plain and "@" not in name):
        raise LetterRefused(
            say("%(address)s is not an e-mail address.", address=repr(line[:80])),
            say("Correct it."),
        )
    return line


def _one_line(text: str) -> str:
    if "\r" in text or "\n" in text:
        raise LetterRefused(say("A line break stands in an address or subject."), say("Remove it."))
    return text.encode("utf-8", "replace").decode()


def _trouble(settings: SmtpSettings, letter: Letter, error: Exception) -> HotlineError:
    """What went wrong, by the place where it did, and what to do about it."""
    server = settings.host
    match error:
        case smtplib.SMTPRecipientsRefused() | smtplib.SMTPDataError():
            return LetterRefused(
                say(
                    "The mail server refuses the letter to %(address)s: %(why)s.",
                    address=letter.recipient,
                    why=_said(error),
                ),
                say("Check the address."),
            )
        case smtplib.SMTPAuthenticationError():
            return WayDown(
                say(
                    "The mail server %(server)s did not take the name or the password: %(why)s.",
                    server=server,
                    why=_said(error),
                ),
                say(
                    "Write the password anew. Many providers want one that was made for programs,"
                    " on their own page."
                ),
            )
        case smtplib.SMTPSenderRefused():
            return WayDown(
                say(
                    "The mail server %(server)s takes no letters from %(address)s: %(why)s.",
                    server=server,
                    address=settings.sender,
                    why=_said(error),
                ),
                say("Set up the mailbox whose address it is."),
            )
        case smtplib.SMTPNotSupportedError():
            return WayDown(
                say(
                    "The mail server %(server)s does not encrypt, or knows no log-in.",
                    server=server,
                ),
                say("Choose another way to encrypt."),
            )
        case smtplib.SMTPException():
            return WayDown(
                say("The mail server %(server)s said: %(why)s.", server=server, why=_said(error)),
                say("The box tries again by itself."),
            )
        case _:
            return _unreached(settings, error)


def _unreached(settings: SmtpSettings, error: Exception) -> HotlineError:
    """No talk with the server came about."""
    server = settings.host
    match error:
        case ssl.SSLCertVerificationError():
            return WayDown(
                say(
                    "The certificate of the mail server %(server)s is not accepted: %(why)s.",
                    server=server,
                    why=error.verify_message.rstrip("."),
                ),
                say("Check the server's name; is the package ca-certificates installed?"),
            )
        case ssl.SSLError():
            return WayDown(
                say("The mail server %(server)s encrypts in another way.", server=server),
                say("Choose another way to encrypt, with its port."),
            )
        case socket.gaierror():
            return WayDown(
                say("The mail server %(server)s is not found.", server=server),
                say("Check its name and the Internet connection."),
            )
        case _:
            return WayDown(
                say(
                    "The mail server %(server)s does not answer on port %(port)s.",
                    server=server,
                    port=settings.port,
                ),
                say("Check its name, its port and the Internet connection."),
            )


def _said(error: Exception) -> str:
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
