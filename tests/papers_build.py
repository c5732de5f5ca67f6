"""A whole election's facts as the papers get them, invented, with rare characters in the names."""

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from voting.elections.count.certificate import Notice
from voting.elections.count.report import CandidateResult, Figures, OfficeResult
from voting.elections.papers.data import (
    COMMUNITY,
    Dossier,
    PaperBox,
    PaperCandidate,
    PaperCards,
    PaperCheck,
    PaperContest,
    PaperDispute,
    PaperHandover,
    PaperLog,
    PaperMember,
    PaperMobileBox,
    PaperPrintRun,
    PaperProxy,
    PaperResult,
    PaperRoll,
    PaperSeat,
    PaperStep,
    PaperSuccession,
    PaperVoter,
    PaperVotes,
)
from voting.elections.papers.rules import Entered
from voting.law.profiles import RESIDENTS_2026, Mode, rules_of
from voting.law.thresholds import Reason

DAY = date(2026, 12, 20)
CREATED = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
RARE = ("王㐂样", "李𠮷例", "周䶮样", "陈喆镕", "赵㛃样", "阿卜杜拉·示例吐尔逊")
SURNAMES, GIVEN = "赵钱孙李周吴郑王冯陈褚卫", "安平宁远清明和乐春秋"


def voters(many: int) -> tuple[PaperVoter, ...]:
    """So many invented people; the first six have rare names, the last two share theirs."""

    def name(index: int) -> str:
        if index < len(RARE):
            return RARE[index]
        return "孙样样" if index >= many - 2 else SURNAMES[index % 12] + GIVEN[index % 10] + GIVEN[index // 10 % 10]

    return tuple(
        PaperVoter(
            index + 1,
            name(index),
            "男女"[index % 2],
            f"{index % 6 * 10 + 20}–{index % 6 * 10 + 29} 岁",
            f"{index % 18 + 1}号楼",
            f"第{'一二三四五六'[index % 6]}网格",
            "户籍在册",
        )
        for index in range(many)
    )


def contests() -> tuple[PaperContest, ...]:
    people = {"主任": RARE[:2], "副主任": RARE[2:4], "委员": (*RARE[4:], "冯立例", "郑小例")}
    return tuple(
        PaperContest(
            title,
            3 if title == "委员" else 1,
            title != "副主任",
            tuple(
                PaperCandidate(one, "男女"[at % 2], 41 + at, "退休教师", (), "汉族", "中共党员", "高中（中专）", "yes")
                for at, one in enumerate(names)
            ),
        )
        for title, names in people.items()
    )


def result(**changes: Any) -> PaperResult:
    half = Reason("收回选票 980 张，2 × 980 = 1,960 ＞ 1,684，参加投票过半数。", "More than half took part.")
    offices = (
        OfficeResult("主任", 1, (CandidateResult(RARE[0], 768, "elected"), CandidateResult(RARE[1], 186, "none")),
                     5, 13, 8, 491, "done", 0, ()),
        OfficeResult("副主任", 1, (CandidateResult(RARE[2], 701, "elected"), CandidateResult(RARE[3], 240, "none")),
                     5, 20, 14, 491, "done", 0, ()),
        OfficeResult("委员", 3, tuple(CandidateResult(*one) for one in (
            (RARE[4], 702, "elected"), (RARE[5], 655, "elected"), ("冯立例", 480, "none"), ("郑小例", 401, "none"))),
            5, 30, 597, 491, "by_election", 1, ()),
    )  # fmt: skip
    given = {
        "number": "枫选字〔2026〕第 16 号",
        "day": DAY,
        "figures": Figures(1684, 988, 980, 860, 80, 40, 24),
        "valid": True,
        "because": (half,),
        "offices": offices,
        "article": "《城市居民委员会组织法》第19条",
    }
    return PaperResult(**(given | changes))


def dossier(many: int = 40, **changes: Any) -> Dossier:
    """Everything recorded; ``changes`` takes facts away or puts others in their place."""
    roll = voters(many)
    standing = contests()
    given: dict[str, Any] = {
        "community": "枫林示例社区",
        "street": "示例街道办事处",
        "district": "示例区",
        "title": "枫林示例社区居民委员会换届选举",
        "place": "枫林示例社区活动中心一层",
        "day": DAY,
        "opens_at": datetime(2026, 12, 20, 0, 0, tzinfo=UTC),
        "closes_at": datetime(2026, 12, 20, 9, 30, tzinfo=UTC),
        "words": COMMUNITY,
        "law": RESIDENTS_2026,
        "rules": rules_of("residents-2026", Mode.ALL_VOTERS, "national", {}),
        "mode": "all_voters",
        "decides": "由全体选民直接选举产生",
        "state": "certified",
        "contests": standing,
        "choices": ("赞成", "反对", "弃权"),
        "roll": PaperRoll(roll, "7c3e91af0b52d8e46a17f39c2e80b5d1" * 2, 2, date(2026, 11, 29)),
        "candidates_posted": date(2026, 12, 14),
        "committee": tuple(PaperMember(name, "主任" if not at else "成员") for at, name in enumerate(RARE[:5])),
        "committee_formed_by": "居民代表会议",
        "committee_formed_on": date(2026, 11, 16),
        "successions": (PaperSuccession(RARE[1], "被提名为候选人", "冯立例", date(2026, 12, 7)),),
        "staff": (
            PaperMember("褚明例", "总监票人"), PaperMember("卫和样", "监票人"), PaperMember(RARE[3], "监票人"),
            PaperMember("吴清例", "计票人"), PaperMember("钱远样", "唱票人"), PaperMember("郑宁例", "代写人"),
        ),
        "representatives": tuple(PaperMember(one, f"{at + 1}号楼") for at, one in enumerate(RARE)),
        "entered": Entered(
            {"prepare.leader": "示例镇长", "prepare.audit": "已完成"},
            {"committee.party": 3, "roll.party": 9, "roll.minorities": 4, "candidates.present": 31, "poll.booths": 4},
            tuple((f"第{'一二三'[at]}居民小组", one) for at, one in enumerate(RARE[:3])),
            (("主任", "褚明例", 700), ("成员", "卫和样", 655)),
            {},
        ),
        "board": Notice(
            community="枫林示例社区",
            electors="居民选举委员会",
            title="枫林示例社区居民委员会换届选举",
            day=DAY,
            committee_vkey="fenglin.example/committee+f815f353+AY+tU1ET7tCkE+oLyv679yF1n704u18omVh+4PkmBysA",
            ca_fingerprint="6e8d be20 a60a 6a6f a3ab 38b2 5dc9 4dfd cfc4 154f cb2f bd19 20b4 68a3 9e02 f592",
            log_vkey="fenglin.example/log+0a1b2c3d+AY+tU1ET7tCkE+oLyv679yF1n704u18omVh+4PkmBysA",
            election_fingerprint="f3f3 f3f3 f3f3 f3f3 f3f3 f3f3 f3f3 f3f3 f3f3 f3f3 A",
            made_at=CREATED,
        ),
        "preliminary": standing,
        "preliminary_posted": date(2026, 12, 8),
        "nominating_poll": tuple(
            PaperVotes(one.title, who.name, 300 - 7 * at) for one in standing for at, who in enumerate(one.candidates)
        ),
        "proxies": (PaperProxy(7, roll[6].name, 9, roll[8].name), PaperProxy(2, RARE[1], 9, roll[8].name)),
        "mobile": (
            PaperMobileBox("流动票箱 1 号", "1 号楼 → 敬老院", roll[10:16], ("卫和样", "吴清例", "钱远样")),
        ),
        "boxes": (
            PaperBox("1", "main", "枫封 0001", None, 80, 3, (
                PaperVotes("主任", RARE[0], 60), PaperVotes("主任", "孙样样", 5, written_in=True),
                PaperVotes("副主任", RARE[2], 55), PaperVotes("委员", RARE[4], 50),
            )),
            PaperBox("2", "mobile", "枫封 0002", 40, 40, 0),
        ),
        "print_run": PaperPrintRun(150, 130, 1, 2, 17),
        "cards": PaperCards(1718, 996, 5, 8, 722, 860, 983),
        "result": result(),
        "seats": tuple(
            PaperSeat(at + 1, name, office, date(2026, 12, 20), date(2031, 12, 19))
            for at, (name, office) in enumerate(((RARE[0], "主任"), (RARE[2], "副主任"), (RARE[5], "委员")))
        ),
        "certified": True,
        "handover": (PaperHandover("公章", "居民委员会印章 1 枚"), PaperHandover("财务账目", "2022—2026 年账簿 5 册")),
        "handover_by": date(2026, 12, 30),
        "disputes": (
            PaperDispute(41, date(2026, 12, 21), "街道（乡镇）", "对名单公布日期有异议", "维持", date(2026, 12, 23)),
        ),
        "steps": (
            PaperStep("公布选民名单", None, date(2026, 11, 30), date(2026, 11, 29), "done",
                      "《城市居民委员会组织法》第17条"),
            PaperStep("公布正式候选人名单", None, date(2026, 12, 15), None, "ahead", "《城市居民委员会组织法》第18条"),
        ),
        "checks": (
            PaperCheck("公布的名单与封存的名单一致", True, "校验值 7c3e91af"),
            PaperCheck("收回不多于发出", False, "收回 981 ＞ 发出 980"),
            PaperCheck("签名齐全", None, ""),
        ),
        "log": PaperLog(4218, ("7c3e", "91af", "0b52", "d8e4", "6a17", "f39c", "2e80", "b5d1")),
    }  # fmt: skip
    return replace(Dossier(**given), **changes)
