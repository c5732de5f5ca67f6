"""Every paper of an election in one table: number, title, when it is due, who signs, how long it is kept.

Pure. A paper whose facts are not recorded is not printed: ``lacking`` says what is missing and who supplies it.
Numbers 1 to 19 with 2-1 and 6-1 are those of the sets of notices that districts publish for a change of term.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from voting.elections.papers import notices, notices_poll, records, records_after
from voting.elections.papers.data import Dossier
from voting.elections.papers.sheet import Sheet
from voting.errors import NotFound, TooEarly
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Need:
    """A fact a paper is made from, and the sentences to say when it is not recorded."""

    met: Callable[[Dossier], bool]
    zh: str
    en: str


@dataclass(frozen=True)
class Paper:
    """One paper. ``keep``: a kind of ``kept``; ``personal``: names the posted lists do not show together, never posted.

    ``write`` is None for the certified report, which is printed and signed at certification and only taken out here.
    """

    key: str
    number: str
    zh: str
    en: str
    when_zh: str
    when_en: str
    signs_zh: str
    signs_en: str
    keep: str
    write: Callable[[Dossier], Sheet] | None
    needs: tuple[Need, ...] = ()
    personal: bool = False


def _has(field: str, zh: str, en: str) -> Need:
    return Need(lambda d: getattr(d, field) is not None, zh, en)


OFFICES = Need(
    lambda d: bool(d.contests), "还没有职务：请选举工作人员设置。", "No offices yet: the official sets them."
)
ROLL = _has("posted_roll", "选民名单还没有公布：请选举工作人员公布。", "The roll is not posted: the official posts it.")
FORMAL = _has(
    "formal",
    "正式候选人名单还没有公布：请选举工作人员公布。",
    "The candidates are not posted: the official posts them.",
)
COMMITTEE = _has(
    "committee",
    "选举委员会名单还没有登记：请选举工作人员登记。",
    "The election committee is not recorded: the official records it.",
)
SUCCESSIONS = Need(
    lambda d: bool(d.successions), "没有记录成员退出和递补，不需要这份公告。", "No succession is recorded; not needed."
)
STAFF = _has(
    "staff",
    "选举工作人员名单还没有登记：请选举工作人员登记。",
    "The staff are not recorded: the official records them.",
)
WRITERS = Need(
    lambda d: any(one.post == notices_poll.WRITER for one in d.staff or ()),
    "还没有登记代写员：请选举工作人员在工作人员名单里登记。",
    "Nobody who writes for others is recorded: the official adds them to the staff.",
)
REPRESENTATIVES = _has(
    "representatives",
    "代表名单还没有登记：请选举工作人员登记推选结果。",
    "The representatives are not recorded: the official records who was chosen.",
)
LEADERS = _has(
    "group_leaders",
    "小组长名单还没有登记：请选举工作人员在“印件和报表情况”里填写。",
    "The group leaders are not recorded: the official enters them under “Facts for papers and reports”.",
)
PRELIMINARY = _has(
    "preliminary",
    "初步候选人名单还没有公布：请选举工作人员办理提名。",
    "The preliminary list is not posted: the official enters the nominations.",
)
NOMINATING = _has(
    "nominating_poll",
    "没有预选的计票：没有举行预选，或者请选举工作人员录入。",
    "No count of a nominating poll: there was none, or the official enters it.",
)
SUPERVISORS = _has(
    "supervisors_elected",
    "监督委员会的选举结果还没有登记：请选举工作人员在“印件和报表情况”里填写。",
    "The supervisory committee's result is not recorded: the official enters it under “Facts for papers and reports”.",
)
PROXIES = _has(
    "proxies",
    "委托投票名单还没有公布：请选举工作人员公布。",
    "The list of proxies is not posted: the official posts it.",
)
SOME_PROXIES = Need(
    lambda d: bool(d.proxies), "没有已公布的委托投票：没有要印的委托投票证。", "No proxy is posted: nothing to print."
)
MOBILE = _has(
    "mobile",
    "流动票箱还没有登记：请选举工作人员登记，或者确认不设。",
    "Mobile boxes are not recorded: the official records them, or that there are none.",
)
BOXES = Need(
    lambda d: bool(d.boxes),
    "还没有登记纸票箱：使用纸票的，请选举工作人员登记票箱。",
    "No paper ballot box is recorded: where paper is used, the official records the boxes.",
)
PRINT_RUN = _has(
    "print_run",
    "纸质选票的印制数还没有登记：使用纸票的，请选举工作人员登记。",
    "The print run is not recorded: where paper is used, the official records it.",
)
COUNTED = Need(
    lambda d: bool(d.boxes) and all(one.collected is not None for one in d.boxes or ()),
    "票箱的计票还没有录入一致：请两名录入员录完并核对。",
    "The boxes' counts are not in and agreed: two people enter them and settle the differences.",
)
RESULT = _has("result", "结果还没有确定：请选举工作人员完成计票。", "No result yet: the official completes the count.")
SEATED = _has(
    "seats",
    "还没有登记当选人员：结果确定、近亲属回避等事项办完以后，请选举工作人员登记。",
    "Nobody elected is recorded: once the result is decided and kinship settled, the official records them.",
)
CERTIFIED = Need(
    lambda d: d.certified,
    "结果还没有签发：请选举委员会签发。",
    "The result is not certified: the election committee signs it.",
)
STEPS = _has("steps", "选举日程还没有算出：请选举工作人员确定选举日。", "No timeline: the official sets the day.")
CHECKS = _has("checks", "没有可以核对的记录：请等名单公布。", "Nothing to check yet: wait until the roll is posted.")
BOARD = _has(
    "board",
    "核验用的公钥还没有齐：请封定选举，并请选举委员会做好密钥。",
    "The keys are not all there: seal the election, and have the committee's key made.",
)
HANDOVER = _has(
    "handover",
    "移交事项还没有登记：请选举工作人员登记。",
    "Nothing to hand over is recorded: the official records it.",
)
DISPUTES = _has(
    "disputes", "没有登记争议：有争议时请选举工作人员登记。", "No dispute is recorded: the official records any."
)

_BEFORE, _BEFORE_EN = "选举日以前", "before the day"
_BY, _BY_EN = "选举委员会盖章", "election committee's stamp"
_COUNTERS, _COUNTERS_EN = "监票、计票、唱票人员和监督委员", "watchers, counters and supervisors"


def _notice(
    number: str,
    zh: str,
    en: str,
    when: tuple[str, str],
    write: Callable[[Dossier], Sheet],
    *needs: Need,
) -> Paper:
    parts = number.split("-")
    key = "-".join(("notice", f"{int(parts[0]):02d}", *parts[1:]))
    return Paper(key, number, zh, en, *when, _BY, _BY_EN, "file", write, needs)


_ROLL_TIME = ("选举日的 20 日以前", "20 days before the day")
_EVE = ("选举日以前，按地方规定的日期", "before the day, as the province says")
_DAY = ("选举日", "on the day")
_AFTER = ("结果确定以后", "once decided")
_FIRST = ("选举日确定后即公布", "as soon as the day is set")
PAPERS: Final[tuple[Paper, ...]] = (
    _notice("1", "确定选举日", "Election day", _FIRST, notices.chosen_day, OFFICES),
    _notice("2", "选举委员会名单", "Election committee", _FIRST, notices.committee, COMMITTEE),
    _notice("2-1", "选举委员会递补", "Succession in the committee", ("有递补时", "when it happens"),
            notices.succession, SUCCESSIONS),
    _notice("3", "选民登记", "Registration", ("名单公布以前", "before the roll is posted"), notices.registration,
            OFFICES),
    _notice("4", "选民名单", "The roll", _ROLL_TIME, notices.roll, ROLL),
    _notice("5", "代表和小组长推选", "Choosing representatives", _ROLL_TIME, notices.choosing_representatives, OFFICES),
    _notice("6", "代表名单", "Representatives", _ROLL_TIME, notices.representatives, REPRESENTATIVES),
    _notice("6-1", "小组长名单", "Group leaders", _ROLL_TIME, notices.group_leaders, LEADERS),
    _notice("7", "候选人提名", "Nomination", _EVE, notices.nomination, OFFICES),
    _notice("8", "初步候选人名单", "Preliminary candidates", _EVE, notices_poll.preliminary, PRELIMINARY),
    _notice("9", "正式候选人名单", "Candidates", _EVE, notices_poll.formal, FORMAL),
    _notice("10", "投票时间和地点", "When and where", _EVE, notices_poll.when_and_where, OFFICES),
    _notice("11", "选举工作人员名单", "Election staff", _EVE, notices_poll.staff, STAFF),
    _notice("12", "流动票箱投票人员", "Mobile box voters", _EVE, notices_poll.mobile_voters, MOBILE),
    _notice("13", "委托投票名单", "Proxies", _EVE, notices_poll.proxies, PROXIES),
    _notice("14", "代写人员", "Those who write for others", _EVE, notices_poll.writers, STAFF, WRITERS),
    _notice("15", "选票认定规则", "Which papers are void", _EVE, notices_poll.void_papers, OFFICES),
    _notice("16", "选举结果", "The result", ("当场", "at once"), notices_poll.result, RESULT),
    _notice("17", "监督委员会选举结果", "Supervisory committee", _AFTER, notices_poll.supervisors_result, SUPERVISORS),
    _notice("18", "预选办法", "Nominating poll", _EVE, notices_poll.nominating_rules, PRELIMINARY),
    _notice("19", "预选结果", "Nominating poll: result", _EVE, notices_poll.nominating_result, NOMINATING),
    Paper("calendar", "", "选举日程表", "Timeline", "选举日确定后", "once the day is set", "—", "—", "file",
          records.calendar, (STEPS,)),
    Paper("board-keys", "", "核验公告", "Keys for the notice board", "选举封定以后", "once sealed", _BY, _BY_EN, "file",
          records.board_keys, (BOARD,)),
    Paper("voter-cards", "", "选民证", "Voter cards", "名单公布以后", "after the roll is posted", _BY, _BY_EN, "own",
          records.voter_cards, (ROLL,), personal=True),
    Paper("proxy-cards", "", "委托投票证", "Proxy cards", "委托名单公布以后", "after the proxies are posted",
          "委托人、受委托人签名，选举委员会盖章", "both sign, committee's stamp", "file",
          records.proxy_cards, (SOME_PROXIES,), personal=True),
    Paper("ballot", "", "选票（印刷样）", "Ballot paper", _BEFORE, _BEFORE_EN, _BY, _BY_EN, "ballots",
          records.ballot, (FORMAL,)),
    Paper("issue-register", "", "领票登记表", "Issue register", *_DAY, "验证员、发票员", "desk staff", "file",
          records.issue_register, (ROLL,), personal=True),
    Paper("box-seals", "", "票箱检查封箱记录", "Boxes checked and sealed", *_DAY, _COUNTERS, _COUNTERS_EN, "file",
          records.box_seals, (BOXES,)),
    Paper("papers-checked", "", "验票单", "Papers checked", "开箱时", "when boxes are opened", _COUNTERS, _COUNTERS_EN,
          "file", records.papers_checked, (PRINT_RUN, COUNTED)),
    Paper("tally-sheets", "", "唱计票单", "Tally sheets", "计票时", "at the count", _COUNTERS, _COUNTERS_EN, "file",
          records.tally_sheets, (FORMAL, BOXES)),
    Paper("result-report", "", "选举结果报告单", "Result report", "当场", "at once", "选举委员会", "committee",
          "file", None, (CERTIFIED,)),
    Paper("certificates", "", "当选证书", "Certificates of election", *_AFTER, _BY, _BY_EN, "own",
          records_after.certificates, (RESULT, SEATED)),
    Paper("filing-report", "", "备案报告", "Report for filing", *_AFTER, _BY, _BY_EN, "file",
          records_after.filing_report, (RESULT,)),
    Paper("sealing", "", "选票和文件封存记录", "What is sealed", "选举日当天", "on the day itself", _COUNTERS,
          _COUNTERS_EN, "file", records_after.sealing_record, (RESULT,)),
    Paper("handover", "", "移交清单", "Hand-over list", "产生之日起 10 日内", "within 10 days",
          "移交、接收人", "both sides", "file", records_after.handover, (HANDOVER,)),
    Paper("disputes", "", "选举争议登记表", "Disputes", "有争议时", "where there are any", "选举委员会、监督委员会",
          "committee and supervisors", "file", records_after.disputes, (DISPUTES,), personal=True),
    Paper("supervisors-list", "", "监督核对表", "Supervisors' check list", *_DAY, "监督委员会", "supervisors", "file",
          records.supervisors_list, (CHECKS,)),
)  # fmt: skip  # one row to a paper is what makes it a catalogue
BY_KEY: Final = {paper.key: paper for paper in PAPERS}


def paper_of(key: str) -> Paper:
    """The paper with this key. Raises NotFound NO_SUCH_PAPER."""
    try:
        return BY_KEY[key]
    except KeyError:
        raise NotFound(
            "NO_SUCH_PAPER", "没有这种印件，请从印件目录进入。", "There is no such paper; start from the list."
        ) from None


def reads_roll(paper: Paper) -> bool:
    """Whether the paper prints, or checks, every line of the roll; the others are made without reading it."""
    return not {ROLL, REPRESENTATIVES, CHECKS}.isdisjoint(paper.needs)


def lacking(paper: Paper, dossier: Dossier) -> tuple[Reason, ...]:
    """What the paper still needs, each with who supplies it; empty where it can be printed."""
    return tuple(Reason(need.zh, need.en) for need in paper.needs if not need.met(dossier))


def written(paper: Paper, dossier: Dossier) -> Sheet:
    """The paper's content. Raises TooEarly PAPER_LACKS naming everything that is missing."""
    missing = lacking(paper, dossier)
    if missing or paper.write is None:
        zh, en = "".join(one.zh for one in missing), " ".join(one.en for one in missing)
        raise TooEarly("PAPER_LACKS", f"《{paper.zh}》还不能打印。{zh}", f"“{paper.en}” cannot be printed yet. {en}")
    return paper.write(dossier)
