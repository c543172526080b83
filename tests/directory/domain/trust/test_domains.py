"""What a confirmed address tells of a website."""

from __future__ import annotations

import pytest

from qiao.directory.domain.trust.domains import confirmed_domain, domain_of_address, domain_of_website, own_domain


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("www.example.co.uk", "example.co.uk"),
        ("mail.cs.tsinghua.edu.cn", "tsinghua.edu.cn"),
        ("EXAMPLE.com.", "example.com"),
        ("somebody.github.io", "somebody.github.io"),
        ("例子.中国", "xn--fsqu00a.xn--fiqs8s"),
        ("github.io", None),
        ("co.uk", None),
        ("edu.cn", None),
        ("localhost", None),
        ("10.0.0.1", None),
        ("", None),
        ("." * 3, None),
        ("a" * 80 + ".com", None),
    ],
)
def test_own_domain_is_what_somebody_registered(host: str, domain: str | None) -> None:
    assert own_domain(host) == domain


def test_website_without_a_scheme_has_a_domain() -> None:
    assert domain_of_website("www.example.org/about") == "example.org"


@pytest.mark.parametrize("website", ["", "https://", "http://[broken", "https://192.168.1.1/", "https://[::1]/"])
def test_website_that_names_no_host_has_no_domain(website: str) -> None:
    assert domain_of_website(website) is None


@pytest.mark.parametrize(
    "email", ["a@gmail.com", "b@163.com", "c@qq.com", "d@vip.163.com", "e@Outlook.com", "f@yahoo.co.uk", "g", "@", "h@"]
)
def test_address_of_a_mailbox_for_everybody_has_no_domain(email: str) -> None:
    assert domain_of_address(email) is None


def test_address_confirms_a_website_of_the_same_registered_domain() -> None:
    website = "https://www.ee.leeds.ac.uk/sensors"
    assert confirmed_domain(website, ["a@gmail.com", "ada@mail.leeds.ac.uk"]) == "leeds.ac.uk"


@pytest.mark.parametrize(
    ("website", "email"),
    [
        ("https://www.gmail.com", "a@gmail.com"),
        ("https://mail.163.com", "a@163.com"),
        ("https://ac.uk", "a@leeds.ac.uk"),
        ("https://leeds.ac.uk", "a@york.ac.uk"),
        ("https://one.github.io", "a@other.github.io"),
        ("https://example.com", "a@example.com.evil.org"),
        ("https://example.com", "a@notexample.com"),
        ("", "a@example.com"),
    ],
)
def test_address_does_not_confirm_another_s_website(website: str, email: str) -> None:
    assert confirmed_domain(website, [email]) is None
