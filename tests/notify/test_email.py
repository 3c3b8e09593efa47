"""E-mail over a real SMTP conversation on loopback."""

from __future__ import annotations

import logging
import ssl
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from hotline.notify.email import Security, SmtpSettings, email_way, written
from hotline.notify.outbox import LetterRefused, Outbox, WayDown
from hotline.notify.reach import Reach
from hotline.storage.outbox import Letter
from tests.notify.test_outbox import live_through, outbox_of
from tests.sim.certificates import Authority
from tests.sim.smtp import MailServer
from tests.storage.conftest import NOW, AtOnce, FakeTime

SECRET = "canary-5b1f"


def settings(port: int, **changes: object) -> SmtpSettings:
    values: dict[str, object] = {
        "host": "127.0.0.1",
        "port": port,
        "security": Security.NONE,
        "user": "",
        "password": "",
        "sender": "box@example.org",
    }
    return SmtpSettings(**(values | changes))  # type: ignore[arg-type]


def letter(**changes: object) -> Letter:
    values: dict[str, object] = {
        "id": "0123abcd",
        "created": NOW,
        "way": "email",
        "recipient": "ana@example.org",
        "subject": "Жалоба 104: заказы",
        "body": "Звонил: +37369111222\n.\nточка одна в строке",
        "next_try_at": NOW,
    }
    return Letter(**(values | changes))  # type: ignore[arg-type]


async def send(server: MailServer, recordings: Path, **changes: object) -> None:
    await email_way(lambda: settings(server.port), recordings)(letter(**changes))


async def test_a_letter_arrives_as_it_was_written(mail_server: MailServer, tmp_path: Path) -> None:
    await send(mail_server, tmp_path)
    (mail,) = mail_server.mails
    assert (mail.sender, mail.recipients) == ("box@example.org", ("ana@example.org",))
    assert mail.message["Subject"] == "Жалоба 104: заказы"
    assert mail.message.get_content().splitlines() == letter().body.splitlines()
    assert mail.message["Auto-Submitted"] == "auto-generated"


@pytest.mark.parametrize("security", list(Security))
async def test_a_server_in_the_house_is_not_even_connected_to_unless_that_is_meant(
    mail_server: MailServer, tmp_path: Path, security: Security
) -> None:
    for host in ("127.0.0.1", "localhost"):
        outside = settings(mail_server.port, host=host, security=security, reach=Reach.OUTSIDE)
        with pytest.raises(WayDown, match="leads to this box itself"):
            await email_way(lambda current=outside: current, tmp_path)(letter())  # type: ignore[misc]
    assert mail_server.connections == 0


async def test_a_password_that_is_not_taken_is_said_so(
    mail_server: MailServer, certificates: Certificates, tmp_path: Path
) -> None:
    mail_server.password = "another"
    current = await protected(mail_server, Security.TLS, certificates.good)
    with pytest.raises(WayDown, match="did not take the name or the password: 535"):
        await email_way(lambda: current, tmp_path)(letter())
    assert mail_server.mails == []


async def test_a_server_that_encrypts_in_another_way_is_said_so(
    mail_server: MailServer, tmp_path: Path
) -> None:
    for security in (Security.TLS, Security.STARTTLS):
        current = settings(mail_server.port, security=security)
        with pytest.raises(WayDown, match="encrypt"):
            await email_way(lambda one=current: one, tmp_path)(letter())  # type: ignore[misc]


async def test_a_server_that_does_not_exist_is_said_so(tmp_path: Path) -> None:
    current = settings(25, host="mail.invalid")
    with pytest.raises(WayDown, match=r"mail\.invalid is not found"):
        await email_way(lambda: current, tmp_path)(letter())


async def test_the_recording_comes_with_the_letter(mail_server: MailServer, tmp_path: Path) -> None:
    (tmp_path / "000104-complaint.wav").write_bytes(b"RIFF" + bytes(range(256)))
    await send(mail_server, tmp_path, attachment="000104-complaint.wav")
    (part,) = mail_server.mails[0].message.iter_attachments()
    assert part.get_filename() == "000104-complaint.wav"
    assert part.get_content() == b"RIFF" + bytes(range(256))


