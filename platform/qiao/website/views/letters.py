"""A letter of the organisers, read on the site by those it went to."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from i18nfield.strings import LazyI18nString

from qiao.notifications.models import Circular


@login_required
@require_safe
def letter(request: HttpRequest, public_id: str) -> HttpResponse:
    """In the language of the page, if it was written in it."""
    found = get_object_or_404(Circular.objects.visible_to(request.user), public_id=public_id)
    subject, text = found.words_in(get_language() or "en")
    context = {
        "letter": found,
        "subject": subject,
        "text": text,
        "text_language": "zh" if text == found.text_zh else "en",
        "sender": LazyI18nString(found.bridge_name),
    }
    return render(request, "website/letter.html", context)
