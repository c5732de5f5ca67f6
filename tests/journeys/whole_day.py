"""The day: proxies, papers and boxes made ready, then tablets, papers and a mobile box under one roof."""

from booth_visit import choose, go_on, on, scan
from playwright.sync_api import Page, expect
from whole_people import TABLET, Journey, found, named, served

#: 主任 (弃权 first): 7 and 6 of 14 with one written in, no majority; 委员: 12, 8 and 8, a tie for the second seat.
FIRST, OTHER = [0, 1, 0], [0, 0, 1]
ONE_TWO, ONE_THREE, TWO_THREE = [0, 1, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1]
#: After the one from the booth (first, one and two): the other nine of the tablets.
TABLETS = [
    [FIRST, ONE_TWO], [FIRST, ONE_TWO], [FIRST, ONE_TWO], [FIRST, ONE_THREE],
    [OTHER, ONE_THREE], [OTHER, ONE_THREE], [OTHER, ONE_THREE], [OTHER, TWO_THREE], [OTHER, TWO_THREE],
]  # fmt: skip
HOLDER, CAME, AWAY = 15, 14, 16
BOOTH, ON_TABLETS, ON_PAPER, CHANGES, AT_HOME = 3, (4, 5, 6, 7, 8, 9), 10, 11, (12, 13)
PRINTED = 20


def record_proxies(journey: Journey) -> None:
    """Two ask a neighbour to vote for them; a candidate may not hold; the list is posted the day after."""
    journey.at(12, 16)
    official = journey.person("official")
    official.nav("委托投票")
    form = {"委托原因": "住院"}
    candidate = {"委托人的选民编号": str(AWAY), "受托人的选民编号": "1", **form}
    official.send("登记一份委托书", "登记", **candidate)
    official.told("候选人不得接受委托")
    for principal in (CAME, AWAY):
        numbers = {"委托人的选民编号": str(principal), "受托人的选民编号": str(HOLDER), **form}
        official.send("登记一份委托书", "登记", **numbers)
    expect(official.page.get_by_text("2 份")).to_be_visible()
    journey.at(12, 17)
    official.press("公布委托投票名单")
    expect(official.page.get_by_text("2026-12-17 公布")).to_be_visible()
    official.shot("10-proxies")


def make_papers_ready(journey: Journey) -> None:
    """Papers counted by two, sworn staff, the box of the hall and the one that goes to people's homes."""
    journey.at(12, 19)
    official = journey.person("official")
    page = official.page
    official.nav("选举委员会")
    official.send("投票和计票工作人员", "确定工作人员", **{"选民编号": "10", "职责": "计票人"})
    official.told("近亲属")
    official.send("投票和计票工作人员", "确定工作人员", **{"选民编号": "", "姓名": "甲监", "职责": "总监票人"})
    page.get_by_role("button", name="甲监已宣誓").click()
    expect(page.get_by_text("2026-12-19 宣誓")).to_be_visible()
    official.nav("纸质选票")
    official.send("登记印票", "登记", **{"印制（张）": str(PRINTED), "一起清点的人": "甲c"})
    hall = {"封条号": "封 001", "地点，或流动票箱的路线": "大厅", "监票人，一行一人（流动票箱至少 3 人）": "甲监\n乙监"}
    official.send("封一个票箱", "当众验空，封箱", **hall)
    expect(page.get_by_text("封条 封 001")).to_be_visible()
    mobile = {
        "种类": "流动票箱", "封条号": "封 002", "地点，或流动票箱的路线": "3 栋 → 5 栋 → 敬老院",
        "监票人，一行一人（流动票箱至少 3 人）": "甲监\n乙监", "流动票箱：公布名单上的选民编号": "12 13",
        "流动票箱：批准机关": "甲街道办事处",
    }  # fmt: skip
    official.send("封一个票箱", "当众验空，封箱", **mobile)
    official.told("3")
    three = {"种类": "流动票箱", "监票人，一行一人（流动票箱至少 3 人）": "甲监\n乙监\n丙监"}
    official.send("封一个票箱", "当众验空，封箱", **three)
    expect(page.get_by_text("封条 封 002")).to_be_visible()
    official.shot("11-paper-ready")