@pytest.mark.parametrize("name", ["000999-complaint.wav", "../secret.wav"])
async def test_a_letter_leaves_without_what_is_no_recording(
    mail_server: MailServer, tmp_path: Path, name: str
) -> None:
    (tmp_path / "secret.wav").write_bytes(b"secret")
    recordings = tmp_path / "recordings"
    recordings.mkdir()
    await send(mail_server, recordings, attachment=name)
    assert list(mail_server.mails[0].message.iter_attachments()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"subject": "Complaint\r\nBcc: eve@example.org"},
        {"subject": "Complaint\nX: y"},
        {"recipient": "ana@example.org\r\nBcc: eve@example.org"},
        {"recipient": "ana@example.org, eve@example.org"},
        {"recipient": "ana@example.org>\r\nRCPT TO:<eve@example.org"},
        {"recipient": "not an address"},
        {"recipient": "@"},
    ],
)
async def test_nobody_adds_headers_or_recipients_by_a_text(
    mail_server: MailServer, tmp_path: Path, changes: dict[str, object]
) -> None:
    with pytest.raises(LetterRefused):
        await send(mail_server, tmp_path, **changes)
    assert mail_server.mails == []


async def test_half_a_surrogate_in_a_name_does_not_stop_the_letter(
    mail_server: MailServer, tmp_path: Path
) -> None:
    await send(mail_server, tmp_path, subject="\ud800 104", body="\udfff")
    assert mail_server.mails[0].message["Subject"] == "? 104"


def test_every_attempt_carries_the_same_message_id(tmp_path: Path) -> None:
    ids = {written(settings(25), letter(attempts=n), tmp_path)["Message-ID"] for n in range(3)}
    assert ids == {"<0123abcd@example.org>"}


async def test_a_recipient_the_server_does_not_know_is_told_in_its_words(
    mail_server: MailServer, tmp_path: Path
) -> None:
    mail_server.refuse.add("ana@example.org")
    with pytest.raises(LetterRefused, match="no such mailbox here"):
        await send(mail_server, tmp_path)


async def test_a_server_that_is_not_there_closes_the_way(
    mail_server: MailServer, tmp_path: Path
) -> None:
    await mail_server.stop()
    with pytest.raises(WayDown, match="does not answer"):
        await send(mail_server, tmp_path)


