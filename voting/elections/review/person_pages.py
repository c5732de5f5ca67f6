"""The page of the person whom an open question is about, for the department asked."""

from flask import Blueprint, render_template, request

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.review import own
from voting.elections.tables import Election
from voting.people.tables import Unit
from voting.permissions import DEPARTMENTS, Permission
from voting.request import acting, actor, house, now
from voting.security import access

asked = Blueprint("asked", __name__, url_prefix="/c/<community_id>/elections/<election_id>/review/answers")


@asked.post("/person")
@access(Permission.ANSWER_REVIEW)
def person(community: Unit, election: Election) -> str:
    """Whom an open question of the reviewer's department is about; by post, so that no address names anybody."""
    with acting() as writer:
        looked = own.look_at_person(
            writer,
            election_id=election.id,
            question_id=request.form.get("question", ""),
            departments=actor().departments_over(community.lineage),
            keys=house().keys.fields,
            actor=actor(),
            now=now(),
        )
    return render_template(
        "review/person.html", community=community, election=election, looked=looked, departments=DEPARTMENTS
    )
