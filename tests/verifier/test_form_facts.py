"""Check 4 on what is no file, and check 12 on a form that lists one name twice."""

import os
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from verifier.archive import check_events
from verifier.outcome import check_form
from voting.errors import Malformed


def code(check: Callable[..., object], *facts: object) -> str:
    with pytest.raises(Malformed) as caught:
        check(*facts)
    return caught.value.code


def test_a_pipe_is_no_archive_and_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.bel")
    assert code(check_events, tmp_path / "pipe.bel") == "ARCHIVE_UNREADABLE"


def test_an_archive_that_is_not_there(tmp_path: Path) -> None:
    assert code(check_events, tmp_path / "none.bel") == "ARCHIVE_UNREADABLE"


@pytest.mark.parametrize(("names", "refused"), [(("甲一", "甲二"), ""), (("甲一", "甲一"), "NAME_TWICE")])
def test_one_name_twice_under_one_office(names: tuple[str, ...], refused: str) -> None:
    question = SimpleNamespace(text="主任", maximum=1, answers=names, minimum=1, blank=True)
    facts = SimpleNamespace(election=SimpleNamespace(questions=(question,)))
    sealed = SimpleNamespace(fact=SimpleNamespace(offices=(("主任", 1, names),)))
    story = SimpleNamespace(only=lambda _kind: sealed)
    if refused:
        assert code(check_form, facts, story) == refused
    else:
        check_form(facts, story)
