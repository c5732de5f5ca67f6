"""A verifiable audit log in the formats of C2SP (signed-note, tlog-checkpoint, tlog-tiles) and RFC 6962.

Everything named here is pure; the database side is ``audit.store`` and is imported by name only, so
that a verifier never loads SQLAlchemy.
"""

from audit.checkpoint import (
    Checkpoint,
    open_checkpoint,
    parse_checkpoint,
    read_checkpoint,
    sign_checkpoint,
    spoken_head,
)
from audit.entry import GENESIS, MAX_ENTRY, Entry, canonical, decode, encode, logged_text
from audit.errors import AuditError, HeadMoved, Lacking, Tampered, Unusable
from audit.merkle import (
    EMPTY_ROOT,
    CompactRange,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    nodes_of,
    root_of,
    verify_consistency,
    verify_inclusion,
)
from audit.note import OpenedNote, Signer, VerifierKey, open_note, parse_signer, parse_vkey, sign_note

__all__ = [
    "EMPTY_ROOT",
    "GENESIS",
    "MAX_ENTRY",
    "AuditError",
    "Checkpoint",
    "CompactRange",
    "Entry",
    "HeadMoved",
    "Lacking",
    "OpenedNote",
    "Signer",
    "Tampered",
    "Unusable",
    "VerifierKey",
    "canonical",
    "consistency_proof",
    "decode",
    "encode",
    "inclusion_proof",
    "leaf_hash",
    "logged_text",
    "node_hash",
    "nodes_of",
    "open_checkpoint",
    "open_note",
    "parse_checkpoint",
    "parse_signer",
    "parse_vkey",
    "read_checkpoint",
    "root_of",
    "sign_checkpoint",
    "sign_note",
    "spoken_head",
    "verify_consistency",
    "verify_inclusion",
]
