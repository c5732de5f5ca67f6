"""The supervisors' check list, filled in from what is recorded (rules.md G, end). Pure.

A line that the records can answer is answered with its figures; what only eyes in the hall can see stays open. A line
whose facts are not there yet stays open too and says so: nothing is called good because nothing was looked at.
"""

from __future__ import annotations

from collections import Counter
from datetime import date

from voting.elections.papers.data import Dossier, PaperCheck, PaperResult
from voting.law.calendar import days_before
from voting.law.polls import Kind
from voting.law.thresholds import figure

#: Said of a line whose facts are not recorded yet.
LATER = "还没有记录"


def supervisors_checks(d: Dossier, sealed_hash: str | None, roll_now: str | None = None) -> tuple[PaperCheck, ...]:
    """Every line in order; none before the roll is posted.

    ``sealed_hash``: hash of the roll that was fixed; ``roll_now``: hash of the roll as the database has it now.
    """
    if d.posted_roll is None:
        return ()
    return (
        *_roll(d, sealed_hash, roll_now),
        *_posting(d),
        *_standing(d),
        *_proxies(d),
        *_papers(d),
        *_boxes(d),
        *_count(d.result, d.rules.legal_record.value),
        PaperCheck("报告单、唱计票单、封箱记录签名齐全", None, "对照纸质原件"),
        log_check(d),
    )


def _roll(d: Dossier, sealed_hash: str | None, roll_now: str | None) -> tuple[PaperCheck, ...]:
    roll = d.posted_roll
    if roll is None:
        return ()
    same = None if roll_now is None else roll_now == roll.sha256
    fixed = None if sealed_hash is None else sealed_hash == roll.sha256
    return (
        PaperCheck("选民名单与公布的名单一致", same, f"第{roll.version}版 {roll.sha256[:16]}"),
        PaperCheck("封定的名单就是公布的最后一版", fixed, "" if fixed is not None else LATER),
        PaperCheck(
            "名单每次变动都有异议处理决定",
            roll.unexplained == 0,
            f"变动 {roll.version - 1} 次，没有决定的 {roll.unexplained} 次" if roll.version > 1 else "没有变动",
        ),
    )


def _posting(d: Dossier) -> tuple[PaperCheck, ...]:
    rules = d.rules
    roll = d.posted_roll.posted if d.posted_roll else None
    return (
        _posted("选民名单按期公布", roll, days_before(d.day, rules.roll_days.value)),
        _posted("正式候选人名单按期公布", d.candidates_posted, days_before(d.day, rules.formal_list_days.value)),
        *(
            [_posted("委托投票名单按期公布", d.proxies_posted, days_before(d.day, rules.proxy_list_days.value))]
            if d.proxies
            else []
        ),
    )


def _standing(d: Dossier) -> tuple[PaperCheck, ...]:
    """More candidates than seats in every office; everybody who serves at poll and count has sworn."""
    checks = []
    if d.formal and d.kind in (Kind.FIRST, Kind.RERUN):
        short = [one.title for one in d.formal if len(one.candidates) <= one.seats]
        said = "，".join(f"{one.title} {len(one.candidates)} 选 {one.seats}" for one in d.formal)
        checks.append(PaperCheck("每一职务的候选人多于应选人数", not short, said))
    if d.staff is not None:
        missing = f"没有宣誓：{'、'.join(d.staff_unsworn)}" if d.staff_unsworn else f"{len(d.staff)} 人"
        checks.append(PaperCheck("监票、计票、唱票、代写人员都已宣誓", not d.staff_unsworn, missing))
    return tuple(checks)


def _posted(what: str, day: date | None, latest: date) -> PaperCheck:
    if day is None:
        return PaperCheck(what, None, LATER)
    return PaperCheck(what, day <= latest, f"{day.isoformat()} 公布，最迟 {latest.isoformat()}")


def _proxies(d: Dossier) -> tuple[PaperCheck, ...]:
    if d.proxies is None:
        return (PaperCheck("委托投票名单已公布，每人接受委托不超过规定", None, LATER),)
    held = Counter(one.holder for one in d.proxies)
    most, limit = max(held.values(), default=0), d.rules.proxies_max.value
    standing = {person.name for contest in d.contests for person in contest.candidates}
    holders = sorted({one.holder_name for one in d.proxies} & standing)
    principals = {one.principal for one in d.proxies}
    chained = sorted(held.keys() & principals)
    return (
        PaperCheck(f"每人接受委托不超过 {limit} 人", most <= limit, f"委托 {len(d.proxies)} 件，最多一人 {most} 件"),
        # A namesake is no candidate: whoever is named here is looked at by eye.
        PaperCheck("候选人没有接受委托", None if holders else True, f"同名：{'、'.join(holders)}" if holders else ""),
        PaperCheck("没有转委托", not chained, "、".join(f"编号 {number}" for number in chained)),
    )


