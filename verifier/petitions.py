"""Check 12 (docs/verify.md): the petition that a recall rests on, by the log (居委会组织法 20; 村委会组织法 19)."""

from verifier.story import Story, sealed_kind
from voting.elections.after.events import NextPollPrepared
from voting.elections.count.petition import NONE, Petitioned
from voting.elections.events import ElectionSealed, ResultCertified
from voting.elections.recall.events import RecallMoved
from voting.elections.recall.rules import Basis, bases_of, decide_recall
from voting.errors import Malformed
from voting.law.polls import Kind
from voting.law.profiles import Mode


def petitioned(story: Story) -> Petitioned:
    """What ``result.json`` states of the petition; nothing for a poll that is no recall. Raises FOLLOWS_PETITION."""
    sealed = story.only(ElectionSealed).fact
    if sealed_kind(sealed) is not Kind.RECALL or sealed.follows is None:
        return NONE
    before = story.others[sealed.follows].until(story.only(NextPollPrepared).seq)
    found = petition_of(sealed, before)
    return Petitioned(found.basis, found.signed or 0, found.eligible or 0)


def petition_of(sealed: ElectionSealed, before: Story) -> RecallMoved:
    """The petition that a recall rests on, as it was accepted: by those who may ask, of the law's share of them.

    Who asks is the same from its first entry to its last. Raises FOLLOWS_PETITION.
    """
    moves = [one.fact for one in before.all(RecallMoved)]
    petitions = {one.petition_id for one in moves if one.move == "poll" and one.poll == sealed.election_id}
    moves = [one for one in moves if one.petition_id in petitions]
    accepted = [one for one in moves if one.move == "accepted"]
    same = len({one.basis for one in moves}) == 1
    if len(accepted) != 1 or not same or not before.all(ResultCertified) or not _may_ask(sealed, accepted[0]):
        raise Malformed(
            "FOLLOWS_PETITION",
            "日志里没有达到法定人数、已经受理的罢免联名",
            "The log holds no accepted petition of the law's share of the list for this recall",
        )
    return accepted[0]


def _may_ask(sealed: ElectionSealed, accepted: RecallMoved) -> bool:
    """Whether enough signed of those who may ask. Whoever elects, their number is that of the sealed roll; who does not
    is fewer (representatives where everybody elects) or more (everybody where representatives elect)."""
    mode, many = Mode(sealed.mode), accepted.eligible or 0
    if accepted.basis not in bases_of(mode, sealed.law):
        return False
    lists = {Mode.HOUSEHOLD_REPS: Basis.HOUSEHOLDS, Mode.RESIDENT_REPS: Basis.REPS}
    if accepted.basis == lists.get(mode, Basis.VOTERS):
        counted = many == sealed.eligible
    elif accepted.basis == Basis.VOTERS:
        counted = many >= sealed.eligible
    else:
        counted = mode in lists or many <= sealed.eligible
    by_reps, signed = accepted.basis == Basis.REPS, accepted.signed or 0
    return counted and decide_recall(mode, eligible=many, petition=signed, by_reps=by_reps, law=sealed.law).petition_ok
