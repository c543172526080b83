"""The colours of `tokens.css`: text has 7:1 against every ground it stands on, lines and marks of state 3:1."""

from __future__ import annotations

import re

import pytest

from qiao.settings.env import ROOT

TOKENS = (ROOT / "platform" / "qiao" / "website" / "static" / "qiao" / "tokens.css").read_text()
LIGHT, DARK = TOKENS.split("@media (prefers-color-scheme: dark)")
GROUNDS = ("paper", "surface", "sunk")
#: Text, and what it stands on besides the three grounds of the page.
PAIRS = (
    ("on-vermilion", "vermilion"),
    ("on-vermilion", "vermilion-deep"),
    ("jade", "jade-wash"),
    ("amber", "amber-wash"),
    ("red", "red-wash"),
    ("ink", "jade-wash"),
    ("ink", "amber-wash"),
    ("ink", "red-wash"),
    ("on-mark", "mark"),
    ("ink", "mark"),
)


def colours(block: str) -> dict[str, str]:
    return dict(re.findall(r"--([a-z-]+): #([0-9a-f]{6});", block))


SCHEMES = {"light": colours(LIGHT), "dark": colours(LIGHT) | colours(DARK)}


def luminance(colour: str) -> float:
    channels = [int(colour[place : place + 2], 16) / 255 for place in (0, 2, 4)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("text", ["ink", "ink-soft", "link", "jade", "amber", "red"])
def test_text_is_readable_on_every_ground(scheme: str, text: str) -> None:
    found = SCHEMES[scheme]
    weak = {ground: contrast(found[text], found[ground]) for ground in GROUNDS}
    assert min(weak.values()) >= 7, weak


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_text_is_readable_on_its_wash(scheme: str, text: str, ground: str) -> None:
    found = SCHEMES[scheme]
    assert contrast(found[text], found[ground]) >= 7


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("mark", ["line-strong", "focus", "vermilion"])
def test_borders_of_controls_are_seen(scheme: str, mark: str) -> None:
    found = SCHEMES[scheme]
    assert min(contrast(found[mark], found[ground]) for ground in GROUNDS) >= 3
