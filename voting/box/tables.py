"""The ballot box in the database: credentials, ballots, the event chain, desk marks, tablets, trustee keys.

What a thief of these tables must not be able to do: join a person to a ballot. Therefore

* ``Ballot`` and ``DeskMark`` have random or content-derived keys, are stored WITHOUT ROWID, and carry
  no time finer than the hour (ballots carry none at all);
* no chain of foreign keys leads from ``Ballot`` to a person or an account;
* no table holds both a ballot hash and a voter.

The one increasing number near a ballot is ``BoxEvent.height``: the order of ballots inside the public
archive, which has no counterpart at the desk.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from voting.database import Base, JSONText, UTCDateTime, random_id

WITHOUT_ROWID = {"sqlite_with_rowid": False}


class Box(Base):
    """One ballot box: one Belenios election, its slot and the desk's counters (all counters in cards)."""

    __tablename__ = "box"
    __table_args__ = (
        CheckConstraint(
            "state IN ('preparing','sealed','open','shut','closed','tallied','opened','void')", name="state"
        ),
        CheckConstraint("desk IN ('shut','open','queue')", name="desk"),
        # The last line against stuffing: no ballot beyond the cards that are out, whatever the code above does.
        CheckConstraint("casts <= cards_out - cards_returned - cards_torn", name="casts_within_cards"),
        CheckConstraint("cards_out <= cards_made", name="cards_out_within_made"),
        CheckConstraint(
            "queue_left >= 0 AND casts >= 0 AND cards_returned >= 0 AND cards_torn >= 0"
            " AND refused_uses >= 0 AND roll_size >= 0 AND spares >= 0",
            name="not_negative",
        ),
        CheckConstraint("papers_out BETWEEN 0 AND papers_printed", name="papers_out_within_printed"),
        CheckConstraint(
            "papers_returned >= 0 AND papers_torn >= 0 AND papers_returned + papers_torn <= papers_out",
            name="papers_back_within_out",
        ),
        CheckConstraint("trustees BETWEEN 1 AND 9", name="trustees"),
        # Scanned one by one after closing: never more than were not handed out.
        CheckConstraint("cards_unused BETWEEN 0 AND cards_made - cards_out", name="unused_within_pile"),
        CheckConstraint("(height = -1) = (head IS NULL)", name="head"),
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    community_id: Mapped[str] = mapped_column(ForeignKey("unit.id"), index=True)
    uuid: Mapped[str] = mapped_column(String(30), unique=True)
    group: Mapped[str] = mapped_column(String(20), default="Ed25519")
    state: Mapped[str] = mapped_column(String(10), default="preparing")
    # The desk: shut, open, or serving only the people counted in the queue at closing time.
    desk: Mapped[str] = mapped_column(String(5), default="shut")
    queue_left: Mapped[int] = mapped_column(default=0)
    trustees: Mapped[int] = mapped_column(default=3)
    roll_size: Mapped[int] = mapped_column(default=0)
    spares: Mapped[int] = mapped_column(default=0)
    cards_made: Mapped[int] = mapped_column(default=0)
    # Every card ever handed over, spares for torn ones included.
    cards_out: Mapped[int] = mapped_column(default=0)
    cards_returned: Mapped[int] = mapped_column(default=0)
    cards_torn: Mapped[int] = mapped_column(default=0)
    cards_unused: Mapped[int] = mapped_column(default=0)
    # Paper ballots of the same poll: printed, every one ever handed over, come back unmarked, spoilt and replaced.
    papers_printed: Mapped[int] = mapped_column(default=0)
    papers_out: Mapped[int] = mapped_column(default=0)
    papers_returned: Mapped[int] = mapped_column(default=0)
    papers_torn: Mapped[int] = mapped_column(default=0)
    casts: Mapped[int] = mapped_column(default=0)
    refused_uses: Mapped[int] = mapped_column(default=0)
    # Head of the event chain, compared and swapped by every append.
    height: Mapped[int] = mapped_column(default=-1)
    head: Mapped[str | None] = mapped_column(String(64))
    # Timestamp of the archive's header, seconds since 1970; set once at sealing.
    archive_time: Mapped[int | None]
    # The day the cards were made, for the calendar.
    cards_on: Mapped[date | None]
    # What the tablets show beside the form (hall, portraits, introductions): JSON fixed at sealing by the
    # room that owns the election; the box does not read it.
    display: Mapped[Any | None] = mapped_column(JSONText, deferred=True)


class BoxPicture(Base):
    """A portrait that the tablets show; numbered as the display names them, from 1."""

    __tablename__ = "box_picture"

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    media_type: Mapped[str] = mapped_column(String(20))
    content: Mapped[bytes] = mapped_column(LargeBinary)


class PublicCredential(Base):
    """The public half of one card; ``mark`` says why the card may not vote (torn, returned, unused).

    ``voted``: it has, and lay with the unused ones after closing.
    """

    __tablename__ = "public_credential"
    __table_args__ = (
        CheckConstraint("mark IN ('torn','returned','unused','voted')", name="mark"),
        WITHOUT_ROWID,
    )

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    public: Mapped[str] = mapped_column(String(700), primary_key=True)
    mark: Mapped[str | None] = mapped_column(String(8))


class Ballot(Base):
    """One accepted, verified ballot. No time, no tablet, no order: those stand nowhere beside it."""

    __tablename__ = "ballot"
    __table_args__ = (
        UniqueConstraint("box_id", "credential"),
        ForeignKeyConstraint(["box_id", "credential"], ["public_credential.box_id", "public_credential.public"]),
        WITHOUT_ROWID,
    )

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    credential: Mapped[str] = mapped_column(String(700))
    record: Mapped[bytes] = mapped_column(LargeBinary)


class BoxRecord(Base):
    """A data member of the archive that is not a ballot: election, trustees, credentials, tally, shares, result."""

    __tablename__ = "box_record"

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)


