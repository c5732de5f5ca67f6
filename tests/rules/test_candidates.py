"""Who may stand: one base list that passes, and each check failing on one change of it."""

from dataclasses import replace
from datetime import date

import pytest

from voting.elections.candidates.rules import (
    BARS,
    Known,
    Nominee,
    ballot_names,
    bars,
    check_candidates,
)
from voting.law.profiles import RESIDENTS_2018, RESIDENTS_2026, VILLAGERS_2018, VILLAGERS_2026, Law

DAY = date(2026, 12, 20)
CLEAR = dict.fromkeys(BARS, False)
SEATS = {"主任": 1, "委员": 1}


def nominee(person: str, office: str, **changed) -> Nominee:
    base = Nominee(person, f"样{person}", office, f"r{person}", 46, "女", CLEAR, CLEAR, checked_by="o1")
    return replace(base, **changed)


LIST = (nominee("甲", "主任"), nominee("乙", "主任"), nominee("丙", "委员"), nominee("丁", "委员"))


def codes(nominees: tuple[Nominee, ...]) -> set[str]:
    return {finding.code for finding in check_candidates(nominees, SEATS, DAY).errors}


def test_a_sound_list_passes() -> None:
    checked = check_candidates(LIST, SEATS, DAY)
    assert checked.ok
    assert checked.warnings == ()


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"roll_entry": ""}, "not_on_roll"),
        ({"age": 17}, "under_age"),
        ({"declared": {}}, "bar_unanswered"),
        ({"checked": {}}, "bar_unanswered"),
        ({"checked_by": ""}, "bar_unanswered"),
        ({"office": "书记"}, "no_such_office"),
        *(({"declared": {**CLEAR, bar: True}}, f"bar_{bar}") for bar in BARS),
        *(({"checked": {**CLEAR, bar: True}}, f"bar_{bar}") for bar in BARS),
    ],
)
def test_each_check_of_a_person(changed: dict, code: str) -> None:
    wrong = (*LIST, replace(nominee("戊", "委员"), **changed))
    checked = check_candidates(wrong, SEATS, DAY)
    assert {finding.code for finding in checked.errors} == {code}
    assert checked.persons_barred == {"戊"}
    assert all("样戊" in finding.reason.zh and "样戊" in finding.reason.en for finding in checked.errors)


def test_eighteen_on_the_day_is_enough() -> None:
    assert codes((*LIST, nominee("戊", "委员", age=18))) == set()


def test_nobody_stands_twice() -> None:
    assert codes((*LIST, nominee("甲", "委员"))) == {"two_offices"}
    assert codes((*LIST, nominee("甲", "主任"))) == {"two_offices"}
    # A namesake is another person.
    assert codes((*LIST, nominee("戊", "委员", name="样甲"))) == set()


def test_more_candidates_than_seats_in_every_office() -> None:
    checked = check_candidates(LIST[:3], SEATS, DAY)
    assert checked.offices_short == ("委员",)
    assert check_candidates((), SEATS, DAY).offices_short == ("主任", "委员")
    # The same person listed twice is one candidate.
    assert codes((*LIST[:3], LIST[2])) == {"two_offices", "not_differential"}


def test_no_woman_is_a_warning() -> None:
    men = tuple(replace(each, sex="男") for each in LIST)
    checked = check_candidates(men, SEATS, DAY)
    assert checked.ok
    assert [finding.code for finding in checked.warnings] == ["no_woman"]
    assert checked.warnings[0].reason.article == "《城市居民委员会组织法》第8条"


def test_the_village_law_names_clans() -> None:
    assert "宗族" in bars(VILLAGERS_2026)["organised_crime"][0]
    assert "宗族" not in bars(RESIDENTS_2026)["organised_crime"][0]


def test_namesakes_are_told_apart_on_the_ballot() -> None:
    known = Known("样伟", "男", 45, "教师")
    assert ballot_names((known, Known("样芳", "女", 30, "医生"))) == ("样伟", "样芳")
    assert ballot_names((known, Known("样伟", "女", 45, "教师"))) == ("样伟（男，45 岁）", "样伟（女，45 岁）")
    driver = Known("样伟", "男", 45, "司机")
    assert ballot_names((known, driver)) == ("样伟（男，45 岁，教师）", "样伟（男，45 岁，司机）")
    assert ballot_names((known, known)) == (
        "样伟（男，45 岁，教师，第 1 位）",
        "样伟（男，45 岁，教师，第 2 位）",
    )
    # Telling two apart must not run into a third who is called just so.
    odd = Known("样伟（男，45 岁）", "男", 20, "")
    names = ballot_names((known, Known("样伟", "女", 45, "教师"), odd))
    assert len(set(names)) == 3


@pytest.mark.parametrize("law", [RESIDENTS_2018, VILLAGERS_2018])
def test_the_laws_of_2018_bar_nobody(law: Law) -> None:
    """The four bars came with the changes of 2025; before them the local rules and the committee say who stands."""
    assert not bars(law)
    asked = tuple(replace(one, declared={"cult": True}, checked={}, checked_by="") for one in LIST)
    assert check_candidates(asked, SEATS, DAY, law).ok
    assert not check_candidates(asked, SEATS, DAY, RESIDENTS_2026).ok
