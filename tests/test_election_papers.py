"""Every paper of an election: printed from recorded facts alone, with rare characters, or it says what is missing."""

import io
import re
from dataclasses import fields, replace
from datetime import date

import pypdf
import pytest
from papers_build import CREATED, RARE, dossier, result, voters

from voting.elections.count.petition import Petitioned, asked
from voting.elections.count.report import CandidateResult, OfficeResult
from voting.elections.papers.archive import Source as Parts
from voting.elections.papers.archive import build_pack
from voting.elections.papers.catalogue import BY_KEY, PAPERS, lacking, paper_of, written
from voting.elections.papers.data import VILLAGE, Dossier, PaperRoll, PaperStep
from voting.elections.papers.kept import KINDS, kept
from voting.elections.papers.printing import print_paper
from voting.elections.papers.rules import NOTHING as NOTHING_ENTERED
from voting.errors import NotFound, TooEarly
from voting.law.polls import Kind
from voting.law.profiles import VILLAGERS_2026, Mode, law_of, rules_of
from voting.law.provinces import PROFILES

WRITTEN = [paper for paper in PAPERS if paper.write is not None]
#: What no paper can be made without.
NOTHING = {
    field.name: None
    for field in fields(Dossier)
    if field.default is None and field.name not in {"committee_formed_on", "preliminary_posted", "handover_by"}
}
UNFINISHED = {"contests": (), "state": "draft", "certified": False, "entered": NOTHING_ENTERED}


def read(key: str, facts: Dossier) -> str:
    pdf = pypdf.PdfReader(io.BytesIO(print_paper(BY_KEY[key], facts, created=CREATED)))
    return "".join("".join(page.extract_text() for page in pdf.pages).split())


def test_the_catalogue_has_every_notice_and_paper_once() -> None:
    numbers = [paper.number for paper in PAPERS if paper.number]
    assert numbers == ["1", "2", "2-1", *"3456", "6-1", *"789", *map(str, range(10, 20))]
    assert len(BY_KEY) == len(PAPERS)
    assert {paper.keep for paper in PAPERS} <= set(KINDS)
    assert all(kept(kind, profile).zh for kind in KINDS for profile in PROFILES)
    assert all(re.fullmatch("[a-z0-9-]{3,20}", paper.key) and paper.zh and paper.en for paper in PAPERS)


@pytest.mark.parametrize("paper", WRITTEN, ids=lambda paper: paper.key)
def test_every_paper_is_printed_as_pdf_a_under_its_title(paper) -> None:
    facts = dossier()
    assert lacking(paper, facts) == ()
    pdf = print_paper(paper, facts, created=CREATED)
    assert b"<pdfaid:part>2" in pdf or "pdfaid" in str(pypdf.PdfReader(io.BytesIO(pdf)).xmp_metadata.stream.get_data())
    printed = read(paper.key, facts)
    assert "枫林示例社区" in printed and "None" not in printed
    assert print_paper(paper, facts, created=CREATED) == pdf, "the same facts print the same bytes"


@pytest.mark.parametrize("paper", [one for one in WRITTEN if one.needs], ids=lambda paper: paper.key)
def test_without_its_facts_no_paper_is_printed_and_the_refusal_says_what_is_missing(paper) -> None:
    empty = replace(dossier(), **(NOTHING | UNFINISHED))
    missing = lacking(paper, empty)
    assert missing and all("：" in one.zh or "不需要" in one.zh for one in missing)
    with pytest.raises(TooEarly) as refused:
        written(paper, empty)
    assert refused.value.code == "PAPER_LACKS"
    assert all(one.zh in refused.value.zh and one.en in refused.value.en for one in missing)


def test_an_unknown_paper_is_not_found() -> None:
    with pytest.raises(NotFound) as refused:
        paper_of("notice-20")
    assert refused.value.code == "NO_SUCH_PAPER"


@pytest.mark.parametrize("key", ["notice-04", "notice-09", "notice-16", "voter-cards", "ballot", "issue-register"])
def test_rare_characters_are_there(key: str) -> None:
    printed = read(key, dossier())
    assert all(name in printed for name in RARE)


def test_the_roll_tells_namesakes_apart_and_shows_nothing_more_than_the_law_lets_everybody_see() -> None:
    printed = read("notice-04", dossier())
    assert printed.count("孙样样（") == 2 and "赵安平（" not in printed
    assert "户籍在册" not in printed and "共40人" in printed and "2026年12月4日以前" in printed


def test_dates_are_counted_from_the_election_day() -> None:
    assert "2026年11月30日以前" in read("notice-01", dossier())
    assert "2008年12月20日及以前出生" in read("notice-03", dossier())


