"""The plan of the house, kept: who may import whom, how long things may get, what never joins a person to a ballot."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from sqlalchemy import Column, Date, DateTime, Integer, Table

from voting import config, errors, permissions, schema
from voting.database import UTCDateTime, make_engine

ROOT = Path(__file__).parent.parent
SOURCES = sorted(
    path
    for room in ("audit", "verifier", "voting")
    for path in (ROOT / room).rglob("*.py")
    if "versions" not in path.parts
)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in SOURCES}

WEB = ("flask", "flask_wtf", "flask_login", "flask_babel", "flask_limiter", "werkzeug", "wtforms", "jinja2")
DATABASE = ("sqlalchemy", "alembic", "voting.database", "voting.schema", "*.tables")
NETWORK = ("socket", "ssl", "http.client", "http.server", "urllib.request", "requests", "aiohttp")
HOUSE = ("voting.app", "voting.config", "voting.request", "voting.security", "voting.journal", "voting.keys")
#: Files that state rules and values and nothing else, wherever they stand.
PURE = (
    *("rules", "lifecycle", "facts", "needs", "events", "tree", "permissions", "errors"),
    *("report", "overview", "shown", "photos", "photo_parts"),
)
#: Engines without the second copy: of files that are nobody's installation yet, or no longer.
UNMIRRORED = ("voting.backup.mirror", "voting.backup.restore", "voting.schema")
#: The order of the rooms inside elections: later may import earlier, never back.
ORDER = (
    "roll", "committee", "candidates", "review", "proxies", "paper", "desk", "count", "after", "recall", "papers",
)  # fmt: skip


def module_of(path: Path) -> str:
    """The dotted name of a file."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path) -> Iterator[str]:
    """Everything a file imports, as dotted names; ``from a import b`` gives both ``a`` and ``a.b``."""
    for node in ast.walk(TREES[path]):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            assert node.level == 0, f"{path}: relative import"
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def hits(imported: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(imported, pattern) or imported.startswith(f"{pattern}.") for pattern in patterns)


def forbidden(path: Path) -> tuple[str, ...]:
    """What this file may never import (docs: the table of the house)."""
    module = module_of(path)
    parts = module.split(".")
    name = parts[-1]
    if parts[0] == "audit":
        # The store is the log in a database; the command line may open one.
        return ("voting", "verifier", *WEB) + (() if name in {"store", "cli"} else ("sqlalchemy", "audit.store"))
    if parts[0] == "verifier":
        return (*WEB, *DATABASE, *NETWORK, *HOUSE, "audit.store", "*.actions", "*.pages", "voting.people")
    if parts[1] in {"crypto", "law"}:
        return (*WEB, *DATABASE, *NETWORK, *HOUSE, "os", "voting.box", "voting.elections", "voting.people", "audit")
    if name == "database":
        # Everything stands on it, and it stands on nothing of the house.
        return (*WEB, *NETWORK, "audit", "voting")
    if name in PURE:
        return (*WEB, *DATABASE, *NETWORK, *HOUSE, "os", "*.actions", "*.pages")
    if name == "tables":
        return (*WEB, *NETWORK, *HOUSE, "audit", "*.actions", "*.pages")
    if name.endswith("pages") or name in {"session", "forms", "loaders"}:
        return ("audit", "voting.database.write", "voting.database.transaction")
    if name == "cli" or len(parts) == 2 or parts[1] in {"mock_election", "sample"}:
        return ()
    return (*WEB, "audit", "voting.app", "voting.founding", "voting.request", "voting.security", "*.pages")


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_nobody_imports_what_the_house_forbids(path: Path) -> None:
    wrong = sorted({imported for imported in imports_of(path) if hits(imported, forbidden(path))})
    assert not wrong, f"{module_of(path)} imports {wrong}"


