"""Before the day: the election set up, the committee, the roll and objections to it, candidates and their review."""

import re

from count_build import committee
from election_build import a_csv, a_row, an_id_number
from playwright.sync_api import expect
from whole_people import PHONE, TITLE, Journey, named

from voting.permissions import Role

VOTERS, GRID = 16, 8
DEPARTMENTS = ("street", "police", "court")
#: 主任 and 委员: who stands, by roll number; 6 is barred at the joint review.
CHAIR, MEMBERS, BARRED = (1, 2), (3, 4, 5), 6


def set_up(journey: Journey) -> None:
    """The election with Beijing's rules, and the page that says which rule is in force."""
    official = journey.person("official")
    page = official.page
    page.goto(f"{journey.address}/c/{journey.built.community}/elections")
    official.follow("新建选举")
    page.get_by_label("选举名称").fill(TITLE)
    page.get_by_label("投票地点").fill("社区活动中心")
    page.get_by_label("选举日").fill("2026-12-20")
    page.get_by_label("地方规则").select_option(label="北京市")
    page.get_by_label("保管密钥的监督委员").fill("2")
    # Four papers will be cast: as few as the committee lets be counted without a decision of its own.
    page.get_by_label("开票的最少选票数").fill("4")
    for row, (title, seats) in enumerate((("主任", "1"), ("委员", "2"), ("", "")), 1):
        page.get_by_label(f"第 {row} 行的职务").fill(title)
        page.get_by_label(f"第 {row} 行的名额").fill(seats)
    official.press("建立选举")
    expect(page.locator("h1")).to_have_text(TITLE)
    journey.built.election_id = re.findall(r"elections/([\w-]+)/", page.url)[0]
    official.nav("适用规则")
    expect(page.get_by_text("地方规则：北京市").first).to_be_visible()
    expect(page.get_by_role("row", name=re.compile("另行选举.*15"))).to_be_visible()
    official.shot("01-rules")


def draw_up_the_roll(journey: Journey) -> None:
    """Two grids bring their lists one after the other; the community worker is confirmed by the committee."""
    official = journey.person("official")
    page = official.page
    official.nav("选民")
    for grid, first in (("第一网格", 0), ("第二网格", GRID)):
        rows = [a_row(index) + grid for index in range(first, first + GRID)]
        rows[-1] = rows[-1].replace("常住", "社区工作者") if first else rows[-1]
        file = journey.folder / f"{grid}.csv"
        file.write_bytes(a_csv(rows))
        page.get_by_label("名单文件").set_input_files(file)
        official.press("上传并检查")
        expect(page.get_by_role("heading", level=1)).to_have_text("逐行结果")
        if first:
            page.get_by_label(re.compile("^只换这个网格")).fill(grid)
        official.press(f"导入 {GRID} 人")
        expect(page.locator("h1")).to_have_text("选民名单")
    expect(page.locator(".sub").first).to_contain_text(f"{VOTERS} 人")
    expect(page.get_by_text("须由选举委员会确认")).to_be_visible()


def form_the_committee(journey: Journey) -> None:
    """Five and two in reserve; two of the five are sisters, so one gives way to the first in reserve."""
    official = journey.person("official")
    page = official.page
    official.nav("选举委员会")
    votes = ("8 主任 15", "9 副主任 14", "10 委员 13", "11 委员 12", "12 委员 11", "13 委员 10", "14 委员 9")
    even = {"哪种会议推选": "representatives", "推选日期": "2026-11-16", "应到人数": "20", "实到人数": "18"}
    official.send("成员", "登记选举委员会", **even, **{"成员名额": "4", "推选结果": "\n".join(votes)})
    official.told("应为单数")
    official.send("成员", "登记选举委员会", **{"成员名额": "5"})
    expect(page.get_by_text("在任")).to_have_count(5)
    for one, other, relation in (("8", "12", "兄弟姐妹"), ("10", "5", "父母子女")):
        official.send("近亲属", "登记", **{"选民编号": one, "另一人的选民编号": other, "关系": relation})
    official.told(f"{named(12)} 与 {named(8)} 是近亲属，不能同在选举委员会")
    official.shot("02-committee")
    page.get_by_role("button", name=f"{named(12)}本人辞去").click()
    expect(page.get_by_text("不能同在选举委员会")).to_have_count(0)
    expect(page.get_by_text("在任")).to_have_count(5)
    official.press("已报街道备案")
    expect(page.get_by_text("2026-11-25 备案")).to_be_visible()


def post_the_roll(journey: Journey) -> None:
    official = journey.person("official")
    official.nav("选民")
    official.page.get_by_label("哪次会议的决定").fill("选举委员会第一次会议")
    official.page.get_by_label("日期", exact=True).fill("2026-11-25")
    official.press("录入确认")
    expect(official.page.get_by_text("2026-11-25 已确认")).to_be_visible()
    official.move("公布选民名单")


