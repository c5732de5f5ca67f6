"""The application factory: which rooms a door opens, how refusals become answers, the boot check.

One process may serve one door or all three. A door that is not opened does not exist: its routes are
not registered, so no mistake in a guard can let anybody through it.
"""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from flask import Blueprint, Flask, Response, current_app, jsonify, make_response, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from werkzeug.exceptions import ClientDisconnected, HTTPException, SecurityError
from werkzeug.middleware.proxy_fix import ProxyFix

from voting import errors, i18n, security
from voting.backup.mirror import mirrored_engine
from voting.config import Settings, load
from voting.database import first_line
from voting.errors import Conflict, Refused, TooLarge, Unavailable
from voting.keys import read_keys
from voting.people import session as sign_in_session
from voting.people.sign_in import TooManyAttempts
from voting.permissions import Permission
from voting.request import House, close_reading, wants_json

ROOT = Path(__file__).parent.parent

#: (door, "module:blueprint"). The only list of what is served where; a listed room that is missing fails loudly.
ROOMS: tuple[tuple[str, str], ...] = (
    ("any", "voting.people.pages:entrance"),
    ("desk", "voting.people.pages:people"),
    ("kiosk", "voting.box.pages:booth"),
    ("public", "voting.box.pages:board"),
    ("desk", "voting.box.staff_pages:box_rooms"),
    ("desk", "voting.elections.pages:elections"),
    ("desk", "voting.elections.change_pages:changes"),
    ("desk", "voting.elections.rule_pages:rule_book"),
    ("public", "voting.elections.rule_pages:rule_notice"),
    ("desk", "voting.elections.roll.pages:roll"),
    ("desk", "voting.elections.roll.law_pages:roll_law"),
    ("desk", "voting.elections.committee.pages:committee"),
    ("desk", "voting.elections.candidates.pages:candidates"),
    ("desk", "voting.elections.candidates.nomination_pages:nominating"),
    ("desk", "voting.elections.review.pages:review"),
    ("desk", "voting.elections.review.person_pages:asked"),
    ("desk", "voting.log_pages:log"),
    ("desk", "voting.elections.desk.pages:desk"),
    ("desk", "voting.elections.desk.paper_pages:desk_paper"),
    ("desk", "voting.elections.proxies.pages:proxy_pages"),
    ("desk", "voting.elections.paper.pages:paper_pages"),
    ("desk", "voting.elections.count.pages:count"),
    ("desk", "voting.elections.after.pages:after"),
    ("desk", "voting.elections.recall.pages:recall"),
    ("public", "voting.elections.recall.pages:recall_notice"),
    ("desk", "voting.elections.papers.pages:papers"),
    ("public", "voting.elections.public_pages:notice"),
    ("public", "voting.elections.candidates.list_pages:lists"),
)

STATUS: dict[type[Refused], HTTPStatus] = {
    errors.NotAllowed: HTTPStatus.FORBIDDEN,
    errors.NotEligible: HTTPStatus.FORBIDDEN,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.TooEarly: HTTPStatus.CONFLICT,
    errors.TooLate: HTTPStatus.CONFLICT,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.TooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    errors.Malformed: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooManyAttempts: HTTPStatus.TOO_MANY_REQUESTS,
}


