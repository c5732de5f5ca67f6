"""The calendar knows from what was recorded what is done, and on which day: committee to hand-over."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from count_build import EVENING, a_decided_election, certify
from election_build import (
    AFTER_OBJECTIONS,
    BEFORE,
    Built,
    a_published_election,
    a_sealed_election,
    an_election,
    with_candidates,
    with_rehearsals,
    with_roll,
)
from house_build import House
from paper_build import record

from voting.elections.after import deeds
from voting.elections.committee.actions import Chosen, Vote, form_committee
from voting.elections.proxies import actions as proxies
from voting.elections.review import actions as review
from voting.elections.roll.queries import find
from voting.elections.schedule import calendar_of
from voting.law.profiles import NATIONAL
from voting.law.timeline import Standing, Status


def calendar(built: Built, now: datetime) -> dict[str, Standing]:
    return {one.step.name: one for one in built.look(lambda session, e: calendar_of(session, e, now))}


def done(built: Built, now: datetime, *names: str) -> list[tuple[Status, date | None]]:
    found = calendar(built, now)
    return [(found[name].status, found[name].done) for name in names]


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T01:00").replace(tzinfo=UTC)


def test_a_bare_draft_has_everything_ahead_and_calls_what_is_near(house: House) -> None:
    built = an_election(house)
    found = calendar(built, at("2026-11-25"))
    assert {one.status for one in found.values()} == {Status.AHEAD, Status.LATE}
    # Common practice is over for committee and registration; nothing binds there.
    late = {name for name, one in found.items() if one.status is Status.LATE}
    assert late == {"committee", "registration"} and not any(found[name].step.binding for name in late)
    # Three days before the 30th the roll is called; on the 30th it is due, on the 1st late.
    for day, status, alarm in (("26", Status.AHEAD, False), ("27", Status.AHEAD, True), ("30", Status.DUE, True)):
        one = calendar(built, at(f"2026-11-{day}"))["post_roll"]
        assert (one.status, one.alarm) == (status, alarm)
    assert calendar(built, at("2026-12-01"))["post_roll"].status is Status.LATE


def test_committee_lists_and_review_stand_with_their_days(house: House) -> None:
    built = with_roll(an_election(house))
    chosen = tuple(
        Chosen(
            built.look(lambda s, e, n=number: find(s, election=e, query=str(n)))[0].id,
            "chair" if number == 6 else "member",
            90 - number,
        )
        for number in (6, 7, 8)
    )
    vote = Vote(body="representatives", held_on=date(2026, 11, 16), due=40, attended=33, size=3, chosen=chosen)
    built.do(form_committee, vote=vote, profile=NATIONAL)
    assert done(built, BEFORE, "committee", "review") == [
        (Status.DONE, date(2026, 11, 16)), (Status.AHEAD, None),
    ]  # fmt: skip


def test_an_election_without_review_and_proxies_needs_neither(house: House) -> None:
    built = with_candidates(a_published_election(house))
    assert done(built, BEFORE, "post_roll", "post_candidates", "nomination", "review") == [
        (Status.DONE, date(2026, 11, 25)), (Status.DONE, date(2026, 11, 25)), (Status.DONE, date(2026, 11, 25)),
        (Status.NOT_NEEDED, None),
    ]  # fmt: skip
    # Objections may come until the 30th; on 1 December they are over. Proxies may be made out until the 19th.
    assert done(built, at("2026-11-30"), "objections", "proxy_list") == [(Status.DUE, None), (Status.AHEAD, None)]
    assert done(built, at("2026-12-20"), "objections", "decisions", "proxy_papers", "proxy_list", "withdrawals") == [
        (Status.DONE, date(2026, 11, 30)), (Status.DONE, None), (Status.DONE, None), (Status.NOT_NEEDED, None),
        (Status.DONE, None),
    ]  # fmt: skip
    built.do(review.waive_review, why="没有部门")
    assert done(built, BEFORE, "review") == [(Status.NOT_NEEDED, None)]


def test_keys_cards_rehearsals_and_proxies_stand_with_the_day_of_the_last(house: House) -> None:
    built = a_sealed_election(house, voters=24)
    now = AFTER_OBJECTIONS
    assert done(built, now, "keys_and_cards", "rehearsal") == [
        (Status.DONE, date(2026, 11, 25)), (Status.AHEAD, None),
    ]  # fmt: skip
    with_rehearsals(built)
    record(built, 16, 15)
    # A form that waits for its list: the list is late from the 20th on.
    assert done(built, now, "rehearsal", "proxy_list") == [(Status.DONE, date(2026, 11, 25)), (Status.AHEAD, None)]
    assert done(built, at("2026-12-20"), "proxy_list") == [(Status.LATE, None)]
    built.do(proxies.post_list)
    assert done(built, now, "proxy_list", "proxy_papers") == [(Status.DONE, now.date())] * 2


def test_result_second_poll_seal_and_hand_over(house: House) -> None:
    built = a_decided_election(house, profile="shanghai")
    day = date(2026, 12, 20)
    assert done(built, EVENING, "poll", "result", "second_poll", "handover") == [
        (Status.DONE, day), (Status.DONE, day), (Status.NOT_NEEDED, None), (Status.AHEAD, None),
    ]  # fmt: skip
    certify(built)
    later = EVENING + timedelta(days=12)
    assert done(built, later, "handover", "seal_handover") == [(Status.LATE, None)] * 2

    def deed(kind: str, on: date, **facts: Any) -> None:
        built.do(deeds.record_deed, kind=kind, facts=facts, day=on, now=later)

    deed("handover_item", day, item="居委会公章", amount="1 枚")
    deed("handover", date(2026, 12, 31), signatures="5", watched_by="示例街道")
    # Ten days from the 20th are over on the 30th.
    assert done(built, later, "seal_handover", "handover") == [
        (Status.DONE, day), (Status.DONE_LATE, date(2026, 12, 31)),
    ]  # fmt: skip


def test_a_seat_left_open_waits_for_its_second_poll(house: House) -> None:
    # Eight of twelve vote; 主任 gets blanks alone: a second poll within ten days.
    built = a_decided_election(house, [[[1, 0, 0], [0, 1, 1, 0]]] * 8)
    assert done(built, EVENING, "second_poll") == [(Status.AHEAD, None)]
    assert calendar(built, EVENING)["second_poll"].step.latest == date(2026, 12, 30)
    assert done(built, EVENING + timedelta(days=11), "second_poll") == [(Status.LATE, None)]
