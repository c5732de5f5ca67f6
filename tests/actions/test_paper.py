"""Paper ballots: printed, issued, boxes on their way, entered twice, settled openly, counted to the last one."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from count_build import EVENING, give_share, in_hand, public_of
from election_build import ON_THE_DAY, Built
from house_build import House
from paper_build import (
    PRINTED,
    a_decided_paper_election,
    a_paper_poll,
    agreed,
    enter,
    entered,
    entry,
    hall_sheet,
    issue,
    main_box,
    mobile_box,
    mobile_sheet,
    name,
    printed,
    reconciled,
    settle,
    sheet,
    voted_on_paper,
)
from photo_build import a_jpeg
from sqlalchemy import select

from voting.box import papers
from voting.database import write
from voting.elections import actions
from voting.elections.after.queries import next_poll
from voting.elections.candidates.queries import contests
from voting.elections.count import actions as count
from voting.elections.count.queries import counted
from voting.elections.desk import issuing
from voting.elections.paper import actions as paper
from voting.elections.paper import boxes, doubtful, ledger, queries, sheets
from voting.elections.paper.tables import PaperBox
from voting.elections.proxies import actions as proxies
from voting.elections.roll.tables import RollEntry
from voting.errors import Refused

VOID = {"reason": "涂改看不清", "in_favour": 4, "against": 1}
LOST = {"reason": "当众数过三遍", "in_favour": 5, "against": 0, "now": EVENING}


def code(deed: Callable[..., Any], *args: Any, **facts: Any) -> str:
    with pytest.raises(Refused) as caught:
        deed(*args, **facts)
    assert caught.value.zh and caught.value.en
    return caught.value.code


@pytest.fixture
def poll(house: House) -> tuple[Built, str, str]:
    return a_paper_poll(house)


@pytest.fixture
def closed(house: House) -> tuple[Built, str, str]:
    return voted_on_paper(house)


def test_one_person_has_a_card_or_a_paper(poll: tuple[Built, str, str]) -> None:
    built, *_ = poll
    issue(built, 9)
    assert code(issue, built, 9) == "ALREADY_CHECKED_IN"
    assert code(issue, built, 9, channel="card") == "ALREADY_CHECKED_IN"
    assert (built.box.papers_out, built.box.cards_out) == (1, 0)


def test_no_more_papers_go_out_than_were_printed(poll: tuple[Built, str, str]) -> None:
    built, *_ = poll
    built.act(papers.printed, box=built.box.id, number=1 - PRINTED)
    issue(built, 9)
    assert code(issue, built, 10) == "NO_PAPERS_LEFT"


def test_a_voter_changes_to_paper_once_with_the_card_in_hand(poll: tuple[Built, str, str]) -> None:
    built, *_ = poll
    mark = issue(built, 9, channel="card").mark
    facts = {"second": built.accounts["official"], "desk": "1 号台", "actor": built.actor("clerk"), "now": ON_THE_DAY}
    shown = in_hand(built, 0, "undo", mark)
    assert code(built.do, issuing.change_to_paper, mark_id="nobody", card=shown, **facts) == "NO_SUCH_CHECK_IN"
    made = built.do(issuing.change_to_paper, mark_id=mark, card=in_hand(built, 0, "undo", mark), **facts)
    box = built.box
    assert (box.cards_out, box.cards_returned, box.papers_out) == (1, 1, 1)
    assert built.look(lambda session, election: queries.totals(session, election).issued) == 1
    # The paper comes back too: there is no way back to the tablet.
    back = {"reason": "other", "actor": built.accounts["clerk"], "now": ON_THE_DAY}
    assert code(built.act, papers.give_back, mark=made.mark, second=built.accounts["clerk"], **back) == "UNDO_ALONE"
    built.act(papers.give_back, mark=made.mark, second=built.accounts["official"], **back)
    assert code(built.act, papers.give_back, mark=made.mark, second="x", **back) == "NO_SUCH_CHECK_IN"
    assert code(built.act, papers.give_back, mark=made.mark, second="x", **(back | {"reason": "?"})) == "UNDO_REASON"
    assert code(issue, built, 9, channel="card") == "CHANGED_TO_PAPER"
    issue(built, 9)
    assert public_of(built, 0)


def test_a_spoilt_paper_is_replaced(poll: tuple[Built, str, str]) -> None:
    built, *_ = poll
    facts = {"box": built.box.id, "actor": built.accounts["clerk"], "now": ON_THE_DAY}
    assert code(built.act, papers.replace_spoilt, **facts) == "NO_PAPER_OUT"
    issue(built, 9)
    after = built.act(papers.replace_spoilt, **facts)
    assert (after.papers_out, after.papers_torn, after.papers_issued) == (2, 1, 1)
    assert built.events()[-1][0] == "box_paper_spoilt"


def test_papers_are_printed_by_two_before_the_poll(house: House) -> None:
    from election_build import a_sealed_election

    built = a_sealed_election(house, voters=24)
    assert code(main_box, built) == "NO_PAPERS"
    assert code(printed, built, 0) == "PAPERS_NUMBER"
    alone = {"style": "全部", "printed": 5, "second": built.accounts["official"]}
    assert code(built.do, boxes.print_papers, **alone) == "PAPERS_ALONE"
    printed(built)
    assert code(main_box, built, kind="bucket") == "BOX_KIND"
    assert code(main_box, built, watchers=["甲"]) == "FEW_WATCHERS"
    standing = built.look(lambda session, election: contests(session, election=election))[0].candidates[0].name
    assert code(main_box, built, watchers=["甲", standing]) == "WATCHER_CONFLICT"
    assert code(main_box, built, voters=[entry(built, 19)]) == "MOBILE_LIST"
    assert code(mobile_box, built, watchers=["甲", "乙"]) == "FEW_WATCHERS"
    assert code(mobile_box, built, approval="") == "MOBILE_APPROVAL"
    assert code(mobile_box, built, numbers=()) == "MOBILE_LIST"
    main_box(built)
    assert code(main_box, built) == "SEAL_TWICE"
    mobile_box(built)
    assert code(mobile_box, built, seal="封 003") == "MOBILE_TWICE"


def test_a_paper_spoilt_at_home_is_one_of_those_that_went_out(poll: tuple[Built, str, str]) -> None:
    built, _, mobile = poll
    built.do(boxes.send_out, box_id=mobile, taken=4, now=ON_THE_DAY)
    voters = [entry(built, 19), entry(built, 20)]
    back = {"box_id": mobile, "voters": voters, "back": 1, "now": ON_THE_DAY}
    assert code(built.do, boxes.bring_back, **back) == "MOBILE_BALANCE"
    built.do(boxes.bring_back, **back, spoilt=1)
    box = built.box
    assert (box.papers_out, box.papers_torn) == (3, 1)
    kind, said = built.events()[-1]
    assert (kind, said["issued"], said["papers"], said["spoilt"]) == ("paper_box_back", 2, 1, 1)
    assert [kind for kind, _ in built.events()].count("box_paper_spoilt") == 1


def test_a_mobile_box_brings_every_paper_back(poll: tuple[Built, str, str]) -> None:
    built, hall, mobile = poll
    day = {"now": ON_THE_DAY}
    assert code(built.do, boxes.send_out, box_id=mobile, taken=6, **day) == "MOBILE_PAPERS"
    assert code(built.do, boxes.send_out, box_id=hall, taken=1, **day) == "BOX_STATE"
    built.do(boxes.send_out, box_id=mobile, taken=4, **day)
    assert code(issue, built, 19) == "MOBILE_AWAY"
    listed, other = entry(built, 19), entry(built, 9)
    assert code(built.do, boxes.bring_back, box_id=mobile, voters=[other], back=3, **day) == "MOBILE_OTHER"
    assert code(built.do, boxes.bring_back, box_id=mobile, voters=[listed], back=2, **day) == "MOBILE_BALANCE"
    built.do(actions.stop_queue, people=0, now=EVENING)
    assert code(built.do, actions.close_poll, now=EVENING) == "mobile_boxes_away"
    built.do(boxes.bring_back, box_id=mobile, voters=[listed], back=3, now=EVENING)
    assert built.box.papers_out == 1
    built.do(actions.close_poll, now=EVENING)
    late = {"mark": "x", "reason": "other", "second": "y", "actor": "z", "now": EVENING}
    assert code(built.act, papers.give_back, **late) == "NO_SUCH_CHECK_IN"
    assert code(built.act, papers.replace_spoilt, box=built.box.id, actor="z", now=EVENING) == "BOX_NOT_OPEN"


def test_who_comes_to_the_hall_before_the_box_leaves_is_not_visited(poll: tuple[Built, str, str]) -> None:
    built, _, mobile = poll
    mark = issue(built, 19).mark
    day = {"box_id": mobile, "now": ON_THE_DAY}
    # Two are left to visit, with two spare papers.
    assert code(built.do, boxes.send_out, taken=5, **day) == "MOBILE_PAPERS"
    built.do(boxes.send_out, taken=4, **day)
    both = [entry(built, 19), entry(built, 20)]
    with pytest.raises(Refused) as caught:
        built.do(boxes.bring_back, voters=both, back=2, **day)
    assert caught.value.code == "MOBILE_SERVED"
    assert f"{name(built, 19)}（19 号）" in caught.value.zh
    assert name(built, 20) not in caught.value.zh
    # One way out: the hall's paper is still unused and comes back.
    given = {"second": built.accounts["official"], "reason": "other", "actor": built.accounts["clerk"]}
    built.act(papers.give_back, mark=mark, now=ON_THE_DAY, **given)
    built.do(boxes.bring_back, voters=both, back=2, **day)
    assert [one["issued"] for kind, one in built.events() if kind == "paper_box_back"] == [2]


def test_a_paper_too_many_given_at_home_is_recorded_as_spoilt(poll: tuple[Built, str, str]) -> None:
    """The other way out: the hall's ballot was cast."""
    built, _, mobile = poll
    issue(built, 19)
    day = {"box_id": mobile, "now": ON_THE_DAY}
    built.do(boxes.send_out, taken=4, **day)
    built.do(boxes.bring_back, voters=[entry(built, 20)], back=2, spoilt=1, **day)
    box = built.box
    assert (box.papers_out, box.papers_torn) == (3, 1)


