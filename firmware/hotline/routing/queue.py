"""Whose turn it is when several callers wait for the same people. Arrival is the only order."""

from __future__ import annotations


class Queue:
    """Callers who wait because nobody was free. Tickets grow with the time of arrival."""

    def __init__(self) -> None:
        self._wanted: dict[int, frozenset[str]] = {}

    def wait(self, ticket: int, wanted: frozenset[str]) -> None:
        """The caller waits for any of these people (ids)."""
        self._wanted[ticket] = wanted

    def leave(self, ticket: int) -> None:
        """The caller no longer waits; harmless when they did not."""
        self._wanted.pop(ticket, None)

    def may_ring(self, ticket: int, person: str) -> bool:
        """Is nobody who came earlier waiting for this person?"""
        return not any(person in wanted for other, wanted in self._wanted.items() if other < ticket)

    def wanted(self, ticket: int) -> frozenset[str]:
        """Whom the caller waits for; nobody when not waiting."""
        return self._wanted.get(ticket, frozenset())

    def position(self, ticket: int) -> int | None:
        """1 for the next in turn, counted among callers who want the same people; None if not
        waiting.
        """
        mine = self._wanted.get(ticket)
        if mine is None:
            return None
        return 1 + sum(bool(mine & w) for other, w in self._wanted.items() if other < ticket)
