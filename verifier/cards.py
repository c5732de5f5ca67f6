"""Check 10 (docs/verify.md): one ballot per card, and no more ballots than people who received one.

The archive alone cannot show this: whoever owns the server could cast unused cards himself. The log can,
because the desk's counters and the check-ins are in it, and people saw the desk.
"""

import hashlib

from verifier.archive import ArchiveFacts
from verifier.report import Lacking
from verifier.story import Said, Story
from voting.box import events
from voting.box.rules import CHANNELS, spares_allowed
from voting.elections.events import CardsMissingDecided, ElectionSealed
from voting.errors import Malformed

#: Something that is no fault and yet for people to look into: Chinese, English.
Note = tuple[str, str]


def check_cards(facts: ArchiveFacts, story: Story) -> tuple[Note, ...]:
    """10: every sum of the cards, by name. Returns what people should look into though no sum is wrong."""
    closed = story.only(events.BoxClosed).fact
    check_one_ballot_each(facts)
    check_cards_made(facts, story, closed)
    check_casts(facts, closed)
    check_check_ins(story, closed)
    check_issued(story, closed)
    check_unused(story, closed)
    check_before_tally(story, closed)
    return notes(story, closed)


def check_one_ballot_each(facts: ArchiveFacts) -> None:
    """10: every card votes once and counts once. (An archive alone may hold revotes or weights; our cards do not.)"""
    first: dict[str, int] = {}
    for number, credential in enumerate(facts.ballot_credentials, start=1):
        before = first.setdefault(credential, number)
        if before != number:
            raise Malformed(
                "CARD_VOTED_TWICE",
                f"第 {before} 张和第 {number} 张选票用的是同一张选票卡",
                f"Ballots {before} and {number} were cast with one card",
            )
    if any(weight != 1 for weight in facts.weights.values()):
        raise Malformed("CARD_WEIGHT", "有选票卡不止算一票", "A card counts for more or less than one vote")


def check_cards_made(facts: ArchiveFacts, story: Story, closed: events.BoxClosed) -> None:
    """10: the cards of the archive are those received before two supervisors, no more than roll and spares."""
    # Made again before sealing, the later set replaces the earlier.
    last = story.some(events.CardsReceived)[-1].fact
    digest = hashlib.sha256("\n".join(sorted(facts.weights)).encode()).hexdigest()
    if (last.sha256, last.count, closed.cards_made) != (digest, len(facts.weights), len(facts.weights)):
        raise Malformed(
            "CARDS_OTHER",
            f"档案里有 {len(facts.weights)} 张选票卡，不是两位监督委员在场交来的 {last.count} 张",
            f"The archive's {len(facts.weights)} cards are not the {last.count} received before two supervisors",
        )
    roll = story.only(ElectionSealed).fact.eligible
    if last.count > roll + spares_allowed(roll):
        raise Malformed(
            "CARDS_OVER_ROLL",
            f"制卡 {last.count} 张，多于名单 {roll} 人加备用卡",
            f"{last.count} cards were made, more than the roll of {roll} and spares",
        )


def check_casts(facts: ArchiveFacts, closed: events.BoxClosed) -> None:
    """10: the box counted what the archive holds, and no more than the cards that stayed with people."""
    ballots = len(facts.trackers)
    if closed.casts != ballots:
        raise Malformed(
            "CASTS_OTHER",
            f"结束投票时日志记 {closed.casts} 张，档案里有 {ballots} 张选票",
            f"The log closed the box with {closed.casts} ballots, the archive holds {ballots}",
        )
    with_people = closed.cards_out - closed.cards_returned - closed.cards_torn
    if ballots > with_people:
        raise Malformed(
            "CASTS_OVER_CARDS",
            f"选票 {ballots} 张，多于领卡 {closed.cards_out} - 收回 {closed.cards_returned} - 破损 "
            f"{closed.cards_torn} = {with_people} 人",
            f"{ballots} ballots, more than {closed.cards_out} cards out - {closed.cards_returned} returned - "
            f"{closed.cards_torn} torn = {with_people} people",
        )
    if closed.cards_out > closed.cards_made:
        raise Malformed(
            "CARDS_OUT_OVER_MADE",
            f"发卡 {closed.cards_out} 张，多于制卡 {closed.cards_made} 张",
            f"{closed.cards_out} cards were handed out of {closed.cards_made} made",
        )


