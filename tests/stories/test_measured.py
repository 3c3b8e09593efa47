"""The owner measures when a voicemail answers; from then on no caller waits for it."""

from __future__ import annotations

import asyncio
import re

from hotline.control.messages.status import Who
from tests.sim.sip import behaviours
from tests.stories.stage import Stage, office, person

ANA = "+37369000555"  # of her own: what is measured stays


async def test_a_voicemail_that_was_measured_is_rung_off_before_it_answers(stage: Stage) -> None:
    await stage.opens(office(person("ana", number=ANA, ring_seconds=20)))
    stage.telephone(ANA, behaviours.voicemail(after=1.0, seconds=0.5))
    said = await stage.box.command("numbers", "measure", "ana")
    assert "do not pick up" in said
    measured = re.search(r"A voicemail answers after ([123]) s\.", said)  # a busy machine is late
    assert measured, said
    assert stage.dialled == [ANA]
    stage.others_were_dialled()
    plan = await asyncio.to_thread(stage.box.control.who, Who())
    assert [(ring.names, ring.seconds) for ring in plan.rounds] == [(("Ana",), 5)]
    why = f"Ana is rung for 5 seconds only: a voicemail answers after {measured[1]}."
    assert why in plan.why
    (ana,) = (await asyncio.to_thread(stage.box.control.numbers)).people
    assert (ana.voicemail, ana.ring_seconds) == (int(measured[1]), 5)