@pytest.mark.parametrize(
    ("file", "imported"),
    [
        ("audit/entry.py", "voting.errors"),
        ("audit/verify.py", "audit.store"),
        ("verifier/archive.py", "voting.box.tables"),
        ("verifier/archive.py", "urllib.request"),
        ("voting/crypto/group.py", "os"),
        ("voting/law/calendar.py", "sqlalchemy.orm"),
        ("voting/box/rules.py", "flask"),
        ("voting/people/tables.py", "voting.people.actions"),
        ("voting/box/casting.py", "audit.note"),
        ("voting/people/actions.py", "flask.request"),
        ("voting/people/pages.py", "audit.store"),
        ("voting/database.py", "voting.backup.mirror"),
        ("voting/elections/overview.py", "voting.elections.tables"),
        ("voting/elections/count/bundle.py", "voting.founding"),
    ],
)
def test_the_table_above_forbids_what_it_should(file: str, imported: str) -> None:
    assert hits(imported, forbidden(ROOT / file))


def test_whoever_writes_to_an_installation_keeps_its_second_copy() -> None:
    """An engine opened past `mirrored_engine` would commit what the second copy never learns of."""
    users = {module_of(path) for path in SOURCES if "voting.database.make_engine" in set(imports_of(path))}
    assert users == set(UNMIRRORED)


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_rooms_keep_their_order(path: Path) -> None:
    parts = module_of(path).split(".")
    if parts[0] != "voting" or len(parts) < 3 or parts[-1] == "cli":
        return
    banned = {
        "people": ("voting.box", "voting.elections", "voting.consultations"),
        "box": ("voting.elections", "voting.consultations"),
        "elections": ("voting.consultations",),
        "consultations": ("voting.elections",),
    }.get(parts[1], ())
    if parts[1] == "elections" and parts[2] in ORDER:
        banned += tuple(f"voting.elections.{later}" for later in ORDER[ORDER.index(parts[2]) + 1 :])
    wrong = sorted({imported for imported in imports_of(path) if hits(imported, banned)})
    assert not wrong, f"{module_of(path)} imports {wrong}"


@pytest.mark.parametrize("path", [path for path in SOURCES if path.stem.endswith("pages")], ids=module_of)
def test_pages_import_no_other_rooms_pages_and_commit_nothing(path: Path) -> None:
    own = module_of(path).rsplit(".", 1)[0]
    others = {i for i in imports_of(path) if fnmatch(i, "voting.*pages") and not i.startswith(own)}
    assert not others
    calls = {node.attr for node in ast.walk(TREES[path]) if isinstance(node, ast.Attribute)}
    assert not calls & {"commit", "begin_nested"}, "actions commit, pages do not"


@pytest.mark.parametrize(
    "path",
    [
        p
        for p in SOURCES
        if p.stem in PURE or p.relative_to(ROOT).parts[:2] in {("voting", "crypto"), ("voting", "law")}
    ],
    ids=module_of,
)
def test_pure_rooms_ask_neither_clock_nor_environment(path: Path) -> None:
    asked = {
        f"{node.value.id}.{node.attr}"
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }
    assert not asked & {"datetime.now", "date.today", "time.time", "os.environ", "os.getenv", "datetime.utcnow"}


@pytest.mark.parametrize("path", SOURCES, ids=module_of)
def test_files_and_functions_stay_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= 400, f"{lines} lines"
    long = {
        node.name: (node.end_lineno or 0) - node.lineno + 1
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert not {name: length for name, length in long.items() if length > 60}


@pytest.mark.parametrize("module", ["audit", "verifier.__main__"])
def test_a_verifier_never_loads_the_server(module: str) -> None:
    script = f"import sys, {module}; print(*sorted(m for m in sys.modules if '.' not in m))"
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT)
    loaded = set(run.stdout.split())
    assert not loaded & {"sqlalchemy", "flask", "werkzeug", "alembic", "jinja2"}


