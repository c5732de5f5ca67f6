"""Every numbered check is the only one that stops its attack: switched off, the forged bundle passes.

The attacker owns the server, the trustees' keys and, but for check 2, the committee's key (``bundle_build.Forger``).
``tests/vectors/refused/bundles/attacks.json`` lists the attacks with check, code and exit.
"""

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bundle_build import Data, Files, Forger, write
from count_build import PASSPHRASE
from openpyxl import load_workbook

import verifier.archive as archive_checks
from audit import Entry, Signer
from audit.source import Source
from audit.verify import Report, verify
from verifier import anchors, bundle, cards, outcome, paper, papers, story, times
from verifier.bundle import AUTHORITY, CSV, LOG, MANIFEST, PDF, RESULT, XLSX
from verifier.checks import CHECKS, verify_bundle
from verifier.report import Verdict
from voting import signing
from voting.crypto import archive, ballot, records, trustees
from voting.elections.count import certificate, exports
from voting.elections.count.petition import Petitioned
from voting.elections.count.report import ResultDocument, read_result_json

LISTED: dict[str, dict[str, Any]] = json.loads(
    (Path(__file__).parent.parent / "vectors" / "refused" / "bundles" / "attacks.json").read_text()
)
Off = tuple[tuple[object, str, object], ...]


def nothing(*_: object, **__: object) -> None:
    """A check that is switched off."""


def none_found(*_: object, **__: object) -> list[object]:
    return []


def unchecked_log(source: Source, _key: object) -> tuple[Report, list[object]]:
    return verify(source, None), []


def change(kind: str, **data: Any) -> Callable[[str, Data], Data]:
    """Facts of this kind say something else."""
    return lambda told, said: said | data if told == kind else said


def sealed_as_revote(kind: str, data: Data) -> Data:
    """A first poll dressed up as a re-vote, which asks for no majority."""
    return data | {"kind": "revote", "follows": "nowhere"} if kind == "election_sealed" else data


def a_shorter_roll(kind: str, data: Data) -> Data:
    """Fewer on the roll, as posted and as sealed."""
    return data | {"roll_published": {"entries": 11}, "election_sealed": {"eligible": 11}}.get(kind, {})


def leave_out(kind: str) -> Callable[[str, Data], Data | None]:
    return lambda told, said: None if told == kind else said


# --- 1 to 3: files, signature, log -------------------------------------------------------------------------------


def changed_file(forger: Forger) -> Files:
    return forger.files | {AUTHORITY: forger.files[AUTHORITY] + b"\n"}


def extra_file(forger: Forger) -> Files:
    return forger.files | {"result-2.pdf": forger.files[PDF]}


def unlisted_paper(forger: Forger) -> Files:
    """The manifest, honestly signed, leaves out what the verifier must look at."""
    listed = forger.sign({name: raw for name, raw in forger.files.items() if name != XLSX})
    return forger.files | {MANIFEST: listed[MANIFEST]}


def manifest_of_another(forger: Forger) -> Files:
    return forger.sign(forger.files, Signer(forger.committee.name, bytes(32)))


def manifest_edited(forger: Forger) -> Files:
    """The honest signature under the hashes of other files."""
    files = forger.build(papers=lambda files: files | {AUTHORITY: files[AUTHORITY] + b"\n"})
    signature = forger.files[MANIFEST].rpartition(b"\n\n")[2]
    return files | {MANIFEST: files[MANIFEST].rpartition(b"\n\n")[0] + b"\n\n" + signature}


def log_entry_edited(forger: Forger) -> Files:
    """One word of one entry; the signed checkpoint stays."""
    name = next(name for name in forger.files if name.startswith(f"{LOG}tile/entries/"))
    raw = forger.files[name].replace(b'"desk_clerk"', b'"Desk_clerk"')
    assert raw != forger.files[name]
    return forger.sign(forger.files | {name: raw})


def checkpoint_of_another(forger: Forger) -> Files:
    log, _ = forger.log_files(forger.entries, Signer(forger.log.name, bytes(32)))
    return forger.sign(forger.files | {LOG + name: raw for name, raw in log.items()})


# --- 4 to 9: the archive (each step has more attacks in tests/crypto/test_verifier_archive.py) --------------------


