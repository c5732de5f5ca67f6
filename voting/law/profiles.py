"""Which rules are in force for one election: version of the law, province's profile, and what the committee chose.

An election keeps three things from the day it is created: ``law`` (key), ``profile`` (key) and ``options`` (the open
points of the law that its committee settled). ``rules_of`` puts them together; nothing else says which number counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final

from voting.errors import Malformed
from voting.law.provinces import (
    BEIJING,
    NATIONAL,
    PROFILES,
    SHANGHAI,
    ZHEJIANG,
    CommitteeSize,
    Excess,
    Profile,
    Ruled,
    Source,
    under,
)
from voting.law.statutes import (
    LAWS,
    RESIDENTS_2018,
    RESIDENTS_2026,
    VILLAGERS_2018,
    VILLAGERS_2026,
    Law,
    Mode,
    law_for,
    law_of,
    law_on,
)

__all__ = [
    "BEIJING", "LAWS", "NATIONAL", "OPTIONS", "PROFILES", "RESIDENTS_2018", "RESIDENTS_2026", "SHANGHAI",
    "VILLAGERS_2018", "VILLAGERS_2026", "ZHEJIANG", "CommitteeSize", "Excess", "Law", "Mode", "Option", "Profile",
    "Ruled", "Source", "check_options", "law_for", "law_of", "law_on", "profile_of", "rules_of",
]  # fmt: skip


@dataclass(frozen=True)
class Option:
    """An open point that the election committee may settle otherwise than the profile's default.

    ``choices``: each value with its words, Chinese and English; a bool or a text.
    """

    name: str
    zh: str
    en: str
    choices: Mapping[str, tuple[object, str, str]]


def _choices(**choices: tuple[object, str, str]) -> Mapping[str, tuple[object, str, str]]:
    return MappingProxyType(choices)


#: The open points of the law (no text was found that settles them nationally).
OPTIONS: Final = (
    Option(
        "second_poll_turnout", "另行选举也要过半数参加", "The turnout rule binds the second poll as well",
        _choices(yes=(True, "是", "yes"), no=(False, "否", "no")),
    ),
    Option(
        "holiday_moves", "期限最后一天是节假日时顺延", "A last day that is a holiday moves on",
        _choices(no=(False, "不顺延", "no"), yes=(True, "顺延", "yes")),
    ),
    Option(
        "dup_office", "同一人在两个职务上都被选", "One person marked for two offices",
        _choices(
            void=("void", "整张选票无效", "the whole paper is void"),
            each=("each", "各个职务分别计票", "counted in each office"),
        ),
    ),
    Option(
        "over_vote", "所选人数多于应选人数", "More names than seats in an office",
        _choices(
            office=("office", "该职务无效，其余有效", "that office is void, the rest counts"),
            ballot=("ballot", "整张选票无效", "the whole paper is void"),
        ),
    ),
    Option(
        "legal_record", "哪一份选票是法定依据", "Which ballot is the legal record",
        _choices(
            tablet=("tablet", "平板投的票", "the tablet's"),
            paper=("paper", "平板打印的纸票", "the paper that the tablet prints"),
        ),
    ),
)  # fmt: skip  # one row to an option
_BY_NAME: Final = {option.name: option for option in OPTIONS}


def profile_of(key: str) -> Profile:
    """The profile kept with an election. Raises ``Malformed`` PROFILE_UNKNOWN."""
    for profile in PROFILES:
        if profile.key == key:
            return profile
    raise Malformed(
        "PROFILE_UNKNOWN",
        f"本系统没有“{key}”的地方规则；请从列出的里选一个。",
        f"There is no profile “{key}” here; choose one of those listed.",
    )


def check_options(profile: Profile, options: Mapping[str, str]) -> dict[str, str]:
    """The options that differ from the profile's own values, by name. Raises ``Malformed`` OPTION_UNKNOWN."""
    chosen = {}
    for name, key in options.items():
        option = _BY_NAME.get(name)
        if option is None or key not in option.choices:
            raise Malformed(
                "OPTION_UNKNOWN",
                f"“{name}”不能选“{key}”；请从列出的里选一个。",
                f"“{name}” cannot be “{key}”; choose one of those listed.",
            )
        if option.choices[key][0] != profile.values()[name].value:
            chosen[name] = key
    return chosen


def rules_of(law: str, mode: Mode, profile: str, options: Mapping[str, str]) -> Profile:
    """Every value in force for one election. Raises ``Malformed`` as `law_of`, `profile_of` and `check_options` do."""
    rules = under(profile_of(profile), law_of(law, mode), mode)
    why = ("选举委员会的决定", "decided by the election committee")
    chosen = {
        name: Ruled(_BY_NAME[name].choices[key][0], *why, Source.CHOSEN)
        for name, key in check_options(rules, options).items()
    }
    return replace(rules, **chosen)  # type: ignore[arg-type]  # each option is a field of the same type
