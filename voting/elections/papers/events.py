"""What the community's log says about the papers. Pure."""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class ArchivePacked:
    """The archive pack was made and signed: how many papers, how many files, and the hash of its signed list."""

    type: ClassVar[str] = "archive_packed"
    election_id: str
    papers: int
    files: int
    manifest_sha256: str
    committee_key: str
    by: str

    def data(self) -> dict[str, object]:
        return {
            "election": self.election_id,
            "papers": self.papers,
            "files": self.files,
            "manifest_sha256": self.manifest_sha256,
            "committee_key": self.committee_key,
            "by": self.by,
        }


@dataclass(frozen=True)
class PaperFactsEntered:
    """Answers for the papers and the reporting table were typed in: which questions, never what."""

    type: ClassVar[str] = "paper_facts_entered"
    election_id: str
    codes: tuple[str, ...]
    by: str

    def data(self) -> dict[str, object]:
        return {"election": self.election_id, "codes": list(self.codes), "by": self.by}
