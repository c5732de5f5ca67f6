"""What each move of an election needs of its facts, and the sentences to say when it is missing. Pure.

Every need that is not met says what is missing and who supplies it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from voting.elections.facts import MIN_TRUSTEES, Facts
from voting.law.profiles import Mode
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Need:
    """A fact a move needs, with the sentences to say when it is missing (``str.format`` over ``f``, the facts).

    ``late``: the time for it has run out; otherwise it is still to come.
    """

    code: str
    met: Callable[[Facts], bool]
    zh: str
    en: str
    late: bool = False

    def reason(self, facts: Facts) -> Reason:
        """What is missing and who supplies it."""
        short_zh, short_en = "、".join(facts.offices_short), ", ".join(facts.offices_short)
        return Reason(
            self.zh.format(f=facts, short_zh=short_zh, least=MIN_TRUSTEES),
            self.en.format(f=facts, short_en=short_en, least=MIN_TRUSTEES),
        )


OFFICES = Need(
    "no_offices",
    lambda f: f.offices > 0,
    "还没有职务：请选举工作人员设置职务和名额。",
    "There are no offices yet: the election official sets offices and seats.",
)
ROLL = Need(
    "no_roll",
    lambda f: f.roll > 0 or f.registered > 0,
    "选民名单还是空的：请选举工作人员导入名单。",
    "The roll is empty: the election official imports it.",
)
REPRESENTATIVES = Need(
    "no_representatives",
    lambda f: f.roll > 0 or f.mode not in (Mode.HOUSEHOLD_REPS, Mode.RESIDENT_REPS),
    "还没有代表名单，由代表投票的选举要连同选民名单一起公布：请选举工作人员录入代表名单。",
    "There is no list of representatives, which is posted together with the roll: the election official enters it.",
)
CATEGORIES = Need(
    "categories_unconfirmed",
    lambda f: f.unconfirmed == 0,
    "有 {f.unconfirmed} 人的登记类别须经确认（{f.registration_law.article}）：请选举工作人员录入确认的决定。",
    "{f.unconfirmed} people are registered on a ground that must be confirmed ({f.registration_law.article_en}): "
    "the election official enters the decision.",
)
ROLL_IN_TIME = Need(
    "roll_too_late",
    lambda f: f.day >= f.lawful_day,
    "选民名单须在选举日的 {f.rules.roll_days.value} 日以前公布（{f.rules.roll_days.source_zh}）：今天公布，"
    "选举日最早只能是 {f.lawful_day}，现在定的是 {f.day}。请选举委员会另定选举日，在“修改选举”里改。",
    "The roll must be posted {f.rules.roll_days.value} days before the election day ({f.rules.roll_days.source_en}): "
    "posted today, the first lawful election day is {f.lawful_day}, not {f.day}. The election committee sets another "
    "day, and the official enters it under “Change the election”.",
    late=True,
)
ROLL_POSTED_IN_TIME = Need(
    "roll_posted_late",
    lambda f: f.day >= f.lawful_day,
    "选民名单 {f.posting} 才公布，不满 {f.rules.roll_days.value} 日（{f.rules.roll_days.source_zh}），"
    "最早 {f.lawful_day} 才能投票：请选举委员会宣布选举无效，另定选举日重新投票。",
    "The roll was posted on {f.posting}, less than {f.rules.roll_days.value} days ahead "
    "({f.rules.roll_days.source_en}); the first lawful election day is {f.lawful_day}: the election committee declares "
    "the election void and sets another day for a new poll.",
    late=True,
)
OBJECTIONS_OVER = Need(
    "objections_running",
    lambda f: f.today >= f.sealing_from,
    "名单异议期到 {f.objections_end} 为止（{f.rules.objection_days.source_zh}），最早 {f.sealing_from} 才能封定："
    "请选举工作人员到时再办。",
    "Objections to the roll may come until {f.objections_end} ({f.rules.objection_days.source_en}); "
    "the first day to seal is {f.sealing_from}: the election official waits.",
)
OBJECTIONS_DECIDED = Need(
    "objections_open",
    lambda f: f.objections_open == 0,
    "有 {f.objections_open} 件名单异议还没有处理：请选举委员会作出决定，选举工作人员录入。",
    "{f.objections_open} objection(s) to the roll are undecided: "
    "the election committee decides, the election official enters it.",
)
CANDIDATES_IN_TIME = Need(
    "candidates_too_late",
    lambda f: f.today <= f.formal_list_by or not f.whole_poll,
    "正式候选人名单最晚 {f.formal_list_by} 公布（{f.rules.formal_list_days.source_zh}），今天是 {f.today}，"
    "今天公布，选举日最早是 {f.day_for_candidates}：请选举委员会另定选举日，在“改期”里改。",
    "The candidates must be posted by {f.formal_list_by} ({f.rules.formal_list_days.source_en}), today is {f.today}; "
    "posted today, the first lawful election day is {f.day_for_candidates}: the election committee sets another day, "
    "entered under “Move the election day”.",
    late=True,
)
CANDIDATES_POSTED_IN_TIME = Need(
    "candidates_posted_late",
    lambda f: f.candidates_posted is None or f.candidates_posted <= f.formal_list_by or not f.whole_poll,
    "正式候选人名单 {f.candidates_posted} 才公布，最晚应在 {f.formal_list_by}（{f.rules.formal_list_days.source_zh}），"
    "选举日最早是 {f.day_for_candidates}：请选举委员会宣布选举无效，另定选举日重新投票。",
    "The candidates were posted on {f.candidates_posted}, due by {f.formal_list_by} "
    "({f.rules.formal_list_days.source_en}); the first lawful election day is {f.day_for_candidates}: the election "
    "committee declares the election void and sets another day for a new poll.",
    late=True,
)
DIFFERENTIAL = Need(
    "not_differential",
    lambda f: not f.offices_short,
    "{short_zh}的候选人不多于应选名额：请选举工作人员补充候选人（差额选举）。",
    "{short_en}: no more candidates than seats; the election official adds candidates.",
)
CANDIDATES_ANSWERED = Need(
    "candidates_unanswered",
    lambda f: f.candidates_unanswered == 0,
    "还有 {f.candidates_unanswered} 名候选人没有核对法定条件：请选举工作人员逐人核对。",
    "{f.candidates_unanswered} candidate(s) are not checked yet: the election official goes through them.",
)
CANDIDATES_CHECKED = Need(
    "candidates_unchecked",
    lambda f: f.candidate_errors == 0,
    "有 {f.candidate_errors} 名候选人未通过法定条件核对：请选举工作人员逐人核对。",
    "{f.candidate_errors} candidate(s) fail a check of the law: the election official goes through them.",
)
CANDIDATES_OPEN = Need(
    "candidates_open",
    lambda f: not f.list_zh,
    "{f.list_zh}",
    "{f.list_en}",
)
CANDIDATES_POSTED = Need(
    "candidates_not_posted",
    lambda f: f.candidates_posted is not None,
    "正式候选人名单还没有公布：请选举工作人员公布。",
    "The list of candidates is not posted: the election official posts it.",
)
TRUSTEES = Need(
    "few_trustees",
    lambda f: f.trustees >= MIN_TRUSTEES,
    "监督委员现有 {f.trustees} 人，至少须 {least} 人：请管理员任命监督委员。",
    "{f.trustees} supervisor(s) hold a key, at least {least} must: the administrator appoints them.",
)
KEYS = Need(
    "keys_missing",
    lambda f: f.keys >= f.trustees,
    "监督委员的密钥收到 {f.keys} 份，须 {f.trustees} 份：请尚未生成密钥的监督委员在自己的设备上生成。",
    "{f.keys} of {f.trustees} keys received: the supervisors who have none make one on their own device.",
)
CARDS = Need(
    "cards_missing",
    lambda f: f.cards >= max(f.cards_needed, 1),
    "选票卡 {f.cards} 张，名单需要 {f.cards_needed} 张：请两名监督委员到场制卡。",
    "{f.cards} card(s) for a list of {f.cards_needed}: two supervisors make the cards together.",
)
CARDS_BOUND = Need(
    "cards_too_many",
    lambda f: f.cards <= f.cards_allowed,
    "选票卡 {f.cards} 张，多于名单加备用卡 {f.cards_allowed} 张：请监督委员销毁后重新制卡。",
    "{f.cards} cards, more than roll and spares allow ({f.cards_allowed}): "
    "the supervisors destroy them and make the cards anew.",
)
DAY_COME = Need(
    "before_the_day",
    lambda f: f.today >= f.day,
    "选举日是 {f.day}（{f.poll_law.article}），今天是 {f.today}，最早 {f.day} 才能开始投票：请选举工作人员到时再办。",
    "The election day is {f.day} ({f.poll_law.article_en}), today is {f.today}; the first day to open the poll is "
    "{f.day}: the election official opens it then.",
)
DAY_NOT_GONE = Need(
    "after_the_day",
    lambda f: f.today <= f.day,
    "选举日 {f.day} 已过（{f.poll_law.article}）：请选举委员会宣布选举无效，另定选举日，在“结果以后”里重新组织投票，"
    "名单和候选人可以沿用。",
    "The election day {f.day} is over ({f.poll_law.article_en}): the election committee declares the election void "
    "and sets another day; under “After the result” the poll is held again with the same roll and candidates.",
    late=True,
)
REHEARSALS = Need(
    "rehearsal_missing",
    lambda f: f.trustees > 0 and f.rehearsals >= f.trustees,
    "演练解密完成 {f.rehearsals} 人，须 {f.trustees} 人：请其余监督委员用自己的密钥完成演练。",
    "{f.rehearsals} of {f.trustees} supervisors have done the rehearsal: the others do it with their key.",
)
TABLETS = Need(
    "no_tablet",
    lambda f: f.tablets > 0,
    "还没有配对的平板：请选举工作人员配对至少一台。",
    "No tablet is paired: the election official pairs at least one.",
)
REASON = Need(
    "reason_missing",
    lambda f: bool(f.reason.strip()),
    "须写明原因：请选举工作人员填写，原因会记入日志。",
    "A reason is required: the election official gives it, and it is logged.",
)
LATER = Need(
    "not_later",
    lambda f: f.until_later,
    "新的结束时间须晚于原定时间：请选举工作人员更正。",
    "The new closing time must be later than the present one: the election official corrects it.",
)
CLOSING_TIME = Need(
    "before_closing_time",
    lambda f: f.closing_time or f.everyone_voted or bool(f.reason.strip()),
    "还没有到公布的结束时间：请选举工作人员到时结束，或写明选举委员会提前结束的决定。",
    "The posted closing time has not come: the election official waits, "
    "or records the election committee's decision to close early.",
)
QUEUE = Need(
    "queue_left",
    lambda f: f.queue == 0,
    "排队的还有 {f.queue} 人没有领卡：请发票处接待完；有人离开了，请选举工作人员改人数。",
    "{f.queue} of the queue have no card yet: the desk serves them; "
    "where people have left, the election official corrects the number.",
)
IN_HAND = Need(
    "cards_in_hand",
    lambda f: f.in_hand == 0 or bool(f.reason.strip()),
    "还有 {f.in_hand} 人领了卡没有投票：请等他们投完或收回选票卡；人已离开的，请选举工作人员写明情况再关闭票箱。",
    "{f.in_hand} card(s) are with people who have not voted: wait for them or take the cards back; where somebody "
    "left with a card, the election official states so and closes the box.",
)
UNSCANNED = Need(
    "cards_unscanned",
    lambda f: f.pile_voted > 0 or f.cards_unscanned in (0, f.cards_missing),
    "还有 {f.cards_unscanned} 张没有发出的卡没有扫描：请发票处工作人员扫描；找不到的，请选举委员会记录缺卡的决定。",
    "{f.cards_unscanned} card(s) that were never handed out are not scanned: the desk scans them; "
    "if some cannot be found, the election committee records a decision.",
)
PILE_VOTED = Need(
    "pile_card_voted",
    # The verifier's rule (check 10): one voter who swaps the used card for an unused one must not void the poll.
    lambda f: (
        f.pile_voted == 0
        or f.cards_unscanned == 0
        or (f.cards_unscanned, f.pile_voted) == (f.cards_missing, f.voted_decided)
    ),
    "剩下的卡里有 {f.pile_voted} 张在票箱里已有选票，没有发出的卡还差 {f.cards_unscanned} 张：请把其余的卡扫完；"
    "仍然不齐，可能是选民放回用过的卡、拿走了没用的，也可能有没有发出的卡投了票：请监督委员到场查清，"
    "由选举委员会记录决定（写入日志，写明这两个数，核验结果里会印出来）或宣布选举无效。",
    "{f.pile_voted} card(s) among those left over have a ballot in the box, and {f.cards_unscanned} that were never "
    "handed out are not accounted for: scan the rest. If some are still missing, a voter may have laid the used card "
    "back and taken an unused one, or a card of the pile may have voted: the supervisors look into it, and the "
    "election committee records a decision (logged with both numbers and printed by the verifier) or declares the "
    "election void.",
)
FLOOR = Need(
    "under_floor",
    lambda f: not f.too_few or f.floor_decision,
    "平板选票 {f.ballots} 张、纸质选票 {f.papers} 张，有一种少于 {f.ballot_floor} 张，开票会暴露个人选择："
    "请选举委员会先作出书面决定并记录。",
    "{f.ballots} ballot(s) from tablets and {f.papers} on paper: one of them is under the floor of {f.ballot_floor} "
    "and would reveal how people voted; the election committee records a decision first.",
)
BOXES_BACK = Need(
    "mobile_boxes_away",
    lambda f: f.boxes_away == 0,
    "还有 {f.boxes_away} 个流动票箱没有回来：请选举工作人员等票箱回到大厅并登记领票的人。",
    "{f.boxes_away} mobile box(es) are not back: the election official waits and records who received a paper.",
)
PAPER = Need(
    "paper_open",
    lambda f: not f.paper_zh,
    "{f.paper_zh}",
    "{f.paper_en}",
)
SHARES = Need(
    "shares_missing",
    lambda f: f.trustees > 0 and f.shares >= f.trustees,
    "解密份额收到 {f.shares} 份，须 {f.trustees} 份：请其余监督委员解密。",
    "{f.shares} of {f.trustees} decryption shares received: the other supervisors decrypt.",
)
RESULT = Need(
    "no_result",
    lambda f: f.result,
    "计票结果还没有合成：请选举工作人员合成结果。",
    "The result is not combined yet: the election official combines it.",
)
