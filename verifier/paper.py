"""Check 14 (docs/verify.md): paper ballots from the print run to the count, and proxies from the posted list.

The papers themselves lie sealed in the street office; the log holds who counted what, twice, and every box's figures.
"""

from verifier.cards import papers_issued
from verifier.report import Lacking
from verifier.story import Said, Story
from voting.box import events
from voting.elections.count.report import Papers
from voting.elections.events import ElectionSealed, OutcomeDecided
from voting.elections.paper import events as told
from voting.elections.paper.rules import BallotClass
from voting.elections.paper.sheets import BoxSheet, check_sheet, from_data, together
from voting.elections.proxies.events import ProxiesPosted
from voting.errors import Malformed

#: 监票人 beside a mobile box.
WATCHERS = 3


def check_paper(story: Story) -> None:
    """14: printed, issued, collected, entered by two people; nothing to do where no paper was used."""
    closed = story.only(events.BoxClosed)
    check_printed(story, closed.fact)
    check_boxes(story, closed)
    check_entries(story)
    check_sheets(story)
    check_doubtful(story)
    check_mobile(story)
    check_reconciled(story, closed.fact)
    check_proxies(story, closed.fact)


def boxes_of(story: Story) -> tuple[tuple[int, str, int, int], ...]:
    """Number, kind, papers issued from it and papers in it, of every box whose figures the log has."""
    agreed = [said.fact for said in story.all(told.PaperBoxAgreed)]
    return tuple((one.paper_box, one.kind, one.issued, one.collected) for one in agreed)


def sheet_of(story: Story) -> BoxSheet | None:
    """All boxes as one sheet, as the ledger was closed on it, with the names written in; None without any."""
    found = [said for said in story.all(told.PapersReconciled) if said.fact.sheet]
    if not found:
        return None
    written = [one.fact for one in story.all(told.PapersWritten) if one.seq < found[-1].seq]
    try:
        parts = [(one.office, tuple((str(name), votes) for name, votes in one.written)) for one in written]
        return together(from_data(found[-1].fact.sheet), parts)
    except ValueError as error:
        raise _sheet("另选他人记在没有的职务下", "names were written in for an office that is not on it") from error


def papers_of(story: Story, closed: events.BoxClosed) -> Papers:
    """The papers by the desk's counters at closing, and what the committee decided to be missing."""
    missing, surplus = decided_missing(story)
    return Papers(
        printed=closed.papers_printed,
        out=closed.papers_out,
        returned=closed.papers_returned,
        torn=closed.papers_torn,
        unused=closed.papers_printed - closed.papers_out - missing + surplus,
        assisted=closed.assisted,
        missing=missing,
        surplus=surplus,
    )


def decided_missing(story: Story) -> tuple[int, int]:
    """Papers missing and too many left, as the ledger was closed on; nothing where it was not."""
    said = story.all(told.PapersReconciled)
    return (said[-1].fact.missing, said[-1].fact.surplus) if said else (0, 0)


def check_printed(story: Story, closed: events.BoxClosed) -> None:
    """14: the papers that the desk started from are those that two people counted."""
    runs = [said.fact for said in story.all(told.PapersPrinted)]
    if sum(run.printed for run in runs) != closed.papers_printed:
        raise Malformed(
            "PRINTED_OTHER",
            f"日志逐次记印票共 {sum(run.printed for run in runs)} 张，结束时记 {closed.papers_printed} 张",
            f"The log counts {sum(run.printed for run in runs)} papers printed, and {closed.papers_printed} at closing",
        )
    if any(run.by == run.second for run in runs):
        raise Malformed("PRINTED_ALONE", "印票只有一人清点", "A print run was counted by one person alone")