def open_the_poll(journey: Journey) -> Page:
    """A tablet is paired, the poll opened; returns the tablet."""
    journey.at(12, 20, 8)
    official, tablet = journey.person("official"), journey.anybody(TABLET)
    official.nav("平板")
    official.page.get_by_label("平板放在哪里").fill("1 号写票处")
    official.press("生成配对码")
    tablet.page.goto("/booth")
    tablet.page.locator("input[name=code]").fill(official.page.locator(".pairing-code").inner_text())
    tablet.page.locator("button").first.click()
    expect(tablet.page.locator("#booth-app")).to_be_attached()
    official.move("开始投票")
    return tablet.page


def vote_on_tablets(journey: Journey, tablet: Page) -> None:
    """One ballot is sealed in the booth; the desk serves everybody by its page; the principal who comes revokes."""
    deck, desk = journey.take_deck(), journey.open_desk()
    served(desk, named(BOOTH))
    in_the_booth(tablet, deck.codes[0])
    for number in ON_TABLETS:
        served(desk, named(number))
    served(desk, named(CAME))
    verdict = found(desk, named(HOLDER))
    expect(verdict.locator("h2")).to_have_text("本人 + 代 1 人")
    expect(verdict).to_contain_text(named(AWAY))
    journey.person("clerk").shot("12-desk-proxy")
    served(desk, named(HOLDER))
    expect(desk.locator('.counter [data-count="cards_out"]')).to_have_text("10")
    for card, choices in enumerate(TABLETS, 1):
        journey.cast(card, choices)
    official = journey.person("official")
    official.nav("委托投票")
    expect(official.page.get_by_text("本人到场，已失效")).to_have_count(1)


def in_the_booth(tablet: Page, code: str) -> None:
    tablet.goto("/booth")
    on(tablet, "welcome")
    tablet.locator(".booth-deed").click()
    on(tablet, "card")
    scan(tablet, code)
    on(tablet, "office")
    choose(tablet, 0)
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选举委员")
    choose(tablet, 0, 1)
    go_on(tablet)
    on(tablet, "check")
    go_on(tablet)
    expect(tablet.locator("h1")).to_have_text("选票已经封好")
    tablet.locator(".booth-deed").click()
    on(tablet, "done")


def vote_on_paper(journey: Journey) -> None:
    """One takes a paper; another brings the card back for one, to write a name in; and that only once."""
    deck, desk = journey.take_deck(), journey.open_desk()
    served(desk, named(ON_PAPER), lambda verdict: verdict.locator('[data-deed="paper"]').click())
    served(desk, named(CHANGES))
    found(desk, named(CHANGES)).locator('[data-deed="to-paper"]').click()
    expect(desk.locator("#undo-reason")).to_have_value("paper")
    desk.select_option("#undo-second", label="甲o")
    desk.fill("#undo-card", deck.codes[10])
    journey.person("clerk").shot("13-desk-to-paper")
    desk.keyboard.press("Enter")
    expect(desk.locator("#said")).to_contain_text("的卡已收回作废，请发纸票 1 张")
    expect(desk.locator('[data-count="papers"]')).to_have_text("2")
    verdict = found(desk, named(CHANGES))
    expect(verdict.locator("h2")).to_have_text("不能再领票")


def go_round_with_the_mobile_box(journey: Journey) -> None:
    official = journey.person("official")
    page = official.page
    official.nav("纸质选票")
    page.get_by_label("带出选票（张）").fill("3")
    official.press("票箱出发")
    expect(page.get_by_text("正在上门")).to_be_visible()
    desk = journey.open_desk()
    expect(found(desk, named(AT_HOME[0])).locator("h2")).not_to_have_text("已登记")
    for number in AT_HOME:
        page.get_by_role("checkbox", name=named(number)).check()
    page.get_by_label("带回空白选票（张）").fill("1")
    official.shot("14-mobile-box")
    official.press("票箱回来了")
    expect(page.get_by_text("已回来")).to_be_visible()


def close_the_poll(journey: Journey) -> None:
    """Closed on time; the unused cards are scanned, the first of them by the desk's page."""
    journey.at(12, 20, 18, 5)
    official = journey.person("official")
    official.move("停止排队", **{"现在排队的人数": "0"})
    official.move("关闭票箱")
    desk, deck = journey.open_desk(), journey.take_deck()
    expect(desk.locator("#unused")).to_be_visible()
    desk.fill("#unused-card", deck.codes[-1])
    desk.keyboard.press("Enter")
    expect(desk.locator("#unused-said")).to_contain_text("没有投过票，已计入")
