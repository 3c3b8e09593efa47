"""What the box wrote down against what everybody experienced. It knows the office's file alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.storage.calls import CallStory
from tests.month.costs import Costs
from tests.month.network import BEEP
from tests.month.seen import INSTANT, TAKE_KEY, Finding, Seen, until
from tests.month.turns import Turns
from tests.month.world import Diary

TOO_LATE_S = 4.0  # so long a person who pressed 1 too late is told so
KEY_S = 16.0  # so long the box waits for the key after the whisper began
LONGEST_CALL_S = 3600.0


def judge(diary: Diary) -> list[Finding]:
    """Every promise that was not kept, in the order of time; none is as it should be."""
    seen = [Seen(diary.office, visit) for visit in diary.visits]
    found = [
        *_rows(diary, seen),
        *_lists(diary, seen),
        *_totals(diary, seen),
        *_legs(diary, seen),
        *Costs(diary).findings(),
        *Turns(diary, seen).findings(),
    ]
    return sorted(found, key=lambda one: one.at)


def in_words(diary: Diary, found: list[Finding], most: int = 20) -> str:
    """For people: when, and what."""
    told = [f"{diary.clock(one.at)}: {one.words}" for one in found[:most]]
    return "\n".join([*told, *([f"and {len(found) - most} more"] if len(found) > most else [])])


# --- one call, and what stands of it ----------------------------------------------------------


def _rows(diary: Diary, seen: list[Seen]) -> Iterator[Finding]:
    if len(diary.stories) != len(seen):
        yield Finding(0, f"{len(seen)} people called and {len(diary.stories)} rows stand of them")
        return
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
    if abs(diary.seconds(call.started_at) - visit.at) > INSTANT:
        yield "it is written down at another time"
    if abs(diary.seconds(call.ended_at) - visit.ended_at) > 1:
        yield "it ends in the records at another time"
    asked_for_a_word = one.first(BEEP) is not None or visit.engaged
    if visit.cause is Cause.OURS and one.outcome is Outcome.MISSED and not asked_for_a_word:
        yield "the box hung up on somebody who had got nothing"
    if visit.ended_at - visit.at > LONGEST_CALL_S:
        yield "the caller was never let go"
    spoke = {diary.office.person(call.person or "")} - {None}
    if {person.number for person in spoke if person} != {ring.number for _, ring in visit.talks}:
        yield f"who spoke is not {call.person or 'nobody'}"


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
    for at, listed in diary.missed:
        expected = set(_missed(seen, at))
        for gone in sorted(expected - listed):
            yield Finding(at, f"call {gone} is missed and not on the list of missed calls")
        for stays in sorted(listed - expected):
            yield Finding(at, f"call {stays} is on the list of missed calls and should not be")


def _missed(seen: list[Seen], at: float) -> Iterator[int]:
    reached: set[str] = set()
    for one in reversed(seen):
        if one.over > at:
            continue
        if one.outcome is Outcome.SPOKEN and one.visit.number:
            reached.add(one.visit.number)
        elif one.outcome is Outcome.MISSED and one.visit.number not in reached:
            yield one.visit.order + 1


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


def _hour(diary: Diary, at: float) -> int:
    return int(at // 3600)


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
            if until(ring) > free_at + INSTANT:
                yield Finding(ring.at, f"the leg to {name} was left open after the call")
            if ring.answered_at is None:
                if until(ring) - ring.at > people[ring.number].ring_seconds + INSTANT:
                    yield Finding(ring.at, f"{name}'s telephone rang for too long")
            elif ring not in talked and until(ring) - ring.answered_at > KEY_S + TOO_LATE_S:
                yield Finding(ring.at, f"{name}'s voicemail was listened to for too long")
    for what, left in diary.left.items():
        if left:
            yield Finding(diary.missed[-1][0], f"when all had gone these were left: {what} {left}")