def object_to_the_roll(journey: Journey) -> None:
    """A resident who is missing objects in time and is added; another comes a day late and is refused."""
    official, resident = journey.person("official"), journey.anybody(PHONE)
    page = official.page
    public = f"/c/{journey.built.community}/e/{journey.built.election_id}"

    def asks(name: str, last4: str, answer: str) -> None:
        resident.page.goto(public)
        resident.page.get_by_label("姓名").fill(name)
        resident.page.get_by_label("身份证后四位").fill(last4)
        resident.press("查一查")
        expect(resident.page.locator(".answer").first).to_contain_text(answer)

    missing = an_id_number(VOTERS)
    journey.at(11, 27)
    asks(named(3), an_id_number(2)[-4:], "在名单上")
    asks(named(17), missing[-4:], "没有查到")
    resident.shot("03-not-on-the-roll")
    official.nav("选民")
    official.follow("名单异议")
    official.page.get_by_text("补登的人，或要更正的内容").click()
    person = {"姓名": named(17), "性别": "男", "公民身份号码": missing, "楼栋": "1栋", "登记类别": "常住"}
    about = {"种类": "要求补登", "提出人": named(17), "理由": "常住本社区两年，名单上没有我"}
    official.send("登记一件异议", "登记", **about, **person, **{"网格": "第一网格"})
    journey.at(11, 28)
    page.get_by_label("选举委员会的决定和理由").fill("查明常住，异议成立，予以补登")
    official.shot("04-objection")
    official.press("异议成立，改名单")
    expect(page.get_by_text("成立", exact=True)).to_be_visible()
    asks(named(17), missing[-4:], "在名单上")
    journey.at(12, 1)
    page.reload()
    expect(page.get_by_text("异议期已过")).to_be_visible()
    late = {"种类": "要求除名", "提出人": "某居民", "针对谁（编号，补登不填）": "7", "理由": "听说已经搬走"}
    official.send("登记一件异议", "登记", **late)
    expect(page.get_by_text("不在异议期内")).to_be_visible()
    expect(page.get_by_text("不予受理").first).to_be_visible()
    official.follow("选民名单")
    official.follow("名单的各版")
    expect(page.locator("tbody tr")).to_have_count(2)
    expect(page.locator("tbody")).to_contain_text("异议决定")


def nominate(journey: Journey) -> None:
    """By the Party organisation and by ten voters jointly, whose numbers are looked up; everybody accepts."""
    journey.at(12, 4)
    official = journey.person("official")
    page = official.page
    official.nav("提名")
    for office, numbers in (("主任", CHAIR), ("委员", (3, 4, BARRED))):
        for number in numbers:
            party = {"职务": office, "被提名人的选民编号": str(number), "提名方式": "社区（村）党组织提名"}
            official.send("登记提名", "登记提名", **party, **{"收到日期": "2026-12-04"})
            expect(page.get_by_role("button", name=f"{named(number)}今天书面接受")).to_be_visible()
    joint = {"职务": "委员", "被提名人的选民编号": "5", "提名方式": "选民联名提名", "收到日期": "2026-12-04"}
    signers = [str(number) for number in range(7, 17)]
    official.send("登记提名", "登记提名", **joint, **{"联名人的选民编号": " ".join([*signers[:-1], "99"])})
    official.told("选民名单上没有 99 号")
    official.send("登记提名", "登记提名", **{"联名人的选民编号": " ".join(signers)})
    expect(page.get_by_text("10 人联名")).to_be_visible()
    for number in (*CHAIR, *MEMBERS, BARRED):
        page.get_by_role("button", name=f"{named(number)}今天书面接受").click()
        expect(page.get_by_role("button", name=f"{named(number)}今天书面接受")).to_have_count(0)
    official.shot("05-nominations")
    # A near relative of a member has accepted: the member has left, the next of the vote has come in.
    official.nav("选举委员会")
    expect(page.get_by_role("row", name=re.compile(f"{named(10)}.*近亲属被提名为候选人"))).to_be_visible()
    expect(page.get_by_text("在任")).to_have_count(5)
    expect(page.get_by_text("候补")).to_have_count(0)


def post_the_preliminary_list(journey: Journey) -> None:
    official = journey.person("official")
    official.nav("提名")
    official.press("公布初步候选人名单")
    expect(official.part("初步候选人名单")).to_contain_text("第 1 次公布")
    for number in (*CHAIR, *MEMBERS, BARRED):
        candidate = official.page
        official.nav("候选人")
        candidate.get_by_role("link", name=named(number), exact=True).first.click()
        for no in candidate.locator("label.ok").all():
            no.click()
        official.press("以我的名义记下核对结果")
    expect(official.page.get_by_text("核对无误")).to_have_count(6)


def appoint_reviewers(journey: Journey) -> None:
    house = journey.built.house
    for department in DEPARTMENTS:
        account = house.account(department, house.street, f"审查员{department[0]}")
        house.appoint(account, house.street, Role.REVIEWER, department=department)


