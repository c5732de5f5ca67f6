"""The sample's election committee, its staff, and the joint review of its candidates."""

from datetime import date
from typing import TYPE_CHECKING

from voting.database import read
from voting.elections import conflicts
from voting.elections.committee import actions
from voting.elections.committee.actions import Chosen, Vote
from voting.elections.queries import rules
from voting.elections.review import actions as review
from voting.elections.review import rulings
from voting.elections.review.actions import Answer
from voting.elections.review.presets import presets
from voting.elections.review.queries import questions
from voting.elections.roll.queries import whole_roll
from voting.elections.tables import Election
from voting.law.calendar import HALL
from voting.people import queries
from voting.people.tables import Account
from voting.permissions import Actor

if TYPE_CHECKING:
    from voting.sample.story import Story

_PRESET = "six-and-six"
#: The smallest file that is a PDF: what a court would send.
_EVIDENCE = b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj 2 0 obj<</Type/Pages/Kids[]/Count 0>>endobj\n%%EOF\n"
#: Departments that review the sample's candidates; each is also the sign-in name of its reviewer.
DEPARTMENTS = ("street", "court", "police")


def form(story: "Story") -> None:
    """Older residents sit in the committee, two in reserve; others watch and count."""
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        profile = rules(election)
        # Candidates are middle-aged: nobody here has to leave.
        old = [one.id for one in whole_roll(session, election=election) if one.age_group[:2] in ("70", "80")]
    size = max(5, profile.committee_size.value.least)
    posts = ("chair", "deputy", *["member"] * len(old))
    chosen = tuple(Chosen(person, posts[place], 40 - place) for place, person in enumerate(old[: size + 2]))
    vote = Vote("representatives", story.before(27).astimezone(HALL).date(), 42, 38, size, chosen)
    story.move(actions.form_committee, 27, vote=vote, profile=profile)
    story.move(actions.file_committee, 26, day=story.before(26).astimezone(HALL).date())
    for number, duty in enumerate(("chief_watcher", "watcher", "teller", "caller", "scribe")):
        made = story.move(conflicts.appoint, 9, person=old[-1 - number], name="", duty=duty)
        story.move(conflicts.swear, 8, staff_id=made)


def hold_review(story: "Story", barred: str) -> None:
    """Street, court and police answer in time; the court finds a bar with evidence for one, who is heard and told.

    Nobody appeals: once the days for it are over, the name is left out of the list.
    """
    with read(story.engine) as session:
        reviewers = {
            department: queries.actor_of(session, session.get_one(Account, account), _day(story, 16))
            for department, account in story.reviewers.items()
        }
    items = [one.as_json() for one in presets()[_PRESET].items]
    story.move(review.adopt_criteria, 16, items=items, preset=_PRESET)
    story.move(review.open_review, 16, due=_day(story, 15))
    _answer(story, "street", reviewers)
    story.move(review.ask_departments, 16, departments=["court", "police"], due=_day(story, 15))
    _answer(story, "court", reviewers, barred)
    _answer(story, "police", reviewers)
    _bar(story, barred)


def _bar(story: "Story", barred: str) -> None:
    about = {"candidate_id": barred, "keys": story.keys.fields}
    story.move(
        rulings.hear, 15, kind="hearing", held_on=_day(story, 15), words="本人承认判决属实，没有别的意见", **about
    )
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        (found,) = (
            one.id for one in questions(session, election, _day(story, 15), ["court"]) if one.candidate_id == barred
        )
    story.move(
        rulings.rule, 15, question_id=found, ruling="stands", why="判决书属实，刑满未满五年", keys=story.keys.fields
    )
    story.move(rulings.hear, 15, kind="told", held_on=_day(story, 15), words="审查不通过，三日内可以申诉", **about)
    story.move(rulings.strike, 11, candidate_id=barred)


def _day(story: "Story", days: int) -> date:
    return story.before(days).astimezone(HALL).date()


def _answer(story: "Story", department: str, reviewers: dict[str, Actor], barred: str = "") -> None:
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        asked = questions(session, election, _day(story, 16), [department])
    problem = Answer("problem", "penalty_five_years", "样例判决书，刑满日期见附件", _EVIDENCE, _day(story, 400))
    for one in asked:
        story.act(
            review.answer_question,
            election_id=story.election_id,
            question_id=one.id,
            answer=problem if one.candidate_id == barred else Answer("clear"),
            departments=frozenset({department}),
            keys=story.keys.fields,
            actor=reviewers[department],
            now=story.before(16),
        )
