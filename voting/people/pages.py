"""The entrance (front page, permissions, health) and the people's pages (sign-in, units, accounts, appointments)."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from voting.errors import NotFound, Refused
from voting.i18n import in_language, sentence
from voting.people import actions, queries, session, sign_in
from voting.people.forms import AccountForm, AppointmentForm, PasswordForm, SignInForm, UnitForm
from voting.people.tables import Account, Appointment, Unit
from voting.people.tree import KIND_NAMES, kinds_under
from voting.permissions import DEPARTMENTS, GRANTS, ROLE_NAMES, Permission, Role
from voting.request import acting, actor, home_links, house, now, reading, today, wants_json
from voting.security import access, loader, public

entrance = Blueprint("entrance", __name__)
people = Blueprint("people", __name__)


@loader("community_id")
def _load_community(reader: Any, unit_id: str, _loaded: dict[str, Any]) -> Unit | None:
    return queries.community(reader, unit_id)


@loader("unit_id")
def _load_unit(reader: Any, unit_id: str, _loaded: dict[str, Any]) -> Unit | None:
    unit: Unit | None = reader.get(Unit, unit_id)
    return unit


@loader("account_id")
def _load_account(reader: Any, account_id: str, loaded: dict[str, Any]) -> Account | None:
    account: Account | None = reader.get(Account, account_id)
    return account if account is not None and account.unit_id == loaded["unit"].id else None


@loader("appointment_id")
def _load_appointment(reader: Any, appointment_id: str, loaded: dict[str, Any]) -> Appointment | None:
    found: Appointment | None = reader.get(Appointment, appointment_id)
    return found if found is not None and found.unit_id == loaded["unit"].id else None


@entrance.get("/")
@public
def home() -> str:
    """Communities with their public pages; for staff, first the places they are appointed to."""
    places = []
    if g.actor is not None:
        for held in g.actor.held:
            unit = reading().get_one(Unit, held.unit_id)
            places.append((held.role, unit, queries.below(reading(), unit, "community")[:50]))
    communities = list(reading().scalars(select(Unit).where(Unit.kind == "community").order_by(Unit.name).limit(200)))
    return render_template(
        "home.html",
        places=places,
        communities=communities,
        links=_links,
        role_names=ROLE_NAMES,
        desk="desk" in house().doors,
    )


@entrance.get("/permissions")
@public
def permissions() -> str:
    """The permission matrix, for whoever wants to check who could have done what."""
    return render_template(
        "people/permissions.html", roles=list(Role), role_names=ROLE_NAMES, permissions=list(Permission), grants=GRANTS
    )


@entrance.get("/health")
@public
def health() -> dict[str, object]:
    """Whether the database answers, for whoever watches the server."""
    reading().scalar(select(Unit.id).limit(1))
    return {"ok": True}


@people.get("/sign-in")
@public
def sign_in_form() -> Any:
    """The sign-in page."""
    form = SignInForm()
    form.next.data = _inside(request.args.get("next", ""))
    return render_template("people/sign_in.html", form=form)


@people.post("/sign-in")
@session.limiter.limit(session.SIGN_IN_LIMIT)
@public
def sign_in_send() -> Any:
    """Sign in; back to the page that asked for it, only within this site."""
    form = SignInForm()
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form), 422
    try:
        with acting() as writer:
            person = sign_in.sign_in(
                writer,
                now=now(),
                login=form.login.data or "",
                password=form.password.data or "",
                address=request.remote_addr or "",
            )
    except Refused as refusal:
        if wants_json():
            raise
        form.password.errors = [sentence(refusal)]
        status = 429 if isinstance(refusal, sign_in.TooManyAttempts) else 403
        return render_template("people/sign_in.html", form=form), status
    session.begin(person.account_id, person.session_mark)
    account = reading().get_one(Account, person.account_id)
    if account.must_change_password:
        return redirect(url_for("people.own_account"), 303)
    return redirect(_inside(form.next.data or "") or url_for("entrance.home"), 303)


@people.post("/sign-out")
@public
def sign_out() -> Any:
    """Sign out, everywhere: a copy of the cookie ends with the session it was copied from."""
    if g.actor is not None:
        with acting() as writer:
            sign_in.sign_out(writer, account_id=actor().account_id)
    session.end()
    return redirect(url_for("entrance.home"), 303)


@people.route("/account", methods=["GET", "POST"])
@access(Permission.OWN_ACCOUNT)
def own_account() -> Any:
    """One's own appointments, and changing one's password."""
    form = PasswordForm()
    if form.validate_on_submit() and _change_password(form):
        return redirect(url_for("entrance.home"), 303)
    held = queries.not_over(reading(), actor().account_id, today())
    status = 422 if form.errors else 200
    return render_template("people/account.html", form=form, held=held, role_names=ROLE_NAMES), status


@people.post("/session/keep")
@access(Permission.OWN_ACCOUNT)
def keep_session() -> dict[str, object]:
    """Prolong the session: the page asked whether somebody is still there, and somebody is."""
    return {"seconds": house().settings.session_minutes * 60}


@people.get("/units")
@access(Permission.MANAGE_UNITS, anywhere=True)
def units() -> str:
    """The units one administers, top first."""
    own = [held.unit_id for held in actor().held if Permission.MANAGE_UNITS in GRANTS[held.role]]
    tops = list(reading().scalars(select(Unit).where(Unit.id.in_(own)).order_by(Unit.path)))
    return render_template("people/units.html", tops=tops, kind_names=KIND_NAMES)


@people.get("/units/<unit_id>")
@access(Permission.MANAGE_UNITS)
def unit(unit: Unit) -> str:
    """One unit: what lies under it, its accounts, its appointments."""
    return _unit_page(unit)


@people.post("/units/<unit_id>/units")
@access(Permission.MANAGE_UNITS)
def create_unit(unit: Unit) -> Any:
    """Set up a unit under this one."""
    form = _unit_form(unit)

    def deed(writer: Any) -> None:
        actions.create_unit(
            writer, actor=actor(), now=now(), parent_id=unit.id, kind=form.kind.data, name=form.name.data or ""
        )

    return _try(unit, form, deed, unit_form=form)


@people.post("/units/<unit_id>/accounts")
@access(Permission.MANAGE_ACCOUNTS)
def create_account(unit: Unit) -> Any:
    """Open an account; its first password is shown once, on the answer to this request."""
    form = AccountForm(prefix="account")

    def deed(writer: Any) -> actions.NewAccount:
        return actions.create_account(
            writer,
            actor=actor(),
            now=now(),
            unit_id=unit.id,
            login=form.login.data or "",
            display_name=form.display_name.data or "",
        )

    return _try(unit, form, deed, account_form=form)


@people.post("/units/<unit_id>/appointments")
@access(Permission.APPOINT)
def appoint(unit: Unit) -> Any:
    """Appoint somebody over this unit."""
    form = _appointment_form()

    def deed(writer: Any) -> None:
        account_id = reading().scalar(
            select(Account.id).where(Account.login == (form.login.data or "").strip().lower())
        )
        if account_id is None:
            raise NotFound(
                "ACCOUNT",
                "没有这个登录名，请核对；还没有账号的，先在上面开设。",
                "There is no such sign-in name; check it, or open the account above first.",
            )
        actions.appoint(
            writer,
            actor=actor(),
            now=now(),
            today=today(),
            account_id=account_id,
            unit_id=unit.id,
            role=Role(form.role.data),
            from_day=form.from_day.data or today(),
            until_day=form.until_day.data,
            department=form.department.data or "",
        )

    return _try(unit, form, deed, appointment_form=form)


@people.post("/units/<unit_id>/appointments/<appointment_id>/end")
@access(Permission.APPOINT)
def end_appointment(unit: Unit, appointment: Appointment) -> Any:
    """Take a role back."""
    with acting() as writer:
        actions.end_appointment(writer, actor=actor(), now=now(), today=today(), appointment_id=appointment.id)
    return redirect(url_for("people.unit", unit_id=unit.id), 303)


@people.post("/units/<unit_id>/accounts/<account_id>/password")
@access(Permission.MANAGE_ACCOUNTS)
def reset_password(unit: Unit, account: Account) -> Any:
    """Give an account a new first password, shown once."""
    with acting() as writer:
        new = actions.reset_password(writer, actor=actor(), now=now(), today=today(), account_id=account.id)
    return _unit_page(unit, new_account=new)


@people.post("/units/<unit_id>/accounts/<account_id>/<any(close, open):deed>")
@access(Permission.MANAGE_ACCOUNTS)
def disable_account(unit: Unit, account: Account, deed: str) -> Any:
    """Close an account, or open it again."""
    with acting() as writer:
        actions.disable_account(
            writer, actor=actor(), now=now(), today=today(), account_id=account.id, disabled=deed == "close"
        )
    return redirect(url_for("people.unit", unit_id=unit.id), 303)


def _try(unit: Unit, form: Any, deed: Callable[[Any], actions.NewAccount | None], **forms: Any) -> Any:
    """Validate, act, show the unit; a refusal stands in the form that caused it, with what was typed kept."""
    if form.validate_on_submit():
        try:
            with acting() as writer:
                new = deed(writer)
        except Refused as refusal:
            form.form_errors.append(sentence(refusal))
        else:
            if new is not None:
                return _unit_page(unit, new_account=new)
            return redirect(url_for("people.unit", unit_id=unit.id), 303)
    return _unit_page(unit, **forms), 422


def _unit_page(unit: Unit, new_account: actions.NewAccount | None = None, **forms: Any) -> str:
    context = {
        "unit_form": forms.get("unit_form") or _unit_form(unit, None),
        "account_form": forms.get("account_form") or AccountForm(None, prefix="account"),
        "appointment_form": forms.get("appointment_form") or _appointment_form(None),
    }
    return render_template(
        "people/unit.html",
        unit=unit,
        lineage=queries.lineage(reading(), unit),
        children=queries.children(reading(), unit.id),
        accounts=queries.accounts(reading(), unit),
        appointments=queries.appointments(reading(), unit),
        new_account=new_account,
        kind_names=KIND_NAMES,
        role_names=ROLE_NAMES,
        departments=DEPARTMENTS,
        Role=Role,
        today=today(),
        **context,
    )


def _unit_form(unit: Unit, *data: Any) -> UnitForm:
    form = UnitForm(*data, prefix="unit")
    form.kind.choices = [(kind, in_language(KIND_NAMES[kind])) for kind in kinds_under(unit.kind)]
    return form


def _appointment_form(*data: Any) -> AppointmentForm:
    form = AppointmentForm(*data, prefix="appointment")
    # Nothing is chosen beforehand: whoever forgets to choose appoints nobody.
    form.role.choices = [("", _("请选择")), *((role.value, in_language(ROLE_NAMES[role])) for role in Role)]
    form.department.choices = [("", "—"), *((key, in_language(words)) for key, words in DEPARTMENTS.items())]
    if form.from_day.data is None and data:
        form.from_day.data = today()
    return form


def _change_password(form: PasswordForm) -> bool:
    try:
        with acting() as writer:
            person = sign_in.change_password(
                writer,
                now=now(),
                today=today(),
                account_id=actor().account_id,
                old=form.old.data or "",
                new=form.new.data or "",
                address=request.remote_addr or "",
            )
    except Refused as refusal:
        field = form.old if refusal.code in {"PASSWORD_OLD", "SIGN_IN_WAIT"} else form.new
        field.errors = [sentence(refusal)]
        return False
    session.begin(person.account_id, person.session_mark)
    return True


def _links(community: Unit) -> list[Any]:
    return [link for offer in home_links for link in offer(reading(), community, g.actor)]


def _inside(target: str) -> str:
    """`target` if it is a path of this site, else nothing: a sign-in must not end on somebody else's page."""
    parts = urlsplit(target)
    safe = target.startswith("/") and not target.startswith("//") and "\\" not in target and target.isprintable()
    return target if safe and not parts.scheme and not parts.netloc else ""
