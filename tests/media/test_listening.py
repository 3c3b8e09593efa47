"""What is said on the telephone reaches whoever listens to it, to the last sound."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from hotline.media.listening import Listener, Listening

DEADLINE_S = 10


class Microphone:
    """A source in which sound waits until it is read."""

    def __init__(self) -> None:
        self.waiting = b""

    def say(self, words: bytes) -> None:
        self.waiting += words

    def read(self) -> bytes:
        words, self.waiting = self.waiting, b""
        return words


@pytest.fixture
def listening() -> Iterator[Listening]:
    everybody = Listening()
    yield everybody
    everybody.close()


@pytest.mark.parametrize("often", [True, False])
def test_what_is_said_is_handed_over_without_being_asked_for(
    listening: Listening, often: bool
) -> None:
    microphone, heard = Microphone(), queue.Queue[bytes]()
    listening.begin(Listener(microphone, heard.put, often))
    microphone.say(b"one")
    assert heard.get(timeout=DEADLINE_S) == b"one"
    microphone.say(b"two")
    assert heard.get(timeout=DEADLINE_S) == b"two"


def test_the_last_words_before_the_end_are_handed_over_and_nothing_after_it(
    listening: Listening,
) -> None:
    microphone, other, heard = Microphone(), Microphone(), queue.Queue[bytes]()
    listener = Listener(microphone, heard.put)
    listening.begin(listener)
    other_heard = queue.Queue[bytes]()
    listening.begin(Listener(other, other_heard.put))
    microphone.say(b"goodbye")
    listening.end(listener)
    assert heard.get_nowait() == b"goodbye"
    microphone.say(b"too late")
    listening.end(listener)
    other.say(b"a turn has passed")
    assert other_heard.get(timeout=DEADLINE_S) == b"a turn has passed"
    assert heard.empty()


def test_silence_of_one_does_not_keep_another_from_being_heard(listening: Listening) -> None:
    silent, talking, heard = Microphone(), Microphone(), queue.Queue[bytes]()
    listening.begin(Listener(silent, heard.put))
    listening.begin(Listener(talking, heard.put))
    talking.say(b"hello")
    assert heard.get(timeout=DEADLINE_S) == b"hello"
