"""After the day: boxes entered twice, the count, the tie voted on again, the second poll, the papers of it all."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path

from count_build import PASSPHRASE, give_share, scan
from election_build import with_tablet
from playwright.sync_api import Page, expect
from whole_day import PRINTED
from whole_people import TITLE, Journey, Person, named

from voting.elections.candidates.queries import contests

ROOT = Path(__file__).parents[2]
Figures = dict[str, int | str]
#: Fields of a count sheet by their names on the page; what is not here is nothing.
HALL: Figures = {"collected": 2, "v0-0": 1, "w0-0": "", "n0-0": 1, "v1-0": 2, "v1-1": 1, "v1-2": 1}
SEALING = ("封存内容", "封条号", "保管地点", "在场监票人数")
MOBILE: Figures = {"collected": 2, "v0-0": 1, "v0-1": 1, "v1-0": 2, "v1-1": 1, "v1-2": 1}


def count_the_papers(journey: Journey, written: str) -> None:
    """Two boxes opened in public and entered twice; one entry differs, and a third person settles it."""
    official = journey.person("official")
    page = official.page
    official.nav("纸质选票")
    for seal in ("封 001", "封 002"):
        page.get_by_label("箱上封条的号码").first.fill(seal)
        page.get_by_role("button", name="当众开箱").first.click()
        expect(page.locator("li", has_text=f"封条 {seal}")).to_contain_text("已开箱")
    hall_box = {**HALL, "w0-0": written}
    enter(journey.person("official"), journey, 1, hall_box)
    # The clerk reads the first candidate's vote as the second's.
    enter(journey.person("clerk"), journey, 1, {**hall_box, "v0-0": 0, "v0-1": 1})
    official.page.goto(journey.place("paper"))
    official.part("另选他人：认定是谁").get_by_label("同意（人）", exact=True).fill("5")
    official.part("另选他人：认定是谁").get_by_role("button", name="认定").click()
    expect(page.get_by_text("另选他人：认定是谁")).to_have_count(0)
    third = journey.person("official2")
    open_sheet(third, journey, 1)
    expect(third.page.get_by_text("两次录入有 2 处不同")).to_be_visible()
    expect(third.page.locator("#collected")).to_have_value("2")
    expect(third.page.locator("#v0-0")).to_have_value("")
    third.shot("15-entries-differ")
    type_in(third.page, {"v0-0": 1, "v0-1": 0})
    third.page.get_by_label("当众怎样核对、为什么是这个数").fill("当众重唱两张，主任第一名得一票")
    third.press("以这些数字为准")
    expect(third.page.get_by_text("已核对一致")).to_be_visible()
    for login in ("official", "clerk"):
        enter(journey.person(login), journey, 2, MOBILE)
    clerk = journey.person("clerk")
    expect(clerk.page.get_by_text("两次录入完全一致")).to_be_visible()
    clerk.press("确认这个票箱的数字")
    expect(clerk.page.get_by_text("已核对一致")).to_be_visible()
    page.goto(journey.place("paper"))
    for unused in (PRINTED - 5, PRINTED - 4):
        page.get_by_label("清点到的未用选票（张）").first.fill(str(unused))
        official.press("盖章作废并结清")
        if unused != PRINTED - 4:
            official.told("请重新清点")
    expect(page.locator(".counter", has_text="未用").locator("strong")).to_have_text(str(PRINTED - 4))
    official.shot("16-paper-counted")


def open_sheet(person: Person, journey: Journey, box: int) -> None:
    person.page.goto(journey.place("paper"))
    person.page.get_by_role("link", name=re.compile(f"唱计票单.*{box}")).click()


def enter(person: Person, journey: Journey, box: int, figures: Figures) -> None:
    open_sheet(person, journey, box)
    type_in(person.page, figures)
    person.press("保存我的录入")
    expect(person.page.get_by_text(re.compile("您的录入已保存|已核对一致")).first).to_be_visible()


def type_in(page: Page, figures: Figures) -> None:
    if "w0-0" in figures and not page.locator("#w0-0").is_visible():
        page.locator("details", has=page.locator("#w0-0")).locator("summary").click()
    for name, value in figures.items():
        page.locator(f"#{name}").fill(str(value))


def scan_the_pile(journey: Journey) -> None:
    """The cards that were never handed out, but for the one that went under the desk's scanner."""
    built = journey.built
    for card in range(built.box.cards_out, len(built.cards) - 1):
        scan(built, card)


def count(journey: Journey) -> None:
    """Begin, two supervisors decrypt, the law decides."""
    official = journey.person("official")
    official.page.goto(journey.place("count"))
    official.press("开始计票")
    expect(official.page.get_by_text("请监督委员解密")).to_be_visible()
    for trustee in (0, 1):
        give_share(journey.built, trustee)
    official.page.reload()
    official.press("合成并确定结果")
    expect(official.page.locator(".band h2")).to_have_text("选举有效")


def certify(journey: Journey, name: str) -> Path:
    """The committee signs; returns the bundle as a resident downloads it."""
    official = journey.person("official")
    page = official.page
    page.goto(journey.place("count"))
    page.get_by_label("选举委员会的口令").fill(PASSPHRASE)
    official.press("选举委员会签字，签发结果")
    expect(page.get_by_text("已签发的结果包")).to_be_visible(timeout=30_000)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="整包（zip）").click()
    file = journey.folder / f"{name}.zip"
    downloading.value.save_as(file)
    return file


