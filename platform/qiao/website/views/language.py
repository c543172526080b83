"""The language switch."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.views.decorators.http import require_POST
from django.views.i18n import LANGUAGE_QUERY_PARAMETER, set_language

from qiao.accounts.domain.language import choose_language
from qiao.common.languages import InterfaceLanguage


@require_POST
def switch_language(request: HttpRequest) -> HttpResponseBase:
    """Changes the language of this device and, when signed in, of the account; goes back to the page."""
    user: Any = request.user
    language = request.POST.get(LANGUAGE_QUERY_PARAMETER, "")
    if user.is_authenticated and language in InterfaceLanguage.values:
        choose_language(user, actor=user, language=language)
    return set_language(request)
