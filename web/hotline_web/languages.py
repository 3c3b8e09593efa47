"""The four languages of the page. Catalogues are read from .po as they stand, never compiled."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path

from babel.messages import mofile, pofile
from babel.support import NullTranslations, Translations
from flask import Flask, request
from flask_babel import Babel, Domain, get_locale
from flask_babel import gettext as _gettext
from flask_babel import ngettext as _ngettext

LANGUAGES = {"en": "English", "ro": "Română", "ru": "Русский", "uk": "Українська"}
COOKIE = "language"
FOLDER = Path(__file__).parent / "translations"


def spoken() -> str:
    """The language of this request."""
    return str(get_locale() or "en")


def _(text: str, **values: object) -> str:
    """`text` in the visitor's language, with its %(names)s filled."""
    return str(_gettext(text, **values))


def ngettext(one: str, many: str, num: int) -> str:
    """The form of the text that goes with `num`, which fills %(num)d."""
    return str(_ngettext(one, many, num))


class Catalogues(Domain):  # type: ignore[misc]
    """A Domain that reads translations/<language>.po once and keeps it."""

    def get_translations(self) -> NullTranslations:
        """The catalogue of the language of this request; English is its own catalogue."""
        return catalogue(spoken())


@cache
def catalogue(language: str) -> NullTranslations:
    """The texts of one language, plural forms included."""
    file = FOLDER / f"{language}.po"
    if not file.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with file.open("rb") as source:
        mofile.write_mo(compiled, pofile.read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def chosen() -> str:
    """The language the visitor chose, else the first of the browser's that we speak."""
    cookie = request.cookies.get(COOKIE, "")
    if cookie in LANGUAGES:
        return cookie
    return request.accept_languages.best_match(list(LANGUAGES)) or "en"


def install(app: Flask) -> None:
    """Make `_` and `ngettext` speak the visitor's language in pages and templates."""
    babel = Babel(app, locale_selector=chosen)
    babel.domain_instance = Catalogues()
    app.extensions["babel"].default_domain = "messages"
    app.jinja_env.globals.update(languages=LANGUAGES, language=spoken)
