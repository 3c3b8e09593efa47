"""Nobody overtakes, and nobody waits for somebody nobody else wants."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hotline.routing.office import Topic
from hotline.routing.queue import Queue, Ticket, ticket_for
from tests.routing.shop import office

TICKETS = st.lists(
    st.builds(Ticket, st.integers(0, 2), st.integers(1, 50)),
    min_size=1,
    max_size=12,
    unique_by=lambda ticket: ticket.arrival,
)
PEOPLE = st.frozensets(st.sampled_from(["ana", "ion", "maria"]), min_size=1)


@given(TICKETS, st.data())
def test_a_person_who_comes_free_goes_to_the_caller_whose_turn_it_is(
    tickets: list[Ticket], data: st.DataObject
) -> None:
    queue = Queue()
    wanted = {ticket: data.draw(PEOPLE) for ticket in tickets}
    for ticket in tickets:
        queue.wait(ticket, wanted[ticket])
    for person in ("ana", "ion", "maria"):
        may = [t for t in tickets if person in wanted[t] and queue.may_ring(t, person)]
        first = min((t for t in tickets if person in wanted[t]), default=None)
        assert may == ([] if first is None else [first])


def usual(arrival: int) -> Ticket:
    return Ticket(2, arrival)


def test_a_caller_who_left_the_queue_holds_nobody_up() -> None:
    queue = Queue()
    queue.wait(usual(1), frozenset({"ana"}))
    queue.wait(usual(2), frozenset({"ana"}))
    queue.leave(usual(1))
    assert queue.may_ring(usual(2), "ana")
    assert queue.position(usual(2)) == 1


def test_the_place_in_the_queue_counts_only_those_who_want_the_same_people() -> None:
    queue = Queue()
    queue.wait(usual(1), frozenset({"ana"}))
    queue.wait(usual(2), frozenset({"ion"}))
    queue.wait(usual(3), frozenset({"ana", "maria"}))
    assert queue.position(usual(3)) == 2
    assert queue.position(usual(2)) == 1
    assert queue.position(usual(9)) is None


def test_an_urgent_topic_goes_first_then_whom_the_office_wants_first_then_by_arrival() -> None:
    shop = office(
        topics=(Topic("crisis", {}, urgent=True), Topic("orders", {})),
        first_in_line=("+37369000900",),
    )
    came = [
        ticket_for(shop, "+37322111222", "orders", 1),
        ticket_for(shop, "+37369000900", "orders", 2),
        ticket_for(shop, None, "crisis", 3),
        ticket_for(shop, None, None, 4),
        ticket_for(shop, "+37369000900", "crisis", 5),
    ]
    assert [ticket.arrival for ticket in sorted(came)] == [3, 5, 2, 1, 4]