def test_a_box_whose_whole_list_came_to_the_hall_stays(poll: tuple[Built, str, str]) -> None:
    built, _, mobile = poll
    for number in (19, 20, 21):
        issue(built, number)
    assert code(built.do, boxes.send_out, box_id=mobile, taken=1, now=ON_THE_DAY) == "MOBILE_NOBODY"


def test_a_principal_is_not_visited_and_a_visited_one_not_voted_for(house: House) -> None:
    """Whoever asked somebody to vote and is on a mobile box's list would have two papers."""
    from election_build import a_sealed_election, with_rehearsals
    from paper_build import opened, record

    built = with_rehearsals(a_sealed_election(house, voters=24))
    printed(built, 6)
    record(built, 19, 14)
    assert code(mobile_box, built) == "MOBILE_PROXY"
    # The form came after the list: while the box is on its way the holder receives nothing for the person visited.
    box = mobile_box(built, (20, 21))
    record(built, 20, 14)
    built.do(proxies.post_list)
    other = mobile_box(built, (22, 23), seal="封 003")
    opened(built)
    built.do(boxes.send_out, box_id=box, taken=4, now=ON_THE_DAY)
    # Two boxes cannot take the same papers.
    assert code(built.do, boxes.send_out, box_id=other, taken=4, now=ON_THE_DAY) == "MOBILE_PAPERS"
    built.do(boxes.send_out, box_id=other, taken=2, now=ON_THE_DAY)
    ask = {"voters": [entry(built, 14)]}
    held = built.look(lambda session, election: issuing.held_now(session, election=election, **ask))
    assert [one.number for one in held[entry(built, 14)]] == [19]
    built.do(boxes.bring_back, box_id=box, voters=[entry(built, 20)], back=3, now=ON_THE_DAY)
    assert code(issue, built, 14, expected=3, channel="card") == "PROXIES_CHANGED"
    assert len(issue(built, 14, expected=2, channel="card").proxies) == 1