def test_a_village_is_spoken_of_as_a_village() -> None:
    law = {"law": VILLAGERS_2026, "mode": "village", "rules": rules_of("villagers-2026", Mode.VILLAGE, "national", {})}
    board = replace(dossier().board, electors=VILLAGE.electors)  # type: ignore[type-var]  # it is there
    facts = dossier(words=VILLAGE, board=board, **law)
    for paper in WRITTEN:
        printed = read(paper.key, facts)
        assert "居民选举委员会" not in printed and "居民代表" not in printed.replace("居民代表会议", ""), paper.key
    assert "村民选举委员会公告" in read("notice-01", facts) and "宗族或者黑恶势力" in read("notice-07", facts)


def test_a_ballot_bears_no_number_and_room_for_other_names_where_the_office_has_it() -> None:
    printed = read("ballot", dossier())
    assert printed.count("另选他人") == 1 + 3 + 1 + 2, "主任 1, 委员 3, and in the rules"
    assert all(one in printed for one in ("赞成", "反对", "弃权", "写票说明"))
    one, other = (print_paper(BY_KEY["ballot"], dossier(), created=CREATED) for _ in range(2))
    assert one == other


def test_one_register_line_to_a_voter_and_no_ballot_number() -> None:
    printed = read("issue-register", dossier(many=25))
    assert "只登记领票的人，不登记选票或选票卡的号码" in printed
    header = written(BY_KEY["issue-register"], dossier(many=25)).blocks[1]
    assert len(header["rows"]) == 25 and not any("票号" in one for one in header["head"])


def test_a_void_poll_elects_nobody_on_any_paper() -> None:
    facts = dossier(result=result(valid=False), seats=None)
    assert "本次选举无效" in read("notice-16", facts) and "当选：" not in read("notice-16", facts)
    assert "当选人员如下" not in read("filing-report", facts)
    assert [one.zh for one in lacking(BY_KEY["certificates"], facts)]


def test_a_recall_is_called_a_recall_and_elects_nobody() -> None:
    votes = (CandidateResult("同意罢免", 700, "elected"), CandidateResult("不同意罢免", 200, "none"))
    answers = OfficeResult("罢免", 1, votes, 5, 13, 8, 491, "done", 0, ())
    by = asked(Petitioned("reps", 20, 60), mode="all_voters", law="residents-2026")
    facts = dossier(kind=Kind.RECALL, asked=by, result=result(offices=(answers,)), seats=None)
    for key in ("notice-16", "filing-report"):
        printed = read(key, facts)
        assert "本次罢免由居民代表20人联名提出（居民代表共60人，须三分之一以上）" in printed.replace(" ", ""), key
        assert "本次罢免成立" in printed and "当选" not in printed and "换届" not in printed.replace(facts.title, ""), (
            key
        )


def test_a_stamp_never_stands_alone_on_a_page() -> None:
    for key in ("notice-08", "notice-09"):
        pages = pypdf.PdfReader(io.BytesIO(print_paper(BY_KEY[key], dossier(), created=CREATED))).pages
        assert len(pages) == 1, key
    facts = dossier(
        mobile=tuple(replace(one, voters=voters(many)) for many in range(22, 34) for one in dossier().mobile[:1])
    )
    last = pypdf.PdfReader(io.BytesIO(print_paper(BY_KEY["notice-12"], facts, created=CREATED))).pages[-1]
    assert "特此公告" in last.extract_text()


def test_more_papers_out_of_the_boxes_than_issued_is_said() -> None:
    boxes = tuple(replace(one, collected=95) for one in dossier().boxes or ())
    assert "收回190＞发出130，收回多于发出，本次投票无效" in read("papers-checked", dossier(boxes=boxes))
    assert "收回120≤发出130" in read("papers-checked", dossier())


def test_the_list_of_one_grid_prints_its_cards_alone() -> None:
    from voting.elections.papers.queries import of_grid

    facts = dossier(many=30)
    first = of_grid(facts, "第一网格")
    assert isinstance(first.roll, PaperRoll)
    assert len(first.roll.voters) == 5 and of_grid(facts, "") is facts
    assert voters(30)[1].name not in read("voter-cards", first)


def test_each_version_of_the_law_has_its_own_words() -> None:
    old = law_of("villagers-2018", Mode.VILLAGE)
    village = dossier(words=VILLAGE, law=old, mode="village", rules=rules_of(old.key, Mode.VILLAGE, "national", {}))
    assert "第12条" in read("notice-02", village) and "第15条" not in read("notice-02", village)
    assert "不得作为候选人" not in read("notice-07", village), "the bars came in 2025"
    assert "有选举权的近亲属代为投票" in read("notice-13", village)
    assert "五户至十五户" in read("notice-05", village) and "二十户至五十户" in read("notice-05", dossier())
    assert "参加投票的选民过半数" in read("notice-18", dossier())


