"""What a voice modem writes in few bits is heard as it was said, as well as those bits can tell."""

from __future__ import annotations

import numpy as np
import pytest
from tests.sim import g711

from hotline.at.voice import Encoding
from hotline.media.companding import decode, encode, width

EVERY = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16)


@pytest.mark.parametrize("encoding", Encoding)
def test_a_sample_comes_back_as_near_as_its_bits_allow(encoding: Encoding) -> None:
    worst = {Encoding.LINEAR_16: 0, Encoding.ULAW: 644, Encoding.ALAW: 512}.get(encoding, 128)
    back = decode(encode(EVERY, encoding), encoding)
    assert np.abs(back.astype(np.int32) - EVERY).max() <= worst


@pytest.mark.parametrize("encoding", Encoding)
def test_every_code_stands_for_itself(encoding: Encoding) -> None:
    codes = bytes(range(256)) * width(encoding)
    again = encode(decode(codes, encoding), encoding)
    other_zero = b"\x7f" if encoding is Encoding.ULAW else b""
    assert [a for a, b in zip(codes, again, strict=True) if a != b] == list(
        other_zero
    )  # its other zero


@pytest.mark.parametrize(
    ("encoding", "payload"), [(Encoding.ULAW, g711.PCMU), (Encoding.ALAW, g711.PCMA)]
)
def test_what_we_write_others_hear(encoding: Encoding, payload: int) -> None:
    quiet = EVERY[20000:45000]
    heard = g711.decode(encode(quiet, encoding), payload)
    assert np.abs(heard.astype(np.int32) - quiet).max() <= 520


def test_the_quiet_of_a_modem_with_eight_bits_is_quieter_than_a_voice() -> None:
    quiet = decode(b"\x7f\x80" * 400, Encoding.UNSIGNED_8).astype(np.float64)
    assert np.sqrt(np.mean(np.square(quiet))) < 180
