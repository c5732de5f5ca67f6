"""The trustees' own computer: a key opens nothing that its owner has not checked. All through files."""

import argparse
import hashlib
import io
import json
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from voting.box import ceremony, cli
from voting.box.one_tally import OneTally, Opening
from voting.crypto import archive, ballot, tally, trustees
from voting.crypto.credentials import credential_secret, make_code, parse_credential, public_credential
from voting.crypto.election import Election, Question, new_uuid, write_election, write_public_credentials
from voting.crypto.group import get_group
from voting.errors import Conflict, Malformed, NotAllowed, NotFound, Refused, TooEarly

PASSPHRASE = "柳树 风筝 算盘 北窗 1987"
GROUP = get_group("Ed25519")
QUESTIONS = [
    Question("主任", ("甲例", "乙例"), blank=True, minimum=1, maximum=1),
    Question("委员", ("丙例", "丁例", "戊例"), blank=True, minimum=1, maximum=2),
]
TIME = 1_797_724_800


@dataclass
class Poll:
    """Three trustees, seven cards and their ballots, and the archive of it all, in a folder of files."""

    folder: Path
    election: Election
    keys: list[ceremony.MadeKey]
    publics: list[str]
    ballots: list[bytes]
    other_ballots: list[bytes] = field(default_factory=list)

    @property
    def trustees_record(self) -> bytes:
        return trustees.write_trustees(key.public_record for key in self.keys)

    def archive(self, ballots=None, *, summed=None, trustees_record=None, closed=True, name="ballots.bel") -> Path:
        """An archive of ``ballots`` whose tally is the sum of ``summed``."""
        cast = self.ballots if ballots is None else ballots
        out = io.BytesIO()
        writer = archive.Writer(out, TIME)
        credentials = write_public_credentials(GROUP, self.publics)
        writer.setup(self.election.record, trustees_record or self.trustees_record, credentials)
        for raw in cast:
            writer.ballot(raw)
        if closed:
            parsed = [ballot.parse_ballot(self.election, raw) for raw in (cast if summed is None else summed)]
            total = tally.aggregate(self.election, ((one, 1) for one in parsed))
            writer.end_ballots()
            writer.encrypted_tally(total.record(), total.sized_record())
        path = self.folder / name
        path.write_bytes(out.getvalue())
        return path


def run(*arguments: object) -> int:
    parser = argparse.ArgumentParser()
    cli.add_commands(parser.add_subparsers(required=True))
    args = parser.parse_args([str(argument) for argument in arguments])
    code: int = args.run(args)
    return code


@pytest.fixture(scope="module")
def poll(tmp_path_factory) -> Poll:
    folder = tmp_path_factory.mktemp("poll")
    (folder / "passphrase").write_text(PASSPHRASE + "\n", encoding="utf-8")
    uuid = new_uuid()
    keys = []
    for number in "一二三":
        path = folder / f"key{number}"
        passphrase = folder / "passphrase"
        run("trustee", "key", "--election", uuid, "--name", f"监督委员{number}", "--out", path,
            "--passphrase-file", passphrase)  # fmt: skip
        keys.append(ceremony.MadeKey((folder / f"key{number}.public.json").read_bytes(), path.read_bytes()))
    joint = trustees.parse_trustees(GROUP, trustees.write_trustees(key.public_record for key in keys)).public_key
    raw = write_election(uuid=uuid, name="例", description="", group=GROUP, public_key=joint, questions=QUESTIONS)
    election = Election.parse(raw)
    codes = [parse_credential(make_code()) for _ in range(8)]
    publics = [public_credential(GROUP, code, uuid) for code in codes]
    secrets = [credential_secret(code, uuid, GROUP.order) for code in codes]
    choices = [[[0, 1, 0], [0, 1, 1, 0]], [[0, 0, 1], [1, 0, 0, 0]], [[1, 0, 0], [0, 0, 0, 1]]]
    ballots = [ballot.make_ballot(election, secret, choices[index % 3]) for index, secret in enumerate(secrets)]
    return Poll(folder, election, keys, publics[:7], ballots[:7], ballots[7:])


