"""An election that has voted, brought to any moment of its count by the same actions the pages use."""

from datetime import UTC, datetime, timedelta
from typing import Any

from election_build import ON_THE_DAY, Built, an_open_election
from house_build import House

from voting import founding
from voting.box import casting, chain, desk, trustees
from voting.box import in_hand as desk_cards
from voting.box.in_hand import CardInHand
from voting.crypto import trustees as crypto
from voting.crypto.card_in_hand import prove_in_hand
from voting.crypto.group import get_group
from voting.database import read, writing_session
from voting.elections import actions
from voting.elections.count import actions as count
from voting.elections.count.bundle import CommitteeFiles, Passphrases, read_committee
from voting.elections.count.queries import certified_bundle
from voting.keys import read_keys

EVENING = datetime(2026, 12, 20, 10, 5, tzinfo=UTC)
PASSPHRASE = "柳树 风筝 算盘 北窗 1987"
#: 主任 and 委员 (弃权 first): the second of 主任 wins by 6 of 8, 委员 one and two by 7 and 5 of 8.
CHOICES = [
    *([[0, 0, 1], [0, 1, 1, 0]] for _ in range(5)),
    [[0, 1, 0], [0, 1, 0, 1]],
    [[0, 0, 1], [0, 1, 0, 0]],
    [[1, 0, 0], [1, 0, 0, 0]],
]


def clerk_act(built: Built, action: Any, **facts: Any) -> Any:
    return built.act(action, actor=built.accounts["clerk"], now=ON_THE_DAY, **facts)


def public_of(built: Built, card: int) -> str:
    group = get_group(built.box.group)
    return group.text(group.base_power(built.cards[card]))


def in_hand(built: Built, card: int, deed: str, mark: str = "", by: str = "clerk") -> CardInHand:
    """What the desk's scanner makes of the card: a fresh nonce of the box, answered with the card's key."""
    box, actor = built.box, built.accounts[by]
    nonce = built.act(desk_cards.new_nonce, box=box.id, actor=actor, now=ON_THE_DAY)
    about = {"uuid": box.uuid, "deed": deed, "mark": mark, "nonce": nonce}
    return CardInHand(public_of(built, card), nonce, prove_in_hand(get_group(box.group), built.cards[card], **about))


def scan(built: Built, card: int) -> desk.Scanned:
    return clerk_act(built, desk.scan_unused, box=built.box.id, card=in_hand(built, card, "unused"))


def undo(built: Built, mark: str, card: int) -> None:
    """By the clerk, before the official."""
    shown = in_hand(built, card, "undo", mark)
    clerk_act(built, desk.undo, mark=mark, card=shown, reason="left", second=built.accounts["official"])


def vote(built: Built, choices: list[list[list[int]]] = CHOICES) -> Built:
    """One person after the other: checked in, then a ballot of the next card."""
    for card, chosen in enumerate(choices):
        clerk_act(built, desk.check_in, box=built.box.id, voter=f"v{card}", voter_label=str(card + 1), desk="一号桌")
        raw = built.ballot(card, chosen)
        casting.accept(built.engine, box=built.box.id, raw=raw, log_key=read_keys(built.house.settings).log_seed)
    return built


def close(built: Built) -> Built:
    built.do(actions.stop_queue, people=0, now=EVENING)
    built.do(actions.close_poll, now=EVENING)
    return built


def scan_pile(built: Built) -> Built:
    """Every card that was never handed over, scanned as unused."""
    for card in range(built.box.cards_out, len(built.cards)):
        scan(built, card)
    return built


def a_closed_election(house: House, choices: list[list[list[int]]] = CHOICES, **facts: Any) -> Built:
    return scan_pile(close(vote(an_open_election(house, **facts), choices)))


def a_count(house: House, choices: list[list[list[int]]] = CHOICES, **facts: Any) -> Built:
    built = a_closed_election(house, choices, **facts)
    built.do(count.begin_count, now=EVENING)
    return built


def give_share(built: Built, trustee: int) -> None:
    """The share of trustee 0 or 1, made from the archived tally."""
    from voting.box import tallying

    with read(built.engine) as session:
        form = chain.sealed_election(session, built.box.id)
        tally = tallying.encrypted_tally(session, built.box, form)
    record = crypto.partial_decryption(form.group, form.fingerprint, built.trustee_secrets[trustee], tally)
    login = ("supervisor", "supervisor2")[trustee]
    built.act(trustees.add_share, box=built.box.id, account=built.accounts[login], record=record, now=EVENING)


def a_decided_election(house: House, choices: list[list[list[int]]] = CHOICES, **facts: Any) -> Built:
    built = a_count(house, choices, **facts)
    give_share(built, 0)
    give_share(built, 1)
    built.do(count.decide_outcome, now=EVENING)
    return built


def committee(built: Built) -> CommitteeFiles:
    """The committee's files in the installation's folder, made when first asked for."""
    folder = founding.committee_folder(built.house.settings, built.community)
    if not folder.exists():
        founding.make_committee(
            built.house.settings, built.engine, now=EVENING, community_id=built.community, passphrase=PASSPHRASE
        )
    return read_committee(folder)


def certify(built: Built, **facts: Any) -> str:
    given = {
        "election_id": built.election_id,
        "committee": committee(built),
        "passphrases": Passphrases(PASSPHRASE),
        "log_seed": read_keys(built.house.settings).log_seed,
        "actor": built.actor(),
        "now": EVENING + timedelta(minutes=10),
        **facts,
    }
    with writing_session(built.engine) as session:
        return count.certify(session, **given)


def bundle(built: Built) -> dict[str, bytes]:
    return built.look(lambda session, election: certified_bundle(session, election=election))