def check_boxes(story: Story, closed: Said[events.BoxClosed]) -> None:
    """14: every sealed box was opened after the poll with its own seal and has its figures once, and no other has."""
    sealed = {said.fact.paper_box: said for said in story.all(told.PaperBoxSealed)}
    opened = {said.fact.paper_box: said for said in story.all(told.PaperBoxOpened)}
    agreed = {said.fact.paper_box: said for said in story.all(told.PaperBoxAgreed)}
    counts = [len(story.all(kind)) for kind in (told.PaperBoxSealed, told.PaperBoxOpened, told.PaperBoxAgreed)]
    if counts != [len(sealed), len(opened), len(agreed)] or not set(opened) >= set(agreed):
        raise _box("有票箱封、开或计了不止一次，或没开箱就有数字", "sealed, opened or counted twice, or unopened")
    if not set(sealed) >= set(opened):
        raise _box("有票箱没有封箱就开箱", "a box was opened that nobody sealed")
    for number, said in agreed.items():
        if not closed.seq < opened[number].seq < said.seq:
            raise _box(f"{number} 号票箱不是在结束投票以后开箱计票的", f"box {number} was not opened after the poll")
        if (opened[number].fact.seal, said.fact.kind) != (sealed[number].fact.seal, sealed[number].fact.kind):
            raise _box(f"{number} 号票箱开箱时不是封箱的封条", f"box {number} was not opened with its own seal")
    by_paper = story.only(ElectionSealed).fact.legal_record == "paper" and closed.fact.casts
    if set(sealed) != set(agreed) or (by_paper and not agreed):
        raise Lacking("BOXES_UNCOUNTED", "有票箱还没有核对一致的数字", "Some boxes have no agreed figures")


def check_entries(story: Story) -> None:
    """14: two different people entered every box; where they differed a third settled it, and says why."""
    for said in story.all(told.PaperBoxAgreed):
        one = said.fact
        settled = bool(one.settled_by and one.reason) and one.settled_by not in (one.first, one.second)
        plain = not one.settled_by and not one.reason
        if one.first == one.second or not (settled if one.differences else plain):
            raise Malformed(
                "ENTRIES_NOT_TWO",
                f"日志第 {said.seq} 条：{one.paper_box} 号票箱不是两人分别录入，或者不同之处不是第三人公开确定的",
                f"Entry {said.seq}: box {one.paper_box} was not entered by two people, or no third one settled it",
            )


def check_sheets(story: Story) -> None:
    """14: the boxes' figures add up, over the offices and candidates that were sealed, to the papers found in them."""
    sheet = sheet_of(story)
    if sheet is None:
        return
    wanted = [(title, seats, names) for title, seats, names in story.only(ElectionSealed).fact.offices]
    if [(one.title, one.seats, tuple(name for name, _ in one.votes)) for one in sheet.offices] != wanted:
        raise _sheet("职务或候选人不是封定的", "offices or candidates are not those sealed")
    if sheet.collected != sum(papers for *_, papers in boxes_of(story)):
        raise _sheet("张数不是各票箱之和", "the papers are not those of the boxes together")
    try:
        check_sheet(sheet)
    except Malformed as error:
        raise _sheet(error.zh, error.en) from error


def check_doubtful(story: Story) -> None:
    """14: every doubtful paper laid before the committee was decided by majority before its box was agreed upon, by the
    picture that was laid, and those found void are among the void papers of the boxes."""
    laid = {(said.fact.paper_box, said.fact.number): said for said in story.all(told.DoubtfulPaperLaid)}
    decided = {(said.fact.paper_box, said.fact.number): said for said in story.all(told.DoubtfulPaperDecided)}
    once = (len(laid), len(decided)) == (
        len(story.all(told.DoubtfulPaperLaid)),
        len(story.all(told.DoubtfulPaperDecided)),
    )
    agreed = {said.fact.paper_box: said for said in story.all(told.PaperBoxAgreed)}
    sound = once and set(laid) == set(decided)
    for at, said in decided.items():
        one, before = said.fact, laid.get(at)
        same = before is not None and before.seq < said.seq and before.fact.picture_sha256 == one.picture_sha256
        counted = one.paper_box not in agreed or said.seq < agreed[one.paper_box].seq
        sound = sound and same and counted and one.in_favour > one.against and one.kind in set(BallotClass)
    void, whole = sum(said.fact.kind == BallotClass.VOID for said in decided.values()), sheet_of(story)
    if not sound or (whole is not None and void > whole.void):
        raise Malformed(
            "DOUBTFUL_OTHER",
            "有疑义的选票没有逐张按同一张照片多数认定，或认定的废票多于各票箱的废票",
            "Doubtful papers were not each decided by majority on the picture laid before, or more were found void "
            "than the boxes have",
        )


