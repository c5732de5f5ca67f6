"""Who votes for whom (委托投票): the written forms as recorded, and the list as it was posted."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, LargeBinary, String, text
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, one_of, random_id

#: A form stands until it is revoked: in writing, or by the principal who comes to the desk (``came``).
STATES = ("standing", "withdrawn", "came")


class Proxy(Base):
    """One written form: ``principal`` asks ``holder`` to vote. Both are entries of the election's roll.

    ``evidence`` is the photo of the form, sealed with the field key; ``evidence_sha256`` that of the photo itself.
    """

    __tablename__ = "proxy"
    __table_args__ = (
        # Nobody votes through two people, whatever two officials do at once.
        Index(
            "uq_proxy_standing",
            "election_id",
            "principal_id",
            unique=True,
            sqlite_where=text("state = 'standing'"),
            postgresql_where=text("state = 'standing'"),
        ),
        CheckConstraint(one_of("state", STATES), name="state"),
        CheckConstraint("principal_id <> holder_id", name="two_people"),
        CheckConstraint("(evidence IS NULL) = (evidence_sha256 IS NULL)", name="evidence"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), index=True)
    principal_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    holder_id: Mapped[str] = mapped_column(ForeignKey("roll_entry.id"))
    # The day on the paper, as written.
    day: Mapped[date]
    # The reason that it gives: somebody's illness as often as not, so sealed with the field key.
    reason: Mapped[bytes] = mapped_column(LargeBinary, deferred=True)
    evidence: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    evidence_sha256: Mapped[str | None] = mapped_column(String(64))
    state: Mapped[str] = mapped_column(String(9), default="standing")
    recorded_by: Mapped[str] = mapped_column(ForeignKey("account.id"))


class ProxyList(Base):
    """The list as it was posted (13 号公告): frozen text, so that what hangs on the wall stays known."""

    __tablename__ = "proxy_list"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    posted: Mapped[date]
    sha256: Mapped[str] = mapped_column(String(64))
    # [[holder's number, holder's name, [[principal's number, name], …]], …] by number.
    lines: Mapped[list[list[object]]] = mapped_column(JSONText)
