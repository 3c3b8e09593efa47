"""However somebody guesses, and whatever happens to the box meanwhile, they get few guesses."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from hotline.calls.guesses import WRONG_A_DAY, Guesses
from hotline.storage.uses import DAY, Use

START = datetime(2026, 11, 22, 9, tzinfo=UTC)


class House:
    """A box with its records: guesses are counted here, too, in the plainest way."""

    def __init__(self) -> None:
        self.now, self.written, self.shut = START, list[Use](), False
        self.taken: list[datetime] = []  # wrong ones since it was last opened
        self.starts()

    def starts(self) -> None:
        """What was pending when the power went was answered to nobody."""
        self.guesses = Guesses(self.shut, self.written.append, self._shut)
        self.guesses.remember(self.written)
        self.pending = 0

    def _shut(self) -> None:
        assert not self.shut, "told twice"
        self.shut = True

    def does(self, what: str) -> None:
        match what:
            case "guess" if self.guesses.begin(self.now):
                self.pending += 1
            case "wrong" | "right" if self.pending:
                self.pending -= 1
                self.guesses.end(self.now, right=what == "right")
                if what == "wrong":
                    self.taken.append(self.now)
            case "try":
                self.does("guess")
                self.does("wrong")
            case "know":
                self.does("guess")
                self.does("right")
            case "restart":
                self.starts()
            case "open" if self.shut:
                self.guesses.open()
                self.shut, self.taken = False, []
                self.written.clear()

    def judge(self) -> None:
        """At most so many lie within any 24 hours, and as many shut the entrance."""
        for at in self.taken:
            within = [one for one in self.taken if at <= one <= at + DAY]
            assert len(within) <= WRONG_A_DAY
        recent = [one for one in self.taken if self.now - one <= DAY]
        if len(recent) >= WRONG_A_DAY:
            assert self.shut
        if self.shut:
            assert not self.guesses.may(self.now)
        assert len(recent) + self.pending <= WRONG_A_DAY


EVENTS = st.tuples(
    st.sampled_from(["try"] * 12 + ["guess", "wrong", "right", "know", "restart", "open"]),
    st.sampled_from([0] * 20 + [60, 3600, 80_000, 90_000]),
)


@settings(max_examples=200, deadline=None)
@given(st.lists(EVENTS, min_size=20, max_size=150))
def test_no_order_of_guesses_restarts_and_openings_gives_more_than_ten_a_day(
    events: list[tuple[str, int]],
) -> None:
    house = House()
    for what, seconds in events:
        house.does(what)
        house.judge()
        house.now += timedelta(seconds=seconds)


def test_somebody_who_stays_below_the_limit_all_year_gets_what_the_docstring_counts() -> None:
    house, tried = House(), 0
    for _day in range(365):
        for _ in range(WRONG_A_DAY - 1):
            house.does("guess")
            house.does("wrong")
            tried += 1
        house.now += DAY + timedelta(seconds=1)
    assert not house.shut
    assert tried <= (WRONG_A_DAY - 1) * 366
