"""The kernel's pins: its numbers are the kernel's own. For the pins: tests/image/hardware.py."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from hotline.errors import HotlineError
from hotline.panel import gpiochip
from hotline.panel.gpio import Pins

HEADER = Path("/usr/include/linux/gpio.h")
WORDS = (
    ("GPIO_GET_CHIPINFO_IOCTL", gpiochip._CHIP_INFO),
    ("GPIO_V2_GET_LINE_IOCTL", gpiochip._GET_LINE),
    ("GPIO_V2_LINE_SET_CONFIG_IOCTL", gpiochip._SET_CONFIG),
    ("GPIO_V2_LINE_GET_VALUES_IOCTL", gpiochip._GET_VALUES),
    ("GPIO_V2_LINE_SET_VALUES_IOCTL", gpiochip._SET_VALUES),
    ("GPIO_V2_LINE_FLAG_INPUT", gpiochip._INPUT),
    ("GPIO_V2_LINE_FLAG_OUTPUT", gpiochip._OUTPUT),
    ("GPIO_V2_LINE_FLAG_EDGE_RISING", gpiochip._RISING),
    ("GPIO_V2_LINE_FLAG_EDGE_FALLING", gpiochip._FALLING),
    ("GPIO_V2_LINE_FLAG_BIAS_PULL_UP", gpiochip._PULL_UP),
    ("sizeof(struct gpiochip_info)", gpiochip._INFO.size),
    ("sizeof(struct gpio_v2_line_config)", gpiochip._CONFIG.size),
    ("sizeof(struct gpio_v2_line_request)", gpiochip._LINE.size),
    ("sizeof(struct gpio_v2_line_values)", gpiochip._VALUES.size),
    ("sizeof(struct gpio_v2_line_event)", gpiochip._EVENT),
    ("offsetof(struct gpio_v2_line_request, consumer)", 256),
    ("offsetof(struct gpio_v2_line_request, config)", 288),
    ("offsetof(struct gpio_v2_line_request, num_lines)", 560),
    ("offsetof(struct gpio_v2_line_request, fd)", 588),
)


@pytest.mark.skipif(
    not HEADER.exists() or not shutil.which("cc"), reason="no compiler with the kernel's header"
)
def test_the_kernel_is_asked_in_its_own_numbers(tmp_path: Path) -> None:
    checks = "\n".join(f'_Static_assert({word} == {number}, "{word}");' for word, number in WORDS)
    source = tmp_path / "numbers.c"
    source.write_text(f"#include <stddef.h>\n#include <linux/gpio.h>\n{checks}\n")
    judged = subprocess.run(
        ["cc", "-fsyntax-only", source], capture_output=True, text=True, check=False
    )
    assert judged.stderr == ""
    fields = gpiochip._LINE.unpack(bytes(range(256)) + b"n" * 32 + b"c" * 272 + b"\1" * 32)
    assert (fields[1], fields[2]) == (b"n" * 32, b"c" * 272)


def test_a_machine_without_pins_and_without_the_library_says_so_in_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gpiochip.KernelPins.__init__, "__defaults__", (tmp_path,))
    with pytest.raises(HotlineError, match=r"cannot be used: .*Raspberry Pi"):
        Pins([17], 23, lambda _down, _at: None, tmp_path)
