"""Check 11 (docs/verify.md): every fact of the poll stands where it can have happened, and two did what two do."""

from itertools import pairwise

from verifier.story import Said, Story
from voting.box import events
from voting.elections.events import ElectionSealed
from voting.elections.paper import events as told
from voting.errors import Malformed
from voting.law.calendar import HALL


def check_times(story: Story) -> None:
    """11: the desk's facts before the closing, the scans after it, pauses without a ballot, the day the sealed one."""
    check_around_closing(story)
    check_papers_in_order(story)
    check_two_people(story)
    check_pauses(story)
    check_day(story)


def check_around_closing(story: Story) -> None:
    """11: nobody checked in, undid, tore a card or spoilt a paper after the closing counters, nor scanned the pile or
    opened a box of papers before them; the papers were printed and the mobile boxes went out in the poll's order."""
    closed = story.only(events.BoxClosed).seq
    desk: list[Said[object]] = [*story.all(events.CheckInBatch), *story.all(events.CheckInUndone)]
    desk += [*story.all(events.CardTorn), *story.all(events.PaperReturned), *story.all(events.PaperSpoilt)]
    # Papers are printed, boxes sealed and brought back before the closing; opened and counted after it.
    desk += [*story.all(told.PapersPrinted), *story.all(told.PaperBoxSealed)]
    desk += [*story.all(told.MobileBoxLeft), *story.all(told.MobileBoxBack)]
    scans: list[Said[object]] = [*story.all(events.UnusedScanned), *story.all(events.UnusedCardVoted)]
    scans += [*story.all(told.PaperBoxOpened), *story.all(told.PaperBoxAgreed), *story.all(told.PapersReconciled)]
    scans += [*story.all(told.DoubtfulPaperLaid), *story.all(told.DoubtfulPaperDecided)]
    scans += [*story.all(told.PapersMissingDecided), *story.all(told.PapersWritten)]
    wrong = [said.seq for said in desk if said.seq > closed] + [said.seq for said in scans if said.seq < closed]
    if wrong:
        raise Malformed(
            "LOG_OUT_OF_TIME",
            f"日志第 {wrong[0]} 条与结束投票（第 {closed} 条）的先后不对",
            f"Entry {wrong[0]} is on the wrong side of the closing (entry {closed})",
        )


def check_papers_in_order(story: Story) -> None:
    """11: papers were printed before the poll opened; a mobile box was sealed before it left, left before it was back;
    boxes were opened, papers decided and reconciled on the day of the closing or later, in that order."""
    opening = story.some(events.SlotOpened)[0].seq
    wrong = [said.seq for said in story.all(told.PapersPrinted) if said.seq > opening]
    sealed = {said.fact.paper_box: said.seq for said in story.all(told.PaperBoxSealed)}
    left = {said.fact.paper_box: said.seq for said in story.all(told.MobileBoxLeft)}
    back = {said.fact.paper_box: said.seq for said in story.all(told.MobileBoxBack)}
    wrong += [seq for box, seq in left.items() if seq < max(opening, sealed.get(box, opening))]
    wrong += [seq for box, seq in back.items() if box in left and seq < left[box]]
    reconciled = [said.seq for said in story.all(told.PapersReconciled)]
    counted: list[Said[object]] = [*story.all(told.PaperBoxOpened), *story.all(told.PaperBoxAgreed)]
    counted += story.all(told.PapersWritten)
    wrong += [said.seq for said in counted if reconciled and said.seq > reconciled[-1]]
    if wrong:
        raise Malformed(
            "PAPERS_OUT_OF_ORDER",
            f"日志第 {wrong[0]} 条：印票、封箱、流动票箱进出、开箱和结清的先后不对",
            f"Entry {wrong[0]}: printing, sealing, mobile boxes, opening and reconciling are not in order",
        )


def check_two_people(story: Story) -> None:
    """11: cards were received, and check-ins undone, before somebody else."""
    alone = [said.seq for said in story.all(events.CardsReceived) if said.fact.by == said.fact.witness]
    alone += [said.seq for said in story.all(events.CheckInUndone) if said.fact.by == said.fact.second]
    alone += [said.seq for said in story.all(events.PaperReturned) if said.fact.by == said.fact.second]
    if alone:
        raise Malformed(
            "ONE_PERSON_ALONE",
            f"日志第 {alone[0]} 条：须两人在场的事，两处写的是同一人",
            f"Entry {alone[0]}: one person stands for both where two must be present",
        )


def check_pauses(story: Story) -> None:
    """11: the box opened empty, took nothing while it was shut, and counted as the anchors before and after do."""
    opened, shut = story.some(events.SlotOpened), story.all(events.SlotShut)
    both: list[Said[events.SlotOpened | events.SlotShut]] = [*opened, *shut]
    slots = sorted(both, key=lambda said: said.seq)
    anchors = story.some(events.BoxAnchored)
    grown = [
        later.fact.casts != earlier.fact.casts
        for earlier, later in pairwise(slots)
        if isinstance(earlier.fact, events.SlotShut) and isinstance(later.fact, events.SlotOpened)
    ]
    beside = [
        not max((one.fact.ballots for one in anchors if one.seq < said.seq), default=0)
        <= said.fact.casts
        <= min((one.fact.ballots for one in anchors if one.seq > said.seq), default=said.fact.casts)
        for said in slots
    ]
    if any(grown) or any(beside) or opened[0].fact.casts:
        raise Malformed(
            "BALLOTS_IN_A_PAUSE",
            "投票开始前或暂停时票箱里多了票，或票数与前后的锚点不合",
            "Ballots came in before the opening or in a pause, or the count is not between the anchors around it",
        )


def check_day(story: Story) -> None:
    """11: the poll opened on the day that was sealed, by the clock of the hall."""
    first, day = story.some(events.SlotOpened)[0].at.astimezone(HALL).date(), story.only(ElectionSealed).fact.day
    if first != day:
        raise Malformed(
            "OPENED_ANOTHER_DAY",
            f"投票在 {first} 开始，封定的选举日是 {day}",
            f"The poll opened on {first}; the day that was sealed is {day}",
        )
