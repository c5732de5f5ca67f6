"""A real community from `voting init` to an open poll, by its pages alone, each person in a browser of their own."""

import re
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_check import violations
from browser_page import chromium  # noqa: F401  (a fixture)
from election_build import AFTER_OBJECTIONS, ON_THE_DAY, a_csv, a_row
from house_build import Clock
from photo_build import a_png
from playwright.sync_api import Browser, Page, expect
from werkzeug.serving import make_server

from voting import founding
from voting.app import create_app
from voting.config import Settings
from voting.law.calendar import HALL

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PASSPHRASE = "海鸥 竹篮 星期二 铁轨"
PASSWORD = "自行车停在第三棵树下"
TITLE = "样例社区居民委员会换届选举"
VOTERS = 12
COMMITTEE = {
    "推选日期": "2026-11-20", "应到人数": "40", "实到人数": "33", "成员名额": "3",
    "推选结果": "样人戌 女 主任 33\n样人酉 男 委员 31\n样人亥 男 委员 30",
}  # fmt: skip


class Installation:
    """A founded installation that serves, as `voting init` and `voting serve` leave it; its clock is moved by hand."""

    def __init__(self, settings: Settings) -> None:
        self.engine, self.clock = founding.prepare(settings), Clock()
        now = self.clock.now
        units = [("city", "样例市"), ("district", "样例区"), ("street", "样例街道"), ("community", "样例社区")]
        self.founded = founding.found(
            self.engine, now=now, today=now.astimezone(HALL).date(), units=units, login="admin", name="样例管理员"
        )
        self.server = make_server("127.0.0.1", 0, create_app(settings, clock=self.clock), threaded=True)
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.engine.dispose()


@pytest.fixture
def installation(settings: Settings) -> Iterator[Installation]:
    made = Installation(settings)
    yield made
    made.close()


