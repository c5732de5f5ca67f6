"""Browser figures in headless Chromium: sealing a ballot, making cards, opening a key, checking ballots.

Run from the project's root: ``.venv/bin/python bench/browser.py``. The ballot is one question of 10 candidates
with a blank, up to 5 seats. "First" includes starting the worker and the tables for the election key.
"""

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from browser_page import HOST, Hall  # noqa: E402  the path is set above

from voting.crypto import trustees  # noqa: E402
from voting.crypto.election import Question, new_uuid, write_election  # noqa: E402
from voting.crypto.group import get_group  # noqa: E402

SCRIPT = """async ([record, uuid, code, cards]) => {
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
    return out;
}"""


def main() -> None:
    """Print the table."""
    group = get_group("Ed25519")
    _secret, key = trustees.make_key(group, "bench")
    uuid = new_uuid()
    record = write_election(
        uuid=uuid,
        name="bench",
        description="",
        group=group,
        public_key=trustees.parse_trustee(group, key).public_key,
        questions=[Question("bench", tuple(f"c{n}" for n in range(10)), blank=True, minimum=1, maximum=5)],
    )
    from voting.crypto.credentials import make_code  # noqa: PLC0415  after the path

    hall = Hall()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-gpu", f"--host-resolver-rules=MAP {HOST} 127.0.0.1"],
        )
        page = browser.new_page()
        page.goto(hall.show("/bench", "<p>bench</p>"))
        for name, ms in page.evaluate(SCRIPT, [record.decode(), uuid, make_code(), 200]).items():
            print(f"{name:42} {ms:10.0f} ms")
        browser.close()
    hall.close()


if __name__ == "__main__":
    main()
