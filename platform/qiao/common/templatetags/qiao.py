"""Template tags and filters that every page may use."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from qiao.common.languages import HTML_LANG, interface_text_language, preferred
from qiao.common.regions import country_name
from qiao.common.richtext import render_markdown
from qiao.common.text import plain_name as plain_name_of

register = template.Library()


@register.filter
def country(code: str) -> str:
    """Name of a country in the interface's language."""
    return country_name(code)


@register.filter
def markdown(text: str) -> SafeString:
    """Markdown as sanitised HTML."""
    return mark_safe(render_markdown(text or ""))  # noqa: S308 - nh3 has sanitised it


@register.filter
def plain_name(text: object) -> str:
    """A name for the text of a message, with nothing in it that becomes a link."""
    return plain_name_of(str(text))


@register.simple_tag
def in_language(en: str, zh: str) -> SafeString:
    """The text in the interface's language, else the other one marked with its `lang`."""
    text, language = preferred(en, zh)
    if language == interface_text_language():
        return format_html("{}", text)
    return format_html('<span lang="{}">{}</span>', HTML_LANG[language], text)


@register.filter
def html_lang(language: str) -> str:
    """`lang` attribute of a text language."""
    return HTML_LANG.get(language, language)


@register.filter
def get_item(mapping: dict[Any, Any], key: Any) -> Any:
    """Value of a dictionary at a key that is a variable."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def query_with(context: dict[str, Any], **changes: Any) -> str:
    """The page's query string with some parameters replaced (None removes one)."""
    parameters = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None:
            parameters.pop(key, None)
        else:
            parameters[key] = str(value)
    encoded = parameters.urlencode()
    return f"?{encoded}" if encoded else "?"


@register.simple_tag
def text_in_language(en: str, zh: str) -> SafeString:
    """Markdown in the interface's language, else the other one marked with its `lang`, as sanitised HTML."""
    text, language = preferred(en, zh)
    html = mark_safe(render_markdown(text))  # noqa: S308 - nh3 has sanitised it
    return format_html('<div lang="{}">{}</div>', HTML_LANG[language], html)