def unchained(forger: Forger) -> Files:
    """A ballot event that does not name the one before it."""
    raw = forger.small.file(forger.ballots)
    heights = iter(range(1000))

    class Careless(archive.Writer):
        def event(self, type: str, *data: bytes) -> None:  # noqa: A002  the overridden name
            for one in data:
                self._put(f"{records.digest(one)}.data.json", one)
            number = next(heights)
            parent = None if number == 0 else ("0" * 64 if number == 3 else self.head)
            payload = records.digest(data[-1]) if data else None
            event = archive.event_record(parent, number, type, payload)
            self.head = records.digest(event)
            self._put(f"{self.head}.event.json", event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "Writer", Careless)
        raw = forger.small.file(forger.ballots)
    return forger.build(raw)


def unproven_key(forger: Forger) -> Files:
    listed = json.loads(forger.small.trustees_record)
    listed[0][1]["pok"]["response"] = "5"
    return forger.build(forger.small.file(forger.ballots, trustees=records.write(listed)))


def unsigned_ballot(forger: Forger) -> Files:
    value = json.loads(forger.ballots[0])
    value["signature"]["proof"]["response"] = "5"
    return forger.build(forger.small.file([records.write(value), *forger.ballots[1:]]))


def dropped_ballot(forger: Forger) -> Files:
    tally, true = forger.small.tally(forger.ballots[:-1]), forger.small.tally(forger.ballots)
    raw = forger.small.file(forger.ballots, tally=tally, sized=true.sized_record(tally.record()))
    return forger.build(raw)


def false_share(forger: Forger) -> Files:
    """One trustee moves votes between the two candidates of the first office by false factors."""
    small, tally = forger.small, forger.small.tally(forger.ballots)
    shares, group = small.shares(tally), small.group
    value = json.loads(shares[1])
    row = [group.parse(text) for text in value["decryption_factors"][0]]
    five = group.base_power(5)
    row[1], row[2] = group.sub(row[1], five), group.add(row[2], five)
    value["decryption_factors"][0] = [group.text(factor) for factor in row]
    counts = small.counts(tally, shares)
    counts[0][1], counts[0][2] = counts[0][1] + 5, counts[0][2] - 5
    forged = {"shares": shares | {1: records.write(value)}, "result": trustees.result_record(counts)}
    return forger.build(small.file(forger.ballots, **forged))


def moved_votes(forger: Forger) -> Files:
    """The published counts give the office of 主任 to the other candidate."""
    counts = forger.small.counts(tally := forger.small.tally(forger.ballots), forger.small.shares(tally))
    counts[0][1], counts[0][2] = counts[0][2], counts[0][1]
    return forger.build(forger.small.file(forger.ballots, result=trustees.result_record(counts)))


# --- 10: cards ---------------------------------------------------------------------------------------------------


def revoted(forger: Forger) -> Files:
    """The same card again: the last counts, so the first voter's choice is replaced."""
    again = forger.small.ballot(0, [0, 1, 0], [0, 0, 0, 1])
    return forger.build(forger.small.file([*forger.ballots, again]), retell=one_more)


def stuffed(forger: Forger, **more: Any) -> Files:
    """Two cards of the pile vote for whom the server likes."""
    votes = [forger.small.ballot(card, [0, 1, 0], [0, 0, 0, 1]) for card in (12, 13)]
    return forger.build(forger.small.file([*forger.ballots, *votes]), **more)


def stuffed_and_counted_out(forger: Forger) -> Files:
    """The same, and the closing counters say that the two cards were handed out."""
    return stuffed(forger, retell=lambda kind, data: counted_out(kind, data, 2))


def counted_out(kind: str, data: Data, cards: int) -> Data:
    """The closing counters say that so many more cards of the pile were handed out than the honest 11."""
    if kind == "box_closed":
        return data | {"cards_out": 11 + cards}
    return data | {"cards_unused": 6 - cards} if kind == "box_unused_scanned" else data


def one_more(kind: str, data: Data) -> Data:
    """A check-in of nobody covers one ballot more."""
    if kind == "box_check_in_batch":
        return data | {"commitments": sorted({*data["commitments"], "f" * 64})}
    return counted_out(kind, data, 1)


