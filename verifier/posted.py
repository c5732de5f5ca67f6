"""Check 12 (docs/verify.md): what was sealed is what the log said was posted: rules, roll, offices, candidates."""

from verifier.report import Lacking
from verifier.story import Story
from voting.elections.events import CandidatesPosted, ElectionCreated, ElectionSealed, RollPublished
from voting.elections.posted import Posted, sealed_otherwise
from voting.elections.roll.events import ElectionRulesChanged, RollVersionPosted
from voting.errors import Malformed


def check_posted(story: Story) -> None:
    """12: the database was not edited between what was posted and what was sealed."""
    sealed = story.only(ElectionSealed)
    try:
        found = sealed_otherwise(sealed.fact, _posted(story.until(sealed.seq)))
    except (KeyError, ValueError) as error:
        raise Lacking("RULES_UNKNOWN", "本程序不认识日志里的规则", "The log names rules unknown here") from error
    if found:
        raise Malformed(
            "SEALED_OTHER",
            f"封定的{found[0]}不是日志里封定以前公布的",
            f"What was sealed is not what the log said was posted: {found[1]}",
        )


def _posted(before: Story) -> Posted:
    created = before.only(ElectionCreated).fact
    changed = [one.fact for one in before.all(ElectionRulesChanged)]
    rolls = [(one.seq, one.fact.roll_sha256, one.fact.entries) for one in before.all(RollPublished)]
    rolls += [(one.seq, one.fact.roll_sha256, one.fact.counted) for one in before.all(RollVersionPosted)]
    lists = before.all(CandidatesPosted)
    return Posted(
        law=created.law,
        mode=created.mode,
        profile=changed[-1].profile if changed else created.profile,
        options=changed[-1].options if changed else created.options,
        roll=max(rolls)[1:] if rolls else None,
        offices=lists[-1].fact.offices if lists else None,
    )
