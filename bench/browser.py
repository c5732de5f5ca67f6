"""Browser figures in headless Chromium: sealing a ballot, making cards, opening a key, checking ballots.

Run from the project's root: ``.venv/bin/python bench/browser.py``. The ballot is one question of 10 candidates
with a blank, up to 5 seats. "First" includes starting the worker and the tables for the election key.
"""

import base64
import io
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser_page import HOST, Hall  # noqa: E402  the path is set above

from voting.crypto import archive, keyfile, trustees  # noqa: E402
from voting.crypto.ballot import make_ballot, parse_ballot  # noqa: E402
from voting.crypto.credentials import make_code  # noqa: E402
from voting.crypto.election import (  # noqa: E402
    Election,
    Question,
    new_uuid,
    write_election,
    write_public_credentials,
)
from voting.crypto.group import get_group  # noqa: E402
from voting.crypto.tally import aggregate  # noqa: E402

SCRIPT = """async ([record, uuid, code, cards, count, box]) => {
    const timed = async (work) => {
        const started = performance.now();
        const value = await work();
        return [performance.now() - started, value];
    };
    const client = await import("/static/booth/client.js");
    const choices = [[0, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0]];
    const out = {};
    const [opening, card] = await timed(() => client.openCard(code, uuid));
    out["card opened (PBKDF2, worker started)"] = opening;
    const seal = () => client.sealBallot({ electionRecord: record, handle: card.handle, choices });
    out["first ballot sealed"] = (await timed(seal))[0];
    const times = [];
    for (let i = 0; i < 20; i++) times.push((await timed(seal))[0]);
    times.sort((a, b) => a - b);
    out["next ballots, median of 20"] = times[10];
    out["next ballots, slowest of 20"] = times[19];
    const passphrase = "bench bench bench";
    const asked = { name: "bench", group: "Ed25519", uuid, passphrase };
    const [making, key] = await timed(() => client.makeTrusteeKey(asked));
    out["trustee key made and sealed"] = making;
    out["trustee key opened"] = (await timed(() => client.openTrusteeKey({ keyFile: key.keyFile, passphrase })))[0];
    const [carding] = await timed(() => client.makeCards({ uuid, count: cards }));
    out[`${cards} cards on ${navigator.hardwareConcurrency} cores`] = carding;
    out["2,600 cards at that rate"] = carding / cards * 2600;
    const archiveBytes = Uint8Array.from(atob(count.archive), (c) => c.charCodeAt(0));
    const decrypting = await timed(() => client.decryptTally({ archiveBytes, keyFile: count.keyFile, passphrase }));
    out[`tally of ${box} ballots checked and decrypted`] = decrypting[0];
    return out;
}"""


CARDS = 200
BALLOTS = 40


def closed_box(record: bytes, secret: int, key: bytes) -> dict[str, str]:
    """An archive of ``BALLOTS`` ballots to decrypt, and the key file of its one trustee."""
    election = Election.parse(record)
    group = election.group
    cards = [group.random_scalar() for _ in range(BALLOTS)]
    ballots = [make_ballot(election, card, [[0, 1] + [0] * 9]) for card in cards]
    tally = aggregate(election, [(parse_ballot(election, raw), 1) for raw in ballots])
    stream = io.BytesIO()
    writer = archive.Writer(stream, 1_790_000_000)
    public = [group.text(group.base_power(card)) for card in cards]
    writer.setup(record, trustees.write_trustees([key]), write_public_credentials(group, public))
    for raw in ballots:
        writer.ballot(raw)
    writer.end_ballots()
    writer.encrypted_tally(tally.record(), tally.sized_record())
    key_file = keyfile.seal_trustee_key(
        group=group, name="bench", election=election.uuid, secret=secret, passphrase="bench bench bench"  # noqa: S106  guards nothing but a benchmark
    )
    return {"archive": base64.b64encode(stream.getvalue()).decode(), "keyFile": key_file.decode()}


def main() -> None:
    """Print the table."""
    group = get_group("Ed25519")
    secret, key = trustees.make_key(group, "bench")
    uuid = new_uuid()
    record = write_election(
        uuid=uuid,
        name="bench",
        description="",
        group=group,
        public_key=trustees.parse_trustee(group, key).public_key,
        questions=[Question("bench", tuple(f"c{n}" for n in range(10)), blank=True, minimum=1, maximum=5)],
    )
    given = [record.decode(), uuid, make_code(), CARDS, closed_box(record, secret, key), BALLOTS]
    hall = Hall()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        page = browser.new_page()
        page.goto(hall.show("/bench", "<p>bench</p>"))
        for name, ms in page.evaluate(SCRIPT, given).items():
            print(f"{name:42} {ms:10.0f} ms")
        browser.close()
    hall.close()


if __name__ == "__main__":
    main()
