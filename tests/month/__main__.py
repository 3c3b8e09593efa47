"""`python -m tests.month [--seed N] [--from DATE] [--days N]`: live through a month and judge it.

With `--broken` every broken copy, or those named, lives through the days on which it shows, and has
to be caught.
"""

from __future__ import annotations

import argparse
import random
import re
import sys
import time
from collections import Counter
from datetime import date

from hotline.inbox.outcome import Outcome
from tests.month.broken import BROKEN
from tests.month.judge import in_words, judge
from tests.month.seen import Seen
from tests.month.world import FIRST_DAY, MONTH, Diary, days_of


def summary(diary: Diary) -> str:
    """What happened, in numbers."""
    endings = Counter(story.call.outcome for story in diary.stories)
    steps = Counter(step.what for story in diary.stories for step in story.steps)
    days = Counter(diary.clock(visit.at)[:6] for visit in diary.visits)
    languages = Counter(story.call.language for story in diary.stories)
    rings = Counter(ring.way for visit in diary.visits for ring in visit.rings)
    held = [one for one in (Seen(diary.office_at(v.at), v) for v in diary.visits) if one.holds_from]
    campaigns = sum(step.what == "campaign" for story in diary.stories for step in story.steps)
    return "\n".join(
        [
            f"{len(diary.visits)} calls, at most {max(days.values())} a day",
            "endings: " + ", ".join(f"{endings[each]} {each}" for each in Outcome),
            f"languages: {_told(languages)}; {campaigns} called about a campaign",
            f"{len(held)} were put on hold, {steps['waiting']} waited in the queue,"
            f" {steps['deadline']} to the deadline; for {steps['overflow']} others were rung, too",
            f"{sum(rings.values())} telephones of the staff rang: {_told(rings)}",
            _backs(diary),
            "the staff asked and was told: "
            + _told(Counter(f"{one.what}: {one.verdict}" for one in diary.asked)),
            f"{sum(visit.engaged for visit in diary.visits)} callers found no channel,"
            f" {steps['not_dialled']} telephones could not be dialled for lines or caps",
        ]
    )


def _backs(diary: Diary) -> str:
    backs = [back for visit in diary.visits for back in visit.backs]
    steps = Counter(step.what for story in diary.stories for step in story.steps)
    asked = sum(Seen(diary.office_at(visit.at), visit).in_turn for visit in diary.visits)
    called, spoken = (sum(bool(b.caller) for b in backs), sum(b.spoken for b in backs))
    return (
        f"{steps['callback']} wanted to be called back, {asked} of them by the box: colleagues were"
        f" rung {len(backs)} times for it, callers {called} times, {spoken} were spoken with"
    )


def _told(counted: Counter) -> str:
    return ", ".join(f"{number} {what.replace('_', ' ')}" for what, number in counted.most_common())


def live(seed: int, first: date, days: int) -> bool:
    """Print a month and its judgement. Was every promise kept?"""
    began, cpu = time.monotonic(), time.process_time()
    diary = days_of(seed, first, days)
    print(summary(diary))
    found = judge(diary)
    print(f"{time.monotonic() - began:.1f} s, {time.process_time() - cpu:.1f} s of them computing")
    print(in_words(diary, found) if found else "every promise was kept")
    return not found


def catch(seed: int | None, named: str) -> bool:
    """Print what the judge says of each broken copy with this in its name. Were all caught?

    seed: instead of the one with which it certainly shows.
    """
    caught, copies = 0, [one for one in BROKEN if named in one.name]
    for broken in copies:
        with broken.copy():
            own, first, days = broken.days
            found = judge(days_of(own if seed is None else seed, first, days))
        right = [one for one in found if re.search(broken.words, one.words)]
        caught += bool(right)
        said = f"{len(right)} of {len(found)}: {right[0].words}" if right else "NOT CAUGHT"
        print(f"{broken.name}: {said}", flush=True)
    print(f"{caught} of {len(copies)} broken copies caught")
    return caught == len(copies)


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    words.add_argument("--seed", type=int)
    words.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST_DAY)
    words.add_argument("--days", type=int, default=MONTH)
    words.add_argument("--broken", nargs="?", const="", metavar="PART OF A NAME")
    given = words.parse_args()
    if given.broken is not None:
        return 0 if catch(given.seed, given.broken) else 1
    seed = given.seed if given.seed is not None else random.randrange(10**6)
    print(f"seed {seed}")
    return 0 if live(seed, given.first, given.days) else 1


if __name__ == "__main__":
    sys.exit(main())
