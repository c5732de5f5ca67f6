"""What the papers of an election are made from: one frozen value, gathered once, nothing retyped. Pure.

``None`` means that the fact is not recorded yet: a paper that needs it says so and is not printed. An empty tuple
means that there are none, which a paper may say.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from voting.elections.candidates.rules import ORDERS
from voting.elections.count.certificate import Notice
from voting.elections.count.report import Figures, OfficeResult
from voting.elections.papers.rules import NOTHING, Entered
from voting.law.polls import Kind
from voting.law.profiles import Law, Profile, Source
from voting.law.thresholds import Reason


@dataclass(frozen=True)
class Words:
    """What the law calls things in a community and in a village."""

    person: str
    place: str
    township: str
    committee: str
    electors: str
    supervisors: str
    group: str


COMMUNITY = Words("居民", "社区", "街道办事处", "居民委员会", "居民选举委员会", "居务监督委员会", "居民小组")
VILLAGE = Words("村民", "村", "乡镇人民政府", "村民委员会", "村民选举委员会", "村务监督委员会", "村民小组")


#: What a poll is called on the papers.
POLLS = {
    Kind.FIRST: "换届选举",
    Kind.REVOTE: "再次投票",
    Kind.SECOND: "另行选举",
    Kind.RERUN: "重新选举",
    Kind.RECALL: "罢免表决",
    Kind.BY_ELECTION: "补选",
}


@dataclass(frozen=True)
class PaperVoter:
    """One line of the posted roll: what the law lets everybody see, and the grid for sorting cards."""

    number: int
    name: str
    sex: str
    age_group: str
    building: str
    grid: str
    category: str


@dataclass(frozen=True)
class PaperRoll:
    """The list that counts; ``sha256`` of its canonical form. ``posted``: when first, None before it is posted.

    ``anew``: when this version was, if it is not the first. ``unexplained``: versions that no upheld objection made.
    """

    voters: tuple[PaperVoter, ...]
    sha256: str
    version: int
    posted: date | None
    unexplained: int = 0
    anew: date | None = None


@dataclass(frozen=True)
class PaperCandidate:
    """A candidate as the ballot shows one; ``name`` tells namesakes apart; ``again``: yes, no, or not said."""

    name: str
    sex: str
    age: int
    trade: str
    ways: tuple[str, ...] = ()
    nation: str = ""
    politics: str = ""
    education: str = ""
    again: str = ""


@dataclass(frozen=True)
class PaperContest:
    """One office with its seats and its candidates in the order of the ballot."""

    title: str
    seats: int
    write_in: bool
    candidates: tuple[PaperCandidate, ...] = ()


@dataclass(frozen=True)
class PaperMember:
    """A person with the post held: of the election committee, of the count staff, of a list of representatives."""

    name: str
    post: str
    note: str = ""
    sex: str = ""


@dataclass(frozen=True)
class PaperSuccession:
    """Who left the election committee, for which reason the notice gives, and who came after."""

    left: str
    reason: str
    successor: str
    day: date


@dataclass(frozen=True)
class PaperProxy:
    """One written proxy as posted: roll numbers and names only."""

    principal: int
    principal_name: str
    holder: int
    holder_name: str


@dataclass(frozen=True)
class PaperMobileBox:
    """A mobile box with its route, who votes at home with it, and who goes along."""

    number: str
    route: str
    voters: tuple[PaperVoter, ...]
    watchers: tuple[str, ...]


@dataclass(frozen=True)
class PaperVotes:
    """One name's marks in one office: 赞成, 反对 where the paper has it, and whether it was written in."""

    office: str
    name: str
    votes: int
    written_in: bool = False


@dataclass(frozen=True)
class PaperMarks:
    """What is no vote for anybody in one office of a box: papers blank for it, marks that are void."""

    office: str
    blank: int
    void: int


@dataclass(frozen=True)
class PaperBox:
    """One ballot box for paper with its seal and its agreed count; ``issued`` is known of mobile boxes alone.

    ``hands``: how many different people entered its figures; ``watchers``: how many watch it.
    """

    number: str
    kind: str
    seal: str
    issued: int | None = None
    collected: int | None = None
    void: int | None = None
    votes: tuple[PaperVotes, ...] = ()
    marks: tuple[PaperMarks, ...] = ()
    hands: int = 0
    watchers: int = 0


@dataclass(frozen=True)
class PaperPrintRun:
    """Papers printed + surplus = issued + given back + spoilt + left over + missing, once the poll is closed."""

    printed: int
    issued: int
    returned: int
    spoilt: int
    unused: int
    missing: int = 0
    surplus: int = 0


@dataclass(frozen=True)
class PaperStep:
    """A step of the statutory timeline, as the timeline's rules worked it out."""

    title: str
    earliest: date | None
    latest: date | None
    done: date | None
    status: str
    article: str
    kind: Source = Source.STATUTE


@dataclass(frozen=True)
class PaperDispute:
    """A complaint about an entry of the log, where it went, and the answer; never who complained."""

    seq: int
    raised: date
    forum: str
    subject: str
    answer: str
    answered: date | None