def test_a_box_is_opened_with_its_own_seal_only(closed: tuple[Built, str, str]) -> None:
    built, hall, _ = closed
    assert code(built.do, boxes.open_box, box_id=hall, seal="封 009", now=EVENING) == "SEAL_OTHER"
    assert code(built.do, boxes.open_box, box_id="nowhere", seal="封 001", now=EVENING) == "NO_SUCH_PAPER_BOX"
    assert code(enter, built, hall, hall_sheet(built), "official") == "BOX_STATE"
    built.do(boxes.open_box, box_id=hall, seal="封 001", now=EVENING)
    assert code(built.do, boxes.open_box, box_id=hall, seal="封 001", now=EVENING) == "BOX_STATE"


def test_what_does_not_add_up_is_refused_at_the_entry(closed: tuple[Built, str, str]) -> None:
    built, hall, _ = closed
    built.do(boxes.open_box, box_id=hall, seal="封 001", now=EVENING)
    right = hall_sheet(built)
    chair = right.offices[0]
    assert code(enter, built, hall, replace(right, collected=8), "official") == "PAPER_SUM"
    assert code(enter, built, hall, replace(right, void=8), "official") == "PAPER_FIGURES"
    twice = replace(chair, written=(("某", 0), ("某", 1)))
    assert code(enter, built, hall, replace(right, offices=(twice, right.offices[1])), "official") == "PAPER_NAMES"
    many = sheet(built, 7, 1, {"votes": [1, 5]}, {"votes": [7, 0, 0]})
    assert code(enter, built, hall, many, "official") == "PAPER_VOTES"
    other = replace(right, offices=(replace(chair, title="别的"), right.offices[1]))
    assert code(enter, built, hall, other, "official") == "PAPER_FORM"


