"""README and documents: what they point to is there, and what they tell people to type exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PAPERS = [ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_links_between_files_resolve(paper: Path) -> None:
    text = paper.read_text(encoding="utf-8")
    links = [link.partition("#")[0] for link in re.findall(r"\]\(([^)\s]+)\)", text)]
    missing = [link for link in links if link and "://" not in link and not (paper.parent / link).exists()]
    assert not missing, f"{paper.name} points to {missing}"


@pytest.mark.parametrize("paper", PAPERS, ids=lambda path: path.name)
def test_make_targets_that_are_named_exist(paper: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    named = set(re.findall(r"(?:^    |`)make ([a-z]+)", paper.read_text(encoding="utf-8"), re.MULTILINE))
    assert named <= targets, f"{paper.name} names {named - targets}"


def test_the_rooms_of_the_map_exist() -> None:
    named = re.findall(r"^\| `([a-z/]+)/`", (ROOT / "README.md").read_text(encoding="utf-8"), re.MULTILINE)
    assert len(named) >= 8
    assert all((ROOT / room).is_dir() for room in named)


def test_the_documents_name_the_verifier_as_it_runs() -> None:
    for paper in ("verify.md", "operations.md", "operations.en.md"):
        said = (ROOT / "docs" / paper).read_text(encoding="utf-8")
        assert said.count("python -m verifier") == said.count(".venv/bin/python -m verifier") > 0
