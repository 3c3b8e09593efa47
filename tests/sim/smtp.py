"""A mail server on loopback: real SMTP for real clients, mischief to order."""

from __future__ import annotations

import asyncio
import ssl
from base64 import b64decode
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass(frozen=True)
class Mail:
    """One letter as it arrived, with the envelope."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        parsed = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed


@dataclass
class MailServer:
    """Takes letters into `mails`. refuse: recipients answered with 550. silent: accepts the
    connection and never says a word. drop_after_data: cuts the line instead of the last "250".
    tls: encrypts from the first byte on. starttls: offers to encrypt; takes no mail before. Logins
    are offered only where it is encrypted; each stands in `logins` as "name password".
    password: the only one that is taken.
    """

    mails: list[Mail] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    starttls: ssl.SSLContext | None = None
    logins: list[str] = field(default_factory=list)
    password: str | None = None
    refuse: set[str] = field(default_factory=set)
    silent: bool = False
    drop_after_data: bool = False
    connections: int = 0
    port: int = 0
    _server: asyncio.Server | None = None

    async def start(self, port: int = 0) -> None:
        self._server = await asyncio.start_server(self._talk, "127.0.0.1", port, ssl=self.tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            if self.silent:
                await reader.read()
            else:
                await self._session(reader, writer)
        except (ConnectionError, ssl.SSLError):
            pass  # the client did not like our certificate
        finally:
            writer.close()

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        sender, recipients = "", []
        bare, secured = self.starttls is not None, self.tls is not None
        writer.write(b"220 test\r\n")
        while line := (await reader.readline()).decode().strip():
            verb, _, rest = line.partition(" ")
            answer = "250 ok"
            match verb.upper():
                case "EHLO" | "HELO":
                    offers = ["STARTTLS"] * bare + ["AUTH PLAIN"] * secured
                    answer = "\r\n250-".join(["250-test", *offers]) + "\r\n250 SMTPUTF8"
                case "STARTTLS" if bare:
                    writer.write(b"220 go on\r\n")
                    await writer.start_tls(self.starttls)
                    bare, secured = False, True
                    continue
                case _ if bare:
                    answer = "530 5.7.0 Must issue a STARTTLS command first"
                case "AUTH":
                    _, name, password = b64decode(rest.partition(" ")[2]).decode().split("\0")
                    self.logins.append(f"{name} {password}")
                    answer = "235 welcome"
                    if self.password not in (None, password):
                        answer = "535 5.7.8 who are you"
                case "MAIL":
                    sender, recipients = _path(rest), []
                case "RCPT" if _path(rest) in self.refuse:
                    answer = "550 5.1.1 no such mailbox here"
                case "RCPT":
                    recipients.append(_path(rest))
                case "DATA":
                    writer.write(b"354 go on\r\n")
                    raw = (await reader.readuntil(b"\r\n.\r\n"))[:-3].replace(b"\r\n..", b"\r\n.")
                    self.mails.append(Mail(sender, tuple(recipients), raw))
                    if self.drop_after_data:
                        return
                case "QUIT":
                    writer.write(b"221 bye\r\n")
                    return
            writer.write(f"{answer}\r\n".encode())


def _path(argument: str) -> str:
    """The address of "FROM:<a@b> SIZE=1"."""
    return argument.partition("<")[2].partition(">")[0]
