"""One's own settings, one's data, and the end of an account."""

from __future__ import annotations

from typing import Any

from django.conf import settings as site_settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from qiao.accounts.domain.person import change_settings
from qiao.common.errors import InvalidInput
from qiao.directory.domain.leaving import (
    bridges_that_hold,
    delete_account,
    organisations_left_empty,
    organisations_that_hold,
)
from qiao.directory.domain.queries.personal_data import personal_data_of
from qiao.notifications.domain.preferences import TOPICS, mail_preferences_of, set_mail_preferences
from qiao.website.forms.refusals import show_refusal
from qiao.website.forms.settings import PERSON, TIMING, DeleteAccountForm, SettingsForm


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """Name, language, time zone, mail; and the way to passwords, factors and one's data."""
    user: Any = request.user
    preferences = mail_preferences_of(user)
    initial: dict[str, Any] = {name: getattr(user, name) for name in PERSON}
    initial |= {name: getattr(preferences, name) for name in TIMING}
    initial |= {topic: preferences.delivery_of(topic) for topic in TOPICS}
    form = SettingsForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        values = form.cleaned_data
        try:
            with transaction.atomic():
                change_settings(user, actor=user, **{name: values[name] for name in PERSON})
                set_mail_preferences(user, actor=user, timing=form.timing, **{topic: values[topic] for topic in TOPICS})
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            with translation.override(values["language"]):
                messages.success(request, _("Your settings are saved."))
            response = redirect("website:settings")
            # A language chosen here holds at once, over one chosen by the switch before.
            response.set_cookie(
                site_settings.LANGUAGE_COOKIE_NAME,
                values["language"],
                samesite="Lax",
                secure=request.is_secure(),
            )
            return response
    return render(request, "website/settings.html", {"form": form}, status=422 if form.errors else 200)


@login_required
@never_cache
@require_safe
def account_export(request: HttpRequest) -> HttpResponse:
    """Everything the site keeps about the person, as a file."""
    user: Any = request.user
    response = JsonResponse(personal_data_of(user), json_dumps_params={"ensure_ascii": False, "indent": 2})
    response["Content-Disposition"] = f'attachment; filename="qiao-{user.public_id}-{timezone.localdate()}.json"'
    return response


@sensitive_post_parameters("password")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def account_delete(request: HttpRequest) -> HttpResponse:
    """Delete the account, after a proof that it is the person."""
    user: Any = request.user
    holding = organisations_that_hold(user)
    bridges = bridges_that_hold(user)
    empty = organisations_left_empty(user)
    form = DeleteAccountForm(request.POST or None, user=user, leaves_empty=bool(empty))
    if form.is_bound and form.is_valid():
        try:
            delete_account(user, actor=user, with_organisations=form.cleaned_data.get("with_organisations", False))
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            logout(request)
            messages.success(request, _("Your account is deleted. Goodbye."))
            return redirect("website:home")
    context = {"form": form, "holding": holding, "bridges": bridges, "empty": empty}
    return render(request, "website/account_delete.html", context, status=422 if form.errors else 200)
