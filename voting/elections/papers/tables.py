"""What was typed in for the papers and the civil-affairs forms, sealed: it names people and their politics."""

from sqlalchemy import ForeignKey, LargeBinary
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base


class PaperFacts(Base):
    """One election's answers; the next ones replace them."""

    __tablename__ = "paper_facts"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    # AEAD of ``rules.Entered``.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
