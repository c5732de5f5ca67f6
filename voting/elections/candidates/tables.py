"""Candidates as they stand on the ballot."""

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id


class Candidate(Base):
    """One candidate for one office. The pair (election, roll entry) is unique: nobody stands twice."""

    __tablename__ = "candidate"
    __table_args__ = (
        UniqueConstraint("election_id", "roll_entry_id"),
        UniqueConstraint("office_id", "ordinal"),
        CheckConstraint("ordinal >= 1", name="ordinal"),
        CheckConstraint("(photo IS NULL) = (photo_type IS NULL)", name="photo"),
        CheckConstraint(one_of("photo_type", ("image/jpeg", "image/png")), name="photo_type"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    office_id: Mapped[str] = mapped_column(ForeignKey("office.id"), index=True)
    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    ordinal: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    age: Mapped[int]
    trade: Mapped[str] = mapped_column(String(30))
    introduction: Mapped[str] = mapped_column(Text, default="")
    # Not read with the row: the lists and the lifecycle need none of it.
    photo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    photo_type: Mapped[str | None] = mapped_column(String(20))
    # Answer to each statutory bar (居委会组织法 18), bar code → whether it applies: as the person declared
    # it, and as the official named by `checked_by` found it.
    declared: Mapped[dict[str, bool]] = mapped_column(JSONText, default=dict)
    checked: Mapped[dict[str, bool]] = mapped_column(JSONText, default=dict)
    checked_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
