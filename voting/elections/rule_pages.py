"""Which rules are in force for this election and why; the calendar to print; both for everybody on the staff."""

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask_babel import gettext as _

from voting.elections import loaders, rule_choice  # noqa: F401 — loaders registers how these addresses are read
from voting.elections.public_pages import require_shown
from voting.elections.queries import law_in_force, rules
from voting.elections.schedule import calendar_of
from voting.elections.tables import Election
from voting.errors import Malformed, Refused
from voting.i18n import in_language
from voting.law.holidays import arranged
from voting.law.profiles import OPTIONS, PROFILES, CommitteeSize, Source
from voting.law.thresholds import Share
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, now, reading, today, wants_json
from voting.security import access, public

rule_book = Blueprint("rule_book", __name__, url_prefix="/c/<community_id>/elections/<election_id>")


@rule_book.get("/rules")
@access(Permission.SEE_ELECTION)
def show(community: Unit, election: Election) -> str:
    """Every value in force, the article or text it comes from, and what the committee chose."""
    return _page(community, election)


@rule_book.post("/rules")
@access(Permission.PREPARE_ELECTION)
def change(community: Unit, election: Election) -> Any:
    """Set profile, open points and alarm, as far as they may still be changed."""
    try:
        with acting() as writer:
            rule_choice.change_rules(
                writer,
                election_id=election.id,
                profile=request.form.get("profile", ""),
                options={one.name: request.form[one.name] for one in OPTIONS if one.name in request.form},
                alarm_days=_number(request.form.get("alarm_days", "")),
                actor=actor(),
                now=now(),
            )
    except Refused as refusal:
        if wants_json():
            raise
        status = 422 if isinstance(refusal, Malformed) else 409
        return _page(community, reading().get_one(Election, election.id), refusal), status
    return redirect(url_for("rule_book.show", community_id=community.id, election_id=election.id), 303)


@rule_book.get("/calendar")
@access(Permission.SEE_ELECTION)
def calendar(community: Unit, election: Election) -> str:
    """Every statutory step with its first and last day, to be printed and hung in the office."""
    return render_template("elections/calendar.html", community=community, **_calendar(election))


rule_notice = Blueprint("rule_notice", __name__, url_prefix="/c/<community_id>/e/<election_id>")


@rule_notice.get("/rules")
@public
def show_public(community: Unit, election: Election) -> str:
    """The rules in force, for everybody."""
    require_shown(election)
    return render_template("public/rules.html", community=community, election=election, **_in_force(election))


@rule_notice.get("/calendar")
@public
def calendar_public(community: Unit, election: Election) -> str:
    """The calendar, for everybody."""
    require_shown(election)
    return render_template("public/calendar.html", community=community, **_calendar(election))


def _calendar(election: Election) -> dict[str, Any]:
    steps, ruled = calendar_of(reading(), election, now()), rules(election)
    years = sorted({one.step.latest.year for one in steps}) if ruled.holiday_moves.value else []
    return {
        "election": election,
        "steps": steps,
        "rules": ruled,
        "today": today(),
        "unknown_years": [year for year in years if not arranged(year)],
    }


def _page(community: Unit, election: Election, refusal: Refused | None = None) -> str:
    return render_template(
        "elections/rules.html",
        community=community,
        election=election,
        profiles=PROFILES,
        options=[(one, _chosen(one.name, election)) for one in OPTIONS],
        refusal=refusal,
        **_in_force(election),
    )


def _in_force(election: Election) -> dict[str, Any]:
    ruled = rules(election)
    return {
        "rules": ruled,
        "values": [(_names()[name], _counted(name, one.value), one) for name, one in ruled.values().items()],
        "law": law_in_force(election),
        "kinds": _kinds(),
        "tones": {Source.STATUTE: "ok", Source.FOUND: "act", Source.MEMORY: "warn"},
    }


def _chosen(name: str, election: Election) -> str:
    """The key of the choice in force."""
    value = rules(election).values()[name].value
    option = next(one for one in OPTIONS if one.name == name)
    return next(key for key, choice in option.choices.items() if choice[0] == value)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else -1


