"""Every text of the page exists in four languages, fits its place and says nothing technical."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from hotline.errors import BadSettings
from hotline.inbox.step import StepName
from hotline.options import Options
from hotline.options.added import Added, AllLines, with_line
from hotline.options.chosen import with_chosen
from hotline.options.file import options_of
from hotline.options.notices import AllNotices, with_mail, with_messenger
from hotline.said import parts_of
from hotline.storage.officefile import read_office
from hotline_web.languages import FOLDER, LANGUAGES, _, ngettext
from hotline_web.said import SAID
from hotline_web.words import STEPS, STEPS_OF_PERSON
from tests.web.conftest import Page, send

PAGE = Path(__file__).parents[2] / "web" / "hotline_web"
FIRMWARE = Path(__file__).parents[2] / "firmware"
DAEMON = FIRMWARE / "hotline"
SENTENCE = re.compile(r"\w+ .+[.:]", re.S)
TRANSLATED = [language for language in LANGUAGES if language != "en"]
# Words of our trade that an owner need not know; box.toml and systemctl are for who set it up.
# The same in every language: what is typed as it stands, and names of things.
NAMES = re.compile(
    r"\[\[\w+\]\]|%\(\w+\)[sd]|`[\w ]+`|hw/modems\.md|\b(when_dead|balance|pin|usb-modeswitch|usb"
    r"|USB|IMEI|4G|WAV|MP3|QR|Wi-Fi|hotline\.local|dialout|ca-certificates|ModemManager"
    r"|PDF|A4|A6|Debian|fonts-dejavu-core)\b"
    r"|\b(Gmail|Telegram|Apprise|JSON|smtp|mail|ntfy\.sh|BotFather|https)\b|\d+:AAE"
)
JARGON = re.compile(r"\b(SIP|INVITE|codec|trunk|DTMF|tty\w*|RTP|socket|daemon|SQL\w*)\b", re.I)


def says(tree: ast.AST) -> Iterator[ast.Call]:
    """Each call of `say`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "say":
            yield node


def said_by_the_daemon() -> set[str]:
    """Every sentence written with `say`."""
    calls = [
        one for file in DAEMON.rglob("*.py") for one in says(ast.parse(file.read_text("utf-8")))
    ]
    return {one.args[0].value for one in calls if isinstance(one.args[0], ast.Constant)}


def unsaid(tree: ast.AST) -> list[str]:
    """Sentences that are only text: no page could say them in another language."""
    kept = {id(part) for call in says(tree) for part in ast.walk(call)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("log."):
            kept |= {id(part) for part in ast.walk(node)}
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            kept.add(id(node.value))  # what documents the code
        if isinstance(node, ast.JoinedStr) and id(node) not in kept:
            kept |= {id(part) for part in node.values}
            node.value = "".join(  # type: ignore[attr-defined]
                str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values
            )
    texts = (
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in kept
    )
    return [text for text in texts if isinstance(text, str) and SENTENCE.fullmatch(text)]


def used() -> set[str]:
    """Every text the code and the templates ask for; of plurals the singular."""
    found = extract_from_dir(
        str(PAGE),
        [("**.py", "python"), ("templates/**.html", "jinja2")],
        keywords={"_": None, "N_": None, "ngettext": (1, 2)},
    )
    asked = {text if isinstance(text, str) else text[0] for _file, _line, text, _c, _x in found}
    return asked | said_by_the_daemon()


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
            latin = re.findall(r"[A-Za-z]+", NAMES.sub("", text))
            quoted = source if "`" in source else ""  # what stands in a file is of no language
            assert [word for word in latin if word not in quoted] == [], source


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


def test_every_sentence_of_the_lines_can_be_said_in_every_language() -> None:
    found = {
        f"{file.name}: {text}"
        for file in (DAEMON / "lines").glob("*.py")
        for text in unsaid(ast.parse(file.read_text("utf-8")))
    }
    assert found == set()


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ('LineDown("The modem is gone.")', ["The modem is gone."]),
        ('LineDown(f"The modem {name} is gone.")', ["The modem x is gone."]),
        ('LineDown(say("The modem is gone."))', []),
        ('log.info("The modem is gone.")', []),
        ('def one() -> None:\n    """The modem is gone."""', []),
    ],
)
def test_a_sentence_that_no_page_could_translate_is_found(code: str, found: list[str]) -> None:
    assert unsaid(ast.parse(code)) == found


def test_what_the_daemon_says_is_written_where_it_is_said() -> None:
    calls = [
        (file.name, ast.unparse(call))
        for file in DAEMON.rglob("*.py")
        for call in says(ast.parse(file.read_text("utf-8")))
        if not isinstance(call.args[0], ast.Constant)
    ]
    assert calls == []


