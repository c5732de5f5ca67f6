"""``voting archive``: the archive pack as a folder and a zip, with a progress bar."""

from __future__ import annotations

import argparse
import getpass
import shutil
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING

from rich.progress import Progress
from sqlalchemy import select

from voting import config, founding
from voting.backup.mirror import mirrored_engine
from voting.database import read, writing_session
from voting.elections.papers.actions import Packed, pack_archive
from voting.elections.tables import Election
from voting.errors import NotAllowed, NotFound
from voting.keys import read_keys
from voting.law.calendar import HALL
from voting.passphrase_file import read_passphrase
from voting.people.queries import actor_of
from voting.people.tables import Account, Unit
from voting.permissions import Actor, Permission
from voting.zips import zip_of

if TYPE_CHECKING:
    from argparse import ArgumentParser, _SubParsersAction

    from sqlalchemy.orm import Session


def add_commands(subparsers: _SubParsersAction[ArgumentParser]) -> None:
    """Adds ``archive --election ID --login NAME --out FOLDER``."""
    archive = subparsers.add_parser("archive", help="归档包：全部印件、结果、日志、目录 / everything to be filed")
    archive.add_argument("--election", required=True, metavar="ID", help="选举编号 / the election's id")
    archive.add_argument("--login", required=True, help="办理人的登录名 / sign-in name of whoever answers for it")
    archive.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="新文件夹 / a new folder")
    archive.add_argument("--passphrase-file", type=Path, metavar="FILE", help="委员会口令所在文件 / its passphrase")
    archive.set_defaults(run=archive_command)


def clock() -> datetime:
    """This instant, in UTC."""
    return datetime.now(UTC)


def archive_command(args: argparse.Namespace) -> int:
    """Make the pack; the folder must not be there yet. Raises what `pack_archive` raises."""
    require_new(args.out)
    settings, now = config.load(), clock()
    keys = read_keys(settings)
    file = args.passphrase_file
    passphrase = read_passphrase(file) if file else getpass.getpass("委员会口令 / the committee's passphrase: ")
    engine = mirrored_engine(settings.database_url)
    with read(engine) as session:
        community_id, who = _who(session, args.election, args.login, now)
    with writing_session(engine) as session, Progress() as progress:
        task = progress.add_task("归档 / archive", total=None)
        packed = pack_archive(
            session,
            election_id=args.election,
            committee_folder=founding.committee_folder(settings, community_id),
            passphrase=passphrase,
            keys=keys,
            actor=who,
            now=now,
            progress=lambda done, of, what: progress.update(task, completed=done, total=of, description=what),
        )
    engine.dispose()
    write_pack(packed, args.out, now)
    print(f"{args.out}  {args.out}.zip\nmanifest.txt SHA-256 {packed.manifest_sha256}")
    return 0


def require_new(folder: Path) -> None:
    """Nothing is written over. Raises NotFound PACK_FOLDER before anything is printed."""
    if folder.exists() or zip_beside(folder).exists():
        raise _no_folder(folder)


def zip_beside(folder: Path) -> Path:
    """The same pack as one file."""
    return folder.with_name(f"{folder.name}.zip")


def write_pack(packed: Packed, folder: Path, at: datetime) -> None:
    """The files under ``folder`` (new, for its owner alone) and the zip beside it. Raises NotFound PACK_FOLDER.

    Both are made under other names and renamed: whoever pulls the plug leaves no half pack under the name asked for,
    and what an earlier try left behind is cleared away.
    """
    require_new(folder)
    half = f".{folder.name}.half-"
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        for left in folder.parent.glob(f"{half}*"):
            shutil.rmtree(left)
        aside = Path(mkdtemp(prefix=half, dir=folder.parent))
    except OSError as error:
        raise _no_folder(folder) from error
    try:
        (aside / "files").mkdir(mode=0o700)
        for path, content in packed.files.items():
            (aside / "files" / path).parent.mkdir(parents=True, exist_ok=True)
            (aside / "files" / path).write_bytes(content)
        (aside / "zip").touch(mode=0o600)
        (aside / "zip").write_bytes(zip_of(packed.files, at))
        (aside / "zip").rename(zip_beside(folder))
        (aside / "files").rename(folder)
    finally:
        shutil.rmtree(aside)


def _no_folder(folder: Path) -> NotFound:
    return NotFound(
        "PACK_FOLDER",
        f"不能建立文件夹 {folder} 和旁边的 {folder.name}.zip（已经有了，或没有权限）；请换一个新文件夹。",
        f"The folder {folder} and {folder.name}.zip beside it cannot be made (they exist, or there is no right to); "
        "name a new one.",
    )


def _who(session: Session, election_id: str, login: str, now: datetime) -> tuple[str, Actor]:
    election = session.get(Election, election_id)
    account = session.scalars(select(Account).where(Account.login == login, Account.disabled.is_(False))).first()
    if election is None or account is None:
        raise NotFound(
            "ARCHIVE_WHO",
            "没有这次选举，或没有这个登录名；请核对编号和登录名。",
            "There is no such election or no such sign-in name; check both.",
        )
    who = actor_of(session, account, now.astimezone(HALL).date())
    community = session.get_one(Unit, election.community_id)
    if not who.may(Permission.CERTIFY, community.lineage):
        raise NotAllowed(
            "ARCHIVE_NOT_ALLOWED",
            f"{login} 没有签发结果的权限；请用选举工作人员的登录名。",
            f"{login} may not certify; use an election official's sign-in name.",
        )
    return election.community_id, who