def check_check_ins(story: Story, closed: events.BoxClosed) -> None:
    """10: the check-ins logged by the hour, one by one, give the desk's final counters, for cards and for papers."""
    cards, papers = (_commitments(story, channel) for channel in CHANNELS)
    undone = [said.fact.commitment for said in story.all(events.CheckInUndone)]
    back = [said.fact.commitment for said in story.all(events.PaperReturned)]
    torn, spoilt = story.all(events.CardTorn), story.all(events.PaperSpoilt)
    # Each check-in hands out one card or paper, each torn one one more.
    sums = (
        ("领票登记", "check-ins", len(cards), closed.cards_out - closed.cards_torn),
        ("撤销登记", "undone check-ins", len(undone), closed.cards_returned),
        ("破损换卡", "torn cards", len(torn), closed.cards_torn),
        ("纸票领票登记", "check-ins for paper", len(papers), closed.papers_out - closed.papers_torn),
        ("纸票交回", "papers handed back", len(back), closed.papers_returned),
        ("写坏换票", "spoilt papers", len(spoilt), closed.papers_torn),
    )
    for zh, en, logged, counted in sums:
        if logged != counted:
            raise Malformed(
                "CHECK_INS_OTHER",
                f"{zh}：日志逐条记有 {logged} 次，结束时的总数是 {counted}",
                f"{en}: {logged} are logged one by one, the closing counters say {counted}",
            )
    commitments = cards + papers
    if len(set(commitments)) != len(commitments) or len({*undone, *back}) != len(undone + back):
        raise Malformed("CHECK_IN_TWICE", "同一次领票登记在日志里出现两次", "One check-in stands in the log twice")
    if not (set(undone) <= set(cards) and set(back) <= set(papers)):
        raise Malformed("UNDO_OF_NOTHING", "撤销了一次没有的领票登记", "A check-in was undone that is not there")


def check_issued(story: Story, closed: events.BoxClosed) -> None:
    """10: cards and papers together went to no more people than stand on the roll, each once; proxies among them."""
    issued, sealed = issued_of(closed), story.only(ElectionSealed).fact
    roll, most = sealed.eligible, sealed.proxies_max
    if issued > roll:
        raise Malformed(
            "ISSUED_OVER_ROLL",
            f"发出选票卡和纸票共 {issued} 张，多于名单 {roll} 人",
            f"{issued} cards and papers were issued, more than the {roll} on the roll",
        )
    if closed.papers_out > closed.papers_printed:
        raise Malformed(
            "PAPERS_OVER_PRINTED",
            f"发出纸票 {closed.papers_out} 张，多于印制 {closed.papers_printed} 张",
            f"{closed.papers_out} papers were handed out of {closed.papers_printed} printed",
        )
    if (most + 1) * closed.proxies > most * issued:
        # A holder takes an own ballot and at most so many more.
        raise Malformed(
            "PROXIES_OVER_HOLDERS",
            f"委托投票 {closed.proxies} 张，多于发出的 {issued} 张里每位受托人代 {most} 人能有的数目",
            f"{closed.proxies} proxy ballots among {issued} issued are more than {most} to each holder",
        )


def issued_of(closed: events.BoxClosed) -> int:
    """I: cards and papers that stayed with people."""
    cards = closed.cards_out - closed.cards_returned - closed.cards_torn
    return cards + papers_issued(closed)


def papers_issued(closed: events.BoxClosed) -> int:
    """Papers that stayed with people."""
    return closed.papers_out - closed.papers_returned - closed.papers_torn


