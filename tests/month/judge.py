"""What the box wrote down against what everybody experienced. It knows the office's file alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from hotline.inbox.case import CaseKind, CaseState
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.storage.calls import CallStory
from tests.month.called import Called
from tests.month.costs import Costs
from tests.month.network import BEEP, Visit
from tests.month.reports import reports
from tests.month.seen import INSTANT, TAKE_KEY, Finding, Seen, until
from tests.month.turns import Turns
from tests.month.world import Diary

TOO_LATE_S = 4.0  # so long a person who pressed 1 too late is told so
NOTE_S = 150.0  # with all that is said before and after
KEY_S = 17.0  # so long the box waits for the key after the whisper began
LONGEST_CALL_S = 3600.0


def judge(diary: Diary) -> list[Finding]:
    """Every promise that was not kept, in the order of time; none is as it should be."""
    called = Called(diary)
    seen = [Seen(called.office(visit.line, visit.at), visit) for visit in diary.visits]
    if len(diary.stories) != len(seen):
        words = f"{len(seen)} people called and {len(diary.stories)} rows stand of them"
        return [Finding(0, words)]
    costs = Costs(diary)
    found = [
        *_rows(diary, seen),
        *_lists(diary, seen),
        *_totals(diary, seen),
        *_legs(diary, seen),
        *_returned(diary, seen),
        *costs.findings(),
        *reports(diary, seen, costs),
        *Turns(diary, seen, costs, called).findings(),
    ]
    return sorted(found, key=lambda one: one.at)


def in_words(diary: Diary, found: list[Finding], most: int = 20) -> str:
    """For people: when, and what."""
    told = [f"{diary.clock(one.at)}: {one.words}" for one in found[:most]]
    return "\n".join([*told, *([f"and {len(found) - most} more"] if len(found) > most else [])])


# --- one call, and what stands of it ----------------------------------------------------------


def _rows(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    inbox = {case.number: case for case in diary.cases}
    for one, story in zip(seen, diary.stories, strict=True):
        for words in (*_row(diary, one, story), *_case(one, story, inbox), *_steps(one, story)):
            yield Finding(one.visit.at, f"call {story.call.id}: {words}")


def _row(diary: Diary, one: Seen, story: CallStory) -> Iterator[str]:
    call, visit = story.call, one.visit
    if (call.line, call.caller_number) != (visit.line, visit.number):
        yield "the row is another caller's"
    if call.outcome is None or call.ended_at is None or visit.ended_at is None:
        yield "it has no ending"
        return
    if call.outcome is not one.outcome:
        yield f"the caller's ending was {one.outcome}, written down is {call.outcome}"
    if _apart(call.started_at, diary.instant(visit.at)) > INSTANT:
        yield "it is written down at another time"
    if _apart(call.ended_at, diary.instant(visit.ended_at)) > 1:
        yield "it ends in the records at another time"
    asked_for_a_word = one.first(BEEP) is not None or visit.engaged
    if visit.cause is Cause.OURS and one.outcome is Outcome.MISSED and not asked_for_a_word:
        yield "the box hung up on somebody who had got nothing"
    if visit.ended_at - visit.at > LONGEST_CALL_S:
        yield "the caller was never let go"
    spoke = {diary.office.person(call.person or "")} - {None}
    talked = {ring.number for _, ring in visit.talks if one.left_at is None}
    if bool(spoke) != bool(talked) or not {p.number for p in spoke if p} <= talked:
        yield f"who spoke is not {call.person or 'nobody'}"


def _apart(one: datetime, other: datetime) -> float:
    return abs((one - other).total_seconds())


def _case(one: Seen, story: CallStory, inbox: dict) -> Iterator[str]:
    case = inbox.get(story.call.case_number or 0)
    kept = one.outcome in (Outcome.MESSAGE, Outcome.COMPLAINT, Outcome.CALLBACK)
    if kept and (case is None or case.kind != one.outcome.value):
        yield f"no {one.outcome} of it is in the inbox"
    if kept and case is not None and case.caller_number != one.visit.number:
        yield "its case names another caller"
    for _, sentence in one.visit.heard:
        told = sentence.values.get("case")
        if told is not None and (told not in inbox or inbox[told].call_id != story.call.id):
            yield f"the caller was told of a case {told} that is not theirs"


def _steps(one: Seen, story: CallStory) -> Iterator[str]:
    what = Counter(step.what for step in story.steps)
    if what["fault"]:
        yield "the box made a mistake"
    if what["ringing"] + what["other_line"] != len(one.visit.rings):
        yield "telephones rang that its story does not tell of"
    topic = one.office.topic(one.topic or "")
    name = topic.name[one.office.language] if topic else None
    for ring in one.visit.rings:
        told = ring.whisper.values if ring.whisper else None
        if told is not None and (told["topic"], told["caller"]) != (name, one.visit.number):
            yield f"whoever took it was told {told['topic']}, {told['caller']}"


# --- lists and totals -------------------------------------------------------------------------


def _lists(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    """Every missed one stands on the list until somebody spoke with that number later."""
    ids = [story.call.id for story in diary.stories]
    for at, listed in diary.missed:
        expected = {ids[order] for order in _missed(seen, at)}
        for gone in sorted(expected - listed):
            yield Finding(at, f"call {gone} is missed and not on the list of missed calls")
        for stays in sorted(listed - expected):
            yield Finding(at, f"call {stays} is on the list of missed calls and should not be")


def _missed(seen: list[Seen], at: float) -> Iterator[int]:
    reached: dict[str, float] = {}  # when the last talk that is over by then began
    for begin, end, number in _talks(seen):
        if end <= at:
            reached[number] = max(reached.get(number, begin), begin)
    for one in seen:
        missed = one.outcome is Outcome.MISSED and one.over <= at
        if missed and reached.get(one.visit.number or "", -1.0) <= _began(one.visit):
            yield one.visit.order


def _talks(seen: list[Seen]) -> Iterator[tuple[float, float, str]]:
    """From, to, and the number of the caller: calls with a talk in them, whoever called whom."""
    for one in seen:
        number = one.visit.number or ""
        if one.outcome is Outcome.SPOKEN and number:
            yield _began(one.visit), one.over, number
        yield from ((back.at, back.over, number) for back in one.visit.backs if back.spoken)


def _began(visit: Visit) -> float:
    """Of those who call in the same second the order counts."""
    return visit.at + visit.order * 1e-9


def _totals(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    """Of each hour: the calls are the sum of their endings, and of as many as people had."""
    lived: Counter = Counter()
    written: Counter = Counter()
    for one in seen:
        lived[_hour(diary, one.visit.at), one.outcome] += 1
    for story in diary.stories:
        at = diary.seconds(story.call.started_at)
        written[_hour(diary, at), story.call.outcome] += 1
    for hour in sorted({hour for hour, _ in {*lived, *written}}):
        sums = [sum(count[hour, ending] for ending in Outcome) for count in (lived, written)]
        if sums[0] != sums[1] or any(lived[hour, e] != written[hour, e] for e in Outcome):
            yield Finding(hour * 3600.0, "the totals of the hour do not add up")
    owed = len(diary.cases) + sum(one.outcome is Outcome.MISSED for one in seen)
    if diary.letters != owed:
        yield Finding(0, f"the owner was written {diary.letters} letters instead of {owed}")
    wishes = {case.number for case in diary.cases if case.kind is CaseKind.CALLBACK}
    if not wishes.issuperset(diary.given_up) or len(set(diary.given_up)) < len(diary.given_up):
        yield Finding(0, "a call back was given up twice, or nobody wanted it")


def _hour(diary: Diary, at: float) -> int:
    return int(at // 3600)


def _returned(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    """A row for each call back that rang somebody, as it was; and a wish is done with a talk."""
    backs = sorted(
        (b for one in seen for b in one.visit.backs),
        key=lambda back: (round(back.at, 3), back.visit.number or ""),
    )
    rows = sorted(
        (story for story in diary.returned if _rang(story)),
        key=lambda story: (
            round(diary.seconds(story.call.started_at), 3),
            story.call.caller_number or "",
        ),
    )
    if len(rows) != len(backs):
        yield Finding(0, f"{len(backs)} were called back and {len(rows)} rows stand of them")
        return
    for back, story in zip(backs, rows, strict=True):
        call, lived = story.call, Outcome.SPOKEN if back.spoken else Outcome.NOT_REACHED
        if (call.caller_number, call.outcome) != (back.visit.number, lived):
            words = f"{back.visit.number} was {lived}, written down is {call.outcome}"
            yield Finding(back.at, f"call back {call.id}: {words}")
    talks = list(_talks(seen))
    ids = {story.call.id: order for order, story in enumerate(diary.stories)}
    for case in diary.cases:
        if case.kind is CaseKind.CALLBACK:
            asked = seen[ids[case.call_id]].visit
            done = any(n == asked.number and begin > _began(asked) for begin, _, n in talks)
            if done != (case.state is CaseState.DONE):
                yield Finding(asked.at, f"the wish {case.number} is {case.state}, but done: {done}")


def _rang(story: CallStory) -> bool:
    """Or no line could dial even the colleague."""
    what = [step.what for step in story.steps]
    return "not_dialled" not in what or "calling_back" in what


# --- legs ---------------------------------------------------------------------------------------


def _legs(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    people = {person.number: person for person in diary.office.people}
    for one in seen:
        talked = [ring for _, ring in one.visit.talks]
        for at, ring in one.visit.talks:
            if TAKE_KEY not in ring.pressed:
                yield Finding(at, f"{people[ring.number].name} was joined without having pressed 1")
        for ring in one.visit.rings:
            name = people[ring.number].name
            free_at = one.over if ring in talked else one.holds_to + TOO_LATE_S
            if one.visit.orders:  # who had a hard call is asked for a note
                free_at = one.over + NOTE_S
            if until(ring) > free_at + INSTANT:
                yield Finding(ring.at, f"the leg to {name} was left open after the call")
            if ring.answered_at is None:
                if until(ring) - ring.at > people[ring.number].ring_seconds + INSTANT:
                    yield Finding(ring.at, f"{name}'s telephone rang for too long")
            elif any(ring is other for _, _, other in one.visit.consults):
                pass
            elif ring not in talked and until(ring) - ring.answered_at > KEY_S + TOO_LATE_S:
                yield Finding(ring.at, f"{name}'s voicemail was listened to for too long")
    for what, left in diary.left.items():
        if left:
            yield Finding(diary.missed[-1][0], f"when all had gone these were left: {what} {left}")
