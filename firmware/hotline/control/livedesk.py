"""What the page sees of the calls that are happening. Bounded, however many callers there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from hotline.calls.call import Call
from hotline.calls.call import Step as CallStep
from hotline.control.messages.calls import LiveCall, Step, Waits
from hotline.inbox.step import StepName
from hotline.numbering import mask
from hotline.routing.office import Office
from hotline.routing.queue import Queue

CALLS_SENT = 150
STEPS_OF_A_CALL = 24
LETTERS_SENT = 400 * 1024  # of all steps together; two bytes each at most, and a reply has 1 MiB
LETTERS_OF_A_STEP = 120  # its instant, its names of fields
WAITING_SENT = 20
NAMES_SENT = 6
# Somebody is sought from the first round on, until one of these.
_OVER: tuple[StepName, ...] = (
    "joined",
    "nobody",
    "queue_full",
    "deadline",
    "message",
    "complaint",
    "callback",
    "caller_gone",
    "line_failed",
    "elsewhere",
    "handed_on",
    "fault",
    "ended",
)
_RINGS: tuple[StepName, ...] = ("ringing", "held", "other_line", "whisper")
_RINGS_NO_MORE: tuple[StepName, ...] = (
    "not_reached",
    "declined",
    "no_press",
    "not_dialled",
    "not_joined",
    "too_late",
)


def live_calls(calls: Collection[Call]) -> tuple[LiveCall, ...]:
    """The calls that came first, each with its last steps; of many calls fewer steps."""
    sent = list(calls)[:CALLS_SENT]
    return tuple(live_call(call, LETTERS_SENT // len(sent)) for call in sent)


def live_call(call: Call, room: int = LETTERS_SENT) -> LiveCall:
    """One call. Its first and its last step are always there. room: letters for the others."""
    return LiveCall(
        id=str(call.id),
        line=call.leg.line,
        caller=call.caller.number or "",
        caller_name=call.caller.name,
        started_at=call.started_at,
        steps=tuple(
            Step(at=step.at, what=step.what, words=step.words, facts=dict(step.facts))
            for step in _last_steps(call.steps, room)
        ),
    )


def _last_steps(steps: list[CallStep], room: int) -> list[CallStep]:
    kept: list[CallStep] = []
    for step in reversed(steps[1:]):
        room -= LETTERS_OF_A_STEP + len(step.words) + len(str(step.facts))
        if kept and (room < 0 or len(kept) == STEPS_OF_A_CALL - 1):
            break
        kept.append(step)
    return steps[:1] + kept[::-1]


def callers_waiting(
    calls: Iterable[Call], queue: Queue, office: Office
) -> tuple[tuple[Waits, ...], int]:
    """For whom a person is sought, the next in turn first; and how many more there are."""
    sought = [(call, since) for call in calls if (since := _sought_since(call))]
    sought.sort(key=lambda one: one[0].ticket)
    sent = tuple(_waits(call, since, queue, office) for call, since in sought[:WAITING_SENT])
    return sent, len(sought) - len(sent)


def _waits(call: Call, since: datetime, queue: Queue, office: Office) -> Waits:
    people = {person.id: person.name for person in office.people}
    rung = [people.get(one, one) for one in _rung(call)]
    more = len(rung) - NAMES_SENT
    return Waits(
        id=str(call.id),
        caller=mask(call.caller.number) if call.caller.number else "",
        topic=call.ending.topic or "",
        since=since,
        position=queue.position(call.ticket),
        rung=(*rung[:NAMES_SENT], *([f"+{more}"] if more > 0 else ())),
    )


def _sought_since(call: Call) -> datetime | None:
    since: datetime | None = None
    for step in call.steps:
        if step.what in _OVER:
            since = None
        elif step.what == "round":
            since = since or step.at
    return since


def _rung(call: Call) -> list[str]:
    """The ids of whose telephones ring for this call, or were just picked up."""
    rung: dict[str, None] = {}
    for step in call.steps:
        person = str(step.facts.get("person", ""))
        if person and step.what in _RINGS:
            rung[person] = None
        elif step.what in _RINGS_NO_MORE:
            rung.pop(person, None)
    return list(rung)