class BoxEvent(Base):
    """One link of the archive's event chain (ballot-protocol §11)."""

    __tablename__ = "box_event"
    # A ballot that is sent again finds its event by its own hash.
    __table_args__ = (
        Index("ix_box_event_payload", "box_id", "payload"),
        CheckConstraint("height >= 0", name="height"),
    )

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    height: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    type: Mapped[str] = mapped_column(String(20))
    payload: Mapped[str | None] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class Anchor(Base):
    """A stretch of the event chain whose sorted trackers were committed to the audit log."""

    __tablename__ = "anchor"
    __table_args__ = (CheckConstraint("number >= 1 AND ballots >= 0", name="ballots"),)

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    to_height: Mapped[int]
    # Ballots in the box up to here, and the RFC 6962 root over the sorted trackers that are new here.
    ballots: Mapped[int]
    root: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UTCDateTime)


class DeskMark(Base):
    """One person was checked in and given one card or one paper. ``voter`` names the roll entry; no card, no paper
    number, no minute. ``holder``: the roll entry that took it for ``voter`` by proxy. ``assisted``: somebody wrote
    for the voter (代写), what stands nowhere.
    """

    __tablename__ = "desk_mark"
    __table_args__ = (
        # Two clerks at once: the second insert fails here, whatever was read before.
        Index(
            "uq_desk_mark_active",
            "box_id",
            "voter",
            unique=True,
            sqlite_where=text("undone IS NULL"),
            postgresql_where=text("undone IS NULL"),
        ),
        CheckConstraint("length(salt) = 16", name="salt"),
        CheckConstraint("channel IN ('card','paper')", name="channel"),
        WITHOUT_ROWID,
    )

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"))
    voter: Mapped[str] = mapped_column(String(22))
    # Start of the hour of the check-in, also after the log has taken it with its hour's others (`batched`).
    hour: Mapped[datetime] = mapped_column(UTCDateTime)
    desk: Mapped[str] = mapped_column(String(40))
    clerk_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    # 16 random bytes: the log holds SHA-256(salt, box uuid, roll number), which the roll's keeper can open.
    salt: Mapped[bytes] = mapped_column(LargeBinary(16))
    commitment: Mapped[str] = mapped_column(String(64))
    batched: Mapped[bool] = mapped_column(default=False)
    channel: Mapped[str] = mapped_column(String(5), default="card")
    holder: Mapped[str | None] = mapped_column(String(22))
    assisted: Mapped[bool] = mapped_column(default=False)
    undone: Mapped[str | None] = mapped_column(String(200))


class DeskNonce(Base):
    """What a card must answer to be seen at the desk (`voting.box.in_hand`); gone with its use."""

    __tablename__ = "desk_nonce"
    __table_args__ = (WITHOUT_ROWID,)

    nonce: Mapped[str] = mapped_column(String(22), primary_key=True)
    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class CardWitness(Base):
    """The second supervisor, confirmed beside the first for one set of cards (`voting.box.witness`)."""

    __tablename__ = "card_witness"
    __table_args__ = (CheckConstraint("maker_id <> witness_id", name="two_people"),)

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    maker_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    witness_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    until: Mapped[datetime] = mapped_column(UTCDateTime)


class PairingFailures(Base):
    """Wrong pairing codes of one hour while the box had a code waiting: all server processes count here."""

    __tablename__ = "pairing_failures"

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    hour: Mapped[datetime] = mapped_column(UTCDateTime, primary_key=True)
    count: Mapped[int]


class Kiosk(Base):
    """A tablet standing in a booth, paired by a one-use code; never stored beside a ballot."""

    __tablename__ = "kiosk"
    __table_args__ = (CheckConstraint("(pairing_hash IS NULL) = (pairing_until IS NULL)", name="pairing"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True, default=random_id)
    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), index=True)
    name: Mapped[str] = mapped_column(String(40))
    pairing_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    pairing_until: Mapped[datetime | None] = mapped_column(UTCDateTime)
    token_hash: Mapped[str | None] = mapped_column(String(64), unique=True)
    calling: Mapped[bool] = mapped_column(default=False)
    revoked: Mapped[bool] = mapped_column(default=False)


class TrusteeKey(Base):
    """A supervisor's public key with its proof; later the rehearsal and the share of the tally."""

    __tablename__ = "trustee_key"
    __table_args__ = (UniqueConstraint("box_id", "account_id"), CheckConstraint("owner >= 1", name="owner"))

    box_id: Mapped[str] = mapped_column(ForeignKey("box.id"), primary_key=True)
    owner: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    name: Mapped[str] = mapped_column(String(40))
    record: Mapped[bytes] = mapped_column(LargeBinary)
    # The days of key and rehearsal, for the calendar.
    made_on: Mapped[date | None]
    rehearsed_on: Mapped[date | None]
    rehearsal: Mapped[bytes | None] = mapped_column(LargeBinary)
    share: Mapped[bytes | None] = mapped_column(LargeBinary)