@dataclass(frozen=True)
class PaperHandover:
    """An item handed over to the new committee."""

    item: str
    detail: str


@dataclass(frozen=True)
class PaperElected:
    """Somebody elected, with the office and the votes; only from a valid, decided count."""

    name: str
    office: str
    votes: int


@dataclass(frozen=True)
class PaperSeat:
    """Somebody in office with the certificate's number and the term; what comes after the count has settled it."""

    number: int
    name: str
    office: str
    since: date
    term_ends: date


@dataclass(frozen=True)
class PaperResult:
    """The decided count: figures by channel, offices with everybody's votes, the reasons and the article."""

    number: str
    day: date
    figures: Figures
    valid: bool
    because: tuple[Reason, ...]
    offices: tuple[OfficeResult, ...]
    article: str


@dataclass(frozen=True)
class PaperLog:
    """Where the community's log stands; ``fault``: what deriving it anew found, empty when it is whole, None before."""

    size: int
    spoken: tuple[str, ...]
    fault: str | None = None


@dataclass(frozen=True)
class PaperCards:
    """The tablets' cards and the people at the desk."""

    made: int
    out: int
    returned: int
    torn: int
    unused: int
    casts: int
    checked_in: int


@dataclass(frozen=True)
class PaperCheck:
    """One line of the supervisors' list: held, failed, or (None) for them to see with their own eyes."""

    text: str
    ok: bool | None
    detail: str


@dataclass(frozen=True)
class Dossier:
    """Everything recorded about one election that any paper prints."""

    community: str
    street: str
    district: str
    title: str
    place: str
    day: date
    opens_at: datetime
    closes_at: datetime
    words: Words
    law: Law
    rules: Profile
    mode: str
    decides: str
    state: str
    contests: tuple[PaperContest, ...]
    choices: tuple[str, ...]
    kind: Kind = Kind.FIRST
    roll: PaperRoll | None = None
    objections_until: date | None = None
    candidates_posted: date | None = None
    candidate_order: str = ORDERS["committee"][0]
    committee: tuple[PaperMember, ...] | None = None
    committee_formed_by: str = ""
    committee_formed_on: date | None = None
    committee_due: int | None = None
    committee_attended: int | None = None
    successions: tuple[PaperSuccession, ...] | None = None
    staff: tuple[PaperMember, ...] | None = None
    staff_unsworn: tuple[str, ...] = ()
    representatives: tuple[PaperMember, ...] | None = None
    preliminary: tuple[PaperContest, ...] | None = None
    preliminary_posted: date | None = None
    nominating_poll: tuple[PaperVotes, ...] | None = None
    nominating_present: int | None = None
    proxies: tuple[PaperProxy, ...] | None = None
    proxies_posted: date | None = None
    mobile: tuple[PaperMobileBox, ...] | None = None
    boxes: tuple[PaperBox, ...] | None = None
    print_run: PaperPrintRun | None = None
    cards: PaperCards | None = None
    asked: tuple[Reason, ...] = ()
    result: PaperResult | None = None
    seats: tuple[PaperSeat, ...] | None = None
    certified: bool = False
    handover: tuple[PaperHandover, ...] | None = None
    handover_by: date | None = None
    follow_ups: tuple[str, ...] | None = None
    recalled: tuple[PaperSeat, ...] | None = None
    disputes: tuple[PaperDispute, ...] | None = None
    assisted: int | None = None
    steps: tuple[PaperStep, ...] | None = None
    checks: tuple[PaperCheck, ...] | None = None
    log: PaperLog | None = None
    entered: Entered = NOTHING
    board: Notice | None = None

    @property
    def poll(self) -> str:
        """What this poll is called."""
        return POLLS[self.kind]

    @property
    def recalls(self) -> bool | None:
        """Whether a recall was carried; None for every other poll and before the result."""
        if self.kind is not Kind.RECALL or self.result is None:
            return None
        return any(one.seal == "elected" for office in self.result.offices for one in office.candidates)

    @property
    def elected(self) -> tuple[PaperElected, ...] | None:
        """Who was elected; None while no valid count has elected anybody."""
        if self.result is None or not self.result.valid or self.kind is Kind.RECALL:
            return None
        found = tuple(
            PaperElected(one.name, office.title, one.votes)
            for office in self.result.offices
            for one in office.candidates
            if one.seal == "elected"
        )
        return found or None

    @property
    def group_leaders(self) -> tuple[PaperMember, ...] | None:
        """The groups' leaders with their groups; None before they are entered."""
        return tuple(PaperMember(name, group) for group, name in self.entered.leaders) or None

    @property
    def supervisors_elected(self) -> tuple[PaperElected, ...] | None:
        """The supervisory committee as it was elected; None before it is entered."""
        return tuple(PaperElected(name, office, votes) for office, name, votes in self.entered.winners) or None

    @property
    def posted_roll(self) -> PaperRoll | None:
        """The roll, once it is posted."""
        return self.roll if self.roll is not None and self.roll.posted is not None else None

    @property
    def formal(self) -> tuple[PaperContest, ...] | None:
        """The formal list, once it is posted."""
        return self.contests if self.candidates_posted is not None else None
