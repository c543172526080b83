"""Names in mail carry no links, no line breaks and no length."""

from __future__ import annotations

import pytest

from qiao.common.text import plain_name


@pytest.mark.parametrize(
    ("typed", "mailed"),
    [
        ("Tidewell Surgical Ltd.", "Tidewell Surgical Ltd."),
        ("泰德韦尔外科（广州）有限公司", "泰德韦尔外科（广州）有限公司"),
        ("Dr. Ada Lin", "Dr. Ada Lin"),
        ("Version 2.0", "Version 2.0"),
        ("Win at www.evil.example/x", "Win at www[.]evil[.]example/x"),
        ("https://evil.example", "https[:]//evil[.]example"),
        ("write to me@evil.example", "write to me[@]evil[.]example"),
        ("evil。中国", "evil[。]中国"),
        ("one\r\nBcc: two@x.example", "one Bcc: two[@]x[.]example"),
        ("a\u202eb\u0000c", "abc"),
    ],
)
def test_plain_name_takes_away_what_becomes_a_link(typed: str, mailed: str) -> None:
    assert plain_name(typed) == mailed


def test_plain_name_is_short() -> None:
    assert plain_name("x" * 500) == "x" * 79 + "…"
