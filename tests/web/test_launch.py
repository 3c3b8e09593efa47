"""The passport holds all of the hotline and nobody's private number; a flyer's code can be read."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from hotline.control.messages.lines import LineState
from hotline_web import printing
from hotline_web.flyer import vcard
from tests.web.conftest import Page

NUMBER = "+37322000900"
OTHER = "+37322000901"
LONG = """name: Oficiul „Știință și țară“ Цветы
zone: Europe/Chisinau
country: MD
languages: [ro, ru]
people:
{people}
topics:
{topics}
menus:
  - id: main
    keys:
      - {{key: "1", do: person, label: {{ro: Întrebări}}}}
      - {{key: "2", do: complaint}}
hours:
  - {{days: mon-fri, time: "09:00-18:00"}}
"""


def with_lines(page: Page, *numbers: str) -> None:
    desk = page.office.desk
    lines = tuple(
        LineState(id=f"line{n}", name=f"Line {n}", up=True, number=number)
        for n, number in enumerate(numbers, start=1)
    )
    desk.state = desk.state.model_copy(update={"lines": lines})


def long_office(page: Page, people: int = 100, topics: int = 40) -> list[str]:
    """Every name that has to be on its passport."""
    names = [f"Țurcanu Ion {n:03d}" for n in range(people)]
    subjects = [f"Întrebarea despre щось {n:02d}" for n in range(topics)]
    rows = "\n".join(
        f'  - {{id: p{n}, name: "{name}", number: "+37369{n:06d}"}}' for n, name in enumerate(names)
    )
    some = "\n".join(f'  - {{id: t{n}, name: {{ro: "{s}"}}}}' for n, s in enumerate(subjects))
    page.office.desk.yaml = LONG.format(people=rows, topics=some)
    return names + subjects


def words_of(pdf: bytes) -> str:
    """What another program finds in it."""
    run = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True
    )
    return " ".join(run.stdout.decode().split())


def about(pdf: bytes) -> str:
    return subprocess.run(
        ["pdfinfo", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()


def read_codes(pdf: bytes, place: Path, dpi: int = 150) -> list[str]:
    """What a telephone's camera finds on the paper."""
    subprocess.run(
        ["pdftoppm", "-r", str(dpi), "-png", "-", str(place / "sheet")], input=pdf, check=True
    )
    return read_pictures(sorted(place.glob("sheet*.png")))


def read_pictures(pictures: Sequence[Path]) -> list[str]:
    found = []
    for picture in pictures:
        run = subprocess.run(
            ["zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", str(picture)],
            capture_output=True,
            check=True,
        )
        found.append(run.stdout.decode())
    return found


def saved(browser: FlaskClient, path: str) -> bytes:
    answer = browser.get(path)
    assert answer.status_code == 200, answer.text
    return answer.data


@pytest.mark.parametrize("language", ["en", "ro", "ru", "uk"])
def test_a_large_office_loses_nothing_on_its_passport(page: Page, language: str) -> None:
    with_lines(page, NUMBER)
    names = long_office(page)
    owner = page.owner()
    owner.set_cookie("language", language)
    pdf = saved(owner, "/passport.pdf")
    text = re.sub(r"\s+", "", words_of(pdf))
    assert [name for name in names if name.replace(" ", "") not in text] == []
    assert "Oficiul„Științășițară“Цветы" in text
    assert "37322000900" in text.replace("+", "")
    told = about(pdf)
    assert "Oficiul" in told
    assert int(re.findall(r"Pages:\s+(\d+)", told)[0]) > 1
    assert f"/Lang ({language})".encode() in pdf


def test_a_small_office_fits_on_one_page(page: Page) -> None:
    with_lines(page, NUMBER)
    long_office(page, people=4, topics=3)
    assert re.search(r"Pages:\s+1\n", about(saved(page.owner(), "/passport.pdf")))


def test_the_passport_says_what_the_page_says_and_no_private_number(page: Page) -> None:
    with_lines(page, NUMBER)
    long_office(page, people=3)
    owner = page.owner()
    shown, printed = owner.get("/passport").text, words_of(saved(owner, "/passport.pdf"))
    for words in ("Monday", "09:00", "Întrebări", "Țurcanu Ion 002", "12", "365 days"):
        assert words in shown, words
        assert words in printed, words
    for private in ("+37369", "069 0", "69000000"):
        assert private not in shown
        assert private not in printed


def test_the_page_carries_neither_fonts_nor_pictures_after_printing(page: Page) -> None:
    """In a process of its own: this one may have loaded them for another test."""
    import sys

    script = (
        "import sys, json; from hotline_web.printing import sheet; "
        "pdf = sheet('flyer', size='a6', name='Flori', line='', number='1', hours=[], code='x',"
        " document='x', language='en', at='2026-12-05T12:00:00+00:00'); "
        "print(pdf[:4], 'fpdf' in sys.modules, 'PIL' in sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", script],
        env={"PYTHONPATH": ":".join(["firmware", "web", *filter(None, sys.path)])},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.split() == ["b'%PDF'", "False", "False"]