def _commitments(story: Story, channel: str) -> list[str]:
    batches = [said.fact for said in story.all(events.CheckInBatch)]
    if any(batch.channel not in CHANNELS for batch in batches):
        raise Malformed("CHANNEL_UNKNOWN", "日志里有既不是卡也不是纸票的领票登记", "Check-ins of no channel")
    return [one for batch in batches if batch.channel == channel for one in batch.commitments]


def check_unused(story: Story, closed: events.BoxClosed) -> None:
    """10: every card that, by the desk's counters, nobody received was scanned after closing and has no ballot.

    A voter may lay a used card back on the pile. A card with a ballot found there is a card of the pile that voted
    only if the pile without it is not whole, and then only if the committee did not decide knowing of it: a voter who
    takes an unused card in its place must not be able to void the poll. That ballots are no more than check-ins
    (``check_casts``) holds either way.
    """
    scanned: list[Said[events.UnusedScanned]] = story.all(events.UnusedScanned)
    left = closed.cards_made - closed.cards_out
    if scanned and scanned[-1].fact.cards_unused != left:
        raise Malformed(
            "UNUSED_OTHER",
            f"扫描到未用卡 {scanned[-1].fact.cards_unused} 张，应为 {left} 张",
            f"{scanned[-1].fact.cards_unused} unused cards were scanned, {left} should be there",
        )
    if scanned or not left:
        return
    decided = decision_on_missing(story)
    check_voted_cards(story, decided)
    if decided is not None and decided.unused + decided.missing != left:
        raise Malformed(
            "MISSING_OTHER",
            f"决定缺卡 {decided.missing} 张时扫到 {decided.unused} 张，合计应为 {left} 张",
            f"{decided.missing} cards were decided missing and {decided.unused} scanned; together {left} is right",
        )
    if decided is not None:
        return
    raise Lacking(
        "UNUSED_NOT_SCANNED",
        f"没有发出的 {left} 张卡还没有全部扫描",
        f"The {left} cards that were never handed out are not all scanned",
    )


def check_voted_cards(story: Story, decided: CardsMissingDecided | None) -> None:
    """10: with cards missing, those with a ballot found on the pile before the tally are those the decision names."""
    tallied, decisions = story.all(events.TalliedEncrypted), story.all(CardsMissingDecided)
    found = [said for said in story.all(events.UnusedCardVoted) if not tallied or said.seq < tallied[0].seq]
    late = [said for said in found if not decisions or said.seq > decisions[-1].seq]
    named = decided.voted if decided is not None else 0
    if late or len({said.fact.credential for said in found}) != named:
        where = f"日志第 {found[0].seq} 条" if found else "缺卡的决定"
        raise Malformed(
            "UNUSED_CARD_VOTED",
            f"{where}：没有发出的卡却有选票，或缺卡的决定没有如实写明：写了 {named} 张，日志里扫到 {len(found)} 张",
            f"A card that was not with a voter has a ballot, or the decision on missing cards does not state it: "
            f"it names {named}, the log has {len(found)} scanned",
        )


def check_before_tally(story: Story, closed: events.BoxClosed) -> None:
    """10: the pile was whole, or counting without its missing cards was decided, before the ballots were added up.

    Afterwards a decision explains whatever suits it; cards that turn up later may still be scanned.
    """
    tallied = story.all(events.TalliedEncrypted)
    if not tallied or closed.cards_made == closed.cards_out:
        return
    decided = story.all(CardsMissingDecided)
    if decided and decided[-1].seq > tallied[0].seq:
        raise Malformed(
            "MISSING_DECIDED_LATE",
            f"日志第 {decided[-1].seq} 条：缺卡的决定写在合计（第 {tallied[0].seq} 条）之后",
            f"Entry {decided[-1].seq}: the decision on missing cards stands after the tally (entry {tallied[0].seq})",
        )
    if not any(said.seq < tallied[0].seq for said in (*decided, *story.all(events.UnusedScanned))):
        raise Malformed(
            "TALLIED_UNSCANNED",
            f"日志第 {tallied[0].seq} 条：合计时没有发出的卡还没有扫完，也没有缺卡的决定",
            f"Entry {tallied[0].seq}: the tally was made before the unused cards were scanned, and without a decision",
        )


