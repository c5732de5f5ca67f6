"""One honest bundle, made by the real actions, and a forger who has every key: server, trustees and committee.

The forger changes any single thing and then repairs everything that follows from it (chain and checkpoint of the
log, heads and anchors, outcome, result, exports, signatures), so that only the check for that thing can catch it.
"""

import hashlib
import json
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from count_build import (
    EVENING,
    PASSPHRASE,
    certify,
    clerk_act,
    close,
    committee,
    give_share,
    in_hand,
    scan_pile,
    undo,
    vote,
)
from count_build import bundle as certified
from election_build import ON_THE_DAY, Built, an_open_election
from house_build import House
from small_election import SmallElection

from audit import GENESIS, Checkpoint, Entry, Signer, encode, leaf_hash, root_of, sign_checkpoint
from audit.tiles import write_export
from audit.verify import read_entries
from verifier import anchors, cards, outcome
from verifier.archive import ArchiveFacts
from verifier.bundle import ARCHIVE, LOG, MANIFEST, RESULT
from verifier.checks import verify_bundle
from verifier.story import Story
from voting import journal, signing
from voting.box import anchors as box_anchors
from voting.box import casting, desk, events
from voting.crypto import records
from voting.crypto.election import Election, parse_public_credentials
from voting.crypto.trustees import result_record
from voting.elections.count import actions as count
from voting.elections.count.certificate import build_bundle
from voting.elections.count.exports import write_manifest
from voting.elections.count.report import Cards, ResultDocument, offices_of, read_result_json
from voting.elections.count.rules import CountFacts, ElectionOutcome, decide
from voting.elections.count.stated import figures_said
from voting.keys import read_keys

Files = dict[str, bytes]
Data = dict[str, Any]
#: Ballots before the first of the two anchors.
FIRST = 8


def a_decided_election_with_anchors(house: House) -> Built:
    """Nine ballots, a card returned, a card torn, two anchors, unused cards scanned, the outcome decided."""
    built = vote(an_open_election(house))
    box = built.box.id
    built.act(box_anchors.anchor_if_due, box=box, now=ON_THE_DAY, closing=True)
    clerk_act(built, desk.check_in, box=box, voter="v8", voter_label="9", desk="一号桌")
    mark = clerk_act(built, desk.check_in, box=box, voter="v9", voter_label="10", desk="一号桌").mark
    undo(built, mark, 9)
    clerk_act(built, desk.replace_torn, box=box, card=in_hand(built, 8, "torn"))
    raw = built.ballot(10, [[1, 0, 0], [0, 0, 1, 0]])
    casting.accept(built.engine, box=box, raw=raw, log_key=read_keys(built.house.settings).log_seed)
    scan_pile(close(built))
    built.do(count.begin_count, now=EVENING)
    for trustee in (0, 1):
        give_share(built, trustee)
    built.do(count.decide_outcome, now=EVENING)
    return built


def a_certified_election(house: House) -> Built:
    """The whole job."""
    built = a_decided_election_with_anchors(house)
    certify(built, number="样例〔2026〕1 号")
    return built


def write(files: Files, folder: Path) -> Path:
    """The files as a directory."""
    for name, raw in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(raw)
    return folder


