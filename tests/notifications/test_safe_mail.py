"""Names and titles are typed by strangers and mailed to strangers: nothing in them gets out of its place."""

from __future__ import annotations

import email
import email.policy
from html.parser import HTMLParser

import pytest
from django.template.loader import render_to_string
from hypothesis import given, settings
from hypothesis import strategies as st

from qiao.accounts.models import User
from qiao.notifications.domain.mail import _message, draft_mail
from qiao.notifications.mail_html import html_of

NASTY = [
    "Evil\r\nBcc: all@x.example", "<script>alert(1)</script>", "<img src=http://evil.example/x.png>",
    '"><a href=//evil>',
    "\u202egnp.exe\u202c", "\u2066x", "javascript:alert(1)", "http://evil.example/", "http://testserver.evil.example/",
    "http://testserver@evil.example/", "a\x00b", "\n--\nhttp://evil.example",
    "{{ user.password }}", "{% include 'x' %}",
    "&lt;b&gt;", "A\u2028B", "=?utf-8?q?x?=", "- item", "a@b.example", "％0d％0aBcc:x",
]  # fmt: skip
names = st.one_of(
    st.sampled_from(NASTY), st.text(max_size=120), st.tuples(st.sampled_from(NASTY), st.text()).map("".join)
)
ALLOWED = {"html", "head", "meta", "title", "body", "p", "br", "ul", "li", "hr", "small", "a"}


class Reader(HTMLParser):
    """Collects tags, attributes and words of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.words = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.words += data


def read(page: str) -> Reader:
    reader = Reader()
    reader.feed(page)
    reader.close()
    return reader


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@given(name=names, other=names)
@settings(max_examples=60, deadline=None)
def test_names_stay_in_their_places(language: str, name: str, other: str) -> None:
    user = User(email="reader@people.example", name=name, language=language)
    context = {"user": user, "bridge": None, "url": "/x/", "other_name": other}
    mail = draft_mail(
        "introduction_message", to=user.email, language=language, context=context, recipient=user, topic="messages"
    )
    sent = email.message_from_bytes(_message(mail).message().as_bytes(), policy=email.policy.default)
    assert sent["To"] == "reader@people.example"
    assert sent["Bcc"] is None
    assert sent["Cc"] is None
    assert len(sent.get_all("Subject") or []) == 1
    assert [part.get_content_type() for part in sent.walk()] == [
        "multipart/alternative", "text/plain", "text/html",
    ]  # fmt: skip
    assert not set(mail.text + mail.subject) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\x00\u2028\r")
    page = read(html_of(mail.subject, mail.text, language=language))
    assert page.tags <= ALLOWED
    assert {attribute for attribute, _ in page.attributes} <= {"lang", "charset", "name", "content", "dir", "href"}
    addresses = [value for attribute, value in page.attributes if attribute == "href"]
    assert addresses
    assert all((value or "").startswith("http://testserver/") or value == "http://testserver" for value in addresses)


@given(text=st.lists(names, max_size=6).map("\n".join))
@settings(max_examples=150, deadline=None)
def test_any_text_becomes_a_page_of_paragraphs_with_only_our_links(text: str) -> None:
    page = read(html_of("Subject", text, language="en"))
    assert page.tags <= ALLOWED
    for attribute, value in page.attributes:
        if attribute == "href":
            assert value is not None
            assert value == "http://testserver" or value.startswith("http://testserver/")


def test_a_page_says_all_that_the_text_says() -> None:
    text = (
        "Dear Ada,\n\nTwo things:\n- one\n  http://testserver/1/\n- two\n\nGoodbye.\n\n--\nQiao · http://testserver\n"
    )
    page = html_of("S", text, language="en")
    assert page.count("<li") == 2
    assert 'one<br><a href="http://testserver/1/">' in page
    words = read(page).words
    assert all(word in words for word in ("Dear Ada,", "Two things:", "one", "two", "Goodbye.", "Qiao"))


def test_the_page_names_no_other_host_and_has_no_picture_style_or_script() -> None:
    page = render_to_string("mail/_page.html", {"subject": "S", "blocks": [], "foot": [], "lang": "en"})
    assert not any(word in page for word in ("http", "<img", "style", "<script", "url("))