@pytest.mark.parametrize("path", [path for path in SOURCES if path.name == "__init__.py"], ids=module_of)
def test_packages_on_the_verifiers_path_are_empty(path: Path) -> None:
    if module_of(path) in {"audit", "voting.migrations"}:
        return
    code = [node for node in TREES[path].body if not isinstance(node, ast.Expr)]
    assert not code


# --- the database never joins a person to a ballot -----------------------------------------------------------------

TABLES = schema.METADATA.tables
PEOPLE = {"account", "appointment", "roll_entry", "desk_mark"}


def reachable(start: str) -> set[str]:
    """Tables that a chain of foreign keys leads to."""
    found, waiting = set(), [start]
    while waiting:
        table = TABLES[waiting.pop()]
        for key in table.foreign_keys:
            target = key.column.table.name
            if target not in found:
                found.add(target)
                waiting.append(target)
    return found


@pytest.mark.parametrize("start", ["ballot", "public_credential", "box_event", "box_record"])
def test_no_chain_of_keys_leads_from_a_ballot_to_a_person(start: str) -> None:
    assert not reachable(start) & PEOPLE


@pytest.mark.parametrize("start", sorted(PEOPLE))
def test_no_chain_of_keys_leads_from_a_person_to_a_ballot(start: str) -> None:
    assert not reachable(start) & {"ballot", "public_credential", "box_event", "box_record"}


def test_no_table_holds_a_ballot_beside_a_voter() -> None:
    for table in TABLES.values():
        names = set(table.columns.keys())
        ballot = names & {"hash", "tracker", "credential", "ballot_hash", "public"}
        voter = names & {"voter", "voter_id", "roll_entry_id", "roll_number", "person_id"}
        assert not (ballot and voter), table.name


def times(table: Table) -> list[str]:
    return [column.name for column in table.columns if isinstance(column.type, UTCDateTime | DateTime | Date)]


def increasing(column: Column[object]) -> bool:
    return isinstance(column.type, Integer) and bool(column.primary_key or column.unique)


def test_ballots_and_desk_marks_carry_neither_minute_nor_order() -> None:
    assert times(TABLES["ballot"]) == []
    assert times(TABLES["public_credential"]) == []
    assert times(TABLES["desk_mark"]) == ["hour"]
    for name in ("ballot", "public_credential", "desk_mark"):
        table = TABLES[name]
        assert table.dialect_options["sqlite"]["with_rowid"] is False, f"{name} keeps the order of insertion"
        assert not any(increasing(column) for column in table.columns), name


def test_every_time_is_kept_with_its_zone() -> None:
    naive = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, DateTime)
    ]
    assert not naive


def test_the_migrations_make_exactly_these_tables(tmp_path: Path) -> None:
    engine = make_engine(f"sqlite:///{tmp_path}/migrated.sqlite3")
    schema.upgrade(engine)
    assert schema.differences(engine) == [], "run: make migration MESSAGE='…'"
    schema.upgrade(engine)
    engine.dispose()


# --- the documents say everything there is ------------------------------------------------------------------------

DOCS = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs").rglob("*.md")}

#: The manual in Chinese and in English: neither may fall behind.
MANUALS = ("operations.md", "operations.en.md")


@pytest.mark.parametrize("name", [one.metadata["name"] for one in config.Settings.__dataclass_fields__.values()])
def test_every_setting_has_its_heading(name: str) -> None:
    assert all(f"### `{name}`" in DOCS[paper] for paper in MANUALS)


@pytest.mark.parametrize("permission", permissions.Permission, ids=lambda permission: permission.name)
def test_every_permission_is_described(permission: permissions.Permission) -> None:
    for paper in MANUALS:
        row = next((line for line in DOCS[paper].splitlines() if f"`{permission.name}`" in line), "")
        assert permission.value in row
        for role in permissions.Role:
            granted = permission in permissions.GRANTS[role] | permissions.SIGNED_IN
            assert (permissions.ROLE_NAMES[role][1] in row) is granted, (permission, role)