def review(journey: Journey) -> None:
    """Street first, then police and court, each in a room of its own; what the police prove bars one candidate."""
    official = journey.person("official")
    page = official.page
    journey.at(12, 5)
    official.nav("资格联审")
    page.get_by_label("从公开的清单开始").select_option(index=2)
    official.press("填入")
    official.press("选举委员会通过这些条件")
    official.send("提请街道初审", "提请街道初审", **{"答复期限": "2026-12-07"})
    expect(page.get_by_text("街道初审到 2026-12-07")).to_be_visible()
    answers(journey, "street")
    journey.at(12, 7)
    page.reload()
    for department in ("公安机关", "法院"):
        page.get_by_label(department, exact=True).check()
    official.send("提请各部门联审", "提请各部门联审", **{"答复期限": "2026-12-10"})
    expect(page.get_by_text("各部门联审到 2026-12-10")).to_be_visible()
    journey.at(12, 8)
    answers(journey, "police", barred=BARRED)
    answers(journey, "court")
    court = journey.person("court").page
    assert "盗窃" not in court.content(), "a department sees nothing of the others"
    hear_and_bar(journey)


def answers(journey: Journey, department: str, *, barred: int = 0) -> None:
    """One department: a click where nothing was found; a finding with its clause and evidence."""
    reviewer = journey.person(department)
    page = reviewer.page
    page.goto(journey.place("review/answers"))
    if barred:
        proof = journey.folder / "判决书.pdf"
        proof.write_bytes(b"%PDF-1.7\n1 0 obj <<>> endobj\n%%EOF\n")
        page.get_by_label("证据").set_input_files(proof)
        finding = {"候选人": named(barred), "答复": "有问题", "依据的条款": "因犯罪受过刑事处罚"}
        reviewer.send("有问题或需核实", "答复", **finding, **{"说明": "因盗窃被判处刑罚"})
        expect(page.get_by_text("有问题", exact=True).first).to_be_visible()
    for number in (*CHAIR, *MEMBERS, BARRED):
        if number != barred:
            page.get_by_role("button", name=f"{named(number)}无问题").click()
    expect(page.get_by_text("等答复")).to_have_count(0)
    reviewer.shot(f"06-answers-{department}")


def hear_and_bar(journey: Journey) -> None:
    """The candidate is heard, the committee finds the proof good, and tells him so: he may appeal."""
    official = journey.person("official")
    page = official.page
    page.reload()
    expect(page.get_by_role("row", name=re.compile(f"{named(BARRED)}.*不通过"))).to_be_visible()
    official.shot("07-review")
    page.get_by_role("button", name=f"查看{named(BARRED)}的答复").click()
    expect(page.get_by_text("这次查看已经记入日志")).to_be_visible()
    heard = {"告知、陈述或申诉": "听取陈述", "日期": "2026-12-08", "内容": "承认属实，没有别的意见"}
    official.send("告知、陈述和申诉", "记录", **heard)
    page.get_by_role("button", name=f"查看{named(BARRED)}的答复").click()
    expect(page.get_by_text("承认属实")).to_be_visible()
    official.shot("08-look")
    page.get_by_label("选举委员会认定的理由").fill("判决书属实，符合法定不得当选的情形")
    official.press("问题成立")
    page.get_by_role("button", name=f"查看{named(BARRED)}的答复").click()
    told = {"告知、陈述或申诉": "告知结果", "日期": "2026-12-08", "内容": "因法定情形审查不通过，三日内可以申诉"}
    official.send("告知、陈述和申诉", "记录", **told)
    official.told("申诉期没有满，到 2026-12-11 为止")


def strike_the_barred(journey: Journey) -> None:
    """Nobody appealed within the days: the name is left out of the list."""
    official = journey.person("official")
    official.nav("资格联审")
    official.page.get_by_role("button", name=f"查看{named(BARRED)}的答复").click()
    official.press("审查不通过，不列入名单")
    official.nav("候选人")
    expect(official.page.get_by_text(named(BARRED))).to_have_count(0)


def post_the_formal_list(journey: Journey) -> None:
    journey.at(12, 12)
    official, resident = journey.person("official"), journey.anybody(PHONE)
    strike_the_barred(journey)
    official.nav("提名")
    official.press("按规则排定次序")
    official.told("次序已经排定")
    official.move("公布候选人名单")
    public = f"/c/{journey.built.community}/e/{journey.built.election_id}"
    resident.page.goto(public)
    listed = resident.page.locator("#candidates")
    expect(listed).to_contain_text(named(3))
    expect(listed).not_to_contain_text(named(BARRED))
    assert "盗窃" not in resident.page.content()
    resident.shot("09-candidates")


def hold_the_ceremony(journey: Journey) -> None:
    """Keys and cards for the poll and for the reserve box, then the seal."""
    now = journey.at(12, 13)
    official = journey.person("official")
    official.nav("结果以后")
    official.press("建立备用票箱")
    expect(official.page.get_by_text("备用票箱：")).to_have_count(0)
    committee(journey.built)
    journey.make_deck(journey.built.election.box_id, now)
    journey.make_deck(journey.reserve(), now)
    official.move("封定选举")
    journey.take_deck()
    journey.rehearse()
