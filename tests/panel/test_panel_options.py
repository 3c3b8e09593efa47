"""[panel] of box.toml: what is right is taken, what is wrong is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from hotline.errors import BadSettings
from hotline.options.file import read_options
from hotline.options.panel import LampPins, PanelOptions

ALL = """\
[panel]
lamps = {line = 17, message = 27, trouble = 22}
button = 23
relay = 24
speaker = "default"
"""


def panel_of(folder: Path, text: str) -> PanelOptions:
    file = folder / "box.toml"
    file.write_text(text, encoding="utf-8")
    return read_options(file).panel


def test_a_box_without_a_panel_uses_no_pin(tmp_path: Path) -> None:
    assert list(panel_of(tmp_path, "").pins()) == []


def test_every_part_is_optional(tmp_path: Path) -> None:
    assert panel_of(tmp_path, ALL) == PanelOptions(
        lamps=LampPins(17, 27, 22), button=23, relay=24, speaker="default"
    )
    assert list(panel_of(tmp_path, "[panel]\nlamps = {trouble = 5}\n").pins()) == [
        ("lamps.trouble", 5)
    ]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[panel]\nbutton = 28\n", "line 2: button of [panel] must be 27 or less"),
        ("[panel]\nbutton = 1\n", "line 2: button of [panel] must be 2 or more"),
        ('[panel]\nrelay = "24"\n', "line 2: relay of [panel] must be a whole number"),
        ("[panel]\nlamps = {line = 99}\n", "line 2: lamps of [panel] must be 27 or less"),
        (
            "[panel]\nlamps = {lime = 9}\n",
            "line 2: lamps of [panel] has no lamp lime; did you",
        ),
        ("[panel]\nlamps = 17\n", "line 2: lamps of [panel] must be a section"),
        ("[panel]\nbuton = 17\n", "line 2: [panel] has no key buton; did you mean button?"),
        (
            "[panel]\nlamps = {line = 17, message = 17}\n",
            "line 2: lamps.message of [panel]: pin 17 is lamps.line already",
        ),
        (
            "[panel]\nbutton = 17\nlamps = {line = 17}\n",
            "line 2: button of [panel]: pin 17 is lamps.line already",
        ),
        (
            '[panel]\nguardian = "/dev/ttyACM0"\nrelay = 24\n',
            "line 3: relay of [panel]: the guardian holds the line already; leave relay out",
        ),
    ],
)
def test_a_mistake_is_told_in_words(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(BadSettings) as wrong:
        panel_of(tmp_path, text)
    (said,) = wrong.value.problems
    assert said.startswith(told)