def test_what_the_daemon_says_names_exactly_the_values_it_is_given() -> None:
    for file in DAEMON.rglob("*.py"):
        for call in says(ast.parse(file.read_text("utf-8"))):
            wanted = set(re.findall(r"%\((\w+)\)s", ast.unparse(call.args[0])))
            given = {keyword.arg for keyword in call.keywords}
            assert None in given or given == wanted, ast.unparse(call)


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
    translated = {*STEPS, *STEPS_OF_PERSON}
    assert len(translated) > 20
    assert translated <= set(get_args(StepName))


@pytest.mark.parametrize(
    "wrong",
    [
        "zone: Europe/Chisinev",
        "languages: [ro, it]",
        "nonsense: 1",
        "strategy: in ordr",
        "hours: [{days: fry, time: 09:00-25:00}]",
        "people: [{id: a b, name: Ana}]",
        "shifts: [{person: nobody, days: mon, time: 09:00-09:00}]",
        "topics: 3",
        "supervisor: nobody",
    ],
)
def test_a_mistake_in_an_office_is_told_in_words_that_the_catalogues_know(wrong: str) -> None:
    right = {"name": "Floarea", "country": "MD", "zone": "Europe/Chisinau", "languages": "[ro]"}
    lines = [f"{key}: {value}" for key, value in right.items() if not wrong.startswith(key)]
    with pytest.raises(BadSettings) as told:
        read_office("\n".join([*lines, wrong, ""]), "office.yaml", None)
    for _place, words in told.value.places:
        assert {part.text for part in parts_of(words)} & used(), words


TRUNK = {"name": "a", "kind": "provider", "host": "h", "user": "u", "password": "p"}
MODEM = {"name": "m", "model": "ec25", "usb": "1-1"}
MAIL = {"host": "h", "sender": "a@b.md", "user": "u", "password": "p"}


def _put(section: str, row: dict[str, Any], house: Options) -> None:
    """As the page has it put."""
    match section:
        case "mail":
            with_mail(AllNotices(), row, PAGE)
        case "messenger":
            with_messenger(AllNotices(), row)
        case "trunk" | "modem":
            with_line(AllLines(house), Added(section, row), PAGE)
        case _:
            with_chosen(house, {section: row})


@pytest.mark.parametrize(
    ("section", "row"),
    [
        *(("trunk", TRUNK | wrong) for wrong in ({"host": "a b"}, {"number": "069"})),
        *(("trunk", TRUNK | {key: ""}) for key in ("user", "password")),
        *(("trunk", TRUNK | wrong) for wrong in ({"name": "office"}, {"name": "A"})),
        *(("trunk", TRUNK | wrong) for wrong in ({"channels": 0}, {"channels": 201})),
        *(("trunk", TRUNK | wrong) for wrong in ({"transport": "x"}, {"user": "u" * 256})),
        ("trunk", {key: value for key, value in TRUNK.items() if key != "host"}),
        *(("modem", MODEM | wrong) for wrong in ({"pin": "1"}, {"usb": "1-9"}, {"balance": "1"})),
        *(("modem", MODEM | wrong) for wrong in ({"imei": "1"}, {"usb": ""})),
        ("box", {"country": "Moldova"}),
        *(("sip", {"rtp_last": 10_000}), ("sip", {"tls_port": 5060}), ("sip", {"port": 0})),
        *(("sip", wrong) for wrong in ({"listen": "me"}, {"public_address": "me"}, {"codecs": []})),
        ("limits", {"minutes_per_day": -1}),
        ("limits", {"countries": ["Moldova"]}),
        *(("mail", MAIL | wrong) for wrong in ({"host": "a b"}, {"sender": "me"}, {"port": 0})),
        ("messenger", {"name": "a", "target": "syslog://"}),
    ],
)
def test_what_the_box_has_against_a_form_is_told_in_words_that_the_catalogues_know(
    section: str, row: dict[str, Any]
) -> None:
    house = options_of(
        {"trunk": [TRUNK | {"name": "office"}], "modem": [MODEM | {"usb": "1-9"}]}, PAGE
    )
    house = replace(house, modems=(replace(house.modems[0], name="first"),))
    with pytest.raises(BadSettings) as told:
        _put(section, row, house)
    assert told.value.places
    for _place, words in told.value.places:
        assert {part.text for part in parts_of(words)} <= used(), words
    for words, (_place, alone) in zip(told.value.problems, told.value.places, strict=True):
        assert str(words).endswith(str(alone))
