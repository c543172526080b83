"""What the pages of keys do, wherever they stand: settings, an organisation, a bridge's desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from qiao.accounts.domain.keys import make_key, revoke_key, rotate_key
from qiao.accounts.enums import Place
from qiao.accounts.key_forms import KeyForm, RevokeForm, RotateForm
from qiao.accounts.models import ApiKey
from qiao.accounts.querysets import ApiKeyQuerySet
from qiao.common.errors import InvalidInput
from qiao.common.refusals import show_refusal


@dataclass
class KeysPage:
    """What a page of keys shows; `secret` once, on the answer that made it. `done` asks for a redirect."""

    values: dict[str, Any]
    status: int = 200
    done: str = ""

    def sealed(self, response: HttpResponse) -> HttpResponse:
        """A page that may carry a secret is kept by nobody."""
        response["Cache-Control"] = "no-store"
        return response


def keys_of(user: Any, *, organisation_id: int | None = None, bridge_id: int | None = None) -> ApiKeyQuerySet:
    """Keys of one place that the person keeps; their own by default."""
    keys: ApiKeyQuerySet = ApiKey.objects.visible_to(user).select_related("user")
    if organisation_id is None and bridge_id is None:
        return keys.filter(user=user, organisation_id=None, bridge_id=None)
    return keys.filter(organisation_id=organisation_id, bridge_id=bridge_id)


def list_of_keys(request: HttpRequest, *, organisation_id: int | None = None, bridge_id: int | None = None) -> KeysPage:
    """Show the keys of a place, or make one."""
    form = KeyForm(request.POST or None)
    secret, made = "", None
    if form.is_bound and form.is_valid():
        try:
            made, secret = make_key(
                actor=request.user, organisation_id=organisation_id, bridge_id=bridge_id, **form.cleaned_data
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            form = KeyForm()
    return KeysPage({"form": form, "made": made, "secret": secret}, status=422 if form.errors else 200)


def one_key(request: HttpRequest, key: ApiKey) -> KeysPage:
    """Show a key, give it a new secret, or end it."""
    act = request.POST.get("act") if request.method == "POST" else ""
    rotating = RotateForm(request.POST if act == "rotate" else None)
    revoking = RevokeForm(request.POST if act == "revoke" else None)
    secret = ""
    if rotating.is_bound and rotating.is_valid():
        try:
            key, secret = rotate_key(key, actor=request.user, **rotating.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(rotating, refusal)
    if revoking.is_bound and revoking.is_valid():
        revoke_key(key, actor=request.user)
        return KeysPage({}, done="revoked")
    failed = bool(rotating.errors or revoking.errors)
    values = {
        "key": key, "secret": secret, "made": key if secret else None, "rotating": rotating, "revoking": revoking,
        "may_rotate": key.holds and key.user_id == request.user.pk, "place": Place(key.place).label,
    }  # fmt: skip
    return KeysPage(values, status=422 if failed else 200)
