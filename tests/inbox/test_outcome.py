"""How a call ends."""

from __future__ import annotations

from itertools import product

import pytest

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome, outcome_of

KINDS = [None, *CaseKind]


@pytest.mark.parametrize("filed", KINDS)
@pytest.mark.parametrize("informed", [True, False])
def test_whoever_spoke_to_a_person_was_not_missed(filed: CaseKind | None, informed: bool) -> None:
    assert outcome_of(spoke=True, filed=filed, informed=informed) is Outcome.SPOKEN


@pytest.mark.parametrize(
    ("kind", "outcome"),
    [
        (CaseKind.MESSAGE, Outcome.MESSAGE),
        (CaseKind.COMPLAINT, Outcome.COMPLAINT),
        (CaseKind.CALLBACK, Outcome.CALLBACK),
    ],
)
def test_whoever_left_something_is_answered_for_by_it(kind: CaseKind, outcome: Outcome) -> None:
    assert outcome_of(spoke=False, filed=kind, informed=True) is outcome


def test_only_who_left_without_person_message_or_answer_was_missed() -> None:
    missed = [
        case
        for case in product([True, False], KINDS, [True, False])
        if outcome_of(spoke=case[0], filed=case[1], informed=case[2]) is Outcome.MISSED
    ]
    assert missed == [(False, None, False)]
