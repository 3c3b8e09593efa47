"""What calls use: lines, sound, people and records, put together once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack

from hotline.box.rack import Rack
from hotline.box.records import Records
from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.notices import Notices, Texting
from hotline.calls.offices import CurrentOffice
from hotline.clock import Clock
from hotline.lines.port import Line
from hotline.media import sounds
from hotline.media.mixer import Mixer
from hotline.media.pjsip.stack import Pjsip
from hotline.media.recorder import Recorder
from hotline.media.speech import Voice
from hotline.options import Options, dialled_countries, own_numbers
from hotline.routing.office import Office
from hotline.storage.announcements import Announcements
from hotline.storage.files import Recordings
from hotline.storage.places import Places
from hotline.storage.uses import Uses


async def exchange_of(
    options: Options,
    places: Places,
    clock: Clock,
    records: Records,
    pjsip: Pjsip,
    rack: Rack,
    closing: AsyncExitStack,
) -> Exchange:
    """The equipment of a call."""
    country = options.box.country
    recorder = Recorder()
    closing.callback(recorder.close)
    wordless = await sounds.ready(places.sounds, country)
    mixer = Mixer(pjsip, recorder, wordless.hush)
    closing.callback(mixer.close)
    voice = Voice(places.spoken, places.own_prompts, wordless)
    closing.push_async_callback(voice.close)
    lines = rack.built(options)
    offices = CurrentOffice(
        records.offices,
        country,
        dialled_countries(options),
        records.confirmed,
        records.checks,
        records.early,
    )
    return Exchange(
        board=_board(lines, options, records, clock),
        engine=mixer,
        prompts=voice,
        comfort=wordless,
        journal=records.journal,
        cases=records.cases,
        recordings=Recordings(places.recordings),
        notices=Notices(
            records.outbox,
            records.carriers.names(),
            texting(options, records, offices.office(), clock),
        ),
        clock=clock,
        office=offices.office,
        announcement=Announcements(places.announcement).current,
    )


def _caps(options: Options, records: Records) -> Caps:
    caps = Caps(
        options.limits, options.box.country, records.confirmed.holds, Uses(records.writer).note
    )
    caps.remember(records.used)
    return caps


def _board(lines: Sequence[Line], options: Options, records: Records, clock: Clock) -> Board:
    own, hands_on = own_numbers(options), records.tests.hands_on
    return Board(lines, _caps(options, records), clock, own=own, hands_on=hands_on)


def texting(options: Options, records: Records, office: Office, clock: Clock) -> Texting | None:
    """What texts may cost; None where no line carries any."""
    if not options.modems:
        return None

    def room() -> int:
        waiting = sum(letter.way == "sms" for letter in records.outbox.waiting())
        return records.cap.left(clock.now()) - waiting

    days = {number: at.astimezone(office.zone).date() for number, at in records.told.items()}
    return Texting(options.box.country, room, options.limits.texts_per_day // 2, days)
