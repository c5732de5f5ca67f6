"""The sample's candidates: nominated in two ways, accepted, listed, reviewed; one does not pass and is left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from voting.database import read
from voting.elections.candidates import actions, answers, listing, nominations
from voting.elections.candidates.actions import About
from voting.elections.candidates.nominations import Proposal
from voting.elections.candidates.rules import BARS
from voting.elections.roll.queries import Found, whole_roll
from voting.elections.tables import Election
from voting.law.calendar import HALL
from voting.sample import committee
from voting.sample.portraits import draw

if TYPE_CHECKING:
    from voting.sample.story import Story

_TRADES = ("退休教师", "社区医生", "楼长", "会计", "电工", "志愿者", "个体经营", "律师", "护士")
_WORDS = (
    "在本社区住了二十多年，当过楼长，熟悉每一栋楼。愿意把加装电梯和停车的事一件一件办好。",
    "退下来以后一直在社区帮忙。想把老年食堂办起来，让独居老人每天有热饭。",
    "平时组织邻里读书会。希望多开几次居民议事会，账目每月贴出来。",
    "做事细，愿意跑腿。最想解决雨天积水和楼道照明。",
)
_ABOUT = (
    About("大专", "中共党员", "汉族"),
    About("本科", "群众", "汉族"),
    About("高中（中专）", "群众", "回族"),
)
#: A joint nomination has ten signatures of voters at least (居委会组织法 18).
_SIGNERS = 10


def propose(story: Story) -> None:
    """From the first nomination, nineteen days ahead, to the posted list, ten days ahead."""
    with read(story.engine) as session:
        election = session.get_one(Election, story.election_id)
        offices = {office.title: office.id for office in election.offices}
        roll = list(whole_roll(session, election=election))
    middle = [one for one in roll if one.age_group[:2] in ("30", "40", "50", "60")]
    wanted = [title for title, _seats, standing in story.offices for _ in range(standing)]
    # One more than will stand: whom the review bars.
    wanted.append(wanted[-1])
    chosen = story.dice.sample(middle, len(wanted))
    signers = tuple(one.number for one in roll if one not in chosen)[:_SIGNERS]
    made = [
        _accepted(story, number, offices[title], person, signers if number == len(wanted) - 2 else ())
        for number, (title, person) in enumerate(zip(wanted, chosen, strict=True))
    ]
    story.move(listing.order_by_profile, 17)
    story.move(listing.post_preliminary, 17)
    committee.hold_review(story, barred=made[-1])
    story.move(actions.post_candidates, 10)


def _accepted(story: Story, number: int, office: str, person: Found, signers: tuple[int, ...]) -> str:
    """One person from the nomination to both answers to the bars; who signs jointly nominates, else the Party does."""
    received = story.before(19).astimezone(HALL).date()
    proposal = Proposal(office, person.id, "voters" if signers else "party", received, signers)
    nomination = story.move(nominations.nominate, 19, proposal=proposal)
    day = story.before(18).astimezone(HALL).date()
    candidate = story.move(answers.accept_nomination, 18, nomination_id=nomination, day=day, keys=story.keys.fields)
    story.move(
        actions.describe_candidate,
        18,
        candidate_id=candidate,
        trade=_TRADES[number % len(_TRADES)],
        introduction=_WORDS[number % len(_WORDS)],
        photo=draw(number, woman=person.sex == "女", old=person.age_group.startswith("60")),
        about=_ABOUT[number % len(_ABOUT)],
    )
    clear = dict.fromkeys(BARS, False)
    story.move(actions.record_bars, 18, candidate_id=candidate, declared=clear, checked=clear)
    return str(candidate)