def test_two_entries_that_differ_are_settled_openly_by_a_third(house: House, closed: tuple[Built, str, str]) -> None:
    built, hall, _ = closed
    wrong = sheet(built, 7, 1, {"votes": [2, 4]}, {"votes": [5, 3, 1], "spoilt": 1})
    built.do(boxes.open_box, box_id=hall, seal="封 001", now=EVENING)
    assert enter(built, hall, wrong, "official") == 1
    assert code(built.do, paper.agree_box, box_id=hall, now=EVENING) == "ENTRIES_MISSING"
    assert enter(built, hall, hall_sheet(built), "clerk") == 2
    assert code(enter, built, hall, wrong, "supervisor") == "THIRD_ENTRY"
    with pytest.raises(Refused) as caught:
        built.do(paper.agree_box, box_id=hall, now=EVENING)
    assert caught.value.code == "ENTRIES_DIFFER"
    assert f"主任 {name(built, 1)} 2 / 1" in caught.value.zh
    right = {"box_id": hall, "sheet": hall_sheet(built), "reason": "当众重数主任票", "now": EVENING}
    assert code(built.do, paper.settle_box, **right) == "SETTLED_BY_ENTRANT"
    third = built.actor("supervisor")
    assert code(built.do, paper.settle_box, **(right | {"actor": third})) == "NAMES_WAITING"
    settle(built, name(built, 12), entry(built, 12))
    built.do(paper.settle_box, **(right | {"actor": third}))
    kind, data = built.events()[-1]
    assert kind == "paper_box_agreed"
    assert (data["differences"], data["settled_by"], data["reason"]) == (2, third.account_id, "当众重数主任票")
    assert code(settle, built, name(built, 12), None) == "NAME_USED"


def test_equal_entries_need_no_settling(closed: tuple[Built, str, str]) -> None:
    built, hall, _ = closed
    entered(built, hall, hall_sheet(built))
    facts = {"box_id": hall, "sheet": hall_sheet(built), "reason": "没有不同", "actor": built.actor("supervisor")}
    assert code(built.do, paper.settle_box, now=EVENING, **facts) == "NOTHING_TO_SETTLE"


def test_a_written_name_means_somebody_of_the_roll_or_nobody(closed: tuple[Built, str, str]) -> None:
    built, hall, mobile = closed
    assert code(settle, built, "某某", entry(built, 12)) == "NAME_OTHER"
    assert code(settle, built, "某某", None, office="书记") == "NO_SUCH_OFFICE_HERE"
    # One official's click is not enough, and what was decided is an entry of the log each time.
    alone = {"office": "主任", "name": "某某", "entry_id": None, "in_favour": 1, "against": 1, "now": EVENING}
    assert code(built.do, paper.settle_name, **alone) == "DOUBTFUL_MAJORITY"
    assert settle(built, "某某", None) is None
    kind, told = built.events()[-1]
    assert (kind, told["shown"], told["in_favour"], told["against"]) == ("paper_name_decided", "", 3, 1)
    # Written in for an office in which the person stands: a vote for the candidate.
    assert settle(built, name(built, 1), entry(built, 1)) == name(built, 1)
    agreed(built, hall, mobile)
    total = built.look(queries.totals)
    chair = total.sheet.offices[0]
    assert chair.written == ((name(built, 12), 1),)
    assert chair.unknown == 1, "a name of nobody is a mark lost"


