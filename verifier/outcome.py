"""Check 12 (docs/verify.md): who is elected, decided again from the log's rules and the archive's counts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from audit.checkpoint import Checkpoint
from verifier import paper
from verifier.archive import ArchiveFacts
from verifier.cards import decision_on_missing, papers_issued
from verifier.follows import check_follows
from verifier.petitions import petitioned
from verifier.posted import check_posted
from verifier.report import Lacking
from verifier.story import Said, Story, sealed_kind
from voting.box import events
from voting.elections.count.events import WinAnnulled
from voting.elections.count.merging import figures_of, with_paper
from voting.elections.count.report import (
    ArchiveRef,
    Cards,
    LogRef,
    ResultDocument,
    offices_of,
)
from voting.elections.count.rules import CountFacts, ElectionOutcome, OfficeCount, decide
from voting.elections.count.stated import figures_said
from voting.elections.count.wording import article_of
from voting.elections.events import ElectionSealed, OutcomeDecided, PollMoved, ResultCertified
from voting.elections.paper.channels import outlets_of
from voting.errors import Malformed
from voting.law.profiles import LAWS, Law, Mode, law_of


def check_outcome(
    document: ResultDocument, facts: ArchiveFacts, story: Story, head: Checkpoint, sha256: str
) -> ElectionOutcome:
    """12: ``result.json`` says what follows from log and archive, and so did the log. ``sha256``: the archive file's.

    Raises Lacking where the result rests on something that neither shows.
    """
    check_stands(story)
    check_form(facts, story)
    check_posted(story)
    check_floor(facts, story)
    check_follows(story)
    check_posted(story)
    count = count_facts(facts, story)
    outcome = decide(count)
    check_logged(story, count)
    check_kind(document, story, count)
    check_figures(document, facts, story, count)
    check_decided(document, count, outcome)
    check_references(document, facts, story, head, sha256)
    return outcome


def count_facts(facts: ArchiveFacts, story: Story) -> CountFacts:
    """N, mode, offices and seats as sealed; I from the desk's counters; C and the votes from the archive."""
    sealed, closed = story.only(ElectionSealed).fact, story.only(events.BoxClosed).fact
    if facts.result is None:
        raise Lacking("RESULT_MISSING", "还没有公布结果", "There is no result yet")
    tablets = CountFacts(
        mode=_mode(sealed),
        law=sealed_law(sealed).key,
        kind=sealed_kind(sealed),
        require_turnout=sealed.second_turnout,
        ineligible=_names_of(story.all(WinAnnulled)),
        eligible=sealed.eligible,
        issued=closed.cards_out - closed.cards_returned - closed.cards_torn,
        collected=len(facts.trackers),
        offices=tuple(
            OfficeCount(title, seats, dict(zip(names, counts[1:], strict=True)), blank=counts[0])
            for (title, seats, names), counts in zip(sealed.offices, facts.result, strict=True)
        ),
    )
    counted, cards = paper.boxes_of(story), tablets.issued
    try:
        return with_paper(
            tablets,
            paper.sheet_of(story),
            outlets_of(counted, papers_issued(closed) + (cards if sealed.legal_record == "paper" else 0)),
            papers_issued=papers_issued(closed),
            legal_record=sealed.legal_record,
        )
    except ValueError as error:
        raise Malformed(
            "PAPER_FORM_OTHER",
            "票箱的数字不是日志里封定的职务和候选人的",
            "The figures of a box are not of the offices and candidates sealed in the log",
        ) from error


def check_stands(story: Story) -> None:
    """12: the election was never declared void, and nobody signed another result of it before this one."""
    voided = [*story.all(events.BoxVoided), *(said for said in story.all(PollMoved) if "void" in _move(said.fact))]
    if voided:
        raise Malformed(
            "ELECTION_VOIDED",
            f"日志第 {voided[0].seq} 条宣布这次选举无效，它不能有结果",
            f"Entry {voided[0].seq} of the log declares this election void; it can have no result",
        )
    for certified in story.all(ResultCertified):
        manifest = certified.fact.manifest_sha256
        raise Malformed(
            "CERTIFIED_BEFORE",
            f"日志第 {certified.seq} 条：这次选举已经签发过结果，清单 SHA-256 是 {manifest}",
            f"Entry {certified.seq}: a result of this election was certified before, of manifest {manifest}",
        )


