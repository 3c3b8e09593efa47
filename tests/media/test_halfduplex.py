"""A modem that cannot hear while it speaks loses nothing of what is said either way."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from tests.sim.sound import FRAME, RATE, Silence, Sound, Tone, noise

from hotline.at.voice import Encoding
from hotline.media import companding, tones
from hotline.media.halfduplex import TurnSound, TurnTalk


class Bridge:
    """The other side of the port: says frames that are counted, as long as it plays."""

    def __init__(self) -> None:
        self.playing = False
        self.said = 0
        self.heard = b""
        self.quiet: set[int] = set()

    def plays_to(self, _end: object) -> bool:
        return self.playing

    def swap(self, heard: bytes) -> bytes:
        self.heard += heard
        frames = len(heard) // (FRAME * 2)
        if not self.playing:
            return bytes(len(heard))
        numbers = range(self.said, self.said + frames)
        said = [np.full(FRAME, 0 if n in self.quiet else 1000 + n, dtype="<i2") for n in numbers]
        self.said += frames
        return b"".join(frame.tobytes() for frame in said)


@pytest.fixture
def bridge() -> Bridge:
    return Bridge()


def talk_on(bridge: Bridge, encoding: Encoding = Encoding.LINEAR_16) -> TurnTalk:
    port: Any = SimpleNamespace(swap=bridge.swap, stack=SimpleNamespace(bridge=bridge))
    return TurnTalk(port, encoding)


def spoken(talk: TurnTalk) -> list[int]:
    """The first sample of each frame that the modem is given."""
    said: list[int] = []
    while words := talk.words():
        said.append(int(np.frombuffer(words, dtype="<i2")[0]))
    return said


def hears(talk: TurnTalk, sound: Sound | np.ndarray, seconds: float, encoding: Encoding) -> None:
    samples = sound if isinstance(sound, np.ndarray) else sound.at(0, round(seconds * RATE))
    data = companding.encode(samples.astype(np.int16), encoding)
    for n, place in enumerate(range(0, len(data), 77)):  # reads end anywhere
        talk.hear(data[place : place + 77], 100 + n * 0.01)


def test_what_is_played_while_the_modem_turns_waits_for_it_in_order(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    talk.beat(10.0)
    bridge.playing = True
    for n in range(1, 21):
        talk.beat(10.0 + 0.02 * n)
    assert talk.spoken_to
    assert spoken(talk) == [1000 + n for n in range(20)]


def test_a_stall_of_the_machine_costs_the_bridge_no_more_than_it_lasted(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    talk.beat(10.0)
    heard = len(bridge.heard)
    talk.beat(10.1)
    assert len(bridge.heard) - heard == 5 * FRAME * 2
    talk.beat(99.0)
    assert len(bridge.heard) - heard == (5 + 8) * FRAME * 2


def test_a_greeting_has_no_silence_before_it(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    bridge.playing = True
    talk.beat(10.0)
    assert len(bridge.heard) == FRAME * 2


def test_what_is_silent_before_the_first_word_is_not_waited_for(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    bridge.playing, bridge.quiet = True, {0, 1, 4}
    for n in range(6):
        assert talk.waiting == (n > 2)
        talk.beat(10.0 + 0.02 * n)
    assert spoken(talk) == [1002, 1003, 0, 1005]
    talk.turn()  # and again after the caller had a turn
    bridge.quiet = {6}
    talk.beat(10.12)
    talk.beat(10.14)
    assert spoken(talk) == [1007]


def test_a_modem_with_little_ahead_is_given_a_longer_pause_and_every_word_once(
    bridge: Bridge,
) -> None:
    talk = talk_on(bridge)
    bridge.playing, bridge.quiet = True, {1}

    def said(*, behind: bool) -> list[int]:
        talk.beat(next(times))
        samples = [np.frombuffer(talk.words(behind=behind), dtype="<i2") for _ in range(2)]
        return [int(one[0]) for one in samples if len(one)]

    times = iter(10.0 + 0.02 * n for n in range(9))
    assert said(behind=True) == [1000]
    assert said(behind=True) == [0, 0]
    assert said(behind=True) == [0, 1002]  # as long as more waits than the pause, it is said


def test_when_nothing_is_played_any_more_there_is_soon_nothing_to_say(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    bridge.playing = True
    talk.beat(10.0)
    bridge.playing = False
    for n in range(1, 10):
        talk.beat(10.0 + 0.02 * n)
    spoken(talk)
    assert not talk.spoken_to


def test_after_a_key_nothing_of_the_sentence_is_left(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    bridge.playing = True
    talk.beat(10.0)
    bridge.playing = False
    talk.forget_words()
    talk.beat(10.02)
    assert not talk.spoken_to


@pytest.mark.parametrize("encoding", Encoding)
def test_the_caller_is_heard_in_every_format(bridge: Bridge, encoding: Encoding) -> None:
    talk, said = talk_on(bridge, encoding), noise(1.0, seed=4)
    hears(talk, said, 1.0, encoding)
    heard = np.frombuffer(bridge.heard, dtype="<i2")
    assert len(heard) == len(said)
    assert np.corrcoef(heard, said)[0, 1] > 0.99


@pytest.mark.parametrize(
    ("sound", "gone"),
    [
        (np.tile(tones.pcm(tones.busy().render(-15)), 4), True),
        (np.tile(tones.pcm(tones.busy("US").render(-15)), 4), True),
        (Tone(425), True),
        (Silence(), False),
        (noise(4.0, seed=2), False),
        (Tone(1800), False),
    ],
    ids=["busy", "busy in America", "dial tone", "silence", "speech", "another tone"],
)
@pytest.mark.parametrize("encoding", [Encoding.ULAW, Encoding.UNSIGNED_8])
def test_the_tones_of_an_exchange_say_that_the_caller_has_gone(
    bridge: Bridge, sound: Sound | np.ndarray, gone: bool, encoding: Encoding
) -> None:
    talk = talk_on(bridge, encoding)
    hears(talk, sound, 4.0, encoding)
    assert talk.abandoned == gone


def test_quiet_is_counted_and_a_voice_or_a_key_ends_it(bridge: Bridge) -> None:
    talk = talk_on(bridge, Encoding.ULAW)
    hears(talk, Silence(), 2.0, Encoding.ULAW)
    assert talk.quiet_seconds == pytest.approx(2.0, abs=0.05)
    hears(talk, noise(0.5, seed=1), 0.5, Encoding.ULAW)
    assert talk.quiet_seconds < 0.05
    hears(talk, Silence(), 1.0, Encoding.ULAW)
    talk.stirred()
    assert talk.quiet_seconds == 0


def test_the_modems_own_clock_sets_the_pace_while_it_listens(bridge: Bridge) -> None:
    talk = talk_on(bridge)
    hears(talk, Silence(), 1.0, Encoding.LINEAR_16)
    before, last = len(bridge.heard), 100 + (16000 // 77) * 0.01
    talk.beat(last + 0.05)
    assert len(bridge.heard) == before
    talk.beat(last + 0.2)
    assert len(bridge.heard) > before


class NoStack:
    """What a port asks of PJSIP, and nothing behind it."""

    def __init__(self) -> None:
        self.spare_ports: list[Any] = []

    def post(self, work: Callable[[], None]) -> None: ...


def test_the_port_of_a_line_that_was_taken_out_is_for_the_next_one() -> None:
    stack: Any = NoStack()
    first, second, third = (TurnSound(stack) for _ in range(3))
    first.open()
    port = first._port
    first.leave()
    second.open()
    third.open()
    assert second._port is port
    assert third._port not in (None, port)
