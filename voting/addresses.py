"""The address under which everybody finds this installation, as it is printed on signed papers; pure.

A signed sheet hangs for years: an address on it must lead a stranger here. A loopback address leads him to his own
machine, and a Host header says only what one browser once typed.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from voting.errors import Malformed

#: A QR code of this many characters is still read from a sheet on a wall.
MOST = 200

_LABEL = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", re.IGNORECASE)
_PATH = re.compile(r"[A-Za-z0-9._~/%-]*")


def public_address(text: str) -> str:
    """`text` as an http(s) address without query, fragment, user name or closing slash; empty stays empty.

    Raises Malformed: ADDRESS_FORM; ADDRESS_LOOPBACK for one that only this machine itself could open.
    """
    text = text.strip().rstrip("/")
    if not text:
        return ""
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise _form(text) from None
    plain = text.partition("://")[2].partition("/")[0]
    if (
        parts.scheme not in ("http", "https")
        or len(text) > MOST
        or port == 0
        or plain.endswith(":")
        or "@" in plain
        or any(mark in "?#\\" or mark <= " " for mark in text)
        or not _PATH.fullmatch(parts.path)
        or not _is_host(host)
    ):
        raise _form(text)
    if is_loopback(host):
        raise Malformed(
            "ADDRESS_LOOPBACK",
            f"网址 {text} 只有服务器自己打得开，不能印出去。请填大家能打开的网址，或者留空。",
            f"Only the server itself can open {text}; it cannot be printed. Give an address that everybody can open, "
            "or leave it empty.",
        )
    return text


def is_loopback(host: str) -> bool:
    """Whether `host` (a name or an IP address, without port) leads everybody to their own machine, or nowhere."""
    try:
        ip = ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        name = host.lower().rstrip(".")
        return name == "localhost" or name.endswith(".localhost")
    return ip.is_loopback or ip.is_unspecified


def _is_host(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.removesuffix(".").split(".")
        # A name that ends in a number is read as an IPv4 address by browsers, in forms such as 127.1 too.
        return len(host) <= 253 and all(map(_LABEL.fullmatch, labels)) and not labels[-1][0].isdigit()
    return True


def _form(text: str) -> Malformed:
    return Malformed(
        "ADDRESS_FORM",
        f"网址「{text[:MOST]}」不对，请改：应像 https://vote.example 这样以 http:// 或 https:// 开头，"
        f"域名写字母（xn--…），没有问号和井号，最多 {MOST} 个字符。",
        f"“{text[:MOST]}” is no address to print: it begins with http:// or https://, has a host name in letters "
        f"(xn--…), neither query nor fragment, and at most {MOST} characters.",
    )
