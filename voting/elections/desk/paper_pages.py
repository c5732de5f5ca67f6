"""Paper at the desk: a card changed for a paper, a paper given back, a spoilt one replaced."""

from typing import Any

from flask import Blueprint

from voting.box import papers
from voting.box.tables import DeskMark
from voting.elections.desk import issuing
from voting.elections.desk.pages import desk_name, second_of, sent, shown_card, state_of
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.people.tables import Unit
from voting.permissions import Permission
from voting.request import acting, actor, now, reading
from voting.security import access

desk_paper = Blueprint("desk_paper", __name__, url_prefix="/c/<community_id>/elections/<election_id>/desk")


@desk_paper.post("/to-paper")
@access(Permission.CHECK_IN)
def change_to_paper(community: Unit, election: Election) -> dict[str, Any]:
    """The card comes back and a paper goes out, once."""
    second, place = second_of(community, sent("second")), desk_name()
    with acting() as writer:
        made = issuing.change_to_paper(
            writer,
            election_id=election.id,
            mark_id=sent("mark"),
            card=shown_card(),
            second=second,
            desk=place,
            actor=actor(),
            now=now(),
        )
    return {"mark": made.mark, "state": state_of(election)}


@desk_paper.post("/paper-back")
@access(Permission.CHECK_IN)
def give_back(community: Unit, election: Election) -> dict[str, Any]:
    """Take a check-in for paper back, with the unmarked paper on the table."""
    mark = reading().get(DeskMark, sent("mark"))
    if mark is None or mark.box_id != election.box_id:
        raise NotFound(
            "NO_SUCH_CHECK_IN", "没有这条领票记录，请重新查找此人。", "No such check-in; look the person up again."
        )
    second = second_of(community, sent("second"))
    with acting() as writer:
        papers.give_back(
            writer, mark=mark.id, reason=sent("reason"), second=second, actor=actor().account_id, now=now()
        )
    return {"state": state_of(election)}


@desk_paper.post("/paper-spoilt")
@access(Permission.CHECK_IN)
def replace_spoilt(community: Unit, election: Election) -> dict[str, Any]:  # noqa: ARG001 (the guard loaded it)
    """A spoilt paper is set aside; another goes out for it."""
    with acting() as writer:
        papers.replace_spoilt(writer, box=election.box_id, actor=actor().account_id, now=now())
    return {"state": state_of(election)}