def test_a_namesake_of_a_candidate_is_named_with_the_roll_number(closed: tuple[Built, str, str]) -> None:
    built, *_ = closed
    twelve = name(built, 12)
    assert settle(built, f"{twelve}二栋", entry(built, 12)) == twelve
    # On the roll 13 bears the name of 12, and 14 that of a candidate: the number tells them apart.
    for number, other in ((13, twelve), (14, name(built, 1))):
        built.act(renamed, entry_id=entry(built, number), name=other)
    found = built.look(lambda session, election: queries.namesakes(session, election=election, name=twelve + "三栋"))
    assert [one.number for one in found] == [12, 13]
    assert settle(built, f"{twelve}三栋", entry_of(built, 13)) == f"{twelve}（13 号）"
    assert settle(built, f"{twelve}二栋", entry_of(built, 12)) == f"{twelve}（12 号）"
    assert settle(built, f"{name(built, 1)}（退休）", entry_of(built, 14)) == f"{name(built, 1)}（14 号）"


def renamed(session: Any, entry_id: str, name: str) -> None:
    session.get_one(RollEntry, entry_id).name = name


def entry_of(built: Built, number: int) -> str:
    """By number alone, where names no longer tell."""
    rows = select(RollEntry.id).where(RollEntry.election_id == built.election_id, RollEntry.number == number)
    return str(built.look(lambda session, _election: session.scalars(rows).one()))


def test_the_committee_decides_on_a_doubtful_paper_with_its_picture(closed: tuple[Built, str, str]) -> None:
    built, hall, _ = closed
    built.do(boxes.open_box, box_id=hall, seal="封 001", now=EVENING)
    picture, box = a_jpeg(200, 300), {"box_id": hall, "now": EVENING}
    assert code(built.do, doubtful.decide, number=1, finding="unreadable", **VOID, **box) == "NO_SUCH_DOUBTFUL"
    assert built.do(doubtful.lay_before, picture=picture, keys=built.keys, **box) == 1
    kind, laid = built.events()[-1]
    assert (kind, len(laid["picture_sha256"])) == ("paper_doubtful_laid", 64)

    def kept(session: Any, election: Any) -> tuple[bytes, bytes]:
        row = queries.get_box(session, election=election, box_id=hall)
        shown, _ = doubtful.picture_of(session, box=row, number=1, keys=built.keys)
        return shown, queries.doubtful(session, box=row)[0].picture

    shown, sealed = built.look(kept)
    # What the committee sees is what the log's hash is of; at rest it is sealed.
    assert hashlib.sha256(shown).hexdigest() == laid["picture_sha256"] and shown not in sealed
    # No box is agreed upon while the committee has not decided, nor against what it decided.
    for login in ("official", "clerk"):
        enter(built, hall, sheet(built, 7, 0, {"votes": [1, 5]}, {"votes": [5, 3, 1]}), login)
    assert code(built.do, paper.agree_box, **box) == "DOUBTFUL_WAITING"
    assert code(built.do, doubtful.decide, number=1, finding="?", **VOID, **box) == "DOUBTFUL_KIND"
    divided = {**VOID, "against": 4}
    assert code(built.do, doubtful.decide, number=1, finding="over", **divided, **box) == "DOUBTFUL_MAJORITY"
    built.do(doubtful.decide, number=1, finding="twice", **VOID, **box)
    kind, data = built.events()[-1]
    assert (kind, data["kind"], data["picture_sha256"]) == ("paper_doubtful_decided", "void", laid["picture_sha256"])
    assert "涂改" not in str(data)
    assert code(built.do, doubtful.decide, number=1, finding="clear", **VOID, **box) == "DOUBTFUL_DECIDED"
    # What was never issued is set aside and is on no sheet: one paper is void, not two.
    assert built.do(doubtful.lay_before, picture=picture, keys=built.keys, **box) == 2
    built.do(doubtful.decide, number=2, finding="foreign", **VOID, **box)
    assert built.events()[-1][1]["kind"] == "foreign"
    assert code(built.do, paper.agree_box, **box) == "DOUBTFUL_OVER"
    for login in ("official", "clerk"):
        enter(built, hall, sheet(built, 7, 1, {"votes": [1, 4]}, {"votes": [4, 3, 1]}), login)
    assert built.do(paper.agree_box, **box).void == 1