async def test_a_server_that_says_nothing_does_not_hold_the_box(
    mail_server: MailServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hotline.notify.email.TIMEOUT", 0.05)
    mail_server.silent = True
    with pytest.raises(WayDown):
        await send(mail_server, tmp_path)


async def test_without_a_mailbox_letters_wait(tmp_path: Path) -> None:
    with pytest.raises(WayDown, match="No mailbox is set up"):
        await email_way(lambda: None, tmp_path)(letter())


async def test_a_password_never_goes_over_an_open_way(
    mail_server: MailServer, tmp_path: Path
) -> None:
    open_way = settings(mail_server.port, user="box", password=SECRET)
    with pytest.raises(WayDown, match="readable"):
        await email_way(lambda: open_way, tmp_path)(letter())


async def test_a_server_without_encryption_is_not_used_when_it_was_asked_for(
    mail_server: MailServer, tmp_path: Path
) -> None:
    safe = settings(mail_server.port, security=Security.STARTTLS, user="box", password=SECRET)
    with pytest.raises(WayDown):
        await email_way(lambda: safe, tmp_path)(letter())
    assert mail_server.mails == []


@dataclass(frozen=True)
class Certificates:
    """Of a server called localhost, unless they are `other`'s; `forged` nobody has to trust."""

    trusted: Path
    good: ssl.SSLContext
    other: ssl.SSLContext
    forged: ssl.SSLContext


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    trusted, unknown = (
        Authority.make(tmp_path_factory.mktemp(name), name) for name in ("trusted", "unknown")
    )
    return Certificates(
        trusted.file,
        good=trusted.signs("localhost").tls.server,
        other=trusted.signs("mail.example.net").tls.server,
        forged=unknown.signs("localhost").tls.server,
    )


@pytest.fixture
def certificates(made: Certificates, monkeypatch: pytest.MonkeyPatch) -> Certificates:
    """This machine trusts whoever signed the good one and the other."""
    monkeypatch.setenv("SSL_CERT_FILE", str(made.trusted))
    return made


async def protected(
    server: MailServer, security: Security, certificate: ssl.SSLContext
) -> SmtpSettings:
    """The server starts anew with this certificate; how the box reaches it."""
    await server.stop()
    server.tls = certificate if security is Security.TLS else None
    server.starttls = certificate if security is Security.STARTTLS else None
    await server.start(server.port)
    return settings(server.port, host="localhost", security=security, user="box", password=SECRET)


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_letter_leaves_encrypted_and_logged_in(
    mail_server: MailServer, certificates: Certificates, tmp_path: Path, security: Security
) -> None:
    current = await protected(mail_server, security, certificates.good)
    await email_way(lambda: current, tmp_path)(letter())
    assert [mail.message["Subject"] for mail in mail_server.mails] == ["Жалоба 104: заказы"]
    assert mail_server.logins == [f"box {SECRET}"]


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
@pytest.mark.parametrize(("whose", "why"), [("forged", "issuer"), ("other", "Hostname mismatch")])
async def test_a_wrong_certificate_is_refused_in_plain_words_and_hears_no_password(
    mail_server: MailServer,
    certificates: Certificates,
    tmp_path: Path,
    security: Security,
    whose: str,
    why: str,
) -> None:
    current = await protected(mail_server, security, getattr(certificates, whose))
    words = f"The certificate of the mail server localhost is not accepted: .*{why}"
    with pytest.raises(WayDown, match=words):
        await email_way(lambda: current, tmp_path)(letter())
    assert (mail_server.logins, mail_server.mails) == ([], [])


@pytest.mark.parametrize("security", [Security.STARTTLS, Security.TLS])
async def test_a_letter_refused_to_a_wrong_certificate_stays_and_leaves_when_it_is_right(
    mail_server: MailServer,
    certificates: Certificates,
    tmp_path: Path,
    at_once: AtOnce,
    fake_time: FakeTime,
    security: Security,
) -> None:
    current = await protected(mail_server, security, certificates.forged)
    outbox = outbox_of(at_once, {"email": email_way(lambda: current, tmp_path)}, fake_time)
    outbox.add("email", "ana@example.org", "Complaint 104", "body")
    await outbox.send_due()
    assert [one.subject for one in outbox.waiting()] == ["Complaint 104"]
    await protected(mail_server, security, certificates.good)
    await live_through(outbox, fake_time, timedelta(minutes=15))
    assert [mail.message["Subject"] for mail in mail_server.mails] == ["Complaint 104"]
    assert outbox.waiting() == []


async def test_the_password_is_never_shown_or_logged(
    mail_server: MailServer, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = settings(mail_server.port, user="box", password=SECRET, security=Security.STARTTLS)
    with pytest.raises(WayDown) as failure:
        await email_way(lambda: secret, tmp_path)(letter())
    assert SECRET not in f"{secret!r} {secret} {failure.value} {caplog.text}"


async def test_a_mail_server_down_for_a_day_delays_letters_and_loses_none(
    mail_server: MailServer, tmp_path: Path, at_once: AtOnce, fake_time: FakeTime
) -> None:
    await mail_server.stop()
    current = settings(mail_server.port)
    outbox = outbox_of(at_once, {"email": email_way(lambda: current, tmp_path)}, fake_time)
    for number in (104, 105, 106):
        outbox.add("email", "ana@example.org", f"Complaint {number}", "body", case_number=number)
        await live_through(outbox, fake_time, timedelta(hours=8))
    assert outbox.unsent_since() == NOW
    await mail_server.start(mail_server.port)
    await live_through(outbox, fake_time, timedelta(minutes=15))
    subjects = sorted(mail.message["Subject"] for mail in mail_server.mails)
    assert subjects == ["Complaint 104", "Complaint 105", "Complaint 106"]
    assert outbox.unsent_since() is None


async def test_a_letter_repeated_after_a_cut_is_known_by_its_id(
    mail_server: MailServer, tmp_path: Path, at_once: AtOnce, fake_time: FakeTime
) -> None:
    mail_server.drop_after_data = True
    current = settings(mail_server.port)
    outbox: Outbox = outbox_of(at_once, {"email": email_way(lambda: current, tmp_path)}, fake_time)
    outbox.add("email", "ana@example.org", "Complaint 104", "body")
    await outbox.send_due()
    mail_server.drop_after_data = False
    await live_through(outbox, fake_time, timedelta(minutes=1))
    ids = [mail.message["Message-ID"] for mail in mail_server.mails]
    assert len(ids) == 2
    assert ids[0] == ids[1]
