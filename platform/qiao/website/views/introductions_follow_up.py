"""The one question some months after an introduction, answered from the link of an e-mail without signing in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qiao.common.errors import InvalidInput, NotFound
from qiao.partnerships.domain.follow_ups import answer_follow_up, follow_up_of, reader_of
from qiao.partnerships.domain.queries.naming import name_of
from qiao.partnerships.enums import FollowUpAnswer
from qiao.partnerships.models import FollowUp
from qiao.partnerships.rules import acts_for
from qiao.website.forms.fields import model_field
from qiao.website.forms.refusals import show_refusal


class FollowUpForm(forms.Form):
    """How it goes, and a few words if one likes."""

    answer = forms.ChoiceField(
        label=gettext_lazy("How is it going?"), choices=FollowUpAnswer.choices, widget=forms.RadioSelect
    )
    comment = model_field(FollowUp, "comment", widget=forms.Textarea(attrs={"rows": 2}))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def follow_up(request: HttpRequest, token: str) -> HttpResponse:
    """Ask, with the answer that was pressed in the e-mail chosen already. Looking at the page writes nothing.

    Mail programs open links before their readers do: only a form that is sent counts, which a script does at once. It
    speaks the language of whom the e-mail was written to, until they choose another in this browser.
    """
    asked = _of(token)
    reader = reader_of(token)
    if reader is not None and settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(reader.language)
        request.LANGUAGE_CODE = translation.get_language()
    pressed = request.GET.get("answer", "")
    chosen = pressed if pressed in FollowUpAnswer.values else asked.answer
    form = FollowUpForm(request.POST or None, initial={"answer": chosen, "comment": asked.comment})
    if request.method == "POST" and form.is_valid():
        actor: Any = request.user if acts_for(request.user, asked.organisation) else None
        try:
            answer_follow_up(asked, actor=actor, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Thank you. Your answer is kept; you can change it here."))
            return redirect("website:follow_up", token)
    introduction = asked.introduction
    other = introduction.first if introduction.second_id == asked.organisation_id else introduction.second
    context = {
        "asked": asked,
        "form": form,
        "bridge": introduction.bridge,
        "introduction": introduction,
        "other_name": name_of(introduction, other),
        "send_at_once": request.method != "POST" and pressed in FollowUpAnswer.values and pressed != asked.answer,
        "acts": acts_for(request.user, asked.organisation),
    }
    response = render(request, "website/introduction_follow_up.html", context, status=422 if form.errors else 200)
    response["X-Robots-Tag"] = "noindex"
    return response


def _of(token: str) -> FollowUp:
    try:
        return follow_up_of(token)
    except NotFound:
        raise Http404 from None
