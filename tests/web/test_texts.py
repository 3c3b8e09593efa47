"""Every text of the page exists in four languages, fits its place and says nothing technical."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hotline.inbox.step import StepName
from hotline_web.languages import FOLDER, LANGUAGES, _, ngettext
from hotline_web.said import SAID
from tests.web.conftest import Page, send

PAGE = Path(__file__).parents[2] / "web" / "hotline_web"
FIRMWARE = Path(__file__).parents[2] / "firmware"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
# Words of our trade that an owner need not know; box.toml and systemctl are for who set it up.
NAMES = re.compile(r"\[\[\w+\]\]|\bwhen_dead\b|%\(\w+\)[sd]")  # the same in every language
JARGON = re.compile(r"\b(SIP|INVITE|codec|trunk|DTMF|tty\w*|RTP|socket|daemon|SQL\w*)\b", re.I)


def used() -> set[str]:
    """Every text the code and the templates ask for; of plurals the singular."""
    found = extract_from_dir(
        str(PAGE),
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "N_": None, "ngettext": (1, 2)},
    )
    return {text if isinstance(text, str) else text[0] for _file, _line, text, _c, _x in found}


def catalogue(language: str) -> Catalog:
    with (FOLDER / f"{language}.po").open("rb") as file:
        return read_po(file, locale=language)


def forms(language: str) -> list[tuple[str, str]]:
    """Each English text with each of its translations."""
    pairs = []
    for message in catalogue(language):
        if message.id:
            source = message.id if isinstance(message.id, str) else message.id[1]
            texts = message.string if isinstance(message.string, tuple) else (message.string,)
            pairs += [(str(source), str(text)) for text in texts]
    return pairs


@pytest.mark.parametrize("language", TRANSLATED)
def test_no_text_is_missing_and_none_is_left_over(language: str) -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in catalogue(language) if m.id}
    assert known == used()


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_text_is_written_with_its_names_in_it(language: str) -> None:
    for source, text in forms(language):
        assert text.strip(), source
        assert sorted(re.findall(r"%\(\w+\)[sd]", text)) == sorted(
            re.findall(r"%\(\w+\)[sd]", source)
        ), source
        assert text.endswith(".") or not source.endswith("."), source


@pytest.mark.parametrize("language", TRANSLATED)
def test_romanian_has_its_own_letters_and_cyrillic_no_latin_ones(language: str) -> None:
    for source, text in forms(language):
        if language == "ro":
            assert not re.search("[şţŞŢ]", text), f"cedilla for comma: {source}"
        elif not re.search(r"box\.toml|systemctl", text):
            assert not re.search(r"[A-Za-z]", NAMES.sub("", text)), source


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_no_word_of_our_trade_is_said_to_the_owner(language: str) -> None:
    texts = used() if language == "en" else {text for _source, text in forms(language)}
    assert [text for text in texts if JARGON.search(text)] == []


def test_sentences_of_the_daemon_that_have_translations_are_still_said() -> None:
    said = {
        node.value
        for root in (FIRMWARE / "hotline", PAGE)
        for file in root.rglob("*.py")
        if file.name != "said.py"
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [text for text in SAID if text not in said] == []


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", ["1 call", "2 calls", "5 calls", "21 calls"]),
        ("ru", ["1 звонок", "2 звонка", "5 звонков", "21 звонок"]),
        ("uk", ["1 дзвінок", "2 дзвінки", "5 дзвінків", "21 дзвінок"]),
        ("ro", ["1 apel", "2 apeluri", "5 apeluri", "21 de apeluri"]),
    ],
)
def test_calls_are_counted_as_people_count_them(
    shared: Page, language: str, expected: list[str]
) -> None:
    with shared.app.test_request_context(headers={"Accept-Language": language}):
        said = [ngettext("%(num)d call", "%(num)d calls", n) for n in (1, 2, 5, 21)]
    assert said == expected


@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_the_language_can_be_chosen_before_logging_in_and_stays(page: Page, language: str) -> None:
    browser = page.browser()
    answer = send(browser, "/language", seen="/login", language=language, next="/login?next=/inbox")
    assert answer.location == "/login?next=/inbox"
    with page.app.test_request_context(headers={"Accept-Language": language}):
        title = _("Log in")
    text = browser.get("/login").text
    assert f"<h1>{title}</h1>" in text
    assert f'<html lang="{language}">' in text


def test_a_language_nobody_speaks_changes_nothing(page: Page) -> None:
    browser = page.browser()
    send(browser, "/language", seen="/login", language="../../etc")
    assert '<html lang="en">' in browser.get("/login").text


def test_every_step_the_page_translates_is_one_that_calls_write_down() -> None:
    words = (PAGE / "words.py").read_text("utf-8")
    translated = re.findall(r'^        "(\w+)": _\(', words, flags=re.M)
    assert len(translated) > 20
    assert set(translated) <= set(get_args(StepName))