@pytest.mark.parametrize(
    ("size", "kind"), [("a4", "card"), ("a5", "call"), ("a6", "card"), ("sticker", "card")]
)
def test_the_code_on_every_size_is_read_by_another_program(
    page: Page, tmp_path: Path, size: str, kind: str
) -> None:
    with_lines(page, NUMBER)
    long_office(page, people=1, topics=0)
    asked = f"/flyer.pdf?size={size}&kind={kind}&hours=on&line=Sunați-ne&address=str. Ismail 1"
    pdf = saved(page.owner(), asked)
    (code,) = read_codes(pdf, tmp_path)
    if kind == "call":
        assert code.strip() == f"tel:{NUMBER}"
    else:
        assert f"TEL;TYPE=WORK,VOICE:{NUMBER}" in code
        assert "FN:Oficiul „Știință și țară“ Цветы" in code
    text = words_of(pdf)
    assert "Sunați-ne" in text
    assert "09:00–18:00" in text
    assert re.search(r"Pages:\s+1\n", about(pdf))


HOSTILE = [
    "a\r\nTEL:+900\r\nNOTE:b",
    "x;y,z\\n",
    "END:VCARD",
    '"><script>alert(1)</script>',
    "Цветы и Ко «Ромашка»" * 6,
    "🌷 Tulip",
    "\u202eevil",
    "שלום",
    "%(name)s {{ 7 * 7 }}",
    "\0\x1b[31m",
    "",
]


def test_no_text_breaks_out_of_the_card_or_the_page(page: Page, tmp_path: Path) -> None:
    with_lines(page, NUMBER)
    owner = page.owner()
    for number, hostile in enumerate(HOSTILE):
        place = tmp_path / str(number)
        place.mkdir()
        stays_inside(owner, hostile, place)


def stays_inside(owner: FlaskClient, hostile: str, place: Path) -> None:
    asked = {"size": "a6", "line": hostile, "address": hostile, "web": hostile}
    answer = owner.get("/flyer.pdf", query_string=asked)
    assert answer.status_code == 200
    (code,) = read_codes(answer.data, place)
    lines = code.strip().splitlines()
    assert (lines[0], lines[-1]) == ("BEGIN:VCARD", "END:VCARD")
    assert [line for line in lines if line.startswith("TEL")] == [f"TEL;TYPE=WORK,VOICE:{NUMBER}"]
    known = ("BEGIN:", "VERSION:", "N:", "FN:", "ORG:", "TEL;", "ADR;", "URL:", "END:")
    assert all(line.startswith(known) for line in lines)
    shown = owner.get("/flyer", query_string=asked)
    assert "<script>alert" not in shown.text
    assert "\u202e" not in shown.text


def test_signs_with_a_meaning_are_escaped_in_the_card() -> None:
    card = vcard("Flori; Ana, Ion\\", NUMBER, "a;b", "")
    assert "FN:Flori\\; Ana\\, Ion\\\\\r\n" in card
    assert "ADR;TYPE=WORK:;;a\\;b;;;;\r\n" in card


def test_each_number_has_its_own_flyer_and_a_foreign_one_has_none(
    page: Page, tmp_path: Path
) -> None:
    with_lines(page, NUMBER, OTHER)
    owner = page.owner()
    for number, expected in ((OTHER, OTHER), (NUMBER, NUMBER), ("+900123", NUMBER)):
        place = tmp_path / number
        place.mkdir()
        asked = {"kind": "call", "number": number}
        pdf = owner.get("/flyer.pdf", query_string=asked).data
        assert read_codes(pdf, place)[0].strip() == f"tel:{expected}"


def test_the_code_alone_is_the_same_code(page: Page, tmp_path: Path) -> None:
    with_lines(page, NUMBER)
    svg = saved(page.owner(), "/flyer.svg?kind=call").decode()
    assert not re.search(r"<script|\son\w+=|http(?!://www\.w3\.org/2000/svg)", svg)
    size = int(re.findall(r'width="(\d+)"', svg)[0])
    assert size > 200
    path = re.findall(r'\sd="([^"]+)"', svg)
    assert len(path) >= 1


def test_without_a_number_there_is_no_flyer_but_a_word_what_to_do(page: Page) -> None:
    with_lines(page)
    owner = page.owner()
    assert "No line has a number yet." in owner.get("/flyer").text
    answer = owner.get("/flyer.pdf")
    assert answer.status_code == 409
    assert "Write the number at the line" in answer.text


def test_a_sheet_that_takes_too_long_is_given_up_in_plain_words(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with_lines(page, NUMBER)
    monkeypatch.setattr(printing, "WALL_SECONDS", 0.001)
    answer = page.owner().get("/passport.pdf")
    assert answer.status_code == 409
    assert "The sheet could not be drawn." in answer.text


def test_another_program_is_there_to_read_what_is_printed() -> None:
    """Without them the tests above would prove nothing; boot/packages.txt brings them."""
    assert shutil.which("zbarimg")
    assert shutil.which("pdftotext")
