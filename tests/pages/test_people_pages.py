"""The people's pages as an administrator uses them: signing in, units, accounts, appointments."""

import re

import pytest
from flask.testing import FlaskClient
from house_build import PASSWORD, House, token

from voting.permissions import Role

NEW = "一句很长很长的新口令"


def sign_in(client: FlaskClient, login: str, password: str, **more: str) -> object:
    form = {"login": login, "password": password, "csrf_token": token(client), **more}
    return client.post("/sign-in", data=form)


def send(client: FlaskClient, url: str, **form: str) -> object:
    """A form with hyphens in its field names, written here with double underscores."""
    data = {name.replace("__", "-"): value for name, value in form.items()}
    return client.post(url, data=data | {"csrf_token": token(client)})


@pytest.mark.parametrize(
    ("target", "lands"),
    [
        ("/units?page=2", "/units?page=2"),
        ("", "/"),
        ("https://evil.example/", "/"),
        ("//evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("/x\nSet-Cookie: a=b", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_signing_in_leads_back_only_within_this_site(
    house: House, client: FlaskClient, target: str, lands: str
) -> None:
    answer = sign_in(client, "admin", PASSWORD, next=target)
    assert answer.status_code == 303
    assert answer.location == lands


def test_a_page_asked_for_too_early_comes_after_signing_in(house: House, client: FlaskClient) -> None:
    answer = client.get("/units")
    assert answer.status_code == 302
    assert answer.location == "/sign-in?next=/units"
    page = client.get(answer.location)
    assert 'value="/units"' in page.text


def test_a_wrong_password_says_the_same_as_an_unknown_name(house: House, client: FlaskClient) -> None:
    wrong, unknown = sign_in(client, "admin", "wrong"), sign_in(client, "nobody", "wrong")
    assert wrong.status_code == unknown.status_code == 403
    sentence = "登录名或口令不对"
    assert sentence in wrong.text
    assert sentence in unknown.text
    assert 'aria-invalid="true"' in wrong.text


def test_guessing_is_answered_with_429_and_the_seconds_to_wait(house: House, client: FlaskClient) -> None:
    for _ in range(6):
        sign_in(client, "admin", "wrong")
    answer = sign_in(client, "admin", PASSWORD)
    assert answer.status_code == 429
    assert re.search(r"请等 \d+ 秒", answer.text)


def test_a_session_is_begun_afresh_and_ends_when_signing_out(house: House, client: FlaskClient) -> None:
    before = token(client)
    sign_in(client, "admin", PASSWORD)
    assert client.get("/units").status_code == 200
    # A form token planted before the sign-in is worth nothing after it.
    assert client.post("/sign-out", data={"csrf_token": before}).status_code == 400
    assert client.post("/sign-out", data={"csrf_token": token(client)}).status_code == 303
    assert client.get("/units").status_code == 302


def test_a_copied_cookie_dies_with_the_session(house: House) -> None:
    app = house.app()
    owner, other = house.signed_in("official", app), house.signed_in("clerk", app)
    cookie = owner.get_cookie("voting")
    assert cookie is not None
    thief = app.test_client()
    thief.set_cookie("voting", cookie.value)
    assert thief.get("/account").status_code == 200
    assert owner.post("/sign-out", data={"csrf_token": token(owner)}).status_code == 303
    assert thief.get("/account").status_code == 302
    # A dead cookie cannot put the owner out again, nor anybody else.
    again = house.signed_in("official", app)
    thief.set_cookie("voting", cookie.value)
    thief.post("/sign-out", data={"csrf_token": token(thief)})
    assert again.get("/account").status_code == other.get("/account").status_code == 200


def test_a_first_password_must_be_changed_before_anything_else(house: House) -> None:
    admin = house.signed_in("admin")
    page = send(admin, f"/units/{house.community}/accounts", account__login="wang", account__display_name="王某")
    assert page.status_code == 200
    shown = re.search(r'<dd class="mono">([a-z0-9]{4}(?:-[a-z0-9]{4}){3})</dd>', page.text)
    assert shown
    assert shown[1] not in admin.get(f"/units/{house.community}").text
    client = house.app().test_client()
    assert sign_in(client, "wang", shown[1], next="/units").location == "/account", "at once"
    assert client.get("/units").location == "/account"
    assert "请先换成只有您知道的口令" in client.get("/account").text
    refused = send(client, "/account", old="wrong", new=NEW, again=NEW)
    assert refused.status_code == 422
    assert "原口令不对" in refused.text
    assert send(client, "/account", old=shown[1], new=NEW, again="other").status_code == 422
    assert send(client, "/account", old=shown[1], new=NEW, again=NEW).status_code == 303
    assert client.get("/account").status_code == 200
    assert "请先换成" not in client.get("/account").text


def test_changing_a_password_ends_the_other_sessions(house: House) -> None:
    here, there = house.signed_in("clerk"), house.signed_in("clerk")
    assert send(here, "/account", old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 302


def test_an_administrator_sets_up_units_and_people(house: House) -> None:
    client = house.signed_in("admin")
    unit = f"/units/{house.community}"
    assert send(client, f"{unit}/units", unit__kind="grid", unit__name="第一网格").status_code == 303
    assert "第一网格" in client.get(unit).text
    refused = send(client, f"{unit}/units", unit__kind="grid", unit__name="第一网格")
    assert refused.status_code == 422
    assert "已经有「第一网格」了" in refused.text
    assert 'value="第一网格"' in refused.text, "what was typed is kept"
    assert send(client, f"{unit}/units", unit__kind="city", unit__name="乙市").status_code == 422
    send(client, f"{unit}/accounts", account__login="wang", account__display_name="王某")
    day = house.clock.today.isoformat()
    page = client.get(unit).text
    assert page.index('id="open-account"') < page.index('id="appoint"'), "first the account, then its appointment"
    roles = page.split('id="appointment-role"')[1].split("</select>")[0]
    assert roles.index('<option value="">') < roles.index("<option value=") + 1 and "selected" not in roles
    nobody = send(
        client, f"{unit}/appointments", appointment__login="wang", appointment__role="", appointment__from_day=day
    )
    assert nobody.status_code == 422 and "请选择职务" in nobody.text
    role = {"appointment__role": "desk_clerk", "appointment__from_day": day}
    assert send(client, f"{unit}/appointments", appointment__login="nobody", **role).status_code == 422
    assert send(client, f"{unit}/appointments", appointment__login="Wang", **role).status_code == 303
    page = client.get(unit).text
    assert page.count("发票员</td>") == 2
    end = re.findall(rf'action="({unit}/appointments/[^"]+/end)"', page)
    assert send(client, end[0]).status_code == 303
    assert "已结束" in client.get(unit).text


def test_deeds_that_others_feel_are_asked_for_twice(house: House) -> None:
    page = house.signed_in("admin").get(f"/units/{house.community}").text
    for path, asks in (("/end", "免去“"), ("/password", "重置“"), ("/close", "停用“")):
        forms = re.findall(rf'<form method="post" action="[^"]+{path}"[^>]*>', page)
        assert forms and all(f'data-ask="{asks}' in form for form in forms)
    assert "js/ask.js" in page


def test_resetting_and_closing_an_account(house: House) -> None:
    client, clerk = house.signed_in("admin"), house.signed_in("clerk")
    account = f"/units/{house.community}/accounts/{house.accounts[Role.DESK_CLERK]}"
    page = send(client, f"{account}/password")
    assert "只显示这一次" in page.text
    assert clerk.get("/account").status_code == 302
    assert send(client, f"{account}/close").status_code == 303
    assert "已停用" in client.get(f"/units/{house.community}").text
    assert send(client, f"{account}/open").status_code == 303
    assert send(client, f"{account}/burn").status_code == 404


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_renders_in_both_languages(house: House, lang: str) -> None:
    client = house.signed_in("admin")
    pages = ("/", "/units", f"/units/{house.community}", f"/units/{house.city}", "/account", "/permissions")
    for path in pages:
        answer = client.get(f"{path}?lang={lang}")
        assert answer.status_code == 200
        assert f'<html lang="{"en" if lang == "en" else "zh-CN"}">' in answer.text
    assert house.app().test_client().get(f"/sign-in?lang={lang}").status_code == 200


def test_the_front_page_shows_each_person_their_own_work(house: House) -> None:
    assert "阳光社区" in house.app().test_client().get("/").text
    official = house.signed_in("official").get("/").text
    assert "选举工作人员" in official
    assert "朝晖社区" not in official
    admin = house.signed_in("admin").get("/").text
    assert "朝晖社区" in admin
