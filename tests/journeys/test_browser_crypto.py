"""The browser programs as their people use them: a trustee, the two at the printer, a desk clerk, a reader."""

import hashlib
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_check import violations
from browser_page import Hall, chromium, hall, page  # noqa: F401  fixtures
from playwright.sync_api import Dialog, Page, expect
from pypdf import PdfReader

from voting.box.one_tally import OneTally, Opening
from voting.crypto import archive, credentials, keyfile, trustees
from voting.crypto.ballot import make_ballot, parse_ballot, short_tracker, tracker
from voting.crypto.card_in_hand import is_in_hand
from voting.crypto.election import Election, Question, new_uuid, write_election, write_public_credentials
from voting.crypto.group import get_group
from voting.crypto.tally import EncryptedTally, aggregate
from voting.errors import Conflict

pytestmark = [pytest.mark.browser, pytest.mark.enable_socket]

GROUP = get_group("Ed25519")
PASSPHRASE = "柳树 风筝 算盘 北窗 1987"


def ok(_body: Any) -> tuple[int, Any]:
    return 200, {"ok": True}


def refusing(code: str, zh: str, en: str = "No.") -> Callable[[Any], tuple[int, Any]]:
    return lambda _body: (409, {"code": code, "zh": zh, "en": en})


def styled(body: str) -> str:
    sheets = "".join(
        f'<link rel="stylesheet" href="/static/css/{name}.css">' for name in ("tokens", "base", "components")
    )
    return f'{sheets}<main class="page"><h1>页面</h1>{body}</main>'


# --- the trustee -------------------------------------------------------------------------------------------------


class Count:
    """A closed box of two ballots whose one trustee made the key in the browser."""

    def __init__(self, uuid: str, public_record: str) -> None:
        self.trustees = trustees.write_trustees([public_record.encode()])
        key = trustees.parse_trustees(GROUP, self.trustees).public_key
        question = Question("委员", ("甲", "乙"), blank=True, minimum=1, maximum=1)
        self.record = write_election(
            uuid=uuid, name="示例", description="", group=GROUP, public_key=key, questions=(question,)
        )
        self.election = Election.parse(self.record)
        self.cards = [GROUP.random_scalar() for _ in range(2)]
        self.ballots = [make_ballot(self.election, card, [[0, 1, 0]]) for card in self.cards]

    def tally(self, count: int = 2) -> EncryptedTally:
        return aggregate(self.election, [(parse_ballot(self.election, raw), 1) for raw in self.ballots[:count]])

    def archive(self, tallied: int = 2, shown: int = 2) -> bytes:
        """The box of ``shown`` ballots; with ``tallied`` below it the server asks for fewer than it shows."""
        public = [GROUP.text(GROUP.base_power(card)) for card in self.cards]
        stream = io.BytesIO()
        writer = archive.Writer(stream, 1_790_000_000)
        writer.setup(self.record, self.trustees, write_public_credentials(GROUP, public))
        for raw in self.ballots[:shown]:
            writer.ballot(raw)
        writer.end_ballots()
        tally = self.tally(tallied)
        writer.encrypted_tally(tally.record(), tally.sized_record())
        return stream.getvalue()


def make_key(page: Page, hall: Hall, tmp_path: Path, uuid: str) -> Path:  # noqa: F811
    """A key made, saved, read back and registered; returns the saved file."""
    hall.answers["/key"] = ok
    root = f'<div id="trustee-app" data-uuid="{uuid}" data-name="监督委员一" data-key-url="/key"></div>'
    page.goto(hall.show("/trustee", styled(root), script="trustee.js"))
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    page.get_by_label("再输一次口令").fill(PASSPHRASE)
    with page.expect_download() as download:
        page.get_by_role("button", name="建密钥并保存文件").click()
    saved = tmp_path / download.value.suggested_filename
    download.value.save_as(saved)
    assert hall.posted == []  # nothing is registered before the file was read back
    page.get_by_label("刚才保存的密钥文件").set_input_files(saved)
    page.get_by_role("button", name="读回核对并登记").click()
    expect(page.get_by_text("公钥已登记")).to_be_visible()
    return saved


