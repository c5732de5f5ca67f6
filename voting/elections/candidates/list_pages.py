"""The lists of candidates as everybody may see them: as posted, never what a review found."""

from flask import Blueprint, Response, render_template
from sqlalchemy import select

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.candidates.lists import PostedList, hangs_until, posted_lists
from voting.elections.candidates.nominating import WAYS
from voting.elections.candidates.rules import EDUCATION, ORDERS, POLITICS
from voting.elections.candidates.tables import Candidate
from voting.elections.tables import Election
from voting.errors import NotFound
from voting.people.tables import Unit
from voting.request import reading
from voting.security import public

lists = Blueprint("candidate_lists", __name__, url_prefix="/c/<community_id>/e/<election_id>/candidates")


@lists.get("")
@public
def show(community: Unit, election: Election) -> str:
    """The preliminary and the formal list as they hang on the board, the formal one first."""
    posted = _hanging(election)
    with_photo = set(
        reading().scalars(
            select(Candidate.id).where(Candidate.election_id == election.id, Candidate.photo.is_not(None))
        )
    )
    return render_template(
        "public/candidates.html",
        community=community,
        election=election,
        lists=posted[::-1],
        with_photo=with_photo,
        hangs=hangs_until(election, posted),
        words={"ways": WAYS, "orders": ORDERS, "education": EDUCATION, "politics": POLITICS},
        changed=election.candidates_posted is None and any(one.kind == "formal" for one in posted),
    )


@lists.get("/<candidate_id>.photo")
@public
def photo(community: Unit, election: Election, candidate: Candidate) -> Response:  # noqa: ARG001 (the guard loaded it)
    """The portrait of somebody on a list that hangs."""
    posted = _hanging(election)
    on_it = any(one.id == candidate.id for each in posted for office in each.offices for one in office.people)
    if not on_it or candidate.photo is None or candidate.photo_type is None:
        raise NotFound("NO_SUCH_PICTURE", "没有这张照片，请刷新页面。", "There is no such picture; reload the page.")
    return Response(candidate.photo, mimetype=candidate.photo_type)


def _hanging(election: Election) -> tuple[PostedList, ...]:
    """The lists in public have their time. Raises NotFound LISTS_NOT_POSTED, LISTS_TAKEN_DOWN."""
    posted = posted_lists(reading(), election) if election.roll_posted is not None else ()
    if not posted:
        raise NotFound(
            "LISTS_NOT_POSTED",
            "这次选举的候选人名单还没有公布，请等公布后再来看。",
            "The candidates of this election are not posted yet; come back later.",
        )
    gone = next((one.withdrawn_on for one in posted if one.withdrawn_on), None)
    if gone is not None:
        raise NotFound(
            "LISTS_TAKEN_DOWN",
            f"网上的候选人名单公布期满，已于 {gone} 撤下。有疑问请向社区居委会询问。",
            f"The lists have hung their time and were taken down on {gone}. Please ask the committee.",
        )
    return posted