def create_app(
    settings: Settings,
    doors: Iterable[str] | None = None,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Flask:
    """Build the application that serves `doors` (the settings' own unless given).

    Raises Malformed when a key file is missing or open to others, RuntimeError when a route is unguarded.
    """
    opened = frozenset(doors) if doors is not None else settings.doors
    app = Flask("voting", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    keys = read_keys(settings)
    app.extensions["voting"] = House(settings, keys, mirrored_engine(settings.database_url), opened, clock)
    _configure(app, settings, keys.session)
    i18n.init_app(app, settings.languages)
    # The order matters: the size limit stands before anything that reads the body.
    app.before_request(security.limit_body)
    security.csrf.init_app(app)
    sign_in_session.init_app(app)
    app.after_request(security.add_headers)
    app.after_request(_stay_here)
    app.teardown_request(close_reading)
    _answer_refusals(app)
    _register_rooms(app, opened)
    _fill_templates(app)
    security.check_every_route(app)
    if settings.trusted_proxies:
        hops = settings.trusted_proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]  # Flask's documented way
    return app


def from_environment() -> Flask:
    """The application as the environment's settings say; what the server's workers load."""
    return create_app(load())


def _configure(app: Flask, settings: Settings, session_key: bytes) -> None:
    app.config.update(
        SECRET_KEY=session_key,
        SESSION_COOKIE_NAME="__Host-voting" if settings.https else "voting",
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        SESSION_COOKIE_SECURE=settings.https,
        PERMANENT_SESSION_LIFETIME=timedelta(minutes=settings.session_minutes),
        # A tablet stays open all day: its form token lives as long as its session.
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,
        MAX_FORM_MEMORY_SIZE=security.ORDINARY_LIMIT,
        MAX_FORM_PARTS=500,
        TRUSTED_HOSTS=list(settings.hosts) or None,
        TEMPLATES_AUTO_RELOAD=False,
        SEND_FILE_MAX_AGE_DEFAULT=None,
    )
    app.json.ensure_ascii = False  # type: ignore[attr-defined]  # of Flask's default provider


def _register_rooms(app: Flask, doors: frozenset[str]) -> None:
    for door, place in ROOMS:
        if door != "any" and door not in doors:
            continue
        module, _, name = place.partition(":")
        blueprint: Blueprint = getattr(import_module(module), name)
        app.register_blueprint(blueprint)


def _fill_templates(app: Flask) -> None:
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        html_language=i18n.html_language,
        short_language=i18n.short_language,
        sentence=i18n.sentence,
        in_language=i18n.in_language,
        roll_word=i18n.roll_word,
        Permission=Permission,
        has_endpoint=app.view_functions.__contains__,
        **sign_in_session.TEMPLATE_GLOBALS,
    )


def _answer_refusals(app: Flask) -> None:
    app.register_error_handler(Refused, _refused)
    app.register_error_handler(CSRFError, _form_expired)
    app.register_error_handler(SecurityError, _unknown_host)
    app.register_error_handler(ClientDisconnected, _sent_too_slowly)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(StaleDataError, _somebody_was_first)
    app.register_error_handler(IntegrityError, _constraint_held)
    app.register_error_handler(OperationalError, _database_busy)


def _stay_here(response: Response) -> Response:
    """Every redirect is by path alone: Flask's own, of a slash too many, goes to whatever host the request claimed."""
    if "Location" in response.headers:
        there = urlsplit(response.headers["Location"])
        path = "/" + there.path.lstrip("/")
        response.headers["Location"] = there._replace(scheme="", netloc="", path=path).geturl()
    return response


def status_of(refusal: Refused) -> HTTPStatus:
    """The HTTP status of a refusal, by its family."""
    if refusal.code == "SIGN_IN":
        return HTTPStatus.UNAUTHORIZED
    for family in type(refusal).__mro__:
        if family in STATUS:
            return STATUS[family]
    return HTTPStatus.BAD_REQUEST


def _refused(refusal: Refused) -> Response:
    return _answer(refusal, status_of(refusal))


def _form_expired(_error: CSRFError) -> Response:
    return _answer(
        Refused(
            "FORM_EXPIRED",
            "这张表单已过期，没有办理。请返回，刷新页面后再试。",
            "This form has expired and nothing was done. Go back, reload the page and try again.",
        ),
        HTTPStatus.BAD_REQUEST,
    )


def _unknown_host(_error: SecurityError) -> Response:
    # No page can be made: there is no address to make its links from.
    zh, en = (
        "这个服务器不用这个网址，请用公布的网址。",
        "This server does not answer to this address; use the published one.",
    )
    return Response(f"{zh}\n{en}\n", HTTPStatus.BAD_REQUEST, content_type="text/plain; charset=utf-8")


def _sent_too_slowly(_error: ClientDisconnected) -> Response:
    # Who hung up reads nothing; whoever is still there stalled in the middle of what was sent.
    return _answer(
        Refused(
            "SENT_TOO_SLOWLY",
            "网络太慢，这次没有收全，也没有办理。请看看网络，再试一次。",
            "The network was too slow: not everything arrived and nothing was done. Check the network and try again.",
        ),
        HTTPStatus.REQUEST_TIMEOUT,
    )


def _somebody_was_first(_error: StaleDataError | None = None) -> Response:
    return _refused(
        Conflict(
            "CHANGED_MEANWHILE",
            "刚才有别人先办了，这次没有办理。请刷新页面，看看现在的情况再办。",
            "Somebody else acted first and nothing was done here. Reload the page and look again.",
        )
    )