def event_types() -> list[str]:
    """Every `type: ClassVar[str] = "…"` of an events.py."""
    return sorted(
        str(statement.value.value)
        for path in SOURCES
        if path.stem == "events"
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.ClassDef)
        for statement in node.body
        if isinstance(statement, ast.AnnAssign)
        and isinstance(statement.target, ast.Name)
        and statement.target.id == "type"
        and isinstance(statement.value, ast.Constant)
    )


@pytest.mark.parametrize("kind", event_types())
def test_every_event_of_the_log_is_described(kind: str) -> None:
    assert all(f"`{kind}`" in DOCS[paper] for paper in MANUALS)


# --- refusals ------------------------------------------------------------------------------------------------------

FAMILIES = {one.__name__ for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.Refused)}
#: How the sentences tell the reader what to do next: please …, must …, stop …, nothing is left to do.
ADVICE = ("请", "须", "等", "先", "不要", "不用", "只能", "可以")
ADVICE_EN = re.compile(
    r"\b(add|appoint|ask|be|cannot|change|check|choose|come|confirm|copy|correct|count|decides?|decrypts?|do|download|"
    r"draw|end|enter|export|fetch|fill|first|fix|get|give|go|import|join|keep|let|look|make|mend|move|must|name|need|"
    r"needed|nothing|open|pick|post|press|puts?|read|register|rehearse|reload|remove|renew|replace|restore|run|save|"
    r"scan|search|select|send|set|shorten|show|sign|split|start|stop|take|tells?|try|type|use|wait|write|closes)\b",
    re.IGNORECASE,
)


def text_of(node: ast.expr) -> str:
    """The constant parts of a sentence."""
    return "".join(str(part.value) for part in ast.walk(node) if isinstance(part, ast.Constant))


def refusals(path: Path) -> Iterator[tuple[str, str, str]]:
    """Code, Chinese and English sentence of every refusal that a file spells out itself."""
    for node in ast.walk(TREES[path]):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES):
            continue
        if len(node.args) >= 3 and isinstance(node.args[0], ast.Constant):
            zh, en = text_of(node.args[1]), text_of(node.args[2])
            # One that passes another refusal's sentences on lets them speak.
            if zh and en and ".zh" not in ast.unparse(node.args[1]):
                yield str(node.args[0].value), zh, en


@pytest.mark.parametrize("path", [path for path in SOURCES if module_of(path).startswith("voting.")], ids=module_of)
def test_every_refusal_says_what_to_do(path: Path) -> None:
    mute = {code: zh for code, zh, _ in refusals(path) if not any(word in zh for word in ADVICE)}
    mute |= {code: en for code, _, en in refusals(path) if not ADVICE_EN.search(en)}
    assert not mute


def test_every_refusal_is_named_by_a_test() -> None:
    said = {
        str(node.args[0].value)
        for path in SOURCES
        if path.relative_to(ROOT).parts[0] in {"voting", "verifier"}
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FAMILIES | {"Lacking"}
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    tests = [path for path in (ROOT / "tests").rglob("*") if path.suffix in {".py", ".json"}]
    words = set().union(
        *(re.findall(r"\w+", path.read_text(encoding="utf-8")) for path in tests if path != Path(__file__))
    )
    assert not said - words, "write a test that provokes the refusal and names its code"


def test_no_two_test_files_share_a_name() -> None:
    """pytest imports test files by their bare names: the second of two would not be collected."""
    names = [path.name for path in (ROOT / "tests").rglob("test_*.py")]
    assert sorted(names) == sorted(set(names))


def test_a_server_starts_without_the_libraries_of_rare_deeds() -> None:
    """They would double the time until a worker that died serves again, and until each command line answers."""
    heavy = ("pyhanko", "pypinyin", "openpyxl", "typst.sync")
    code = f"import sys, voting.app, voting.cli; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=ROOT)
    assert done.stdout.strip() == "[]"
