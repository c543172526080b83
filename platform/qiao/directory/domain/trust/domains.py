"""Whose domain an address is: what a confirmed e-mail address tells of an organisation's website."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from publicsuffixlist import PublicSuffixList

_MAILBOXES = Path(__file__).resolve().parents[2] / "data" / "mailbox_domains.txt"


def own_domain(host: str) -> str | None:
    """The part of a host's name that somebody has registered: `example.co.uk` for `www.example.co.uk`.

    None for a public suffix, an address in numbers, a bare name, or one that cannot be a host's name.
    """
    try:
        ascii_host = host.strip().strip(".").lower().encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if not ascii_host or ascii_host.replace(".", "").isdigit() or ":" in ascii_host or "." not in ascii_host:
        return None
    found: str | None = _suffixes().privatesuffix(ascii_host)
    return found


def domain_of_website(website: str) -> str | None:
    """The registered domain of a website's address; None if it has none."""
    try:
        host = urlsplit(website if "//" in website else f"//{website}").hostname
    except ValueError:
        return None
    return own_domain(host) if host else None


def domain_of_address(email: str) -> str | None:
    """The registered domain of an e-mail address; None where anybody may have a mailbox (gmail.com, 163.com …)."""
    domain = own_domain(email.rpartition("@")[2])
    return None if domain is None or domain in _mailboxes() else domain


def confirmed_domain(website: str, emails: list[str]) -> str | None:
    """The domain that the website shares with one of the addresses, if it does."""
    domain = domain_of_website(website)
    if domain is None or domain in _mailboxes():
        return None
    return domain if any(domain_of_address(email) == domain for email in emails) else None


@cache
def _suffixes() -> PublicSuffixList:
    # Suffixes of hosting firms count too: who has a page under github.io does not own github.io.
    return PublicSuffixList(accept_unknown=True)


@cache
def _mailboxes() -> frozenset[str]:
    lines = (line.partition("#")[0].strip() for line in _MAILBOXES.read_text(encoding="utf-8").splitlines())
    return frozenset(line for line in lines if line)