def _constraint_held(error: IntegrityError) -> Response:
    """An action looked before it wrote, and another transaction came between: the constraint decided."""
    current_app.logger.error("%s", first_line(error))
    return _somebody_was_first()


def _database_busy(error: OperationalError) -> Response:
    said, state = str(error.orig), getattr(error.orig, "sqlstate", None) or ""
    # PostgreSQL chose between two transactions that waited for each other, or saw through one another.
    if state in ("40001", "40P01"):
        return _somebody_was_first()
    if "locked" in said or state in ("53300", "55P03"):
        return _refused(
            Unavailable(
                "BUSY",
                "现在办理的人太多，这次没有办理。请过几秒再试一次。",
                "Too many people at once; nothing was done. Try again in a few seconds.",
            )
        )
    # SQLite's own words for a full disk: in the database, in its log, or at a limit of the file's size.
    if "full" in said or "disk I/O" in said or state == "53100":
        return _refused(
            Unavailable(
                "DISK_FULL",
                "服务器的磁盘写不下了，这次没有办理，以前办好的都在。请系统管理员腾出磁盘空间，然后再试。",
                "The server's disk takes no more; nothing was done and nothing earlier is lost. The administrator "
                "makes room on the disk; then try again.",
            )
        )
    if error.connection_invalidated or state[:2] in ("08", "57") or "connection" in said:
        return _refused(
            Unavailable(
                "DATABASE_AWAY",
                "服务器连不上数据库，这次没有办理，以前办好的都在。请过一会儿再试；还不行，请系统管理员看数据库。",
                "The server does not reach its database; nothing was done and nothing earlier is lost. Try again in a "
                "while; if it fails again, the administrator looks at the database.",
            )
        )
    raise error


#: What to say where no room has said it better: code, Chinese, English.
GENERIC: dict[int, tuple[str, str, str]] = {
    400: (
        "BAD_REQUEST",
        "请求不完整，没有办理。请返回再试。",
        "The request is incomplete; nothing was done. Go back and try again.",
    ),
    404: ("NOT_FOUND", "没有这个页面，请从首页进入。", "There is no such page; start from the front page."),
    405: (
        "METHOD",
        "这个地址不能这样用，请从页面上的按钮操作。",
        "This address is not used this way; use the buttons on the page.",
    ),
    413: (
        "TOO_LARGE",
        "发来的文件太大，没有收下。请看页面上写的大小限制。",
        "What was sent is too large and was not taken; see the limit stated on the page.",
    ),
    429: ("TOO_MANY", "操作太频繁，请等一分钟再试。", "Too many requests; wait a minute and try again."),
}


def _file_too_large() -> tuple[str, str, str]:
    largest = security.largest_file()
    if largest is None:
        return GENERIC[413]
    return (
        "TOO_LARGE",
        f"发来的文件太大，没有收下：这里最多收 {largest // 1000} KB。请返回，换一个小一些的文件。",
        f"The file is too large and was not taken: at most {largest // 1000} kB here. Go back and choose another.",
    )


def _way_back() -> str:
    """The page with the form that was sent to this address: the address itself, or the one above it."""
    adapter = current_app.url_map.bind("")
    above = request.path.rpartition("/")[0]
    if adapter.test(request.path, "GET"):
        return request.full_path.rstrip("?")
    return above if above and adapter.test(above, "GET") else ""


def _http_error(error: HTTPException) -> Response:
    status = error.code or 500
    if status < 400:
        return make_response(error.get_response())
    if status >= 500:
        said = (
            "INTERNAL",
            "系统这一步没有办成，什么也没有改动。请再试一次；还不行，请找系统管理员看运行记录。",
            "This step failed and nothing was changed. Try again; if it fails again, show the administrator this page.",
        )
    else:
        said = _file_too_large() if status == 413 else GENERIC.get(status, GENERIC[400])
    family = TooLarge if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else Refused
    answer = _answer(family(*said), HTTPStatus(status))
    for name in ("Allow", "Retry-After"):
        if name in error.get_response().headers:
            answer.headers[name] = error.get_response().headers[name]
    return answer


def _answer(refusal: Refused, status: HTTPStatus) -> Response:
    """The refusal as JSON `{code, zh, en}` or as a page, whichever was asked for."""
    if wants_json():
        body = jsonify(code=refusal.code, zh=refusal.zh, en=refusal.en)
    else:
        back = _way_back() if status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE else ""
        body = make_response(render_template("errors/refused.html", refusal=refusal, status=int(status), back=back))
    body.status_code = status
    return body
