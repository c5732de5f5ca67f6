"""Founding an installation: keys, database, the first community, its first administrator, the committee's key.

The election committee's key and the community's certificate authority are made here and sealed with
the committee's passphrase; they lie in ``<data>/committee/<community>`` and belong on the committee's own
stick. The server cannot use them: the passphrase is typed in at certification and kept nowhere.
"""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sqlalchemy import Engine, func, inspect, select

from voting import journal, schema, signing
from voting.backup.mirror import mirrored_engine
from voting.config import Settings
from voting.database import read, write
from voting.errors import Conflict, NotFound, Unavailable
from voting.files import write_whole
from voting.keys import make_keys
from voting.people import actions, queries
from voting.people.tables import Account
from voting.permissions import Role


@dataclass(frozen=True)
class Founded:
    """What `voting init` prints."""

    community_id: str
    login: str
    password: str


@dataclass(frozen=True)
class Committee:
    """The public halves of what the committee holds, for the notice sheet."""

    folder: Path
    vkey: str
    ca_fingerprint: str


def prepare(settings: Settings) -> Engine:
    """Make the data folder and the key files that are missing, and bring the database up to date.

    Raises Unavailable DATA_DIR.
    """
    engine = mirrored_engine(settings.database_url)
    try:
        settings.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        make_keys(settings)
        if engine.dialect.name == "sqlite" and engine.url.database:
            # Before SQLite makes it: readable by the server's user alone.
            Path(engine.url.database).touch(mode=0o600)
    except OSError as error:
        raise Unavailable(
            "DATA_DIR",
            f"这里写不进去：{error.filename}（{error.strerror}）。请核对 VOTING_DATA_DIR 等设置，"
            "或改这个文件夹的权限。",
            f"{error.filename} cannot be written ({error.strerror}). Check VOTING_DATA_DIR and the other settings, or "
            "the permissions of that folder.",
        ) from None
    schema.upgrade(engine)
    return engine


def holds_data(settings: Settings) -> bool:
    """Whether the settings' database holds an installation, or anything of somebody else's. Changes nothing."""
    engine = mirrored_engine(settings.database_url)
    try:
        if engine.dialect.name == "sqlite" and not Path(engine.url.database or "").exists():
            return False
        tables = inspect(engine).get_table_names()
        if Account.__tablename__ not in tables:
            return bool(tables)
        with read(engine) as reader:
            return reader.scalar(select(Account.id).limit(1)) is not None
    finally:
        engine.dispose()


def opened(settings: Settings) -> Engine:
    """The engine of an installation that is founded; makes nothing. Raises NotFound NO_DATABASE."""
    engine = mirrored_engine(settings.database_url)
    path = engine.url.database if engine.dialect.name == "sqlite" else None
    # SQLite would make an empty file by looking into it.
    if (path and not Path(path).exists()) or not inspect(engine).has_table(Account.__tablename__):
        engine.dispose()
        raise NotFound(
            "NO_DATABASE",
            f"{settings.data_dir} 里还没有建立平台。请核对 VOTING_DATA_DIR 和 VOTING_DATABASE_URL，"
            "或者先运行 voting init。",
            f"Nothing is founded in {settings.data_dir} yet. Check VOTING_DATA_DIR and VOTING_DATABASE_URL, or run "
            "voting init first.",
        )
    return engine


def require_new(settings: Settings) -> None:
    """Raises Conflict FOUNDED for an installation with accounts; makes nothing, so it can be asked before anything."""
    try:
        engine = opened(settings)
    except NotFound:
        return
    try:
        _require_none(engine)
    finally:
        engine.dispose()


def _require_none(engine: Engine) -> None:
    with read(engine) as reader:
        if reader.scalar(select(func.count()).select_from(Account)):
            raise Conflict(
                "FOUNDED",
                "这里已经建立过了，什么也没有改动。要再建社区，请用系统管理员登录，在「单位与人员」里办。",
                "This installation is already founded and nothing was changed. To add a community sign in as "
                "administrator and open “units and people”.",
            )


def found(
    engine: Engine, *, now: datetime, today: date, units: list[tuple[str, str]], login: str, name: str
) -> Founded:
    """Set up `units` (kind, name; from the top down to the community) and the first administrator, at their top.

    Raises Conflict (FOUNDED) when the database already has accounts.
    """
    _require_none(engine)
    with write(engine) as session:
        parent_id: str | None = None
        ids = []
        for kind, unit_name in units:
            parent_id = actions.create_unit(
                session, actor=None, now=now, parent_id=parent_id, kind=kind, name=unit_name
            )
            ids.append(parent_id)
        account = actions.create_account(session, actor=None, now=now, unit_id=ids[0], login=login, display_name=name)
        actions.appoint(
            session,
            actor=None,
            now=now,
            today=today,
            account_id=account.account_id,
            unit_id=ids[0],
            role=Role.SYSTEM_ADMINISTRATOR,
            from_day=today,
        )
    return Founded(ids[-1], account.login, account.password)


def committee_folder(settings: Settings, community_id: str) -> Path:
    """Where the committee's sealed files of a community lie."""
    return settings.data_dir / "committee" / community_id


def make_committee(
    settings: Settings, engine: Engine, *, now: datetime, community_id: str, passphrase: str
) -> Committee:
    """Make the election committee's note key and the community's certificate authority, sealed by `passphrase`.

    Raises Conflict (COMMITTEE_EXISTS) rather than replace a key that signed results may already rest on.
    """
    with read(engine) as reader:
        unit = queries.community(reader, community_id)
    if unit is None:
        raise NotFound(
            "COMMUNITY",
            f"没有编号为 {community_id} 的社区，请在「单位与人员」页上核对编号。",
            f"There is no community with the id {community_id}; check it on the page “units and people”.",
        )
    name = unit.name
    folder = committee_folder(settings, community_id)
    if (folder / signing.COMMITTEE_KEY).exists():
        raise Conflict(
            "COMMITTEE_EXISTS",
            f"选举委员会的密钥已经在 {folder}，没有再做。要换新的，请先把旧文件移走并保存好。",
            f"The election committee's key is already in {folder}; none was made. To replace it move the old files "
            "away first and keep them.",
        )
    key = signing.make_committee_key(
        origin=f"{journal.origin(community_id)}/committee", name=f"{name}选举委员会", passphrase=passphrase
    )
    authority = signing.make_authority(community=name, passphrase=passphrase, now=now)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    contents = {
        signing.COMMITTEE_VKEY: f"{key.vkey}\n".encode(),
        signing.SIGNING_P12: authority.signing_p12,
        signing.AUTHORITY_P12: authority.ca_p12,
        signing.AUTHORITY_PEM: authority.ca_certificate,
        # Last: its presence says that all are made.
        signing.COMMITTEE_KEY: key.key_file,
    }
    for file, content in contents.items():
        write_whole(folder / file, content)
    return Committee(folder, key.vkey, authority.ca_fingerprint)
