"""``voting trustee key|rehearse|decrypt`` and ``voting cards``: the supervisors' work, on their own computer."""

import argparse
import getpass
import json
import os
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import Progress

from voting.box import card_sheets, ceremony
from voting.box.one_tally import OneTally
from voting.crypto import keyfile
from voting.crypto.keyfile import MIN_PASSPHRASE
from voting.errors import Conflict, Malformed, NotFound
from voting.passphrase_file import read_passphrase

_UUID = re.compile("[1-9A-HJ-NP-Za-km-z]{14,64}")
_LARGEST_SETUP = 10_000_000


def add_commands(subparsers: Any) -> None:
    """Add ``trustee`` and ``cards``; each sets ``run``, a function of the parsed arguments giving the exit code."""
    trustee = subparsers.add_parser("trustee", help="监督委员的密钥：建密钥、演练、开票 / a trustee's key")
    actions = trustee.add_subparsers(dest="action", required=True)
    _add_key(actions.add_parser("key", help="建密钥 / make a key"))
    _add_rehearse(actions.add_parser("rehearse", help="演练解密 / prove possession of the key"))
    _add_decrypt(actions.add_parser("decrypt", help="核对档案后解密计票 / check the archive, decrypt the tally"))
    _add_cards(subparsers.add_parser("cards", help="制作选票卡 / make ballot cards"))


