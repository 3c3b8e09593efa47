"""Nobody overtakes, and nobody waits for somebody nobody else wants."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.queue import Queue

TICKETS = st.lists(st.integers(1, 50), min_size=1, max_size=12, unique=True)
PEOPLE = st.frozensets(st.sampled_from(["ana", "ion", "maria"]), min_size=1)


@given(TICKETS, st.data())
def test_a_person_who_comes_free_goes_to_the_caller_who_came_first(
    tickets: list[int], data: st.DataObject
) -> None:
    queue = Queue()
    wanted = {ticket: data.draw(PEOPLE) for ticket in tickets}
    for ticket in tickets:
        queue.wait(ticket, wanted[ticket])
    for person in ("ana", "ion", "maria"):
        may = [t for t in tickets if person in wanted[t] and queue.may_ring(t, person)]
        first = min((t for t in tickets if person in wanted[t]), default=None)
        assert may == ([] if first is None else [first])


def test_a_caller_who_left_the_queue_holds_nobody_up() -> None:
    queue = Queue()
    queue.wait(1, frozenset({"ana"}))
    queue.wait(2, frozenset({"ana"}))
    queue.leave(1)
    assert queue.may_ring(2, "ana")
    assert queue.position(2) == 1


def test_the_place_in_the_queue_counts_only_those_who_want_the_same_people() -> None:
    queue = Queue()
    queue.wait(1, frozenset({"ana"}))
    queue.wait(2, frozenset({"ion"}))
    queue.wait(3, frozenset({"ana", "maria"}))
    assert queue.position(3) == 2
    assert queue.position(2) == 1
    assert queue.position(9) is None
