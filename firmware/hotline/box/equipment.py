"""What calls use: lines, sound, people and records, put together once."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AsyncExitStack
from functools import partial

from hotline.box.records import Records
from hotline.calls.board import Board
from hotline.calls.caps import Caps
from hotline.calls.exchange import Exchange
from hotline.calls.notices import Notices, Texting
from hotline.calls.offices import CurrentOffice
from hotline.calls.tonelesson import tone_of
from hotline.clock import Clock
from hotline.lines.finder import Finder
from hotline.lines.fxo import OfficeLine
from hotline.lines.gsm import GsmLine
from hotline.lines.gsmcalls import Sound as LineSound
from hotline.lines.place import Place
from hotline.lines.port import Line
from hotline.lines.quirks import quirks_of
from hotline.lines.sip import Guard, SipLine
from hotline.lines.usb import this_machine
from hotline.media import sounds
from hotline.media.halfduplex import TurnSound
from hotline.media.mixer import Mixer
from hotline.media.modem import ModemSound
from hotline.media.pjsip.stack import Pjsip
from hotline.media.rate import Known, Measured
from hotline.media.recorder import Recorder
from hotline.media.speech import Voice
from hotline.options import Modem, Options, own_numbers
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
    guard = Guard(pjsip)
    trunks = [SipLine(trunk, country, pjsip, guard) for trunk in options.trunks]
    modems = _modems(options, pjsip)
    for modem in modems:
        modem.diverts.memory = records.diverts
        modem.on_time = clock.offer
    office_lines = [
        OfficeLine(m, country, TurnSound(pjsip, partial(tone_of, records.tones, m.name)))
        for m in options.voice_modems
    ]
    records.texting.extend(modems)
    offices = CurrentOffice(
        records.offices,
        country,
        frozenset({country, *options.limits.countries}),
        records.confirmed,
        records.checks,
    )
    messengers = tuple(f"apprise {n}" for n, _ in enumerate(options.notify.apprise, 1))
    return Exchange(
        board=_board([*trunks, *modems, *office_lines], options, records, clock),
        engine=mixer,
        prompts=voice,
        comfort=wordless,
        journal=records.journal,
        cases=records.cases,
        recordings=Recordings(places.recordings),
        notices=Notices(
            records.outbox, messengers, _texting(options, records, offices.office(), clock)
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


def _modems(options: Options, pjsip: Pjsip) -> list[GsmLine]:
    finder = Finder(this_machine())
    lines = []
    for modem in options.modems:
        place = Place(modem, finder, quirks_of(modem).restart)
        lines.append(GsmLine(modem, options.box.country, _sound_of(modem, place, pjsip), place))
    return lines


def _sound_of(modem: Modem, place: Place, pjsip: Pjsip) -> LineSound | None:
    """Where the sound of this modem comes from."""
    quirks = quirks_of(modem)
    if modem.card:
        # Loading it looks at every sound card: not for a box without one.
        from hotline.media.soundcard import CardSound

        return CardSound(pjsip, modem.card)
    if quirks.speech is None:
        return None
    return ModemSound(pjsip, place.sound, Measured if quirks.any_rate else Known)


def _texting(options: Options, records: Records, office: Office, clock: Clock) -> Texting | None:
    if not options.modems:
        return None

    def room() -> int:
        waiting = sum(letter.way == "sms" for letter in records.outbox.waiting())
        return records.cap.left(clock.now()) - waiting

    days = {number: at.astimezone(office.zone).date() for number, at in records.told.items()}
    return Texting(options.box.country, room, options.limits.texts_per_day // 2, days)
