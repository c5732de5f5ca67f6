"""Card codes: what a person types is caught group by group; what they yield is what the archive says."""

import json
import os
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from voting.crypto import credentials
from voting.crypto.credentials import Form
from voting.crypto.group import get_group
from voting.errors import Malformed

UUID = "4xKp2mQ9vRt7WyZa3bNcDe"
HERE = Path(__file__).parent
BELENIOS = [
    Path(os.environ.get("BELENIOS_VECTORS", HERE.parent / "vectors" / "belenios")),
    HERE.parents[2] / "shared" / "vectors" / "belenios",
]


def refused(text: str) -> Malformed:
    with pytest.raises(Malformed) as caught:
        credentials.parse_credential(text)
    return caught.value


def test_the_check_digit_is_damms():
    # The worked example of the published algorithm: 572 has the check digit 4.
    assert credentials.check_digit(0, "572") == 4


def test_made_codes_parse_back_and_are_all_different():
    codes = {credentials.make_code() for _ in range(200)}
    assert len(codes) == 200
    for code in codes:
        assert credentials.parse_card(code) == code
        assert all(credentials.group_is_right(index, group) for index, group in enumerate(credentials.split_code(code)))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 29), st.integers(1, 9))
def test_every_single_wrong_digit_names_its_group(position, shift):
    code = credentials.make_code()
    wrong = code[:position] + str((int(code[position]) + shift) % 10) + code[position + 1 :]
    error = refused(wrong)
    assert error.code == "CARD_GROUP"
    assert f"第 {position // 5 + 1} 组有误" in error.zh


def test_every_swap_of_neighbours_inside_a_group_is_caught():
    code = credentials.make_code()
    for position in range(29):
        if position % 5 == 4 or code[position] == code[position + 1]:
            continue
        swapped = code[:position] + code[position + 1] + code[position] + code[position + 2 :]
        assert f"第 {position // 5 + 1} 组" in refused(swapped).zh


def test_a_group_in_another_groups_place_is_caught():
    group = credentials.split_code(credentials.make_code())[0]
    assert [index for index in range(6) if credentials.group_is_right(index, group)] == [0]


@pytest.mark.parametrize("separator", [" ", "-", "—", "　", "\t", " - ", "–", "－"])
def test_separators_people_type_are_understood(separator):
    code = credentials.make_code()
    assert credentials.parse_card(separator.join(credentials.split_code(code)) + "\n") == code


def test_full_width_digits_are_understood():
    code = credentials.make_code()
    wide = "".join(chr(ord(digit) - ord("0") + ord("０")) for digit in code)
    assert credentials.parse_credential(wide) == credentials.Credential(Form.CARD, code)


def test_too_few_and_too_many_digits_say_where():
    code = credentials.make_code()
    few, many = refused(code[:17]), refused(code + "1")
    assert (few.code, many.code) == ("CARD_LENGTH", "CARD_LENGTH")
    assert "17 位" in few.zh and "第 4 组" in few.zh
    assert "31 位" in many.zh and "第 6 组" in many.zh


@pytest.mark.parametrize("text", ["", "   ", "48203x", "٤٨٢٠٣", "1" * 201, "选票卡", "48203_91746", "0OIl" * 6])
def test_what_is_no_credential_is_refused_by_form(text):
    assert refused(text).code == "CREDENTIAL_FORM"


def test_parse_card_wants_digits():
    with pytest.raises(Malformed, match="CARD_NOT_DIGITS"):
        credentials.parse_card("iHdbk-9e2YLr-Pr7ZF-19ocB1")


def test_a_card_secret_is_the_documented_derivation():
    # Independent of the module: OpenSSL's PBKDF2 through `cryptography`.
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

    group, code = get_group("Ed25519"), credentials.make_code()
    derived = PBKDF2HMAC(SHA256(), 32, UUID.encode(), 10_000).derive(code.encode())
    credential = credentials.parse_credential(code)
    expected = int.from_bytes(derived, "big") % group.order
    assert credentials.credential_secret(credential, UUID, group.order) == expected
    assert credentials.public_credential(group, credential, UUID) == group.text(group.base_power(expected))


def test_the_same_card_in_another_election_is_another_credential():
    group, card = get_group("Ed25519"), credentials.parse_credential(credentials.make_code())
    assert credentials.public_credential(group, card, UUID) != credentials.public_credential(group, card, UUID[::-1])


def test_a_secret_of_zero_is_refused():
    card = credentials.parse_credential(credentials.make_code())
    with pytest.raises(Malformed, match="CREDENTIAL_ZERO"):
        credentials.credential_secret(card, UUID, 1)


@pytest.mark.parametrize("group_name", ["Ed25519", "BELENIOS-2048"])
def test_belenios_3_credentials_give_the_public_credentials_of_the_archive(group_name):
    folders = [base / group_name / "basic" / "private" for base in BELENIOS]
    folder = next((one for one in folders if (one / "private_creds.txt").exists()), None)
    if folder is None:
        pytest.skip("no Belenios vectors with private credentials (set BELENIOS_VECTORS)")
    group = get_group(group_name)
    uuid = json.loads((folder / "election.json").read_text())["uuid"]
    published = json.loads((folder / "public_creds.json").read_text())
    lines = (folder / "private_creds.txt").read_text().splitlines()
    assert lines
    mine = []
    for line in lines:
        credential = credentials.parse_credential(line.split()[1])
        assert credential.form is Form.BELENIOS_3
        assert credentials.parse_credential(credential.text.replace("-", "")) == credential
        mine.append(credentials.public_credential(group, credential, uuid))
    assert sorted(mine) == sorted(record.split(",")[0] for record in published)


@pytest.mark.parametrize("group_name", ["Ed25519", "BELENIOS-2048"])
def test_credentials_made_by_belenios_tool(group_name):
    cases = json.loads((HERE.parent / "vectors" / "belenios-credentials.json").read_text())[group_name]
    group = get_group(group_name)
    for private, public in cases["credentials"]:
        assert credentials.public_credential(group, credentials.parse_credential(private), cases["uuid"]) == public


def belenios_2(characters: str) -> str:
    number = 0
    for character in characters:
        number = number * 58 + credentials._BASE58.index(character)
    return characters + credentials._BASE58[53 - number % 53]


def test_belenios_2_credentials_are_understood_with_their_check_character():
    text = belenios_2("aBcDeFgHiJkMnP")
    credential = credentials.parse_credential(text)
    assert credential.form is Form.BELENIOS_2
    assert credential.text == "-".join(text[start : start + 3] for start in range(0, 15, 3))
    assert credentials.credential_secret(credential, UUID, get_group("BELENIOS-2048").order) > 0
    assert refused("b" + text[1:]).code == "CREDENTIAL_CHECK"
