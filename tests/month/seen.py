"""A call as its caller experienced it: what they asked for, how long they waited, what they got.

Drawn from the diary and the office's file alone; what the box thinks of the call is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from functools import cached_property

from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Do, Fallback, Key, Menu, Office
from tests.month.network import BEEP, Ring, Visit, said

CALL_BACK_KEY, TAKE_KEY, NOT_NOW_KEY = "9", "1", "2"
KEPT_FROM_S = ANSWER_FROM_S = 1.0
ALWAYS_THERE = {"0": Key("0", Do.PERSON)}  # in every menu, also where the owner forgot it
AFTER_HOLDING = {
    Prompt.NOBODY_NOW,
    Prompt.RECORDING_NOTICE,
    Prompt.MESSAGE_INTRO,
    Prompt.COMPLAINT_INTRO,
    Prompt.CALLBACK_ASKED,
    Prompt.CALLBACK_IN_TURN,
    Prompt.GOODBYE,
}
SAYS_NO = {Cause.REJECTED, Cause.UNREACHABLE, Cause.LINE_FAILED, Cause.FAILED}
INSTANT = 0.001  # seconds: within it, things happen at once


@dataclass(frozen=True)
class Finding:
    """A promise that was not kept. at: seconds of the month."""

    at: float
    words: str


class Seen:
    """One visit, understood."""

    def __init__(self, office: Office, visit: Visit) -> None:
        self.office, self.visit = office, visit
        self.topic: str | None = None
        self.language = office.language
        self.kept: int | None = None  # the place of an earlier call, which this one has
        self.vague = False  # or perhaps another call of the same number
        self.asked: Do | None = None  # the last wish, as far as it was chosen by a key
        self.informed = False
        self._follow_keys()

    def under(self, office: Office) -> Seen:
        """The same, by another office."""
        other = copy(self)
        other.office = office
        return other

    def _follow_keys(self) -> None:
        """Through the menus as they stand in the office's file, until the menu is over."""
        menu = self.office.menu("main")
        assert menu is not None
        over = self.holds_from if self.holds_from is not None else float("inf")
        for at, key in self.visit.pressed:
            if at > over or self.asked not in (None, Do.SAY):
                return
            menu = self._press(menu, key)

    def _press(self, menu: Menu, key: str) -> Menu:
        chosen = next((one for one in menu.keys if one.key == key), ALWAYS_THERE.get(key))
        if chosen is None:
            return menu
        if chosen.do is Do.MENU:
            return self.office.menu(chosen.target) or menu
        if chosen.do is Do.LANGUAGE:
            self.language = chosen.target
        elif chosen.do is Do.SAY:
            self.asked = Do.SAY
            self.informed = self._heard(chosen.text)
        else:
            self.asked, self.topic, self.informed = chosen.do, chosen.target or None, False
        return menu

    def _heard(self, answer: dict[str, str]) -> bool:
        """Whoever hung up at once, or pressed on, has not heard what they asked for."""
        for at, sentence in self.visit.heard:
            pressed = [when for when, _ in self.visit.pressed if when > at]
            lasted = min([*pressed, self.over]) - at
            if sentence.text in answer.values() and lasted >= min(ANSWER_FROM_S, sentence.seconds):
                return True
        return False

    def first(self, *what: str, after: float = 0.0) -> float | None:
        """When the caller first heard one of these; None if never."""
        return next((at for at, one in self.visit.heard if at >= after and one.what in what), None)

    @cached_property
    def holds_from(self) -> float | None:
        """When the caller was asked to hold; None if never."""
        return self.first(Prompt.PLEASE_HOLD)

    @cached_property
    def holds_to(self) -> float:
        """When that ended: a person, something else, or gone."""
        assert self.holds_from is not None
        ends = [at for at, _ in self.visit.talks[:1]]
        ends += [at for at in [self.first(*AFTER_HOLDING, after=self.holds_from)] if at is not None]
        return min([*ends, self.over])

    @property
    def in_turn(self) -> bool:
        """Was the caller told that the box will call them, in the place they have?"""
        return self.first(Prompt.CALLBACK_IN_TURN) is not None

    @property
    def turn(self) -> tuple[int, int]:
        """Among those who wait, the lower one goes first: who is urgent, who is chosen, arrival."""
        topic = self.office.topic(self.topic or "")
        chosen = self.visit.number in self.office.first_in_line
        rank = 0 if topic and topic.urgent else 1 if chosen else 2
        return rank, self.visit.order if self.kept is None else self.kept

    @property
    def overflows_at(self) -> float:
        """From when on others are rung for this caller, too."""
        begin = self.holds_from
        return float("inf") if begin is None else begin + self.office.overflow_seconds

    @property
    def over(self) -> float:
        """When the call was over for the caller."""
        return float("inf") if self.visit.ended_at is None else self.visit.ended_at

    @cached_property
    def hunted(self) -> list[Ring]:
        """Who was rung before anybody had talked with the caller: nobody chose them."""
        talks = self.visit.talks
        return [r for r in self.visit.rings if not talks or r.at < talks[0][0]]

    @cached_property
    def left_at(self) -> float | None:
        """When whoever had the caller last hung up while he was on hold; None if nobody did."""
        if not self.visit.heard_by:
            return None
        last = self.visit.heard_by[-1]
        end, parted = until(last.ring), self.over if last.to is None else last.to
        return end if parted + INSTANT < end < self.over - INSTANT else None

    def again(self) -> Iterator[tuple[float, float]]:
        """From, to: a person was hunted for once more."""
        begun = self.visit.talks[0][0] if self.visit.talks else float("inf")
        for at, sentence in self.visit.heard:
            if sentence.what == Prompt.PLEASE_HOLD and at > begun:
                talks = (span.since for span in self.visit.heard_by if span.since > at)
                yield at - 1.0, min([self.over, *talks]) + 1.0

    def pressed_on_hold(self, *keys: str) -> bool:
        """Did the caller press one of these while waiting?"""
        begin, again = self.holds_from, self.left_at
        return begin is not None and any(
            key in keys and (begin <= at <= self.holds_to or (again is not None and at > again))
            for at, key in self.visit.pressed
        )

    @cached_property
    def outcome(self) -> Outcome:
        """What the caller got, best first."""
        if self.visit.talks and self.left_at is None:
            return Outcome.SPOKEN
        beep = self.first(BEEP)
        if beep is not None and said(self.visit, beep, self.over) >= KEPT_FROM_S:
            return Outcome.COMPLAINT if self.complains else Outcome.MESSAGE
        if self.visit.number and self.pressed_on_hold(CALL_BACK_KEY):
            return Outcome.CALLBACK
        return Outcome.SELF_SERVICE if self.informed else Outcome.MISSED

    @property
    def complains(self) -> bool:
        """Is what the caller leaves a complaint, by the office's file?"""
        if self.asked is Do.COMPLAINT:
            return True
        topic = self.office.topic(self.topic or "")
        fallback = topic.fallback if topic else self.office.fallback
        return self.asked is not Do.MESSAGE and fallback is Fallback.COMPLAINT

    def waits(self) -> list[tuple[float, float]]:
        """From, to: on hold while nobody rings for this caller."""
        if self.holds_from is None:
            return []
        spans, at = [], self.holds_from
        for ring in self.hunted:
            if ring.at > at:
                spans.append((at, min(ring.at, self.holds_to)))
            at = max(at, until(ring))
        if at < self.holds_to:
            spans.append((at, self.holds_to))
        return spans

    def refused(self, number: str) -> float:
        """Since when whoever has this number need not be asked again for this caller."""
        mine = [one for one in self.visit.rings if one.number == number]
        noes = [until(one) for one in mine if says_no(one)]
        # What one line did not carry may go on over another at once.
        gone_on = {one.at for one in mine}
        return min((at for at in noes if at not in gone_on), default=float("inf"))


def until(ring: Ring) -> float:
    """When that telephone was let go."""
    return float("inf") if ring.ended_at is None else ring.ended_at


def says_no(ring: Ring) -> bool:
    """Was this an answer that stands for the whole call?"""
    decided = next((key for key in ring.pressed if key in (TAKE_KEY, NOT_NOW_KEY)), "")
    return decided == NOT_NOW_KEY or (ring.answered_at is None and ring.cause in SAYS_NO)
