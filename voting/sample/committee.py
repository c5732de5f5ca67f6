"""The sample's election committee, its staff, and the joint review of its candidates."""

from datetime import timedelta
from typing import TYPE_CHECKING

from voting.database import read
from voting.elections import conflicts
from voting.elections.committee import actions
from voting.elections.committee.actions import Chosen, Vote
from voting.elections.queries import rules
from voting.elections.review import actions as review
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


def hold_review(story: "Story") -> None:
    """Street, court and police find nothing about anybody, in time, before the list is posted."""
    with read(story.engine) as session:
        day = story.before(10).astimezone(HALL).date()
        reviewers = {
            department: queries.actor_of(session, session.get_one(Account, account), day)
            for department, account in story.reviewers.items()
        }
    items = [one.as_json() for one in presets()[_PRESET].items]
    due = (story.before(10) + timedelta(days=1)).astimezone(HALL).date()
    story.move(review.adopt_criteria, 10, items=items, preset=_PRESET)
    story.move(review.open_review, 10, due=due)
    _answer(story, "street", reviewers)
    story.move(review.ask_departments, 10, departments=["court", "police"], due=due)
    _answer(story, "court", reviewers)
    _answer(story, "police", reviewers)


def _answer(story: "Story", department: str, reviewers: dict[str, Actor]) -> None:
    when = story.before(10)
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        asked = questions(session, election, when.astimezone(HALL).date(), [department])
    for one in asked:
        story.act(
            review.answer_question,
            election_id=story.election_id,
            question_id=one.id,
            answer=Answer("clear"),
            departments=frozenset({department}),
            keys=story.keys.fields,
            actor=reviewers[department],
            now=when,
        )