def decrypt(poll: Poll, path: Path, key: int = 0, **options) -> ceremony.Share:
    """With a fresh memory, and seven ballots read out, unless ``options`` say otherwise."""
    posted = ceremony.Posted(options.pop("fingerprint", poll.election.fingerprint), options.pop("ballots", 7))
    memory = options.pop("memory", OneTally(fresh_key(poll)))
    return ceremony.decrypt(path, poll.keys[key].key_file, PASSPHRASE, posted=posted, memory=memory, **options)


def fresh_key(poll: Poll) -> Path:
    """A place for a memory that has opened nothing."""
    return Path(tempfile.mkdtemp(dir=poll.folder)) / "key"


def posted(poll: Poll, ballots: int = 7) -> tuple[object, ...]:
    """What hangs on the wall and what was read out."""
    return "--fingerprint", poll.election.fingerprint, "--ballots", ballots


def key_copy(poll: Poll, folder: Path, number: str = "一") -> Path:
    """A trustee's stick: the key file, nothing opened with it yet."""
    path = folder / f"key{number}"
    path.write_bytes((poll.folder / f"key{number}").read_bytes())
    return path


# --- the honest way ----------------------------------------------------------------------------------------------


def test_three_trustees_open_the_count_by_files(poll, tmp_path, capsys):
    path = poll.archive()
    common = ("--passphrase-file", poll.folder / "passphrase", *posted(poll))
    shares = {}
    for owner, number in enumerate("一二三", 1):
        out = tmp_path / f"share{owner}"
        key = key_copy(poll, tmp_path, number)
        assert run("trustee", "decrypt", "--archive", path, "--key", key, "--out", out, *common) == 0
        assert f"第 {owner} 号委员" in capsys.readouterr().out
        shares[owner] = out.read_bytes()
    keys = trustees.parse_trustees(GROUP, poll.trustees_record)
    total = tally.aggregate(poll.election, ((ballot.parse_ballot(poll.election, raw), 1) for raw in poll.ballots))
    assert trustees.combine(poll.election, keys, total, shares, 7) == [[2, 3, 2], [2, 3, 3, 2]]


def test_a_rehearsal_proves_the_key_and_is_no_share(poll, tmp_path):
    setup = tmp_path / "setup.json"
    setup.write_text(
        json.dumps({"election": poll.election.record.decode(), "trustees": poll.trustees_record.decode()}),
        encoding="utf-8",
    )
    common = ("--key", poll.folder / "key二", "--passphrase-file", poll.folder / "passphrase")
    for source, out in ((setup, tmp_path / "a"), (poll.archive(), tmp_path / "b")):
        assert run("trustee", "rehearse", "--setup", source, "--out", out, *common) == 0
        raw = out.read_bytes()
        key = trustees.parse_trustee(GROUP, poll.keys[1].public_record)
        rehearsal = trustees.rehearsal_tally(poll.election)
        trustees.check_partial_decryption(GROUP, trustees.rehearsal_phi(poll.election), key, rehearsal, raw)
        with pytest.raises(Malformed, match="DECRYPTION_PROOF"):
            trustees.check_partial_decryption(GROUP, poll.election.fingerprint, key, rehearsal, raw)


def test_secret_files_are_their_owners_alone(poll):
    for number in "一二三":
        assert (poll.folder / f"key{number}").stat().st_mode & 0o777 == 0o600


def test_an_election_file_names_the_uuid(poll, tmp_path):
    source = tmp_path / "election.json"
    source.write_text(json.dumps({"uuid": poll.election.uuid, "group": "Ed25519"}))
    out = tmp_path / "key"
    run("trustee", "key", "--election", source, "--name", "甲", "--out", out,
        "--passphrase-file", poll.folder / "passphrase")  # fmt: skip
    assert json.loads(out.read_bytes())["election"] == poll.election.uuid


# --- what a dishonest server might hand over ---------------------------------------------------------------------


def refused(poll: Poll, path: Path, **options) -> Refused:
    with pytest.raises(Refused) as caught:
        decrypt(poll, path, **options)
    return caught.value