def _move(moved: PollMoved) -> tuple[str, str]:
    return moved.move, moved.state


def check_form(facts: ArchiveFacts, story: Story) -> None:
    """12: the ballot asks what was sealed: the same offices, seats and names in the same order, with a blank."""
    sealed = story.only(ElectionSealed).fact
    asked = [(one.text, one.maximum, one.answers, one.minimum, one.blank) for one in facts.election.questions]
    if asked != [(title, seats, names, 1, True) for title, seats, names in sealed.offices]:
        raise Malformed(
            "FORM_OTHER",
            "选票上的职务、名额或候选人不是日志里封定的",
            "Offices, seats or candidates on the ballot are not those sealed in the log",
        )
    if any(len(set(names)) != len(names) for _, _, names in sealed.offices):
        raise Malformed("NAME_TWICE", "同一职务有两个相同的姓名", "An office lists a name twice")


def check_floor(facts: ArchiveFacts, story: Story) -> None:
    """12: a tally of very few ballots, which exposes voters, was opened on a recorded decision only."""
    sealed, ballots = story.only(ElectionSealed).fact, len(facts.trackers)
    # Where the paper is the record, the few filled in by hand lie among those that the tablets printed.
    papers = papers_issued(story.only(events.BoxClosed).fact) if sealed.legal_record != "paper" else 0
    floor = sealed.ballot_floor
    if (ballots < floor or 0 < papers < floor) and not story.only(events.TalliedEncrypted).fact.floor_decision:
        raise Malformed(
            "UNDER_FLOOR",
            f"平板选票 {ballots} 张、纸质选票 {papers} 张，有一种少于 {floor} 张，却没有选举委员会的开票决定",
            f"{ballots} ballots and {papers} papers, one of them under {floor}, were opened without a decision of the "
            "committee",
        )


def check_logged(story: Story, count: CountFacts) -> None:
    """12: the outcome that was announced, and logged, is the one that the rules give; each time it was announced.

    It is announced again where somebody's win was declared void after the count: the logged outcome of that moment
    is held against the wins void until then.
    """
    wins = story.all(WinAnnulled)
    said = story.some(OutcomeDecided)
    if len(said) > 1 + len(wins):
        raise Malformed(
            "LOG_SAID_TWICE",
            f"日志里结果有 {len(said)} 条，只能有一条，当选无效后再各有一条",
            f"The log says the outcome {len(said)} times; once is right, and once more after each win declared void",
        )
    for one in said:
        known = _names_of(win for win in wins if win.seq < one.seq)
        outcome = decide(replace(count, ineligible=known))
        elected = tuple((office.name, office.outcome.elected) for office in outcome.offices)
        stated = (one.fact.valid, one.fact.next, one.fact.elected, one.fact.count)
        last = one is not said[-1] or known == count.ineligible
        if stated != (outcome.valid, outcome.next.value, elected, figures_said(count)) or not last:
            raise Malformed(
                "OUTCOME_OTHER",
                f"日志记的结果与按法律重新计算的不同（重新计算：{_names(elected)}）",
                f"The logged outcome is not what the law's arithmetic gives (recomputed: {_names(elected)})",
            )


def check_kind(document: ResultDocument, story: Story, count: CountFacts) -> None:
    """12: ``result.json`` calls the poll what it was sealed as, and names whose win the log declares void."""
    sealed = story.only(ElectionSealed).fact
    lawful = 0 if sealed.mode == Mode.RESIDENT_REPS else sealed_law(sealed).proxies
    if sealed.proxies_max > lawful:
        raise Malformed(
            "PROXIES_OVER_LAW",
            f"日志说每人可代 {sealed.proxies_max} 人投票，法律只许 {lawful} 人",
            f"The log lets one holder vote for {sealed.proxies_max} people; the law allows {lawful}",
        )
    _require_same(
        "kind, ineligible", (document.kind, document.ineligible), (count.kind, tuple(sorted(count.ineligible)))
    )


