"""What the demo plays on the shop's own telephone line, over which nobody can be connected."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from tests.sim.sip import behaviours
from tests.sim.sound import Tone

if TYPE_CHECKING:
    from tests.sim.demo import Shop

VASILE, OLGA, DAN = "+37322333444", "+37322999000", "+37322777888"
ANA = "+37369000101"


async def order_is_promised_a_call(shop: Shop) -> None:
    """Who wants a person is told that somebody calls back; whoever is on duty knows at once."""
    shop.tell("Morning, the shop opens. Vasile orders flowers over the line that joins nobody.")
    await shop.opens()
    ana = shop.provider.mobile(ANA)
    call = await shop.called(VASILE, "Vasile", 1130)
    await shop.verdicts.expect("Vasile", "the greeting", call.hears_speech(5))
    await call.lasts(shop.pace.thinks)
    await call.press("1")
    await call.hears_silence(0.1)  # the menu has ended; what follows is the promise
    await shop.verdicts.expect("Vasile", "that somebody calls him back", call.hears_speech(5))
    ending = await call.ended(within=40)
    shop.verdicts.note("Vasile", "the whole sentence", not ending.ours)
    await shop.box.idle()
    await shop.verdicts.expect("Ana", "a text with Vasile's number", _text(shop, ANA, VASILE))
    wishes = await shop.box.records("messages")
    filed = [case["kind"] for case in wishes if case["caller_number"] == VASILE]
    shop.verdicts.note("the shop", "his wish on the list of messages", filed == ["callback"])
    shop.verdicts.note("Ana", "no call that could join nobody", not ana.calls)


async def both_lines_at_once(shop: Shop) -> None:
    """Over the account at the provider Dan is put through, while Olga talks to the line."""
    shop.tell("Noon. Dan rings the number at the provider, Olga the old one, in the same moment.")
    ana = shop.provider.mobile(
        ANA, behaviours.answers(shop.pace.answers_after, "1"), tone=Tone(1750)
    )
    dan = shop.provider.caller(DAN, name="Dan", tone=Tone(520))
    dans, olgas = await asyncio.gather(
        dan.call(shop.provider.box("shop")), shop.called(OLGA, "Olga", 880)
    )
    await dans.answered(within=5)
    await dans.press("1")
    at_ana = await ana.rings(within=20)
    await shop.verdicts.expect("Dan", "Ana's voice", dans.hears(Tone(1750), within=60))
    await shop.verdicts.expect("Ana", "Dan's voice", at_ana.hears(Tone(520), within=10))
    await olgas.press("1")
    await olgas.hears_silence(0.1)
    await shop.verdicts.expect("Olga", "that somebody calls her back", olgas.hears_speech(5))
    await olgas.ended(within=40)
    alone = at_ana.hears_now(Tone(520)) and not at_ana.hears_now(Tone(880))
    shop.verdicts.note("Ana", "Dan and nothing of Olga", alone)
    await dans.hang_up()
    await shop.verdicts.expect("Ana", "a text with Olga's number", _text(shop, ANA, OLGA))
    await shop.box.idle()


async def _text(shop: Shop, to: str, words: str) -> str:
    if shop.line.mobiles is None:
        raise RuntimeError("no texts on this line")
    return await shop.line.mobiles.texts.arrives(to, words)
