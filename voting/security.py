"""Who may reach which page, and what every answer carries.

Each route wears exactly one of `@access`, `@public`, `@kiosk`; `check_every_route` refuses to boot
otherwise. `@access` always goes in this order: load under the parent → check → act. An id that belongs
to another community than the URL names is 404, as if it did not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from flask import Flask, Response, current_app, g, redirect, request, url_for
from flask_wtf.csrf import CSRFProtect
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from voting.errors import NotAllowed, NotFound
from voting.permissions import Permission
from voting.request import house, reading, wants_json

View = TypeVar("View", bound=Callable[..., Any])
#: Loads what an id in the URL names, under what is already loaded; None when it is not there.
Loader = Callable[[Session, str, dict[str, Any]], Any]

csrf = CSRFProtect()

_LOADERS: dict[str, Loader] = {}

#: Largest body of an ordinary request, in bytes. A ballot of ten candidates has about 10 KiB.
ORDINARY_LIMIT = 1 << 20
#: Room for the fields that go with a file: a file a little too large is refused in its form, beside the field.
FIELDS_LIMIT = 100_000

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "worker-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "media-src 'self' blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()",
}


def loader(argument: str) -> Callable[[Loader], Loader]:
    """Register how the URL argument `argument` (ending in ``_id``) is loaded.

    The loader gets the reading session, the text in the URL and what was loaded before it (left to right),
    and must look *under* that: ``loaded["election"]``. The view gets the result under the name without
    ``_id``.
    """

    def register(load: Loader) -> Loader:
        if _LOADERS.setdefault(argument, load).__qualname__ != load.__qualname__:
            raise RuntimeError(f"two loaders for {argument}")
        return load

    return register


def access(permission: Permission, *, anywhere: bool = False) -> Callable[[View], View]:
    """Only for people who hold `permission` over the unit that the URL names.

    The URL names it by ``<community_id>`` or ``<unit_id>``. Without one, `anywhere=True` says that holding the
    permission over any unit is enough (a list that shows each person only their own).
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(**arguments: Any) -> Any:
            if g.get("actor") is None:
                return _ask_to_sign_in()
            if g.must_change_password and permission is not Permission.OWN_ACCOUNT:
                return redirect(url_for("people.own_account"))
            loaded = _load(arguments)
            _require(permission, loaded, anywhere)
            return current_app.ensure_sync(view)(**loaded)

        return cast(View, _mark(guarded, ("access", permission, anywhere)))

    return guard


def public(view: View) -> View:
    """For everybody, without an account. Ids in the URL are loaded all the same."""

    @wraps(view)
    def open_to_all(**arguments: Any) -> Any:
        return current_app.ensure_sync(view)(**_load(arguments))

    return cast(View, _mark(open_to_all, ("public", None, False)))


def kiosk(view: View) -> View:
    """Only from a paired tablet: the view gets it as ``tablet``. See `kiosk_loader`."""

    @wraps(view)
    def from_tablet(**arguments: Any) -> Any:
        find: Callable[[Session], Any] | None = current_app.extensions.get("voting.kiosk")
        tablet = find(reading()) if find else None
        if tablet is None:
            raise NotAllowed(
                "KIOSK_NOT_PAIRED",
                "这台平板还没有配对，请工作人员先配对。",
                "This tablet is not paired; staff must pair it first.",
            )
        return current_app.ensure_sync(view)(tablet=tablet, **_load(arguments))

    return cast(View, _mark(from_tablet, ("kiosk", None, False)))


def kiosk_loader(app: Flask, find: Callable[[Session], Any]) -> None:
    """Tell the application how to recognise a paired tablet from the request's cookie."""
    app.extensions["voting.kiosk"] = find


def upload(limit: int) -> Callable[[View], View]:
    """Allow a file of up to `limit` bytes on this route (outermost decorator but the route itself)."""

    def widen(view: View) -> View:
        view.__upload_limit__ = limit  # type: ignore[attr-defined]  # read by `limit_body`
        return view

    return widen


def limit_body() -> None:
    """Before anything reads the body: the route's own size limit, else the ordinary one."""
    largest = largest_file()
    request.max_content_length = ORDINARY_LIMIT if largest is None else largest + FIELDS_LIMIT


def largest_file() -> int | None:
    """The most bytes a file may have on this route; None where the route takes none."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "__upload_limit__", None)


def guard_of(app: Flask, rule: Rule) -> tuple[str, Permission | None, bool] | None:
    """The guard of a route: kind, permission, anywhere; None when it wears none."""
    view = app.view_functions[rule.endpoint]
    return cast("tuple[str, Permission | None, bool] | None", getattr(view, "__guard__", None))


def check_every_route(app: Flask) -> None:
    """Refuse to boot when a route wears no guard, or names an id that nobody loads under its parent."""
    faults = []
    for rule in app.url_map.iter_rules():
        if rule.endpoint == "static":
            continue
        guard = guard_of(app, rule)
        if guard is None:
            faults.append(f"{rule.rule} ({rule.endpoint}) wears neither @access nor @public nor @kiosk")
            continue
        ids = {name for name in rule.arguments if name.endswith("_id")}
        faults += [f"{rule.rule}: nothing loads <{name}>" for name in sorted(ids - _LOADERS.keys())]
        kind, permission, anywhere = guard
        scoped = bool(ids & {"community_id", "unit_id"})
        if kind == "access" and permission is not Permission.OWN_ACCOUNT and not scoped and not anywhere:
            faults.append(f"{rule.rule}: @access without a unit in the URL needs anywhere=True")
    if faults:
        raise RuntimeError("unguarded routes:\n" + "\n".join(faults))


def add_headers(response: Response) -> Response:
    """Security headers on every answer; nothing but static files may be kept by a cache."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if house().settings.https:
        response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _mark(view: Callable[..., Any], guard: tuple[str, Permission | None, bool]) -> Any:
    view.__guard__ = guard  # type: ignore[attr-defined]  # read by `guard_of`
    return view


def _load(arguments: dict[str, Any]) -> dict[str, Any]:
    loaded: dict[str, Any] = {}
    # Werkzeug keeps no promise about the order of arguments; the rule does: parents stand to the left.
    rule = request.url_rule
    order = [part.split(":")[-1].rstrip(">") for part in rule.rule.split("<")[1:]] if rule else []
    names = [name.split(">")[0] for name in order]
    for name in sorted(arguments, key=names.index):
        if not name.endswith("_id"):
            loaded[name] = arguments[name]
            continue
        found = _LOADERS[name](reading(), arguments[name], loaded)
        if found is None:
            raise NotFound(
                "NOT_FOUND",
                "这里没有这一项，请从目录重新进入。",
                "There is no such thing here; start again from the list.",
            )
        loaded[name.removesuffix("_id")] = found
    return loaded


def _require(permission: Permission, loaded: dict[str, Any], anywhere: bool) -> None:
    unit = loaded.get("community") or loaded.get("unit")
    person = g.actor
    allowed = (
        person.may(permission, unit.lineage) if unit is not None else anywhere and person.may_somewhere(permission)
    )
    if not allowed and permission is not Permission.OWN_ACCOUNT:
        raise NotAllowed(
            "NOT_ALLOWED",
            f"您没有这里的「{permission.value}」权限，请找本单位的系统管理员任命。",
            "You have not been appointed to do this here; ask the administrator of this unit.",
        )


def _ask_to_sign_in() -> Any:
    if wants_json() or request.method not in {"GET", "HEAD"}:
        raise NotAllowed("SIGN_IN", "请先登录。", "Please sign in first.")
    return redirect(url_for("people.sign_in_form", next=request.full_path.rstrip("?")))