def _kinds() -> dict[Source, str]:
    return {
        Source.STATUTE: _("法律条文"),
        Source.FOUND: _("地方规定，条文已查到"),
        Source.MEMORY: _("凭记忆，未核对原文"),
        Source.DESIGN: _("法律没有规定，本系统的默认"),
        Source.CHOSEN: _("选举委员会的决定"),
    }


def _counted(name: str, value: object) -> str:
    """A value with its unit, where the name of the rule has one."""
    return str(_("%(days)s 天", days=value)) if name.endswith("_days") else _shown(value)


def _shown(value: object) -> str:
    """A value as people read it."""
    if isinstance(value, bool):
        return str(_("是") if value else _("否"))
    if isinstance(value, Share):
        return in_language((value.zh, value.en))
    if isinstance(value, CommitteeSize):
        bounds = _("至少 %(least)s 人", least=value.least)
        if value.most:
            bounds = _("%(least)s–%(most)s 人", least=value.least, most=value.most)
        return f"{bounds}{_('，单数') if value.odd else ''}"
    if isinstance(value, dict) or hasattr(value, "items"):
        return _excess(value)
    return _words().get(value, value) if isinstance(value, str) else str(value)


def _excess(value: Any) -> str:
    titles = {"chair": _("主任"), "deputy": _("副主任"), "member": _("委员")}
    parts = []
    for office, (least, most) in value.items():
        many = _("多 %(least)s 人以上", least=least)
        if most is not None:
            many = _("多 %(least)s–%(most)s 人", least=least, most=most)
        parts.append(f"{titles[office]} {many}")
    return str(_("、")).join(parts)


def _words() -> dict[str, str]:
    return {
        "stroke": _("姓氏笔画"),
        "nomination_votes": _("提名得票多少"),
        "void": _("整张选票无效"),
        "each": _("各个职务分别计票"),
        "office": _("该职务无效，其余有效"),
        "ballot": _("整张选票无效"),
        "tablet": _("平板投的票"),
        "paper": _("平板打印的纸票"),
        "until_next_election": _("到下一次换届结束"),
    }


def _names() -> dict[str, str]:
    return {
        "roll_days": _("名单在选举日几天前公布"),
        "objection_days": _("名单公布后几天内可以提异议"),
        "decision_days": _("异议收到后几天内答复"),
        "place_days": _("投票时间和地点在选举日几天前公布"),
        "formal_list_days": _("正式候选人在选举日几天前公布"),
        "candidate_order": _("候选人的次序"),
        "excess": _("候选人比名额多"),
        "self_nomination": _("可以自荐"),
        "self_nomination_days": _("自荐在选举日几天前提出"),
        "appeal_days": _("资格审查结果告知后几天内可以申诉"),
        "nominating_poll_turnout": _("海选参加人数"),
        "withdraw_days": _("候选人在选举日几天前可以退出"),
        "proxies_max": _("一人最多受几人委托"),
        "proxy_paper_days": _("委托书在选举日几天前办好"),
        "proxy_list_days": _("委托名单在选举日几天前公布"),
        "committee_size": _("选举委员会人数"),
        "absent_twice": _("选举委员会委员两次缺席视为退出"),
        "dup_office": _("同一人在两个职务上都被选"),
        "over_vote": _("所选人数多于应选人数"),
        "legal_record": _("哪一份选票是法定依据"),
        "mobile_watchers": _("每只流动票箱的监票人"),
        "second_poll_days": _("另行选举在选举日后几天内"),
        "second_poll_same_day": _("另行选举可以当天进行"),
        "second_poll_turnout": _("另行选举也要过半数参加"),
        "vacant_when_elected": _("选出几人以上可以暂缺"),
        "vacant_needs_chair": _("暂缺须已选出主任"),
        "next_moves_up": _("近亲属回避后由过半数的下一名当选"),
        "handover_days": _("几天内完成移交"),
        "seal_on_day": _("选举当日移交印章"),
        "posting_days": _("公布至少几天"),
        "ballots_kept": _("选票保存"),
        "files_kept_years": _("选举档案保存几年"),
        "recall_days": _("罢免要求提出后几天内表决"),
        "recall_again_days": _("同一理由几天内不得再提罢免"),
        "holiday_moves": _("期限最后一天是节假日时顺延"),
    }