def test_one_persons_ballot_is_not_opened_as_a_tally(poll):
    assert refused(poll, poll.archive(summed=poll.ballots[:1])).code == "DECRYPT_TALLY"


def test_a_ballot_left_out_of_the_sum_is_noticed(poll):
    assert refused(poll, poll.archive(summed=poll.ballots[:-1])).code == "DECRYPT_TALLY"


def test_a_ballot_of_a_card_nobody_made_is_noticed(poll):
    assert refused(poll, poll.archive(poll.ballots + poll.other_ballots), ballots=8).code == "DECRYPT_CREDENTIAL"


def test_the_same_ballot_twice_is_noticed(poll):
    assert refused(poll, poll.archive([*poll.ballots, poll.ballots[0]]), ballots=8).code == "DECRYPT_CREDENTIAL"


def test_a_ballot_whose_proof_fails_is_noticed(poll):
    broken = json.loads(poll.ballots[0])
    proof = broken["answers"][0]["overall_proof"][0]
    proof["response"] = str((int(proof["response"]) + 1) % GROUP.order)
    raw = json.dumps(broken, ensure_ascii=False, separators=(",", ":")).encode()
    assert refused(poll, poll.archive([raw, *poll.ballots[1:]])).code.startswith("BALLOT_")


def test_few_ballots_are_opened_only_by_decision(poll, tmp_path):
    path = poll.archive(poll.ballots[:4])
    error = refused(poll, path, ballots=4)
    assert error.code == "DECRYPT_FEW" and isinstance(error, TooEarly) and "4 张" in error.zh
    common = ("--key", key_copy(poll, tmp_path), "--passphrase-file", poll.folder / "passphrase", *posted(poll, 4))
    run("trustee", "decrypt", "--archive", path, "--out", tmp_path / "share", "--few-ballots", *common)
    assert (tmp_path / "share").exists()


def test_an_open_poll_has_nothing_to_decrypt(poll):
    assert refused(poll, poll.archive(closed=False)).code == "DECRYPT_NO_TALLY"


def test_a_trustee_smuggled_in_beside_the_election_key_is_noticed(poll):
    fourth = ceremony.make_key(group="Ed25519", uuid=poll.election.uuid, name="多余", passphrase=PASSPHRASE)
    record = trustees.write_trustees([*(key.public_record for key in poll.keys), fourth.public_record])
    assert refused(poll, poll.archive(trustees_record=record)).code == "SETUP_KEY"


def test_another_election_than_the_posted_one_is_noticed(poll):
    assert refused(poll, poll.archive(), fingerprint="A" * 43).code == "SETUP_FINGERPRINT"


def test_keys_of_others_and_wrong_passphrases_are_refused_before_any_work(poll):
    path = poll.archive()
    heard: list[int] = []
    known = {
        "posted": ceremony.Posted(poll.election.fingerprint, 7),
        "memory": OneTally(fresh_key(poll)),
    }
    stranger = ceremony.make_key(group="Ed25519", uuid=poll.election.uuid, name="外人", passphrase=PASSPHRASE)
    elsewhere = ceremony.make_key(group="Ed25519", uuid=new_uuid(), name="外人", passphrase=PASSPHRASE)
    for key_file, code in ((stranger.key_file, "KEY_FILE_TRUSTEE"), (elsewhere.key_file, "KEY_FILE_ELECTION")):
        with pytest.raises(Malformed, match=code):
            ceremony.decrypt(path, key_file, PASSPHRASE, on_ballots=heard.append, **known)
    with pytest.raises(NotAllowed, match="PASSPHRASE_WRONG"):
        ceremony.decrypt(path, poll.keys[0].key_file, "不是这个口令不是这个口令", on_ballots=heard.append, **known)
    assert heard == []


