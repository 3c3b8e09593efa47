"""settings.toml: what was set on the page for the box is read over box.toml, and costs nothing."""

from __future__ import annotations

import stat
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hotline.errors import BadSettings
from hotline.options import Limits, Options
from hotline.options.chosen import (
    CHOOSABLE,
    Chosen,
    differing,
    only_lowered,
    plain,
    read_chosen,
    with_chosen,
    written,
)
from hotline.storage.chosenfile import write_chosen

FILED = Options(limits=Limits(minutes_per_day=90, countries=("RO",)))


def test_what_was_chosen_holds_over_box_toml_and_the_rest_of_it_stays(tmp_path: Path) -> None:
    write_chosen(tmp_path / "settings.toml", {"limits": {"concurrent": 1}})
    found = read_chosen(tmp_path / "settings.toml", FILED)
    assert found.options == replace(FILED, limits=replace(FILED.limits, concurrent=1))
    assert found.wrong == ()


def test_a_box_for_which_nothing_was_chosen_is_as_box_toml_says(tmp_path: Path) -> None:
    assert read_chosen(tmp_path / "settings.toml", FILED).options == FILED


def test_one_wrong_setting_is_told_and_the_others_hold(tmp_path: Path) -> None:
    (tmp_path / "settings.toml").write_text(
        '[limits]\nconcurrent = "two"\ntexts_per_day = 5\n[sip]\nport = 0\n'
    )
    found = read_chosen(tmp_path / "settings.toml", FILED)
    assert found.options == replace(FILED, limits=replace(FILED.limits, texts_per_day=5))
    assert found.chosen == {"limits": {"texts_per_day": 5}}
    assert ["concurrent" in found.wrong[0], "port" in found.wrong[1]] == [True, True]


@pytest.mark.parametrize(
    "text", ["[limits", "limits = 3\n", "[trunk]\nname = 'x'\n", "\udcff", "[limits]\nnew = 1\n"]
)
def test_a_damaged_file_keeps_no_caller_out(tmp_path: Path, text: str) -> None:
    (tmp_path / "settings.toml").write_bytes(text.encode("utf-8", "surrogateescape"))
    found = read_chosen(tmp_path / "settings.toml", FILED)
    assert found.options == FILED
    assert found.wrong


@pytest.mark.parametrize(
    ("section", "key", "value"),
    [
        ("box", "data", "/etc"),
        ("sip", "tls_key", "/etc/shadow"),
        ("page", "host", "0.0.0.0"),
        ("mail", "host", "evil.example"),
        ("trunk", "name", "x"),
    ],
)
def test_folders_files_secrets_and_lines_are_for_box_toml_alone(
    section: str, key: str, value: str
) -> None:
    with pytest.raises(BadSettings, match=r"box\.toml alone"):
        with_chosen(FILED, {section: {key: value}})


def test_settings_that_do_not_go_together_are_refused_in_their_place() -> None:
    with pytest.raises(BadSettings) as wrong:
        with_chosen(FILED, {"sip": {"rtp_last": 100}, "limits": {"concurrent": 1}})
    assert [place for place, _ in wrong.value.places] == [("sip", "rtp_last")]


SOME = st.fixed_dictionaries(
    {},
    optional={
        "box": st.fixed_dictionaries({"country": st.sampled_from(["RO", "UA"])}),
        "sip": st.fixed_dictionaries(
            {"port": st.integers(1, 65535), "codecs": st.just(["pcma", "opus"])}
        ),
        "limits": st.fixed_dictionaries(
            {
                "minutes_per_day": st.integers(0, 14400),
                "countries": st.lists(st.sampled_from(["RO", "UA"])),
            }
        ),
    },
)


@given(SOME)
def test_what_is_written_is_what_is_read(chosen: dict[str, Any]) -> None:
    options = with_chosen(FILED, chosen)
    kept = differing(FILED, options)
    assert with_chosen(FILED, tomllib.loads(written(kept))) == options


def test_the_file_is_nobodys_but_the_boxs(tmp_path: Path) -> None:
    path = tmp_path / "settings.toml"
    write_chosen(path, {"limits": {"concurrent": 1}})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("chosen", "lowered"),
    [
        ({"limits": {"minutes_per_day": 30}}, True),
        ({"limits": {"minutes_per_day": 91}}, False),
        ({"limits": {"minutes_per_day": 30, "texts_per_day": 51}}, False),
        ({"limits": {"countries": []}}, True),
        ({"limits": {"countries": ["RO", "UA"]}}, False),
        ({"limits": {"countries": ["UA"]}}, False),
        ({"box": {"country": "RO"}}, False),
        ({"sip": {"port": 5070}}, False),
    ],
)
def test_only_a_limit_that_allows_less_is_a_lowering(chosen: Chosen, lowered: bool) -> None:
    assert only_lowered(FILED, with_chosen(FILED, chosen)) is lowered


def test_every_setting_that_can_be_chosen_is_one_of_box_toml() -> None:
    for section, keys in CHOOSABLE.items():
        assert set(keys) <= {one.name for one in fields(getattr(FILED, section))}
        for key in keys:
            assert plain(FILED, section, key) is not None
