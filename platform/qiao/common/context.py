"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from qiao.common.languages import HTML_LANG, interface_text_language


def site(request: HttpRequest) -> dict[str, Any]:
    """The site's name, the `lang` of the page and the language of texts that suits it."""
    language = getattr(request, "LANGUAGE_CODE", "en")
    return {
        "site_name": settings.SITE_NAME,
        "html_lang": HTML_LANG.get(language, language),
        "interface_text_language": interface_text_language(),
    }