def test_an_archive_cut_is_refused(poll):
    path = poll.archive(name="cut.bel")
    whole = path.read_bytes()
    for end in (0, 100, len(whole) // 2, len(whole) - 512, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert refused(poll, path).code.startswith("ARCHIVE_")


# --- one key, one tally ------------------------------------------------------------------------------------------


def decrypt_by_files(poll: Poll, path: Path, key: Path, out: Path, *options: object) -> int:
    return run("trustee", "decrypt", "--archive", path, "--key", key, "--out", out,
               "--passphrase-file", poll.folder / "passphrase", *options)  # fmt: skip


def test_a_second_tally_that_differs_by_one_ballot_is_refused_before_the_passphrase_is_used(
    poll, tmp_path, monkeypatch
):
    """The server's difference attack: seven ballots today, six of them tomorrow."""
    key, memory = key_copy(poll, tmp_path), tmp_path / "key一.decrypted"
    decrypt_by_files(poll, poll.archive(), key, tmp_path / "seven", *posted(poll))
    total = tally.aggregate(poll.election, ((ballot.parse_ballot(poll.election, raw), 1) for raw in poll.ballots))
    remembered = {
        "fingerprint": poll.election.fingerprint,
        "encrypted_tally": hashlib.sha256(total.record()).hexdigest(),
        "ballots": 7,
        "again": "",
    }
    assert [json.loads(line) for line in memory.read_text().splitlines()] == [remembered]
    assert memory.stat().st_mode & 0o777 == 0o600
    fewer = poll.archive(poll.ballots[1:], name="six.bel")
    opened: list[object] = []
    with monkeypatch.context() as patch:
        patch.setattr("voting.crypto.keyfile.open_trustee_key", lambda *a, **k: opened.append(a))
        with pytest.raises(Conflict, match="DECRYPT_ANOTHER") as caught:
            decrypt_by_files(poll, fewer, key, tmp_path / "six", *posted(poll, 6))
        with pytest.raises(Conflict, match="DECRYPT_ANOTHER"):
            decrypt_by_files(poll, fewer, key, tmp_path / "six", *posted(poll, 6), "--decrypt-again", "  ")
    assert "7 张" in caught.value.zh and "6 张" in caught.value.zh
    assert opened == [] and not (tmp_path / "six").exists()
    # By recorded decision, and the record says so.
    decrypt_by_files(poll, fewer, key, tmp_path / "six", *posted(poll, 6), "--decrypt-again", "法院裁定")
    lines = [json.loads(line) for line in memory.read_text(encoding="utf-8").splitlines()]
    assert [(line["ballots"], line["again"]) for line in lines] == [(7, ""), (6, "法院裁定")]


def test_the_same_tally_again_is_the_same_share_and_no_new_memory(poll, tmp_path):
    key, memory = key_copy(poll, tmp_path), tmp_path / "key一.decrypted"
    for name in ("first", "second"):
        decrypt_by_files(poll, poll.archive(), key, tmp_path / name, *posted(poll))
    factors = [json.loads((tmp_path / name).read_bytes())["decryption_factors"] for name in ("first", "second")]
    assert factors[0] == factors[1]
    assert len(memory.read_text().splitlines()) == 1


def test_a_tally_of_as_many_but_other_ballots_is_another(poll):
    memory = OneTally(fresh_key(poll))
    decrypt(poll, poll.archive(poll.ballots[:6], name="a.bel"), ballots=6, memory=memory)
    assert refused(poll, poll.archive(poll.ballots[1:], name="b.bel"), ballots=6, memory=memory).code == (
        "DECRYPT_ANOTHER"
    )


def test_another_number_than_was_read_out_is_refused(poll):
    memory = OneTally(fresh_key(poll))
    error = refused(poll, poll.archive(poll.ballots[1:], name="six.bel"), memory=memory)
    assert error.code == "DECRYPT_BALLOTS" and "6 张" in error.zh and "7 张" in error.zh
    assert not memory.path.exists()


def test_the_memory_is_on_the_disk_before_the_share_exists(poll, monkeypatch):
    """A crash at the share: the memory stands, and the same tally may be opened again."""
    memory = OneTally(fresh_key(poll))

    def die(*_args: object) -> bytes:
        assert memory.path.exists()
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("voting.crypto.trustees.partial_decryption", die)
        with pytest.raises(KeyboardInterrupt):
            decrypt(poll, poll.archive(), memory=memory)
    assert refused(poll, poll.archive(poll.ballots[1:], name="six.bel"), ballots=6, memory=memory).code == (
        "DECRYPT_ANOTHER"
    )
    assert decrypt(poll, poll.archive(), memory=memory).ballots == 7


def test_a_refused_archive_leaves_no_memory(poll):
    memory = OneTally(fresh_key(poll))
    assert refused(poll, poll.archive(summed=poll.ballots[:1]), memory=memory).code == "DECRYPT_TALLY"
    assert not memory.path.exists()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff",
        b"{}\n",
        b"[1]\n",
        b"[" * 100_000,
        b'{"fingerprint":"f","encrypted_tally":"t","ballots":true,"again":""}',
    ],
)
def test_a_memory_that_cannot_be_read_opens_nothing(poll, content):
    memory = OneTally(fresh_key(poll), again="理由")
    memory.path.write_bytes(content)
    assert refused(poll, poll.archive(), memory=memory).code == "DECRYPT_MEMORY"


