"""Settings, read once from the environment into one frozen value.

Every field says what it means and what a thief of it could do; `docs/operations.md` has one paragraph
for each. Keys are files of mode 0600 beside the data, never in the database and never in the repository:
whoever steals a copy of the database steals no key with it.
"""

# ruff: noqa: RUF009 — `_setting` is dataclasses.field with its documentation

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from voting.addresses import public_address
from voting.errors import Malformed, Refused

DOORS = frozenset({"public", "desk", "kiosk"})
#: Languages that every page is written in.
LANGUAGES = ("zh_Hans_CN", "en")


def _setting(name: str, default: str, means: str, thief: str) -> Any:
    """A field read from environment variable `name`; `means` and `thief` are its documentation."""
    return field(metadata={"name": name, "default": default, "means": means, "thief": thief})


@dataclass(frozen=True)
class Settings:
    """How this installation is run. Built by `load`; tests build it directly."""

    data_dir: Path = _setting(
        "VOTING_DATA_DIR",
        "var",
        "Folder of the SQLite database, the key files, the sealed election files and the exported bundles.",
        "Has everything the server has: names on the roll, the log's signing key. Not the ballots' contents, "
        "which only the supervisors' keys open together.",
    )
    database_url: str = _setting(
        "VOTING_DATABASE_URL",
        "sqlite:///{data_dir}/voting.sqlite3",
        "SQLAlchemy URL of the database: SQLite by default, or PostgreSQL.",
        "If the URL carries a password: may read names, buildings and encrypted ballots, and delete or add rows; "
        "the log and the verifier show it. ID numbers stay sealed.",
    )
    doors: frozenset[str] = _setting(
        "VOTING_DOORS",
        "public,desk,kiosk",
        "Which pages this process serves: public, desk (all staff), kiosk. The others are not registered at all.",
        "Nothing: not a secret.",
    )
    session_key_file: Path = _setting(
        "VOTING_SESSION_KEY_FILE",
        "{data_dir}/keys/session.key",
        "32 random bytes that sign session cookies and form tokens.",
        "Could forge the session of an account whose id and session mark he also knows, and act in its name until "
        "the key is replaced. Replacing it signs everybody out and loses nothing.",
    )
    field_key_file: Path = _setting(
        "VOTING_FIELD_KEY_FILE",
        "{data_dir}/keys/field.key",
        "32 random bytes that encrypt ID numbers, birth dates and telephone numbers in the database.",
        "With a copy of the database: could read them. Without this file they cannot be read again by anybody.",
    )
    match_key_file: Path = _setting(
        "VOTING_MATCH_KEY_FILE",
        "{data_dir}/keys/match.key",
        "32 random bytes for the keyed hash by which one ID number is recognised on two rolls.",
        "With a copy of the database: could test whether a given ID number is on a roll, by trying.",
    )
    log_key_file: Path = _setting(
        "VOTING_LOG_KEY_FILE",
        "{data_dir}/keys/log.key",
        "32-byte Ed25519 seed that signs the checkpoints of the audit log and the acceptance of each ballot.",
        "Could sign a second, different log. Whoever noted an earlier checkpoint can prove it.",
    )
    https: bool = _setting(
        "VOTING_HTTPS",
        "0",
        "1 when browsers reach the server by https: cookies are then Secure and browsers are told to stay on https.",
        "Nothing: not a secret. Left at 0 on an open network, a listener may take over a session.",
    )
    trusted_proxies: int = _setting(
        "VOTING_TRUSTED_PROXIES",
        "0",
        "How many reverse proxies stand in front and set X-Forwarded-*. 0: those headers are ignored.",
        "Set too high, anybody can invent the address by which sign-ins are limited.",
    )
    hosts: tuple[str, ...] = _setting(
        "VOTING_HOSTS",
        "",
        "Host names the server answers to, separated by commas. Empty: any.",
        "Nothing: not a secret.",
    )
    public_url: str = _setting(
        "VOTING_PUBLIC_URL",
        "",
        "Address under which everybody finds the public pages, such as https://vote.example; printed with its QR code "
        "on the signed result sheet. Empty: the official types it when signing, or none is printed.",
        "Nothing: not a secret. Whoever changes it before signing leads readers of the sheet to a copy of the pages; "
        "the signatures do not follow him there.",
    )
    listen: str = _setting(
        "VOTING_LISTEN",
        "127.0.0.1:8000",
        "Address and port that `voting serve` listens on.",
        "Nothing: not a secret.",
    )
    workers: int = _setting(
        "VOTING_WORKERS",
        "2",
        "Server processes; each verifies ballots on one core.",
        "Nothing: not a secret.",
    )
    languages: tuple[str, ...] = _setting(
        "VOTING_LANGUAGES",
        "zh_Hans_CN,en",
        "Languages offered, the first is the default.",
        "Nothing: not a secret.",
    )
    session_minutes: int = _setting(
        "VOTING_SESSION_MINUTES",
        "60",
        "Minutes without a click after which staff are signed out.",
        "Nothing: not a secret.",
    )