def test_the_ledger_closes_when_every_paper_is_found(closed: tuple[Built, str, str]) -> None:
    built, hall, mobile = closed
    assert code(built.do, ledger.close_ledger, unused=21, now=EVENING) == "PAPER_BOXES_OPEN"
    built.do(count.begin_count, now=EVENING)
    assert code(built.do, count.decide_outcome, now=EVENING) in ("paper_open", "SHARES_MISSING")
    agreed(built, hall, mobile)
    assert code(built.do, ledger.close_ledger, unused=20, now=EVENING) == "PAPERS_BALANCE"
    assert code(built.do, ledger.decide_missing, unused=21, **LOST) == "PAPERS_WHOLE"
    built.do(ledger.close_ledger, unused=PRINTED - 9, now=EVENING)
    assert code(built.do, ledger.close_ledger, unused=21, now=EVENING) == "LEDGER_CLOSED"
    assert code(built.do, ledger.decide_missing, unused=20, **LOST) == "LEDGER_CLOSED"
    assert built.look(lambda session, election: queries.waiting(session, election=election)) is None


def test_figures_edited_after_they_were_agreed_are_not_counted(closed: tuple[Built, str, str]) -> None:
    """Two votes change places in the database: the log has the hash of what two people entered."""
    built, hall, mobile = closed
    agreed(built, hall, mobile)
    honest = built.look(lambda session, election: queries.get_box(session, election=election, box_id=hall).sheet)
    swapped = json.loads(json.dumps(honest))
    swapped["offices"][0]["votes"][0][1], swapped["offices"][0]["votes"][1][1] = 4, 1

    def edit(sheet: Any) -> None:
        with write(built.engine) as session:
            session.get_one(PaperBox, hall).sheet = sheet

    for forged in (swapped, {}):
        edit(forged)
        assert code(built.do, ledger.close_ledger, unused=21, now=EVENING) == "PAPER_SHEET_CHANGED"
    edit(honest)
    built.do(ledger.close_ledger, unused=21, now=EVENING)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    edit(swapped)
    assert code(built.do, count.decide_outcome, now=EVENING) == "PAPER_SHEET_CHANGED"


def test_the_sum_of_few_papers_takes_a_decision(house: House) -> None:
    built, hall, mobile = voted_on_paper(house, ballot_floor=10)
    agreed(built, hall, mobile)
    assert code(built.do, ledger.close_ledger, unused=PRINTED - 9, now=EVENING) == "PAPERS_UNDER_FLOOR"
    assert not [kind for kind, _ in built.events() if kind == "papers_reconciled"]
    built.do(actions.decide_floor, reason="已当场告知用纸票的居民", now=EVENING)
    kind, told = built.events()[-1]
    assert (kind, told["ballots"], told["papers"], told["floor"]) == ("floor_decided", 8, 9, 10)
    built.do(ledger.close_ledger, unused=PRINTED - 9, now=EVENING)


@pytest.mark.parametrize(("counted_left", "missing", "surplus"), [(19, 2, 0), (22, 0, 1)])
def test_papers_that_are_gone_take_a_decision(
    closed: tuple[Built, str, str], counted_left: int, missing: int, surplus: int
) -> None:
    built, hall, mobile = closed
    agreed(built, hall, mobile)
    assert code(built.do, ledger.decide_missing, unused=counted_left, **{**LOST, "against": 5}) == "DOUBTFUL_MAJORITY"
    assert built.do(ledger.decide_missing, unused=counted_left, **LOST) == (missing, surplus)
    kind, data = built.events()[-1]
    assert (kind, data["missing"], data["surplus"]) == ("papers_missing_decided", missing, surplus)
    # The decision is about this number and no other.
    assert code(built.do, ledger.close_ledger, unused=18, now=EVENING) == "PAPERS_BALANCE"
    built.do(ledger.close_ledger, unused=counted_left, now=EVENING)
    total = built.look(queries.totals)
    assert total.printed + total.surplus == total.out + total.unused + total.missing
    assert (built.events()[-1][1]["missing"], total.missing, total.surplus) == (missing, missing, surplus)