def test_where_nothing_can_be_remembered_nothing_is_decrypted(poll, tmp_path):
    memory = OneTally(tmp_path / "gone" / "key")
    assert refused(poll, poll.archive(), memory=memory).code == "DECRYPT_MEMORY_WRITE"


def test_of_two_runs_at_once_only_one_is_the_first(tmp_path, monkeypatch):
    one, two = (OneTally(tmp_path / "key") for _ in range(2))
    one.keep(Opening("f", "a", 7))
    monkeypatch.setattr(OneTally, "check", lambda *_: False)  # as if both had looked before either wrote
    with pytest.raises(NotFound, match="DECRYPT_MEMORY_WRITE"):
        two.keep(Opening("f", "b", 6))
    assert len(one.path.read_text().splitlines()) == 1


def test_what_was_posted_is_asked_for(poll, tmp_path, monkeypatch):
    """Without a terminal it must be on the command line; on one, it is typed."""
    path, key, out = poll.archive(), key_copy(poll, tmp_path), tmp_path / "share"
    monkeypatch.setattr("sys.stdin", io.StringIO())
    for given in ((), posted(poll)[:2], posted(poll)[2:]):
        with pytest.raises(Malformed, match="DECRYPT_POSTED"):
            decrypt_by_files(poll, path, key, out, *given)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    for typed in (["no"], ["yes", "many"], ["yes", ""]):
        answers = iter(typed)
        monkeypatch.setattr("builtins.input", lambda _prompt, answers=answers: next(answers))
        with pytest.raises(Malformed, match="DECRYPT_POSTED"):
            decrypt_by_files(poll, path, key, out)
    answers = iter(["yes", "7"])
    monkeypatch.setattr("builtins.input", lambda _prompt: next(answers))
    assert decrypt_by_files(poll, path, key, out) == 0 and out.exists()


# --- the command line's own refusals -----------------------------------------------------------------------------


def test_nothing_is_ever_written_over(poll, tmp_path):
    out = poll.folder / "key一"
    before = out.read_bytes()
    with pytest.raises(Conflict, match="FILE_EXISTS"):
        run("trustee", "key", "--election", poll.election.uuid, "--name", "甲", "--out", out,
            "--passphrase-file", poll.folder / "passphrase")  # fmt: skip
    assert out.read_bytes() == before
    (tmp_path / "cards.pdf").write_bytes(b"")
    with pytest.raises(Conflict, match="FILE_EXISTS"):
        run("cards", "--uuid", poll.election.uuid, "--count", 2, "--title", "例", "--out", tmp_path)


@pytest.mark.parametrize("uuid", ["short", "0" * 22, "4xKp2mQ9vRt7WyZa3bNcDe!"])
def test_what_is_no_election_uuid_is_refused(tmp_path, uuid):
    with pytest.raises(Malformed, match="ELECTION_UUID"):
        run("cards", "--uuid", uuid, "--count", 2, "--title", "例", "--out", tmp_path)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"election":1,"trustees":2}', b"\xff", b"[" * 100_000])
