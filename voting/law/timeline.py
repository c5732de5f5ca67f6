"""Every statutory step around an election day, with its earliest and latest date, and where each one stands.

Pure arithmetic on plain dates: a period does not count the day it starts from (Civil Code Art. 201). A day of
`voting.law.calendar` is a day in the hall; nothing here knows a moment. Steps whose dates follow from a deed (the roll
was posted, a committee came into being) are reckoned from that deed once it is known.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from voting.law.calendar import days_after, days_before
from voting.law.provinces import Profile, Ruled, Source
from voting.law.statutes import Law, Mode

#: How many days ahead a step is called, unless the election says otherwise.
ALARM_DAYS: Final = 3


@dataclass(frozen=True)
class Step:
    """One step: what, from when, until when at the latest, and on what it rests.

    ``earliest`` None: from the beginning of the preparations. ``kind`` tells a statutory date from a suggested one:
    a suggested date that passes is said, and stops nothing.
    """

    name: str
    zh: str
    en: str
    earliest: date | None
    latest: date
    article: str
    article_en: str
    why: str
    why_en: str
    kind: Source = Source.STATUTE

    @property
    def binding(self) -> bool:
        """Whether a rule fixes the date; otherwise it is how other places plan."""
        return self.kind is not Source.FOUND or bool(self.article)


class Status(StrEnum):
    """Where a step stands."""

    DONE = "done"
    DONE_LATE = "done_late"
    NOT_NEEDED = "not_needed"
    DUE = "due"
    LATE = "late"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Standing:
    """A step today. ``done``: the day it was done, where that is known. ``alarm``: due within the days set ahead."""

    step: Step
    status: Status
    done: date | None
    days_left: int
    alarm: bool


@dataclass(frozen=True)
class Hung:
    """When the roll was really posted, and when it was posted again because the election day was moved."""

    posted: date | None = None
    again: date | None = None


#: A deed that the law does not ask for in this election: nothing was left to do, or nobody made use of it.
NOT_NEEDED: Final = "not_needed"
#: What stands for a step: the day it was done, whether it was, or that it is not needed.
Done = date | bool | str
#: The steps of a poll that follows another one and takes over its roll.
_OF_A_POLL: Final = ("keys_and_cards", "rehearsal", "poll", "result", "handover", "seal_handover")


def statutory(profile: Profile, mode: Mode, day: date, *, hung: Hung = Hung(), whole: bool = True) -> tuple[Step, ...]:
    """The steps of one election with its poll on ``day``, in the order of their latest dates.

    ``hung``: until the roll is posted the objections are reckoned from the last day for it. ``whole``: whether this
    poll has a calendar of its own; a re-vote, a second poll and a recall take over the roll of the poll before.
    """
    steps = (*_planned(day), *_roll(profile, mode, day, hung), *_lists(profile, mode, day), *_ready(day),
             *_poll(profile, day))  # fmt: skip
    kept = (step for step in steps if whole or step.name in _OF_A_POLL)
    return tuple(sorted(kept, key=lambda step: step.latest))


def earliest_election_day(profile: Profile, posted: date) -> date:
    """The first lawful election day for a roll posted on ``posted``."""
    return days_after(posted, profile.roll_days.value)


def standing(
    steps: tuple[Step, ...], deeds: Mapping[str, Done], today: date, *, alarm_days: int = ALARM_DAYS
) -> tuple[Standing, ...]:
    """Each step as it stands on ``today``. ``deeds``: what is known of each, by its name."""
    return tuple(_stands(step, deeds.get(step.name, False), today, alarm_days) for step in steps)


def _stands(step: Step, deed: Done, today: date, alarm_days: int) -> Standing:
    done = deed if isinstance(deed, date) else None
    left = (step.latest - today).days
    if done is not None:
        status = Status.DONE_LATE if done > step.latest and step.binding else Status.DONE
    elif deed:
        status = Status.NOT_NEEDED if deed == NOT_NEEDED else Status.DONE
    else:
        status = Status.AHEAD if left > 0 else Status.DUE if left == 0 else Status.LATE
    waits = status in (Status.AHEAD, Status.DUE, Status.LATE)
    return Standing(step, status, done, left, waits and left <= alarm_days)


def _planned(day: date) -> tuple[Step, ...]:
    """How a district that publishes its calendar plans; nothing is refused by these dates."""
    plan = (
        ("committee", "推选选举委员会，公布第 1 至 3 号公告", "Form the election committee, notices 1 to 3", 35, 34),
        ("registration", "选民登记", "Register the voters", 33, 29),
        ("nomination", "提名初步候选人", "Nominate", 15, 13),
        ("review", "候选人资格联审", "Joint review of the candidates", 9, 5),
    )
    return tuple(
        Step(
            name, zh, en, days_before(day, first), days_before(day, last), "", "",
            "通行做法，可以调整", "common practice, may be changed", Source.FOUND,
        )
        for name, zh, en, first, last in plan
    )  # fmt: skip


def _roll(profile: Profile, mode: Mode, day: date, hung: Hung) -> tuple[Step, ...]:
    last = days_before(day, profile.roll_days.value)
    begun = hung.again or hung.posted or last
    objections = profile.last_day(begun, profile.objection_days.value)
    lists = {
        Mode.HOUSEHOLD_REPS: ("公布选民名单和户代表名单", "Post the roll and the households' representatives"),
        Mode.RESIDENT_REPS: ("公布选民名单和居民代表名单", "Post the roll and the residents' representatives"),
    }
    what = lists.get(mode, ("公布选民名单", "Post the roll"))
    n, m, d = profile.roll_days.value, profile.objection_days.value, profile.decision_days.value
    p = profile.posting_days.value
    return (
        _step(profile.roll_days, "post_roll", what, None, last,
              (f"选举日的 {n} 日以前公布", f"posted {n} days before the election day")),
        _step(profile.objection_days, "objections", ("名单异议期满", "Objections end"), begun, objections,
              (f"公布之日起 {m} 日内提出", f"raised within {m} days of posting")),
        _step(profile.decision_days, "decisions", ("异议处理完毕", "Objections decided"), begun,
              profile.last_day(objections, d),
              (f"收到之日起 {d} 日内答复", f"decided within {d} days of receipt")),
        _step(profile.posting_days, "posting_ends", ("名单公布期满", "The roll has hung its time"), None,
              profile.last_day(begun, p),
              (f"公布不少于 {p} 日", f"posted for {p} days at least")),
    )  # fmt: skip


def _lists(profile: Profile, mode: Mode, day: date) -> tuple[Step, ...]:
    formal, leave = profile.formal_list_days.value, profile.withdraw_days.value
    place = profile.place_days.value
    steps = [
        _step(profile.place_days, "place", ("公布投票时间和地点", "Post hours and place of the poll"), None,
              days_before(day, place), (f"选举日的 {place} 日以前公布", f"{place} days before the day")),
        _step(profile.formal_list_days, "post_candidates", ("公布正式候选人名单", "Post the candidates"), None,
              days_before(day, formal), (f"选举日的 {formal} 日以前公布", f"{formal} days before the day")),
        _step(profile.withdraw_days, "withdrawals", ("候选人书面退出截止", "Last day to withdraw"), None,
              days_before(day, leave), (f"选举日的 {leave} 日以前书面提出", f"{leave} days before the day")),
    ]  # fmt: skip
    if profile.proxies_max.value and mode is not Mode.RESIDENT_REPS:
        paper, posted = profile.proxy_paper_days.value, profile.proxy_list_days.value
        steps += [
            _step(profile.proxy_paper_days, "proxy_papers", ("委托投票手续截止", "Last day for proxy papers"), None,
                  days_before(day, paper), (f"选举日的 {paper} 日以前办理", f"made {paper} days before the day")),
            _step(profile.proxy_list_days, "proxy_list", ("公布委托投票名单", "Post the list of proxies"), None,
                  days_before(day, posted), (f"选举日的 {posted} 日以前公布", f"posted {posted} days before the day")),
        ]  # fmt: skip
    return tuple(steps)


def _ready(day: date) -> tuple[Step, ...]:
    """What this system itself needs before a poll."""
    eve = days_before(day, 1)
    return (
        Step("keys_and_cards", "密钥和选票卡", "Keys and cards", None, eve, "", "", "封定选举以前备齐",
             "ready before sealing", Source.DESIGN),
        Step("rehearsal", "演练解密", "Rehearsal", None, eve, "", "", "开始投票以前完成",
             "done before the poll opens", Source.DESIGN),
    )  # fmt: skip


def _poll(profile: Profile, day: date) -> tuple[Step, ...]:
    law: Law = profile.laws[0]
    poll = law.reason("", "", law.turnout_article)
    second, hand = profile.second_poll_days.value, profile.handover_days.value
    first = day if profile.second_poll_same_day.value else days_after(day, 1)
    held = Step("poll", "投票", "Poll", day, day, poll.article, poll.article_en, "选举日投票", "held on the day")
    return (
        held,
        replace(held, name="result", zh="公布结果", en="Announce the result", why="公开计票，当场公布",
                why_en="counted in public and announced at once"),
        _step(profile.second_poll_days, "second_poll", ("另行选举（名额没有选满时）", "Second poll, if seats are left"),
              first, profile.last_day(day, second),
              (f"选举日后 {second} 日以内", f"within {second} days of the election day")),
        _step(profile.handover_days, "handover", ("工作移交", "Hand-over"), day, profile.last_day(day, hand),
              (f"新一届产生之日起 {hand} 日内", f"within {hand} days of the new committee")),
        *((_step(profile.seal_on_day, "seal_handover", ("印章移交", "Hand over the seal"), day, day,
                 ("选举当日移交印章", "the seal changes hands on the day itself")),)
          if profile.seal_on_day.value else ()),
    )  # fmt: skip


def _step(  # noqa: PLR0917 — one row of the table above, in its order
    ruled: Ruled[int] | Ruled[bool],
    name: str,
    what: tuple[str, str],
    earliest: date | None,
    latest: date,
    why: tuple[str, str],
) -> Step:
    return Step(name, *what, earliest, latest, ruled.source_zh, ruled.source_en, *why, ruled.kind)
