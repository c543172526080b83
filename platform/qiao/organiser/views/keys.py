"""Keys of programs that act on the desk of a bridge."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qiao.accounts.key_pages import keys_of, list_of_keys, one_key
from qiao.bridges.models import Bridge
from qiao.common.keyset import keyset_page
from qiao.common.pagination import page_of
from qiao.insights.history.keys import entries_of_key, key_lines
from qiao.organiser.scope import desk_page, for_organisers


@sensitive_post_parameters()
@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def key_list(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Keys of the bridge."""
    page = list_of_keys(request, bridge_id=bridge.pk)
    keys = page_of(request, keys_of(request.user, bridge_id=bridge.pk))
    return page.sealed(
        desk_page(
            request,
            bridge,
            "organiser/key_list.html",
            status=page.status,
            page_obj=keys,
            one="organiser:key",
            **page.values,
        )
    )


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest, bridge: Bridge, key: str) -> HttpResponse:
    """One of them."""
    found = get_object_or_404(keys_of(request.user, bridge_id=bridge.pk), public_id=key)
    page = one_key(request, found)
    if page.done:
        messages.success(request, _("The key has ended."))
        return redirect("organiser:key_list", bridge.slug)
    rows = keyset_page(request, entries_of_key(found, request.user))
    lines = key_lines(found, rows.rows, request.user, own=set(), address=lambda _thing: "")
    return page.sealed(
        desk_page(request, bridge, "organiser/key.html", status=page.status, page=rows, lines=lines, **page.values)
    )