def load(environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `environ`; raises Malformed (SETTING) naming the variable that is wrong."""
    data_dir = Path(environ.get("VOTING_DATA_DIR") or "var").absolute()
    values: dict[str, Any] = {}
    for one in fields(Settings):
        name, default = one.metadata["name"], one.metadata["default"].format(data_dir=data_dir)
        text = environ.get(name) or default
        try:
            values[one.name] = _READERS[one.name](text)
        except Refused as refusal:
            shown = _without_password(text)
            raise Malformed(
                "SETTING",
                f"设置 {name} 的值「{shown}」不能用：{refusal.zh}",
                f"Setting {name} cannot be “{shown}”: {refusal.en}",
            ) from None
    return Settings(**values)


def described(settings: Settings) -> list[tuple[str, str, str, str]]:
    """Each setting as (variable, present value, what it means, what a thief of it could do)."""
    return [
        (one.metadata["name"], _shown(getattr(settings, one.name)), one.metadata["means"], one.metadata["thief"])
        for one in fields(Settings)
    ]


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, str):
        return _without_password(value)
    return ",".join(sorted(value)) if isinstance(value, frozenset | tuple) else str(value)


def _without_password(text: str) -> str:
    """A setting as it may be shown: whoever looks over the shoulder learns no password of a URL, however wrong."""
    return re.sub(r"(?<=://)([^/@:]*):.*@", r"\1:***@", re.sub(r"(?i)(password=)[^&]*", r"\1***", text))


def _refuse(zh: str, en: str) -> Malformed:
    """What a setting must be; `load` says which one."""
    return Malformed("SETTING", zh, en)


def for_folder(data_dir: Path, **changes: Any) -> Settings:
    """The default settings over `data_dir`, with `changes` by field name."""
    values: dict[str, Any] = {}
    for one in fields(Settings):
        default = one.metadata["default"].format(data_dir=data_dir.absolute())
        values[one.name] = _READERS[one.name](default)
    return Settings(**(values | {"data_dir": data_dir.absolute()} | changes))


def _doors(text: str) -> frozenset[str]:
    doors = frozenset(_words(text))
    if not doors or not doors <= DOORS:
        raise _refuse(
            "只能从 public、desk、kiosk 中选，用逗号分开；请更正。",
            "choose among public, desk and kiosk, separated by commas.",
        )
    return doors


def _words(text: str) -> tuple[str, ...]:
    return tuple(word.strip() for word in text.split(",") if word.strip())


def _languages(text: str) -> tuple[str, ...]:
    languages = _words(text)
    if not languages or not set(languages) <= set(LANGUAGES):
        raise _refuse(
            f"页面只有 {'、'.join(LANGUAGES)} 这几种语言，用逗号分开；请更正。",
            f"the pages are written in {' and '.join(LANGUAGES)}; name them separated by commas.",
        )
    return languages


def _database_url(text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise _database_form() from None
    if url.drivername not in ("sqlite", "postgresql+psycopg"):
        raise _database_form()
    try:
        url.get_dialect().import_dbapi()
    except ImportError:
        raise _refuse(
            "PostgreSQL 的驱动还没有装，请先运行 .venv/bin/pip install 'psycopg[binary]'。",
            "the driver of PostgreSQL is not installed; run .venv/bin/pip install 'psycopg[binary]' first.",
        ) from None
    return text


def _database_form() -> Malformed:
    return _refuse(
        "请写成 sqlite:////文件的完整路径，或 postgresql+psycopg://用户:口令@主机/数据库；"
        "口令里的 @ : / 要写成 %40 %3A %2F。",
        "write sqlite:////full/path/of/the/file or postgresql+psycopg://user:password@host/database, with %40 %3A %2F "
        "for @ : / inside the password.",
    )


def _flag(text: str) -> bool:
    if text not in {"0", "1"}:
        raise _refuse("请写 0 或 1。", "write 0 or 1.")
    return text == "1"


def _count(lowest: int, highest: int) -> Any:
    def read(text: str) -> int:
        if not text.isascii() or not text.isdigit() or not lowest <= int(text) <= highest:
            raise _refuse(
                f"请写 {lowest} 至 {highest} 之间的整数。", f"write a whole number from {lowest} to {highest}."
            )
        return int(text)

    return read


def _listen(text: str) -> str:
    host, _, port = text.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise _refuse(
            "请写成 地址:端口，如 127.0.0.1:8000，端口最大 65535。",
            "write address:port such as 127.0.0.1:8000, the port at most 65535.",
        )
    return text


def _path(text: str) -> Path:
    return Path(text).absolute()


_READERS: dict[str, Any] = {
    "data_dir": _path,
    "database_url": _database_url,
    "doors": _doors,
    "session_key_file": _path,
    "field_key_file": _path,
    "match_key_file": _path,
    "log_key_file": _path,
    "https": _flag,
    "trusted_proxies": _count(0, 8),
    "hosts": _words,
    "public_url": public_address,
    "listen": _listen,
    "workers": _count(1, 64),
    "languages": _languages,
    "session_minutes": _count(5, 1440),
}