def decision_on_missing(story: Story) -> CardsMissingDecided | None:
    """The last decision to count without cards of the pile; None where all of them turned up after all."""
    decided = story.all(CardsMissingDecided)
    return decided[-1].fact if decided and not story.all(events.UnusedScanned) else None


def notes(story: Story, closed: events.BoxClosed) -> tuple[Note, ...]:
    """10: what no sum shows to be wrong."""
    return *_missing(story, closed), *_laid_back(story, closed)


def _missing(story: Story, closed: events.BoxClosed) -> tuple[Note, ...]:
    """Cards of the pile that nobody found: whether they have ballots no sum can show."""
    decided = decision_on_missing(story)
    if decided is None:
        return ()
    zh = (
        f"缺卡 {decided.missing} 张：制卡 {closed.cards_made} = 发卡 {closed.cards_out} + 未用 {decided.unused} "
        f"+ 缺 {decided.missing}。选举委员会决定照常计票：{decided.reason}"
    )
    en = (
        f"{decided.missing} card(s) missing: {closed.cards_made} made = {closed.cards_out} out + "
        f"{decided.unused} unused + {decided.missing} missing. "
        f"The election committee decided to count: {decided.reason}"
    )
    return (zh, en), *_swapped(story, closed, decided)


def _swapped(story: Story, closed: events.BoxClosed, decided: CardsMissingDecided) -> tuple[Note, ...]:
    """Cards with a ballot that lay on a pile from which others are missing: taken in exchange, or cast unseen."""
    voted = len({said.fact.credential for said in story.all(events.UnusedCardVoted)})
    if not voted:
        return ()
    people = closed.cards_out - closed.cards_returned - closed.cards_torn
    zh = (
        f"务必查问：剩下的卡里有 {voted} 张投过票的卡，同时缺 {decided.missing} 张没有发出的卡。"
        f"可能是选民放回用过的卡、拿走了没用的，也可能有人用没有发出的卡投了票。选举委员会知情后决定照常计票；"
        f"选票不多于领卡的 {people} 人。"
        "请与现场的人核对领卡人数和这个决定"
    )
    en = (
        f"Ask about this: {voted} card(s) with a ballot lay on the pile while {decided.missing} that were never handed "
        "out are missing. A voter may have laid the used card back and taken an unused one, or somebody voted with a "
        "card of the pile. The election committee knew and decided to count; ballots are no more than the "
        f"{people} people with a card. Ask those who watched the desk about that number and the decision"
    )
    return ((zh, en),)


def _laid_back(story: Story, closed: events.BoxClosed) -> tuple[Note, ...]:
    """Cards with a ballot that lay with the unused ones while no unused one was missing.

    The log cannot tell a used card laid back from a card cast by whoever owns the server and covered by a
    check-in of nobody: that is for the people who counted heads at the desk.
    """
    laid_back = len({one.fact.credential for one in story.all(events.UnusedCardVoted)})
    if not laid_back or decision_on_missing(story) is not None:
        return ()
    people = closed.cards_out - closed.cards_returned - closed.cards_torn
    zh = (
        f"剩下的卡里另有 {laid_back} 张投过票的卡，而没有发出的卡一张不少：应是选民投完放回的。"
        f"请与现场的人核对领卡人数是不是 {people} 人"
    )
    en = (
        f"{laid_back} card(s) with a ballot lay with the unused ones, of which none is missing: laid back by voters, "
        f"it seems. Ask those who watched the desk whether {people} people received a card"
    )
    return ((zh, en),)
