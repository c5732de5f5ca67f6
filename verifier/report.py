"""What a verification says: numbered checks, findings, one exit code."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypeVar

from audit.errors import AuditError
from voting.errors import Refused


class Verdict(IntEnum):
    """What a finding means, as the exit code of the command line."""

    SOUND = 0
    TAMPERED = 1
    UNUSABLE = 2
    LACKING = 3


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong or missing, under the number of the check that found it."""

    check: int
    verdict: Verdict
    code: str
    zh: str
    en: str

    def form(self) -> dict[str, str | int]:
        """The finding for ``--json``."""
        return {
            "check": self.check,
            "verdict": self.verdict.name.lower(),
            "code": self.code,
            "zh": self.zh,
            "en": self.en,
        }


class Lacking(Refused):
    """The evidence for a check is not there yet; nothing speaks against what is there."""


T = TypeVar("T")

# Input that the verifier cannot read is no proof of tampering.
_UNREADABLE = frozenset(
    {
        "ARCHIVE_CHANGED",
        "ARCHIVE_CUT",
        "ARCHIVE_EMPTY",
        "ARCHIVE_EVENT_TYPE",
        "ARCHIVE_HEADER",
        "ARCHIVE_OPEN_END",
        "ARCHIVE_PADDING",
        "ARCHIVE_RECORD_SIZE",
        "ARCHIVE_UNREADABLE",
        "BUNDLE_EXTRA",
        "ELECTION_FORM",
        "ELECTION_JSON",
        "ELECTION_QUESTION_TYPE",
        "ELECTION_VERSION",
        "GROUP_UNKNOWN",
        "MANIFEST_FORM",
    }
)


@dataclass
class Findings:
    """The findings of a run, and which checks it passed."""

    listed: list[Finding] = field(default_factory=list)
    passed: list[int] = field(default_factory=list)

    def run(self, number: int, check: Callable[[], T]) -> T | None:
        """What ``check`` returns; or None, with its refusal noted under ``number``."""
        try:
            value = check()
        except (Refused, AuditError) as fault:
            self.add(number, fault)
            return None
        self.passed.append(number)
        return value

    def run_all(self, number: int, check: Callable[[], list[Refused | AuditError]]) -> None:
        """Note everything that ``check`` returns or raises under ``number``."""
        for fault in self.run(number, check) or []:
            self.add(number, fault)
            self.passed = [passed for passed in self.passed if passed != number]

    def add(self, number: int, fault: Refused | AuditError, zh: str = "", en: str = "") -> None:
        """Note a refusal, where it was found in front."""
        if isinstance(fault, AuditError):
            verdict = Verdict(fault.exit_code)
        elif isinstance(fault, Lacking):
            verdict = Verdict.LACKING
        else:
            verdict = Verdict.UNUSABLE if fault.code in _UNREADABLE else Verdict.TAMPERED
        self.listed.append(Finding(number, verdict, fault.code, zh + fault.zh, en + fault.en))

    @property
    def verdict(self) -> Verdict:
        """Tampering outweighs unusable input, which outweighs missing evidence."""
        return min((finding.verdict for finding in self.listed), default=Verdict.SOUND)


def printable(words: str) -> str:
    """For a terminal: what does not print (escapes, direction marks) is spelt out; a hostile file may hold any."""
    return "".join(c if c.isprintable() or c == "\n" else f"\\u{ord(c):04x}" for c in words)
