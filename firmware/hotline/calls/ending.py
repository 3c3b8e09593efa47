"""How a call ended, gathered while it lasts. Until something better happened, it is missed."""

from __future__ import annotations

from dataclasses import dataclass

from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome, outcome_of


@dataclass
class Ending:
    """What will be written about the call. words: one sentence saying why it ended so.

    elsewhere: somebody took the caller over at another telephone on the same line. test: there was
    no caller: the box called its own line, or somebody tried the hotline from the page.
    """

    person: str | None = None
    topic: str | None = None
    case_number: int | None = None
    case_kind: CaseKind | None = None
    informed: bool = False
    elsewhere: bool = False
    test: bool = False
    words: str = ""

    @property
    def served(self) -> bool:
        """Did the caller talk to a person, or leave something that is kept?"""
        return self.person is not None or self.elsewhere or self.case_kind is not None

    @property
    def outcome(self) -> Outcome:
        """Person beats case beats information; none of them is a missed call."""
        if self.test:
            return Outcome.TEST
        return outcome_of(
            spoke=self.person is not None or self.elsewhere,
            filed=self.case_kind,
            informed=self.informed,
        )
