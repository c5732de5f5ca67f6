"""The joint review: self-check, street, departments; what is sealed, who sees what, rulings, hearings, appeals."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from election_build import BEFORE, Built, add_candidate, an_election, an_id_number, clear, with_roll
from house_build import House

from voting.database import read
from voting.elections.candidates.actions import post_candidates, remove_candidate
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.actions import declare_kinship
from voting.elections.review import actions, own, queries, rulings
from voting.elections.review.actions import Answer
from voting.elections.review.tables import ReviewAnswer
from voting.elections.roll.publication import publish_roll
from voting.errors import Conflict, Malformed, NotAllowed, NotEligible, NotFound, Refused, TooEarly, TooLate
from voting.permissions import Role

DUE, LATER = date(2026, 12, 5), date(2026, 12, 9)
AFTER = datetime(2026, 12, 10, 1, 0, tzinfo=UTC)
RECENT = date(2024, 3, 1)
PDF = b"%PDF-1.7 evidence of something"
ITEMS = [{"code": "gambling", "zh": "赌博被查处未满五年的", "en": "gambling", "kind": "unfit", "years": 5}]


def refused(family: type[Refused], code: str, deed: Callable[..., object], /, *args: object, **facts: object) -> None:
    with pytest.raises(family) as caught:
        deed(*args, **facts)
    assert caught.value.code == code


def prepared(house: House) -> Built:
    """Two candidates whose statutory bars are answered, and three reviewers over the community."""
    built = with_roll(an_election(house))
    for number in ("1", "2"):
        clear(built, add_candidate(built, 0, number))
    for department in ("street", "court", "police"):
        account = house.account(department, house.street, f"审{department[0]}")
        house.appoint(account, house.street, Role.REVIEWER, department=department)
        built.accounts[department] = account
    return built


def opened(built: Built) -> Built:
    built.do(actions.adopt_criteria, items=ITEMS, preset="")
    built.do(actions.open_review, due=DUE)
    return built


def asked(built: Built, department: str, candidate: int = 0, now: datetime = BEFORE) -> queries.Asked:
    found = built.look(lambda session, election: queries.questions(session, election, now.date(), [department]))
    return sorted(found, key=lambda one: one.name)[candidate]  # type: ignore[no-any-return]


def answer(built: Built, department: str, candidate: int = 0, now: datetime = BEFORE, **facts: Any) -> bool:
    given = Answer(**{"verdict": "clear", **facts})
    return bool(
        built.do(
            actions.answer_question, question_id=asked(built, department, candidate).id, answer=given,
            departments=frozenset({department}), keys=built.keys, actor=built.actor(department), now=now,
        )
    )  # fmt: skip


def at_departments(house: House) -> Built:
    built = opened(prepared(house))
    for number in (0, 1):
        answer(built, "street", number)
    built.do(actions.ask_departments, departments=["court", "police"], due=LATER)
    return built


def stands(built: Built) -> list[str]:
    with read(built.engine) as session:
        return [one.review for one in session.query(Candidate).order_by(Candidate.name)]


def candidate(built: Built, number: int = 0) -> str:
    return asked(built, "street", number).candidate_id


def test_self_check_then_street_then_departments_then_passed(house: House) -> None:
    built = prepared(house)
    assert stands(built) == ["", ""]
    refused(TooEarly, "REVIEW_NOT_OPEN", built.do, actions.ask_departments, departments=["court"], due=LATER)
    opened(built)
    assert stands(built) == ["open", "open"]
    refused(Conflict, "REVIEW_OPEN", built.do, actions.open_review, due=DUE)
    refused(Conflict, "REVIEW_OPEN", built.do, actions.adopt_criteria, items=[], preset="")
    answer(built, "street")
    refused(TooEarly, "STREET_REVIEW_OPEN", built.do, actions.ask_departments, departments=["court"], due=LATER)
    answer(built, "street", 1)
    assert stands(built) == ["open", "open"], "the street alone passes nobody"
    for wrong in ([], ["street"], ["bakers"]):
        refused(Malformed, "DEPARTMENTS", built.do, actions.ask_departments, departments=wrong, due=LATER)
    refused(Malformed, "REVIEW_DUE", built.do, actions.ask_departments, departments=["court"], due=date(2026, 12, 20))
    built.do(actions.ask_departments, departments=["court", "police"], due=LATER)
    for department in ("court", "police"):
        answer(built, department)
    assert stands(built) == ["passed", "open"]
    settled = [data for kind, data in built.events() if kind == "review_settled"]
    assert [one["passed"] for one in settled] == [True]


def test_the_review_waits_for_candidates_and_the_communitys_own_check(house: House) -> None:
    built = with_roll(an_election(house))
    refused(Conflict, "NO_CANDIDATES", built.do, actions.open_review, due=DUE)
    add_candidate(built, 0, "1")
    refused(TooEarly, "SELF_CHECK_OPEN", built.do, actions.open_review, due=DUE)
    built.do(actions.waive_review, why="居民代表会议决定不举行联审")
    refused(Conflict, "REVIEW_OPEN", built.do, actions.waive_review, why="居民代表会议决定不举行联审")
    assert built.look(queries.review_of).waived
    clear(built, built.look(lambda session, election: queries.candidates_of(session, election)[0].id))
    built.do(actions.open_review, due=DUE)
    assert stands(built) == ["open"]


def test_findings_are_sealed_and_the_log_tells_nothing_of_them(house: House) -> None:
    built = at_departments(house)
    answer(built, "court", verdict="problem", clause="criminal_penalty", words="判决书某号", evidence=PDF)
    answer(built, "police", verdict="problem", clause="gambling", words="牌桌", event=RECENT)
    assert stands(built) == ["failed", "open"]
    with read(built.engine) as session:
        rows = session.query(ReviewAnswer).filter(ReviewAnswer.verdict == "problem").all()
        stored = b"".join(row.sealed + (row.evidence or b"") for row in rows)
    assert not any(part in stored for part in ("判决".encode(), "牌桌".encode(), b"criminal_penalty", b"%PDF"))
    whole = str([one for one in built.events() if one[0].startswith("review")])
    assert "review_answered" in whole
    assert not any(word in whole for word in ("判决", "牌桌", "criminal_penalty", "gambling", "problem", "样人"))


def test_every_look_is_logged_and_a_department_never_sees_another(house: House) -> None:
    built = at_departments(house)
    answer(built, "court", verdict="problem", clause="cult", words="某教", evidence=PDF)
    looked = len([kind for kind, _ in built.events() if kind == "review_looked"])
    known, heard = built.do(rulings.look, candidate_id=candidate(built), keys=built.keys)
    said = {one.asked.department: [(each.clause, each.words) for each in one.answers] for one in known}
    assert said == {"court": [("cult", "某教")], "police": [], "street": [("", "")]} and heard == []
    made = asked(built, "court").answer
    own = {"answer_id": made, "keys": built.keys, "actor": built.actor("court")}
    assert built.do(rulings.open_evidence, departments=frozenset({"court"}), **own) == (PDF, "application/pdf")
    looks = [data for kind, data in built.events() if kind == "review_looked"][looked:]
    assert [(one["what"], one["by"]) for one in looks] == [
        ("candidate", built.accounts["official"]), ("evidence", built.accounts["court"]),
    ]  # fmt: skip
    other = frozenset({"police"})
    refused(NotFound, "NO_EVIDENCE", built.do, rulings.open_evidence, departments=other, **own)
    facts = {"question_id": asked(built, "court").id, "answer": Answer("clear"), "keys": built.keys}
    refused(NotFound, "NO_SUCH_QUESTION", built.do, actions.answer_question, departments=other, **facts)
    refused(NotFound, "NOT_REVIEWED", built.do, rulings.look, candidate_id="none", keys=built.keys)


@pytest.mark.parametrize(
    "wrong", [{"verdict": "guilty"}, {"verdict": "problem"}, {"verdict": "problem", "clause": "hair"},
              {"clause": "cult"}, {"evidence": PDF}],
)  # fmt: skip
def test_an_answer_that_is_not_complete_is_refused(house: House, wrong: dict[str, Any]) -> None:
    refused(Malformed, "ANSWER_FORM", answer, opened(prepared(house)), "street", **wrong)


def test_a_late_answer_is_kept_as_late_and_undoes_nothing(house: House) -> None:
    built = at_departments(house)
    answer(built, "court")
    assert asked(built, "police", now=AFTER).verdict == "overdue"
    assert answer(built, "police", now=AFTER) is False
    found = asked(built, "police", now=AFTER)
    assert (found.verdict, found.answer, len(found.late)) == ("overdue", "", 1)
    assert stands(built)[0] == "suspended"
    assert [data["late"] for kind, data in built.events() if kind == "review_answered"][-1] is True
    built.do(rulings.rule, question_id=found.id, ruling="set_aside", why="部门已口头说明", keys=built.keys, now=AFTER)
    assert stands(built)[0] == "passed"


def test_the_last_answer_in_time_counts(house: House) -> None:
    built = at_departments(house)
    answer(built, "court", verdict="verify")
    answer(built, "police")
    assert stands(built)[0] == "suspended"
    answer(built, "court", now=BEFORE + timedelta(minutes=1))
    assert stands(built)[0] == "passed"


def ruled(built: Built, department: str, ruling: str, why: str = "经核实不成立", **facts: Any) -> None:
    question = asked(built, department).id
    built.do(rulings.rule, question_id=question, ruling=ruling, why=why, keys=built.keys, **facts)


def test_a_ruling_ends_with_the_answer_that_comes_in_time(house: House) -> None:
    built = at_departments(house)
    answer(built, "police")
    answer(built, "court", verdict="verify")
    refused(TooEarly, "VERIFY_RUNS", ruled, built, "court", "set_aside")
    answer(built, "court", verdict="problem", clause="cult", words="某教", evidence=PDF)
    built.do(
        rulings.hear, candidate_id=candidate(built), kind="hearing", held_on=BEFORE.date(), words="不是我",
        keys=built.keys,
    )  # fmt: skip
    ruled(built, "court", "set_aside")
    assert stands(built)[0] == "passed"
    # The court answers again, in time and in the same instant: what was set aside was another answer.
    answer(built, "court", verdict="problem", clause="cult", words="又查到", evidence=PDF)
    assert stands(built)[0] == "failed" and asked(built, "court").ruling == ""


def test_an_official_who_is_kin_of_a_candidate_takes_no_part(house: House) -> None:
    built = at_departments(house)
    answer(built, "police")
    answer(built, "court", verdict="problem", clause="cult", words="某教", evidence=PDF)
    told(built)
    about = {"candidate_id": candidate(built), "keys": built.keys}
    said = {"held_on": BEFORE.date(), "words": "不是我", **about}
    appeal = built.do(rulings.hear, kind="appeal", **said)
    tie = {"account_id": built.accounts["official"], "relation": "parent", "person": asked(built, "court").person}
    built.do(actions.tie_reviewer, **tie)
    refused(NotAllowed, "REVIEWER_KIN", built.do, rulings.look, **about)
    refused(NotAllowed, "REVIEWER_KIN", built.do, rulings.hear, kind="hearing", **said)
    refused(NotAllowed, "REVIEWER_KIN", ruled, built, "court", "stands")
    refused(NotAllowed, "REVIEWER_KIN", built.do, rulings.decide_appeal, hearing_id=appeal, upheld=True)
    refused(NotAllowed, "REVIEWER_KIN", built.do, rulings.strike, candidate_id=candidate(built))


def test_the_candidate_is_heard_and_appeals_before_a_bar_is_set_aside(house: House) -> None:
    built = at_departments(house)
    answer(built, "police")
    refused(Conflict, "NOTHING_TO_RULE", ruled, built, "court", "stands")
    answer(built, "court", verdict="problem", clause="cult", words="同名者", evidence=PDF)
    refused(Malformed, "RULING", ruled, built, "court", "perhaps")
    refused(Conflict, "NOT_HEARD", ruled, built, "court", "set_aside")
    facts = {"candidate_id": candidate(built), "held_on": BEFORE.date(), "words": "不是我", "keys": built.keys}
    refused(Malformed, "HEARING_FORM", built.do, rulings.hear, kind="shout", **facts)
    refused(NotFound, "NOT_REVIEWED", built.do, rulings.hear, kind="hearing", **{**facts, "candidate_id": "none"})
    refused(TooEarly, "APPEAL_EARLY", built.do, rulings.hear, kind="appeal", **facts)
    # Told before the answer came in: the days for an appeal would have run out by themselves.
    refused(TooEarly, "OUTCOME_OPEN", told, built, held_on=BEFORE.date() - timedelta(days=9))
    told(built)
    appeal = built.do(rulings.hear, kind="appeal", **facts)
    refused(Conflict, "NOT_HEARD", ruled, built, "court", "set_aside")
    refused(NotFound, "NO_SUCH_APPEAL", built.do, rulings.decide_appeal, hearing_id="none", upheld=True)
    built.do(rulings.decide_appeal, hearing_id=appeal, upheld=True)
    refused(Conflict, "APPEAL_DECIDED", built.do, rulings.decide_appeal, hearing_id=appeal, upheld=False)
    ruled(built, "court", "set_aside")
    assert stands(built)[0] == "passed"
    _known, heard = built.do(rulings.look, candidate_id=candidate(built), keys=built.keys)
    said = [(one.kind, one.words, one.upheld) for one in heard if one.kind == "appeal"]
    assert said == [("appeal", "不是我", True)]
    assert "不是我" not in str(built.events())


def told(built: Built, **facts: Any) -> str:
    given = {"candidate_id": candidate(built), "kind": "told", "held_on": BEFORE.date(), "words": "第18条", **facts}
    return str(built.do(rulings.hear, keys=built.keys, **given))


def open_points(built: Built, now: datetime = BEFORE) -> str:
    found = built.look(lambda session, election: queries.open_points(session, election, now.date()))
    return " ".join(one.zh for one in found)


def test_who_did_not_pass_is_told_may_appeal_and_is_struck_only_then(house: House) -> None:
    built = at_departments(house)
    answer(built, "police")
    refused(TooEarly, "OUTCOME_OPEN", told, built)
    struck = {"candidate_id": candidate(built)}
    refused(Conflict, "NOT_FAILED", built.do, rulings.strike, **struck)
    answer(built, "court", verdict="problem", clause="cult", words="某教", evidence=PDF)
    refused(Conflict, "CANDIDATE_REVIEWED", built.do, remove_candidate, **struck)
    refused(TooEarly, "NOT_TOLD", built.do, rulings.strike, **struck)
    assert "还没有告知" in open_points(built)
    told(built)
    # Told on 25 November: three days, the first not counted, end on the 28th.
    assert "到 2026-11-28" in open_points(built) and "样人" not in open_points(built)
    refused(TooEarly, "APPEAL_RUNS", built.do, rulings.strike, **struck)
    later = BEFORE + timedelta(days=4)
    facts = {"candidate_id": candidate(built), "words": "同名", "keys": built.keys}
    late = {**facts, "kind": "appeal", "held_on": later.date(), "now": later}
    refused(TooLate, "APPEAL_LATE", built.do, rulings.hear, **late)
    appeal = built.do(rulings.hear, **{**facts, "kind": "appeal", "held_on": BEFORE.date()})
    assert "1 项申诉还没有决定" in open_points(built, later)
    refused(TooEarly, "APPEAL_RUNS", built.do, rulings.strike, now=later, **struck)
    built.do(rulings.decide_appeal, hearing_id=appeal, upheld=False)
    assert open_points(built) == ""
    built.do(rulings.strike, **struck)
    assert len(stands(built)) == 1
    assert ("candidate_removed", struck["candidate_id"]) in [
        (kind, data.get("candidate")) for kind, data in built.events()
    ]


def test_the_formal_list_waits_for_the_review_and_not_where_none_is_held(house: House) -> None:
    built = prepared(house)
    clear(built, add_candidate(built, 0, "3"))
    for number in ("4", "5", "6"):
        clear(built, add_candidate(built, 1, number))
    built.do(publish_roll)
    opened(built)
    for number in range(6):
        answer(built, "street", number)
    built.do(actions.ask_departments, departments=["court"], due=LATER)
    for number in range(1, 6):
        answer(built, "court", number)
    answer(built, "court", verdict="problem", clause="cult", words="某教", evidence=PDF)
    refused(TooEarly, "candidates_open", built.do, post_candidates)
    told(built)
    later = BEFORE + timedelta(days=4)
    refused(TooEarly, "candidates_open", built.do, post_candidates, now=later)
    built.do(rulings.strike, candidate_id=candidate(built), now=later)
    built.do(post_candidates, now=later)


def test_a_look_back_is_reckoned_by_dates_to_the_election_day(house: House) -> None:
    built = at_departments(house)
    problem = {"verdict": "problem", "clause": "gambling", "words": "某年", "evidence": PDF}
    refused(Malformed, "EVENT_DAY", answer, built, "court", **problem)
    refused(Malformed, "EVENT_DAY", answer, built, "court", **problem, event=date(2027, 1, 1))
    # Five years from 20 December 2021 are full on the election day.
    refused(NotEligible, "LOOK_BACK_OVER", answer, built, "court", **problem, event=date(2021, 12, 20))
    answer(built, "court", **problem, event=date(2021, 12, 21))
    known, _heard = built.do(rulings.look, candidate_id=candidate(built), keys=built.keys)
    assert [each.event for one in known for each in one.answers if one.asked.department == "court"] == ["2021-12-21"]
    # A statutory bar looks back without limit.
    answer(built, "police", verdict="problem", clause="criminal_penalty", words="早年", evidence=PDF)


def test_a_department_opens_its_own_answers_alone_and_no_log_of_the_server_has_them(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    built = at_departments(house)
    caplog.set_level("DEBUG")
    answer(built, "court", verdict="problem", clause="cult", words="某教某年某地", evidence=PDF)
    question = asked(built, "court").id
    look = {"question_id": question, "keys": built.keys, "actor": built.actor("court")}
    known = built.do(own.look_at_own, departments=frozenset({"court"}), **look)
    assert [each.words for each in known.answers] == ["某教某年某地"]
    assert built.events()[-1] == (
        "review_looked",
        {
            "election": built.election_id,
            "at": question,
            "what": "own",
            "by": built.accounts["court"],
        },
    )
    for other in ({"police"}, {"street"}, set()):
        refused(NotFound, "NO_SUCH_QUESTION", built.do, own.look_at_own, departments=frozenset(other), **look)
    assert "某教某年某地" not in caplog.text and "cult" not in caplog.text
    tie = {"account_id": built.accounts["court"], "relation": "sibling", "person": asked(built, "court").person}
    built.do(actions.tie_reviewer, **tie)
    refused(NotAllowed, "REVIEWER_KIN", built.do, own.look_at_own, departments=frozenset({"court"}), **look)
    evidence = {"answer_id": asked(built, "court").answer, "keys": built.keys, "actor": built.actor("court")}
    refused(NotAllowed, "REVIEWER_KIN", built.do, rulings.open_evidence, departments=frozenset({"court"}), **evidence)


def test_a_department_asked_sees_whole_identity_numbers_and_no_log_has_them(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    built = at_departments(house)
    caplog.set_level("DEBUG")
    question = asked(built, "court").id
    look = {"question_id": question, "keys": built.keys, "actor": built.actor("court")}
    seen = built.do(own.look_at_person, departments=frozenset({"court"}), **look)
    number = an_id_number("子丑寅卯".index(seen.asked.name[-1]))
    assert seen.asked.name == asked(built, "court").name and seen.born == date(1970, 1, 1)
    assert seen.id_number == number
    fact = {"election": built.election_id, "at": question, "what": "person", "by": built.accounts["court"]}
    assert built.events()[-1] == ("review_looked", fact)
    assert number not in caplog.text and number not in repr(seen) and number not in str(built.events())
    for other in ({"police"}, {"street"}, set()):
        refused(NotFound, "NO_SUCH_QUESTION", built.do, own.look_at_person, departments=frozenset(other), **look)
    answer(built, "court", verdict="verify", words="正在核实")
    built.do(own.look_at_person, departments=frozenset({"court"}), **look)
    answer(built, "court")
    logged = len(built.events())
    refused(Conflict, "QUESTION_ANSWERED", built.do, own.look_at_person, departments=frozenset({"court"}), **look)
    tie = {"account_id": built.accounts["police"], "relation": "sibling", "person": asked(built, "police").person}
    built.do(actions.tie_reviewer, **tie)
    look |= {"question_id": asked(built, "police").id, "actor": built.actor("police")}
    refused(NotAllowed, "REVIEWER_KIN", built.do, own.look_at_person, departments=frozenset({"police"}), **look)
    assert len(built.events()) == logged + 1


def test_unfit_goes_to_the_committee(house: House) -> None:
    built = at_departments(house)
    answer(built, "police")
    answer(built, "court", verdict="problem", clause="gambling", words="某年", evidence=PDF, event=RECENT)
    assert stands(built)[0] == "suspended"
    ruled(built, "court", "stands", "影响恶劣")
    assert stands(built)[0] == "failed"


def test_a_reviewer_who_is_kin_answers_nothing(house: House) -> None:
    built = at_departments(house)
    person = asked(built, "court").person
    tie = {"account_id": built.accounts["court"], "relation": "sibling"}
    refused(Malformed, "KINSHIP_PAIR", built.do, actions.tie_reviewer, person=person, **{**tie, "relation": "friend"})
    built.do(actions.tie_reviewer, person=person, **tie)
    refused(Conflict, "TIE_RECORDED", built.do, actions.tie_reviewer, person=person, **tie)
    refused(NotAllowed, "REVIEWER_KIN", answer, built, "court")
    answer(built, "court", 1)
    # The police reviewer is a voter here whose spouse stands.
    other = asked(built, "police", 1).person
    voter = built.look(_a_voter)
    built.do(actions.tie_reviewer, account_id=built.accounts["police"], person=voter, relation="self")
    built.do(declare_kinship, one=voter, other=other, relation="spouse")
    refused(NotAllowed, "REVIEWER_KIN", answer, built, "police", 1)


def _a_voter(session: Any, election: Any) -> str:
    from voting.elections.roll.queries import find

    return str(find(session, election=election, query="9")[0].id)


def test_criteria_have_versions_and_the_statutory_bars_are_always_there(house: House) -> None:
    built = prepared(house)
    assert [one.statutory for one in built.look(queries.criteria)] == [True] * 4
    refused(Malformed, "CRITERION", built.do, actions.adopt_criteria, items=[{"zh": ""}], preset="")
    assert built.do(actions.adopt_criteria, items=ITEMS, preset="six-and-six") == 1
    assert built.do(actions.adopt_criteria, items=[], preset="") == 2
    assert len(built.look(queries.criteria)) == 4
    assert len(built.look(lambda session, election: queries.criteria(session, election, 1))) == 5


def test_a_reviewer_needs_a_department_and_nobody_else_has_one(house: House) -> None:
    account = house.account("newcomer", house.street)
    for role, department in ((Role.REVIEWER, ""), (Role.REVIEWER, "bakers"), (Role.DESK_CLERK, "court")):
        refused(Malformed, "DEPARTMENT", house.appoint, account, house.street, role, department=department)
    official = house.accounts[Role.ELECTION_OFFICIAL]
    refused(Conflict, "ROLES_INCOMPATIBLE", house.appoint, official, house.street, Role.REVIEWER, department="court")
    house.appoint(account, house.street, Role.REVIEWER, department="court")
    path = house.unit(house.community).lineage
    assert house.actor(account).departments_over(path) == {"court"}
    made = [data for kind, data in house.log() if kind == "appointment_made"][-1]
    assert made["department"] == "court"
