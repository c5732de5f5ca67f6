"""The joint review's pages: the committee's overview and look, and a department's own questions."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from voting.elections import loaders  # noqa: F401 — registers how the ids in these addresses are loaded
from voting.elections.by_number import entry_of
from voting.elections.candidates.queries import told_apart
from voting.elections.candidates.tables import Candidate
from voting.elections.committee.rules import RELATIONS
from voting.elections.queries import of_community, rules
from voting.elections.review import actions, own, queries, rulings
from voting.elections.review.actions import Answer
from voting.elections.review.evidence import ENDINGS, LIMIT
from voting.elections.review.forms import AnswerForm, CriteriaForm, DueForm, HearingForm, TieForm, WaiveForm
from voting.elections.review.presets import presets
from voting.elections.review.rules import HEARINGS, KINDS, OUTCOMES, VERDICTS, Criterion
from voting.elections.tables import Election
from voting.errors import Malformed, NotFound, Refused
from voting.forms import Form, carried_out
from voting.i18n import sentence
from voting.people.tables import Account, Unit
from voting.permissions import DEPARTMENTS, Actor, Permission
from voting.request import Link, acting, actor, home_links, house, now, reading, today, wants_json
from voting.security import access, upload

review = Blueprint("review", __name__, url_prefix="/c/<community_id>/elections/<election_id>/review")

_KIND_CODES = {word: code for code, words in KINDS.items() for word in (words[0], code)}


def _home_links(session: Session, community: Unit, person: Actor | None) -> list[Link]:
    if person is None or not person.departments_over(community.lineage):
        return []
    return [
        Link(
            _("资格审查：%(title)s", title=one.title),
            url_for("review.answers", community_id=community.id, election_id=one.id),
        )
        for one in of_community(session, community.id)
        if one.state in ("draft", "published")
    ]


home_links.append(_home_links)


@review.get("")
@access(Permission.DECIDE_REVIEW)
def show(community: Unit, election: Election) -> str:
    """Who has answered about whom, and where each candidate stands; no finding is opened here."""
    return _page(community, election)


def _page(community: Unit, election: Election, **forms: Any) -> str:
    asked, standing = queries.questions(reading(), election, today()), queries.review_of(reading(), election)
    criteria = queries.criteria(reading(), election)
    candidates, clocks = queries.candidates_of(reading(), election), queries.clocks(reading(), election)
    return render_template(
        "review/show.html",
        community=community,
        election=election,
        review=standing,
        criteria=criteria,
        candidates=candidates,
        apart=told_apart(reading(), election),
        asked={(one.candidate_id, one.department): one for one in asked},
        departments=[key for key in DEPARTMENTS if any(one.department == key for one in asked)],
        every_department=DEPARTMENTS,
        outcomes=queries.outcomes_of(asked, standing),
        clocks=clocks,
        ties=queries.ties(reading(), election),
        relations={"self": ("本人", "the person"), **RELATIONS},
        open_points=queries.points_of(candidates, clocks, today()),
        words={"outcomes": OUTCOMES, "kinds": KINDS, "verdicts": VERDICTS},
        presets=presets(),
        criteria_form=forms.get("criteria_form") or _criteria_form(criteria),
        due_form=forms.get("due_form") or DueForm(None),
        waive_form=forms.get("waive_form") or WaiveForm(None),
        tie_form=forms.get("tie_form") or TieForm(None).offer(),
        preparing=election.state in ("draft", "published"),
    )


def _criteria_form(criteria: tuple[Criterion, ...]) -> CriteriaForm:
    form, chosen = CriteriaForm(None).offer(), presets().get(request.args.get("preset", ""))
    form.preset.data = chosen.key if chosen else ""
    items = chosen.items if chosen else [one for one in criteria if not one.statutory]
    form.items.data = "\n".join(f"{KINDS[one.kind][0]}｜{one.years}｜{one.zh}" for one in items)
    return form


def _try(community: Unit, election: Election, name: str, form: Form, deed: Callable[[Session], object]) -> Any:
    if carried_out(form, deed):
        return _back(community, election)
    return _page(community, election, **{name: form}), 422


def _back(community: Unit, election: Election) -> Any:
    return redirect(url_for("review.show", community_id=community.id, election_id=election.id), 303)


def _who(election: Election) -> dict[str, Any]:
    return {"election_id": election.id, "actor": actor(), "now": now()}


@review.post("/criteria")
@access(Permission.DECIDE_REVIEW)
def adopt(community: Unit, election: Election) -> Any:
    """The committee adopts its local criteria."""
    form = CriteriaForm().offer()

    def deed(writer: Session) -> None:
        known = {one.zh: one for each in presets().values() for one in each.items}
        lines = [line for line in (form.items.data or "").splitlines() if line.strip()]
        items = [_item(number, line, known) for number, line in enumerate(lines, 1)]
        actions.adopt_criteria(writer, items=items, preset=form.preset.data or "", **_who(election))

    return _try(community, election, "criteria_form", form, deed)


def _item(number: int, line: str, known: dict[str, Any]) -> dict[str, Any]:
    """One line “kind｜years｜text”; what is wrong with it the action says. Raises Malformed CRITERION_LINE."""
    parts = [part.strip() for part in line.replace("|", "｜").split("｜", 2)]
    if len(parts) != 3 or not (parts[1].isascii() and parts[1].isdigit() and len(parts[1]) < 3):
        raise Malformed(
            "CRITERION_LINE",
            f"第 {number} 行看不懂，请写成：种类｜年数｜内容。",
            f"Line {number} cannot be read; write kind｜years｜text.",
        )
    same = known.get(parts[2])
    return {
        "code": f"local_{number}",
        "zh": parts[2],
        "en": same.en if same else parts[2],
        "kind": _KIND_CODES.get(parts[0], ""),
        "years": int(parts[1]),
        "department": same.department if same else "",
    }


@review.post("/opened")
@access(Permission.DECIDE_REVIEW)
def open_review(community: Unit, election: Election) -> Any:
    """Ask the street."""
    form = DueForm()

    def deed(writer: Session) -> None:
        actions.open_review(writer, due=form.due.data or today(), **_who(election))

    return _try(community, election, "due_form", form, deed)


@review.post("/departments")
@access(Permission.DECIDE_REVIEW)
def ask_departments(community: Unit, election: Election) -> Any:
    """Put the candidates before the departments."""
    form, chosen = DueForm(), request.form.getlist("department")

    def deed(writer: Session) -> None:
        actions.ask_departments(writer, departments=chosen, due=form.due.data or today(), **_who(election))

    return _try(community, election, "due_form", form, deed)


@review.post("/waived")
@access(Permission.DECIDE_REVIEW)
def waive(community: Unit, election: Election) -> Any:
    """No joint review is held, by decision."""
    form = WaiveForm()

    def deed(writer: Session) -> None:
        actions.waive_review(writer, why=form.why.data or "", **_who(election))

    return _try(community, election, "waive_form", form, deed)


@review.post("/ties")
@access(Permission.DECIDE_REVIEW)
def tie(community: Unit, election: Election) -> Any:
    """A reviewer is somebody on the roll, or kin."""
    form = TieForm().offer()

    def deed(writer: Session) -> None:
        login = (form.login.data or "").strip().lower()
        account = reading().scalar(select(Account.id).where(Account.login == login))
        if account is None:
            raise NotFound("ACCOUNT", "没有这个登录名，请核对。", "There is no such sign-in name; check it.")
        actions.tie_reviewer(
            writer,
            account_id=account,
            person=entry_of(reading(), election, form.person.data or ""),
            relation=form.relation.data or "",
            **_who(election),
        )

    return _try(community, election, "tie_form", form, deed)


@review.post("/look/<candidate_id>")
@access(Permission.DECIDE_REVIEW)
def look(community: Unit, election: Election, candidate: Candidate) -> str:
    """What is known about one candidate; the look is logged first."""
    with acting() as writer:
        known, heard = rulings.look(writer, candidate_id=candidate.id, keys=house().keys.fields, **_who(election))
    return render_template(
        "review/look.html",
        community=community,
        election=election,
        candidate=candidate,
        known=known,
        heard=heard,
        clauses={one.code: (one.zh, one.en) for one in queries.criteria(reading(), election)},
        words={"outcomes": OUTCOMES, "kinds": KINDS, "verdicts": VERDICTS},
        departments=DEPARTMENTS,
        outcome=queries.outcomes(reading(), election, today())[candidate.id],
        clock=queries.appeal_clock(queries.hearings(reading(), election, candidate.id), election),
        appeal_days=rules(election).appeal_days,
        hearings=HEARINGS,
        today=today(),
        hearing_form=_hearing_form(),
        preparing=election.state in ("draft", "published"),
    )


def _hearing_form() -> HearingForm:
    form = HearingForm(None).offer()
    form.held_on.data = today()
    return form


@review.post("/heard/<candidate_id>")
@access(Permission.DECIDE_REVIEW)
def hear(community: Unit, election: Election, candidate: Candidate) -> Any:
    """The candidate was heard, or appealed."""
    form = HearingForm().offer()
    with acting() as writer:
        rulings.hear(
            writer,
            candidate_id=candidate.id,
            kind=form.kind.data or "",
            held_on=form.held_on.data or today(),
            words=form.words.data or "",
            keys=house().keys.fields,
            **_who(election),
        )
    return _back(community, election)


@review.post("/appeal")
@access(Permission.DECIDE_REVIEW)
def decide_appeal(community: Unit, election: Election) -> Any:
    """Decide an appeal."""
    with acting() as writer:
        upheld = request.form.get("upheld") == "yes"
        rulings.decide_appeal(writer, hearing_id=request.form.get("hearing", ""), upheld=upheld, **_who(election))
    return _back(community, election)


@review.post("/struck/<candidate_id>")
@access(Permission.DECIDE_REVIEW)
def strike(community: Unit, election: Election, candidate: Candidate) -> Any:
    """A candidate who did not pass is left out of the list."""
    with acting() as writer:
        rulings.strike(writer, candidate_id=candidate.id, **_who(election))
    return _back(community, election)


@review.post("/ruled")
@access(Permission.DECIDE_REVIEW)
def rule(community: Unit, election: Election) -> Any:
    """The committee rules on a finding or on silence."""
    with acting() as writer:
        rulings.rule(
            writer,
            question_id=request.form.get("question", ""),
            ruling=request.form.get("ruling", ""),
            why=request.form.get("why", ""),
            keys=house().keys.fields,
            **_who(election),
        )
    return _back(community, election)


@review.post("/evidence")
@access(Permission.DECIDE_REVIEW)
def evidence(community: Unit, election: Election) -> Response:  # noqa: ARG001 (the guard loaded it)
    """One piece of evidence as a download; the look is logged first."""
    return _evidence(election, None)


def _evidence(election: Election, departments: frozenset[str] | None) -> Response:
    with acting() as writer:
        content, media_type = rulings.open_evidence(
            writer,
            answer_id=request.form.get("answer", ""),
            departments=departments,
            keys=house().keys.fields,
            **_who(election),
        )
    response = Response(content, content_type=media_type)
    response.headers["Content-Disposition"] = f"attachment; filename=evidence.{ENDINGS[media_type]}"
    return response


@review.get("/answers")
@access(Permission.ANSWER_REVIEW)
def answers(community: Unit, election: Election) -> str:
    """The questions put to the signed-in reviewer's department, and to no other."""
    return _answers_page(community, election)


