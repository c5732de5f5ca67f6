"""A result as the committee would certify it, of an invented election."""

import hashlib
from datetime import UTC, date, datetime

from voting.elections.count import report
from voting.law.thresholds import Reason

NOW = datetime(2026, 12, 20, 12, 15, tzinfo=UTC)
PASSPHRASE = "柳树 风筝 算盘 北窗 1987"
ARCHIVE = b"not really an archive, only its hash matters here"


def office(title, seats, lines, *, void=0, blank=0, collected=980, **changes) -> report.OfficeResult:
    votes = sum(count for _, count, _ in lines)
    values = {
        "title": title,
        "seats": seats,
        "candidates": tuple(report.CandidateResult(*line) for line in lines),
        "void": void,
        "blank": blank,
        "unused": seats * collected - votes - (void + blank) * seats,
        "needed": collected // 2 + 1,
        "next": "done",
        "vacancies": 0,
        "because": (Reason("李㛃样得票过半数。", "A majority.", "《城市居民委员会组织法》第19条", "Art. 19"),),
    }
    return report.OfficeResult(**(values | changes))


def document(**changes) -> report.ResultDocument:
    values = {
        "community": "枫林示例社区",
        "place": "枫林示例社区活动中心",
        "title": "枫林示例社区第九届居民委员会换届选举",
        "number": "枫选字〔2026〕第 16 号",
        "day": date(2026, 12, 20),
        "mode": "all_voters",
        "law": "residents-2026",
        "kind": "first",
        "ineligible": (),
        "opened_at": datetime(2026, 12, 20, 0, 0, tzinfo=UTC),
        "closed_at": datetime(2026, 12, 20, 9, 0, tzinfo=UTC),
        "certified_at": NOW,
        "figures": report.Figures(1684, 988, 980, 980, 0, 0, 24),
        "cards": report.Cards(1718, 996, 5, 8, 717, 5, 2),
        "valid": True,
        "because": (Reason("2 × 980 = 1,960 ＞ 1,684，达到。", "2 × 980 = 1,960 > 1,684, reached."),),
        "offices": (
            office("主任", 1, [("李㛃样", 768, "elected"), ("孙丽例", 186, "none")], blank=13),
            office("委员", 2, [("周𬎆样", 702, "elected"), ("买买提·示例", 655, "elected"), ("冯立例", 90, "none")]),
        ),
        "article": "《中华人民共和国城市居民委员会组织法》第十九条",
        "article_en": "Urban Residents' Committees Organic Law, Art. 19",
        "archive": report.ArchiveRef(hashlib.sha256(ARCHIVE).hexdigest(), "4xKp2mQ9vRt7WyZa3bNcDe", "f" * 43, 980),
        "log": report.LogRef("fenglin.example/log", 4218, "7c3e91af0b52d8e46a17f39c2e80b5d1" * 2),
        "verify_url": "",
    }
    return report.ResultDocument(**(values | changes))