def check_figures(document: ResultDocument, facts: ArchiveFacts, story: Story, count: CountFacts) -> None:
    """12: people, cards and ballots of ``result.json`` are the log's and the archive's."""
    closed = story.only(events.BoxClosed).fact
    found = paper.boxes_of(story)
    inside = {kind: sum(papers for _, one, _, papers in found if one == kind) for kind in ("main", "mobile")}
    figures = figures_of(
        count, casts=len(facts.trackers), main=inside["main"], mobile=inside["mobile"], proxies=closed.proxies
    )
    _require_same("figures", document.figures, figures)
    _require_same("petition", document.petition, petitioned(story))
    sealed = story.only(ElectionSealed).fact
    _require_same("legal_record", document.legal_record, sealed.legal_record)
    _require_same("papers", document.papers, paper.papers_of(story, closed))
    decided = decision_on_missing(story)
    missing = decided.missing if decided else 0
    cards = Cards(
        made=closed.cards_made,
        out=closed.cards_out,
        returned=closed.cards_returned,
        torn=closed.cards_torn,
        unused=closed.cards_made - closed.cards_out - missing,
        missing=missing,
        refused_uses=closed.refused_uses,
    )
    _require_same("cards", document.cards, cards)


def check_decided(document: ResultDocument, count: CountFacts, outcome: ElectionOutcome) -> None:
    """12: votes, seals, reasons and what follows, office by office."""
    _require_same("valid", document.valid, outcome.valid)
    _require_same("because", document.because, outcome.because)
    _require_same("offices", document.offices, offices_of(count, outcome))


def check_references(
    document: ResultDocument, facts: ArchiveFacts, story: Story, head: Checkpoint, sha256: str
) -> None:
    """12: ``result.json`` names this archive, this log, this election and its law."""
    sealed = story.only(ElectionSealed).fact
    law = sealed_law(sealed)
    stated = (sealed.title, sealed.place, sealed.day, sealed.mode, law.key, *article_of(law, sealed.kind))
    election = facts.election
    archive = ArchiveRef(sha256, election.uuid, election.fingerprint, len(facts.trackers))
    times = (story.some(events.SlotOpened)[0].at, story.only(events.BoxClosed).at)
    wanted: tuple[tuple[str, object, object], ...] = (
        ("archive", document.archive, archive),
        ("log", document.log, LogRef(head.origin, head.size, head.root.hex())),
        ("title, place, day, mode, law, article", _stated(document), stated),
        ("opened_at, closed_at", (document.opened_at, document.closed_at), times),
    )
    for name, found, right in wanted:
        _require_same(name, found, right)


def _stated(document: ResultDocument) -> tuple[object, ...]:
    d = document
    return d.title, d.place, d.day, d.mode, d.law, d.article, d.article_en


def _mode(sealed: ElectionSealed) -> Mode:
    try:
        return Mode(sealed.mode)
    except ValueError as error:
        raise Lacking("MODE_UNKNOWN", "本程序不认识这种选举方式", "This program does not know the mode") from error


def _names_of(wins: Iterable[Said[WinAnnulled]]) -> frozenset[str]:
    return frozenset(win.fact.name for win in wins)


def sealed_law(sealed: ElectionSealed) -> Law:
    """The version that the log says the election began under, never the newest this program happens to know."""
    if sealed.law not in {law.key for law in LAWS}:
        raise Lacking(
            "LAW_UNKNOWN",
            f"本程序不认识法律版本“{sealed.law}”：请用与平台同版本的核验程序",
            f"This program does not know the law “{sealed.law}”: use the verifier of the platform's version",
        )
    law = law_of(sealed.law, _mode(sealed))
    if sealed.day < law.in_force:
        raise Malformed(
            "LAW_NOT_IN_FORCE",
            f"日志说按“{law.key}”办理，但该法 {law.in_force} 才施行，选举日是 {sealed.day}",
            f"The log says “{law.key}”, which came into force on {law.in_force}, after the election day {sealed.day}",
        )
    return law


def _require_same(name: str, found: object, right: object) -> None:
    if found != right:
        raise Malformed(
            "RESULT_STATES_OTHER",
            f"result.json 的 {name} 与日志和选票档案算出的不同",
            f"{name} in result.json is not what log and archive give",
        )


def _names(elected: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return "; ".join(f"{office} {'、'.join(names) or '—'}" for office, names in elected)


def sentences(outcome: ElectionOutcome) -> Iterator[tuple[str, str]]:
    """The arithmetic in words, zh and en: for the whole poll, then office by office."""
    yield from ((reason.zh, reason.en) for reason in outcome.because)
    for office in outcome.offices:
        yield from ((f"{office.name}：{one.zh}", f"{office.name}: {one.en}") for one in office.outcome.because)
