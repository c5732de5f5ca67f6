"""The certified bundle, file by file, so that a backup of the database is a backup of the certificate; the petition
that a recall's poll rests on; and the wins that are void because of who won them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, one_of
from voting.elections.count.petition import ASKERS


class CertifiedFile(Base):
    """One file of the certified bundle; written once, never changed."""

    __tablename__ = "certified_file"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


#: Why somebody who won is not elected (当选无效): a bar of the law, or how the votes were won (居委会组织法 18, 22).
GROUNDS = ("barred", "wrongful")


class PollPetition(Base):
    """Who asked for a recall's poll, as the petition was accepted: the basis, who signed, and of how many."""

    __tablename__ = "poll_petition"
    __table_args__ = (
        CheckConstraint(one_of("basis", tuple(ASKERS)), name="basis"),
        CheckConstraint("1 <= signed AND signed <= eligible", name="signed"),
    )

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    basis: Mapped[str] = mapped_column(String(10))
    signed: Mapped[int]
    eligible: Mapped[int]


class AnnulledWin(Base):
    """Somebody whose win is void. The ground is named by its kind alone; what was found stays with the committee."""

    __tablename__ = "annulled_win"
    __table_args__ = (CheckConstraint(one_of("ground", GROUNDS), name="ground"),)

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    office: Mapped[str] = mapped_column(String(20))
    ground: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    # Declared after the result was certified: the certificate stays as it is, the seat is open all the same.
    late: Mapped[bool] = mapped_column(default=False)
