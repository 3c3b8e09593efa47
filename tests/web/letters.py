"""Letters that wait, were tried out and were given up, as the daemon tells of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hotline.control.messages.letters import LetterNow, LettersAnswer, MailNow, MessengerNow
from hotline.said import say, together

NOW = datetime(2026, 12, 5, 10, 30, tzinfo=UTC)
TO = "flori@example.com"
NO_ANSWER = together(
    say(
        "The mail server %(server)s does not answer on port %(port)s.",
        server="smtp.example.com",
        port=465,
    ),
    say("Check its name, its port and the Internet connection."),
)
MAIL = MailNow(
    sender="box@example.com",
    host="smtp.example.com",
    port=465,
    security="tls",
    user="box@example.com",
)
TELEGRAM = MessengerNow(name="telegram", kind="telegram")
OF_BOX_TOML = MessengerNow(name="apprise 1", kind="other", house=True, fixed=True)


def waiting(subject: str) -> LetterNow:
    """One that does not arrive since two hours."""
    return LetterNow(
        id="0123abcd",
        way="email",
        recipient=TO,
        subject=subject,
        created=NOW - timedelta(hours=2),
        state="waiting",
        attempts=9,
        why=NO_ANSWER,
        next_try=NOW + timedelta(minutes=12),
        case_number=103,
    )


def tried(way: str, recipient: str, **more: object) -> LetterNow:
    """A test."""
    values = {"id": f"test-{way}", "subject": "Test", "created": NOW, "test": True} | more
    return LetterNow(way=way, recipient=recipient, **values)  # type: ignore[arg-type]


def everything(subject: str) -> LettersAnswer:
    """Of each kind one. subject: of what waits; callers have a hand in it."""
    late = waiting(subject)
    return LettersAnswer(
        mail=MAIL,
        messengers=(OF_BOX_TOML, TELEGRAM),
        waiting=(late,),
        tests=(
            tried("email", TO, state="waiting", attempts=1, why=NO_ANSWER, next_try=NOW),
            tried("sms", "+37369000101", state="delivered"),
            tried("apprise", "telegram", state="sent"),
        ),
        given_up=(late.model_copy(update={"id": "0f", "state": "failed", "next_try": None}),),
        room=7,
        can_text=True,
    )
