"""What loses calls with other hotlines, and the tests that fail if this one repeats the mistake.

Taken from what users of other telephone systems complain of in public. The tests are named here so
that none of them goes without somebody noticing which complaint it answered.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

HERE = Path(__file__).parent
LESSONS: Mapping[str, tuple[str, ...]] = {
    "a mobile's voicemail takes the call": (
        "test_a_voicemail_never_takes_a_call",
        "test_all_at_once_a_voicemail_does_not_stop_the_others",
        "test_a_machine_that_answers_is_no_talk",
        "test_a_voicemail_confirms_nothing_and_the_command_says_so",
    ),
    "the question for the key is recorded by a mobile's voicemail": (
        "test_the_box_rings_off_three_seconds_before_the_voicemail",
        "test_a_voicemail_that_was_measured_is_rung_off_before_it_answers",
    ),
    "the question for key 1 ends in the mobile's voicemail": (
        "test_a_voicemail_that_was_measured_is_rung_off_before_it_answers",
        "test_the_box_rings_off_three_seconds_before_the_voicemail",
    ),
    "calls back jump ahead of people who waited": (
        "test_who_pressed_9_is_called_in_turn_and_talks_with_the_colleague",
        "test_nobody_overtakes_nobody_is_lost_and_nobody_rings_twice",
    ),
    "a parked call is forgotten": (
        "test_a_caller_who_is_held_too_long_is_back_with_the_colleague",
        "test_a_colleague_who_hangs_up_on_hold_is_rung_again_and_the_caller_is_first_in_line",
    ),
    "a line or a telephone is dead, and nobody knows": (
        "test_a_line_that_worked_and_does_not_any_more_is_an_alarm",
        "test_each_day_the_box_calls_its_own_lines_and_the_doctor_tells_what_it_heard",
        "test_once_a_week_a_telephone_rings_at_work_and_who_pressed_no_key_is_told",
        "test_a_number_that_is_dead_twice_is_told_at_once_and_only_once",
    ),
    "the staff cannot see who calls": (
        "test_only_the_staff_hear_what_is_whispered",
        "test_who_is_on_duty_gets_a_text_of_a_missed_caller",
        "test_who_takes_a_call_is_texted_the_number_of_the_caller_where_the_office_wants_it",
    ),
    "staff do not pick up numbers they do not know": (
        "test_whoever_is_called_sees_the_number_of_the_office",
        "test_who_confirmed_is_texted_whose_number_to_save_and_what_to_press",
    ),
    "a second call rings a person who is talking, and nobody else": (
        "test_three_callers_and_three_of_the_staff_and_nobody_is_rung_twice",
        "test_who_is_talking_is_not_rung_for_another_and_two_callers_never_hear_each_other",
    ),
    "one bad number breaks the whole chain": (
        "test_a_person_without_a_number_never_breaks_the_chain",
        "test_in_order_the_second_is_rung_when_the_first_cannot",
        "test_a_telephone_that_is_diverted_to_the_hotline_itself_costs_no_caller",
        "test_a_number_that_is_dead_twice_is_told_at_once_and_only_once",
    ),
    "with nobody on shift it rings for ever": (
        "test_with_nobody_on_duty_the_message_comes_at_once",
        "test_nobody_waits_longer_than_the_office_allows",
    ),
    "who rejects is rung on and on": (
        "test_who_presses_two_cannot_take_it_now_and_the_next_is_rung",
        "test_everyone_declines_and_the_caller_leaves_a_message_soon",
        "test_who_misses_calls_is_paused_and_rung_again_after_replying_1",
    ),
    "telephones go on ringing when somebody else has the call, or off shift": (
        "test_all_at_once_the_first_with_key_one_has_it_and_the_others_stop_ringing",
        "test_nobody_is_rung_whose_shift_ended_while_others_were_rung",
    ),
    "staff call back with their private number": (
        "test_a_missed_caller_is_called_back_with_the_offices_number_and_leaves_the_list",
        "test_a_number_that_nobody_owes_a_call_is_refused",
    ),
    "the caller hears nothing while a mobile is rung": (
        "test_there_is_no_dead_air_while_one_after_another_is_rung_and_every_ring_is_counted",
    ),
    "shifts jump by an hour when the clocks change": (
        "test_every_minute_around_every_clock_change_until_2040",
        "test_neither_the_night_the_clocks_go_back_nor_a_clock_that_is_set_touches_a_talk",
    ),
    "what repeats is ignored, and the call goes to the wrong place": (
        "test_any_office_is_answered_as_by_counting_minutes",
        "test_every_way_to_a_person_is_walked_in_every_language_of_the_menu",
        "test_a_campaign_says_when_it_is_on_next_and_where_nobody_would_answer_it",
    ),
    "state holidays with moved working days": (
        "test_a_moved_working_day_beats_the_holiday_it_lies_on",
        "test_a_holiday_is_told_in_the_words_of_the_office",
        "test_the_holidays_of_the_country_need_not_be_typed",
    ),
    "an exception is forgotten and stays for ever": (
        "test_off_lasts_at_most_until_the_running_duty_ends",
        "test_no_clock_keeps_anybody_away_for_ever",
    ),
    "nobody can tell what happens to a call at a given time": (
        "test_the_record_tells_whom_the_box_meant_to_ring_and_why_not_the_others",
        "test_who_is_not_rung_has_one_reason",
    ),
    "after a power cut the time is old, and the office is closed": (
        "test_in_1970_the_caller_is_connected_whatever_the_hours_are",
        "test_a_clock_behind_the_last_call_is_not_believed_until_it_is_set",
    ),
    "no quiet hours": (
        "test_while_closed_nobody_is_rung_whatever_is_pressed",
        "test_the_clock_on_the_wall_opens_and_closes_the_office",
    ),
    "missed calls of groups, queues and menus are not told": (
        "test_who_leaves",
        "test_who_gives_up_in_the_queue_is_missed",
        "test_who_hung_up_in_the_menu_is_missed",
    ),
    "nobody knows which missed callers were reached later": (
        "test_a_missed_caller_who_was_spoken_with_later_leaves_the_list",
        "test_a_caller_who_is_not_reached_stays_on_the_list_with_the_attempt",
    ),
    "messages go to a coordinator, not to who is on shift": (
        "test_who_is_on_duty_gets_a_text_of_the_complaint",
        "test_who_is_off_duty_gets_none",
    ),
}


@cache
def _names() -> frozenset[str]:
    """Every test there is."""
    files = (file for file in HERE.rglob("test_*.py") if "vendor" not in file.parts)
    trees = (ast.parse(file.read_text()) for file in files)
    return frozenset(
        node.name
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


@pytest.mark.parametrize("lesson", LESSONS, ids=str)
def test_a_mistake_made_elsewhere_is_guarded_against(lesson: str) -> None:
    assert set(LESSONS[lesson]) - _names() == set()
