"""Every message key has an English text, and the text keeps the key's placeholders."""

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from flask import Flask, request
from flask_babel import Babel

from voting import i18n
from voting.elections import lifecycle

CATALOGUE = i18n.TRANSLATIONS / "en/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def messages(path: Path) -> dict[str, str]:
    with path.open("rb") as file:
        return {str(message.id): str(message.string) for message in read_po(file) if message.id}


TEXTS = messages(CATALOGUE)


def test_every_key_in_the_source_has_an_english_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    copy = tmp_path / "voting/translations/en/LC_MESSAGES/messages.po"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(CATALOGUE.read_bytes())
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path / "voting/translations")
    assert i18n.collect() > 100
    assert i18n.untranslated() == [], "run: make translations, then fill in the empty texts"


def test_texts_keep_the_placeholders_of_their_keys() -> None:
    for key, text in TEXTS.items():
        assert sorted(PLACEHOLDER.findall(text)) == sorted(PLACEHOLDER.findall(key)), key


def test_every_state_has_its_name_in_both_languages() -> None:
    assert all(lifecycle.state_zh(state) and lifecycle.state_en(state) for state in lifecycle.STATES)


@pytest.mark.parametrize(
    ("text", "english"),
    [("女", "female"), ("男", "male"), ("70–79 岁", "70–79"), ("18 岁", "18"), ("100 岁以上", "100 or over")],
)
def test_words_of_the_roll_in_both_languages(text: str, english: str) -> None:
    app = Flask(__name__)
    Babel(app, locale_selector=lambda: request.args["lang"])
    for lang, expected in (("en", english), ("zh_Hans_CN", text)):
        with app.test_request_context(f"/?lang={lang}"):
            assert i18n.roll_word(text) == expected
