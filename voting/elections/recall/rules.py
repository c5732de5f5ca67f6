"""Recall: the petition and the vote (Residents' Committees Law Art. 20; Villagers' Committees Law Art. 19)."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from voting.errors import TooEarly, TooLate
from voting.law.profiles import Mode, law_of
from voting.law.thresholds import Reason, over_half


@dataclass(frozen=True)
class Written:
    """A signature as it stands on the petition: a name, a roll number, or both."""

    name: str = ""
    number: int | None = None

    def __str__(self) -> str:
        return " ".join(str(part) for part in (self.name, self.number) if part not in ("", None))


@dataclass(frozen=True)
class Person:
    """Somebody on the list that counts."""

    entry: str
    name: str
    number: int


@dataclass(frozen=True)
class Checked:
    """Signatures held against the roll. ``found``: entries that signed now; ``twice`` signed before or twice here;
    ``namesakes`` need the roll number; ``unknown`` are not on the list, or the number bears another name."""

    found: tuple[str, ...] = ()
    twice: tuple[Written, ...] = ()
    namesakes: tuple[Written, ...] = ()
    unknown: tuple[Written, ...] = ()


@dataclass(frozen=True)
class RecallOutcome:
    """Whether the petition stands, enough voted, and the member is recalled."""

    petition_ok: bool
    turnout_ok: bool = False
    passed: bool = False
    because: tuple[Reason, ...] = ()


def decide_recall(
    mode: Mode,
    *,
    eligible: int,
    petition: int,
    by_reps: bool = False,
    collected: int = 0,
    yes: int | None = None,
    vote_eligible: int | None = None,
    law: str = "",
) -> RecallOutcome:
    """The petition by voters (or representatives), then the vote in the mode of the election with its turnout.

    ``eligible``: those who may petition; ``vote_eligible``: those who may vote, where that differs.
    ``law``: key of the version that the election began under; empty: the newest. ``yes`` is ``None`` before the vote.
    A vote without a sound petition recalls nobody.
    """
    version = law_of(law, mode)
    share = version.recall_by_reps if by_reps or mode is Mode.RESIDENT_REPS else version.recall_by_voters
    asked = share.compare(petition, eligible)
    because = [
        version.reason(
            f"联名 {petition} 人，须{share.zh}：{asked.sum}，" + ("达到。" if asked else "未达到。"),
            f"{petition} signed, {share.en} is required: {asked.sum}, " + ("reached." if asked else "not reached."),
            version.recall_article,
        )
    ]
    if yes is None:
        return RecallOutcome(asked.ok, because=tuple(because))
    came = version.turnout[mode].compare(collected, eligible if vote_eligible is None else vote_eligible)
    agreed = over_half(yes, collected)
    because += [
        version.reason(
            f"参加投票须{version.turnout[mode].zh}：{came.sum}。", f"Turnout: {came.sum}.", version.recall_article
        ),
        version.reason(
            f"同意须过参加投票者的半数：{agreed.sum}。", f"In favour: {agreed.sum}.", version.recall_article
        ),
    ]
    return RecallOutcome(asked.ok, came.ok, asked.ok and came.ok and agreed.ok, tuple(because))


def read_signatures(text: str) -> tuple[Written, ...]:
    """“张三 12、李四 30 45” as signatures: a number after a name belongs to it."""
    found: list[Written] = []
    for part in re.split(r"[、，,;；\r\n]+", text):
        here: list[Written] = []
        for word in part.split():
            if not re.fullmatch(r"[0-9]{1,9}", word):
                here.append(Written(word))
            elif here and here[-1].number is None:
                here[-1] = Written(here[-1].name, int(word))
            else:
                here.append(Written(number=int(word)))
        found += here
    return tuple(found)


def check_signatures(
    written: Iterable[Written], people: Mapping[int, Person], named: Mapping[str, Sequence[int]], there: Collection[str]
) -> Checked:
    """Hold signatures against the list. ``people`` by roll number, ``named``: roll numbers of everybody on the list who
    bears a name, ``there``: entries that have signed already."""
    found: list[str] = []
    twice, namesakes, unknown = [], [], []
    for one in written:
        numbers = [one.number] if one.number is not None else list(named.get(one.name, ()))
        person = people.get(numbers[0]) if len(numbers) == 1 else None
        if len(numbers) > 1:
            namesakes.append(one)
        elif person is None or one.name not in ("", person.name):
            unknown.append(one)
        elif person.entry in there or person.entry in found:
            twice.append(one)
        else:
            found.append(person.entry)
    return Checked(tuple(found), tuple(twice), tuple(namesakes), tuple(unknown))


def require_petition(decided: RecallOutcome) -> None:
    """Raises TooEarly RECALL_TOO_FEW, with the arithmetic, for a petition without the law's share of the list."""
    if not decided.petition_ok:
        reason = decided.because[0]
        raise TooEarly(
            "RECALL_TOO_FEW",
            f"{reason.zh}请继续核对签名，或结束这件联名。",
            f"{reason.en} Check further signatures, or end the petition.",
        )


def require_again(lost: date | None, day: date, days: int) -> None:
    """Not again on the same facts within a year of a recall that was lost (浙江 36). Raises TooEarly RECALL_AGAIN."""
    if lost is not None and day <= lost + timedelta(days=days):
        first = lost + timedelta(days=days + 1)
        raise TooEarly(
            "RECALL_AGAIN",
            f"同一事实的罢免 {lost.isoformat()} 没有通过，{first.isoformat()} 以前不能再提，请到时再办。",
            f"A recall on the same facts was lost on {lost.isoformat()}; wait until {first.isoformat()}.",
        )


def require_poll_day(accepted: date, day: date, days: int) -> None:
    """The poll is held within so many days of the petition (profile). Raises TooLate RECALL_LATE."""
    last = accepted + timedelta(days=days)
    if day > last:
        raise TooLate(
            "RECALL_LATE",
            f"罢免投票应在受理后 {days} 日内举行，最迟 {last.isoformat()}，请改日期。",
            f"The poll is held within {days} days, at the latest on {last.isoformat()}; choose another day.",
        )
