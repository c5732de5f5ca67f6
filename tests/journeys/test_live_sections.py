"""A deed done in the page renews the sections that show what it changed, and nothing else."""

import pytest
from browser_page import Hall, chromium, hall, page  # noqa: F401  fixtures
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

BODY = (
    '<div data-deeds id="deeds"></div><section id="progress" data-live>{0}</section><p id="other">{0}</p>'
    '<script src="/static/js/live.js" type="module"></script>'
)


def test_what_a_deed_changed_is_read_anew(page: Page, hall: Hall) -> None:  # noqa: F811  the fixtures
    page.goto(hall.show("/here", BODY.format("已演练")))
    hall.show("/here", BODY.format("已解密"))
    page.wait_for_timeout(900)
    assert page.inner_text("#progress") == "已演练", "nothing is asked for before a deed"
    page.evaluate("document.getElementById('deeds').append('份额已收到')")
    expect(page.locator("#progress")).to_have_text("已解密")
    assert page.inner_text("#other") == "已演练" and page.inner_text("#deeds") == "份额已收到"


PHOTO = (
    '<form method="post" action="/photo" novalidate><div class="field"><input type="file" id="photo" data-most="1000" '
    'data-too-large="有 {size} KB，太大"></div><button>保存</button></form>'
    '<script src="/static/js/files.js" type="module"></script>'
)


def test_a_file_too_large_is_said_at_its_field_and_not_sent(page: Page, hall: Hall) -> None:  # noqa: F811  fixtures
    page.goto(hall.show("/form", PHOTO))
    page.set_input_files("#photo", {"name": "x.png", "mimeType": "image/png", "buffer": bytes(2_400)})
    expect(page.locator(".field--wrong .field-error")).to_have_text("有 3 KB，太大")
    page.click("button")
    assert hall.posted == [] and page.url.endswith("/form")
    page.set_input_files("#photo", {"name": "x.png", "mimeType": "image/png", "buffer": bytes(900)})
    expect(page.locator(".field-error")).to_be_hidden()


ASKED = (
    '<form action="/gone" data-ask="移除？"><button>移除</button></form>'
    '<script src="/static/js/ask.js" type="module"></script>'
)


def test_a_deed_is_sent_only_when_the_question_is_answered(page: Page, hall: Hall) -> None:  # noqa: F811  fixtures
    page.goto(hall.show("/list", ASKED))
    hall.show("/gone", "<p>gone</p>")
    asked = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("button")
    assert asked == ["移除？"] and page.url.endswith("/list")
    page.once("dialog", lambda dialog: dialog.accept())
    with page.expect_navigation(url="**/gone*"):
        page.click("button")


PACK = (
    '<form method="post" action="/pack" data-pack><input type="password" name="passphrase"><button>制作</button>'
    '<div class="progress" hidden><progress max="1" value="0"></progress><p></p></div>'
    '<p role="alert" hidden><span></span></p><p role="status" data-done hidden><a href="#">下载</a></p></form>'
    '<script src="/static/js/pack.js" type="module"></script>'
)
STEPS = b'{"done": 1, "of": 2, "what": "1"}\n{"done": 2, "of": 2, "what": "2"}\n{"zip": "/pack.zip"}\n'


def test_a_refused_pack_says_why_and_the_next_try_starts_afresh(page: Page, hall: Hall) -> None:  # noqa: F811  fixtures
    page.goto(hall.show("/papers", PACK))
    hall.answers["/pack"] = '{"code": "PASSPHRASE_WRONG", "zh": "口令不对", "en": "wrong"}\n'.encode()
    page.fill("input", "wrong")
    page.click("button")
    expect(page.locator("[role=alert]")).to_have_text("口令不对")
    expect(page.locator(".progress")).to_be_hidden()
    hall.answers |= {"/pack": STEPS, "/pack.zip": b"PK"}
    page.fill("input", "right")
    with page.expect_download() as downloading:
        page.click("button")
    assert downloading.value.url.endswith("/pack.zip")
    expect(page.locator("[data-done]")).to_be_visible()
    expect(page.locator("[role=alert]")).to_be_hidden()
    assert page.input_value("input") == "" and page.get_attribute("[data-done] a", "href").endswith("/pack.zip")
