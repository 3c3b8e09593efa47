"""Who is rung, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hotline.routing.campaigns import as_called, campaign_of
from hotline.routing.office import AnsweredBy, Campaign, Fallback, Office, Strategy
from hotline.routing.plan import Load, Plan, plan_for
from tests.routing.shop import at, hours, office, person, shift, topic

NOW = at("2026-11-23 12:00")
ANA, ION, MARIA, PETRU = person("Ana"), person("Ion"), person("Maria"), person("Petru")


def plan(shop: Office, caller: str | None = None, **asked: Any) -> Plan:
    return plan_for(caller, shop, NOW, **asked)


def rung(found: Plan) -> str:
    """The names in ringing order, levels separated by a bar."""
    return " | ".join(
        " ".join(candidate.person.name for candidate in tier.candidates) for tier in found.tiers
    )


def test_a_person_without_a_number_is_never_rung() -> None:
    assert rung(plan(office(person("Ana", number=None), ION))) == "Ion"


def test_an_empty_office_goes_to_the_message_at_once() -> None:
    found = plan(office())
    assert (found.tiers, found.busy, found.fallback) == ((), (), Fallback.MESSAGE)


def test_each_person_is_rung_for_own_seconds() -> None:
    found = plan(office(replace(ANA, ring_seconds=12), ION))
    assert [c.ring_seconds for c in found.tiers[0].candidates] == [12, 20]


def test_the_office_sets_the_one_deadline() -> None:
    assert plan(office(ANA, total_seconds=60)).total_seconds == 60


def test_a_colleague_who_calls_the_line_is_not_rung_for_it() -> None:
    assert rung(plan(office(ANA, ION), caller=ANA.number)) == "Ion"


# --- a line that can join nobody


def test_on_a_line_that_joins_nobody_who_is_on_duty_calls_back() -> None:
    found = plan(office(ANA), caller="+37322111222", can_join=False)
    assert (found.tiers, found.busy, found.call_back) == ((), (), True)


@pytest.mark.parametrize(
    ("shop", "caller"),
    [
        (office(ANA), None),
        (office(), "+37322111222"),
        (office(ANA, callback=False), "+37322111222"),
        (office(ANA), ANA.number),
    ],
    ids=["withheld", "nobody there", "unwanted", "the only colleague calls"],
)
def test_nobody_is_promised_a_call_that_nobody_can_make(shop: Office, caller: str | None) -> None:
    found = plan(shop, caller=caller, can_join=False)
    assert (found.tiers, found.call_back) == ((), False)


def test_where_people_can_be_joined_they_are_rung_and_nothing_is_promised() -> None:
    found = plan(office(ANA), caller="+37322111222")
    assert (rung(found), found.call_back) == ("Ana", False)


# --- topic and language


def test_a_topic_rings_those_who_know_it() -> None:
    shop = office(replace(ANA, topics=frozenset({"orders"})), ION, topics=(topic("delivery"),))
    assert rung(plan(shop, topic="delivery")) == "Ion"


def test_who_names_no_topic_knows_them_all() -> None:
    shop = office(ANA, replace(ION, topics=frozenset({"orders"})), topics=(topic("orders"),))
    assert rung(plan(shop, topic="orders")) == "Ana Ion"


def test_a_topic_nobody_covers_rings_everybody_and_the_whisper_says_so() -> None:
    shop = office(replace(ANA, topics=frozenset({"orders"})), topics=(topic("delivery"),))
    found = plan(shop, topic="delivery")
    assert (rung(found), found.dropped) == ("Ana", ("topic",))


def test_a_caller_is_given_people_who_speak_the_language() -> None:
    shop = office(replace(ANA, languages=("ro",)), replace(ION, languages=("ro", "ru")))
    found = plan(shop, language="ru")
    assert (rung(found), found.dropped) == ("Ion", ())


def test_a_language_nobody_speaks_rings_everybody_and_the_whisper_says_so() -> None:
    shop = office(replace(ANA, languages=("ro",)), replace(ION, languages=("ro",)))
    found = plan(shop, language="en")
    assert (rung(found), found.dropped) == ("Ana Ion", ("language",))


def test_who_names_no_language_speaks_those_of_the_office() -> None:
    shop = office(ANA, replace(ION, languages=("ro",)))
    assert rung(plan(shop, language="ru")) == "Ana"


def test_knowing_the_topic_goes_before_speaking_the_language() -> None:
    shop = office(
        replace(ANA, topics=frozenset({"orders"}), languages=("ro",)),
        replace(ION, topics=frozenset({"delivery"}), languages=("ru",)),
        topics=(topic("orders"), topic("delivery")),
    )
    found = plan(shop, topic="orders", language="ru")
    assert (rung(found), found.dropped) == ("Ana", ("language",))


def test_a_manager_never_asked_for_a_topic_is_not_rung_when_everybody_is() -> None:
    shop = office(
        replace(ANA, topics=frozenset({"orders"})),
        replace(MARIA, level=3, topics=frozenset({"orders"})),
        topics=(topic("delivery", levels_never_unasked=frozenset({3})),),
    )
    found = plan(shop, topic="delivery")
    assert (rung(found), found.dropped) == ("Ana", ("topic",))


def test_a_manager_never_asked_for_a_topic_is_not_rung_for_knowing_everything() -> None:
    shop = office(
        ANA,
        replace(MARIA, level=3),
        topics=(topic("delivery", levels_never_unasked=frozenset({3})),),
    )
    assert rung(plan(shop, topic="delivery")) == "Ana"


def test_a_manager_who_lists_the_topic_is_rung_for_it() -> None:
    shop = office(
        ANA,
        replace(MARIA, level=3, topics=frozenset({"delivery"})),
        topics=(topic("delivery", levels_never_unasked=frozenset({3})),),
    )
    assert rung(plan(shop, topic="delivery")) == "Ana | Maria"


def test_a_topic_has_its_own_fallback() -> None:
    shop = office(topics=(topic("delivery", fallback=Fallback.COMPLAINT),))
    assert plan(shop, topic="delivery").fallback is Fallback.COMPLAINT
    assert plan(shop).fallback is Fallback.MESSAGE


# --- busy people


def test_whoever_is_on_the_telephone_is_not_rung_but_worth_waiting_for() -> None:
    found = plan(office(ANA, ION), load=Load(busy=frozenset({"ana"})))
    assert (rung(found), found.busy) == ("Ion", (ANA,))


def test_when_all_are_busy_nobody_is_rung_and_all_are_worth_waiting_for() -> None:
    found = plan(office(ANA, ION), load=Load(busy=frozenset({"ana", "ion"})))
    assert (found.tiers, found.busy) == ((), (ANA, ION))


def test_nobody_is_worth_waiting_for_who_does_not_know_the_topic() -> None:
    shop = office(ANA, replace(ION, topics=frozenset({"orders"})), topics=(topic("delivery"),))
    found = plan(shop, topic="delivery", load=Load(busy=frozenset({"ion"})))
    assert found.busy == ()


# --- levels, weights and strategies


def test_levels_are_rung_one_after_another() -> None:
    shop = office(replace(MARIA, level=3), ANA, replace(ION, level=2), PETRU)
    assert rung(plan(shop)) == "Ana Petru | Ion | Maria"


def test_weight_0_is_rung_when_nobody_else_is_left() -> None:
    shop = office(replace(ANA, weight=0), replace(MARIA, level=3), ION)
    assert rung(plan(shop)) == "Ion | Maria | Ana"


def test_weight_0_still_answers_alone() -> None:
    assert rung(plan(office(replace(ANA, weight=0)))) == "Ana"


def test_in_order_is_the_order_of_the_list() -> None:
    assert rung(plan(office(PETRU, ANA, ION))) == "Petru Ana Ion"


def test_all_at_once_says_so() -> None:
    found = plan(office(ANA, ION, strategy=Strategy.ALL))
    assert (found.tiers[0].strategy, rung(found)) == (Strategy.ALL, "Ana Ion")


def test_longest_idle_begins_with_whoever_never_had_a_call() -> None:
    load = Load(last_ended={"ana": at("2026-11-23 11:00"), "ion": at("2026-11-23 10:00")})
    shop = office(ANA, ION, MARIA, PETRU, strategy=Strategy.LONGEST_IDLE)
    assert rung(plan(shop, load=load)) == "Maria Petru Ion Ana"


def test_fewest_calls_goes_by_today_and_ties_by_the_list() -> None:
    shop = office(ANA, ION, MARIA, strategy=Strategy.FEWEST_CALLS)
    assert rung(plan(shop, load=Load(calls_today={"ana": 2, "ion": 1, "maria": 1}))) == (
        "Ion Maria Ana"
    )


@pytest.mark.parametrize(
    ("last", "order"),
    [("ana", "Ion Maria Ana"), ("ion", "Maria Ana Ion"), ("maria", "Ana Ion Maria")],
)
def test_rotating_begins_after_whoever_was_rung_last(last: str, order: str) -> None:
    load = Load(last_rung={"maria": at("2026-11-22 12:00"), last: at("2026-11-23 11:00")})
    assert rung(plan(office(ANA, ION, MARIA, strategy=Strategy.ROTATING), load=load)) == order


def test_rotating_begins_with_the_first_before_anybody_was_rung() -> None:
    assert rung(plan(office(ANA, ION, strategy=Strategy.ROTATING))) == "Ana Ion"


def test_rotating_goes_on_after_somebody_who_is_busy_now() -> None:
    load = Load(busy=frozenset({"ion"}), last_rung={"ion": at("2026-11-23 11:00")})
    shop = office(ANA, ION, MARIA, strategy=Strategy.ROTATING)
    assert rung(plan(shop, load=load)) == "Maria Ana"


def test_a_topic_has_its_own_strategy() -> None:
    shop = office(ANA, ION, topics=(topic("orders", strategy=Strategy.ALL),))
    assert plan(shop, topic="orders").tiers[0].strategy is Strategy.ALL
    assert plan(shop).tiers[0].strategy is Strategy.IN_ORDER


def test_the_person_last_spoken_with_goes_first_inside_the_own_level() -> None:
    shop = office(ANA, ION, replace(MARIA, level=2), replace(PETRU, level=2))
    assert rung(plan(shop, load=Load(last_spoken_with="ion"))) == "Ion Ana | Maria Petru"
    assert rung(plan(shop, load=Load(last_spoken_with="petru"))) == "Ana Ion | Petru Maria"


def test_the_person_last_spoken_with_is_not_waited_for() -> None:
    load = Load(busy=frozenset({"ion"}), last_spoken_with="ion")
    assert rung(plan(office(ANA, ION), load=load)) == "Ana"


def test_three_callers_and_three_people_ring_three_different_telephones() -> None:
    shop = office(ANA, ION, MARIA, hours=(hours("mon", "09:00-18:00"),))
    busy: set[str] = set()
    for _ in range(3):
        busy.add(plan(shop, load=Load(busy=frozenset(busy))).tiers[0].candidates[0].person.id)
    assert busy == {"ana", "ion", "maria"}


def test_weighted_shares_the_calls_of_the_day_by_weight() -> None:
    shop = office(replace(ANA, weight=3), ION, strategy=Strategy.WEIGHTED)
    taken = {"ana": 0, "ion": 0}
    for _ in range(40):
        first = plan(shop, load=Load(calls_today=dict(taken))).tiers[0].candidates[0].person.id
        taken[first] += 1
    assert taken == {"ana": 30, "ion": 10}


# --- what overflows

CENTRE = person("Centre")


def test_the_call_centre_is_not_rung_while_the_house_answers() -> None:
    assert rung(plan(office(CENTRE, ANA, overflow=("centre",)))) == "Ana"


def test_what_overflows_rings_the_house_first_and_then_the_centre() -> None:
    shop = office(CENTRE, ANA, replace(MARIA, level=3), overflow=("centre",))
    assert rung(plan(shop, overflows=True)) == "Ana | Maria | Centre"


def test_where_nobody_of_the_house_can_be_rung_the_centre_is_at_once() -> None:
    opened = (hours("mon", "09:00-18:00"),)
    plans = (shift("ana", "tue", "09:00-18:00"),)
    shop = office(ANA, CENTRE, overflow=("centre",), hours=opened, shifts=plans)
    assert rung(plan(shop)) == "Centre"
    assert plan(shop).next_opening is None


def test_while_everybody_of_the_house_is_busy_the_caller_waits_before_it_overflows() -> None:
    shop = office(ANA, CENTRE, overflow=("centre",))
    found = plan(shop, load=Load(busy=frozenset({"ana"})))
    assert (rung(found), [p.name for p in found.busy]) == ("", ["Ana"])


def test_the_centre_is_asked_only_for_what_it_knows() -> None:
    centre = replace(CENTRE, topics=frozenset({"orders"}))
    shop = office(ANA, centre, overflow=("centre",), topics=(topic("orders"), topic("repairs")))
    assert rung(plan(shop, topic="orders", overflows=True)) == "Ana | Centre"
    assert rung(plan(shop, topic="repairs", overflows=True)) == "Ana"


def test_while_the_line_is_closed_nothing_overflows() -> None:
    shop = office(ANA, CENTRE, overflow=("centre",), hours=(hours("tue", "09:00-18:00"),))
    assert rung(plan(shop, overflows=True)) == ""


def test_a_line_that_only_the_centre_answers_opens_with_its_hours() -> None:
    shop = office(CENTRE, overflow=("centre",), hours=(hours("tue", "09:00-18:00"),))
    assert plan(shop).next_opening == at("2026-11-24 09:00")


# --- the house, the centre, or both


def test_the_house_alone_sends_nobody_to_the_centre() -> None:
    shop = office(ANA, CENTRE, overflow=("centre",), answered_by=AnsweredBy.HOUSE)
    assert rung(plan(shop, overflows=True)) == "Ana"
    assert rung(plan(replace(shop, people=(CENTRE,)), overflows=True)) == ""


def test_the_centre_alone_answers_whatever_the_shifts_are_and_while_the_line_is_open() -> None:
    shop = office(
        ANA,
        CENTRE,
        overflow=("centre",),
        answered_by=AnsweredBy.CENTRE,
        hours=(hours("mon-tue", "09:00-18:00"),),
        shifts=(shift("ana", "every day", "00:00-24:00"),),
    )
    assert rung(plan(shop)) == "Centre"
    assert rung(plan(shop, clock_trusted=False)) == "Centre"
    closed = plan_for(None, shop, at("2026-11-23 20:00"))
    assert (rung(closed), closed.next_opening) == ("", at("2026-11-24 09:00"))


def test_at_night_the_centre_and_by_day_the_house() -> None:
    dark = (hours("every day", "20:00-08:00"),)
    nights = Campaign("nights", answered_by=AnsweredBy.CENTRE, hours=dark)
    shop = office(ANA, CENTRE, overflow=("centre",), campaigns=(nights,))
    found = {
        when: rung(plan_for(None, as_called(shop, campaign_of(shop, None, at(when))), at(when)))
        for when in ("2026-11-23 12:00", "2026-11-23 22:00")
    }
    assert list(found.values()) == ["Ana", "Centre"]


# --- nobody is worn out


def test_who_took_enough_calls_this_hour_is_rung_after_the_others() -> None:
    shop = office(ANA, ION, replace(MARIA, level=3), calls_per_hour=4)
    assert rung(plan(shop, load=Load(last_hour={"ana": 4, "ion": 3}))) == "Ion | Maria | Ana"


def test_a_tired_person_still_answers_where_nobody_else_can() -> None:
    shop = office(ANA, calls_per_hour=4)
    assert rung(plan(shop, load=Load(last_hour={"ana": 9}))) == "Ana"


def test_where_the_office_sets_no_limit_nobody_is_tired() -> None:
    assert rung(plan(office(ANA, ION), load=Load(last_hour={"ana": 50}))) == "Ana Ion"
