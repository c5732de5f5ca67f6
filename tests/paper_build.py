"""An election with tablets, paper, a mobile box and proxies, by the same actions the pages use."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from count_build import EVENING, close, give_share, scan_pile, vote
from election_build import AFTER_OBJECTIONS, ON_THE_DAY, Built, a_sealed_election, with_rehearsals, with_tablet
from house_build import House

from voting.box import anchors
from voting.elections import actions
from voting.elections.count import actions as count
from voting.elections.desk import issuing
from voting.elections.paper import actions as paper
from voting.elections.paper import boxes, ledger, queries
from voting.elections.paper.sheets import BoxSheet
from voting.elections.proxies import actions as proxies
from voting.elections.roll.queries import find

VOTERS = 24
PRINTED = 30


def entry(built: Built, number: int) -> str:
    """The roll entry of this number."""
    found = built.look(lambda session, election: find(session, election=election, query=str(number)))
    return next(one.id for one in found if one.number == number)


def name(built: Built, number: int) -> str:
    found = built.look(lambda session, election: find(session, election=election, query=str(number)))
    return next(one.name for one in found if one.number == number)


def record(built: Built, principal: int, holder: int, **facts: Any) -> str:
    given = {"day": AFTER_OBJECTIONS.date(), "reason": "住院", "evidence": None, "keys": built.keys}
    ids = {"principal_id": entry(built, principal), "holder_id": entry(built, holder)}
    return str(built.do(proxies.record_proxy, **ids, **(given | facts)))


def printed(built: Built, number: int = PRINTED) -> None:
    built.do(boxes.print_papers, style="全部职务一张", printed=number, second=built.accounts["clerk"])


def main_box(built: Built, seal: str = "封 001", **facts: Any) -> str:
    given = {"kind": "main", "place": "大厅", "seal": seal, "watchers": ["甲监", "乙监"], **facts}
    return str(built.do(boxes.seal_box, **given))


def mobile_box(built: Built, numbers: tuple[int, ...] = (19, 20, 21), seal: str = "封 002", **facts: Any) -> str:
    given = {
        "kind": "mobile",
        "place": "3 栋、5 栋、敬老院",
        "seal": seal,
        "watchers": ["甲监", "乙监", "丙监"],
        "approval": "示例街道办事处",
        "voters": [entry(built, number) for number in numbers],
    }
    return str(built.do(boxes.seal_box, **(given | facts)))


def opened(built: Built) -> Built:
    with_tablet(built)
    built.do(actions.open_poll, now=ON_THE_DAY)
    return built


def issue(built: Built, number: int, channel: str = "paper", **facts: Any) -> Any:
    given = {"desk": "1 号台", "channel": channel, "actor": built.actor("clerk"), "now": ON_THE_DAY, **facts}
    return built.do(issuing.issue, entry_id=entry(built, number), **given)


def a_paper_poll(house: House, **facts: Any) -> tuple[Built, str, str]:
    """Open, with 30 papers, a box in the hall and a mobile one, and 15 holding for 16, 17 and 18."""
    built = with_rehearsals(a_sealed_election(house, voters=VOTERS, **facts))
    for principal in (16, 17, 18):
        record(built, principal, 15)
    built.do(proxies.post_list)
    printed(built)
    hall, mobile = main_box(built), mobile_box(built)
    return opened(built), hall, mobile


def sheet(built: Built, collected: int, void: int, *offices: dict[str, Any]) -> BoxSheet:
    """The ballot's empty sheet filled in: votes by place, then everything else by name; unused follows."""
    empty: BoxSheet = built.look(lambda session, election: queries.empty_sheet(session, election=election))
    filled = []
    for form, given in zip(empty.offices, offices, strict=True):
        names = [one for one, _ in form.votes]
        votes = tuple(zip(names, given.get("votes", [0] * len(names)), strict=True))
        rest = {key: given[key] for key in ("written", "blank", "spoilt", "unknown") if key in given}
        one = replace(form, votes=votes, **rest)
        filled.append(replace(one, unused=one.seats * collected - one.marks(void)))
    return BoxSheet(collected, void, tuple(filled))


def entered(built: Built, box: str, first: BoxSheet, second: BoxSheet | None = None) -> None:
    """By the official and by the clerk."""
    built.do(boxes.open_box, box_id=box, seal=seal_of(built, box), now=EVENING)
    for login, figures in (("official", first), ("clerk", second or first)):
        enter(built, box, figures, login)


def enter(built: Built, box: str, figures: BoxSheet, login: str) -> int:
    return int(
        built.act(paper.enter_box, election_id=built.election_id, box_id=box, sheet=figures, actor=built.actor(login))
    )


def seal_of(built: Built, box: str) -> str:
    return str(built.look(lambda session, election: queries.get_box(session, election=election, box_id=box).seal))


def voted_on_paper(house: House, now: datetime = EVENING, **facts: Any) -> tuple[Built, str, str]:
    """Eight on tablets, seven papers in the hall (one holder with three), two of three from the mobile box; closed."""
    built, hall, mobile = a_paper_poll(house, **facts)
    vote(built)
    built.act(anchors.anchor_if_due, box=built.box.id, now=ON_THE_DAY, closing=True)
    for number in (9, 10, 11):
        issue(built, number, assisted=number == 11)
    issue(built, 15, expected=4)
    built.do(boxes.send_out, box_id=mobile, taken=4, now=ON_THE_DAY)
    visited = [entry(built, number) for number in (19, 20)]
    built.do(boxes.bring_back, box_id=mobile, voters=visited, back=2, now=ON_THE_DAY)
    return scan_pile(close(built)), hall, mobile


#: The hall's seven: one void; the mobile box's two. Written-in is number 12 (and somebody of no roll).
def hall_sheet(built: Built, **changes: Any) -> BoxSheet:
    chair = {"votes": [1, 4], "written": ((name(built, 12), 1),)}
    member = {"votes": [5, 3, 1], "blank": 0, "spoilt": 1}
    return replace(sheet(built, 7, 1, chair, member), **changes)


def mobile_sheet(built: Built) -> BoxSheet:
    chair = {"votes": [0, 1], "written": (("查无", 1),)}
    return sheet(built, 2, 0, chair, {"votes": [1, 1, 1]})


def agreed(built: Built, hall: str, mobile: str) -> Built:
    entered(built, hall, hall_sheet(built))
    entered(built, mobile, mobile_sheet(built))
    settle(built, name(built, 12), entry(built, 12))
    settle(built, "查无", None)
    for box in (hall, mobile):
        built.do(paper.agree_box, box_id=box, now=EVENING)
    return built


def settle(built: Built, written: str, entry_id: str | None, office: str = "主任") -> Any:
    facts = {"office": office, "name": written, "entry_id": entry_id, "in_favour": 3, "against": 1, "now": EVENING}
    return built.do(paper.settle_name, **facts)


def reconciled(house: House) -> Built:
    built, hall, mobile = voted_on_paper(house)
    agreed(built, hall, mobile)
    built.do(ledger.close_ledger, unused=PRINTED - built.box.papers_out, now=EVENING)
    return built


def a_decided_paper_election(house: House) -> Built:
    built = reconciled(house)
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    return built
