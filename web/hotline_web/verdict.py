"""Can callers reach us? One sentence, and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hotline.control.messages.status import StatusAnswer
from hotline.errors import HotlineError
from hotline_web.languages import _, ngettext
from hotline_web.words import say, self_call_words


@dataclass(frozen=True)
class Verdict:
    """level: good, wait or bad. because and action may be empty."""

    level: str
    sentence: str
    because: str = ""
    action: str = ""


def verdict(status: StatusAnswer | None, down: HotlineError | None) -> Verdict:
    """`down` says why there is no status; the worst thing found decides."""
    if status is None:
        cause, action = (down.cause, down.action) if down else ("", "")
        return Verdict("bad", _("Callers cannot reach you."), say(cause), say(action))
    return _of_lines(status) or _of_box(status) or _well(status)


def last_checked(status: StatusAnswer | None) -> datetime | None:
    """When a call last showed that callers get through, if the box called itself at all."""
    calls = [line.self_call for line in status.lines if line.self_call] if status else []
    return max((call.at for call in calls if call.outcome == "works"), default=None)


def _of_lines(status: StatusAnswer) -> Verdict | None:
    dead = [line for line in status.lines if not line.up]
    if not status.lines:
        return Verdict("bad", _("Callers cannot reach you."), _("No telephone line is set up."))
    if not dead:
        return None
    because = " ".join(f"{line.name}: {say(line.words)}" for line in dead)
    if len(dead) == len(status.lines):
        return Verdict("bad", _("Callers cannot reach you."), because, say(dead[0].action))
    return Verdict(
        "wait",
        _(
            "Callers can reach you on %(up)d of %(all)d lines.",
            up=len(status.lines) - len(dead),
            all=len(status.lines),
        ),
        because,
        say(dead[0].action),
    )


def _of_box(status: StatusAnswer) -> Verdict | None:
    if status.trouble:
        return Verdict(
            "wait", _("Callers can reach you, but the box has trouble."), say(status.trouble)
        )
    if status.power:
        return Verdict(
            "wait",
            _("Callers can reach you, but the box has trouble."),
            say(status.power),
            say(status.power_action),
        )
    for line in status.lines:
        if line.trouble:
            because = f"{line.name}: {say(line.trouble)}"
            return Verdict("wait", _("Callers can reach you, but a line has trouble."), because)
        if line.self_call and line.self_call.outcome == "fails":
            because = f"{line.name}: {self_call_words(line.self_call)}"
            return Verdict("wait", _("Callers can reach you, but a line has trouble."), because)
    if status.meter and status.meter.breach:
        return Verdict(
            "wait",
            _("Callers can reach the box, but are not connected with your people today."),
            _("The minutes for it are used up."),
            _("See the page People."),
        )
    if status.open and not status.on_duty:
        return Verdict(
            "wait",
            _("Callers can reach the box, but nobody is on duty."),
            _("They can leave a message."),
        )
    if status.open and all(person.away for person in status.on_duty):
        return Verdict(
            "wait",
            _("Callers can reach the box, but everybody on duty is away."),
            _("They can leave a message."),
        )
    return _of_numbers(status)


def _of_numbers(status: StatusAnswer) -> Verdict | None:
    """Who is not rung because nobody confirmed the number."""
    if not status.unconfirmed:
        return None
    on_duty = {one.person for one in status.on_duty}
    reached = not status.open or not on_duty <= {one.id for one in status.unconfirmed}
    names = ", ".join(one.name for one in status.unconfirmed)
    return Verdict(
        "wait",
        _("Callers can reach you, but not all of your people are rung.")
        if reached
        else _("Callers can reach the box, but nobody on duty is rung."),
        _("These numbers are not confirmed yet: %(names)s.", names=names),
        _("Confirm them on the page People."),
    )


def _well(status: StatusAnswer) -> Verdict:
    lines = len(status.lines)
    return Verdict(
        "good",
        _("Callers can reach you."),
        ngettext("%(num)d line is ready.", "%(num)d lines are ready.", lines),
    )
