"""The roll (选民名单). Names are searchable; ID number, birth date, telephone and flat are sealed."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, one_of, random_id
from voting.elections.roll.rules import OBJECTION_KINDS, OUTCOMES


class RollEntry(Base):
    """One registered voter. ``sealed`` is encrypted with the field key; ``id_match`` is a keyed hash."""

    __tablename__ = "roll_entry"
    __table_args__ = (
        UniqueConstraint("election_id", "number"),
        UniqueConstraint("election_id", "id_match"),
        CheckConstraint("number >= 1", name="number"),
        CheckConstraint("length(id_last4) = 4", name="id_last4"),
        Index("ix_roll_entry_name", "election_id", "name", "number"),
        Index("ix_roll_entry_initials", "election_id", "initials", "number"),
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


class RollVersion(Base):
    """The roll as it was posted: the first version at publication, one more with each decision that changes it."""

    __tablename__ = "roll_version"
    __table_args__ = (
        CheckConstraint("number >= 1 AND entries >= 1 AND counted >= 1", name="numbers"),
        CheckConstraint("(number = 1) = (objection_id IS NULL)", name="cause"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    sha256: Mapped[str] = mapped_column(String(64))
    posted: Mapped[date]
    # People registered, and those of them on the list whose number is the denominator.
    entries: Mapped[int]
    counted: Mapped[int]
    # The highest roll number given so far: a number that somebody had is nobody else's afterwards.
    last_number: Mapped[int]
    objection_id: Mapped[str | None] = mapped_column(ForeignKey("roll_objection.id"))


class Objection(Base):
    """An objection to the posted roll and its decision (居委会组织法 17). ``sealed``: names and reasons, encrypted."""

    __tablename__ = "roll_objection"
    __table_args__ = (
        CheckConstraint(one_of("kind", OBJECTION_KINDS), name="kind"),
        CheckConstraint(one_of("outcome", OUTCOMES), name="outcome"),
        CheckConstraint("(outcome = 'open') = (decided IS NULL)", name="decided"),
        CheckConstraint("decided IS NULL OR decided >= received", name="decided_after_received"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    kind: Mapped[str] = mapped_column(String(8))
    received: Mapped[date]
    decide_by: Mapped[date]
    within: Mapped[bool]
    outcome: Mapped[str] = mapped_column(String(8), default="open")
    decided: Mapped[date | None]
    # AEAD of {"by", "text", "number", "row", "answer"}: who objects to what, and the written answer.
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class Representative(Base):
    """One person of the list that counts where representatives vote, and the household or group they stand for."""

    __tablename__ = "representative"
    __table_args__ = (UniqueConstraint("election_id", "household"),)

    roll_entry_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"), primary_key=True)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    # The one household a household's representative stands for; None where a group has several representatives.
    household: Mapped[str | None] = mapped_column(String(40))
    represents: Mapped[str] = mapped_column(String(40))


class GridMove(Base):
    """A person found in another grid's file while the roll is drawn up: both grids are told."""

    __tablename__ = "roll_grid_move"
    __table_args__ = (CheckConstraint("from_grid <> to_grid", name="moved"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    number: Mapped[int]
    from_grid: Mapped[str] = mapped_column(String(20))
    to_grid: Mapped[str] = mapped_column(String(20))
    day: Mapped[date]


class CategoryConfirmation(Base):
    """Who confirmed the people of a category that needs it, on which ground; another list needs another one."""

    __tablename__ = "roll_category_confirmation"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    category: Mapped[str] = mapped_column(String(30), primary_key=True)
    entries: Mapped[int]
    # SHA-256 over the people confirmed: somebody added later is not among them.
    people: Mapped[str] = mapped_column(String(64))
    basis: Mapped[str] = mapped_column(Text)
    day: Mapped[date]
