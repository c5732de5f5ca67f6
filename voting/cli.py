"""The command line `voting …`: founding, serving, and what each room adds."""

import argparse
import getpass
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path

from rich.console import Console

from voting import config, founding, i18n, schema
from voting.backup import archive
from voting.crypto.keyfile import check_passphrase
from voting.errors import Refused
from voting.law.calendar import HALL
from voting.passphrase_file import read_passphrase
from voting.people.tree import KIND_NAMES

#: Rooms with commands of their own: each has ``add_commands(subparsers)``; a listed room that is missing fails.
COMMAND_ROOMS = (
    "voting.sample.cli",
    "voting.elections.roll.cli",
    "voting.elections.papers.cli",
    "voting.box.cli",
    "voting.clock",
    "voting.backup.cli",
    "voting.mock_election.cli",
)

_UNITS = ("city", "district", "street", "community")
_CLOCK_REST_SECONDS = 2.0


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; return its exit code. A refusal is printed in both languages and gives 2."""
    parser = _parser()
    args = parser.parse_args(arguments)
    try:
        code: int = args.run(args)
    except Refused as refusal:
        print(f"{refusal.zh}\n{refusal.en}", file=sys.stderr)
        return 2
    except EOFError:
        print(
            "\n没有输入，什么也没有做。请在终端里运行，或用 --passphrase-file 给出口令文件。\n"
            "Nothing was typed and nothing was done. Run this in a terminal, or name a file by --passphrase-file.",
            file=sys.stderr,
        )
        return 2
    except KeyboardInterrupt:
        print(file=sys.stderr)
        return 130
    return code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="voting", description="社区选举 / community voting")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    _add_init(commands.add_parser("init", help="新装：密钥、数据库、社区、第一位管理员 / found an installation"))
    committee = commands.add_parser("committee", help="为一个社区制作选举委员会密钥 / make a committee's key")
    committee.add_argument("--community", required=True, metavar="ID", help="社区编号 / the community's id")
    _add_passphrase(committee)
    committee.set_defaults(run=_run_committee)
    commands.add_parser("serve", help="启动服务和时钟 / serve pages and run the clock").set_defaults(run=_run_serve)
    commands.add_parser("upgrade", help="升级数据库 / bring the database up to date").set_defaults(run=_run_upgrade)
    commands.add_parser("settings", help="列出各项设置 / list the settings").set_defaults(run=_run_settings)
    commands.add_parser("translations", help="编译译文 / compile the translations").set_defaults(run=_run_translations)
    migration = commands.add_parser("migration", help="（开发）写出迁移 / write a migration")
    migration.add_argument("message")
    migration.set_defaults(run=_run_migration)
    for room in COMMAND_ROOMS:
        import_module(room).add_commands(commands)
    return parser


def _add_init(parser: argparse.ArgumentParser) -> None:
    for kind in _UNITS:
        zh, en = KIND_NAMES[kind]
        parser.add_argument(
            f"--{kind}", required=kind == "community", metavar="NAME", help=f"{zh}名称 / name of the {en}"
        )
    parser.add_argument("--login", required=True, help="第一位管理员的登录名 / sign-in name of the first administrator")
    parser.add_argument("--name", required=True, help="第一位管理员的姓名 / the administrator's name")
    parser.add_argument("--no-committee-key", action="store_true", help="以后再制作委员会密钥 / make it later")
    _add_passphrase(parser)
    parser.set_defaults(run=_run_init)


def _add_passphrase(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--passphrase-file",
        type=Path,
        metavar="FILE",
        help="委员会口令所在文件，不给则当场输入 / file with the committee's passphrase; asked for if not given",
    )


def _run_init(args: argparse.Namespace) -> int:
    settings, console = config.load(), Console()
    now = datetime.now(UTC)
    today = now.astimezone(HALL).date()
    founding.require_new(settings)
    passphrase = None if args.no_committee_key else _passphrase(args.passphrase_file)
    engine = founding.prepare(settings)
    units = [(kind, getattr(args, kind)) for kind in _UNITS if getattr(args, kind)]
    founded = founding.found(engine, now=now, today=today, units=units, login=args.login, name=args.name)
    console.print(f"社区编号 / community id   [bold]{founded.community_id}[/]")
    console.print(f"登录名 / sign-in name     [bold]{founded.login}[/]")
    console.print(f"初始口令 / password       [bold]{founded.password}[/]  （只显示这一次 / shown once）")
    console.print(f"数据与密钥 / data, keys   {settings.data_dir}")
    if passphrase is not None:
        made = founding.make_committee(
            settings, engine, now=now, community_id=founded.community_id, passphrase=passphrase
        )
        _print_committee(console, made)
    console.print(
        f"下一步：make serve，在浏览器里打开 {_address(settings)}，用 [bold]{founded.login}[/] 和上面的初始口令登录，"
        f"在“单位与人员”里开账号；停止按 Ctrl-C。\nNext: make serve, open {_address(settings)} in a browser, sign in "
        f"as [bold]{founded.login}[/] with the password above and open accounts there; Ctrl-C stops it.",
        soft_wrap=True,
    )
    return 0


def _address(settings: config.Settings) -> str:
    """Where a browser finds the server, as far as the settings say it."""
    host, _, port = settings.listen.rpartition(":")
    if settings.public_url:
        return settings.public_url
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '[::]', '::', '') else host}:{port}"  # noqa: S104 — compared, not listened on


def _where(settings: config.Settings) -> str:
    """One line in each language with the address for browsers and tablets."""
    address, (host, _, port) = _address(settings), settings.listen.rpartition(":")
    if settings.public_url:
        zh, en = f"平板打开 {address}/booth", f"tablets open {address}/booth"
    elif host in ("0.0.0.0", "[::]", "::", ""):  # noqa: S104 — compared, not listened on
        zh = f"别的电脑和平板用这台服务器在会场网络里的地址，平板打开 http://服务器地址:{port}/booth"
        en = f"other machines use this server's address in the hall, tablets http://SERVER:{port}/booth"
    else:
        zh = f"只有用这个地址找得到这台服务器的机器能打开；要让平板连上，设 VOTING_LISTEN=0.0.0.0:{port}"
        en = f"only machines that reach this address; for tablets set VOTING_LISTEN=0.0.0.0:{port}"
    return f"用浏览器打开 {address}（{zh}）。停止按 Ctrl-C。\nOpen {address} in a browser ({en}). Ctrl-C stops it."


def _run_committee(args: argparse.Namespace) -> int:
    settings = config.load()
    engine = founding.opened(settings)
    made = founding.make_committee(
        settings,
        engine,
        now=datetime.now(UTC),
        community_id=args.community,
        passphrase=_passphrase(args.passphrase_file),
    )
    _print_committee(Console(), made)
    return 0


def _print_committee(console: Console, made: founding.Committee) -> None:
    console.print(f"委员会密钥 / committee key  {made.folder}")
    console.print(f"公布的公钥 / publish        {made.vkey}", soft_wrap=True)
    console.print(f"证书指纹 / fingerprint      {made.ca_fingerprint}", soft_wrap=True)


def _passphrase(file: Path | None) -> str:
    if file is not None:
        passphrase = read_passphrase(file)
        # Before anything is made, so that a refused passphrase leaves nothing half founded.
        check_passphrase(passphrase)
        return passphrase
    while True:
        first = getpass.getpass("选举委员会口令（至少 12 个字符）/ committee passphrase: ")
        try:
            check_passphrase(first)
        except Refused as refusal:
            print(f"{refusal.zh}\n{refusal.en}", file=sys.stderr)
            continue
        if first == getpass.getpass("再输一次 / again: "):
            return first
        print("两次不一样，请重来。/ They differ; once more.", file=sys.stderr)


def _run_upgrade(_args: argparse.Namespace) -> int:
    founding.prepare(config.load())
    return 0


def _run_migration(args: argparse.Namespace) -> int:
    schema.write_migration(args.message)
    return 0


def _run_settings(_args: argparse.Namespace) -> int:
    for name, value, means, thief in config.described(config.load()):
        print(f"{name}={value}\n    {means}\n    Thief: {thief}")
    return 0


def _run_translations(_args: argparse.Namespace) -> int:
    for path in i18n.compile_catalogues():
        print(path)
    return 0


def _run_serve(_args: argparse.Namespace) -> int:
    """Serve until stopped. The clock is restarted if it ends; if the server ends, everything ends."""
    settings = config.load()
    founding.prepare(settings)
    archive.renew(settings, now=datetime.now(UTC))
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    server = subprocess.Popen(_gunicorn(settings))  # noqa: S603 — fixed arguments
    clock = _start_clock()
    print(_where(settings), flush=True)
    try:
        while server.poll() is None:
            if clock.poll() is not None:
                print("时钟停了，正在重启。/ The clock stopped; starting it again.", file=sys.stderr)
                clock = _start_clock()
            time.sleep(_CLOCK_REST_SECONDS)
        return server.returncode
    except KeyboardInterrupt:
        return 0
    finally:
        for process in (server, clock):
            process.terminate()
        for process in (server, clock):
            process.wait()


def _gunicorn(settings: config.Settings) -> list[str]:
    # No access log: it would put an address and a minute beside every ballot.
    return [
        sys.executable,
        *("-m", "gunicorn", "voting.app:from_environment()"),
        *("--bind", settings.listen, "--workers", str(settings.workers)),
        *("--worker-class", "voting.patience.PatientWorker", "--threads", "8"),
        *("--graceful-timeout", "20", "--no-control-socket"),
        *("--worker-tmp-dir", "/dev/shm" if os.access("/dev/shm", os.W_OK) else str(settings.data_dir)),  # noqa: S108 — gunicorn's heartbeat file
    ]


def _start_clock() -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-m", "voting.cli", "clock"])


if __name__ == "__main__":
    raise SystemExit(main())
