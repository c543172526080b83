"""What the components in `templates/cotton/` need: attributes handed on, words marked in a text, strengths said."""

from __future__ import annotations

import logging
import re
from typing import Any

from django import template
from django.conf import settings
from django.utils.html import conditional_escape, format_html, format_html_join
from django.utils.safestring import SafeString

from qiao.common.languages import HTML_LANG, interface_text_language, preferred
from qiao.common.templatetags.qiao import query_with
from qiao.common.text import has_chinese

register = template.Library()
logger = logging.getLogger(__name__)

#: Attributes that any component hands on to its outermost element, beside the families below.
PASSED_ON = frozenset(
    {"id", "class", "lang", "title", "role", "tabindex", "hidden", "name", "value", "form", "disabled", "autofocus"}
    | {
        "formaction",
        "formmethod",
        "formnovalidate",
        "target",
        "rel",
        "download",
        "popovertarget",
        "popovertargetaction",
    }
)
PASSED_ON_FAMILIES = ("aria-", "data-", "hx-")
#: What the component itself sets, so that a caller adds to it.
_MERGED = "class"

#: The tone of each stored state that is not neutral.
STATE_TONES = {
    "published": "jade",
    "approved": "jade",
    "fulfilled": "jade",
    "done": "jade",
    "in_review": "amber",
    "applied": "amber",
    "changes_requested": "amber",
    "paused": "amber",
    "uploaded": "amber",
    "checking": "amber",
    "importing": "amber",
    "waiting": "amber",
    "rejected": "red",
    "suspended": "red",
    "failed": "red",
}

_MARKDOWN_SIGNS = re.compile(r"(?m)^\s{0,3}(?:#{1,6}|[-*+>]|\d+\.)\s+|[*_`]{1,3}")


class UnknownAttribute(Exception):
    """A component was given an attribute that it neither declares nor hands on: most often a slip of the pen."""


@register.simple_tag
def attributes(attrs: Any, css: str = "") -> SafeString:
    """The attributes a component was given and does not declare, escaped, for its outermost element.

    `css` are the component's own classes; a caller's `class` is added to them. Raises `UnknownAttribute` for a name
    that no component hands on, except in production, where a page is worth more than the slip and it is logged.
    """
    given: dict[str, Any] = dict(attrs.attrs_dict())
    classes = " ".join(part for part in (css, str(given.pop(_MERGED, ""))) if part)
    passed: list[tuple[str, Any]] = [(_MERGED, classes)] if classes else []
    flags: list[tuple[str]] = []
    for name, value in given.items():
        if name not in PASSED_ON and not name.startswith(PASSED_ON_FAMILIES):
            if settings.QIAO_ENV != "production":
                raise UnknownAttribute(name)
            logger.warning("unknown attribute of a component", extra={"attribute": name})
        elif value is True:
            flags.append((name,))
        elif value is not False and value is not None:
            passed.append((name, value))
    return format_html(
        "{}{}",
        format_html_join("", ' {}="{}"', passed),
        format_html_join("", " {}", flags),
    )


@register.filter
def marked(text: str, quotes: Any) -> SafeString:
    """The text with each of the quoted passages in `<mark>`; a passage that is not in it is left out.

    `quotes` is one passage or a list of them. Spaces need not agree, nor case.
    """
    wanted = [quotes] if isinstance(quotes, str) else [quote for quote in quotes or [] if quote]
    patterns = [r"\s+".join(map(re.escape, quote.strip(" .…").split())) for quote in wanted]
    patterns = sorted({pattern for pattern in patterns if pattern}, key=len, reverse=True)
    if not patterns:
        return conditional_escape(text)
    # split() with one group gives text and passage in turn.
    parts = re.split(f"({'|'.join(patterns)})", str(text), flags=re.IGNORECASE)
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", part) if index % 2 else part,) for index, part in enumerate(parts))
    )


@register.simple_tag
def excerpt(en: str, zh: str, width: int = 190) -> SafeString:
    """The beginning of a text in the interface's language, else of the other one marked with its `lang`.

    `width` counts Latin letters; a Chinese character takes the room of two.
    """
    text, language = preferred(en, zh)
    text = " ".join(_MARKDOWN_SIGNS.sub("", text).split())
    room = width
    for index, character in enumerate(text):
        room -= 2 if has_chinese(character) else 1
        if room < 0:
            cut = text[:index]
            text = (cut if has_chinese(text[index - 1]) else cut.rpartition(" ")[0] or cut).rstrip(" ,;:，；：、") + "…"
            break
    if language == interface_text_language():
        return conditional_escape(text)
    return format_html('<span lang="{}">{}</span>', HTML_LANG[language], text)


@register.simple_tag(takes_context=True)
def page_address(context: dict[str, Any], parameter: str, number: int) -> str:
    """The present address with another page number."""
    return str(query_with(context, **{parameter: number}))


@register.filter
def state_tone(state: str) -> str:
    """The tone of c-badge that suits a stored state."""
    return STATE_TONES.get(state, "neutral")


@register.filter
def fifths(strength: float | None) -> int:
    """A strength from 0 to 1 as one to five marks; 0 for an unknown one, which is not the same as a weak one."""
    if strength is None:
        return 0
    return max(1, min(5, round(float(strength) * 5)))


@register.filter
def words_of(view: Any, side: str) -> list[str]:
    """The passages that a proposal's reasons quote from `mine` or `theirs`."""
    reasons = _get(view, "reasons") or []
    return [quote for quote in (_get(reason, f"{side}_quote") for reason in reasons) if quote]


def _get(thing: Any, name: str) -> Any:
    return thing.get(name) if isinstance(thing, dict) else getattr(thing, name, None)