def _papers(d: Dossier) -> tuple[PaperCheck, ...]:
    run = d.print_run
    if run is None:
        return ()
    parts = (run.issued, run.returned, run.spoilt, run.unused, *([run.missing] if run.missing else []))
    whole = sum(parts) - run.surplus
    sums = f"{' + '.join(figure(one) for one in parts)} = {figure(whole)}"
    boxes, out = d.boxes or (), run.issued
    if d.rules.legal_record.value == "paper" and d.cards is not None:
        # Whoever received a card printed a paper for the box.
        out += d.cards.out - d.cards.returned - d.cards.torn
    found = sum(one.collected or 0 for one in boxes)
    agreed = bool(boxes) and all(one.collected is not None for one in boxes)
    closed = d.result is not None
    return (
        PaperCheck(
            "印制 = 发出 + 交回 + 损坏 + 未用",
            whole == run.printed if closed else None,
            f"{sums}，印制 {figure(run.printed)}",
        ),
        PaperCheck(
            "纸票收回不多于发出",
            found <= out if agreed else None,
            f"收回 {figure(found)}，发出 {figure(out)}" if agreed else LATER,
        ),
    )


def _boxes(d: Dossier) -> tuple[PaperCheck, ...]:
    """Seals to compare, watchers of the mobile boxes, two people's entries of every box."""
    if not d.boxes:
        return ()
    seals = "，".join(f"{one.number} 号箱 {one.seal}" for one in d.boxes)
    checks = [PaperCheck("票箱封条完好，开箱前当众检查", None, seals)]
    mobile, least = [one for one in d.boxes if one.kind == "mobile"], d.rules.mobile_watchers.value
    if mobile:
        said = "，".join(f"{one.number} 号箱 {one.watchers} 人" for one in mobile)
        checks.append(
            PaperCheck(f"每个流动票箱监票人不少于 {least} 人", all(one.watchers >= least for one in mobile), said)
        )
    counted = all(one.collected is not None for one in d.boxes)
    said = "，".join(f"{one.number} 号箱 {one.hands} 人" for one in d.boxes) if counted else LATER
    # A box that nobody put a paper into has nothing to enter.
    twice = all(one.hands == 2 or one.collected == 0 for one in d.boxes)
    checks.append(PaperCheck("每个票箱由两人分别录入并核对一致", twice if counted else None, said))
    return tuple(checks)


def _count(result: PaperResult | None, record: str) -> tuple[PaperCheck, ...]:
    if result is None:
        return tuple(PaperCheck(one, None, LATER) for one in ("收回不多于发出", "各票箱之和等于收回总数", "票数平衡"))
    numbers = result.figures
    # Where the paper is the record of the law, the tablets' ballots lie printed among the papers.
    channels = (numbers.paper, numbers.mobile) if record == "paper" else (numbers.tablet, numbers.paper, numbers.mobile)
    parts, words = sum(channels), "纸票、流动票箱" if record == "paper" else "平板、纸票、流动票箱"
    sums = f"{' + '.join(figure(one) for one in channels)} = {figure(parts)}"
    checks = [
        PaperCheck(
            "收回不多于发出",
            numbers.collected <= numbers.issued,
            f"收回 {figure(numbers.collected)}，发出 {figure(numbers.issued)}",
        ),
        PaperCheck(f"{words}之和等于收回总数", parts == numbers.collected, sums),
    ]
    for office in result.offices:
        votes = sum(one.votes for one in office.candidates)
        papers = numbers.collected - office.void - office.blank
        most = office.seats * papers
        checks.append(
            PaperCheck(
                f"{office.title}：得票之和不多于 应选人数 × 有效票",
                votes <= most,
                f"{figure(votes)}，{office.seats} × {figure(papers)} = {figure(most)}",
            )
        )
    why = "".join(one.zh for one in result.because)
    checks.append(PaperCheck("参加投票达到法定人数（重新计算）", result.valid, why))
    return tuple(checks)


def log_check(d: Dossier) -> PaperCheck:
    """The last line: whether the log, derived anew, is whole; open while nobody derived it."""
    what = "审计日志连续，没有缺号、没有改动（重新推算）"
    if d.log is None:
        return PaperCheck(what, None, LATER)
    said = f"第 {figure(d.log.size)} 条，{' '.join(d.log.spoken)}"
    if d.log.fault is None:
        return PaperCheck(what, None, said)
    return PaperCheck(what, not d.log.fault, f"{said}，{d.log.fault}" if d.log.fault else said)
