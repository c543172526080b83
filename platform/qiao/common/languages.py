"""The two languages a text may be written in, and how they map to the interface's."""

from __future__ import annotations

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class TextLanguage(models.TextChoices):
    """Language of a text that people wrote."""

    ENGLISH = "en", _("English")
    CHINESE = "zh", _("Chinese")


class InterfaceLanguage(models.TextChoices):
    """Language of pages and mail."""

    ENGLISH = "en", _("English")
    CHINESE = "zh-hans", _("Simplified Chinese")


#: Values of the HTML `lang` attribute.
HTML_LANG = {"en": "en", "zh": "zh-Hans", "zh-hans": "zh-Hans"}


def interface_text_language() -> str:
    """`en` or `zh`: the language of texts that suits the interface in use."""
    return "zh" if (get_language() or "en").startswith("zh") else "en"


def preferred(en: str, zh: str, language: str | None = None) -> tuple[str, str]:
    """The one of two texts to show, with its language: the wanted language if there is one, else the other."""
    wanted = language or interface_text_language()
    first, second = ((zh, "zh"), (en, "en")) if wanted == "zh" else ((en, "en"), (zh, "zh"))
    return first if first[0] else (second if second[0] else ("", wanted))