def test_trustee_makes_rehearses_and_decrypts(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    uuid = new_uuid()
    saved = make_key(page, hall, tmp_path, uuid)
    path, body, token = hall.posted.pop()
    assert (path, token, list(body)) == ("/key", "token-1", ["record"])
    key = trustees.parse_trustee(GROUP, body["record"].encode())
    secret = keyfile.open_trustee_key(
        saved.read_bytes(), PASSPHRASE, election=uuid, group="Ed25519", public_keys=[GROUP.text(key.public_key)]
    )
    count = Count(uuid, body["record"])
    hall.answers["/setup"] = lambda _body: (
        200,
        {"election": count.record.decode(), "trustees": count.trustees.decode()},
    )
    hall.answers |= {"/rehearsal": ok, "/share": ok, "/archive": count.archive()}
    steps = (
        'data-setup-url="/setup" data-rehearsal-url="/rehearsal" data-archive-url="/archive" data-share-url="/share"'
    )
    root = f'<div id="trustee-app" data-public-key="{GROUP.text(key.public_key)}" {steps}></div>'
    page.goto(hall.show("/trustee", styled(root), script="trustee.js"))

    rehearsal, decryption = page.locator("section").all()
    rehearsal.get_by_label("密钥文件").set_input_files(saved)
    rehearsal.get_by_label("口令").fill(PASSPHRASE)
    rehearsal.get_by_role("button", name="开始演练").click()
    expect(rehearsal.get_by_text("演练成功")).to_be_visible()
    path, body, _ = hall.posted.pop()
    assert path == "/rehearsal"
    trustees.check_partial_decryption(
        GROUP,
        trustees.rehearsal_phi(count.election),
        key,
        trustees.rehearsal_tally(count.election),
        body["record"].encode(),
    )

    decryption.get_by_label("密钥文件").set_input_files(saved)
    decryption.get_by_label("口令").fill(PASSPHRASE)
    decryption.get_by_label("会场宣读的选票张数").fill("２")  # as a Chinese input method writes it
    decryption.get_by_role("button", name="取票箱并核对").click()
    expect(decryption.get_by_text("已核对 2 张选票")).to_be_visible(timeout=20_000)
    expect(decryption.get_by_text("选票不足 5 张")).to_be_visible()
    shown = "".join(decryption.locator(".tracker-group").all_inner_texts())
    assert shown == count.election.fingerprint
    assert hall.posted == []  # the trustee has not agreed yet
    with page.expect_download() as receipt:
        decryption.get_by_role("button", name="一致，解密并提交").click()
    assert receipt.value.suggested_filename == f"{saved.name}.decrypted"
    receipt.value.save_as(saved.with_name(f"{saved.name}.decrypted"))
    assert OneTally(saved).check(opening(count, 2))  # the command line reads the browser's receipt
    with pytest.raises(Conflict, match="DECRYPT_ANOTHER"):
        OneTally(saved).check(opening(count, 1))
    expect(decryption.get_by_text("解密份额已提交")).to_be_visible(timeout=20_000)
    path, body, _ = hall.posted.pop()
    assert path == "/share"
    keys = trustees.parse_trustees(GROUP, count.trustees)
    assert trustees.combine(count.election, keys, count.tally(), {1: body["record"].encode()}, 2) == [[0, 2, 0]]
    assert secret and PASSPHRASE not in json.dumps(hall.posted)


def opening(count: Count, ballots: int) -> Opening:
    digest = hashlib.sha256(count.tally(ballots).record()).hexdigest()
    return Opening(count.election.fingerprint, digest, ballots)


def open_decryption(
    page: Page,  # noqa: F811
    hall: Hall,  # noqa: F811
    tmp_path: Path,
    tallied: int,
    announced: str = "2",
) -> Count:
    uuid = new_uuid()
    secret, record = trustees.make_key(GROUP, "监督委员一")
    count = Count(uuid, record.decode())
    saved = tmp_path / "key.json"
    saved.write_bytes(
        keyfile.seal_trustee_key(group=GROUP, name="监督委员一", election=uuid, secret=secret, passphrase=PASSPHRASE)
    )
    hall.answers |= {"/share": ok, "/archive": count.archive(tallied)}
    registered = trustees.parse_trustee(GROUP, record).public_key
    urls = 'data-archive-url="/archive" data-share-url="/share"'
    root = f'<div id="trustee-app" data-public-key="{GROUP.text(registered)}" {urls}></div>'
    hall.show("/trustee", styled(root), script="trustee.js")
    ask_decryption(page, hall, saved, announced)
    return count


def ask_decryption(page: Page, hall: Hall, saved: Path, announced: str) -> None:  # noqa: F811
    page.goto(hall.address + "/trustee")
    page.get_by_label("密钥文件").set_input_files(saved)
    page.get_by_label("口令").fill(PASSPHRASE)
    page.get_by_label("会场宣读的选票张数").fill(announced)
    page.get_by_role("button", name="取票箱并核对").click()


@pytest.mark.parametrize("step", ["rehearsal", "decryption"])
def test_the_key_file_of_another_supervisor_is_refused(page: Page, hall: Hall, tmp_path: Path, step: str) -> None:  # noqa: F811
    """Refused once it is open, before anything is fetched or made with it."""
    uuid, saved = new_uuid(), tmp_path / "key.json"
    secret, _record = trustees.make_key(GROUP, "监督委员二")
    saved.write_bytes(
        keyfile.seal_trustee_key(group=GROUP, name="监督委员二", election=uuid, secret=secret, passphrase=PASSPHRASE)
    )
    own = GROUP.text(GROUP.base_power(7))
    urls = {
        "rehearsal": 'data-setup-url="/none" data-rehearsal-url="/none"',
        "decryption": 'data-archive-url="/none" data-share-url="/none"',
    }
    root = f'<div id="trustee-app" data-public-key="{own}" {urls[step]}></div>'
    page.goto(hall.show("/trustee", styled(root), script="trustee.js"))
    page.get_by_label("密钥文件").set_input_files(saved)
    page.get_by_label("口令").fill(PASSPHRASE)
    if step == "decryption":
        page.get_by_label("会场宣读的选票张数").fill("2")
    page.locator("form button").click()
    expect(page.get_by_text("这个密钥文件（监督委员二）不是您的账号登记的那一个")).to_be_visible(timeout=20_000)
    assert hall.posted == []


def test_tally_altered_by_the_server_is_refused(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    open_decryption(page, hall, tmp_path, tallied=1)
    expect(page.get_by_text("没有解密")).to_be_visible(timeout=20_000)
    assert page.get_by_role("button", name="一致，解密并提交").count() == 0
    assert hall.posted == []


def test_trustee_may_decline(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    open_decryption(page, hall, tmp_path, tallied=2)
    page.get_by_role("button", name="不一致，不解密").click(timeout=20_000)
    expect(page.get_by_text("没有解密，也没有提交")).to_be_visible()
    assert hall.posted == []


def test_one_key_opens_one_tally(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    """The server's difference attack: two ballots today, an honest archive of one of them tomorrow."""
    count = open_decryption(page, hall, tmp_path, tallied=2)
    agree = page.get_by_role("button", name="一致，解密并提交")
    agree.click(timeout=20_000)
    expect(page.get_by_text("解密份额已提交")).to_be_visible(timeout=20_000)
    with page.expect_download():
        page.get_by_role("button", name="再保存一次回执").click()
    assert len(hall.posted) == 1
    hall.answers["/archive"] = count.archive(tallied=1, shown=1)
    ask_decryption(page, hall, tmp_path / "key.json", "1")
    expect(page.get_by_text("已经解密过另一份合计")).to_be_visible(timeout=20_000)
    assert agree.count() == 0 and len(hall.posted) == 1
    # The same tally again, as when the share did not reach the server.
    hall.answers["/archive"] = count.archive()
    ask_decryption(page, hall, tmp_path / "key.json", "2")
    agree.click(timeout=20_000)
    expect(page.get_by_text("解密份额已提交")).to_be_visible(timeout=20_000)
    assert len(hall.posted) == 2


def test_another_number_than_was_read_out_is_not_decrypted(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    open_decryption(page, hall, tmp_path, tallied=2, announced="3")
    expect(page.get_by_text("您输入的会场宣读张数是 3")).to_be_visible(timeout=20_000)
    assert page.get_by_role("button", name="一致，解密并提交").count() == 0
    assert hall.posted == [] and page.evaluate("() => localStorage.length") == 0


@pytest.mark.parametrize("typed", ["", "两张", "-2", "2.0"])
def test_the_number_read_out_is_asked_for(page: Page, hall: Hall, tmp_path: Path, typed: str) -> None:  # noqa: F811
    open_decryption(page, hall, tmp_path, tallied=2, announced=typed)
    expect(page.get_by_text("请输入会场宣读的选票张数，只用数字")).to_be_visible()
    expect(page.get_by_label("会场宣读的选票张数")).to_be_focused()
    assert hall.posted == []


@pytest.mark.parametrize(
    "broken",
    [
        "Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no', 'SecurityError'); } })",
        "Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError'); }",
        "Storage.prototype.setItem = () => undefined",
    ],
    ids=["forbidden", "full", "forgetful"],
)
def test_a_browser_without_memory_decrypts_nothing(page: Page, hall: Hall, tmp_path: Path, broken: str) -> None:  # noqa: F811
    page.add_init_script(broken)
    open_decryption(page, hall, tmp_path, tallied=2)
    agree, refused = page.get_by_role("button", name="一致，解密并提交"), page.get_by_text("无法记住解密过什么")
    expect(agree.or_(refused)).to_be_visible(timeout=20_000)
    if agree.count():
        agree.click()
    expect(refused).to_be_visible()
    assert hall.posted == []


def test_key_is_not_registered_without_its_file(page: Page, hall: Hall, tmp_path: Path) -> None:  # noqa: F811
    root = f'<div id="trustee-app" data-uuid="{new_uuid()}" data-key-url="/key"></div>'
    page.goto(hall.show("/trustee", styled(root), script="trustee.js"))
    page.get_by_label("姓名或称呼").fill("监督委员一")
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    again = page.get_by_label("再输一次口令")
    again.fill(PASSPHRASE + "x")
    button = page.get_by_role("button", name="建密钥并保存文件")
    button.click()
    expect(page.get_by_text("两次输入的口令不一样")).to_be_visible()
    expect(again).to_be_focused()
    expect(again).to_have_attribute("aria-invalid", "true")
    again.fill(PASSPHRASE)
    with page.expect_download():
        button.click()
    register = page.get_by_role("button", name="读回核对并登记")
    register.click()
    expect(page.get_by_text("请先选择密钥文件")).to_be_visible()
    other = tmp_path / "other.json"
    other.write_text("{}")
    page.get_by_label("刚才保存的密钥文件").set_input_files(other)
    register.click()
    expect(page.get_by_text("这不是刚才保存的文件")).to_be_visible()
    assert hall.posted == []


@pytest.mark.parametrize(("lang", "said"), [("zh-Hans-CN", "字符，现有 5 个"), ("en", "at least 12 characters, this")])
def test_short_passphrase_is_said_in_the_pages_language(page: Page, hall: Hall, lang: str, said: str) -> None:  # noqa: F811
    root = f'<div id="trustee-app" data-uuid="{new_uuid()}" data-name="一" data-key-url="/key"></div>'
    page.goto(hall.show("/trustee", styled(root), script="trustee.js", lang=lang))
    for box in page.locator("input[type=password]").all():
        box.fill("short")
    page.locator("button[type=submit]").click()
    expect(page.get_by_text(said)).to_be_visible()


# --- the cards ---------------------------------------------------------------------------------------------------


def open_cards(page: Page, hall: Hall, uuid: str, count: int) -> None:  # noqa: F811
    attributes = f'data-count="{count}" data-uuid="{uuid}" data-title="示例社区 · 2026 换届选举"'
    root = f'<div id="cards-app" {attributes} data-credentials-url="/credentials"></div>'
    page.goto(hall.show("/cards", styled(root), script="cards.js"))
    # What the test can see of printing: that it was asked for.
    page.evaluate("() => { window.printed = 0; window.print = () => { window.printed += 1; }; }")


def test_cards_are_registered_then_printed_then_gone(page: Page, hall: Hall) -> None:  # noqa: F811
    uuid = new_uuid()
    hall.answers["/credentials"] = ok
    open_cards(page, hall, uuid, 12)
    start = page.get_by_role("button", name="制作选票卡")
    start.click()
    expect(page.get_by_text("两位都确认")).to_be_visible()
    page.get_by_label("监督委员一在场").check()
    page.get_by_label("监督委员二在场").check()
    start.click()
    expect(page.get_by_text("公开凭据已登记")).to_be_visible(timeout=20_000)
    assert page.evaluate("() => window.printed") == 1
    codes = [text.replace("\n", "").replace(" ", "") for text in page.locator(".ballot-card-code").all_inner_texts()]
    assert len(codes) == 12 and page.locator(".card-sheet").count() == 2
    (path, body, _token) = hall.posted.pop()
    secrets = [credentials.credential_secret(credentials.parse_credential(code), uuid, GROUP.order) for code in codes]
    public = [GROUP.text(GROUP.base_power(secret)) for secret in secrets]
    assert (path, body) == ("/credentials", {"credentials": json.loads(write_public_credentials(GROUP, public))})
    assert public != body["credentials"]  # the order of the sheets is not the order of the list

    pdf = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(pdf.pages) == 2
    width, height = (float(side) for side in pdf.pages[0].mediabox[2:])
    assert (round(width), round(height)) == (595, 842)
    text = "".join(sheet.extract_text() for sheet in pdf.pages)
    assert "制作选票卡" not in text and text.count("请勿写姓名") == 12
    edge = page.locator(".ballot-card-qr svg").first.bounding_box()
    assert edge is not None and abs(edge["width"] - 24 / 25.4 * 96) < 1  # 24 mm

    page.get_by_role("button", name="已印好，清除卡号").click()
    assert page.locator(".ballot-card").count() == 0


def test_nothing_is_printed_when_the_server_refuses(page: Page, hall: Hall) -> None:  # noqa: F811
    """The same cards are sent again: no second set comes into being."""
    hall.answers["/credentials"] = refusing("CARDS_SEALED", "选举已封好，不能再加卡。")
    open_cards(page, hall, new_uuid(), 3)
    page.get_by_label("监督委员一在场").check()
    page.get_by_label("监督委员二在场").check()
    page.get_by_role("button", name="制作选票卡").click()
    expect(page.get_by_text("选举已封好，不能再加卡。")).to_be_visible(timeout=20_000)
    assert page.locator(".ballot-card").count() == 0 and page.evaluate("() => window.printed") == 0
    hall.answers["/credentials"] = ok
    page.get_by_role("button", name="制作选票卡").click()
    expect(page.get_by_text("公开凭据已登记")).to_be_visible(timeout=20_000)
    first, second = (body for _path, body, _token in hall.posted)
    assert first == second
    page.get_by_role("button", name="已印好，清除卡号").click()


def test_leaving_the_page_leaves_no_codes(page: Page, hall: Hall) -> None:  # noqa: F811
    hall.answers["/credentials"] = ok
    open_cards(page, hall, new_uuid(), 1)
    page.get_by_label("监督委员一在场").check()
    page.get_by_label("监督委员二在场").check()
    page.get_by_role("button", name="制作选票卡").click()
    expect(page.locator(".ballot-card")).to_have_count(1, timeout=20_000)
    asked: list[str] = []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    page.goto(hall.show("/elsewhere", "<p>elsewhere</p>"))
    assert asked == ["beforeunload"]  # leaving before the cards are printed is asked about
    page.go_back()
    expect(page.get_by_text("将制作 1 张选票卡")).to_be_visible()
    assert page.locator(".ballot-card").count() == 0


@pytest.mark.parametrize("lang", ["zh-Hans-CN", "en"])
@pytest.mark.parametrize(
    ("script", "body"),
    [
        (
            "trustee.js",
            (
                '<div id="trustee-app" data-uuid="u" data-key-url="/k" data-setup-url="/s" data-rehearsal-url="/r" '
                'data-archive-url="/a" data-share-url="/h"></div>'
            ),
        ),
        ("cards.js", '<div id="cards-app" data-count="1" data-uuid="u" data-credentials-url="/c"></div>'),
        (
            "scan.js",
            (
                '<form><div class="field"><label for="c">Card</label><input id="c" data-card-scan data-uuid="u"></div>'
                '<button class="button">OK</button></form>'
            ),
        ),
        (
            "board.js",
            (
                '<form data-tracker-lookup><div class="field"><label for="t">Tracker</label><input id="t"></div>'
                '<button class="button">OK</button></form>'
            ),
        ),
    ],
    ids=["trustee", "cards", "scan", "board"],
)
def test_nothing_for_axe_to_find(page: Page, hall: Hall, script: str, body: str, lang: str) -> None:  # noqa: F811
    """After a refused press, so that the errors are on the page too."""
    page.goto(hall.show("/axe", styled(body), script=script, lang=lang))
    page.locator("form button").last.click()
    expect(page.locator(".field-error:not(:empty), .notice").first).to_be_visible()
    assert violations(page) == []


# --- the desk ----------------------------------------------------------------------------------------------------


def card_field(uuid: str) -> str:
    data = f'data-card-scan data-uuid="{uuid}" data-nonce-url="/desk/nonce" data-deed="torn" data-mark="m1"'
    return f'<div class="field"><label for="card">选票卡</label><input id="card" name="leak" {data}></div>'


def shown(page: Page, code: str, uuid: str) -> None:  # noqa: F811
    """The page was told of the card with a proof that the server's own check accepts."""
    page.wait_for_function("() => window.scanned")
    told = page.evaluate("() => window.scanned")
    public = credentials.public_credential(GROUP, credentials.parse_credential(code), uuid)
    assert told["credential"] == public
    about = {"uuid": uuid, "deed": "torn", "mark": "m1", "nonce": "n1"}
    assert is_in_hand(GROUP, public, told["proof"], **about) and told["nonce"] == "n1"
    assert not is_in_hand(GROUP, public, told["proof"], **{**about, "deed": "unused"})
    expect(page.get_by_label("选票卡")).to_have_value("")


LISTEN = "() => addEventListener('card-scanned', (e) => { window.scanned = e.detail; })"


def test_desk_proves_the_card_and_never_sends_the_code(page: Page, hall: Hall) -> None:  # noqa: F811
    uuid, code = new_uuid(), credentials.make_code()
    hall.answers["/desk/nonce"] = lambda *_: (200, {"nonce": "n1"})
    form = f'<form method="post" action="/desk/card">{card_field(uuid)}<button name="deed">作废</button></form>'
    page.goto(hall.show("/desk", styled(form), script="scan.js"))
    page.evaluate(LISTEN)
    field = page.get_by_label("选票卡")
    expect(field).to_have_attribute("inputmode", "numeric")
    field.focus()
    page.keyboard.type(code[:14] + str((int(code[14]) + 1) % 10) + code[15:])
    page.keyboard.press("Enter")
    expect(page.get_by_text("第 3 组有误")).to_be_visible()
    assert hall.posted == []
    field.fill("")
    page.keyboard.press("Enter")
    expect(page.get_by_text("请扫描选票卡")).to_be_visible()
    page.keyboard.type(code)  # a scanner is a keyboard that types fast and ends with Enter
    page.keyboard.press("Enter")
    shown(page, code, uuid)
    assert [path for path, _body, _token in hall.posted] == ["/desk/nonce"], "the form itself is never sent"
    assert code[:10] not in str(hall.posted)


def test_desk_field_without_a_form_takes_a_typed_card(page: Page, hall: Hall) -> None:  # noqa: F811
    uuid, code = new_uuid(), credentials.make_code()
    hall.answers["/desk/nonce"] = lambda *_: (200, {"nonce": "n1"})
    page.goto(hall.show("/desk", styled(card_field(uuid)), script="scan.js"))
    page.evaluate(LISTEN)
    page.get_by_label("选票卡").fill(" ".join(credentials.split_code(code)))
    page.keyboard.press("Enter")
    shown(page, code, uuid)


def test_desk_says_why_no_card_is_taken(page: Page, hall: Hall) -> None:  # noqa: F811
    hall.answers["/desk/nonce"] = lambda *_: (200, {})
    page.goto(hall.show("/desk", styled(card_field("u")), script="scan.js"))
    page.get_by_label("选票卡").fill(credentials.make_code())
    page.keyboard.press("Enter")
    expect(page.get_by_text("服务器没有按约定回答")).to_be_visible()


# --- the board ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("source", ["address", "page"])
def test_tracker_lookup(page: Page, hall: Hall, source: str) -> None:  # noqa: F811
    on_board, other = b"a ballot", b"another ballot"
    hall.answers["/trackers"] = lambda _body: (200, {"trackers": [tracker(b"x"), tracker(on_board)]})
    url = 'data-trackers-url="/trackers"' if source == "address" else ""
    listed = "" if source == "address" else f'<ol><li data-tracker="{tracker(on_board)}">…</li></ol>'
    form = (
        f'<form data-tracker-lookup {url}><label for="t">凭据</label><input id="t"><button>查找</button></form>{listed}'
    )
    page.goto(hall.show("/board", styled(form), script="board.js"))
    short = short_tracker(on_board)
    spelled = "-".join(short[n : n + 4] for n in range(0, 16, 4)).lower()
    for typed, said in (
        (short, "在已公布"),
        (spelled, "在已公布"),
        (tracker(on_board), "在已公布"),
        (short_tracker(other), "没有这张选票凭据"),
        (tracker(other), "没有这张选票凭据"),
        ("0000 1111 OOOO IIII", "没有 0、O、1、I"),
        (short[:15], "再输一遍"),
    ):
        page.get_by_label("凭据").fill(typed)
        page.keyboard.press("Enter")
        verdict = page.locator(".notice")
        expect(verdict).to_contain_text(said)
