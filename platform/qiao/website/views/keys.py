"""Keys of programs: one's own, and those of one's organisation."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qiao.accounts.key_pages import keys_of, list_of_keys, one_key
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.common.keyset import keyset_page
from qiao.directory import rules as may
from qiao.directory.models import Organisation
from qiao.insights.history.keys import entries_of_key, key_lines
from qiao.website.history import address_of
from qiao.website.scope import organisations_of
from qiao.website.views.my_organisation import of_my_organisation, page_context
from qiao.website.views.pagination import page_of


@sensitive_post_parameters()
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_keys(request: HttpRequest) -> HttpResponse:
    """One's own keys."""
    page = list_of_keys(request)
    context = page.values | {"page_obj": page_of(request, keys_of(request.user)), "one": "website:my_key"}
    return page.sealed(render(request, "website/my_keys.html", context, status=page.status))


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def my_key(request: HttpRequest, key: str) -> HttpResponse:
    """One of one's own keys: what it may do, what it did, a new secret, its end."""
    found = get_object_or_404(keys_of(request.user), public_id=key)
    page = one_key(request, found)
    if page.done:
        messages.success(request, _("The key has ended."))
        return redirect("website:my_keys")
    rows = keyset_page(request, entries_of_key(found, request.user))
    own = {organisation.pk for organisation in organisations_of(request.user)}
    lines = key_lines(found, rows.rows, request.user, own=own, address=address_of)
    return page.sealed(
        render(request, "website/my_key.html", page.values | {"page": rows, "lines": lines}, status=page.status)
    )


@sensitive_post_parameters()
@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_keys(request: HttpRequest, bridge: Bridge, organisation: Organisation) -> HttpResponse:
    """Keys that act for one's organisation alone: for its owners."""
    if not may.role_in(request.user, organisation) == "owner":
        raise NotAllowed
    page = list_of_keys(request, organisation_id=organisation.pk)
    keys = keys_of(request.user, organisation_id=organisation.pk)
    context = page_context(
        request, bridge, organisation, page_obj=page_of(request, keys), one="website:organisation_key", **page.values
    )
    return page.sealed(render(request, "website/organisation_keys.html", context, status=page.status))


@of_my_organisation
@require_http_methods(["GET", "HEAD", "POST"])
def organisation_key(request: HttpRequest, bridge: Bridge, organisation: Organisation, key: str) -> HttpResponse:
    """One of the organisation's keys."""
    found = get_object_or_404(keys_of(request.user, organisation_id=organisation.pk), public_id=key)
    page = one_key(request, found)
    if page.done:
        messages.success(request, _("The key has ended."))
        return redirect("website:organisation_keys", bridge.slug)
    rows = keyset_page(request, entries_of_key(found, request.user))
    lines = key_lines(found, rows.rows, request.user, own={organisation.pk}, address=address_of)
    context = page_context(request, bridge, organisation, page=rows, lines=lines, **page.values)
    return page.sealed(render(request, "website/organisation_key.html", context, status=page.status))
