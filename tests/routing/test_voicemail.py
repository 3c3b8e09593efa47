"""Nobody is rung until a voicemail takes the call: the box is faster by some seconds."""

from __future__ import annotations

import pytest

from hotline.routing.plan import plan_for
from hotline.routing.voicemail import caught_by_voicemail, ring_time, with_voicemails
from tests.routing.shop import at, office, person


@pytest.mark.parametrize(
    ("wanted", "after", "rings"),
    [
        (20, None, 20),  # not measured, or there is none
        (20, 30, 20),
        (20, 23, 20),
        (20, 22, 19),
        (20, 17, 14),
        (20, 4, 5),  # who is rung for a second could as well not be rung
        (5, 4, 5),
        (0, 17, 0),
    ],
)
def test_the_box_rings_off_three_seconds_before_the_voicemail(
    wanted: int, after: int | None, rings: int
) -> None:
    assert ring_time(person("Ana", ring_seconds=wanted, voicemail_after=after)) == rings


@pytest.mark.parametrize(("after", "caught"), [(None, False), (21, False), (20, True), (9, True)])
def test_a_voicemail_that_would_answer_first_is_known(after: int | None, caught: bool) -> None:
    assert caught_by_voicemail(person("Ana", ring_seconds=20, voicemail_after=after)) is caught


def test_callers_ring_people_for_as_long_as_was_measured_of_their_numbers() -> None:
    ana, ion = person("Ana"), person("Ion", ring_seconds=30)
    shop = with_voicemails(office(ana, ion), {ion.number or "": 18}.get)
    (tier,) = plan_for(None, shop, at("2026-11-23 10:00")).tiers
    rung = {one.person.id: one.ring_seconds for one in tier.candidates}
    assert rung == {"ana": 20, "ion": 15}


def test_a_number_that_is_not_confirmed_keeps_what_was_measured() -> None:
    ion = person("Ion", number=None, unconfirmed="+37369000102")
    (one,) = with_voicemails(office(ion), {"+37369000102": 18}.get).people
    assert one.voicemail_after == 18
