"""Names chosen by strangers."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from hotline.inbox.label import TURNS_DIRECTION, label

anything = st.text(st.characters(categories=["Cc", "Cf", "Cs", "Lu", "Mn", "Zl", "Zs"]))


@given(anything)
def test_a_callers_name_is_one_short_harmless_line(text: str) -> None:
    shown = label(text)
    assert len(shown) <= 64
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs")]
    assert not set(shown) & TURNS_DIRECTION
    shown.encode("utf-8")


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert label("Анна-Мария Ţurcanu & Söhne") == "Анна-Мария Ţurcanu & Söhne"


def test_a_withheld_name_is_empty() -> None:
    assert label(None) == ""
