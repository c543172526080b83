"""Keeping filters of the board under a name."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.partnerships.models import SavedView
from qiao.partnerships.rules import brokers_on

MOST = 30


@transaction.atomic
def save_view(bridge: Bridge, *, actor: Any, name: str, filters: str, is_shared: bool = False) -> SavedView:
    """Keep filters under a name; the same name again replaces them."""
    if not brokers_on(actor, bridge):
        raise NotAllowed
    name = clean_line(name)[:60]
    if not name:
        raise InvalidInput(errors={"name": [_("Give it a name.")]})
    if len(filters) > 500:
        raise InvalidInput(_("These filters are too long to keep."))
    own = SavedView.objects.filter(bridge=bridge, owner=actor)
    if own.count() >= MOST and not own.filter(name=name).exists():
        raise InvalidInput(_("You have thirty saved views. Remove one first."))
    view, _new = SavedView.objects.update_or_create(
        bridge=bridge, owner=actor, name=name, defaults={"filters": filters, "is_shared": is_shared}
    )
    record("save_view", view, actor=actor, bridge_id=bridge.pk)
    return view


@transaction.atomic
def remove_view(view: SavedView, *, actor: Any) -> None:
    """Forget one of one's own."""
    if view.owner_id != actor.pk:
        raise NotAllowed
    record("remove_view", view, actor=actor, bridge_id=view.bridge_id)
    view.delete()
