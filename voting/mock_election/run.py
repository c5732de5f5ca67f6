"""The order of the day: every step of the main job by its name, and what stays on disk of it."""

import json
from collections.abc import Callable

from voting.mock_election import before, count, poll
from voting.mock_election.day import Advance, Day

Step = Callable[[Day, Advance], None]

STEPS: tuple[tuple[str, Step], ...] = (
    ("选举和名单 / election and roll", before.set_up),
    ("候选人 / candidates", before.nominate),
    ("建密钥 / trustees' keys", before.make_keys),
    ("制卡 / cards", before.make_cards),
    ("封定 / seal", before.seal),
    ("演练 / rehearsal", before.rehearse),
    ("领卡和投票 / check-in and voting", poll.vote),
    ("清点未用卡 / unused cards", poll.scan_unused),
    ("加密合计 / encrypted tally", count.tally),
    ("核对和解密 / check and decrypt", count.decrypt),
    ("确定结果 / outcome", count.decide),
    ("签发 / certify", count.certify),
    ("独立核验 / independent verification", count.verify),
)


def write_summary(day: Day) -> None:
    """The figures of the run beside its bundle."""
    figures = {"uuid": day.uuid, "group": day.group, "voters": len(day.entries), "ballots": len(day.visits)}
    (day.folder / "summary.json").write_text(
        json.dumps({**figures, "notes": day.notes, "counts": day.counts}, ensure_ascii=False, indent=1)
    )
