"""A key answers a question, and no answer is a dead end; a key has the caller called back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from hotline.calls import callmeback, keyednumbers, keying
from hotline.inbox.case import CaseKind
from hotline.inbox.outcome import Outcome
from hotline.lines.port import Cause
from hotline.media.catalogue import Prompt
from hotline.routing.office import Answer, Do, Key
from hotline.storage.calls import CallStory
from hotline.storage.waiting import still_waiting
from tests.calls.hotline import OFFICE, Hotline, Telephone

FIFTY = "Fifty lei."
CALLER = "+37322111222"
PRICE = Answer("price", text={"en": FIFTY})
MAIN = replace(OFFICE.menus[0], wait_seconds=0)
KEYS = (
    *MAIN.keys[:2],
    Key("3", Do.ANSWER, "price"),
    Key("4", Do.ANSWER, "hours"),
    Key("5", Do.CALLBACK),
)
SHOP = replace(OFFICE, menus=(replace(MAIN, keys=KEYS),), answers=(PRICE,))
OVER = replace(SHOP, answers=(replace(PRICE, valid_until=date(2020, 1, 1)),))


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(keying, "FIRST_KEY_S", 0.0)
    monkeypatch.setattr(keying, "NEXT_KEY_S", 0.0)
    monkeypatch.setattr(callmeback, "RIGHT_S", 0.0)


async def talked(here: Hotline, caller: Telephone) -> CallStory:
    """The caller talks with somebody and hangs up."""
    await here.step(caller, "joined")
    caller.hang_up(Cause.HUNG_UP)
    return await here.over(caller)


async def test_a_caller_who_hears_the_answer_is_served_and_not_missed(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings("3")
    caller.leaves_on(Prompt.ANSWER_AFTER)
    story = await here.over(caller)
    assert caller.heard[-2:] == [FIFTY, Prompt.ANSWER_AFTER]
    assert (story.call.outcome, here.missed()) == (Outcome.SELF_SERVICE, [])


async def test_star_tells_the_answer_again_and_zero_leads_to_a_person(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings("3")
    keys = iter("*0")
    caller.on_hearing = lambda heard: (
        caller.keys.put_nowait(next(keys)) if heard == Prompt.ANSWER_AFTER else None
    )
    story = await talked(here, caller)
    assert caller.heard.count(FIFTY) == 2
    assert story.call.person == "ana"


async def test_an_answer_whose_day_is_past_is_not_said_and_a_person_is_rung(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, OVER)
    caller = here.rings("3")
    story = await talked(here, caller)
    assert FIFTY not in caller.heard
    assert story.call.person == "ana"
    assert "answer_over" in [step.what for step in story.steps]


async def test_a_box_that_does_not_know_the_day_says_the_answer(tmp_path: Path) -> None:
    long_ago = replace(PRICE, valid_until=date(1960, 1, 1))
    here = Hotline(tmp_path, replace(SHOP, answers=(long_ago,)))
    here.time.at = datetime(1970, 1, 1, tzinfo=UTC)
    caller = here.rings("3")
    caller.leaves_on(Prompt.ANSWER_AFTER)
    await here.over(caller)
    assert FIFTY in caller.heard


async def test_the_hours_are_those_of_the_office_and_nobody_wrote_them_twice(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings("4")
    caller.leaves_on(Prompt.ANSWER_AFTER)
    await here.over(caller)
    assert Prompt.ANSWER_ALWAYS in caller.heard


# -- call me back ----------------------------------------------------------------------------------


def owed(here: Hotline) -> list[str | None]:
    return [one.caller_number for one in still_waiting(here.records.database)]


async def wished(here: Hotline, number: str = CALLER, **presses: str) -> list[str]:
    """A caller who asks to be called back and presses these keys; what they hear."""
    caller = here.rings("5", number=number)
    caller.presses = {**caller.presses, **{Prompt[name]: keys for name, keys in presses.items()}}
    await here.over(caller)
    return caller.heard


async def test_the_number_that_is_shown_is_read_back_and_somebody_has_to_call_it(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, SHOP)
    assert Prompt.CALLBACK_NOTED in await wished(here, CALLBACK_OWN="1")
    assert here.words.values[Prompt.CALLBACK_OWN]["caller"] == "022111222"
    (case,) = here.cases()
    assert (case.kind, case.caller_number) == (CaseKind.CALLBACK, CALLER)
    assert owed(here) == [CALLER]
    assert here.letters()


async def test_another_number_is_keyed_read_back_and_called(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    await wished(here, CALLBACK_OWN="2", CALLBACK_KEY_IN="069123456#", CALLBACK_READ="1")
    assert here.words.values[Prompt.CALLBACK_READ]["caller"] == "069123456"
    assert owed(here) == ["+37369123456"]


async def test_who_withholds_the_number_keys_one(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    heard = await wished(here, "", CALLBACK_KEY_IN="069123456#", CALLBACK_READ="1")
    assert Prompt.CALLBACK_OWN not in heard
    assert owed(here) == ["+37369123456"]


@pytest.mark.parametrize("keys", ["112#", "090099999#", "004420794600#", "12#"])
async def test_no_emergency_costly_foreign_or_wrong_number_is_taken(
    tmp_path: Path, keys: str
) -> None:
    here = Hotline(tmp_path, SHOP)
    heard = await wished(here, "", CALLBACK_KEY_IN=keys)
    assert heard.count(Prompt.CALLBACK_REFUSED) == callmeback.TRIES
    assert Prompt.MESSAGE_INTRO in heard, "no caller is lost"
    assert [one.kind for one in here.cases()] == [CaseKind.MESSAGE]


async def test_who_hangs_up_on_hearing_the_own_number_is_called_back_all_the_same(
    tmp_path: Path,
) -> None:
    here = Hotline(tmp_path, SHOP)
    caller = here.rings("5")
    caller.leaves_on(Prompt.CALLBACK_OWN)
    story = await here.over(caller)
    assert (story.call.outcome, here.missed()) == (Outcome.CALLBACK, [])
    assert owed(here) == [CALLER]


async def test_nobody_has_the_box_call_strangers_by_the_dozen(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    for number in range(keyednumbers.AN_HOUR):
        await wished(here, "", CALLBACK_KEY_IN=f"06900010{number}#", CALLBACK_READ="1")
    assert len(owed(here)) == keyednumbers.AN_HOUR
    heard = await wished(here, "", CALLBACK_KEY_IN="069000199#", CALLBACK_READ="1")
    assert Prompt.MESSAGE_INTRO in heard
    assert "+37369000199" not in owed(here)


async def test_whoever_was_spoken_with_is_owed_no_call_any_more(tmp_path: Path) -> None:
    here = Hotline(tmp_path, SHOP)
    await wished(here, "", CALLBACK_KEY_IN="069123456#", CALLBACK_READ="1")
    await talked(here, here.rings("1", number="+37369123456"))
    assert owed(here) == []
