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


def test_who_is_to_be_called_back_goes_in_turn_and_takes_no_place_on_the_line() -> None:
    queue, ana = Queue(), frozenset({"ana"})
    queue.wait(usual(1), ana, on_line=False)
    queue.wait(usual(2), ana)
    assert not queue.may_ring(usual(2), "ana")
    assert (queue.position(usual(2)), queue.before(usual(3), ana)) == (2, 1)
    queue.wait(usual(1), ana)
    assert queue.before(usual(3), ana) == 2


def test_who_hangs_up_leaves_the_queue_unless_the_place_was_kept() -> None:
    queue, ana = Queue(), frozenset({"ana"})
    queue.wait(usual(1), ana, on_line=False)
    queue.wait(usual(2), ana)
    queue.hang_up(usual(1))
    queue.hang_up(usual(2))
    assert (queue.position(usual(1)), queue.position(usual(2))) == (1, None)


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


def test_a_caller_whom_a_colleague_left_waiting_goes_before_who_came_earlier() -> None:
    shop = office(topics=(Topic("crisis", {}, urgent=True),))
    came = [
        ticket_for(shop, None, None, 1),
        ticket_for(shop, None, "crisis", 2),
        ticket_for(shop, "+37322111222", None, 3).first(),
    ]
    assert [ticket.arrival for ticket in sorted(came)] == [2, 3, 1]
    assert came[1].first() == came[1]
