"""Whose turn it is when several callers wait for the same people. Arrival is the only order among
equals: who calls for something urgent goes before all others, whom the office wants first before
the rest.
"""

from __future__ import annotations

from typing import NamedTuple

from hotline.routing.office import Office


class Ticket(NamedTuple):
    """A caller's turn; the lower one goes first. rank: 0 urgent, 1 first in line, 2 everybody."""

    rank: int
    arrival: int

    def first(self) -> Ticket:
        """Of a caller whom somebody talked with already and left waiting."""
        return self._replace(rank=min(self.rank, 1))


def ticket_for(office: Office, caller: str | None, topic: str | None, arrival: int) -> Ticket:
    """arrival: grows with the time of arrival. caller: E.164, None where withheld."""
    wanted = office.topic(topic) if topic is not None else None
    if wanted is not None and wanted.urgent:
        return Ticket(0, arrival)
    return Ticket(1 if caller in office.first_in_line else 2, arrival)


class Queue:
    """Callers who wait because nobody was free, on the line or to be called back."""

    def __init__(self) -> None:
        self._wanted: dict[Ticket, frozenset[str]] = {}
        self._on_line: set[Ticket] = set()

    def wait(self, ticket: Ticket, wanted: frozenset[str], *, on_line: bool = True) -> None:
        """The caller waits for any of these people (ids). on_line: not to be called back."""
        self._wanted[ticket] = wanted
        (self._on_line.add if on_line else self._on_line.discard)(ticket)

    def leave(self, ticket: Ticket) -> None:
        """The caller no longer waits; harmless when they did not."""
        self._wanted.pop(ticket, None)
        self._on_line.discard(ticket)

    def hang_up(self, ticket: Ticket) -> None:
        """The caller is not on the line any more; a place kept to be called back stays."""
        if ticket in self._on_line:
            self.leave(ticket)

    def may_ring(self, ticket: Ticket, person: str) -> bool:
        """Is nobody whose turn is earlier waiting for this person?"""
        return not any(person in wanted for other, wanted in self._wanted.items() if other < ticket)

    def wanted(self, ticket: Ticket) -> frozenset[str]:
        """Whom the caller waits for; nobody when not waiting."""
        return self._wanted.get(ticket, frozenset())

    def position(self, ticket: Ticket) -> int | None:
        """1 for the next in turn, counted among callers who want the same people; None if not
        waiting.
        """
        mine = self._wanted.get(ticket)
        return None if mine is None else 1 + len(self._before(ticket, mine))

    def before(self, ticket: Ticket, wanted: frozenset[str]) -> int:
        """How many wait on the line, with an earlier turn, for somebody of `wanted`."""
        return len(self._on_line.intersection(self._before(ticket, wanted)))

    def _before(self, ticket: Ticket, wanted: frozenset[str]) -> list[Ticket]:
        return [turn for turn, other in self._wanted.items() if turn < ticket and wanted & other]