def _add_key(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--election", required=True, help="选举编号，或含 uuid 的 JSON 文件 / uuid or a JSON file")
    parser.add_argument("--name", required=True, help="称呼，如 监督委员一 / the trustee's name in the records")
    parser.add_argument("--group", default="Ed25519", help="Ed25519 (default) 或 BELENIOS-2048")
    parser.add_argument("--out", required=True, type=Path, help="密钥文件（保密）/ the sealed key file, keep it")
    parser.add_argument("--public", type=Path, help="公开记录，默认为 OUT.public.json / the record for the server")
    _add_passphrase(parser)
    parser.set_defaults(run=run_key)


def _add_rehearse(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--setup", required=True, type=Path, help="setup.json 或 .bel 档案 / setup.json or archive")
    _add_key_file(parser)
    parser.set_defaults(run=run_rehearse)


def _add_decrypt(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--archive", required=True, type=Path, help=".bel 档案 / the ballot archive")
    parser.add_argument(
        "--few-ballots", action="store_true", help="已有书面决定，少于 5 张也开票 / fewer than 5, by recorded decision"
    )
    parser.add_argument("--ballots", type=int, help="会场宣读的选票张数 / the number of ballots read out in the hall")
    parser.add_argument(
        "--decrypt-again",
        default="",
        metavar="REASON",
        help="这把密钥已解密过另一份合计；书面决定的理由 / open another tally with this key: the recorded reason",
    )
    _add_key_file(parser)
    parser.set_defaults(run=run_decrypt)


def _add_key_file(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--key", required=True, type=Path, help="密钥文件 / the sealed key file")
    parser.add_argument("--fingerprint", help="公告上的选举指纹 / the election's fingerprint as posted")
    parser.add_argument("--out", required=True, type=Path, help="交给服务器的记录 / the record for the server")
    _add_passphrase(parser)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--passphrase-file", type=Path, help="第一行是口令的文件 / a file whose first line it is")


def _add_cards(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--uuid", required=True, help="选举编号 / the election's uuid")
    parser.add_argument("--count", required=True, type=int, help="张数：名单人数加备用 / roll plus spares")
    parser.add_argument("--title", required=True, help="卡上的标题 / printed on every card")
    parser.add_argument("--group", default="Ed25519", help="Ed25519 (default) 或 BELENIOS-2048")
    parser.add_argument("--out", required=True, type=Path, help="目录 / directory for cards.pdf and credentials.json")
    parser.set_defaults(run=run_cards)


def run_key(args: argparse.Namespace) -> int:
    """Make a trustee's key: the sealed file, and the public record beside it."""
    group, uuid = _election(args.election, args.group)
    public = args.public or args.out.with_name(args.out.name + ".public.json")
    _refuse_existing(args.out, public)
    made = ceremony.make_key(group=group, uuid=uuid, name=args.name, passphrase=_passphrase(args, new=True))
    _write_new(args.out, made.key_file)
    _write_new(public, made.public_record)
    _say(f"密钥文件（请备份，口令另存）/ key file, back it up: {args.out}")
    _say(f"公开记录（交给服务器）/ public record for the server: {public}")
    return 0


def run_rehearse(args: argparse.Namespace) -> int:
    """Write the rehearsal record."""
    _refuse_existing(args.out)
    setup = _setup(args.setup, args.fingerprint)
    key_file = _read(args.key)
    _say_whose(key_file)
    _write_new(args.out, ceremony.rehearse(setup, key_file, _passphrase(args)))
    _say(f"选举指纹 / fingerprint: {setup.election.fingerprint}")
    _say(f"演练记录（交给服务器）/ rehearsal record for the server: {args.out}")
    return 0


def run_decrypt(args: argparse.Namespace) -> int:
    """Check the archive, re-add its tally, decrypt the share."""
    _refuse_existing(args.out)
    key_file = _read(args.key)
    _require_file(args.archive)
    posted, memory = _posted(args), OneTally(args.key, args.decrypt_again)
    _say_whose(key_file)
    passphrase = _passphrase(args)
    with _progress() as progress:
        task = progress.add_task("核对选票 / checking ballots", total=None)
        share = ceremony.decrypt(
            args.archive,
            key_file,
            passphrase,
            posted=posted,
            memory=memory,
            floor=0 if args.few_ballots else ceremony.BALLOT_FLOOR,
            on_ballots=_advance(progress, task),
        )
    _write_new(args.out, share.record)
    _say(f"{share.ballots} 张选票核对无误，计票之和相符 / {share.ballots} ballots checked, their sum is the tally")
    _say(f"第 {share.owner} 号委员的解密份额（交给服务器）/ share of trustee {share.owner}: {args.out}")
    _say(f"解密记录（和密钥文件放在一起）/ what this key has opened, keep it with the key: {memory.path}")
    _say("不要再为别的张数解密 / never decrypt again for another number of ballots")
    return 0


def run_cards(args: argparse.Namespace) -> int:
    """Make cards.pdf (the only place with codes) and credentials.json (for the server)."""
    if _UUID.fullmatch(args.uuid) is None:
        raise _not_uuid(args.uuid)
    sheets, public = args.out / "cards.pdf", args.out / "credentials.json"
    _refuse_existing(sheets, public)
    _make_directory(args.out)
    with _progress() as progress:
        task = progress.add_task("制卡 / making cards", total=args.count)
        made = card_sheets.make_cards(
            group=args.group, uuid=args.uuid, count=args.count, on_made=_advance(progress, task)
        )
        setting = progress.add_task("排版 / setting the sheets", total=None)
        pdf = card_sheets.write_sheets(made.codes, title=args.title, created=datetime.now(UTC))
        progress.update(setting, total=1, completed=1)
    _write_new(sheets, pdf)
    _write_new(public, json.dumps(made.credentials).encode())
    _say(f"{args.count} 张选票卡（打印后立即删除）/ cards, delete after printing: {sheets}")
    _say(f"公开凭据（交给服务器）/ public credentials for the server: {public}")
    return 0


def _election(text: str, group: str) -> tuple[str, str]:
    """Group name and uuid, from the uuid itself or a JSON file that names them."""
    if _UUID.fullmatch(text) is not None and not Path(text).exists():
        return group, text
    record = _json(Path(text))
    uuid = record.get("uuid")
    if not isinstance(uuid, str) or _UUID.fullmatch(uuid) is None:
        raise _not_uuid(str(uuid))
    return str(record.get("group", group)), uuid


def _setup(path: Path, fingerprint: str | None) -> ceremony.Setup:
    _require_file(path)
    if path.suffix == ".bel":
        return ceremony.read_setup(path, fingerprint=fingerprint)
    record = _json(path)
    election, keys = record.get("election"), record.get("trustees")
    if not isinstance(election, str) or not isinstance(keys, str):
        raise _not_json(path)
    return ceremony.parse_setup(election.encode(), keys.encode(), fingerprint=fingerprint)


def _posted(args: argparse.Namespace) -> ceremony.Posted:
    """The fingerprint on the notice board and the number read out; on a terminal asked for, never assumed.

    The number is typed, not confirmed: what the archive says of itself is what is being checked.
    """
    fingerprint, ballots = args.fingerprint, args.ballots
    if (fingerprint is None or ballots is None) and not sys.stdin.isatty():
        raise _not_posted()
    if fingerprint is None:
        fingerprint = ceremony.outline(args.archive).fingerprint
        _say(f"档案的选举指纹 / the archive's fingerprint: {fingerprint}")
        if input("与公告上的完全一致吗？一致请输入 yes / the same as posted? type yes: ").strip().lower() != "yes":
            raise _not_posted()
    if ballots is None:
        typed = input("会场宣读的选票张数 / number of ballots read out in the hall: ").strip()
        if not (typed.isascii() and typed.isdigit() and len(typed) <= 9):
            raise _not_posted()
        ballots = int(typed)
    return ceremony.Posted("".join(fingerprint.split()), ballots)


def _json(path: Path) -> dict[str, Any]:
    try:
        record = json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise _not_json(path) from error
    if not isinstance(record, dict):
        raise _not_json(path)
    return record


def _passphrase(args: argparse.Namespace, *, new: bool = False) -> str:
    """From the file, or typed without echo (twice for a new key)."""
    if args.passphrase_file is not None:
        return read_passphrase(args.passphrase_file)
    typed = getpass.getpass(f"口令（至少 {MIN_PASSPHRASE} 个字符）/ passphrase: " if new else "口令 / passphrase: ")
    if new and getpass.getpass("再输一遍 / again: ") != typed:
        raise Malformed(
            "PASSPHRASE_DIFFERS", "两次输入的口令不同；请重来。", "The two passphrases differ; start again."
        )
    return typed


def _read(path: Path) -> bytes:
    _require_file(path)
    if path.stat().st_size > _LARGEST_SETUP:
        raise Malformed(
            "FILE_SIZE",
            f"{path} 太大，不是所需的文件，请核对文件名。",
            f"{path} is too large to be the file asked for; check the name.",
        )
    return path.read_bytes()


def _require_file(path: Path) -> None:
    if not path.is_file():
        raise NotFound("FILE_MISSING", f"找不到文件 {path}；请核对路径。", f"There is no file {path}; check the path.")


def _refuse_existing(*paths: Path) -> None:
    """A key or a set of cards that is written over is lost."""
    for path in paths:
        if path.exists():
            raise _exists(path)


def _write_new(path: Path, content: bytes) -> None:
    """A new file only its owner can read, on the disk before this returns."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise _exists(path) from error
    except OSError as error:
        raise _cannot_write(path, error) from error
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def _make_directory(path: Path) -> None:
    try:
        path.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise _cannot_write(path, error) from error


def _progress() -> Progress:
    return Progress(console=Console(file=sys.stderr), transient=True)


def _advance(progress: Progress, task: Any) -> Callable[[int], None]:
    return lambda more: progress.advance(task, more)


def _say_whose(key_file: bytes) -> None:
    """Before the passphrase: every trustee's file is called key, and a share counts for its own account alone."""
    _say(f"密钥属于 / the key is that of: {keyfile.parse(key_file).name}")


def _say(line: str) -> None:
    print(line)


def _exists(path: Path) -> Conflict:
    return Conflict(
        "FILE_EXISTS",
        f"{path} 已经存在，不覆盖；请换一个文件名。",
        f"{path} exists and is not overwritten; choose another.",
    )


def _cannot_write(path: Path, error: OSError) -> NotFound:
    return NotFound(
        "FILE_WRITE",
        f"无法写入 {path}（{error.strerror}）；请换一个位置。",
        f"Cannot write {path} ({error.strerror}); choose another place.",
    )


def _not_posted() -> Malformed:
    return Malformed(
        "DECRYPT_POSTED",
        "解密前须写明公告上的选举指纹（--fingerprint）和会场宣读的选票张数（--ballots）；没有解密。",
        "Give the posted fingerprint (--fingerprint) and the number of ballots read out in the hall (--ballots); "
        "nothing was decrypted.",
    )


def _not_json(path: Path) -> Malformed:
    return Malformed(
        "SETUP_FILE",
        f"{path} 不是所需的选举资料；请重新下载 setup.json 或 .bel 档案。",
        f"{path} is not the election's setup; download setup.json or the .bel archive again.",
    )


def _not_uuid(text: str) -> Malformed:
    return Malformed(
        "ELECTION_UUID",
        f"“{text[:64]}”不是选举编号（22 个字母数字，没有 0 O I l）；请从选举页面复制。",
        f"“{text[:64]}” is no election uuid (22 letters and digits without 0 O I l); copy it from the election's page.",
    )