def repeated_check_in(kind: str, data: Data) -> Data:
    """A check-in that was logged before is logged again, to cover one ballot more."""
    if kind == "box_check_in_batch":
        return data | {"commitments": [*data["commitments"][:1], *sorted(set(data["commitments"]))]}
    return counted_out(kind, data, 1)


def undone_from_nowhere(forger: Forger) -> Files:
    return forger.build(retell=change("box_check_in_undone", commitment="e" * 64))


def after_the_tally(kind: str) -> Callable[[list[Entry]], list[Entry]]:
    """The fact stands in the log only once the ballots are added up."""

    def moved(entries: list[Entry]) -> list[Entry]:
        (late,) = [one for one in entries if one.type == kind]
        rest = [one for one in entries if one is not late]
        at = next(place for place, one in enumerate(rest) if one.type == "box_tallied") + 1
        return [*rest[:at], replace(late, at=rest[at - 1].at, clock=None), *rest[at:]]

    return moved


def missing_decided_late(forger: Forger) -> Files:
    return forger.build(
        more=[("cards_missing_decided", missing(forger, 2))],
        retell=leave_out("box_unused_scanned"),
        moved=after_the_tally("cards_missing_decided"),
    )


# --- 11: anchors -------------------------------------------------------------------------------------------------


def anchor_two(**data: Any) -> Callable[[str, Data], Data]:
    return lambda kind, said: said | data if kind == "box_anchored" and said["number"] == 2 else said


def sealed_late(entries: list[Entry]) -> list[Entry]:
    """The ballot was fixed after the slot had opened."""
    (late,) = [one for one in entries if one.type == "box_sealed"]
    rest = [one for one in entries if one is not late]
    at = next(place for place, one in enumerate(rest) if one.type == "box_slot_opened") + 1
    return [*rest[:at], replace(late, at=rest[at - 1].at, clock=None), *rest[at:]]


def keys_late(entries: list[Entry]) -> list[Entry]:
    """The second key came in behind the sealing."""
    late = [one for one in entries if one.type == "box_trustee_key"][-1]
    rest = [one for one in entries if one is not late]
    at = next(place for place, one in enumerate(rest) if one.type == "box_sealed") + 1
    return [*rest[:at], replace(late, at=rest[at - 1].at, clock=None), *rest[at:]]


CHRISTMAS = date(2026, 12, 25)


def scanned_early(entries: list[Entry]) -> list[Entry]:
    """The pile was scanned while there were still cards to hand out."""
    (early,) = [one for one in entries if one.type == "box_unused_scanned"]
    rest = [one for one in entries if one is not early]
    at = next(place for place, one in enumerate(rest) if one.type == "box_closed")
    return [*rest[:at], replace(early, at=rest[at].at, clock=None), *rest[at:]]


def stuffed_in_a_pause(forger: Forger) -> Files:
    """The box was shut with two ballots, and opened again with seven."""
    box = {"box": election_of(forger)["box"], "by": "x"}
    more = [("box_slot_shut", box | {"casts": 2}), ("box_slot_opened", box | {"casts": 7})]

    def moved(entries: list[Entry]) -> list[Entry]:
        at = next(place for place, one in enumerate(entries) if one.type == "box_tallied")
        pause, rest = entries[at - 2 : at], entries[: at - 2] + entries[at:]
        at = next(place for place, one in enumerate(rest) if one.type == "box_anchored")
        return [*rest[:at], *(replace(one, at=rest[at].at, clock=None) for one in pause), *rest[at:]]

    return forger.build(more=more, moved=moved)


# --- 12: outcome and result --------------------------------------------------------------------------------------


def other_winner(document: ResultDocument) -> ResultDocument:
    first = document.offices[0]
    swapped = tuple(replace(one, seal=seal) for one, seal in zip(first.candidates, ("none", "elected"), strict=True))
    return replace(document, offices=(replace(first, candidates=swapped), *document.offices[1:]))


def election_of(forger: Forger) -> Data:
    return next(one.data for one in forger.entries if one.type == "election_sealed")


def void_move(forger: Forger) -> tuple[str, Data]:
    said = {"move": "void", "state": "void", "by": "x", "reason": "查实贿选", "queue": None, "in_hand": None}
    return "poll_moved", {"election": election_of(forger)["election"], **said}