def verify(journey: Journey, bundle: Path) -> str:
    """What the stand-alone verifier says of the bundle."""
    key = [data["committee_key"] for kind, data in journey.built.events() if kind == "result_certified"][-1]
    command = [sys.executable, "-m", "verifier", str(bundle), "--key", key, "--plain"]
    ran = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def prepare(journey: Journey, kind: str, day: str, opens: str, closes: str) -> None:
    """The next poll, made from the page of the one before; the journey goes on with it."""
    page = journey.person("official").page
    page.goto(journey.place("after"))
    for name, value in (("day", day), ("opens", opens), ("closes", closes)):
        page.locator(f"#{name}-{kind}").fill(value)
    words = {"revote": "再次投票", "second": "另行选举"}[kind]
    page.get_by_role("button", name=f"建立：{words}").click()
    expect(page.locator("h1")).to_have_text(f"{TITLE}（{words}）")
    journey.built.election_id = re.findall(r"elections/([\w-]+)/", page.url)[0]


def poll_again(journey: Journey, words: str, votes: list[list[list[int]]], times: tuple[tuple[int, ...], ...]) -> None:
    """A short poll on tablets: sealed, rehearsed, opened, voted, closed, its pile scanned."""
    title, (opens, closes) = f"{TITLE}（{words}）", times
    official, built = journey.person("official"), journey.built
    journey.take_deck()
    official.move("封定选举", title)
    journey.rehearse()
    with_tablet(built)
    journey.at(*opens)
    official.move("开始投票", title)
    for card, choices in enumerate(votes):
        journey.check_in(card + 3)
        journey.cast(card, choices)
    journey.at(*closes)
    official.move("停止排队", title, **{"现在排队的人数": "0"})
    official.move("关闭票箱", title)
    for card in range(built.box.cards_out, len(built.cards)):
        scan(built, card)


def vote_again(journey: Journey) -> Path:
    """再次投票 between the two who tied, on the spot, with the reserve box: the higher wins."""
    journey.at(12, 20, 18, 40)
    prepare(journey, "revote", "2026-12-20", "19:00", "19:30")
    between = [[[0, 1, 0]]] * 4 + [[[0, 0, 1]]] * 5
    poll_again(journey, "再次投票", between, ((12, 20, 19), (12, 20, 19, 35)))
    count(journey)
    second = journey.built.look(lambda session, election: contests(session, election=election))[0].names[1]
    expect(journey.person("official").page.get_by_text(f"当选：{second}")).to_be_visible()
    return certify(journey, "revote")


def vote_for_the_open_seat(journey: Journey) -> Path:
    """另行选举 for the seat that nobody won: keys and cards anew; a third of this poll's ballots is enough."""
    prepare(journey, "second", "2026-12-27", "08:00", "12:00")
    now = journey.at(12, 24)
    journey.make_deck(journey.built.election.box_id, now)
    third = [[[0, 1, 0]]] * 4 + [[[0, 0, 1]]] * 3 + [[[1, 0, 0]]] * 2
    poll_again(journey, "另行选举", third, ((12, 27, 8), (12, 27, 12, 5)))
    count(journey)
    official = journey.person("official")
    official.page.get_by_text("逐条理由").click()
    expect(official.page.get_by_text("3 × 4 = 12").locator("visible=true").first).to_be_visible()
    official.shot("19-second-poll")
    return certify(journey, "second")


def put_on_record(journey: Journey) -> None:
    """The result posted, reported, the ballots sealed, the office handed over."""
    page = journey.person("official").page
    page.goto(journey.place("after"))
    for kind, name, fields in (
        ("posted", "张贴结果", {"张贴地点": "社区公告栏"}),
        ("report", "上报备案", {"报送机关": "甲街道办事处", "文号": "阳选〔2026〕1 号"}),
        (
            "sealing",
            "封存选票",
            {"封存内容": "选票 5 袋", "封条号": "封 101", "保管地点": "街道档案室", "在场监票人数": "3"},
        ),
        ("handover_item", "移交事项", {"移交事项": "居民委员会印章", "数量或金额": "1 枚"}),
    ):
        page.locator("summary", has_text=name).click()
        form = page.locator(f'form[action$="records/{kind}"]')
        form.get_by_label("日期").fill(f"{journey.built.house.clock.today}")
        for label, value in fields.items():
            form.get_by_label(label).fill(value)
        form.get_by_role("button", name="记录").click()
        expect(
            page.locator("section", has_text="张贴、备案、封存、移交").locator("strong", has_text=name)
        ).to_have_count(1)


def archive(journey: Journey) -> set[str]:
    """Certificates of election, the page of papers, the pack; returns the pack's files."""
    put_on_record(journey)
    official = journey.person("official")
    page = official.page
    official.press("发当选证书")
    expect(page.get_by_text("在任").first).to_be_visible()
    # Whoever the re-vote and the second poll elected sits as well, and nothing is left to do.
    expect(page.get_by_text("这次投票以后不需要再投票")).to_be_visible()
    expect(page.get_by_role("row", name=re.compile(f"^主任.*{named(1)}.*0$"))).to_be_visible()
    expect(page.get_by_text("决定空缺")).to_have_count(0)
    official.shot("20-after")
    official.nav("印件")
    official.shot("21-papers")
    page.get_by_label("口令").fill(PASSPHRASE)
    with page.expect_download(timeout=120_000) as downloading:
        official.press("制作归档包")
    file = journey.folder / "archive.zip"
    downloading.value.save_as(file)
    with zipfile.ZipFile(file) as packed:
        assert packed.testzip() is None
        return set(packed.namelist())
