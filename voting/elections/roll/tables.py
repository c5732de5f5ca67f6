"""The roll (选民名单). Names are searchable; ID number, birth date, telephone and flat are sealed."""

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, random_id


class RollEntry(Base):
    """One registered voter. ``sealed`` is encrypted with the field key; ``id_match`` is a keyed hash."""

    __tablename__ = "roll_entry"
    __table_args__ = (
        UniqueConstraint("election_id", "number"),
        UniqueConstraint("election_id", "id_match"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(id_last4) = 4", name="id_last4"),
        Index("ix_roll_entry_name", "election_id", "name"),
        Index("ix_roll_entry_initials", "election_id", "initials"),
        Index("ix_roll_entry_last4", "election_id", "id_last4"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"))
    # The roll number printed on the 选民证, from 1.
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(60))
    # One letter for each of the name's at most.
    initials: Mapped[str] = mapped_column(String(60))
    sex: Mapped[str] = mapped_column(String(1))
    # Decade of age on election day ("70–79 岁"), enough to tell namesakes apart at the desk.
    age_group: Mapped[str] = mapped_column(String(12))
    building: Mapped[str] = mapped_column(String(20))
    grid: Mapped[str] = mapped_column(String(20))
    category: Mapped[str] = mapped_column(String(30))
    id_last4: Mapped[str] = mapped_column(String(4))
    id_match: Mapped[str] = mapped_column(String(64))
    # AEAD of {"id","birth","phone","unit","room"}; a thief of the database alone cannot read it.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class RollDraft(Base):
    """A file between its dry run and its import: the rows it would give, sealed. The next upload replaces it."""

    __tablename__ = "roll_draft"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    filename: Mapped[str] = mapped_column(String(120))
    digest: Mapped[str] = mapped_column(String(64))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    # AEAD of the dry run's verdicts with the rows' names, so that paging through them reads no file again.
    verdicts: Mapped[bytes] = mapped_column(LargeBinary)