def test_too_many_names_void_as_much_as_the_rules_say() -> None:
    whole = rules_of("residents-2026", Mode.ALL_VOTERS, "national", {"over_vote": "ballot", "dup_office": "each"})
    office, ballot = read("notice-15", dossier()), read("notice-15", dossier(rules=whole))
    assert "部分无效，选票其余部分有效：所选人数多于" in office and "同一人被选为两个以上职务" in office
    assert "任一职务所选人数多于" in ballot and "同一人被选为两个以上职务" not in ballot
    assert "多于应选人数的，该职务的选举无效" in read("ballot", dossier())
    assert "多于应选人数的，全票无效" in read("ballot", dossier(rules=whole))


def test_the_wall_says_the_day_the_software_refuses_by() -> None:
    again = dossier(objections_until=date(2026, 12, 9))
    assert "2026年12月9日以前" in read("notice-04", again), "posted anew, or moved past days off"
    moving = rules_of("residents-2026", Mode.ALL_VOTERS, "national", {"holiday_moves": "yes"})
    assert "节假日的顺延" in read("notice-01", dossier(rules=moving))


def test_no_paper_speaks_in_the_voice_of_the_program() -> None:
    rules = rules_of("residents-2026", Mode.ALL_VOTERS, "national", {})
    steps = tuple(
        PaperStep("一步", None, date(2026, 11, 30), None, "ahead", one.source_zh, one.kind)
        for one in rules.values().values()
    )
    facts = dossier(steps=steps)
    files = build_pack(
        facts, Parts({"result.pdf": b""}, {}, ""), created=CREATED, sign=lambda text: text, progress=lambda *_: None
    )
    papers = [path for path in files if path.endswith(".pdf") and files[path]]
    assert len(papers) == len(PAPERS), "all but the signed report, and the list of them"
    for path in papers:
        pages = pypdf.PdfReader(io.BytesIO(files[path])).pages
        printed = "".join("".join(page.extract_text() for page in pages).split())
        assert "本系统" not in printed and "凭记忆" not in printed, path
    for key in ("notice-18", "calendar"):
        assert "经居民选举委员会研究决定" in read(key, facts), key


def test_a_slip_keeps_its_note_apart_from_the_stamp_however_long_the_name() -> None:
    facts = dossier(community="青枫镇河畔样例花园第一社区")
    for key, end in (("voter-cards", "限本人使用，遗失不影响投票。"), ("proxy-cards", "不得再委托他人。")):
        pdf = pypdf.PdfReader(io.BytesIO(print_paper(BY_KEY[key], facts, created=CREATED)))
        lines = pdf.pages[0].extract_text()
        assert f"{end}\n青枫镇河畔样例花园第一社区居民选举委员会（盖章）\n" in lines, key


def test_a_roll_posted_anew_hangs_under_its_own_day() -> None:
    first = dossier().roll
    assert first is not None
    again = read("notice-04", dossier(roll=replace(first, version=2, anew=date(2026, 12, 3))))
    assert again.count("2026年12月3日") == 1 and "自2026年11月29日首次公布" in again, "the day under the stamp"
    assert "更正以后，现将第2版重新公布" in again
    once = read("notice-04", dossier(roll=replace(first, version=1)))
    assert "2026年11月29日" in once and "重新公布" not in once


def test_a_voter_has_the_same_four_figures_on_every_paper() -> None:
    facts = dossier()
    for key in ("notice-04", "voter-cards", "issue-register"):
        assert "0007" in read(key, facts), key
    assert "0011" in read("notice-12", facts) and "0016" in read("notice-12", facts)
    for key in ("notice-13", "proxy-cards"):
        assert "0007" in read(key, facts) and "0009" in read(key, facts), key


def test_days_and_namesakes_keep_to_one_line_of_their_table() -> None:
    left = (replace(one, day=date(2026, 11, 23)) for one in dossier().successions or ())
    facts = dossier(successions=tuple(left))

    def lines(key: str) -> str:
        pdf = pypdf.PdfReader(io.BytesIO(print_paper(BY_KEY[key], facts, created=CREATED)))
        return "".join(pdf.pages[0].extract_text().split(" "))

    assert "2026年11月23日" in lines("notice-02-1")
    assert re.findall(r"孙样样（[0-9–]+）", lines("notice-04")) == ["孙样样（40–49）", "孙样样（50–59）"]


def test_the_tally_sheet_says_what_becomes_of_marks_against() -> None:
    said = "画在“反对”栏的不计入任何人的得票，算作少选的名额"
    assert said in read("tally-sheets", dossier())
    assert said not in read("tally-sheets", dossier(choices=("赞成", "弃权")))
