"""The same message as safe HTML: made of the text alone, every character of it escaped, only our own links live."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from qiao.common.languages import HTML_LANG


@dataclass
class Block:
    """A paragraph of lines, or a list."""

    lines: list[SafeString] = field(default_factory=list)
    is_list: bool = False


def html_of(subject: str, text: str, *, language: str) -> str:
    """A page of paragraphs and lists. No picture, style, script or address of another host is in it.

    Only addresses that begin with the site's own become links, so that what strangers typed cannot.
    """
    body, _, foot = text.rstrip("\n").rpartition("\n--\n")
    values = {
        "subject": subject,
        "lang": HTML_LANG.get(language, language),
        "blocks": _blocks(body or foot),
        "foot": _blocks(foot) if body else [],
    }
    return render_to_string("mail/_page.html", values)


def _blocks(text: str) -> list[Block]:
    blocks: list[Block] = []
    current: Block | None = None
    for line in text.split("\n"):
        if not line.strip():
            current = None
            continue
        is_item = line.startswith("- ")
        if current is None or (is_item != current.is_list and not (current.is_list and line.startswith("  "))):
            current = Block(is_list=is_item)
            blocks.append(current)
        if current.is_list and not is_item:
            current.lines[-1] = mark_safe(f"{current.lines[-1]}<br>{_linked(line.strip())}")  # noqa: S308 - escaped parts
        else:
            current.lines.append(_linked(line.removeprefix("- ") if is_item else line))
    return blocks


def _linked(line: str) -> SafeString:
    """The line escaped; addresses of the site in it are links."""
    own = re.compile(rf"{re.escape(settings.SITE_URL)}(?:/[\w\-./?=&%:~+#]*)?(?![\w.@:-])")
    parts, at = [], 0
    for found in own.finditer(line):
        address = escape(found.group())
        parts += [escape(line[at : found.start()]), f'<a href="{address}">{address}</a>']
        at = found.end()
    return mark_safe("".join([*parts, escape(line[at:])]))  # noqa: S308 - every part is escaped above
