"""Template tags of the map of standards."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from qiao.common.languages import HTML_LANG, interface_text_language

register = template.Library()


@register.simple_tag
def title_lang(one: Any) -> SafeString:
    """` lang="…"` of a title that is not in the page's language; nothing otherwise."""
    language = one.title_language
    if language == interface_text_language():
        return SafeString("")
    return format_html(' lang="{}"', HTML_LANG.get(language, language))


@register.filter
def at(values: dict[str, Any], key: str) -> Any:
    """A value of a mapping; empty where there is none."""
    return values.get(key, "")