def test_both_channels_are_shown_apart_and_added_once(house: House) -> None:
    built = a_decided_paper_election(house)
    found = built.look(lambda session, election: counted(session, election=election))
    facts = found.facts
    assert (facts.eligible, facts.issued, facts.collected, facts.invalid) == (24, 17, 17, 1)
    chair = facts.offices[0]
    one, two, twelve = (name(built, number) for number in (1, 2, 12))
    assert chair.votes == {one: 2, two: 11, twelve: 1}
    assert (chair.tablet, chair.paper) == ({one: 1, two: 6}, {one: 1, two: 5, twelve: 1})
    assert chair.over_vote_loss == 1
    assert found.outcome.offices[0].outcome.elected == (two,)


def test_more_papers_in_a_box_than_issued_void_the_poll(closed: tuple[Built, str, str]) -> None:
    built, hall, mobile = closed
    entered(built, hall, hall_sheet(built))
    entered(built, mobile, sheet(built, 3, 0, {"votes": [1, 2]}, {"votes": [1, 1, 1]}))
    settle(built, name(built, 12), entry(built, 12))
    for box in (hall, mobile):
        built.do(paper.agree_box, box_id=box, now=EVENING)
    built.do(ledger.close_ledger, unused=PRINTED - 9, now=EVENING)
    built.do(count.begin_count, now=EVENING)
    from count_build import give_share

    for trustee in (0, 1):
        give_share(built, trustee)
    outcome = built.do(count.decide_outcome, now=EVENING).outcome
    assert (outcome.valid, outcome.reason, outcome.next) == (False, "collected>issued", "rerun")
    assert "2 号流动票箱收回 3 张，多于发出的 2 张" in outcome.because[0].zh
    # What follows: the whole poll again.
    [rerun] = built.look(lambda session, election: next_poll(session, election=election))
    assert rerun.poll.kind == "rerun"


def test_an_election_without_paper_asks_for_none(house: House) -> None:
    from count_build import a_decided_election

    built = a_decided_election(house)
    assert built.state == "decided"
    assert not built.look(lambda session, election: queries.uses_paper(session, election=election))


def test_the_log_tells_no_boxs_votes(house: House) -> None:
    """Two people of a posted list voted at home: what they chose is public in the sum of all papers only."""
    built = reconciled(house)
    agreed_boxes = [data for kind, data in built.events() if kind == "paper_box_agreed"]
    assert [one["collected"] for one in agreed_boxes] == [7, 2] and all("sheet" not in one for one in agreed_boxes)
    [whole] = [data for kind, data in built.events() if kind == "papers_reconciled"]
    assert whole["sheet"]["collected"] == 9
    assert not any(office["written"] for office in whole["sheet"]["offices"])
    [written] = [data for kind, data in built.events() if kind == "papers_written"]
    assert (written["office"], written["written"]) == ("主任", [[name(built, 12), 1]])
    # Whoever is shown figures and salt can hold them against the log.
    for row, said in zip(
        built.look(lambda session, election: queries.boxes(session, election=election)), agreed_boxes, strict=True
    ):
        assert sheets.commitment(row.salt, sheets.from_data(row.sheet)) == said["sheet_commitment"]


def test_the_log_never_names_a_voter(house: House) -> None:
    built = reconciled(house)
    told = str([data for kind, data in built.events() if kind.startswith(("paper", "box_", "prox"))])
    for number in (9, 10, 11, 15, 16, 17, 18, 19, 20, 21):
        assert name(built, number) not in told


def test_a_mobile_sheet_counts_names_of_nobody_as_lost(closed: tuple[Built, str, str]) -> None:
    built, _, mobile = closed
    entered(built, mobile, mobile_sheet(built))
    settle(built, "查无", None)
    final = built.do(paper.agree_box, box_id=mobile, now=EVENING)
    assert final.offices[0].lost == 1
