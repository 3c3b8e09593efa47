"""The sound of a voice modem is chosen by the names it gives, whatever numbers it gives them."""

from __future__ import annotations

import pytest

from hotline.at.voice import Encoding, Format, best_format, country

USR = (
    '128,"8-BIT LINEAR",8,0,(7200,8000),0,0',
    '129,"16-BIT ADPCM",4,0,(7200,8000),0,0',
    '131,"ULAW",8,0,(8000),0,0',
    '133,"LINEAR",16,0,(8000),0,0',
)


@pytest.mark.parametrize(
    ("lines", "chosen"),
    [
        (USR, Format(131, Encoding.ULAW)),
        (USR[:2] + USR[3:], Format(133, Encoding.LINEAR_16)),
        (USR[:2], Format(128, Encoding.UNSIGNED_8)),
        (('+VSM: 4,"G.711U",8,0,(8000),(0),(0)',), Format(4, Encoding.ULAW)),
        (('5,"G.711A",8,0,8000,0,0',), Format(5, Encoding.ALAW)),
        (('0,"SIGNED PCM",8,0,8000,0,0',), Format(0, Encoding.SIGNED_8)),
        (('0,"SIGNED PCM",8', '1,"UNSIGNED PCM",8'), Format(1, Encoding.UNSIGNED_8)),
        (('1,"UNSIGNED PCM",8,0,(7200-11025),0,0',), Format(1, Encoding.UNSIGNED_8)),
        (('1,"UNSIGNED PCM",8,0,(7200,11025),0,0',), None),
        (('129,"IMA ADPCM",4,0,8000,0,0', '140,"2 Bit ADPCM",2,0,8000,0,0'), None),
        (('2,"ADPCM",8,0,8000,0,0',), None),
        (("", "OK", "rubbish", '"LINEAR"', "1,2,3", 'x,"ULAW",8'), None),
    ],
)
def test_the_best_sound_is_chosen(lines: tuple[str, ...], chosen: Format | None) -> None:
    assert best_format(lines) == chosen


def test_only_countries_whose_lines_are_known_tune_the_modem() -> None:
    tuned = country("GB")
    assert tuned is not None
    assert tuned.text == "AT+GCI=B4"
    assert country("MD") is None
