"""Addresses for signed papers: what may be printed, what would lead nobody here."""

import pytest

from voting.addresses import MOST, public_address
from voting.errors import Malformed


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("", ""),
        ("  ", ""),
        ("https://vote.example", "https://vote.example"),
        ("https://vote.example:8443/fenglin/ ", "https://vote.example:8443/fenglin"),
        ("http://10.0.0.7:8000", "http://10.0.0.7:8000"),
        ("http://[fd00::7]:8000/x", "http://[fd00::7]:8000/x"),
        ("https://xn--fiqs8s.example", "https://xn--fiqs8s.example"),
    ],
)
def test_what_everybody_can_open_is_kept(text: str, kept: str) -> None:
    assert public_address(text) == kept


@pytest.mark.parametrize(
    "text",
    [
        *("vote.example", "ftp://vote.example", "javascript:alert(1)", "https://", "https:///x", "https://a b.example"),
        *("https://u:p@vote.example", "https://vote.example@evil.example", "https://vote.example/?x", "https://v.example#x"),
        *("https://vote.example:0", "https://vote.example:99999", "https://vote.example:x", "https://vote.example:"),
        *("https://枫林.example", "http://[::1", "https://-a.example", "http://127.1", "http://0x7f.1", "http://2130706433"),
        *("https://vote.example/\n", "https://vote.example/\\x", "https://vote.example/" + "x" * MOST),
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(text: str) -> None:
    if text.endswith("\n"):
        text = text.replace("\n", "\nx")
    with pytest.raises(Malformed) as caught:
        public_address(text)
    assert caught.value.code == "ADDRESS_FORM"


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8000", "a.localhost", "127.0.0.1", "127.8.8.8:80", "[::1]:8000", "0.0.0.0", "[::]"]
)
def test_a_loopback_address_is_never_printed(host: str) -> None:
    with pytest.raises(Malformed) as caught:
        public_address(f"http://{host}/c/1/e/2")
    assert caught.value.code == "ADDRESS_LOOPBACK"