def zipped(files: Files, path: Path, prefix: str = "") -> Path:
    """The files as a zip."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, raw in files.items():
            archive.writestr(prefix + name, raw)
    return path


@dataclass
class Forger:
    """The honest bundle and every secret. ``ballots`` are those of the honest archive."""

    files: Files
    small: SmallElection
    committee: Signer
    log: Signer
    p12: bytes

    @property
    def ballots(self) -> list[bytes]:
        return [data[0] for kind, _, data in events_of(self.files[ARCHIVE]) if kind == "Ballot"]

    @property
    def document(self) -> ResultDocument:
        return read_result_json(self.files[RESULT])

    @property
    def entries(self) -> list[Entry]:
        return list(read_entries(_InMemory(self.files)))

    def build(
        self,
        raw: bytes | None = None,
        *,
        retell: Callable[[str, Data], Data | None] = lambda _kind, data: data,
        more: Sequence[tuple[str, Data]] = (),
        moved: Callable[[list[Entry]], list[Entry]] = lambda entries: entries,
        state: Callable[[ResultDocument], ResultDocument] = lambda document: document,
        papers: Callable[[Files], Files] = lambda files: files,
    ) -> Files:
        """The bundle over the archive ``raw`` and a log whose facts ``retell`` changes (None leaves one out), with
        ``more`` before the tally, in the order of ``moved``; ``state`` changes the result, ``papers`` the files."""
        raw = self.files[ARCHIVE] if raw is None else raw
        found = facts_of(raw)
        told = [replace(one, data=truth(one, found)) for one in self.entries]
        told = [replace(one, data=data) for one in told if (data := retell(one.type, one.data)) is not None]
        counted = outcome.count_facts(found, Story(told))
        # What was decided stands in the log as the rules have it, unless that very fact is retold.
        told = [replace(one, data=retell(one.type, announced(one, counted)) or {}) for one in told]
        last = next(place for place, one in enumerate(told) if one.type == "box_tallied")
        told[last:last] = [replace(told[last], type=kind, data=data) for kind, data in more]
        log, head = self.log_files(moved(told))
        document = self._document(hashlib.sha256(raw).hexdigest(), found, Story(told), head)
        return self.sign(papers(self._files(raw, log, state(document))))

    def sign(self, files: Files, signer: Signer | None = None) -> Files:
        """The manifest anew over whatever the files are now."""
        listed = {path: hashlib.sha256(raw).hexdigest() for path, raw in files.items() if path != MANIFEST}
        return files | {MANIFEST: signing.sign_manifest(write_manifest(listed), signer or self.committee).encode()}

    def log_files(self, entries: list[Entry], signer: Signer | None = None) -> tuple[Files, Checkpoint]:
        """The log over these entries, chained and signed anew."""
        raws, prev = [], GENESIS
        for seq, entry in enumerate(entries):
            raws.append(encode(replace(entry, seq=seq, prev=prev)))
            prev = leaf_hash(raws[-1]).hex()
        head = Checkpoint(self.log.name, len(raws), root_of(raws))
        with tempfile.TemporaryDirectory() as folder:
            tree = Path(folder) / "log"
            write_export(tree, sign_checkpoint(head, signer or self.log), raws, {})
            files = {p.relative_to(tree).as_posix(): p.read_bytes() for p in tree.rglob("*") if p.is_file()}
        return files, head

    def _files(self, raw: bytes, log: Files, document: ResultDocument) -> Files:
        return build_bundle(
            document,
            archive=raw,
            log=log,
            log_vkey=self.log.key.text,
            authority=self.files["authority.pem"],
            sign_pdf=lambda pdf: signing.sign_pdf(pdf, self.p12, PASSPHRASE, now=document.certified_at),
            sign_manifest=lambda text: text,
        )

    def _document(self, sha256: str, found: ArchiveFacts, story: Story, head: Checkpoint) -> ResultDocument:
        """The honest result over this archive and log."""
        old, ballots = self.document, len(found.trackers)
        closed, facts = story.only(events.BoxClosed).fact, outcome.count_facts(found, story)
        decided, missing = decide(facts), cards.decision_on_missing(story)
        archive = {"sha256": sha256, "fingerprint": found.election.fingerprint, "ballots": ballots}
        return replace(
            old,
            figures=replace(
                old.figures, roll=facts.eligible, issued=facts.issued, collected=facts.collected, tablet=ballots
            ),
            cards=Cards(
                made=closed.cards_made,
                out=closed.cards_out,
                returned=closed.cards_returned,
                torn=closed.cards_torn,
                unused=closed.cards_made - closed.cards_out - (missing.missing if missing else 0),
                missing=missing.missing if missing else 0,
                refused_uses=closed.refused_uses,
            ),
            kind=facts.kind.value,
            ineligible=tuple(sorted(facts.ineligible)),
            valid=decided.valid,
            because=decided.because,
            offices=offices_of(facts, decided),
            archive=replace(old.archive, **archive),
            log=replace(old.log, size=head.size, root=head.root.hex()),
        )


class _InMemory:
    """The log of a bundle held in memory."""

    def __init__(self, files: Files) -> None:
        self._files = files

    def names(self) -> frozenset[str]:
        return frozenset(name.removeprefix(LOG) for name in self._files if name.startswith(LOG))

    def read(self, name: str, limit: int) -> bytes:
        return self._files[LOG + name][:limit]


def a_forger(house: House, certified_election: Callable[[House], Built] = a_certified_election) -> Forger:
    """From a certified election."""
    built = certified_election(house)
    files, keys, sealed = certified(built), read_keys(house.settings), committee(built)
    setup = next(data for kind, _, data in events_of(files[ARCHIVE]) if kind == "Setup")
    election = Election.parse(setup[0])
    small = SmallElection(
        group=election.group,
        trustee_secrets=built.trustee_secrets,
        trustees_record=setup[1],
        election=election,
        voters=built.cards,
        weights=parse_public_credentials(election.group, setup[2]),
    )
    signer = signing.open_committee_key(sealed.key, PASSPHRASE)
    log = Signer(journal.origin(built.community), keys.log_seed)
    return Forger(files, small, signer, log, sealed.signing_p12)


def events_of(raw: bytes) -> Iterator[tuple[str, str, list[bytes]]]:
    """Type, hash and records of every event of an archive, nothing checked."""
    data: list[bytes] = []
    at = 1024
    while at < len(raw):
        name, size = raw[at : at + 100].rstrip(b"\0").decode(), int(raw[at + 124 : at + 135], 8)
        content = raw[at + 512 : at + 512 + size]
        at += 512 + size + -size % 512
        if name.endswith(".data.json"):
            data.append(content)
        else:
            yield json.loads(content)["type"], records.digest(content), data
            data = []


def facts_of(raw: bytes) -> ArchiveFacts:
    """What an archive claims."""
    events = list(events_of(raw))
    by_type = {kind: data for kind, _, data in events}
    setup = by_type["Setup"]
    election = Election.parse(setup[0])
    ballots = [data[0] for kind, _, data in events if kind == "Ballot"]
    credentials = [json.loads(ballot)["credential"] for ballot in ballots]
    return ArchiveFacts(
        election=election,
        trustees=None,  # type: ignore[arg-type]
        weights=parse_public_credentials(election.group, setup[2]),
        trackers=[records.fingerprint(ballot) for ballot in ballots],
        ballot_credentials=credentials,
        counted=len(set(credentials)),
        total_weight=len(set(credentials)),
        ended=True,
        result=json.loads(by_type["Result"][0])["result"],
        heads=[digest for _, digest, _ in events],
        shares={json.loads(data[1])["owner"]: records.digest(data[0]) for kind, _, data in events if "Part" in kind},
    )


def truth(entry: Entry, found: ArchiveFacts) -> Data:
    """The heads, anchors and counts that an honest server would have logged over this archive."""
    ballots = len(found.trackers)
    match entry.type:
        case "box_sealed":
            return entry.data | {"head": found.heads[0], "fingerprint": found.election.fingerprint}
        case "box_closed":
            return entry.data | {"head": found.heads[ballots + 1], "casts": ballots}
        case "box_tallied":
            return entry.data | {"head": found.heads[ballots + 2], "ballots": ballots}
        case "box_opened":
            return entry.data | {"head": found.head, "result": records.digest(result_record(found.result or []))}
        case "box_share_received":
            return entry.data | {"sha256": found.shares.get(entry.data["owner"], "0" * 64)}
        case "box_anchored":
            start, stop = (0, FIRST) if entry.data["number"] == 1 else (FIRST, ballots)
            height = stop if start == 0 else ballots + 1
            return entry.data | {
                "height": height,
                "head": found.heads[height],
                "ballots": stop,
                "new": stop - start,
                "root": anchors.tracker_root(found.trackers[start:stop]),
            }
    return dict(entry.data)


def announced(entry: Entry, count: CountFacts) -> Data:
    """The outcome as the server logs it."""
    if entry.type != "outcome_decided":
        return entry.data
    decided: ElectionOutcome = decide(count)
    elected = [{"office": one.name, "names": list(one.outcome.elected)} for one in decided.offices]
    said = {"valid": decided.valid, "next": decided.next.value, "elected": elected, "count": figures_said(count)}
    return entry.data | said


def codes(path: Path, forger: Forger) -> set[str]:
    """The codes of what the verifier finds."""
    return {finding.code for finding in verify_bundle(path, forger.committee.key).findings}