def voided(forger: Forger) -> Files:
    """The election was declared void, and then counted and certified."""
    return forger.build(more=[void_move(forger)])


def voided_before_sealing(forger: Forger) -> Files:
    def first(entries: list[Entry]) -> list[Entry]:
        (void,) = [one for one in entries if one.type == "poll_moved" and one.data["move"] == "void"]
        rest = [one for one in entries if one is not void]
        return [replace(void, at=rest[0].at, clock=None), *rest]

    return forger.build(more=[void_move(forger)], moved=first)


def box_voided(forger: Forger) -> Files:
    """The database lost the move; the box's own entry is there."""
    return forger.build(more=[("box_voided", {"box": election_of(forger)["box"], "casts": 9, "by": "x"})])


def certified_before(forger: Forger) -> Files:
    """A result was signed; this is a second one, with another."""
    said = {"manifest_sha256": "0" * 64, "committee_key": "x", "by": "x"}
    return forger.build(more=[("result_certified", {"election": election_of(forger)["election"], **said})])


def more_seats(kind: str, data: Data) -> Data:
    """The log sealed three seats for 委员, the ballot let people choose two."""
    if kind not in ("election_sealed", "candidates_posted"):
        return data
    offices = [*data["offices"][:1], data["offices"][1] | {"seats": 3}]
    return data | {"offices": offices}


def other_outcome(kind: str, data: Data) -> Data:
    if kind != "outcome_decided":
        return data
    return data | {"elected": [{"office": "主任", "names": []}, *data["elected"][1:]]}


# --- 13: exports -------------------------------------------------------------------------------------------------


def other_papers(*names: str) -> Callable[[Forger], Files]:
    """These files are made from a result with another winner; ``result.json`` is the true one."""

    def make(forger: Forger) -> Files:
        def swap(files: Files) -> Files:
            document = other_winner(read_result_json(files[RESULT]))
            pdf = signing.sign_pdf(certificate.write_pdf(document), forger.p12, PASSPHRASE, now=document.certified_at)
            made = {CSV: exports.write_csv(document), XLSX: exports.write_xlsx(document), PDF: pdf}
            return files | {name: made[name] for name in names}

        return forger.build(papers=swap)

    return make


def csv_cell_marked(forger: Forger) -> Files:
    """A mark before a name, which the reader would take for the guard against formulas."""
    return forger.build(papers=lambda files: files | {CSV: files[CSV].replace("样人".encode(), "'样人".encode())})


def xlsx_shows_other(forger: Forger) -> Files:
    """Every value is right, and a number format shows another one."""

    def swap(files: Files) -> Files:
        book = load_workbook(io.BytesIO(files[XLSX]))
        book.worksheets[0]["B4"].number_format = '"900"'
        out = io.BytesIO()
        book.save(out)
        return files | {XLSX: out.getvalue()}

    return forger.build(papers=swap)


def pdf_of_another(forger: Forger) -> Files:
    """Signed under an authority that is not the bundle's."""

    def swap(files: Files) -> Files:
        document = read_result_json(files[RESULT])
        other = signing.make_authority(community="样例", passphrase=PASSPHRASE, now=document.certified_at)
        pdf = signing.sign_pdf(
            certificate.write_pdf(document), other.signing_p12, PASSPHRASE, now=document.certified_at
        )
        return files | {PDF: pdf}

    return forger.build(papers=swap)


def pdf_changed(forger: Forger) -> Files:
    """A comment behind the signed bytes."""
    return forger.build(papers=lambda files: files | {PDF: files[PDF] + b"%\n"})


