"""What every answer carries: headers, cookies, languages, refusals, size limits; the boot check; settings and keys."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, render_template
from flask.testing import FlaskClient
from house_build import House, token
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from voting import config, errors, i18n, keys
from voting.app import ROOT, create_app, status_of
from voting.config import Settings
from voting.errors import Malformed, Refused
from voting.permissions import Permission
from voting.security import ORDINARY_LIMIT, access, check_every_route, public

TEMPLATES = sorted(str(path.relative_to(ROOT / "templates")) for path in (ROOT / "templates").rglob("*.html"))


def test_every_answer_carries_the_security_headers(client: FlaskClient) -> None:
    for path in ("/", "/nope", "/sign-in", "/static/css/tokens.css"):
        with client.get(path) as answer:
            headers = answer.headers
        policy = headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'; script-src 'self';")
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=(self)" in headers["Permissions-Policy"]
        assert (headers["Cache-Control"] == "no-store") is not path.startswith("/static/")


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_template_has_anything_inline(template: str) -> None:
    source = (ROOT / "templates" / template).read_text()
    assert not re.search(r"<script(?![^>]*\bsrc=)", source), "an inline script would be blocked"
    assert not re.search(r"\sstyle\s*=|<style|\son[a-z]+\s*=\s*[\"']", source), "inline style or handler"
    assert not re.search(r"https?://(?!www\.w3\.org)", source), "nothing comes from another server"


def test_the_session_cookie_is_kept_from_scripts_and_other_sites(client: FlaskClient) -> None:
    cookie = client.get("/sign-in").headers["Set-Cookie"]
    assert cookie.startswith("voting=")
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


def test_over_https_the_cookie_is_secure_and_bound_to_the_host(house: House, settings: Settings) -> None:
    house.settings = config.for_folder(settings.data_dir, https=True)
    answer = house.app().test_client().get("/sign-in", base_url="https://localhost")
    assert answer.headers["Set-Cookie"].startswith("__Host-voting=")
    assert "Secure" in answer.headers["Set-Cookie"]
    assert "max-age" in answer.headers["Strict-Transport-Security"]


def test_languages_are_switched_and_remembered(client: FlaskClient) -> None:
    assert '<html lang="zh-CN">' in client.get("/nope").text
    assert '<html lang="en">' in client.get("/nope?lang=en").text
    assert '<html lang="en">' in client.get("/nope").text
    assert '<html lang="zh-CN">' in client.get("/nope?lang=zh").text
    assert '<html lang="zh-CN">' in client.get("/nope?lang=xx").text


def test_switching_the_language_keeps_the_page_and_its_search(client: FlaskClient) -> None:
    assert 'href="?page=2&amp;q=%E7%94%B2&amp;lang=en"' in client.get("/?page=2&q=甲").text
    sent = client.post("/sign-in", data={"csrf_token": token(client)})
    assert 'href="/?lang=en"' in sent.text


def test_a_refusal_is_one_sentence_in_the_readers_language_or_json(house: House) -> None:
    client = house.signed_in("clerk")
    page = client.get(f"/units/{house.community}")
    assert page.status_code == 403
    assert "您没有这里的" in page.text
    answer = client.get(f"/units/{house.community}", headers={"Accept": "application/json"})
    assert answer.json is not None
    assert answer.json["code"] == "NOT_ALLOWED"
    assert answer.json.keys() == {"code", "zh", "en"}


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (errors.NotAllowed, 403),
        (errors.NotEligible, 403),
        (errors.NotFound, 404),
        (errors.TooEarly, 409),
        (errors.TooLate, 409),
        (errors.Conflict, 409),
        (errors.TooLarge, 413),
        (errors.Malformed, 422),
        (errors.Refused, 400),
    ],
)
def test_each_family_of_refusals_has_its_status(family: type[Refused], status: int) -> None:
    assert status_of(family("CODE", "一句话。", "A sentence.")) == status
    assert status_of(type("Own", (family,), {})("CODE", "一句话。", "A sentence.")) == status


def a_page(app: Flask, error: Exception) -> FlaskClient:
    @public
    def broken() -> str:
        raise error

    app.add_url_rule("/broken", "broken", broken)
    app.config["PROPAGATE_EXCEPTIONS"] = False
    return app.test_client()


def test_a_race_that_a_constraint_decided_is_logged_without_the_row(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    said = 'duplicate key value violates unique constraint "uq_account_login"\nDETAIL:  Key (login)=(zhangsan) exists.'
    answer = a_page(app, IntegrityError("INSERT", {}, Exception(said))).get("/broken")
    assert answer.status_code == 409 and "刚才有别人先办了" in answer.text
    assert "uq_account_login" in caplog.text and "zhangsan" not in caplog.text + answer.text


def test_two_administrators_open_the_same_account_at_once(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.signed_in("admin")
    sent = {"csrf_token": token(client), "account-login": "clerk", "account-display_name": "样例"}
    # Both looked before either wrote: what the second transaction sees on a database without one writer.
    select_one = Session.scalar

    def blind(session: Session, statement: Any, *args: Any, **kwargs: Any) -> Any:
        return None if "account.login =" in str(statement) else select_one(session, statement, *args, **kwargs)

    with monkeypatch.context() as race:
        race.setattr(Session, "scalar", blind)
        answer = client.post(f"/units/{house.community}/accounts", data=sent, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and "登录名 clerk 已经有人用了" in answer.text


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (ZeroDivisionError("secret detail"), 500, "INTERNAL"),
        (StaleDataError("secret detail"), 409, "CHANGED_MEANWHILE"),
        (
            IntegrityError("secret detail", {}, Exception("UNIQUE constraint failed: account.login")),
            409,
            "CHANGED_MEANWHILE",
        ),
        (OperationalError("secret detail", {}, Exception("database is locked")), 503, "BUSY"),
        (OperationalError("secret detail", {}, Exception("no such table: x")), 500, "INTERNAL"),
    ],
)
def test_a_fault_is_told_without_its_insides(
    app: Flask, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int, code: str
) -> None:
    # The logger bears the application's name and outlives it.
    monkeypatch.setattr(app.logger, "disabled", True)
    client = a_page(app, error)
    for accept in ("text/html", "application/json"):
        answer = client.get("/broken", headers={"Accept": accept})
        assert answer.status_code == status
        assert code in answer.text
        assert "secret detail" not in answer.text
        assert "Traceback" not in answer.text


def test_a_body_over_the_limit_is_refused_before_it_is_read(house: House) -> None:
    client = house.app().test_client()
    answer = client.post("/sign-in", data={"login": "x" * ORDINARY_LIMIT, "csrf_token": token(client)})
    assert answer.status_code == 413
    assert "太大" in answer.text


def test_a_wrong_method_says_so(client: FlaskClient) -> None:
    answer = client.post("/health", data={"csrf_token": token(client)})
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]


def test_sign_ins_from_one_address_are_limited(client: FlaskClient) -> None:
    form = {"csrf_token": token(client)}
    statuses = {client.post("/sign-in", data=form).status_code for _ in range(31)}
    assert statuses == {422, 429}


# --- the boot check ----------------------------------------------------------------------------------------------


def test_the_house_does_not_boot_with_an_unguarded_route(app: Flask) -> None:
    app.add_url_rule("/open", "open", lambda: "anybody")
    with pytest.raises(RuntimeError, match="/open"):
        check_every_route(app)


def test_the_house_does_not_boot_when_an_id_is_loaded_by_nobody(app: Flask) -> None:
    app.add_url_rule("/c/<community_id>/<thing_id>", "thing", public(lambda **_: ""))
    with pytest.raises(RuntimeError, match="thing_id"):
        check_every_route(app)


def test_the_house_does_not_boot_with_a_permission_that_hangs_in_the_air(app: Flask) -> None:
    app.add_url_rule("/all", "all", access(Permission.SEE_ROLL)(lambda: ""))
    with pytest.raises(RuntimeError, match="anywhere"):
        check_every_route(app)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda path: path.unlink(), "KEY_MISSING"),
        (lambda path: path.chmod(0o644), "KEY_MODE"),
        (lambda path: path.write_bytes(b"short"), "KEY_LENGTH"),
    ],
)
def test_the_house_does_not_boot_with_a_bad_key_file(house: House, spoil: object, code: str) -> None:
    spoil(house.settings.field_key_file)  # type: ignore[operator]
    with pytest.raises(Malformed) as caught:
        create_app(house.settings)
    assert caught.value.code == code
    assert str(house.settings.field_key_file) in caught.value.zh


# --- settings and keys -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VOTING_DOORS", "attic"),
        ("VOTING_HTTPS", "yes"),
        ("VOTING_TRUSTED_PROXIES", "-1"),
        ("VOTING_TRUSTED_PROXIES", "１"),
        ("VOTING_WORKERS", "0"),
        ("VOTING_LISTEN", "8000"),
        ("VOTING_SESSION_MINUTES", "4"),
        ("VOTING_PUBLIC_URL", "vote.example"),
        ("VOTING_PUBLIC_URL", "http://localhost:8000"),
    ],
)
def test_a_wrong_setting_is_named(name: str, value: str) -> None:
    with pytest.raises(Malformed) as caught:
        config.load({name: value})
    assert name in caught.value.zh
    assert name in caught.value.en


def test_every_language_of_the_settings_has_its_short_name() -> None:
    assert set(i18n.SHORT.values()) == set(config.LANGUAGES)


def test_settings_come_from_the_environment(tmp_path: Path) -> None:
    loaded = config.load({"VOTING_DATA_DIR": str(tmp_path), "VOTING_DOORS": "kiosk", "VOTING_HTTPS": "1"})
    assert loaded.database_url == f"sqlite:///{tmp_path}/voting.sqlite3"
    assert loaded.doors == {"kiosk"}
    assert loaded.https
    assert len(config.described(loaded)) == len(Settings.__dataclass_fields__)


def test_keys_are_made_once_and_for_the_owner_alone(settings: Settings) -> None:
    made = keys.make_keys(settings)
    assert len(made) == 4
    before = keys.read_keys(settings)
    assert keys.make_keys(settings) == []
    assert keys.read_keys(settings) == before
    for path in made:
        assert os.stat(path).st_mode & 0o777 == 0o600  # noqa: PTH116 — the mode, nothing else
    assert len({path.read_bytes() for path in made}) == 4


def test_a_sealed_field_opens_only_for_its_row_and_its_key(settings: Settings) -> None:
    keys.make_keys(settings)
    fields = keys.read_keys(settings).fields
    sealed = fields.seal("某人".encode(), "row 1")
    assert fields.open(sealed, "row 1").decode() == "某人"
    assert sealed != fields.seal("某人".encode(), "row 1")
    other = keys.FieldKeys(bytes(32), fields.match_key)
    for spoiled in (
        lambda: fields.open(sealed, "row 2"),
        lambda: other.open(sealed, "row 1"),
        lambda: fields.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "row 1"),
        lambda: fields.open(b"", "row 1"),
    ):
        with pytest.raises(Malformed) as caught:
            spoiled()
        assert caught.value.code == "FIELD_SEAL"
    assert fields.match("99") == fields.match("99") != fields.match("98")


def test_a_proxys_headers_count_only_when_one_is_trusted(house: House, settings: Settings) -> None:
    def scheme(app: Flask) -> str:
        @public
        def seen() -> str:
            from flask import request

            return f"{request.remote_addr} {request.scheme}"

        app.add_url_rule("/seen", "seen", seen)
        return app.test_client().get("/seen", headers={"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"}).text

    assert scheme(house.app()) == "127.0.0.1 http"
    house.settings = config.for_folder(settings.data_dir, trusted_proxies=1)
    assert scheme(house.app()) == "9.9.9.9 https"


def test_an_unknown_host_is_refused_when_hosts_are_named(house: House, settings: Settings) -> None:
    house.settings = config.for_folder(settings.data_dir, hosts=("vote.example",))
    client = house.app().test_client()
    assert client.get("/", base_url="http://vote.example").status_code == 200
    assert client.get("/", base_url="http://evil.example").status_code == 400


@pytest.mark.parametrize("path", ["/c/{}", "/c//{}/", "/c//{}//"])
def test_a_slash_too_many_or_too_few_leads_to_no_other_host(house: House, path: str) -> None:
    address = f"{path.format(house.community)}?a=b"
    answer = house.app().test_client().get(address, base_url="http://evil.example")
    assert (answer.status_code, answer.headers["Location"]) == (308, f"/c/{house.community}/?a=b")


@pytest.mark.parametrize(
    ("state", "words", "status", "code"),
    [
        ("40P01", "deadlock detected", 409, "CHANGED_MEANWHILE"),
        ("40001", "could not serialize access", 409, "CHANGED_MEANWHILE"),
        ("55P03", "canceling statement due to lock timeout", 503, "BUSY"),
        ("53100", "No space left on device", 503, "DISK_FULL"),
        ("57P01", "terminating connection due to administrator command", 503, "DATABASE_AWAY"),
        (None, "connection refused", 503, "DATABASE_AWAY"),
    ],
)
def test_what_postgresql_says_becomes_a_sentence(house: House, state: str, words: str, status: int, code: str) -> None:
    said = Exception(words)
    said.sqlstate = state  # type: ignore[attr-defined]
    app = house.app()
    with app.test_request_context("/", headers={"Accept": "application/json"}):
        answer = app.make_response(app.handle_user_exception(OperationalError("SELECT", {}, said)))
    assert (answer.status_code, answer.get_json()["code"]) == (status, code)


# --- languages ---------------------------------------------------------------------------------------------------


def test_every_template_compiles(app: Flask) -> None:
    for template in TEMPLATES:
        app.jinja_env.get_template(template)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_error_page_renders_in_both_languages(app: Flask, lang: str) -> None:
    with app.test_request_context(f"/?lang={lang}"):
        app.preprocess_request()
        page = render_template("errors/refused.html", refusal=Malformed("CODE", "一句话。", "A sentence."), status=422)
    assert "一句话。" in page
    assert "A sentence." in page


def test_the_catalogue_compiles_and_drops_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = i18n.TRANSLATIONS / "en/LC_MESSAGES/messages.po"
    copy = tmp_path / "en/LC_MESSAGES/messages.po"
    copy.parent.mkdir(parents=True)
    copy.write_bytes(source.read_bytes() + '\nmsgid "首页"\nmsgstr "Front page"\n'.encode())
    monkeypatch.setattr(i18n, "TRANSLATIONS", tmp_path)
    assert i18n.compile_catalogues() == [copy.with_suffix(".mo")]
    assert i18n.compile_catalogues() == []
