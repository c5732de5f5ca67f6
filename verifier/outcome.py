"""Check 12 (docs/verify.md): who is elected, decided again from the log's rules and the archive's counts."""

from collections.abc import Iterator

from audit.checkpoint import Checkpoint
from verifier.archive import ArchiveFacts
from verifier.cards import decision_on_missing
from verifier.report import Lacking
from verifier.story import Story
from voting.box import events
from voting.elections.count.report import (
    ArchiveRef,
    Cards,
    Figures,
    LogRef,
    ResultDocument,
    offices_of,
)
from voting.elections.count.rules import CountFacts, ElectionOutcome, OfficeCount, decide
from voting.elections.events import ElectionSealed, OutcomeDecided, PollMoved, ResultCertified
from voting.errors import Malformed
from voting.law.profiles import LAWS, Law, Mode, law_of


def check_outcome(
    document: ResultDocument, facts: ArchiveFacts, story: Story, head: Checkpoint, sha256: str
) -> ElectionOutcome:
    """12: ``result.json`` says what follows from log and archive, and so did the log. ``sha256``: the archive file's.

    Raises Lacking where the result rests on something that neither shows (paper ballots, a second poll).
    """
    check_stands(story)
    check_form(facts, story)
    check_floor(facts, story)
    check_shown(document)
    count = count_facts(facts, story)
    outcome = decide(count)
    check_logged(story, outcome)
    check_figures(document, facts, story, count)
    check_decided(document, count, outcome)
    check_references(document, facts, story, head, sha256)
    return outcome


def count_facts(facts: ArchiveFacts, story: Story) -> CountFacts:
    """N, mode, offices and seats as sealed; I from the desk's counters; C and the votes from the archive."""
    sealed, closed = story.only(ElectionSealed).fact, story.only(events.BoxClosed).fact
    if facts.result is None:
        raise Lacking("RESULT_MISSING", "还没有公布结果", "There is no result yet")
    return CountFacts(
        mode=_mode(sealed),
        law=sealed_law(sealed).key,
        eligible=sealed.eligible,
        issued=closed.cards_out - closed.cards_returned - closed.cards_torn,
        collected=len(facts.trackers),
        offices=tuple(
            OfficeCount(title, seats, dict(zip(names, counts[1:], strict=True)), blank=counts[0])
            for (title, seats, names), counts in zip(sealed.offices, facts.result, strict=True)
        ),
    )


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
    floor, ballots = story.only(ElectionSealed).fact.ballot_floor, len(facts.trackers)
    if ballots < floor and not story.only(events.TalliedEncrypted).fact.floor_decision:
        raise Malformed(
            "UNDER_FLOOR",
            f"只有 {ballots} 张选票，少于 {floor} 张，却没有选举委员会的开票决定",
            f"Only {ballots} ballots, under {floor}, were opened without a decision of the committee",
        )


def check_shown(document: ResultDocument) -> None:
    """12: the result rests on nothing that this bundle cannot show."""
    figures = document.figures
    void = any(office.void for office in document.offices)
    if figures.paper or figures.mobile or figures.proxy or void:
        raise Lacking(
            "PAPER_UNSHOWN",
            "结果里有纸票、流动票箱、委托投票或废票，这个结果包不含它们的凭据",
            "The result counts paper, mobile, proxy or void ballots, for which this bundle holds no evidence",
        )
    if document.second or document.ineligible:
        raise Lacking(
            "SECOND_POLL_UNSHOWN",
            "结果称是另行选举或有人当选无效，日志里没有记载",
            "The result claims a second poll or a bar, of which the log says nothing",
        )


def check_logged(story: Story, outcome: ElectionOutcome) -> None:
    """12: the outcome that was announced, and logged, is the one that the rules give."""
    said = story.only(OutcomeDecided).fact
    elected = tuple((office.name, office.outcome.elected) for office in outcome.offices)
    if (said.valid, said.next, said.elected) != (outcome.valid, outcome.next.value, elected):
        raise Malformed(
            "OUTCOME_OTHER",
            f"日志记的结果与按法律重新计算的不同（重新计算：{_names(elected)}）",
            f"The logged outcome is not what the law's arithmetic gives (recomputed: {_names(elected)})",
        )


def check_figures(document: ResultDocument, facts: ArchiveFacts, story: Story, count: CountFacts) -> None:
    """12: people, cards and ballots of ``result.json`` are the log's and the archive's."""
    closed = story.only(events.BoxClosed).fact
    ballots = len(facts.trackers)
    _require_same("figures", document.figures, Figures(count.eligible, count.issued, ballots, ballots, 0, 0, 0))
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
    article = law.reason("", "", law.turnout_article)
    stated = (sealed.title, sealed.place, sealed.day, sealed.mode, law.key, article.article, article.article_en)
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