Attack = tuple[Callable[[Forger], Files], Off]
ATTACKS: dict[str, Attack] = {
    "changed_file": (changed_file, ((bundle, "check_file", none_found),)),
    "extra_file": (extra_file, ((bundle, "check_whole", none_found),)),
    "unlisted_paper": (unlisted_paper, ((bundle, "check_whole", none_found),)),
    "manifest_of_another": (manifest_of_another, ((bundle, "check_signed", lambda _, key: key),)),
    "manifest_edited": (manifest_edited, ((bundle, "check_signed", lambda _, key: key),)),
    "log_entry_edited": (log_entry_edited, ((story, "check_log", unchecked_log),)),
    "checkpoint_of_another": (checkpoint_of_another, ((story, "check_log", unchecked_log),)),
    "unchained": (unchained, ((archive, "_CHECKS", archive._CHECKS[1:]),)),
    "unproven_key": (unproven_key, ((trustees, "check_possession", nothing),)),
    "unsigned_ballot": (unsigned_ballot, ((ballot, "check_signature", nothing),)),
    "dropped_ballot": (dropped_ballot, ((archive_checks, "check_tally_record", nothing),)),
    "false_share": (false_share, ((trustees, "decrypts", lambda *_, **__: True),)),
    "moved_votes": (moved_votes, ((archive_checks, "check_counts", nothing),)),
    "revoted": (revoted, ((cards, "check_one_ballot_each", nothing),)),
    "stuffed": (stuffed, ((cards, "check_casts", nothing),)),
    "stuffed_and_counted_out": (stuffed_and_counted_out, ((cards, "check_check_ins", nothing),)),
    "check_in_repeated": (
        lambda forger: forger.build(retell=repeated_check_in),
        ((cards, "check_check_ins", nothing),),
    ),
    "undone_from_nowhere": (undone_from_nowhere, ((cards, "check_check_ins", nothing),)),
    "torn_unlogged": (
        lambda forger: forger.build(retell=leave_out("box_card_torn")),
        ((cards, "check_check_ins", nothing),),
    ),
    "other_cards": (
        lambda forger: forger.build(retell=change("box_cards_received", sha256="0" * 64)),
        ((cards, "check_cards_made", nothing),),
    ),
    "cards_over_roll": (
        lambda forger: forger.build(retell=a_shorter_roll),
        ((cards, "check_cards_made", nothing),),
    ),
    "unused_card_voted": (
        lambda forger: forger.build(
            more=[("box_unused_card_voted", unused(forger))], retell=leave_out("box_unused_scanned")
        ),
        ((cards, "check_unused", nothing), (cards, "check_before_tally", nothing)),
    ),
    "voted_card_unnamed": (
        lambda forger: forger.build(
            more=[("box_unused_card_voted", unused(forger)), ("cards_missing_decided", missing(forger, 2))],
            retell=leave_out("box_unused_scanned"),
        ),
        ((cards, "check_voted_cards", nothing),),
    ),
    "unused_miscounted": (
        lambda forger: forger.build(retell=change("box_unused_scanned", cards_unused=5)),
        ((cards, "check_unused", nothing),),
    ),
    "missing_miscounted": (
        lambda forger: forger.build(
            more=[("cards_missing_decided", missing(forger, 3))], retell=leave_out("box_unused_scanned")
        ),
        ((cards, "check_unused", nothing),),
    ),
    "missing_decided_late": (missing_decided_late, ((cards, "check_before_tally", nothing),)),
    "scanned_late": (
        lambda forger: forger.build(moved=after_the_tally("box_unused_scanned")),
        ((cards, "check_before_tally", nothing),),
    ),
    "missing_unstated": (
        lambda forger: forger.build(
            more=[("cards_missing_decided", missing(forger, 2))],
            retell=leave_out("box_unused_scanned"),
            state=lambda document: replace(document, cards=replace(document.cards, unused=6, missing=0)),
        ),
        ((outcome, "check_figures", nothing),),
    ),
    "unused_not_scanned": (
        lambda forger: forger.build(retell=leave_out("box_unused_scanned")),
        ((cards, "check_unused", nothing), (cards, "check_before_tally", nothing)),
    ),
    "sealed_other_form": (
        lambda forger: forger.build(retell=change("box_sealed", fingerprint="A" * 43)),
        ((anchors, "check_milestones", nothing),),
    ),
    "sealed_other_head": (
        lambda forger: forger.build(retell=change("box_sealed", head="0" * 64)),
        ((anchors, "check_milestones", nothing),),
    ),
    "closed_other_head": (
        lambda forger: forger.build(retell=change("box_closed", head="0" * 64)),
        ((anchors, "check_milestones", nothing),),
    ),
    "opened_other_result": (
        lambda forger: forger.build(retell=change("box_opened", result="0" * 64)),
        ((anchors, "check_milestones", nothing),),
    ),
    "trustee_keys_exchanged": (
        lambda forger: forger.build(retell=change("box_trustee_key", public_key="ab" * 32)),
        ((anchors, "check_trustees", nothing),),
    ),
    "trustee_key_after_sealing": (
        lambda forger: forger.build(moved=keys_late),
        ((anchors, "check_trustees", nothing),),
    ),
    "not_rehearsed": (
        lambda forger: forger.build(
            retell=lambda kind, data: None if kind == "box_rehearsed" and data["owner"] == 2 else data
        ),
        ((anchors, "check_trustees", nothing),),
    ),
    "share_of_another": (
        lambda forger: forger.build(retell=change("box_share_received", sha256="0" * 64)),
        ((anchors, "check_trustees", nothing),),
    ),
    "share_unlogged": (
        lambda forger: forger.build(retell=leave_out("box_share_received")),
        ((anchors, "check_trustees", nothing),),
    ),
    "torn_after_closing": (
        lambda forger: forger.build(moved=after_the_tally("box_card_torn")),
        ((times, "check_around_closing", nothing),),
    ),
    "undone_after_closing": (
        lambda forger: forger.build(moved=after_the_tally("box_check_in_undone")),
        ((times, "check_around_closing", nothing),),
    ),
    "scanned_before_closing": (
        lambda forger: forger.build(moved=scanned_early),
        ((times, "check_around_closing", nothing),),
    ),
    "cards_received_alone": (
        lambda forger: forger.build(
            retell=lambda kind, data: data | {"witness": data["by"]} if kind == "box_cards_received" else data
        ),
        ((times, "check_two_people", nothing),),
    ),
    "undone_alone": (
        lambda forger: forger.build(
            retell=lambda kind, data: data | {"second": data["by"]} if kind == "box_check_in_undone" else data
        ),
        ((times, "check_two_people", nothing),),
    ),
    "opened_with_ballots": (
        lambda forger: forger.build(retell=change("box_slot_opened", casts=2)),
        ((times, "check_pauses", nothing),),
    ),
    "stuffed_in_a_pause": (stuffed_in_a_pause, ((times, "check_pauses", nothing),)),
    "sealed_for_another_day": (
        lambda forger: forger.build(
            retell=change("election_sealed", day="2026-12-25"), state=lambda document: replace(document, day=CHRISTMAS)
        ),
        ((times, "check_day", nothing),),
    ),
    "anchor_other_head": (
        lambda forger: forger.build(retell=anchor_two(head="0" * 64)),
        ((anchors, "check_each_anchor", nothing),),
    ),
    "anchor_other_root": (
        lambda forger: forger.build(retell=anchor_two(root="0" * 64)),
        ((anchors, "check_each_anchor", nothing),),
    ),
    "anchor_other_count": (
        lambda forger: forger.build(retell=anchor_two(new=2)),
        ((anchors, "check_each_anchor", nothing),),
    ),
    "anchor_missing": (
        lambda forger: forger.build(
            retell=lambda kind, data: None if kind == "box_anchored" and data["number"] == 2 else data
        ),
        ((anchors, "check_each_anchor", nothing),),
    ),
    "sealed_late": (lambda forger: forger.build(moved=sealed_late), ((anchors, "check_order", nothing),)),
    "voided": (voided, ((outcome, "check_stands", nothing),)),
    "voided_before_sealing": (voided_before_sealing, ((outcome, "check_stands", nothing),)),
    "box_voided": (box_voided, ((outcome, "check_stands", nothing),)),
    "certified_before": (certified_before, ((outcome, "check_stands", nothing),)),
    "other_winner": (lambda forger: forger.build(state=other_winner), ((outcome, "check_decided", nothing),)),
    "other_outcome": (lambda forger: forger.build(retell=other_outcome), ((outcome, "check_logged", nothing),)),
    "more_seats": (lambda forger: forger.build(retell=more_seats), ((outcome, "check_form", nothing),)),
    "other_figures": (
        lambda forger: forger.build(
            state=lambda document: replace(document, figures=replace(document.figures, issued=10))
        ),
        ((outcome, "check_figures", nothing),),
    ),
    "other_title": (
        lambda forger: forger.build(state=lambda document: replace(document, title="另一次选举")),
        ((outcome, "check_references", nothing),),
    ),
    "petition_unasked": (
        lambda forger: forger.build(state=lambda document: replace(document, petition=Petitioned("reps", 3, 9))),
        ((outcome, "check_figures", nothing),),
    ),
    "other_log": (
        lambda forger: forger.build(state=lambda document: replace(document, log=replace(document.log, root="0" * 64))),
        ((outcome, "check_references", nothing),),
    ),
    "under_floor": (
        lambda forger: forger.build(retell=change("election_sealed", ballot_floor=10)),
        ((outcome, "check_floor", nothing),),
    ),
    "second_poll": (
        lambda forger: forger.build(state=lambda document: replace(document, kind="second")),
        ((outcome, "check_kind", nothing),),
    ),
    "revote_of_nothing": (
        lambda forger: forger.build(retell=sealed_as_revote),
        ((outcome, "check_follows", nothing),),
    ),
    "proxies": (
        lambda forger: forger.build(
            state=lambda document: replace(document, figures=replace(document.figures, proxy=2))
        ),
        ((outcome, "check_figures", nothing),),
    ),
    "papers_from_nowhere": (
        lambda forger: forger.build(moved=lambda entries: printed_before(entries, print_run(forger))),
        ((paper, "check_printed", nothing),),
    ),
    "other_csv": (other_papers(CSV), ((papers, "check_spreadsheets", nothing),)),
    "other_xlsx": (other_papers(XLSX), ((papers, "check_spreadsheets", nothing),)),
    "csv_cell_marked": (csv_cell_marked, ((papers, "check_spreadsheets", nothing),)),
    "xlsx_shows_other": (xlsx_shows_other, ((papers, "check_spreadsheets", nothing),)),
    "other_pdf": (other_papers(PDF), ((papers, "check_attachment", nothing),)),
    "pdf_of_another": (pdf_of_another, ((papers, "check_pdf_signature", nothing),)),
    "pdf_changed": (pdf_changed, ((papers, "check_pdf_signature", nothing),)),
}