def test_what_is_no_setup_is_refused(poll, tmp_path, content):
    setup = tmp_path / "setup.json"
    setup.write_bytes(content)
    with pytest.raises(Malformed, match="SETUP_FILE"):
        run("trustee", "rehearse", "--setup", setup, "--key", poll.folder / "key一", "--out", tmp_path / "x",
            "--passphrase-file", poll.folder / "passphrase")  # fmt: skip


def test_missing_and_unwritable_places_are_refused(poll, tmp_path):
    common = ("--passphrase-file", poll.folder / "passphrase")
    key = ("trustee", "key", "--election", poll.election.uuid, "--name", "甲")
    with pytest.raises(NotFound, match="FILE_WRITE"):
        run(*key, "--out", tmp_path / "no" / "such" / "folder", *common)
    with pytest.raises(Malformed, match="PASSPHRASE_FILE"):
        run(*key, "--out", tmp_path / "k", "--passphrase-file", tmp_path / "none")
    with pytest.raises(NotFound, match="FILE_MISSING"):
        run("trustee", "decrypt", "--archive", tmp_path / "none.bel", "--key", poll.folder / "key一",
            "--out", tmp_path / "s", *common, *posted(poll))  # fmt: skip
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(NotFound, match="FILE_WRITE"):
        run("cards", "--uuid", poll.election.uuid, "--count", 2, "--title", "例", "--out", tmp_path / "file" / "cards")


def test_oversized_and_unreadable_inputs_are_refused(poll, tmp_path):
    key = ("trustee", "key", "--election", poll.election.uuid, "--name", "甲", "--out", tmp_path / "k")
    (tmp_path / "latin").write_bytes(b"pass\xffphrase and more")
    with pytest.raises(Malformed, match="PASSPHRASE_FILE"):
        run(*key, "--passphrase-file", tmp_path / "latin")
    with (tmp_path / "huge").open("wb") as stream:
        stream.truncate(10_000_001)
    with pytest.raises(Malformed, match="PASSPHRASE_LONG"):
        run(*key, "--passphrase-file", tmp_path / "huge")
    with pytest.raises(Malformed, match="FILE_SIZE"):
        run("trustee", "rehearse", "--setup", tmp_path / "huge", "--key", tmp_path / "huge", "--out", tmp_path / "s",
            "--passphrase-file", poll.folder / "passphrase")  # fmt: skip


def test_a_typed_passphrase_is_asked_twice(poll, tmp_path, monkeypatch):
    answers = iter([PASSPHRASE, PASSPHRASE + "。"])
    monkeypatch.setattr("getpass.getpass", lambda prompt: next(answers))
    with pytest.raises(Malformed, match="PASSPHRASE_DIFFERS"):
        run("trustee", "key", "--election", poll.election.uuid, "--name", "甲", "--out", tmp_path / "k")
    assert not (tmp_path / "k").exists()


@pytest.mark.parametrize("name", ["", "  ", "长" * 41])
def test_a_trustee_needs_a_name(name):
    with pytest.raises(Malformed, match="TRUSTEE_NAME"):
        ceremony.make_key(group="Ed25519", uuid=new_uuid(), name=name, passphrase=PASSPHRASE)


def test_cards_are_in_two_files_and_nowhere_else(tmp_path, capsys):
    import pypdf

    out, uuid = tmp_path / "cards", new_uuid()
    assert run("cards", "--uuid", uuid, "--count", 13, "--title", "枫林示例社区·2026 换届选举", "--out", out) == 0
    assert sorted(path.name for path in out.iterdir()) == ["cards.pdf", "credentials.json"]
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in out.iterdir())
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(out / "cards.pdf").pages)
    groups = [word for word in text.split() if len(word) == 5 and word.isdigit()]
    codes = ["".join(groups[start : start + 6]) for start in range(0, len(groups), 6)]
    assert len(codes) == 13
    expected = sorted(public_credential(GROUP, parse_credential(code), uuid) for code in codes)
    assert json.loads((out / "credentials.json").read_bytes()) == expected
    printed = capsys.readouterr()
    assert not any(group in printed.out + printed.err for group in groups)
