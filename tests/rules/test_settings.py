"""Settings from the environment: a wrong one is named, told what it should be, and gives no password away."""

import sys

import pytest

from voting.config import described, load
from voting.errors import Malformed

#: Variable, wrong value, what the refusal asks for in Chinese and English.
WRONG = [
    ("VOTING_DATABASE_URL", "mysql://vote:s3cr3t@h/db", "请写成 sqlite:////", "write sqlite:////"),
    ("VOTING_DATABASE_URL", "postgresql://vote:s3cr3t@h/db", "请写成 sqlite:////", "write sqlite:////"),
    ("VOTING_DATABASE_URL", "postgresql+psycopg://vote:s3cr3t@h:port/db", "%40", "%40"),
    ("VOTING_DATABASE_URL", "postgresql+psycopg://vote:s3:cr@3t@h:port/db", "%40", "%40"),
    ("VOTING_DATABASE_URL", "mysql://h/db?user=vote&password=s3cr3t", "%40", "%40"),
    ("VOTING_DATABASE_URL", "nothing", "请写成 sqlite:////", "write sqlite:////"),
    ("VOTING_DOORS", "back", "public、desk、kiosk", "public, desk and kiosk"),
    ("VOTING_LANGUAGES", "fr", "zh_Hans_CN", "zh_Hans_CN"),
    ("VOTING_HTTPS", "yes", "请写 0 或 1", "write 0 or 1"),
    ("VOTING_WORKERS", "0", "1 至 64", "1 to 64"),
    ("VOTING_SESSION_MINUTES", "١٥", "5 至 1440", "5 to 1440"),
    ("VOTING_LISTEN", "8000", "127.0.0.1:8000", "127.0.0.1:8000"),
    ("VOTING_LISTEN", "127.0.0.1:99999", "65535", "65535"),
    ("VOTING_PUBLIC_URL", "http://localhost", "请填", "Give an address"),
]


@pytest.mark.parametrize(("name", "value", "zh", "en"), WRONG)
def test_a_wrong_setting_is_named_with_what_to_write(name: str, value: str, zh: str, en: str) -> None:
    with pytest.raises(Malformed) as caught:
        load({name: value})
    refusal = caught.value
    assert refusal.code == "SETTING"
    assert name in refusal.zh
    assert name in refusal.en
    assert zh in refusal.zh
    assert en in refusal.en
    assert not any(part in refusal.zh + refusal.en for part in ("s3", "3t"))


def test_a_missing_driver_is_named_with_its_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(Malformed, match="SETTING") as caught:
        load({"VOTING_DATABASE_URL": "postgresql+psycopg://vote:s3cr3t@h/db"})
    assert "pip install 'psycopg[binary]'" in caught.value.zh
    assert "pip install 'psycopg[binary]'" in caught.value.en
    assert "s3cr3t" not in str(caught.value)


def test_the_list_of_settings_shows_no_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sqlalchemy.engine.url.URL.get_dialect", lambda _self: Driver)
    settings = load({"VOTING_DATABASE_URL": "postgresql+psycopg://vote:s3cr3t@h/db", "VOTING_HTTPS": "1"})
    shown = {name: value for name, value, _, _ in described(settings)}
    assert shown["VOTING_DATABASE_URL"] == "postgresql+psycopg://vote:***@h/db"
    assert shown["VOTING_HTTPS"] == "1"
    assert shown["VOTING_DOORS"] == "desk,kiosk,public"


class Driver:
    """A dialect whose driver is installed."""

    @classmethod
    def import_dbapi(cls) -> None:
        return None