def _answers_page(community: Unit, election: Election, **more: Any) -> str:
    departments = actor().departments_over(community.lineage)
    standing = queries.review_of(reading(), election)
    known = queries.criteria(reading(), election, standing.criteria if standing else 0)
    return render_template(
        "review/answers.html",
        community=community,
        election=election,
        asked=queries.questions(reading(), election, today(), departments),
        apart=told_apart(reading(), election),
        tied=queries.tied(reading(), election, actor().account_id),
        own=[DEPARTMENTS[one] for one in sorted(departments)],
        words={"verdicts": VERDICTS},
        form=more.get("form") or AnswerForm(None).offer(known),
        wrong=more.get("wrong", ""),
        today=today(),
        preparing=election.state in ("draft", "published"),
    )


@review.post("/answers/own")
@access(Permission.ANSWER_REVIEW)
def own_answers(community: Unit, election: Election) -> str:
    """What the reviewer's department answered to one question; the look is logged first."""
    departments = actor().departments_over(community.lineage)
    with acting() as writer:
        known = own.look_at_own(
            writer,
            question_id=request.form.get("question", ""),
            departments=departments,
            keys=house().keys.fields,
            **_who(election),
        )
    return render_template(
        "review/own.html",
        community=community,
        election=election,
        known=known,
        clauses={one.code: (one.zh, one.en) for one in queries.criteria(reading(), election)},
        words={"verdicts": VERDICTS},
        departments=DEPARTMENTS,
    )


