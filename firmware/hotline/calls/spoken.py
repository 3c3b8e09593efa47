"""What is written down of a talk: that it began, who left it."""

from __future__ import annotations

from hotline.calls.call import Call
from hotline.calls.leg import cause_of
from hotline.calls.offer import Reached
from hotline.lines.port import Cause
from hotline.routing.computer import Where


def note_talk(call: Call, reached: Reached) -> None:
    """The caller and this person talk: from here the call counts as spoken, whatever comes.

    But not where the person leaves the caller waiting, see `note_left`.
    """
    person = reached.engagement.person
    call.ending.person, call.left = person.id, False
    if not reached.left_alone:  # for how long they talk is not known then
        reached.engagement.talks()
    call.exchange.journal.spoken_with(call.id, person.id)
    if call.exchange.office().person(person.id):  # else nobody the caller could come back to
        call.exchange.board.spoken(call.caller.number, person)
    call.exchange.notices.taken(call, person)
    if reached.at_computer:
        words = f"{reached.name} took it at the computer; they are talking."
        call.step("joined", words, person=person.id, where=Where.COMPUTER.value)
        return
    call.step("joined", f"{reached.name} pressed 1; they are talking.", person=person.id)


def note_parting(call: Call, reached: Reached) -> None:
    """The person is gone."""
    person = reached.engagement.person.id
    call.step("staff_hung_up", _parted_words(reached), person=person)


def note_left(call: Call, reached: Reached) -> None:
    """The person hung up while the caller waited: what they talked of is not done."""
    call.left, call.ticket, call.ending.person = True, call.ticket.first(), None
    call.exchange.journal.not_spoken(call.id)
    person, words = reached.engagement.person.id, f"{reached.name} left while the caller waited."
    call.step("left_waiting", words, person=person)


def _parted_words(reached: Reached) -> str:
    if reached.lost:
        return f"The computer of {reached.name} was lost."
    if cause_of(reached.party.leg) is Cause.LINE_FAILED:
        return f"The line {reached.party.leg.line} failed and took {reached.name} with it."
    if cause_of(reached.party.leg) is Cause.NO_SOUND:
        return f"No sound arrived from {reached.name}'s phone any more."
    return f"{reached.name} hung up."
