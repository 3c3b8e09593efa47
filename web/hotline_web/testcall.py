"""A call that proves the hotline, step by step as it happens; and what went wrong."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from hotline.control.messages.status import StatusAnswer
from hotline_web.languages import _
from hotline_web.words import say

TAKEN = frozenset({"whisper", "joined", "no_press", "declined", "too_late"})
NOT_TAKEN = frozenset({"not_reached", "no_press", "declined", "too_late"})
NOT_DIALLED = frozenset({"not_dialled", "cap", "other_line"})
LEFT = frozenset({"message", "complaint", "filed", "recording"})


@dataclass(frozen=True)
class Happened:
    """A step of the call: `what` as the journal has it. person: a name."""

    what: str
    at: datetime
    person: str = ""
    key: str = ""


@dataclass(frozen=True)
class Light:
    """One step to be seen. name: for programs. state: "done", "now", "not" yet, "never"."""

    name: str
    state: str
    words: str
    seconds: float | None = None


@dataclass(frozen=True)
class Trouble:
    """A cause, and one thing to do; `page` leads to where it is done."""

    cause: str
    action: str
    page: str = ""


def lights(steps: Sequence[Happened], *, over: bool, menu: bool) -> list[Light]:
    """What has happened and what is to come. menu: callers are asked for a key."""
    first = {step.what: step for step in reversed(steps)}
    expected = list(_of_closed(first) if "greeting_closed" in first else _of_open(first, menu))
    last = max((n for n, (_n, step, _w) in enumerate(expected) if step), default=-1)
    began = steps[0].at if steps else None
    shown = []
    for n, (name, step, words) in enumerate(expected):
        state = (
            "done" if step else "never" if over or n < last else "now" if n == last + 1 else "not"
        )
        seconds = (step.at - began).total_seconds() if step and began else None
        shown.append(Light(name, state, words, seconds))
    return shown


Expected = tuple[str, "Happened | None", str]


def _of_open(first: dict[str, Happened], menu: bool) -> Iterator[Expected]:
    yield "rang", first.get("ringing_in") or first.get("answered"), _("The box hears it ring")
    yield "greeting", first.get("greeting"), _("The greeting plays")
    key = first.get("key") or first.get("no_choice")
    if menu or key:
        words = _("You press %(key)s", key=key.key) if key and key.key else _("You press a key")
        yield "key", key, words
    if LEFT & first.keys() and "ringing" not in first:
        yield from _left(first)
        return
    rung, taken = first.get("ringing"), _any(first, TAKEN)
    name = rung.person if rung else _("somebody on duty")
    yield "ringing", rung, _("The telephone of %(person)s rings", person=name)
    yield "picked_up", taken, _("%(person)s picks up and is asked to press 1", person=name)
    yield "joined", first.get("joined"), _("You hear each other")


def _of_closed(first: dict[str, Happened]) -> Iterator[Expected]:
    yield "rang", first.get("ringing_in") or first.get("answered"), _("The box hears it ring")
    words = _("You hear that the office is closed now")
    yield "greeting", first.get("greeting_closed"), words
    yield from _left(first)


def _left(first: dict[str, Happened]) -> Iterator[Expected]:
    yield "recording", first.get("recording"), _("You speak after the beep")
    yield "filed", first.get("filed"), _("Your message is kept")


def _any(first: dict[str, Happened], names: frozenset[str]) -> Happened | None:
    found = (step for what, step in first.items() if what in names)
    return min(found, key=lambda step: step.at, default=None)


def troubles(status: StatusAnswer | None, steps: Sequence[Happened]) -> list[Trouble]:
    """What can be read from the box and the call, the likeliest first; never nothing."""
    return [*_of_lines(status), *_of_call(steps)] or [_unexplained(steps)]


def _of_lines(status: StatusAnswer | None) -> Iterator[Trouble]:
    if status is None:
        action = _("Switch the box off and on.")
        yield Trouble(_("The part of the box that takes calls does not answer."), action)
    elif not status.lines:
        action = _("Set up a line.")
        yield Trouble(_("No telephone line is set up."), action, "setup.lines")
    for line in status.lines if status else ():
        if not line.up:
            yield Trouble(f"{line.name}: {say(line.words)}", say(line.action), "setup.lines")


def _of_call(steps: Sequence[Happened]) -> Iterator[Trouble]:
    seen = {step.what for step in steps}
    if not steps:
        yield Trouble(
            _("No call has come to the box."),
            _("Call the number once more. If it rings elsewhere, ask your provider."),
        )
    elif not seen & {"greeting", "greeting_closed"}:
        action = _("Call once more, and wait for the greeting.")
        yield Trouble(_("The call was over before the greeting."), action)
    if "greeting_closed" in seen:
        cause = _("The office is closed now, so nobody is rung.")
        yield Trouble(cause, _("Change the opening hours."), "setup.hours")
    if "nobody" in seen and "greeting_closed" not in seen:
        cause = _("Nobody is on duty who may be rung.")
        yield Trouble(cause, _("Look at the people and their numbers."), "setup.people")
    yield from _of_people(steps)


def _of_people(steps: Sequence[Happened]) -> Iterator[Trouble]:
    joined = any(step.what == "joined" for step in steps)
    told = set()
    for step in steps:
        if (step.what, step.person) in told:
            continue
        told.add((step.what, step.person))
        if step.what == "unconfirmed":
            cause = _(
                "The number of %(person)s is not confirmed, so it is not rung.", person=step.person
            )
            yield Trouble(cause, _("Confirm it."), "setup.people")
        elif step.what in NOT_DIALLED and step.person:
            cause = _("The telephone of %(person)s could not be rung.", person=step.person)
            yield Trouble(cause, _("Look whether the number is right."), "setup.people")
        elif step.what in NOT_TAKEN and not joined:
            cause = _("%(person)s did not take the call.", person=step.person)
            yield Trouble(cause, _("Pick up, wait for the words, press 1."))
    if joined:
        cause = _("You were connected. If you heard nothing, the sound gets lost on the line.")
        yield Trouble(cause, _("Look at the line, and have it tested."), "lines.lines")


def _unexplained(steps: Sequence[Happened]) -> Trouble:
    if any(step.what == "greeting" for step in steps):
        cause = _("The box answered and spoke; after that the caller was gone.")
        return Trouble(cause, _("Call once more, and press a key after the greeting."))
    return Trouble(_("The box sees nothing wrong."), _("Call once more."))
