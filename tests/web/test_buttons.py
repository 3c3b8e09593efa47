"""Nobody is shown a button that is refused when it is pressed: every page, for each account."""

from __future__ import annotations

import html
import re
from collections.abc import Callable

import pytest
from flask.testing import FlaskClient

from hotline.storage.users import Role
from tests.web.conftest import Page
from tests.web.everypage import pages_of
from tests.web.test_roles import MAY, browsers, staffed

__all__ = ["browsers", "staffed"]  # fixtures

FORM = re.compile(r"<form\b([^>]*)>(.*?)</form>", re.S)


def posts(address: str, text: str) -> set[str]:
    """Where the forms of a page and their buttons lead."""
    found = set()
    for marks, inside in FORM.findall(text):
        if 'method="post"' in marks:
            action = re.search(r'\baction="([^"]*)"', marks)
            found |= {html.unescape(action[1]) if action else address}
            found |= {html.unescape(one) for one in re.findall(r'formaction="([^"]*)"', inside)}
    return found


def endpoint_of(page: Page, address: str) -> str:
    """Who answers a form that is sent there."""
    adapter = page.app.url_map.bind("localhost")
    return str(adapter.match(address.partition("?")[0], method="POST")[0])


@pytest.mark.parametrize("role", list(Role))
def test_no_page_shows_a_button_that_its_reader_may_not_press(
    staffed: Page,
    browsers: Callable[[Role | str], FlaskClient],
    role: Role,
) -> None:
    browser, seen, wrong = browsers(role), 0, set()
    for address in pages_of(staffed.app):
        answer = browser.get(address)
        if answer.status_code != 200:
            continue
        for action in posts(address, answer.text):
            endpoint = endpoint_of(staffed, action)
            seen += 1
            if role not in MAY[endpoint]:
                wrong.add(f"{address}: {endpoint}")
    assert seen > 20
    assert sorted(wrong) == []
