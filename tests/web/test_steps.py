"""What happens in a call is told in the visitor's language, whatever happens."""

from __future__ import annotations

import re
from pathlib import Path

from hotline.calls import call
from hotline_web import words

CALLS = Path(call.__file__).parent
IN_CALLS = re.compile(r"step\(\s*\"([a-z_]+)\"")
# Said with more than the page's sentence could hold; rare enough to stay in English.
ENGLISH = {"too_late", "staff_hung_up"}


def test_every_step_a_call_can_take_has_words_on_the_page() -> None:
    told = {what for file in CALLS.glob("*.py") for what in IN_CALLS.findall(file.read_text())}
    known = set(re.findall(r"\"([a-z_]+)\"", Path(words.__file__).read_text()))
    assert told >= {"ringing_in", "filed", "joined"}
    assert told - known == ENGLISH
