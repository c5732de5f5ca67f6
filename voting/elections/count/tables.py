"""The certified bundle, file by file, so that a backup of the database is a backup of the certificate."""

from sqlalchemy import ForeignKey, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base


class CertifiedFile(Base):
    """One file of the certified bundle; written once, never changed."""

    __tablename__ = "certified_file"

    election_id: Mapped[str] = mapped_column(ForeignKey("election.id"), primary_key=True)
    path: Mapped[str] = mapped_column(String(200), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