def check_mobile(story: Story) -> None:
    """14: a mobile box went out with a posted list, watchers and papers, and what came back makes them whole."""
    left = {said.fact.paper_box: said.fact for said in story.all(told.MobileBoxLeft)}
    back = {said.fact.paper_box: said.fact for said in story.all(told.MobileBoxBack)}
    issued = {said.fact.paper_box: said.fact.issued for said in story.all(told.PaperBoxAgreed)}
    for said in story.all(told.PaperBoxSealed):
        box = said.fact
        went, came = left.get(box.paper_box), back.get(box.paper_box)
        brought = came.issued if came else 0
        whole = came is not None and went is not None and came.issued + came.papers + came.spoilt == went.papers
        lawful = box.watchers >= WATCHERS and brought <= box.voters and (whole or (went, came) == (None, None))
        at_home = (went, came) == (None, None)
        if not (lawful if box.kind == "mobile" else at_home) or issued.get(box.paper_box, brought) != brought:
            raise Malformed(
                "MOBILE_BOX_OTHER",
                f"{box.paper_box} 号票箱：监票人、名单或带出带回的张数不符",
                f"Box {box.paper_box}: watchers, list, or the papers taken out and brought back are not right",
            )


def check_reconciled(story: Story, closed: events.BoxClosed) -> None:
    """14: printed + surplus = issued + come back + spoilt + unused + missing, what is missing by a decision before; the
    boxes' papers are those collected; all before the outcome."""
    if not closed.papers_printed and not boxes_of(story):
        if story.all(told.PapersReconciled) or closed.papers_out:
            raise _balance()
        return
    if not story.all(told.PapersReconciled):
        raise Lacking("PAPERS_OPEN", "纸质选票还没有结清", "The papers are not reconciled")
    said = story.only(told.PapersReconciled)
    one = said.fact
    found = (one.printed, one.issued, one.returned, one.spoilt, one.unused + one.missing - one.surplus, one.collected)
    collected = sum(papers for *_, papers in boxes_of(story))
    unused = closed.papers_printed - closed.papers_out
    right = (closed.papers_printed, papers_issued(closed), closed.papers_returned, closed.papers_torn)
    if boxes_of(story) and not one.sheet:
        raise _sheet("没有各票箱之和", "the sum of the boxes is missing")
    if found != (*right, unused, collected) or any(said.seq > out.seq for out in story.all(OutcomeDecided)):
        raise _balance()
    known = [each.fact for each in story.all(told.PapersMissingDecided) if each.seq < said.seq][-1:]
    explained = [(each.unused, each.missing, each.surplus) for each in known if each.in_favour > each.against]
    if (one.missing or one.surplus) and explained != [(one.unused, one.missing, one.surplus)]:
        raise Malformed(
            "PAPERS_MISSING_UNDECIDED",
            f"结清时缺失 {one.missing} 张、多出 {one.surplus} 张，却没有选举委员会事先多数作出的决定",
            f"{one.missing} paper(s) missing and {one.surplus} too many, without a majority decision before",
        )


def check_proxies(story: Story, closed: events.BoxClosed) -> None:
    """14: nobody voted for others who was not on a list posted before the poll opened."""
    opened = story.some(events.SlotOpened)[0].seq
    listed = [said for said in story.all(ProxiesPosted) if said.seq < opened]
    most = story.only(ElectionSealed).fact.proxies_max
    if any(said.fact.principals > most * said.fact.holders for said in listed):
        raise Malformed(
            "PROXIES_OVER_LIMIT",
            f"公布的名单上有受托人代投多于 {most} 人",
            f"On the posted list somebody votes for more than {most} people",
        )
    if closed.proxies > sum(said.fact.principals for said in listed) or len(listed) > 1:
        raise Malformed(
            "PROXIES_UNPOSTED",
            f"委托投票 {closed.proxies} 张，多于投票开始以前公布的名单",
            f"{closed.proxies} ballots by proxy, more than the list posted before the poll opened",
        )


def _box(zh: str, en: str) -> Malformed:
    return Malformed("PAPER_BOX_STORY", f"票箱的经过不符：{zh}", f"The boxes' story is not right: {en}")


def _sheet(zh: str, en: str) -> Malformed:
    return Malformed("PAPER_SHEET_OTHER", f"纸质选票的数字不符：{zh}", f"The figures of the papers: {en}")


def _balance() -> Malformed:
    return Malformed(
        "PAPERS_SUM_OTHER",
        "纸质选票的印制、发出、交回、写坏、未用和收回对不上，或者在确定结果以后才结清",
        "Papers printed, issued, come back, spoilt, unused and collected do not agree, or were reconciled too late",
    )
