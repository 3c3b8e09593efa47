"""`python -m tests.month [--seed N] [--from DATE] [--days N]`: live through a month and judge it.

With `--broken` every broken copy lives through the days on which it shows, and has to be caught.
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
    held = [one for one in (Seen(diary.office, v) for v in diary.visits) if one.holds_from]
    return "\n".join(
        [
            f"{len(diary.visits)} calls, at most {max(days.values())} a day",
            "endings: " + ", ".join(f"{endings[each]} {each}" for each in Outcome),
            f"languages: {_told(languages)}",
            f"{len(held)} were put on hold, {steps['waiting']} waited in the queue,"
            f" {steps['deadline']} to the deadline",
            f"{sum(rings.values())} telephones of the staff rang: {_told(rings)}",
            f"{sum(visit.engaged for visit in diary.visits)} callers found no channel,"
            f" {steps['not_dialled']} telephones could not be dialled for lines or caps",
        ]
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


def catch(seed: int) -> bool:
    """Print what the judge says of each broken copy. Was every one caught?"""
    caught = 0
    for broken in BROKEN:
        with broken.copy():
            found = judge(days_of(seed, *broken.days))
        right = [one for one in found if re.search(broken.words, one.words)]
        caught += bool(right)
        said = f"{len(right)} of {len(found)}: {right[0].words}" if right else "NOT CAUGHT"
        print(f"{broken.name}: {said}")
    print(f"{caught} of {len(BROKEN)} broken copies caught")
    return caught == len(BROKEN)


def main() -> int:
    """Entry point."""
    words = argparse.ArgumentParser(prog="python -m tests.month", description=__doc__)
    words.add_argument("--seed", type=int)
    words.add_argument("--from", dest="first", type=date.fromisoformat, default=FIRST_DAY)
    words.add_argument("--days", type=int, default=MONTH)
    words.add_argument("--broken", action="store_true")
    given = words.parse_args()
    seed = given.seed if given.seed is not None else random.randrange(10**6)
    print(f"seed {seed}")
    kept = catch(seed) if given.broken else live(seed, given.first, given.days)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
