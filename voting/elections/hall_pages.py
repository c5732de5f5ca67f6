"""What the hall's screen shows, as values its program fills in: large words, later the figures office by office."""

from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _

from voting import journal
from voting.elections.count import queries
from voting.elections.count.shown import PHASES, Office, Sheet
from voting.elections.queries import pause_of
from voting.elections.tables import Election
from voting.i18n import in_language
from voting.law.calendar import HALL
from voting.law.polls import Kind
from voting.law.thresholds import OVER_HALF, figure
from voting.people import queries as people
from voting.people.tables import Unit
from voting.request import reading


def screen_of(community: Unit, election: Election, sheet: Sheet | None, portraits: dict[str, str]) -> dict[str, Any]:
    """Everything the screen shows now. ``portraits``: addresses by the name on the ballot."""
    phase = PHASES[election.state]
    head = journal.head(reading(), community.id)
    shown: dict[str, Any] = {
        "phase": phase,
        "certified": election.state == "certified",
        "title": election.title,
        "sub": _("%(community)s · %(place)s", community=community.name, place=election.place),
        "words": _words(election, phase),
        "head": list(head.spoken) if head and phase in ("closed", "counting", "result") else [],
        "shares": [],
        "offices": [],
    }
    if phase == "counting":
        states = queries.shares(reading(), election=election).trustees
        names = people.names(reading(), (one.account for one in states))
        shown["shares"] = [{"name": names.get(one.account, one.name), "done": one.shared} for one in states]
    if sheet is not None:
        if not sheet.valid:
            shown["words"]["large"] = in_language(sheet.words.void)
        shown["sums"] = {key: figure(getattr(sheet, key)) for key in ("roll", "issued", "collected")}
        shown["valid"] = sheet.valid
        shown["proofs"] = [_proof(one) for one in sheet.proofs]
        shown["collected"] = sheet.collected
        shown["rule"] = in_language(sheet.rule) if sheet.rule else _(
            "当选规则：得票超过收回选票的一半，弃权也计入收回数（%(article)s）",
            article=in_language((sheet.article[0].partition("》")[2], sheet.article[1].rpartition(", ")[2])),
        )
        shown["marks"] = {
            "won": in_language(sheet.words.won),
            "reached": in_language(sheet.words.over),
            "missed": in_language(sheet.words.under),
        }
        shown["half"] = sheet.words.bar == OVER_HALF
        shown["offices"] = [_office(one, sheet, portraits, election.kind == Kind.RECALL) for one in sheet.offices]
    return shown


def _proof(proof: Any) -> dict[str, Any]:
    return {"ok": proof.ok, "words": in_language(proof.words), "sum": proof.sum}


def _office(office: Office, sheet: Sheet, portraits: dict[str, str], recall: bool) -> dict[str, Any]:
    standing = _("应选 %(seats)s 人，候选 %(count)s 人", seats=office.seats, count=len(office.lines))
    heading = _("%(title)s · 计票结果") if recall else _("%(title)s选举 · 计票结果")
    return {
        "short": office.title,
        "title": heading % {"title": office.title},
        "sub": _("同意须过半数") if recall else standing,
        "marks": _proof(office.marks),
        "blank": figure(office.blank),
        "unused": figure(office.unused),
        "half": _("过半须 %(votes)s 票", votes=figure(office.needed))
        if sheet.valid and sheet.words.bar == OVER_HALF
        else "",
        "follows": in_language(office.follows) if office.follows else "",
        "lines": [
            {
                "name": one.name,
                "votes": one.votes,
                "figure": figure(one.votes),
                "seal": one.seal,
                "sum": one.sum,
                "over": one.over,
                "photo": portraits.get(one.name, ""),
            }
            for one in office.lines
        ],
    }


def _words(election: Election, phase: str) -> dict[str, str]:
    """The large words of a screen without figures."""
    opens, closes = (at.astimezone(HALL).strftime("%H:%M") for at in (election.opens_at, election.closes_at))
    day = format_date(election.day, _("M 月 d 日"))
    hours = _("%(opens)s 至 %(closes)s", opens=opens, closes=closes)
    words: dict[str, tuple[str, str]] = {
        "before": (_("投票：%(day)s", day=day), hours),
        "voting": (_("正在投票"), _("投票时间 %(hours)s。投票结束前不公布任何人数。", hours=hours)),
        "paused": (_("投票暂停"), _("已领的选票卡仍然有效，请听工作人员安排。")),
        "closing": (_("投票截止"), _("已在排队的人继续投票，不再接待新来的人。")),
        "closed": (_("票箱已关闭"), _("正在清点没有发出的选票卡，之后开始计票。")),
        "counting": (_("正在计票"), _("监督委员各自用自己的密钥解密，缺一位也打不开。")),
        "result": (_("计票完成"), ""),
        "void": (_("本次选举无效"), _("原因已写进选举日志。")),
    }
    large, small = words[phase]
    if pause := pause_of(reading(), election):
        said = {"reason": pause.reason, "since": pause.since.astimezone(HALL).strftime("%H:%M")}
        small = _("从 %(since)s 起：%(reason)s。已领的选票卡仍然有效，请听工作人员安排。", **said)
    return {"large": large, "small": small}
