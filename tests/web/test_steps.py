"""What happens in a call is told in the visitor's language, whatever happens."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import get_args

import pytest

from hotline.inbox.step import StepName
from hotline_web.languages import LANGUAGES
from hotline_web.words import step_words
from tests.web.conftest import Page

NOON = datetime(2026, 12, 5, 12, tzinfo=UTC)
DAEMON = "what the daemon wrote, in English"
FACTS = {"person": "Ana", "key": "2", "mark": "5", "seconds": 61.5}


# The type checker lets calls and the journal write no step but these.
@pytest.mark.parametrize("what", get_args(StepName))
def test_every_step_a_call_can_take_has_words_on_the_page(shared: Page, what: StepName) -> None:
    for language in LANGUAGES:
        with shared.app.test_request_context(headers={"Accept-Language": language}):
            shown = step_words(NOON, what, DAEMON, FACTS).words
        assert shown not in (DAEMON, what, ""), language


def test_what_a_leg_to_the_staff_cost_is_told_in_minutes(shared: Page) -> None:
    with shared.app.test_request_context(headers={"Accept-Language": "en"}):
        shown = step_words(NOON, "leg_cost", DAEMON, FACTS).words
    assert shown == "The phone of Ana was connected for 1:02"


def test_a_step_of_a_newer_box_is_told_in_its_own_words(shared: Page) -> None:
    with shared.app.test_request_context(headers={"Accept-Language": "ru"}):
        assert step_words(NOON, "teleported", DAEMON, FACTS).words == DAEMON