def printed_before(entries: list[Entry], run: Data) -> list[Entry]:
    """A print run that the log tells of before the poll opened."""
    at = next(place for place, one in enumerate(entries) if one.type == "box_slot_opened")
    return [*entries[:at], replace(entries[at], type="papers_printed", data=run), *entries[at:]]


def missing(forger: Forger, cards: int) -> Data:
    """Of six cards that were never handed out, four were scanned and so many decided missing."""
    sealed = next(one.data for one in forger.entries if one.type == "election_sealed")
    said = {"unused": 4, "missing": cards, "voted": 0, "reason": "x", "by": "x"}
    return {"election": sealed["election"], "box": sealed["box"], **said}


def print_run(forger: Forger) -> Data:
    """A print run that the desk's counters know nothing of."""
    sealed = next(one.data for one in forger.entries if one.type == "election_sealed")
    said = {"style": "x", "printed": 5, "second": "y", "by": "x"}
    return {"election": sealed["election"], "box": sealed["box"], **said}


def unused(forger: Forger) -> Data:
    closed = next(one.data for one in forger.entries if one.type == "box_closed")
    return {"box": closed["box"], "credential": forger.small.public(16), "by": "x"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_each_check_is_the_only_one_that_stops_its_attack(
    forger: Forger, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, attack: str
) -> None:
    make, off = ATTACKS[attack]
    folder = write(make(forger), tmp_path / "bundle")
    report = verify_bundle(folder, forger.committee.key)
    found = report.findings[0]
    got = {"check": found.check, "code": found.code, "exit": int(report.verdict)}
    assert got == LISTED[attack], [str(one) for one in report.findings]
    assert {finding.check for finding in report.findings} == {found.check}
    for where, name, instead in off:
        monkeypatch.setattr(where, name, instead)
    blind = verify_bundle(folder, forger.committee.key)
    assert (blind.findings, blind.passed, blind.verdict) == ((), tuple(CHECKS), Verdict.SOUND)


def test_the_list_of_attacks_is_complete() -> None:
    assert set(LISTED) == set(ATTACKS)
    assert {case["check"] for case in LISTED.values()} == set(CHECKS)
    assert all(case["exit"] != 0 for case in LISTED.values())
