"""Languages: Chinese is written in the source, other languages are catalogues in ``voting/translations``.

A person chooses with ``?lang=en``; the choice is kept in a cookie. Run ``python -m voting.i18n`` to
compile the catalogues (`make setup` does).
"""

import sys
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from flask import Flask, Response, g, request
from flask_babel import Babel, get_locale

from voting.errors import Refused
from voting.law.calendar import HALL
from voting.permissions import Permission
from voting.request import house

TRANSLATIONS = Path(__file__).parent / "translations"
COOKIE = "voting_lang"
#: Short names in addresses and cookies.
SHORT = {"zh": "zh_Hans_CN", "en": "en"}
#: The two words that the roll's column of sexes holds.
_SEXES = {"男": "male", "女": "female"}


def init_app(app: Flask, languages: tuple[str, ...]) -> None:
    """Give `app` its languages and the country's time."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(
        app,
        default_locale=languages[0],
        default_timezone=str(HALL),
        locale_selector=_choose,
    )
    app.after_request(_remember)


def short_language() -> str:
    """The language of this request: ``zh`` or ``en``."""
    return "en" if str(get_locale()).startswith("en") else "zh"


def html_language() -> str:
    """The `lang` attribute of the page."""
    return "en" if short_language() == "en" else "zh-CN"


def sentence(refusal: Refused) -> str:
    """The sentence of a refusal (or any reason with `zh` and `en`) in the language of this request."""
    return refusal.en if short_language() == "en" else refusal.zh


def in_language(pair: tuple[str, str]) -> str:
    """The half of a (Chinese, English) pair in the language of this request."""
    return pair[1] if short_language() == "en" else pair[0]


def roll_word(text: str) -> str:
    """A sex or an age group as the roll keeps it (女, “70–79 岁”), in the language of this request."""
    if short_language() != "en":
        return text
    return _SEXES.get(text) or text.replace("100 岁以上", "100 or over").replace(" 岁", "")


def compile_catalogues() -> list[Path]:
    """Compile every ``.po`` that is newer than its ``.mo``; return those written."""
    written = []
    for source in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parent.parent.name)
        with target.open("wb") as file:
            write_mo(file, catalogue)
        written.append(target)
    return written


def _choose() -> str:
    languages = house().settings.languages
    for short in (request.args.get("lang", ""), request.cookies.get(COOKIE, "")):
        if SHORT.get(short) in languages:
            return SHORT[short]
    return languages[0]


def _remember(response: Response) -> Response:
    asked = request.args.get("lang", "")
    if SHORT.get(asked) in house().settings.languages:
        g.lang = asked
        response.set_cookie(
            COOKIE, asked, max_age=31536000, httponly=True, samesite="Strict", secure=house().settings.https
        )
    return response


def collect() -> int:
    """Collect the message keys of templates and Python into every catalogue; return how many keys there are.

    Texts already translated stay; keys no longer used are dropped.
    """
    root = Path(__file__).parent.parent
    found = Catalog(project="community-voting", charset="utf-8")
    options = {"trim_blocks": "true", "lstrip_blocks": "true"}
    methods = [("voting/**.py", "python"), ("templates/**.html", "jinja2")]
    keywords = {**DEFAULT_KEYWORDS, "_l": None}
    for name, _line, message, comments, context in extract_from_dir(
        root, methods, {"templates/**.html": options}, keywords, directory_filter=lambda path: "/." not in path
    ):
        if name.startswith(("voting/", "templates/")):
            found.add(message, None, [(name, 0)], auto_comments=comments, context=context)
    for permission in Permission:
        found.add(permission.value, None, [("voting/permissions.py", 0)])
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            catalogue = read_po(file, locale=path.parent.parent.name)
        catalogue.update(found, no_fuzzy_matching=True, update_creation_date=False)
        catalogue.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalogue, width=110, sort_output=True, include_lineno=False, omit_header=False)
    return len(found)


def untranslated() -> list[str]:
    """Message keys without a text, over all catalogues."""
    missing = []
    for path in sorted(TRANSLATIONS.glob("*/LC_MESSAGES/*.po")):
        with path.open("rb") as file:
            missing += [str(message.id) for message in read_po(file) if message.id and not message.string]
    return missing


if __name__ == "__main__":
    if sys.argv[1:] == ["collect"]:
        collect()
    compile_catalogues()
