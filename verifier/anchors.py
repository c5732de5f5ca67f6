"""Check 11 (docs/verify.md): the log, which was public all day, vouches for this archive and no other.

Whoever rewrote the ballots after the poll would have to rewrite every anchor, and with it every checkpoint
that people took home.
"""

from collections.abc import Sequence
from itertools import pairwise

from audit.merkle import root_of
from verifier.archive import ArchiveFacts
from verifier.story import Said, Story
from verifier.times import check_times
from voting.box import events
from voting.crypto import records
from voting.crypto.trustees import result_record
from voting.elections.events import ElectionSealed, OutcomeDecided
from voting.errors import Malformed


def check_anchors(facts: ArchiveFacts, story: Story) -> None:
    """11: the heads of the archive at sealing, at every anchor, at closing, at the tally and at the result."""
    check_milestones(facts, story)
    check_trustees(facts, story)
    check_each_anchor(facts, story)
    check_order(story)
    check_times(story)


def check_milestones(facts: ArchiveFacts, story: Story) -> None:
    """11: what the log calls the box's head at its great moments is the archive's event there."""
    ballots = len(facts.trackers)
    sealed = story.only(events.BoxSealed).fact
    if sealed.fingerprint != facts.election.fingerprint:
        raise Malformed(
            "FINGERPRINT_OTHER",
            "封存时公布的选举指纹不是这份档案的：职务、候选人或公钥换过",
            "The fingerprint posted at sealing is not this archive's: offices, candidates or keys were changed",
        )
    _require_head(facts, 0, sealed.head, "封存", "sealing")
    _require_head(facts, ballots + 1, story.only(events.BoxClosed).fact.head, "结束投票", "closing")
    if facts.result is None:
        return
    tallied, opened = story.only(events.TalliedEncrypted).fact, story.only(events.BoxOpened).fact
    _require_head(facts, ballots + 2, tallied.head, "加密合计", "the tally")
    _require_head(facts, len(facts.heads) - 1, opened.head, "开票", "opening")
    if (tallied.ballots, opened.result) != (ballots, records.digest(result_record(facts.result))):
        raise Malformed("RESULT_OTHER", "日志记的票数或结果不是这份档案的", "The log names another count or result")


def check_trustees(facts: ArchiveFacts, story: Story) -> None:
    """11: the archive's keys are those that the supervisors gave and rehearsed with, its shares those that they sent.

    Whoever owns the server could put keys of his own under the supervisors' names before sealing, and open
    every single ballot: the archive alone cannot tell whose keys they are.
    """
    sealed, opened = story.only(events.BoxSealed).seq, story.some(events.SlotOpened)[0].seq
    given = {said.fact.owner: said.fact.public_key for said in story.some(events.TrusteeKeyAdded) if said.seq < sealed}
    group = facts.election.group
    archived = {owner: group.text(key.public_key) for owner, key in enumerate(facts.trustees.owners, start=1)}
    if given != archived:
        raise Malformed(
            "TRUSTEE_KEYS_OTHER",
            "档案里监督委员的公钥不是封存前日志记下的那些：密钥被换过",
            "The supervisors' keys in the archive are not those logged before sealing: they were exchanged",
        )
    rehearsed = {said.fact.owner for said in story.all(events.TrusteeRehearsed) if said.seq < opened}
    if rehearsed != archived.keys():
        raise Malformed(
            "REHEARSAL_MISSING",
            "开始投票前，日志没有记下每位监督委员的演练解密",
            "The log has no rehearsal of every supervisor before the poll opened",
        )
    sent = [(said.fact.owner, said.fact.sha256) for said in story.all(events.ShareReceived)]
    if facts.result is not None and sorted(sent) != sorted(facts.shares.items()):
        raise Malformed(
            "SHARES_OTHER",
            "档案里的解密份额不是日志记下的监督委员交来的那些",
            "The shares in the archive are not those that the log received of the supervisors",
        )


def check_each_anchor(facts: ArchiveFacts, story: Story) -> None:
    """11: every anchor in turn: its head, its count, and the root over the sorted trackers new since the last."""
    anchors = [said.fact for said in story.some(events.BoxAnchored)]
    height, counted = -1, 0
    for number, anchor in enumerate(anchors, start=1):
        if anchor.number != number or anchor.height <= height:
            raise _anchor(number, "顺序不对", "is out of order")
        height = anchor.height
        _require_head(facts, height, anchor.head, f"第 {number} 个锚点", f"anchor {number}")
        # Setup has height 0 and the ballots follow it without a gap (check 4).
        ballots = min(height, len(facts.trackers))
        if (anchor.ballots, anchor.new) != (ballots, ballots - counted):
            raise _anchor(number, f"记的票数不是 {ballots}", f"does not count the {ballots} ballots there")
        if anchor.root != tracker_root(facts.trackers[counted:ballots]):
            raise _anchor(number, "的根不是这些选票凭据的根", "has a root that is not of these trackers")
        counted = ballots
    if counted != len(facts.trackers):
        raise _anchor(len(anchors), f"之后还有 {len(facts.trackers) - counted} 张选票", "is followed by more ballots")


def tracker_root(trackers: Sequence[str]) -> str:
    """The RFC 6962 root over trackers sorted as text, in hex."""
    return root_of(tracker.encode() for tracker in sorted(trackers)).hex()


def check_order(story: Story) -> None:
    """11: everything that votes and counts depend on was fixed before the first ballot, and nothing was redone."""
    opened = story.some(events.SlotOpened)
    anchors = story.some(events.BoxAnchored)
    closed = story.only(events.BoxClosed)
    fixed: list[Said[object]] = [story.only(ElectionSealed), story.only(events.BoxSealed)]
    fixed += story.all(events.CardsReceived)
    counted: list[Said[object]] = [*story.all(events.TalliedEncrypted), *story.all(events.BoxOpened)]
    # A slot opened again (after a pause) stands between the first opening and the closing.
    steps = [anchors[0], anchors[-1], closed, *counted, *story.all(OutcomeDecided)]
    numbers = [max(said.seq for said in fixed), opened[0].seq, *(said.seq for said in steps)]
    if any(later < earlier for earlier, later in pairwise(numbers)) or opened[-1].seq > closed.seq:
        raise Malformed(
            "LOG_ORDER",
            "日志里制卡、封存、投票、结束、合计、开票的先后不对",
            "Cards, sealing, poll, closing, tally and opening are not in order in the log",
        )


def _require_head(facts: ArchiveFacts, height: int, head: str, zh: str, en: str) -> None:
    if height >= len(facts.heads) or facts.heads[height] != head:
        raise Malformed(
            "HEAD_OTHER",
            f"{zh}时日志记下的票箱头部不是这份档案的：档案在那之后被换过",
            f"The head logged at {en} is not this archive's: the archive was exchanged since",
        )


def _anchor(number: int, zh: str, en: str) -> Malformed:
    return Malformed("ANCHOR_OTHER", f"第 {number} 个锚点{zh}", f"Anchor {number} {en}")