class Person:
    """Somebody at their own browser; a script error or a breach of the security policy fails the test."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.context = browser.new_context(
            base_url=address, locale="zh-CN", viewport={"width": 1440, "height": 900}, accept_downloads=True
        )
        self.page = self.context.new_page()
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if "Content Sec" in said.text else None)
        self.page.on("dialog", lambda dialog: dialog.accept())

    def sign_in(self, login: str, password: str) -> "Person":
        """The first time with the password that was handed over, which must be changed at once."""
        page = self.page
        page.goto("/sign-in")
        page.get_by_label("登录名").fill(login)
        page.get_by_label("口令").fill(password)
        page.locator("main button").click()
        page.goto("/account")
        page.get_by_label("原口令").fill(password)
        page.get_by_label("新口令", exact=True).fill(PASSWORD)
        page.get_by_label("再输一次新口令").fill(PASSWORD)
        page.get_by_role("button", name="改口令").click()
        page.wait_for_url("**/")
        return self

    def go(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).first.click()

    def press(self, button: str) -> None:
        self.page.get_by_role("button", name=button, exact=True).first.click()

    def clean(self) -> None:
        """Nothing for axe to find on what stands on the screen."""
        assert violations(self.page) == []

    def move(self, name: str, **fields: str) -> None:
        """A move from the overview: the link, the confirmation, the fields it asks for."""
        self.page.locator('main a[href*="/moves/"]', has_text=name).first.click()
        for label, value in fields.items():
            self.page.get_by_label(label).fill(value)
        self.clean()
        self.page.get_by_role("button", name=re.compile("^确认")).click()
        expect(self.page.locator("h1")).to_have_text(TITLE)

    def close(self) -> None:
        self.context.close()
        assert self.faults == []


STAFF = [
    ("official", "样例工作人员", "选举工作人员"),
    ("clerk", "样例发票员", "发票员"),
    ("watch.one", "样例监督委员甲", "监督委员"),
    ("watch.two", "样例监督委员乙", "监督委员"),
]


def open_accounts(admin: Page) -> dict[str, str]:
    """The administrator opens the accounts and appoints; returns the first passwords, read off the screen."""
    handed = {}
    admin.get_by_role("link", name="单位与人员").last.click()
    for login, name, role in STAFF:
        admin.locator("#account-login").fill(login)
        admin.locator("#account-display_name").fill(name)
        admin.get_by_role("button", name="开设账号").click()
        handed[login] = admin.locator(".band dd").nth(1).inner_text()
        admin.locator("#appointment-login").fill(login)
        admin.locator("#appointment-role").select_option(label=role)
        admin.get_by_role("button", name="任命", exact=True).click()
        expect(admin.locator("table").first).to_contain_text(name)
    return handed


def set_up(official: Person) -> None:
    page = official.page
    official.go("选举")
    official.go("新建选举")
    page.get_by_label("选举名称").fill(TITLE)
    page.get_by_label("投票地点").fill("样例社区活动中心")
    page.get_by_label("选举日").fill("2026-12-20")
    page.get_by_label("保管密钥的监督委员").fill("2")
    for row in (2, 3):
        page.get_by_label(f"第 {row} 行的职务").fill("")
    official.clean()
    official.press("建立选举")
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.locator(".next-action")).to_contain_text("登记选举委员会")
    official.clean()
    # The committee comes first, by name: there is no roll yet.
    official.go("去选举委员会")
    for label, value in COMMITTEE.items():
        page.get_by_label(label).fill(value)
    official.clean()
    official.press("登记选举委员会")
    expect(page.locator("tbody").first).to_contain_text("样人戌")
    official.go("总览")
    expect(page.locator(".next-action")).to_contain_text("导入选民名单")


def import_roll(official: Person, folder: Path) -> None:
    page, file = official.page, folder / "名单.csv"
    file.write_bytes(a_csv([*(a_row(index) for index in range(VOTERS)), "样人错,男,123,1栋,,,,,"]))
    official.go("去选民名单")
    page.get_by_label("名单文件").set_input_files(file)
    official.press("上传并检查")
    expect(page.get_by_role("heading", level=1)).to_have_text("逐行结果")
    page.get_by_role("link", name=re.compile("^不导入")).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    expect(page.locator("tbody")).to_contain_text("14")
    official.clean()
    official.press(f"导入 {VOTERS} 人")
    expect(page.locator("h1")).to_have_text("选民名单")
    expect(page.locator(".sub").first).to_contain_text(f"{VOTERS} 人")
    assert "990101" not in page.content()
    official.clean()
    official.go("总览")
    official.move("公布选民名单")


def propose(official: Person, folder: Path) -> None:
    page, photo = official.page, folder / "photo.png"
    photo.write_bytes(a_png(80, 100))
    for number in ("1", "2"):
        official.go("候选人")
        page.locator("main").get_by_role("link", name=re.compile("^提名")).first.click()
        page.get_by_label("在选民名单上查找").fill(number)
        official.press("查找")
        page.get_by_role("link", name=re.compile("^选这一位")).first.click()
        page.get_by_label("职业").fill("教师")
        page.get_by_label("介绍").fill("热心公益。")
        page.get_by_label("照片").set_input_files(photo)
        official.clean()
        official.press("列为候选人")
        # The radios lie under their words.
        for no in page.locator("label.ok").all():
            no.click()
        official.clean()
        official.press("以我的名义记下核对结果")
    expect(page.get_by_text("核对无误")).to_have_count(2)
    official.clean()
    official.go("总览")
    official.move("公布候选人名单")


def make_key(supervisor: Person, folder: Path) -> Path:
    page = supervisor.page
    supervisor.go("选举")
    supervisor.go(TITLE)
    supervisor.go("密钥和卡")
    supervisor.clean()
    supervisor.go("我的密钥")
    page.get_by_label("口令", exact=True).fill(PASSPHRASE)
    page.get_by_label("再输一次口令").fill(PASSPHRASE)
    with page.expect_download(timeout=60_000) as download:
        supervisor.press("建密钥并保存文件")
    file = folder / f"{download.value.suggested_filename}-{id(supervisor)}.json"
    download.value.save_as(file)
    page.get_by_label("刚才保存的密钥文件").set_input_files(file)
    supervisor.press("读回核对并登记")
    expect(page.get_by_text("公钥已登记")).to_be_visible(timeout=60_000)
    return file


def make_cards(first: Person, witness: str) -> str:
    """Two supervisors make the cards; returns the code of one of them, read off the sheet."""
    page = first.page
    first.go("制卡")
    page.get_by_label("登录名").fill(witness)
    page.get_by_label("口令").fill(PASSWORD)
    first.press("确认在场")
    expect(page.get_by_role("checkbox")).to_have_count(2)  # `all` does not wait for the script that draws them
    for box in page.get_by_role("checkbox").all():
        box.check()
    first.press("制作选票卡")
    expect(page.get_by_text("公开凭据已登记")).to_be_visible(timeout=60_000)
    code = "".join(page.locator(".ballot-card-code").first.locator("span").all_inner_texts())
    first.press("已印好，清除卡号")
    return code


def rehearse(supervisor: Person, key_file: Path) -> None:
    page = supervisor.page
    page.goto("/")
    supervisor.go("选举")
    supervisor.go(TITLE)
    supervisor.go("密钥和卡")
    supervisor.go("我的密钥")
    rehearsal = page.locator("section", has=page.get_by_role("heading", name="演练", exact=True))
    rehearsal.get_by_label("密钥文件").set_input_files(key_file)
    rehearsal.get_by_label("口令").fill(PASSPHRASE)
    rehearsal.get_by_role("button", name="开始演练").click()
    expect(page.get_by_text("演练成功")).to_be_visible(timeout=60_000)


def pair(official: Person, tablet: Person) -> None:
    page = official.page
    official.go("去配对平板")
    page.get_by_label("平板放在哪里").fill("1 号写票处")
    official.press("生成配对码")
    code = page.locator(".pairing-code").inner_text()
    tablet.page.goto("/booth")
    tablet.page.locator("input[name=code]").fill(code)
    tablet.page.locator("button").first.click()
    expect(tablet.page.locator("#booth-app")).to_be_attached()


def test_a_community_sets_itself_up_by_its_pages(
    installation: Installation,
    chromium: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    people: list[Person] = []

    def person() -> Person:
        people.append(Person(chromium, installation.address))
        return people[-1]

    admin = person().sign_in("admin", installation.founded.password)
    handed = open_accounts(admin.page)
    official = person().sign_in("official", handed["official"])
    set_up(official)
    import_roll(official, tmp_path)
    installation.clock.now = AFTER_OBJECTIONS
    propose(official, tmp_path)
    expect(official.page.locator(".next-action")).to_contain_text("请监督委员建密钥")
    first, second = (person().sign_in(login, handed[login]) for login in ("watch.one", "watch.two"))
    keys = [make_key(one, tmp_path) for one in (first, second)]
    assert len(make_cards(first, "watch.two")) == 30
    official.page.reload()
    official.move("封定选举")
    for one, file in zip((first, second), keys, strict=True):
        rehearse(one, file)
    official.page.reload()
    pair(official, person())
    installation.clock.now = ON_THE_DAY
    official.page.goto("/")
    official.go("选举")
    official.go(TITLE)
    official.move("开始投票")
    expect(official.page.locator(".page-head .pill")).to_have_text("投票中")
    official.clean()
    clerk = person().sign_in("clerk", handed["clerk"])
    expect(clerk.page.locator("main")).to_contain_text("样例社区")
    for one in people:
        one.close()


def test_two_officials_at_once_the_second_is_told(
    installation: Installation,
    chromium: Browser,  # noqa: F811
    tmp_path: Path,
) -> None:
    """The second confirms a move on a page that shows an older state: nothing is done, and the page says so."""
    admin = Person(chromium, installation.address).sign_in("admin", installation.founded.password)
    handed = open_accounts(admin.page)
    admin.close()
    official = Person(chromium, installation.address).sign_in("official", handed["official"])
    set_up(official)
    import_later = official.context.new_page()
    import_later.goto(official.page.url + "moves/void")
    import_roll(official, tmp_path)
    import_later.get_by_label("原因").fill("地点改了")
    import_later.get_by_role("button", name=re.compile("^确认")).click()
    expect(import_later.get_by_role("alert")).to_contain_text("已由他人改为")
    assert import_later.get_by_label("原因").input_value() == "地点改了"
    official.page.reload()
    expect(official.page.locator(".page-head .pill")).to_have_text("名单已公布")
    official.close()