@review.post("/answers/evidence")
@access(Permission.ANSWER_REVIEW)
def own_evidence(community: Unit, election: Election) -> Response:
    """A piece of evidence that the reviewer's department gave, as a download; the look is logged first."""
    return _evidence(election, actor().departments_over(community.lineage))


@review.post("/answers")
@upload(LIMIT)
@access(Permission.ANSWER_REVIEW)
def answer(community: Unit, election: Election) -> Any:
    """A department's answer to one question."""
    standing = queries.review_of(reading(), election)
    form = AnswerForm().offer(queries.criteria(reading(), election, standing.criteria if standing else 0))
    file = form.evidence.data
    given = Answer(
        verdict=form.verdict.data or "",
        clause=form.clause.data or "",
        words=form.words.data or "",
        event=form.event.data,
        evidence=(file.read() if file and getattr(file, "filename", "") else b"") or None,
    )
    question = request.form.get("question", "")
    try:
        with acting() as writer:
            actions.answer_question(
                writer,
                question_id=question,
                answer=given,
                departments=actor().departments_over(community.lineage),
                keys=house().keys.fields,
                **_who(election),
            )
    except Refused as refusal:
        if wants_json() or isinstance(refusal, NotFound):
            raise
        form.form_errors.append(sentence(refusal))
        return _answers_page(community, election, form=form, wrong=question), 422
    return redirect(url_for("review.answers", community_id=community.id, election_id=election.id), 303)
